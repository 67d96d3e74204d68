"""NDEF of a Type 2 tag (Ultralight, NTAG) behind PC/SC's READ BINARY.

Source: NFC Forum Type 2 Tag 1.1, sections 2 (memory) and 2.3 (TLV blocks); PC/SC part 3, 3.2.2.1.8.
"""

from readers.cards.apdu import Exchange, command
from readers.cards.ndef import MESSAGE_BYTES_MAX, NdefFaultError

_PAGE_BYTES = 4
_READ_BYTES = 16
_FIRST_PAGE = 3
_CC_MAGIC = 0xE1
_NULL, _NDEF, _TERMINATOR = 0x00, 0x03, 0xFE
_HEAD_BYTES_MAX = 4


def read_message() -> Exchange[bytes | None]:
    """Return the NDEF message, or None when the tag holds none.

    Raises NdefFaultError when a length lies or is beyond 1024 bytes.
    """
    first = yield from _read(_FIRST_PAGE)
    if len(first) < _READ_BYTES or first[0] != _CC_MAGIC:
        return None
    size = min(first[2] * 8, MESSAGE_BYTES_MAX + 2 * _READ_BYTES)
    area = bytearray(first[_PAGE_BYTES:])
    at = 0
    while True:
        yield from _fill(area, min(at + _HEAD_BYTES_MAX, size))
        if at >= min(len(area), size):
            return None
        tag = area[at]
        if tag == _TERMINATOR:
            return None
        if tag == _NULL:
            at += 1
            continue
        length, start = _length(bytes(area), at + 1)
        if start + length > size:
            raise NdefFaultError("a block claims more bytes than the tag has")
        if tag == _NDEF:
            yield from _fill(area, start + length)
            if start + length > len(area):
                raise NdefFaultError("the tag ends inside its message")
            return bytes(area[start : start + length])
        at = start + length


def _length(area: bytes, at: int) -> tuple[int, int]:
    if at >= len(area):
        raise NdefFaultError("a block has no length")
    if area[at] != 0xFF:
        return area[at], at + 1
    if at + 3 > len(area):
        raise NdefFaultError("a block has half a length")
    return int.from_bytes(area[at + 1 : at + 3], "big"), at + 3


def _fill(area: bytearray, size: int) -> Exchange[None]:
    """Read on until `size` bytes are there, or the tag gives no more."""
    while len(area) < size:
        page = _FIRST_PAGE + 1 + len(area) // _PAGE_BYTES
        read = (yield from _read(page)) if page <= 0xFF else b""
        if not read:
            return
        area += read


def _read(page: int) -> Exchange[bytes]:
    response = yield from command(bytes([0xFF, 0xB0, 0x00, page, _READ_BYTES]))
    if not response.is_well:
        return b""
    # Never part of a page: the next address is counted in pages.
    whole = len(response.payload) - len(response.payload) % _PAGE_BYTES
    return response.payload[: min(whole, _READ_BYTES)]
