"""Reading what a start needs of a journal: `core.replay` says what that is.

An event's moment and whether its clock was set are taken out of its bytes in SQL, without reading
them as JSON: canonical bytes begin with `at` and end with `synced` (`core.events.seal`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.codec import CodecError, read_moment
from core.errors import MalformedEventError
from core.events import SealedEvent, read_event
from core.facts import PeriodClosed
from core.kinds import EventKind
from core.replay import PASSING, LeftOut, is_past
from core.till_state import Position
from offline_cache.connection import Connection, damaged
from offline_cache.journal_reader import EVENT_COLUMNS, event_in, read_events
from offline_cache.schema import position_key

_CHUNK: Final = 500
_PASSING = ", ".join(f"'{kind.value}'" for kind in sorted(PASSING))
_CLOSING_BEFORE = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE kind = 'period.closed' AND position < ?"  # noqa: S608  our own words
    " ORDER BY position DESC LIMIT 1"
)
_LASTING = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE position > ? AND position <= ?"  # noqa: S608  our own words
    f" AND kind NOT IN ({_PASSING}) ORDER BY position LIMIT {_CHUNK}"
)
_AT: Final = "CAST(substr(body, 8, 24) AS TEXT)"
_SYNCED_END: Final = b'"synced":true}'
_LEFT_OUT = (
    f"SELECT max({_AT}), max(CASE WHEN substr(body, {-len(_SYNCED_END)}) = ? THEN {_AT} END)"  # noqa: S608  our own words
    f" FROM event WHERE position > ? AND position < ? AND kind IN ({_PASSING})"
)
_BEHIND_ALL = (1 << 63) - 1


def read_replay(
    connection: Connection, path: Path, *, covered: Position
) -> Iterator[SealedEvent | LeftOut]:
    """Yield what the till's sums need, in order: events, and what is told of those left out.

    covered: how far the centre has acknowledged this journal and the copy holds it. Raises
    JournalCorruptError for an event that cannot be what was written.
    """
    horizon = _horizon(connection, path, covered)
    if horizon is not None:
        yield from _read_past(connection, path, horizon)
    after = (0, 0) if horizon is None else (horizon.epoch, horizon.seq)
    yield from read_events(connection, path, after, None)


def _horizon(connection: Connection, path: Path, covered: Position) -> SealedEvent | None:
    """Return the last closing before which events may be left out; None without one."""
    newest: PeriodClosed | None = None
    key = _BEHIND_ALL
    while rows := list(connection.execute(_CLOSING_BEFORE, (key,))):
        sealed = event_in(rows[0], path, key)
        key = position_key(sealed.epoch, sealed.seq)
        closing = _closing(sealed, path)
        newest = newest or closing
        if (sealed.epoch, sealed.seq) <= covered and is_past(closing, newest=newest):
            return sealed
    return None


def _closing(sealed: SealedEvent, path: Path) -> PeriodClosed:
    try:
        fact = read_event(sealed.body).fact
    except MalformedEventError as error:
        raise damaged(path, f"event {sealed.epoch}-{sealed.seq}") from error
    if not isinstance(fact, PeriodClosed):
        raise damaged(path, f"event {sealed.epoch}-{sealed.seq}")
    return fact


def _read_past(
    connection: Connection, path: Path, horizon: SealedEvent
) -> Iterator[SealedEvent | LeftOut]:
    """Yield the lasting events up to a closing, and between two changes of the clock the rest."""
    end = position_key(horizon.epoch, horizon.seq)
    key = told = 0
    while rows := list(connection.execute(_LASTING, (key, end))):
        for row in rows:
            event = event_in(row, path, key)
            key = position_key(event.epoch, event.seq)
            if event.kind is EventKind.CLOCK_CHANGED:
                yield _left_out(connection, path, told, key)
                told = key
            yield event
    yield _left_out(connection, path, told, end)


def _left_out(connection: Connection, path: Path, after: int, before: int) -> LeftOut:
    (row,) = list(connection.execute(_LEFT_OUT, (_SYNCED_END, after, before)))
    try:
        newest, synced = (None if text is None else read_moment(text) for text in row)
    except (CodecError, ValueError) as error:
        raise damaged(path, "the time of an event") from error
    return LeftOut(newest, synced)
