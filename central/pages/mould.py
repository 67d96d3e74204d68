"""A page's mould: the template rendered once for all who see the same, with blanks for the rest.

Templates stay the only place of HTML. A mould is kept by all that shaped it, so it is never out of
date: where anything else is to be shown, it is another mould.
"""

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from central.pages.template import text_of
from central.pages.voice import Voice

# No text that people write holds this: it is taken out when it comes in (`core.text.printable`).
_EDGE: Final = "\x1f"
_BLANK: Final = re.compile(f"{_EDGE}([a-z0-9_]+){_EDGE}")
_KEPT_MAX: Final = 2048


def fill(
    template: str,
    voice: Voice,
    *,
    shape: Mapping[str, Hashable],
    blanks: Mapping[str, str],
) -> Markup:
    """Return what a template says.

    shape: values that many readers share. blanks: texts of this reader alone, which the template
    puts where their names stand, and looks at no further; Markup is taken as it is.
    """
    mould = _mould(template, voice, tuple(shape.items()), tuple(blanks))
    return Markup(mould % {name: escape(text) for name, text in blanks.items()})  # noqa: S704


@lru_cache(maxsize=_KEPT_MAX)
def _mould(
    template: str, voice: Voice, shape: tuple[tuple[str, Hashable], ...], blanks: tuple[str, ...]
) -> str:
    """Return the text as Python formats it: a blank is its name in brackets."""
    marks = {name: mark(name) for name in blanks}
    known = {**dict(shape), **marks, "new_id": lambda: marks["once"]}
    text = text_of(template, voice, **known)
    return _BLANK.sub(r"%(\1)s", text.replace("%", "%%"))


def mark(name: str) -> Markup:
    """Return what holds a blank's place."""
    return Markup(f"{_EDGE}{name}{_EDGE}")  # noqa: S704  a name of ours
