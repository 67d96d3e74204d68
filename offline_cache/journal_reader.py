"""Reading a journal: from the till's own connection, or beside the running daemon."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import cast

from core.chain import GENESIS
from core.events import SealedEvent
from core.facts import EventKind
from core.ids import EventId
from core.till_state import BEFORE_ALL, Position
from core.value import Value
from offline_cache.connection import Connection, Row, connect_reader, damaged, journal_errors
from offline_cache.errors import ForeignFileError, JournalMissingError
from offline_cache.schema import (
    APPLICATION_ID,
    EPOCH_BITS,
    KEEP_FEW_PAGES,
    SEQ_MASK,
    position_key,
    pragma,
)

EVENT_COLUMNS = "epoch, seq, id, kind, body, prev_hash, hash"
_EVENTS = f"SELECT {EVENT_COLUMNS} FROM event WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608  our own words
_EVENTS_BACK = (
    f"SELECT {EVENT_COLUMNS} FROM event WHERE position < ? ORDER BY position DESC LIMIT ?"  # noqa: S608  our own words
)
_EVENT_OF = f"SELECT {EVENT_COLUMNS} FROM event WHERE id = ? ORDER BY position DESC LIMIT 1"  # noqa: S608  our own words
_HEAD = "SELECT epoch, seq, hash FROM head"
_NEWEST = "SELECT epoch, seq, hash FROM event ORDER BY position DESC LIMIT 1"
_ARCHIVED = "SELECT epoch, seq, hash FROM archived"
_HAS_ARCHIVED = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'archived'"
_ACKNOWLEDGED = "SELECT epoch, seq FROM acknowledged"
_MARKS = "SELECT name, value FROM mark ORDER BY name"
_BEHIND_ALL = (1 << 63) - 1
_CHUNK = 500
_KINDS = {kind.value: kind for kind in EventKind}
_EventRow = tuple[int, int, EventId, str, bytes, bytes, bytes]
_EVENT_TYPES = (int, int, str, str, bytes, bytes, bytes)


class Head(Value):
    """The end of a journal: the last event's place and hash. `seq` is 0 before the first event."""

    epoch: int
    seq: int
    hash: bytes


EMPTY_HEAD = Head(epoch=1, seq=0, hash=GENESIS)


class JournalReader:
    """A journal, to be read only, also while a daemon writes it. For one thread."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        folder: TemporaryDirectory[str] | None = None,
    ) -> None:
        self.path = path
        self._connection = connection
        self._folder = folder

    @classmethod
    def open(cls, path: Path) -> "JournalReader":
        """Open a journal for reading.

        Raises JournalMissingError, ForeignFileError, JournalCorruptError or another JournalError.
        """
        if not path.is_file():
            raise JournalMissingError(
                f"there is no journal at {path}; start the terminal once, or name its folder with "
                "--data"
            )
        with journal_errors(path):
            return cls._connect(path)

    @classmethod
    def _connect(cls, path: Path) -> "JournalReader":
        reader = cls(path, connect_reader(path))
        try:
            reader.check()
        except sqlite3.OperationalError as error:
            reader.close()
            if error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
            ):
                raise
            reader = cls._open_unwritable(path)
            reader.check()
        except BaseException:
            reader.close()
            raise
        return reader

    @classmethod
    def _open_unwritable(cls, path: Path) -> "JournalReader":
        """Open a journal in a folder where SQLite cannot make the files it reads a WAL with.

        A WAL that holds something is never passed over: then both files are copied elsewhere.
        """
        wal = path.with_name(path.name + "-wal")
        if not wal.exists() or wal.stat().st_size == 0:
            return cls(path, connect_reader(path, "&immutable=1"))
        folder = TemporaryDirectory(prefix="refectory-")
        copy = Path(folder.name, path.name)
        copyfile(path, copy)
        copyfile(wal, copy.with_name(wal.name))
        return cls(path, connect_reader(copy), folder)

    def check(self) -> None:
        """Read a little. Raises ForeignFileError for a file that is no journal."""
        self._connection.execute(KEEP_FEW_PAGES)
        if pragma(self._connection, "application_id") != APPLICATION_ID:
            raise ForeignFileError(
                f"{self.path} is no journal; name the folder of a terminal with --data"
            )
        list(self._connection.execute(_HEAD))

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for the checks of `offline_cache.integrity`."""
        return self._connection

    @property
    def head(self) -> Head:
        """The end of the journal, as its mark says."""
        with journal_errors(self.path):
            return read_head(self._connection, self.path)

    @property
    def archived(self) -> Head:
        """The last event that was archived and removed; what is stored begins behind it."""
        with journal_errors(self.path):
            return read_archived(self._connection, self.path)

    @property
    def acknowledged(self) -> Position:
        """How far the centre has said that it holds this journal."""
        with journal_errors(self.path):
            return read_acknowledged(self._connection, self.path)

    def marks(self) -> dict[str, str]:
        """Return the small facts that the terminal keeps beside its events."""
        with journal_errors(self.path):
            return read_marks(self._connection)

    def events(
        self, after: Position = BEFORE_ALL, limit: int | None = None
    ) -> Iterator[SealedEvent]:
        """Yield the events behind a position, in order; at most `limit`.

        Raises JournalError when a page or a row cannot be read.
        """
        with journal_errors(self.path):
            yield from read_events(self._connection, self.path, after, limit)

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._connection.close()
        if self._folder is not None:
            self._folder.cleanup()


def read_head(connection: Connection, path: Path) -> Head:
    """Return the head mark. Raises JournalCorruptError."""
    return _head_in(list(connection.execute(_HEAD)), path, "the head mark")


def read_newest(connection: Connection, path: Path) -> Head:
    """Return the newest event's place and hash, archived or not. Raises JournalCorruptError."""
    rows = list(connection.execute(_NEWEST))
    return _head_in(rows, path, "the newest event") if rows else read_archived(connection, path)


def read_archived(connection: Connection, path: Path) -> Head:
    """Return the last event that was archived and removed. Raises JournalCorruptError.

    A file of version 1 has no such mark: nothing was ever removed from it.
    """
    if not list(connection.execute(_HAS_ARCHIVED)):
        return EMPTY_HEAD
    return _head_in(list(connection.execute(_ARCHIVED)), path, "the mark of what was archived")


def _head_in(rows: list[Row], path: Path, what: str) -> Head:
    match rows:
        case [(int(epoch), int(seq), bytes(digest))]:
            return Head(epoch, seq, digest)
        case _:
            raise damaged(path, what)


def read_acknowledged(connection: Connection, path: Path) -> Position:
    """Return the acknowledged position. Raises JournalCorruptError."""
    match list(connection.execute(_ACKNOWLEDGED)):
        case [(int(epoch), int(seq))]:
            return (epoch, seq)
        case _:
            raise damaged(path, "the mark of what the centre holds")


def read_marks(connection: Connection) -> dict[str, str]:
    """Return the marks by name."""
    return {str(name): str(value) for name, value in connection.execute(_MARKS)}


def read_events(
    connection: Connection, path: Path, after: Position, limit: int | None
) -> Iterator[SealedEvent]:
    """Yield the events behind a position.

    They are fetched in chunks, each a read of its own: a slow consumer never holds up the WAL.
    """
    key = position_key(*after)
    left = limit
    while left is None or left > 0:
        wanted = _CHUNK if left is None else min(_CHUNK, left)
        rows = list(connection.execute(_EVENTS, (key, wanted)))
        for row in rows:
            event = event_in(row, path, key)
            key = position_key(event.epoch, event.seq)
            yield event
        if len(rows) < wanted:
            return
        left = None if left is None else left - len(rows)


def read_events_back(
    connection: Connection, path: Path, before: Position | None = None
) -> Iterator[SealedEvent]:
    """Yield the events before a position (None: all), the newest first, in chunks as above."""
    key = _BEHIND_ALL if before is None else position_key(*before)
    while True:
        rows = list(connection.execute(_EVENTS_BACK, (key, _CHUNK)))
        for row in rows:
            event = event_in(row, path, key)
            key = position_key(event.epoch, event.seq)
            yield event
        if len(rows) < _CHUNK:
            return


def read_event_of(connection: Connection, path: Path, event_id: EventId) -> SealedEvent | None:
    """Return the event of an id; None when it is not here. It looks from the newest back."""
    rows = list(connection.execute(_EVENT_OF, (event_id,)))
    return event_in(rows[0], path, 0) if rows else None


def event_in(row: Row, path: Path, key: int) -> SealedEvent:
    """Return the event that a row of EVENT_COLUMNS holds; key: the one before, for the error.

    Raises JournalCorruptError, and ForeignFileError for a kind of event that is not known here.
    """
    if tuple(map(type, row)) != _EVENT_TYPES:
        raise damaged(path, f"the event behind {key >> EPOCH_BITS}-{key & SEQ_MASK}")
    epoch, seq, event_id, word, body, prev_hash, digest = cast("_EventRow", row)
    kind = _KINDS.get(word)
    if kind is None:
        raise ForeignFileError(
            f"journal {path}: event {epoch}-{seq} is of the kind {word!r}, which this "
            "program does not know; install the newer refectory that wrote it"
        )
    return SealedEvent(epoch, seq, event_id, kind, body, prev_hash, digest)
