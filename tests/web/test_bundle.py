"""A page's script is its modules joined: in order, named once, and nothing else."""

from pathlib import Path

import pytest

from terminal.web.bundle import MODULES, BundleError, bundle
from terminal.web.static_files import PAGE_SCRIPTS

HEAD = 'import { html } from "../vendor/library.js";\n'


@pytest.fixture
def write(tmp_path: Path):
    def write(**modules: str) -> str:
        for name, text in modules.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
        return bundle("page", vendor="/library.js", modules=tmp_path)

    return write


def test_a_page_is_its_modules_in_the_order_of_their_use(write) -> None:
    script = write(
        page=HEAD + 'import { one, Two } from "./parts.js";\none(html, Two);\n',
        parts='import { three } from "./last.js";\n'
        "// Why.\nconst own = 1;\nexport const one = () => own + three();\n"
        "export async function Two() {\n  // How.\n  return own; // here\n}\n",
        last="const own = 3;\nexport function three() { return own; }\n",
    )
    assert script == (
        'import { html } from "/library.js";\n'
        "// last.js\nconst { three } = (() => {\nconst own = 3;\n"
        "function three() { return own; }\nreturn { three };\n})();\n"
        "// parts.js\nconst { one, Two } = (() => {\nconst own = 1;\n"
        "const one = () => own + three();\n"
        "async function Two() {\nreturn own; // here\n}\nreturn { one, Two };\n})();\n"
        "// page.js\n(() => {\none(html, Two);\n})();\n"
    )


def test_what_two_modules_import_is_joined_once(write) -> None:
    script = write(
        page='import { one } from "./one.js";\nimport { two } from "./two.js";\none(two);\n',
        one='import { two } from "./two.js";\nexport const one = two;\n',
        two=HEAD + "export const two = html;\n",
    )
    assert script.count("// two.js") == 1


@pytest.mark.parametrize(
    ("modules", "fault"),
    [
        ({"page": 'import { a as b } from "./a.js";\n', "a": "export const a = 1;\n"}, "'a as b'"),
        ({"page": 'import { b } from "./a.js";\n', "a": "const b = 1;\n"}, "does not export 'b'"),
        ({"page": 'import * as a from "./a.js";\n'}, "import *"),
        ({"page": "export default 1;\n"}, "export default"),
        ({"page": "export let a = 1;\n"}, "export let"),
        ({"page": 'const a = await import("./a.js");\n'}, "import("),
        ({"page": "const a = import.meta.url;\n"}, "import.meta"),
        (
            {
                "page": 'import { a } from "./a.js";\nimport { b } from "./b.js";\n',
                "a": 'import { b } from "./b.js";\nexport const a = b;\n',
                "b": 'import { a } from "./a.js";\nexport const b = a;\n',
            },
            "page.js > a.js > b.js > a.js",
        ),
        (
            {
                "page": 'import { a } from "./a.js";\nimport { b } from "./b.js";\n',
                "a": "export const a = 1;\n",
                "b": "export const b = 1;\nexport const a = 2;\n",
            },
            "a.js exports 'a', too",
        ),
        ({"page": HEAD + "export const html = 1;\n"}, "exports 'html', too"),
    ],
)
def test_what_joining_would_change_is_refused(write, modules: dict[str, str], fault: str) -> None:
    with pytest.raises(BundleError) as error:
        write(**modules)
    assert fault in str(error.value)


def test_every_module_is_on_a_page() -> None:
    scripts = "".join(bundle(page, vendor="/library.js") for page in PAGE_SCRIPTS)
    assert [path.name for path in MODULES.iterdir() if f"// {path.name}\n" not in scripts] == []
