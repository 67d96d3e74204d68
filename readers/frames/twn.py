"""Elatec TWN4 (Simple Protocol: the host asks) and TWN3 (text lines).

TWN4: the frame of SearchTag was composed from public client code (c3rebro/Elatec.NET). Neither it
nor the tag types below were held against a manual or a real reader; a type that is not in the table
gives a number of the family `generic`, so a wrong row shows in `reader listen`.
TWN3: `N` for no card, a number in hex, `:` and a checksum for an IndiTag, or a HID Prox number
led by its count of bits. As the maker's manual has it; never tried on a real reader.
"""

import re

from core.tap import Credential, Technology
from readers.counters import Outcome
from readers.frames.base import Absence, Decoded, LineDecoder
from readers.frames.forms import Form, Order, bits_of, card_from, even_odd_parity, number_card

TWN4_SEARCH = b"050010\r"
TWN3_SEARCH = b"s"
_LINE = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
_HEAD_BYTES = 5
_TAGS = {
    0x40: "em4100",
    0x46: "em4100",
    0x49: "hid_prox",
    0x80: "iso14443a",
    0x81: "iso14443b",
    0x82: "iso15693",
    0x85: "felica",
}
_WIEGAND26_BITS = 26
_PROX_BITS_MAX = 64


def parse_twn4(line: bytes) -> Decoded | None:
    """Return what an answer to SearchTag says."""
    if not _LINE.fullmatch(line):
        return Outcome.BAD_FRAME
    answer = bytes.fromhex(line.decode())
    if answer[0] != 0:
        return Outcome.LINE_FAULT
    if answer[1:] in (b"", b"\0"):
        return Absence.NO_CARD if len(answer) > 1 else None
    if len(answer) <= _HEAD_BYTES or answer[1] != 1:
        return Outcome.BAD_FRAME
    _error, _found, tag, bits, length = answer[:_HEAD_BYTES]
    number = answer[_HEAD_BYTES:]
    if len(number) != length or -(-bits // 8) != length:
        return Outcome.BAD_FRAME
    return number_card(number, _TAGS.get(tag, "generic"))


def parse_twn3(line: bytes, *, order: Order, card: str) -> Decoded:
    """Return what a line says. card `hid_prox`: the first byte counts the bits that follow."""
    if line == b"N":
        return Absence.NO_CARD
    if line.startswith(b":"):
        return _inditag(line[1:])
    if card == Technology.HID_PROX.word:
        return _hid_prox(line)
    return card_from(line, Form.HEX, order, card)


def _inditag(digits: bytes) -> Decoded:
    if not _LINE.fullmatch(digits) or len(digits) < 4:
        return Outcome.BAD_FRAME
    values = bytes.fromhex(digits.decode())
    if sum(values) % 256 != 0:
        return Outcome.BAD_CHECKSUM
    return number_card(values[:-1], "generic")


def _hid_prox(digits: bytes) -> Decoded:
    if not _LINE.fullmatch(digits):
        return Outcome.BAD_FRAME
    count, values = digits[:2], bytes.fromhex(digits[2:].decode())
    bits = bits_of(values)
    length = int(count, 16)
    if not 0 < length <= min(len(bits), _PROX_BITS_MAX) or len(values) != -(-length // 8):
        return Outcome.BAD_FRAME
    if "1" in bits[length:]:
        return Outcome.BAD_FRAME
    if length == _WIEGAND26_BITS and not even_odd_parity(bits[:length]):
        return Outcome.BAD_CHECKSUM
    return Credential(Technology.HID_PROX, bytes.fromhex(count.decode()) + values)


def twn4_decoder() -> LineDecoder:
    """Return a decoder for answers of a TWN4."""
    return LineDecoder(parse_twn4, bytes_max=96)


def twn3_decoder(*, order: Order, card: str) -> LineDecoder:
    """Return a decoder for lines of a TWN3."""
    return LineDecoder(lambda line: parse_twn3(line, order=order, card=card), bytes_max=96)
