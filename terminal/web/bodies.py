"""What the bodies of requests say, parsed at the door."""

import json

from core.tap import Credential, Technology

_VALUE_BYTES_MAX = 256
_WANTED_MAX = 64

_TECHNOLOGIES = {technology.word: technology for technology in Technology}


class BadRequestError(Exception):
    """A request does not say what it must say."""


def parse_tap(body: bytes) -> tuple[Credential, bool]:
    """Return the card that a request for a tap names, and whether it stays on the reader.

    body: JSON, `{"value": "04A1…", "technology": "iso14443a", "stays": false}`; all but the value
    may be left out. Raises BadRequestError.
    """
    wanted = _object_in(body, example='{"value": "04A1B2C3D4E5F6"}')
    word = wanted.get("technology", Technology.ISO14443A.word)
    technology = _TECHNOLOGIES.get(word) if isinstance(word, str) else None
    if technology is None:
        raise BadRequestError(f"technology is one of {', '.join(_TECHNOLOGIES)}")
    stays = wanted.get("stays", False)
    if not isinstance(stays, bool):
        raise BadRequestError("stays is true or false")
    return Credential(technology, _value_bytes(wanted.get("value"))), stays


def parse_reprint(body: bytes) -> str:
    """Return the event whose receipt a request wants: `{"event": "1-42"}`, or `last` for none.

    Raises BadRequestError.
    """
    event = _object_in(body, example='{"event": "last"}').get("event", "last")
    if not isinstance(event, str) or not is_wanted(event):
        raise BadRequestError('event is the reference on the receipt, such as "1-42", or "last"')
    return event


def parse_came_out(body: bytes) -> bool:
    """Return what a request says of a paper: `{"came_out": true}`. Raises BadRequestError."""
    came_out = _object_in(body, example='{"came_out": true}').get("came_out")
    if not isinstance(came_out, bool):
        raise BadRequestError("came_out is true or false")
    return came_out


def is_wanted(text: str) -> bool:
    """Whether a text can name an act: an event's id, a reference, a receipt's number, `last`."""
    return 0 < len(text) <= _WANTED_MAX and text.isprintable()


def _object_in(body: bytes, *, example: str) -> dict[str, object]:
    try:
        wanted = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"send JSON: {example}") from error
    if not isinstance(wanted, dict):
        raise BadRequestError(f"send a JSON object: {example}")
    return wanted


def _value_bytes(text: object) -> bytes:
    try:
        value = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        value = b""
    if not 0 < len(value) <= _VALUE_BYTES_MAX:
        raise BadRequestError("value is the card's number in hexadecimal, at most 256 bytes")
    return value
