"""Checks a journal from its first byte to its last, and says where it first goes wrong.

What it proves: the events that are there are those that were written, whole, in order and without
a gap, from the first (or from where older ones were archived) up to the head mark. The mark, and
those of the last thousand events, lie in another table: losing the newest events is seen, and so is
a rewritten one, whatever its own hash says.

What it cannot prove: that nobody with the time to rewrite the chain *and* the mark cut the journal
short. That is seen only from outside: by the centre, whose high water and head hash would lie
beyond this journal's end, and by the signed receipt of the day.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.chain import canonical, link
from core.till_state import Position
from offline_cache.connection import DATABASE_ERRORS, Row, journal_error
from offline_cache.errors import JournalCorruptError
from offline_cache.journal_reader import (
    EMPTY_HEAD,
    EVENT_COLUMNS,
    Head,
    JournalReader,
    read_archived,
)
from offline_cache.schema import position_key

_EVENTS = f"SELECT position, {EVENT_COLUMNS} FROM event ORDER BY position"  # noqa: S608  our words
_STRANGE_MARK = """
SELECT tail.epoch, tail.seq FROM tail
JOIN event ON event.position = (tail.epoch << 40) + tail.seq
WHERE tail.hash IS NOT NULL AND tail.hash IS NOT event.hash LIMIT 1
"""
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a check of a journal found.

    events: how many were found good, up to the first fault. head: the last good one. fault: the
    first fault in plain words, with its epoch and seq; None when there is none.
    """

    path: Path
    events: int
    head: Head
    acknowledged: Position
    fault: str | None

    @property
    def is_good(self) -> bool:
        """Whether no fault was found."""
        return self.fault is None


class _Fault(Exception):  # noqa: N818  it never leaves this file
    """The first thing that is wrong."""


def verify(path: Path) -> VerifyReport:
    """Check a journal; it may be in use. Result: also for a damaged file.

    Raises JournalMissingError or ForeignFileError for a file that is none, or JournalError when
    it cannot be read at all.
    """
    try:
        reader = JournalReader.open(path)
    except JournalCorruptError:
        return VerifyReport(path, 0, EMPTY_HEAD, (0, 0), "from its first page, the file is damaged")
    with closing(reader):
        walk = _Walk(reader.connection, path)
        try:
            walk.run()
        except _Fault as fault:
            found: str | None = str(fault)
        except DATABASE_ERRORS as error:
            if not isinstance(journal_error(error, path), JournalCorruptError):
                raise journal_error(error, path) from error
            found = f"behind {_name(walk.head)}: the file is damaged ({error})"
        else:
            found = None
        return VerifyReport(path, walk.count, walk.head, walk.acknowledged, found)


class _Walk:
    """One pass over a journal; `head` and `count` tell how far it got."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self.head = EMPTY_HEAD
        self.count = 0
        self.acknowledged: Position = (0, 0)
        self._ids: set[str] = set()

    def run(self) -> None:
        """Raise _Fault at the first fault."""
        # Damaged text must reach the checks, and not end in an error of the database's.
        self._connection.text_factory = _any_text
        # One read transaction: a daemon that goes on writing does not move the head mark under us.
        self._connection.execute("BEGIN")
        try:
            self.head = self._start()
            for row in self._connection.execute(_EVENTS):
                self._check_event(row)
                self.count += 1
            self._check_marks()
            self._check_file()
        finally:
            self._connection.execute("ROLLBACK")

    def _start(self) -> Head:
        try:
            return read_archived(self._connection, self._path)
        except JournalCorruptError as error:
            raise _Fault("the mark of what was archived is damaged") from error

    def _check_event(self, row: Row) -> None:
        match row:
            case (
                int(position),
                int(epoch),
                int(seq),
                str(event_id),
                str(kind),
                bytes(body),
                bytes(prev_hash),
                bytes(digest),
            ):
                pass
            case _:
                raise _Fault(f"behind {_name(self.head)}: a column of the event has another type")
        name = f"event {epoch}-{seq}"
        self._check_place(position, epoch, seq)
        if prev_hash != self.head.hash:
            raise _Fault(f"{name}: it is not chained to {_name(self.head)}")
        if len(digest) != _HASH_BYTES or link(prev_hash, body) != digest:
            raise _Fault(f"{name}: its bytes do not give its hash")
        told = _told(body, name)
        for key, stored in (("epoch", epoch), ("seq", seq), ("id", event_id), ("kind", kind)):
            if told.get(key) != stored:
                raise _Fault(f"{name}: the column {key} says {stored!r}, its bytes do not")
        if event_id in self._ids:
            raise _Fault(f"{name}: its id {event_id} stands in the journal twice")
        self._ids.add(event_id)
        self.head = Head(epoch, seq, digest)

    def _check_place(self, position: int, epoch: int, seq: int) -> None:
        is_next = (epoch, seq) == (self.head.epoch, self.head.seq + 1)
        opens_epoch = epoch > self.head.epoch and seq == 1
        if not is_next and not opens_epoch:
            raise _Fault(
                f"behind {_name(self.head)}: event {self.head.epoch}-{self.head.seq + 1} is "
                f"missing; {epoch}-{seq} stands in its place"
            )
        if position != position_key(epoch, seq):
            raise _Fault(f"event {epoch}-{seq}: it is stored under another event's key")

    def _check_marks(self) -> None:
        mark = self._mark()
        opens_epoch = mark.seq == 0 and mark.epoch > self.head.epoch
        agrees = mark.hash == self.head.hash if opens_epoch else mark == self.head
        if not agrees:
            raise _Fault(
                f"behind {_name(self.head)}: the head mark says that the journal ends at "
                f"{mark.epoch}-{mark.seq}"
            )
        strange = self._connection.execute(_STRANGE_MARK).fetchone()
        if strange is not None:
            raise _Fault(f"event {strange[0]}-{strange[1]}: an older head mark has another hash")
        rows = self._connection.execute("SELECT epoch, seq FROM acknowledged").fetchall()
        match rows:
            case [(int(epoch), int(seq))]:
                self.acknowledged = (epoch, seq)
            case _:
                raise _Fault("the mark of what the centre holds is damaged")

    def _mark(self) -> Head:
        rows = self._connection.execute("SELECT epoch, seq, hash FROM head").fetchall()
        match rows:
            case [(int(epoch), int(seq), bytes(digest))]:
                return Head(epoch, seq, digest)
            case _:
                raise _Fault("the head mark is damaged")

    def _check_file(self) -> None:
        (answer,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok":
            raise _Fault(f"the file is damaged: {' '.join(str(answer).split())}")


def _told(body: bytes, name: str) -> dict[str, Any]:
    """Return what an event's bytes say. They must be the canonical ones."""
    try:
        plain = json.loads(body)
        is_canonical = isinstance(plain, dict) and canonical(plain) == body
    except (ValueError, RecursionError) as error:
        raise _Fault(f"{name}: its bytes are no JSON ({error})") from error
    if not is_canonical:
        raise _Fault(f"{name}: its bytes are not written in the canonical way")
    assert isinstance(plain, dict), "canonical bytes of an event are an object"
    return plain


def _any_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _name(head: Head) -> str:
    return f"event {head.epoch}-{head.seq}" if head.seq else "the beginning"
