"""NDEF messages: the first text or address in one, or a named fault. Every length is distrusted.

Source: NFC Forum NDEF 1.0 (records), RTD Text 1.0, RTD URI 1.0, RTD Smart Poster 1.1.
"""

from dataclasses import dataclass

from core.text import printable

MESSAGE_BYTES_MAX = 1024
_RECORDS_MAX = 16
_TEXT_CHARACTERS_MAX = 512
_CHUNKED, _SHORT, _HAS_ID, _LAST = 0x20, 0x10, 0x08, 0x40
_WELL_KNOWN = 1
_BYTE_ORDER_MARKS = (b"\xfe\xff", b"\xff\xfe")
_URI_PREFIXES = (
    *("", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:"),
    *("ftp://anonymous:anonymous@", "ftp://ftp.", "ftps://", "sftp://", "smb://", "nfs://"),
    *("ftp://", "dav://", "news:", "telnet://", "imap:", "rtsp://", "urn:", "pop:", "sip:"),
    *("sips:", "tftp:", "btspp://", "btl2cap://", "btgoep://", "tcpobex://", "irdaobex://"),
    *("file://", "urn:epc:id:", "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:"),
    "urn:nfc:",
)


class NdefFaultError(Exception):
    """A message is not NDEF, or claims what it does not hold."""


@dataclass(frozen=True, slots=True)
class _Record:
    type_name: int
    type: bytes
    payload: bytes


def first_text(message: bytes) -> str | None:
    """Return the first text or URI in a message, safe to print, at most 512 characters, or None.

    Raises NdefFaultError for a message longer than 1024 bytes, or one whose lengths lie.
    """
    return _first_text(message, depth=0)


def _first_text(message: bytes, *, depth: int) -> str | None:
    for record in _records(message):
        if record.type_name != _WELL_KNOWN:
            continue
        text = _text_of(record, depth=depth)
        if text is not None:
            return printable(text[:_TEXT_CHARACTERS_MAX])
    return None


def _text_of(record: _Record, *, depth: int) -> str | None:
    match record.type:
        case b"T":
            return _text(record.payload)
        case b"U":
            return _uri(record.payload)
        case b"Sp" if depth == 0:
            return _first_text(record.payload, depth=1)
        case _:
            return None


def _records(message: bytes) -> list[_Record]:
    if len(message) > MESSAGE_BYTES_MAX:
        raise NdefFaultError("message too long")
    records: list[_Record] = []
    at = 0
    while at < len(message):
        record, at, is_last = _record(message, at)
        records.append(record)
        if is_last or len(records) == _RECORDS_MAX:
            break
    return records


def _record(message: bytes, at: int) -> tuple[_Record, int, bool]:
    flags = message[at]
    if flags & _CHUNKED:
        raise NdefFaultError("chunked record")
    type_bytes, at = _number(message, at + 1, 1)
    payload_bytes, at = _number(message, at, 1 if flags & _SHORT else 4)
    id_bytes = 0
    if flags & _HAS_ID:
        id_bytes, at = _number(message, at, 1)
    payload_at = at + type_bytes + id_bytes
    end = payload_at + payload_bytes
    if end > len(message):
        raise NdefFaultError("a record claims more bytes than there are")
    kind = message[at : at + type_bytes]
    record = _Record(flags & 0x07, kind, message[payload_at:end])
    return record, end, bool(flags & _LAST)


def _number(message: bytes, at: int, size: int) -> tuple[int, int]:
    if at + size > len(message):
        raise NdefFaultError("a record ends in its head")
    return int.from_bytes(message[at : at + size], "big"), at + size


def _text(payload: bytes) -> str:
    if not payload or 1 + (payload[0] & 0x3F) > len(payload):
        raise NdefFaultError("a text record lies about its language")
    written = payload[1 + (payload[0] & 0x3F) :]
    if not payload[0] & 0x80:
        return written.decode("utf-8", errors="replace")
    has_mark = written[:2] in _BYTE_ORDER_MARKS
    return written.decode("utf-16" if has_mark else "utf-16-be", errors="replace")


def _uri(payload: bytes) -> str:
    if not payload:
        raise NdefFaultError("an empty address record")
    prefix = _URI_PREFIXES[payload[0]] if payload[0] < len(_URI_PREFIXES) else ""
    return prefix + payload[1:].decode("utf-8", errors="replace")
