"""How a number is written in a frame, and what card it is of. Pure; wrong writing is a fault."""

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import starmap

from core.tap import Credential, Technology, identity_fault
from core.tap import IdentityFault as Fault
from core.text import printable
from readers.counters import Outcome

_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){1,16}")
_DECIMAL = re.compile(rb"[0-9]{1,20}")
_TECHNOLOGIES: Mapping[str, Technology] = {
    technology.word: technology for technology in Technology if technology is not Technology.TYPED
}
_DECIMAL_BYTES = 4
_CARD_WORDS = {"auto", *_TECHNOLOGIES}


class Form(StrEnum):
    """How a reader writes a number."""

    HEX = "hex"
    DECIMAL = "decimal"
    TEXT = "text"
    BINARY = "binary"


class Order(StrEnum):
    """Which byte comes first: as on the air, or the other way round."""

    TRANSMISSION = "transmission"
    REVERSED = "reversed"


CARD_WORDS = frozenset(_CARD_WORDS)
"""What `card=` in an address may say."""


def card_from(body: bytes, form: Form, order: Order, card: str) -> Credential | Outcome:
    """Return the card of a frame's body, or the fault that it is not written in this form."""
    value = b""
    match form:
        case Form.TEXT:
            return text_card(body)
        case Form.HEX:
            value = bytes.fromhex(body.decode()) if _HEX.fullmatch(body) else b""
        case Form.DECIMAL:
            value = _decimal_value(body)
        case Form.BINARY:
            value = body
    if not value:
        return Outcome.BAD_FRAME
    return number_card(value if order is Order.TRANSMISSION else value[::-1], card)


def number_card(value: bytes, card: str) -> Credential | Outcome:
    """Return the card with a number; `auto` tells its kind from its length."""
    credential = Credential(_TECHNOLOGIES.get(card) or _kind_by_length(value), value)
    fault = identity_fault(credential)
    return Outcome.BAD_LENGTH if fault in (Fault.LENGTH, Fault.EMPTY) else credential


def text_card(body: bytes) -> Credential | Outcome:
    """Return a scanned code: printable UTF-8, without blanks at its ends."""
    try:
        text = body.decode("utf-8").strip()
    except UnicodeDecodeError:
        return Outcome.BAD_FRAME
    if not text or printable(text) != text:
        return Outcome.BAD_FRAME
    return Credential(Technology.BARCODE, text.encode())


def xor_of(values: bytes) -> int:
    """Return all bytes combined by exclusive or."""
    check = 0
    for value in values:
        check ^= value
    return check


def even_odd_parity(bits: str) -> bool:
    """Whether a Wiegand number's first bit makes its first half even and its last the rest odd."""
    middle = len(bits) // 2
    return bits[:middle].count("1") % 2 == 0 and bits[middle:].count("1") % 2 == 1


def bits_of(values: bytes) -> str:
    """Return bytes as ones and noughts."""
    return "".join(starmap(format, ((value, "08b") for value in values)))


def _decimal_value(body: bytes) -> bytes:
    if not _DECIMAL.fullmatch(body):
        return b""
    number = int(body)
    return number.to_bytes(max(_DECIMAL_BYTES, (number.bit_length() + 7) // 8), "big")


def _kind_by_length(value: bytes) -> Technology:
    match len(value):
        case 5:
            return Technology.EM4100
        case 8:
            return Technology.ISO15693
        case _:
            return Technology.ISO14443A
