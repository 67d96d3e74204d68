"""From an answer to reset to a technology.

A contactless reader makes up an ATR: 3B 8n 80 01, n historical bytes, a check byte. For a storage
card those bytes name its standard and its kind; for a processor card they come from the card.
Source: PC/SC part 3, section 3.1.3.2.3 (and its supplement for the names).
"""

from core.tap import Technology

_CONTACTLESS_TD = b"\x80\x01"
_STORAGE_MARK = bytes.fromhex("804F0CA000000306")
_STANDARD_AT = len(_STORAGE_MARK)

_BY_NAME = {
    0x0001: Technology.MIFARE_CLASSIC,
    0x0002: Technology.MIFARE_CLASSIC,
    0x0003: Technology.ULTRALIGHT,
    0x0026: Technology.MIFARE_CLASSIC,
    0x0036: Technology.MIFARE_CLASSIC,
    0x0037: Technology.MIFARE_CLASSIC,
    0x003A: Technology.ULTRALIGHT,
    0x003B: Technology.FELICA,
    0x003D: Technology.ULTRALIGHT,
    0xF011: Technology.FELICA,
    0xF012: Technology.FELICA,
    0xFF88: Technology.MIFARE_CLASSIC,
}
_BY_STANDARD = {
    0x01: Technology.ISO14443A,
    0x02: Technology.ISO14443A,
    0x03: Technology.ISO14443A,
    0x05: Technology.ISO14443B,
    0x06: Technology.ISO14443B,
    0x07: Technology.ISO14443B,
    0x09: Technology.ISO15693,
    0x0A: Technology.ISO15693,
    0x0B: Technology.ISO15693,
    0x0C: Technology.ISO15693,
    0x11: Technology.FELICA,
}


def technology_of(atr: bytes) -> Technology:
    """Return what kind of card an ATR tells of; CONTACT for whatever is not contactless.

    A processor card is taken for type A: an ATR does not tell type A from type B, and school
    badges of type B are rare.
    """
    if len(atr) < 5 or atr[0] != 0x3B or atr[1] & 0xF0 != 0x80 or atr[2:4] != _CONTACTLESS_TD:
        return Technology.CONTACT
    historical = atr[4 : 4 + (atr[1] & 0x0F)]
    if not historical.startswith(_STORAGE_MARK) or len(historical) < _STANDARD_AT + 3:
        return Technology.ISO14443_4
    standard = historical[_STANDARD_AT]
    name = int.from_bytes(historical[_STANDARD_AT + 1 : _STANDARD_AT + 3], "big")
    return _BY_NAME.get(name) or _BY_STANDARD.get(standard, Technology.GENERIC)


def storage_atr(standard: int, name: int) -> bytes:
    """Return the ATR that a reader makes up for a storage card."""
    body = bytes([0x8F]) + _CONTACTLESS_TD + _STORAGE_MARK + bytes([standard])
    body += name.to_bytes(2, "big") + bytes(4)
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes([check])
