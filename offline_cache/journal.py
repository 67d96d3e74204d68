"""The journal: what happened at this terminal, and the only truth about it.

Rules that keep it one:
1. One transaction and one sync a call of `append`; when it has returned, the events are on the
   disk. Until then nothing was promised to anybody.
2. The exact bytes that were hashed are stored, and never written a second time.
3. One thread writes. Others read through a `JournalReader` of their own.
4. A write that failed ends this object; what that means, and how a transaction is begun, ended and
   moved into the file, is told by `offline_cache.transactions`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

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
    read_newest,
)
from offline_cache.lock import JournalLock
from offline_cache.migrations import migrate
from offline_cache.replay import read_replay
from offline_cache.retention import archive_events, place_text
from offline_cache.schema import position_key, prepare
from offline_cache.spool import PendingJob, SpoolJob, SpoolTable, StateChange
from offline_cache.transactions import Transactions

__all__ = ["Head", "Journal", "JournalReader", "PendingJob", "SpoolJob"]

_INSERT_EVENT = (
    "INSERT INTO event (position, epoch, seq, id, kind, body, prev_hash, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_ACKNOWLEDGE = "UPDATE acknowledged SET epoch = ?, seq = ?"
_INSERT_EXCEPTION = "INSERT OR REPLACE INTO exception (position, verdict, flag) VALUES (?, ?, ?)"
_START_EPOCH = "INSERT INTO tail (epoch, seq, hash) VALUES (?, 0, ?)"
_ARCHIVED = "UPDATE archived SET epoch = ?, seq = ?, hash = ?"
_DELETE_EVENTS = "DELETE FROM event WHERE position <= ?"
_DELETE_EXCEPTIONS = "DELETE FROM exception WHERE position <= ?"


class Journal:
    """A terminal's journal, open for writing. It keeps to the thread that opened it."""

    def __init__(self, path: Path, connection: Connection, lock: JournalLock) -> None:
        self.path = path
        self._connection = connection
        self._execute = connection.execute
        self._lock = lock
        self.head = read_head(connection, path)
        """The end of the journal: the last event that is on the disk."""
        self.acknowledged = read_acknowledged(connection, path)
        """How far the centre has said that it holds this journal."""
        self._spool = SpoolTable(connection, path)
        self._transactions = Transactions(connection, path, self._spool)

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
        # As `running`, without a context manager: a pupil waits for this one.
        self._transactions.begin()
        try:
            for event in events:
                self._insert(event)
            for job in jobs:
                self._spool.write_job(job)
            self._transactions.commit()
        except BaseException as error:
            raise self._transactions.broken(error) from error
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
        with self._transactions.running():
            self._execute(_ACKNOWLEDGE, newest)
            for seq, verdict, flag in exceptions:
                self._execute(_INSERT_EXCEPTION, (position_key(epoch, seq), verdict, flag))
        self.acknowledged = newest

    def mark(self, name: str, value: str, *, is_lazy: bool = False) -> None:
        """Keep one small fact beside the events; it replaces the one of the same name.

        is_lazy: it may ride with the next transaction, whenever that is. For what is noted often
        and whose loss in a power cut is harmless: each commit costs the card two blocks.
        """
        self._transactions.mark(name, value, is_lazy=is_lazy)

    def marks(self) -> Mapping[str, str]:
        """Return the small facts by name; also of a journal that is closed or broken."""
        return self._transactions.marks()

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
            self._transactions.ride_along(change)
            self._spool.add_state(change)
            return
        with self._transactions.running():
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
        with self._transactions.running():
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
        with self._transactions.running():
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
        with self._transactions.running():
            self._execute(_ARCHIVED, (last.epoch, last.seq, last.hash))
            self._execute(_DELETE_EVENTS, (key,))
            self._execute(_DELETE_EXCEPTIONS, (key,))

    def get_ready(self) -> None:
        """Begin the next transaction ahead of its events, with what waits to ride along with it.

        For when nobody waits, and as often as one likes: then a tap has only to add its event and
        to commit. Nothing is on the disk that was not there before. Raises JournalError.
        """
        self._transactions.get_ready()

    def checkpoint(self) -> None:
        """Write what waits, and tidy the WAL if that is worth while. For when nobody waits."""
        self._transactions.checkpoint()

    def close(self) -> None:
        """Checkpoint, close the file and let another daemon have it. A second time does nothing."""
        try:
            self._transactions.close()
        finally:
            self._lock.release()


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
