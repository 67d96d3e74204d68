"""Which characters a code page can print, and what stands in for the others.

A printer has a page of 256 characters and no Unicode. Text is fitted to the page *before* it is
laid out, because a stand-in can be longer than what it replaces and columns must still align.
Every stand-in is declared here; nothing is lost in silence.
"""
# ruff: noqa: RUF001  characters that look alike are what this file is about

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from core.text import printable

CODECS: Final[Mapping[str, str]] = {
    "CP858": "cp858",
    "CP1252": "cp1252",
    "ISO_8859-15": "iso8859-15",
    "CP850": "cp850",
    "ISO_8859-1": "latin-1",
    "CP1254": "cp1254",
    "CP857": "cp857",
    "CP437": "cp437",
    "CP865": "cp865",
    "CP863": "cp863",
    "CP860": "cp860",
    "CP852": "cp852",
    "CP1250": "cp1250",
    "ASCII": "ascii",
}
"""Code pages this package prints with, best first, by python-escpos's names: Python's codecs."""

UNKNOWN: Final = "?"
_FIRST_PRINTABLE: Final = 0x20
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"  # some printers draw a box for it

SUBSTITUTES: Final[Mapping[str, str]] = {
    "€": "EUR",
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ẞ": "SS",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "TH",
    "ı": "i",
    "ĳ": "ij",
    "Ĳ": "IJ",
    "‘": "'",
    "’": "'",
    "‚": ",",
    "‛": "'",
    "ʼ": "'",
    "′": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "«": '"',
    "»": '"',
    "‹": "'",
    "›": "'",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "─": "-",
    "…": "...",
    "•": "*",
    "·": ".",
    "×": "x",
    "÷": "/",
    "°": "o",
    "№": "No",
    "™": "TM",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
}
"""What is printed where a page lacks the character; accents without a row lose their mark."""


class _Fitting(dict[int, str]):
    """A translation table that works out each character once."""

    def __init__(self, codec: str) -> None:
        super().__init__()
        self._codec = codec

    def __missing__(self, ordinal: int) -> str:
        fitted = _fit_character(chr(ordinal), self._codec)
        self[ordinal] = fitted
        return fitted


def fit(text: str, code_page: str) -> str:
    """Return text with only what a code page can print, control characters gone.

    Idempotent. Characters that the page lacks are replaced by their declared stand-in, which may
    be longer, and in the last resort by a question mark.
    """
    safe = printable(text)
    return safe if safe.isascii() else safe.translate(_fitting(code_page))


def can_print(character: str, code_page: str) -> bool:
    """Whether a code page holds a character itself, without a stand-in."""
    return _encodes(character, CODECS[code_page])


@cache
def _fitting(code_page: str) -> _Fitting:
    return _Fitting(CODECS[code_page])


def _fit_character(character: str, codec: str) -> str:
    if _encodes(character, codec):
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    stand_in = SUBSTITUTES.get(character) or _without_marks(character)
    return stand_in if stand_in and _encodes(stand_in, codec) else UNKNOWN


def _without_marks(character: str) -> str:
    """Return a character without its accents; empty for a lone combining mark."""
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _encodes(text: str, codec: str) -> bool:
    try:
        encoded = text.encode(codec)
    except UnicodeEncodeError:
        return False
    return all(byte >= _FIRST_PRINTABLE for byte in encoded) and _NO_BREAK not in text
