"""The journal: what happened at this terminal, and the only truth about it.

Rules that keep it one:
1. One transaction and one sync a call of `append`; when it has returned, the events are on the
   disk. Until then nothing was promised to anybody.
2. The exact bytes that were hashed are stored, and never written a second time.
3. One thread writes. Others read through a `JournalReader` of their own.
4. A write that failed ends this object: every later call raises the same error. The owner closes
   it and opens the file anew. What was in flight then may be there or not; nothing else may.
5. A transaction may be begun ahead of its events (`get_ready`), with what waits to ride along.
   Until its commit it is nothing to anybody; whoever comes next adds to it and ends it.
6. The WAL is moved into the file only by `checkpoint`, when the till is idle, or when it has grown
   past a ceiling. It is never truncated in service: overwriting costs the card less than growing.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from core.events import SealedEvent
from core.ids import EventId
from core.replay import LeftOut
from core.till_state import BEFORE_ALL, Position
from offline_cache.connection import (
    DATABASE_ERRORS,
    Connect,
    Connection,
    connect_writer,
    file_error,
    journal_error,
    journal_errors,
)
from offline_cache.durable import sync_to_disk
from offline_cache.errors import (
    FileVanishedError,
    JournalCorruptError,
    JournalError,
    JournalMissingError,
)
from offline_cache.journal_reader import (
    Head,
    JournalReader,
    read_acknowledged,
    read_archived,
    read_event_of,
    read_events,
    read_events_back,
    read_head,
    read_marks,
    read_newest,
)
from offline_cache.lock import JournalLock
from offline_cache.migrations import migrate
from offline_cache.replay import read_replay
from offline_cache.retention import archive_events, place_text
from offline_cache.schema import position_key, prepare
from offline_cache.spool import PendingJob, SpoolJob, SpoolTable, StateChange

__all__ = ["Head", "Journal", "JournalReader", "PendingJob", "SpoolJob"]

WAL_COMMITS_WORTH: Final = 100
"""So many commits (about 1 MB of WAL) are worth a checkpoint when the till is idle."""
WAL_COMMITS_MAX: Final = 500
"""So many without an idle second, and the next append makes a checkpoint first."""

_BEGIN = "BEGIN IMMEDIATE"
_COMMIT = "COMMIT"
_ROLLBACK = "ROLLBACK"
_INSERT_EVENT = (
    "INSERT INTO event (position, epoch, seq, id, kind, body, prev_hash, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_ACKNOWLEDGE = "UPDATE acknowledged SET epoch = ?, seq = ?"
_INSERT_EXCEPTION = "INSERT OR REPLACE INTO exception (position, verdict, flag) VALUES (?, ?, ?)"
_MARK = "INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)"
_START_EPOCH = "INSERT INTO tail (epoch, seq, hash) VALUES (?, 0, ?)"
_ARCHIVED = "UPDATE archived SET epoch = ?, seq = ?, hash = ?"
_DELETE_EVENTS = "DELETE FROM event WHERE position <= ?"
_DELETE_EXCEPTIONS = "DELETE FROM exception WHERE position <= ?"
_TOUCH = "UPDATE upkeep SET checkpoints = checkpoints + 1"
_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"


class Journal:
    """A terminal's journal, open for writing. It keeps to the thread that opened it."""

    def __init__(self, path: Path, connection: Connection, lock: JournalLock) -> None:
        self.path = path
        self._connection = connection
        self._execute = connection.execute
        self._lock = lock
        self._fault: BaseException | None = None
        self._commits = 0
        self._is_begun = False
        self._lazy: list[StateChange] = []
        self._lazy_begun = 0  # so many of them are in the transaction that is begun
        self._lazy_marks: dict[str, str] = {}
        self._marks = read_marks(connection)
        self.head = read_head(connection, path)
        """The end of the journal: the last event that is on the disk."""
        self.acknowledged = read_acknowledged(connection, path)
        """How far the centre has said that it holds this journal."""
        self._spool = SpoolTable(connection, path)
        self._file = str(path)
        self._wal = f"{path}-wal"
        self._inodes = (_inode(self._file), _inode(self._wal))

    @classmethod
    def open(
        cls, path: Path, *, connect: Connect = connect_writer, may_create: bool = True
    ) -> "Journal":
        """Open a journal; one that does not exist is created, an old one is migrated.

        may_create: False for a till that had a journal a moment ago: an empty one in its place
        would serve every meal a second time. Then a missing file is a JournalMissingError.
        Raises JournalLockedError when another daemon has it, ForeignFileError,
        JournalCorruptError, DiskFullError, DiskBrokenError or another JournalError.
        """
        lock = JournalLock.take(path)
        connection: Connection | None = None
        try:
            is_new = _make_file(path, may_create=may_create)
            connection = connect(path)
            if not prepare(connection, path):
                connection.close()
                migrate(path)
                connection = connect(path)
                prepare(connection, path)
            if is_new:
                sync_to_disk(path.parent)
            journal = cls(path, connection, lock)
            journal._check_head()
        except BaseException as error:
            if connection is not None:
                with suppress(Exception):
                    connection.close()
            lock.release()
            if isinstance(error, DATABASE_ERRORS):
                raise journal_error(error, path) from error
            if isinstance(error, OSError):
                raise file_error(error, path) from error
            raise
        return journal

    def _check_head(self) -> None:
        newest = read_newest(self._connection, self.path)
        is_new_epoch = self.head.seq == 0 and self.head.epoch >= newest.epoch
        agrees = self.head.hash == newest.hash if is_new_epoch else self.head == newest
        if not agrees:
            raise JournalCorruptError(
                f"journal {self.path}: it ends at event {newest.epoch}-{newest.seq}, but its head "
                f"mark says {self.head.epoch}-{self.head.seq}; keep the file, and see what is "
                f"left with `refectory journal verify {self.path}`"
            )

    def append(self, events: Sequence[SealedEvent], jobs: Sequence[SpoolJob] = ()) -> None:
        """Store events and the papers that document them: all or none, durable on return.

        The events must be the next ones, chained to the head. Raises what `open` raises; then the
        events must be taken as not stored, and the journal as closed.
        """
        head = self.head
        prev_hash, seq, epoch = head.hash, head.seq, head.epoch
        for event in events:
            seq += 1
            assert event.prev_hash == prev_hash, "an event is chained to the one before"
            assert event.seq == seq, "an event is the next one"
            assert event.epoch == epoch, "an event is the next one"
            prev_hash = event.hash
        # As `_transaction`, without a context manager: a pupil waits for this one.
        self._begin()
        try:
            for event in events:
                self._insert(event)
            for job in jobs:
                self._spool.write_job(job)
            self._commit()
        except BaseException as error:
            raise self._broken(error) from error
        self.head = Head(epoch, seq, prev_hash)
        for job in jobs:
            self._spool.add_job(job)

    def events(
        self, after: Position = BEFORE_ALL, limit: int | None = None
    ) -> Iterator[SealedEvent]:
        """Yield the events behind a position, in order; at most `limit`. Raises JournalError."""
        with journal_errors(self.path):
            yield from read_events(self._connection, self.path, after, limit)

    def replay(self, *, covered: Position) -> Iterator[SealedEvent | LeftOut]:
        """Yield what the till's sums need of the journal, in order, see `core.replay`.

        covered: how far the copy holds this journal. Raises JournalError.
        """
        with journal_errors(self.path):
            covered = min(covered, self.acknowledged)
            yield from read_replay(self._connection, self.path, covered=covered)

    def events_back(self, before: Position | None = None) -> Iterator[SealedEvent]:
        """Yield the events before a position (None: all), the newest first. Raises JournalError."""
        with journal_errors(self.path):
            yield from read_events_back(self._connection, self.path, before)

    def event_of(self, event_id: EventId) -> SealedEvent | None:
        """Return the event of an id; None when it is not here. Raises JournalError.

        There is no index on ids, which each tap would pay for: it looks from the newest back.
        """
        with journal_errors(self.path):
            return read_event_of(self._connection, self.path, event_id)

    def acknowledge(
        self, position: Position, exceptions: Sequence[tuple[int, str, str]] = ()
    ) -> None:
        """Note that the centre holds everything up to a position, and what it flagged there.

        exceptions: (seq, verdict, flag) of events in the position's epoch, in the wire's words;
        an empty flag for none. A position behind the last one moves nothing back.
        """
        epoch = position[0]
        newest = max(position, self.acknowledged)
        with self._transaction():
            self._execute(_ACKNOWLEDGE, newest)
            for seq, verdict, flag in exceptions:
                self._execute(_INSERT_EXCEPTION, (position_key(epoch, seq), verdict, flag))
        self.acknowledged = newest

    def mark(self, name: str, value: str, *, is_lazy: bool = False) -> None:
        """Keep one small fact beside the events; it replaces the one of the same name.

        is_lazy: it may ride with the next transaction, whenever that is. For what is noted often
        and whose loss in a power cut is harmless: each commit costs the card two blocks.
        """
        self._refuse_if_broken()
        self._lazy_marks[name] = value
        if not is_lazy:
            self._write_lazy()

    def marks(self) -> Mapping[str, str]:
        """Return the small facts by name; also of a journal that is closed or broken."""
        return self._marks | self._lazy_marks

    def pending_jobs(self) -> tuple[PendingJob, ...]:
        """Return the print jobs that are not over, oldest first."""
        return self._spool.pending()

    def holds_job(self, job_id: str) -> bool:
        """Say whether a print job is stored here and not over."""
        return self._spool.holds(job_id)

    def job_state(
        self,
        job_id: str,
        state: str,
        attempt: int,
        at: datetime,
        *,
        reason: str = "",
        is_lazy: bool = False,
    ) -> None:
        """Append a print job's new state; a final one ends it. at: aware.

        is_lazy: it may ride with the next transaction, at the latest with the next checkpoint.
        Losing it in a power cut must be harmless, and it saves the card a commit.
        Raises KeyError for a job that is unknown or over.
        """
        if not self._spool.holds(job_id):
            raise KeyError(job_id)
        change = StateChange(job_id, state, attempt, reason, at)
        if is_lazy:
            self._lazy.append(change)
            self._spool.add_state(change)
            return
        with self._transaction():
            self._spool.write_state(change)
        self._spool.add_state(change)

    def papers(self) -> Iterator[SpoolJob]:
        """Yield the papers that are still kept, the newest first. Raises JournalError."""
        with journal_errors(self.path):
            yield from self._spool.papers()

    def print_attempts(self, job_id: str) -> int:
        """Return how often a job may have come out; 0 for one not kept. Raises JournalError."""
        with journal_errors(self.path):
            return self._spool.attempts(job_id)

    def claim(self, claim: str, kind: str, at: datetime) -> bool:
        """Note something that must happen once at most, before it does; durable on return.

        Result: False when it was claimed before; claims are kept for a week. Raises JournalError.
        """
        with journal_errors(self.path):
            if self._spool.is_claimed(claim):
                return False
        with self._transaction():
            self._spool.write_claim(claim, kind, at)
        return True

    def _insert(self, event: SealedEvent) -> None:
        self._execute(
            _INSERT_EVENT,
            (
                position_key(event.epoch, event.seq),
                event.epoch,
                event.seq,
                event.id,
                str(event.kind),
                # For bytes, sqlite3 would look for an adapter first, for longer than it inserts.
                bytearray(event.body),
                bytearray(event.prev_hash),
                bytearray(event.hash),
            ),
        )

    def start_epoch(self, epoch: int | None = None, first: SealedEvent | None = None) -> None:
        """Begin another epoch: the next event is its first, chained to the last one here.

        For a terminal whose card was restored from an older image, after a person approved it.
        epoch: a later one than the last; None for the next. first: the event that says why, in
        the same transaction: an epoch never stands without it, wherever the power is cut.
        """
        wanted = self.head.epoch + 1 if epoch is None else epoch
        assert wanted > self.head.epoch, "epochs only go on"
        head = Head(wanted, 0, self.head.hash)
        if first is not None:
            assert (first.epoch, first.seq) == (wanted, 1), "an epoch begins with its first event"
            assert first.prev_hash == head.hash, "an epoch is chained to the one before"
        with self._transaction():
            self._execute(_START_EPOCH, (wanted, head.hash))
            if first is not None:
                self._insert(first)
        self.head = head if first is None else Head(wanted, 1, first.hash)

    def prune(self, through: Position, *, folder: Path) -> Path | None:
        """Archive events up to a position in a file, then remove them.

        At most 5000 a call: call it again until it returns None, with taps between the calls.
        The file is written, synced and read back before the first event goes; they go in small
        transactions, each with the mark that tells how far. Result: the archive; None when
        nothing was left to remove. The caller knows what is closed and settled; the journal itself
        refuses what the centre does not hold. Raises JournalError; OSError never.
        """
        if through > self.acknowledged:
            raise JournalError(
                f"journal {self.path}: the centre holds it up to {place_text(self.acknowledged)},"
                f" not {place_text(through)}; wait until `refectory sync status` shows more"
            )
        archive = archive_events(self, through, folder=folder)
        if archive is None:
            return None
        for last in archive.steps:
            self._remove_through(last)
        return archive.path

    @property
    def archived(self) -> Head:
        """The last event that was archived and removed; what is stored begins behind it."""
        with journal_errors(self.path):
            return read_archived(self._connection, self.path)

    def _remove_through(self, last: Head) -> None:
        key = position_key(last.epoch, last.seq)
        with self._transaction():
            self._execute(_ARCHIVED, (last.epoch, last.seq, last.hash))
            self._execute(_DELETE_EVENTS, (key,))
            self._execute(_DELETE_EXCEPTIONS, (key,))

    def get_ready(self) -> None:
        """Begin the next transaction ahead of its events, with what waits to ride along with it.

        For when nobody waits, and as often as one likes: then a tap has only to add its event and
        to commit. Nothing is on the disk that was not there before. Raises JournalError.
        """
        self._refuse_if_broken()
        try:
            self._begin_ahead()
        except BaseException as error:
            raise self._broken(error) from error

    def checkpoint(self) -> None:
        """Write what waits, and tidy the WAL if that is worth while. For when nobody waits."""
        self._refuse_if_broken()
        if self._lazy:
            self._write_lazy()
        if self._commits >= WAL_COMMITS_WORTH:
            self._move_wal()

    def _move_wal(self) -> None:
        """Move the WAL into the file as far as readers allow, and begin it again.

        The first commit after that writes the WAL's header with a sync of its own: one is made
        here, so that no tap waits for two.
        """
        try:
            self._take_back()
            list(self._execute(_CHECKPOINT))
            self._execute(_BEGIN)
            self._execute(_TOUCH)
            self._spool.forget_old()
            self._execute(_COMMIT)
        except BaseException as error:
            raise self._broken(error) from error
        self._commits = 0

    def close(self) -> None:
        """Checkpoint, close the file and let another daemon have it. A second time does nothing."""
        try:
            if self._fault is None:
                if self._lazy or self._lazy_marks:
                    self._write_lazy()
                self._take_back()
                list(self._execute(_CHECKPOINT))
        except sqlite3.Error as error:
            raise journal_error(error, self.path) from error
        finally:
            self._fault = self._fault or JournalError(f"journal {self.path}: it is closed")
            with suppress(Exception):
                self._connection.close()
            self._lock.release()

    def _write_lazy(self) -> None:
        with self._transaction():
            pass

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Run what it holds as one transaction, durable when it is left."""
        self._begin()
        try:
            yield
            self._commit()
        except BaseException as error:
            raise self._broken(error) from error

    def _begin(self) -> None:
        self._refuse_if_broken()
        if (_inode(self._file), _inode(self._wal)) != self._inodes:
            raise self._broken(
                FileVanishedError(
                    f"journal {self.path}: the file was deleted or replaced while the terminal "
                    "ran; stop the terminal and put the file back, or see `refectory doctor`"
                )
            )
        if self._commits >= WAL_COMMITS_MAX:
            self._move_wal()
        try:
            self._begin_ahead()
            for mark in self._lazy_marks.items():
                self._execute(_MARK, mark)
        except BaseException as error:
            raise self._broken(error) from error

    def _begin_ahead(self) -> None:
        """Begin a transaction unless one is begun, and write the states that are not in it yet."""
        if not self._is_begun:
            self._execute(_BEGIN)
            self._is_begun, self._lazy_begun = True, 0
        while self._lazy_begun < len(self._lazy):
            self._spool.write_state(self._lazy[self._lazy_begun])
            self._lazy_begun += 1

    def _take_back(self) -> None:
        """End a transaction that was begun ahead; what was to ride with it waits again."""
        if self._is_begun:
            self._is_begun = False
            self._execute(_ROLLBACK)

    def _commit(self) -> None:
        """End a transaction: here is the one sync."""
        self._execute(_COMMIT)
        self._is_begun = False
        self._commits += 1
        self._lazy.clear()
        if self._lazy_marks:
            self._marks |= self._lazy_marks
            self._lazy_marks.clear()

    def _refuse_if_broken(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _broken(self, error: BaseException) -> BaseException:
        """End this object, and return the error to raise.

        A call from another thread is a mistake of ours, which SQLite refuses before it does
        anything: it says nothing about the file.
        """
        if isinstance(error, sqlite3.ProgrammingError):
            return error
        found = journal_error(error, self.path) if isinstance(error, sqlite3.Error) else error
        if self._fault is None:
            self._fault = (
                found
                if isinstance(found, JournalError)
                else JournalError(f"journal {self.path}: a write was broken off; open it anew")
            )
        return found


def _inode(path: str) -> int | None:
    """Return which file a path leads to; None for none, as under the power-cut rig."""
    try:
        return os.stat(path).st_ino  # noqa: PTH116  twice a tap: a Path would triple it
    except OSError:
        return None


def _make_file(path: Path, *, may_create: bool) -> bool:
    """Make an empty file that only the daemon and its group read; False if there is one."""
    if not may_create:
        if not path.exists():
            raise JournalMissingError(
                f"journal {path}: the file is gone; stop the terminal, put the file back from the "
                "card or its image, then start it"
            )
        return False
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o640))
    except FileExistsError:
        return False
    return True
