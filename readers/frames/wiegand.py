"""Wiegand-26 and -34 behind a serial converter: the bits as hex digits or as ones and noughts.

The first bit makes the first half even, the last bit makes the second half odd. A 26-bit number
(8 bits of facility, 16 of card) is unique only inside one facility.
"""

import re

from core.tap import Credential, Technology
from readers.counters import Outcome
from readers.frames.base import Decoded, LineDecoder
from readers.frames.forms import even_odd_parity

_BITS = re.compile(rb"[01]+")
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_KINDS = {26: Technology.WIEGAND26, 34: Technology.WIEGAND34}


def parse_line(line: bytes, *, bits: int) -> Decoded:
    """Return the card of a line. bits: 26 or 34. The number is the bits between the parities."""
    written = _bits_of_line(line, bits)
    if written is None:
        return Outcome.BAD_FRAME
    if not even_odd_parity(written):
        return Outcome.BAD_CHECKSUM
    number = int(written[1:-1], 2)
    return Credential(_KINDS[bits], number.to_bytes((bits - 2) // 8, "big"))


def number_of(facility: int, card: int) -> str:
    """Return the seven hex digits a converter writes for a 26-bit number."""
    middle = format(facility, "08b") + format(card, "016b")
    first = str(middle[:12].count("1") % 2)
    last = str(1 - middle[12:].count("1") % 2)
    return format(int(first + middle + last, 2), "07X")


def _bits_of_line(line: bytes, bits: int) -> str | None:
    if len(line) == bits and _BITS.fullmatch(line):
        return line.decode()
    digits = -(-bits // 4)
    # Converters write whole bytes or just enough digits; what is written too much must be nought.
    if not _HEX.fullmatch(line) or len(line) not in (digits, digits + 1):
        return None
    number = int(line, 16)
    return format(number, f"0{bits}b") if number >> bits == 0 else None


def decoder(bits: int) -> LineDecoder:
    """Return a decoder for 26 or 34 bits."""
    return LineDecoder(lambda line: parse_line(line, bits=bits), bytes_max=48)
