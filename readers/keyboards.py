"""Keyboard layouts: which character a key code means, plain and with shift. Pure tables.

A wedge reader sends key codes, not characters; which digit a code is, depends on the layout the
reader was set to. Key codes: Linux input-event-codes.h. Each row is written as on the keyboard.
"""

from collections.abc import Mapping

Layout = Mapping[int, tuple[str, str]]

_ROW_1 = range(2, 14)
_ROW_2 = range(16, 28)
_ROW_3 = (*range(30, 42), 43)
_ROW_4 = (86, *range(44, 54))
_SPACE = 57
# Keypad keys have no layout: 7 8 9 - 4 5 6 + 1 2 3 0 .
_KEYPAD = dict(zip(range(71, 84), "789-456+1230.", strict=True)) | {55: "*", 98: "/"}

# For each layout: rows 1 to 4, plain and shifted. A blank stands for a dead key, which gives no
# character by itself. Row 3 ends with the key beside Enter; row 4 begins with the one beside Shift.
_ROWS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "us": (
        ("1234567890-=", "!@#$%^&*()_+"),
        ("qwertyuiop[]", "QWERTYUIOP{}"),
        ("asdfghjkl;'`\\", 'ASDFGHJKL:"~|'),
        ("<zxcvbnm,./", ">ZXCVBNM<>?"),
    ),
    "be": (
        ("&é\"'(§è!çà)-", "1234567890°_"),
        ("azertyuiop $", "AZERTYUIOP *"),
        ("qsdfghjklmù²µ", "QSDFGHJKLM%³£"),
        ("<wxcvbn,;:=", ">WXCVBN?./+"),
    ),
    "fr": (
        ("&é\"'(-è_çà)=", "1234567890°+"),
        ("azertyuiop $", "AZERTYUIOP £"),
        ("qsdfghjklmù²*", "QSDFGHJKLM% µ"),
        ("<wxcvbn,;:!", ">WXCVBN?./§"),
    ),
    "de": (
        ("1234567890ß ", '!"§$%&/()=? '),
        ("qwertzuiopü+", "QWERTZUIOPÜ*"),
        ("asdfghjklöä #", "ASDFGHJKLÖÄ°'"),
        ("<yxcvbnm,.-", ">YXCVBNM;:_"),
    ),
    "uk": (
        ("1234567890-=", '!"£$%^&*()_+'),
        ("qwertyuiop[]", "QWERTYUIOP{}"),
        ("asdfghjkl;'`#", "ASDFGHJKL:@¬~"),
        ("\\zxcvbnm,./", "|ZXCVBNM<>?"),
    ),
}


def layout(word: str) -> Layout:
    """Return a layout by its word: us, be, fr, de or uk."""
    keys: dict[int, tuple[str, str]] = {_SPACE: (" ", " ")}
    keys |= {code: (character, character) for code, character in _KEYPAD.items()}
    for codes, (plain, shifted) in zip((_ROW_1, _ROW_2, _ROW_3, _ROW_4), _ROWS[word], strict=True):
        for code, low, high in zip(codes, plain, shifted, strict=True):
            keys[code] = ("" if low == " " else low, "" if high == " " else high)
    return keys


LAYOUTS = frozenset(_ROWS)


def keys_for(text: str, word: str) -> list[tuple[int, bool]]:
    """Return the key codes, each with or without shift, that type a text on a layout.

    For rehearsals and tests. Raises KeyError for a character the layout has no key for.
    """
    codes = {
        character: (code, is_shifted)
        for code, pair in layout(word).items()
        for is_shifted, character in enumerate(pair)
        if character
    }
    return [(codes[character][0], bool(codes[character][1])) for character in text]
