"""RDM6300, RDM630, ID-12LA, ID-20LA: STX, ten hex digits, two of XOR, [CR LF,] ETX at 9600 baud."""

import re

from core.tap import Credential, Technology
from readers.counters import Outcome
from readers.frames.base import BracketDecoder, Decoded
from readers.frames.forms import xor_of

_BODY = re.compile(rb"[0-9A-Fa-f]{12}(?:\r\n?|\n)?")
_PRINTED_BYTES = 4


def parse_body(body: bytes, *, is_printed: bool = False) -> Decoded:
    """Return the EM card of a frame's body. is_printed: only the four bytes printed on the card."""
    if not _BODY.fullmatch(body):
        return Outcome.BAD_FRAME
    values = bytes.fromhex(body[:12].decode())
    if xor_of(values) != 0:
        return Outcome.BAD_CHECKSUM
    number = values[:5]
    return Credential(Technology.EM4100, number[-_PRINTED_BYTES:] if is_printed else number)


def decoder(*, is_printed: bool = False) -> BracketDecoder:
    """Return a decoder for one line."""
    return BracketDecoder(lambda body: parse_body(body, is_printed=is_printed), bytes_max=16)
