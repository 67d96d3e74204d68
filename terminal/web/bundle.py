"""One script for a page: its modules, joined.

Each page is written in some twenty small modules. A browser that fetched each by itself would carry
a kilobyte of headers and an empty packing dictionary for each, and a slow panel would be ready
later. So the page loads one script, made from the modules when it is first asked for; no tool and
no step before. A module becomes a function that is called once and returns what it exports:

    const { openLink, command } = (() => {
    … the text of link.js, without the word `export`, comment lines and indentation …
    return { openLink, command };
    })();

What it imports is then a name further up in the script, so its import lines fall away; imports
from `vendor/`, whose files stay what they were, are gathered in one line at the head. This is the
same as the modules as long as these rules hold; whatever breaks one fails every test of a page:

- an import names what it takes, without `as`: `import { html, render } from "./file.js";`
- an export stands before `function`, `async function` or `const`, and nobody assigns to it later;
- a name is exported by one module of a page alone, and by no file in `vendor/`;
- no module imports itself by way of others;
- no line of a text begins with `//`, or with blanks that are not of `html`, which drops them.
"""

import re
from pathlib import Path
from typing import Final

MODULES: Final = Path(__file__).parent / "static" / "app"

_IMPORT: Final = re.compile(r'^import \{ ([^}]+) \} from "([^"]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async function|function|const) (\w+))", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *//.*\n", re.MULTILINE)
_INDENTATION: Final = re.compile(r"^ +", re.MULTILINE)
_LEFT_OVER: Final = re.compile(
    r"^\s*(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta.*", re.MULTILINE
)


class BundleError(Exception):
    """A module does what joining it with others would change; the text says where."""


def bundle(page: str, *, vendor: str, modules: Path = MODULES) -> str:
    """Return the script of a page, in the order in which a browser would run its modules.

    page: the name of its first module, without ending. vendor: where the browser finds the file of
    others that modules import. Raises BundleError.
    """
    joining = _Joining(modules)
    joining.take(f"{page}.js", ())
    for name in joining.foreign & joining.exported.keys():
        raise BundleError(f"{joining.exported[name]}: {vendor} exports {name!r}, too")
    head = f'import {{ {", ".join(sorted(joining.foreign))} }} from "{vendor}";\n'
    return head + "".join(joining.parts)


class _Joining:
    """What has been joined so far."""

    def __init__(self, modules: Path) -> None:
        self._modules = modules
        self._taken: set[str] = set()
        self.exported: dict[str, str] = {}
        self.foreign: set[str] = set()
        self.parts: list[str] = []

    def take(self, name: str, importers: tuple[str, ...]) -> None:
        """Join a module behind those that it imports. importers: who asked for it, outermost first.

        Raises BundleError.
        """
        if name in importers:
            raise BundleError(f"{' > '.join((*importers, name))}: a circle of imports")
        if name in self._taken:
            return
        text = (self._modules / name).read_text(encoding="utf-8")
        for names, source in _IMPORT.findall(text):
            self._import(names.split(", "), source, (*importers, name))
        self._taken.add(name)
        self._join(name, text)

    def _import(self, names: list[str], source: str, importers: tuple[str, ...]) -> None:
        if source.startswith("../vendor/"):
            self.foreign |= set(names)
            return
        module = source.removeprefix("./")
        self.take(module, importers)
        for name in names:
            if self.exported.get(name) != module:
                raise BundleError(f"{importers[-1]}: {module} does not export {name!r}")

    def _join(self, name: str, text: str) -> None:
        exports = _EXPORT.findall(text)
        body = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", text)))
        body = _INDENTATION.sub("", body)
        if left_over := _LEFT_OVER.search(body):
            raise BundleError(f"{name}: cannot be joined: {left_over[0].strip()}")
        for export in exports:
            other = self.exported.setdefault(export, name)
            if other != name:
                raise BundleError(f"{name}: {other} exports {export!r}, too")
        names = ", ".join(exports)
        taken = f"const {{ {names} }} = " if exports else ""
        given = f"return {{ {names} }};\n" if exports else ""
        self.parts.append(f"// {name}\n{taken}(() => {{\n{body}{given}}})();\n")
