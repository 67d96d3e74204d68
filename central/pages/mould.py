"""A page's mould: the template rendered once for all who see the same, with blanks for the rest.

Templates stay the only place of HTML. A mould is kept by all that shaped it, so it is never out of
date: where anything else is to be shown, it is another mould.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
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
    pieces = list(_pieces(template, voice, tuple(shape.items()), tuple(blanks)))
    for at in range(1, len(pieces), 2):
        pieces[at] = escape(blanks[pieces[at]])
    return Markup("".join(pieces))  # noqa: S704  pieces of the template, and escaped


@lru_cache(maxsize=_KEPT_MAX)
def _pieces(
    template: str, voice: Voice, shape: tuple[tuple[str, Hashable], ...], blanks: tuple[str, ...]
) -> Sequence[str]:
    """Return text, the name of a blank, text, and so on; it begins and ends with text."""
    marks = {name: mark(name) for name in blanks}
    known = {**dict(shape), **marks, "new_id": lambda: marks["once"]}
    return tuple(_BLANK.split(text_of(template, voice, **known)))


def mark(name: str) -> Markup:
    """Return what holds a blank's place."""
    return Markup(f"{_EDGE}{name}{_EDGE}")  # noqa: S704  a name of ours
