"""StrongLink SL03x and SL040: the host asks `BA`, the reader answers `BD`; XOR of all as check."""

from core.tap import Credential, Technology
from readers.counters import Outcome
from readers.frames.base import Absence, Decoded, LengthDecoder
from readers.frames.forms import number_card, xor_of

SELECT = bytes.fromhex("BA0201B9")
RED_LIGHT_ON = bytes.fromhex("BA034001F8")
RED_LIGHT_OFF = bytes.fromhex("BA034000F9")
_START = b"\xbd"
_SELECT_CODE = 0x01
_LENGTHS = range(3, 30)
_WELL, _NO_CARD = 0x00, 0x01
_KINDS = {
    0x01: Technology.MIFARE_CLASSIC,
    0x02: Technology.MIFARE_CLASSIC,
    0x03: Technology.ULTRALIGHT,
    0x04: Technology.MIFARE_CLASSIC,
    0x05: Technology.MIFARE_CLASSIC,
    0x06: Technology.ISO14443_4,
}


def parse_frame(frame: bytes) -> Decoded | None:
    """Return what an answer says; None for the answer to another command than select."""
    if xor_of(frame) != 0:
        return Outcome.BAD_CHECKSUM
    code, status, payload = frame[2], frame[3], frame[4:-1]
    if code != _SELECT_CODE:
        return None
    if status == _NO_CARD:
        return Absence.NO_CARD
    if status != _WELL:
        return Outcome.LINE_FAULT
    if len(payload) < 2:
        return Outcome.BAD_FRAME
    kind = _KINDS.get(payload[-1], Technology.ISO14443A)
    decoded: Credential | Outcome = number_card(payload[:-1], kind.word)
    return decoded


def _frame_bytes(stream: bytes) -> int:
    if len(stream) < 2:
        return 0
    return 2 + stream[1] if stream[1] in _LENGTHS else -1


def decoder() -> LengthDecoder:
    """Return a decoder for one line."""
    return LengthDecoder(parse_frame, start=_START, frame_bytes=_frame_bytes)
