"""What a printer sends back: an incremental parser of its replies, and the status they add up to.

    automatic status (ASB)   4 bytes, first & 93h = 10h, the others & 90h = 00h
    real-time (DLE EOT n)    1 byte, & 93h = 12h; they come in the order they were asked
    process number (GS ( H)  37h 22h d d d d 00h
    other blocks             35h 3Bh 3Dh 5Fh … 00h, such as the model's name
    paper sensor (GS r)      1 byte, & 90h = 00h

Automatic status is taken first: its later bytes look like a paper sensor's. Source: Epson's
ESC/POS command reference, "Identification of transmission status".
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from printer.base import Connection, PrinterStatus, Trouble

_ASB_LENGTH: Final = 4
_PROCESS_LENGTH: Final = 7
_BLOCK_LENGTH_MAX: Final = 96
_BLOCK_HEADERS: Final = frozenset(b"\x35\x3b\x3d\x5f\x37")
_PROCESS_HEADER: Final = b"\x37\x22"
_XON_XOFF: Final = frozenset(b"\x11\x13")

_PAPER_END_SENSOR: Final = 0x0C
_NEAR_END_SENSOR: Final = 0x03


class Automatic(NamedTuple):
    """Four bytes of automatic status."""

    raw: bytes


class RealTime(NamedTuple):
    """The answer to `DLE EOT n`."""

    n: int
    value: int


class PaperSensor(NamedTuple):
    """The answer to `GS r 1`: everything sent before it has been executed."""

    value: int


class ProcessNumber(NamedTuple):
    """The answer to `GS ( H`: everything sent before this number is printed."""

    mark: bytes


class Block(NamedTuple):
    """Another answer, such as the model's name. `text`: without header and end."""

    header: int
    text: bytes


Reply = Automatic | RealTime | PaperSensor | ProcessNumber | Block


class ReplyParser:
    """Cuts a printer's bytes into replies, however they arrive."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._asked: deque[int] = deque()

    def expect(self, n: int) -> None:
        """Note that `DLE EOT n` was sent."""
        self._asked.append(n)

    @property
    def is_waiting(self) -> bool:
        """Whether a real-time status that was asked for has not come yet."""
        return bool(self._asked)

    def feed(self, received: bytes) -> list[Reply]:
        """Return the replies that are whole now."""
        self._pending += received
        replies: list[Reply] = []
        while self._pending:
            length, reply = self._next()
            if length == 0:
                break
            del self._pending[:length]
            if reply is not None:
                replies.append(reply)
        return replies

    def _next(self) -> tuple[int, Reply | None]:
        """Return how many bytes the next reply has, 0 when it is not whole, and the reply."""
        first = self._pending[0]
        if first & 0x93 == 0x10:  # noqa: PLR2004  the masks of the table above
            return self._automatic()
        if first & 0x93 == 0x12:  # noqa: PLR2004
            n = self._asked.popleft() if self._asked else 1
            return 1, RealTime(n, first)
        if first in _BLOCK_HEADERS:
            return self._block()
        if first & 0x90 == 0 and first not in _XON_XOFF:
            return 1, PaperSensor(first)
        return 1, None

    def _automatic(self) -> tuple[int, Reply | None]:
        raw = bytes(self._pending[:_ASB_LENGTH])
        if any(byte & 0x90 for byte in raw[1:]):
            return 1, None
        return (_ASB_LENGTH, Automatic(raw)) if len(raw) == _ASB_LENGTH else (0, None)

    def _block(self) -> tuple[int, Reply | None]:
        if bytes(self._pending[:2]) == _PROCESS_HEADER:
            raw = bytes(self._pending[:_PROCESS_LENGTH])
            return (
                (_PROCESS_LENGTH, ProcessNumber(raw[2:6]))
                if len(raw) == _PROCESS_LENGTH
                else (0, None)
            )
        end = self._pending.find(0)
        if end < 0:
            return (1, None) if len(self._pending) > _BLOCK_LENGTH_MAX else (0, None)
        return end + 1, Block(self._pending[0], bytes(self._pending[1:end]))


@dataclass(frozen=True, slots=True)
class _Known:
    """What replies have said so far; None: nothing yet."""

    is_offline: bool | None = None
    is_cover_open: bool | None = None
    is_paper_out: bool | None = None
    is_paper_low: bool | None = None
    has_cutter_error: bool | None = None
    has_error: bool | None = None
    is_drawer_open: bool | None = None


class StatusBoard:
    """What a printer has said about itself, added up."""

    def __init__(self) -> None:
        self._known = _Known()

    def take(self, replies: Iterable[Reply]) -> None:
        """Add replies to what is known."""
        for reply in replies:
            match reply:
                case Automatic(raw=raw):
                    self._known = _from_automatic(raw)
                case RealTime():
                    self._known = _with_real_time(self._known, reply)
                case PaperSensor(value=value):
                    self._known = replace(
                        self._known,
                        is_paper_out=bool(value & _PAPER_END_SENSOR),
                        is_paper_low=bool(value & _NEAR_END_SENSOR),
                    )
                case ProcessNumber() | Block():
                    pass

    def status(self) -> PrinterStatus:
        """Return the status that the replies add up to."""
        known = self._known
        troubles = tuple(
            trouble
            for trouble, is_so in (
                (Trouble.COVER_OPEN, known.is_cover_open),
                (Trouble.PAPER_END, known.is_paper_out),
                (Trouble.CUTTER, known.has_cutter_error),
                (Trouble.ERROR, known.has_error and not known.has_cutter_error),
                (Trouble.PAPER_NEAR_END, known.is_paper_low and not known.is_paper_out),
            )
            if is_so
        )
        if known.is_offline and not any(one is not Trouble.PAPER_NEAR_END for one in troubles):
            troubles = (Trouble.OFFLINE, *troubles)
        return PrinterStatus(
            connection=_connection(known),
            is_cover_open=known.is_cover_open,
            is_paper_out=known.is_paper_out,
            is_paper_low=known.is_paper_low,
            has_cutter_error=known.has_cutter_error,
            is_drawer_open=known.is_drawer_open,
            troubles=troubles,
        )


def _connection(known: _Known) -> Connection:
    if known.is_offline is None:
        return Connection.UNKNOWN
    return Connection.OFFLINE if known.is_offline else Connection.ONLINE


def _from_automatic(raw: bytes) -> _Known:
    state, errors, paper, _reserved = raw
    return _Known(
        is_offline=bool(state & 0x08),
        is_cover_open=bool(state & 0x20),
        is_paper_out=bool(paper & _PAPER_END_SENSOR),
        is_paper_low=bool(paper & _NEAR_END_SENSOR),
        has_cutter_error=bool(errors & 0x08),
        has_error=bool(errors & 0x64),
        is_drawer_open=bool(state & 0x04),
    )


def _with_real_time(known: _Known, reply: RealTime) -> _Known:
    value = reply.value
    match reply.n:
        case 1:
            return replace(known, is_offline=bool(value & 0x08), is_drawer_open=bool(value & 0x04))
        case 2:
            return replace(
                known,
                is_cover_open=bool(value & 0x04),
                is_paper_out=bool(value & 0x20) or bool(known.is_paper_out),
                has_error=bool(value & 0x40),
            )
        case 3:
            return replace(known, has_cutter_error=bool(value & 0x08))
        case 4:
            return replace(known, is_paper_low=bool(value & 0x0C), is_paper_out=bool(value & 0x60))
        case _:
            return known
