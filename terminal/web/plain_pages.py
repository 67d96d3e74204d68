"""The pages that every till shows: gaps in a text, filled by the standard library.

The technician's page and the one that asks for the code have lists and cases; jinja2 draws those,
and is loaded by whoever asks for one. A till at rest does without its 22 modules and 2 MB.

Rule: all that is put into a gap goes through `_text` or `_json`, or was made here.
"""

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from terminal.web.static_files import FONT, LIBRARY, static_path

_FOLDER: Final = Path(__file__).parent / "templates"
_IN_A_SCRIPT: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"}
)


def screen_page(name: str, told: Mapping[str, object], *, language: str, notice: str) -> str:
    """Return the page of a screen. told: what its script is given. notice: without scripts."""
    more = f'<link rel="stylesheet" href="{static_path("kiosk.css")}">\n'
    return _filled(
        "screen.html",
        language=_text(language),
        font=f"/static/{FONT}",
        library=f"/static/{LIBRARY}",
        more=more if name == "kiosk" else "",
        told=_json(told),
        script=static_path(f"{name}.js"),
        notice=_text(notice),
        name=_text(name),
    )


def entered_page(*, language: str, target: str) -> str:
    """Return the page that leads on to another by itself."""
    return _filled("entered.html", language=_text(language), target=_text(target))


def locked_page(notices: Mapping[str, tuple[str, str]]) -> str:
    """Return the page for a browser without a session. notices: title and text, by language."""
    sections = [
        f'<section lang="{_text(code)}">\n<{mark}>{_text(title)}</{mark}>\n<p>{_text(text)}</p>\n'
        "</section>"
        for mark, (code, (title, text)) in zip(
            ("h1", *["h2"] * len(notices)), notices.items(), strict=False
        )
    ]
    return _filled("locked.html", language=_text(next(iter(notices))), sections="\n".join(sections))


def _filled(file: str, /, **gaps: str) -> str:
    return _template(file).substitute(
        gaps, icon=static_path("icon.svg"), style=static_path("screens.css")
    )


@cache
def _template(name: str) -> Template:
    return Template((_FOLDER / name).read_text(encoding="utf-8"))


def _text(value: str) -> str:
    """Return a value as text of a page, or of an attribute in double quotes."""
    return escape(value, quote=True)


def _json(value: Mapping[str, object]) -> str:
    """Return a value as JSON that ends no script."""
    return json.dumps(value).translate(_IN_A_SCRIPT)
