"""The smallest piece of ISO 7816-4: one command, one response, its status word."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from readers.errors import TornCardError

Result = TypeVar("Result")
Exchange = Generator[bytes, bytes, Result]
"""Yields a command APDU, is sent the response, returns what it found out."""

STATUS_WELL = 0x9000
_STATUS_BYTES = 2
_WRONG_LENGTH = 0x6C


@dataclass(frozen=True, slots=True)
class Response:
    """What a card answered: its bytes, and the status word behind them."""

    payload: bytes
    status: int

    @property
    def is_well(self) -> bool:
        """Whether the card did what it was asked."""
        return self.status == STATUS_WELL


def command(apdu: bytes) -> Exchange[Response]:
    """Send one command. Raises TornCardError for a response too short to hold a status.

    PC/SC reports a card that leaves in mid exchange as success with no bytes at all; so a short
    response, not the return code, is what tells it.
    """
    raw = yield apdu
    if len(raw) < _STATUS_BYTES:
        raise TornCardError("the card left in the middle of an exchange; tap again")
    return Response(raw[:-_STATUS_BYTES], int.from_bytes(raw[-_STATUS_BYTES:], "big"))


def read_command(apdu: bytes) -> Exchange[Response]:
    """Send a command that ends in Le; ask again with the length a T=0 card insists on (6Cxx)."""
    response = yield from command(apdu)
    if response.status >> 8 == _WRONG_LENGTH:
        return (yield from command(apdu[:-1] + bytes([response.status & 0xFF])))
    return response
