"""NDEF of a Type 4 tag (a processor card with the NDEF application).

Source: NFC Forum Type 4 Tag 2.0, sections 5.1 (capability container) and 5.4 (read procedure).
"""

from readers.cards.apdu import Exchange, command, read_command
from readers.cards.ndef import MESSAGE_BYTES_MAX, NdefFaultError

SELECT_APPLICATION = bytes.fromhex("00A4040007D276000085010100")
_SELECT_FILE = bytes.fromhex("00A4000C02")
_CONTAINER_FILE = bytes.fromhex("E103")
_CONTAINER_BYTES = 15
_NDEF_CONTROL = bytes.fromhex("0406")
_CHUNK_BYTES_MAX = 0xF0


def read_message() -> Exchange[bytes | None]:
    """Return the NDEF message, or None when the card has no readable NDEF application.

    Raises NdefFaultError when a length lies or is beyond 1024 bytes.
    """
    selected = yield from command(SELECT_APPLICATION)
    if not selected.is_well:
        return None
    container = yield from _read_file(_CONTAINER_FILE, _CONTAINER_BYTES)
    if container is None:
        return None
    if len(container) < _CONTAINER_BYTES or container[7:9] != _NDEF_CONTROL:
        raise NdefFaultError("a capability container without an NDEF file")
    chunk_bytes = min(int.from_bytes(container[3:5], "big"), _CHUNK_BYTES_MAX)
    file_bytes = int.from_bytes(container[11:13], "big")
    is_readable = container[13] == 0
    if chunk_bytes == 0:
        raise NdefFaultError("a card that lets nothing be read")
    return (
        (yield from _read_ndef_file(container[9:11], chunk_bytes, file_bytes))
        if is_readable
        else None
    )


def _read_ndef_file(file_id: bytes, chunk_bytes: int, file_bytes: int) -> Exchange[bytes | None]:
    head = yield from _read_file(file_id, 2)
    if head is None:
        return None
    if len(head) != 2:
        raise NdefFaultError("an NDEF file without a length")
    length = int.from_bytes(head, "big")
    if length > min(MESSAGE_BYTES_MAX, max(file_bytes - 2, 0)):
        raise NdefFaultError("a message longer than its file, or than 1024 bytes")
    message = b""
    while len(message) < length:
        asked = min(chunk_bytes, length - len(message))
        response = yield from read_command(_read_binary(2 + len(message), asked))
        if not response.is_well or not response.payload:
            raise NdefFaultError("the card ends inside its message")
        message += response.payload
    return message[:length]


def _read_file(file_id: bytes, length: int) -> Exchange[bytes | None]:
    selected = yield from command(_SELECT_FILE + file_id)
    if not selected.is_well:
        return None
    response = yield from read_command(_read_binary(0, length))
    return response.payload if response.is_well else None


def _read_binary(offset: int, length: int) -> bytes:
    return b"\x00\xb0" + offset.to_bytes(2, "big") + bytes([length])
