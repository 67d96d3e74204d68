"""Text that came from outside, made safe to show, print and log."""

import unicodedata

_REPLACED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """Return text without control, format and unassigned characters, normalised to NFC.

    A tab or a line break becomes a blank; everything else of these categories goes: escape
    sequences that a printer would obey, and marks that turn the reading direction.
    """
    normal = unicodedata.normalize("NFC", text)
    # Nearly every name is: it stands in the path of a tap, and is looked through by C alone.
    if normal.isprintable():
        return normal.strip()
    return "".join(map(_safe_character, normal)).strip()


def _safe_character(character: str) -> str:
    if character in "\t\n\r":
        return " "
    return "" if unicodedata.category(character) in _REPLACED_CATEGORIES else character
