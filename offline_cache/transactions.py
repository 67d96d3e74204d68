"""The transactions of a journal: one at a time, each with one sync, and none after one that failed.

Rules that keep what was promised:
1. When a transaction has ended, what it holds is on the disk. Until then it is nothing to anybody.
2. One that failed breaks the journal: whatever is asked next raises the same error. The owner
   closes it and opens the file anew. What was in flight may be there or not; nothing else may.
3. A transaction may be begun ahead of its events (`get_ready`), with what waits to ride along.
   Whoever comes next adds to it and ends it.
4. The WAL is moved into the file only by `checkpoint`, when the till is idle, or when it has grown
   past a ceiling. It is never truncated in service: overwriting costs the card less than growing.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from offline_cache.connection import Connection, journal_error
from offline_cache.errors import FileVanishedError, JournalError
from offline_cache.journal_reader import read_marks
from offline_cache.spool import SpoolTable, StateChange

WAL_COMMITS_WORTH: Final = 100
"""So many commits (about 1 MB of WAL) are worth a checkpoint when the till is idle."""
WAL_COMMITS_MAX: Final = 500
"""So many without an idle second, and the next transaction makes a checkpoint first."""

_BEGIN = "BEGIN IMMEDIATE"
_COMMIT = "COMMIT"
_ROLLBACK = "ROLLBACK"
_MARK = "INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)"
_TOUCH = "UPDATE upkeep SET checkpoints = checkpoints + 1"
_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"


class Transactions:
    """What is written to a journal's file, and what waits to ride along with the next event.

    A tap calls `begin`, writes, and calls `commit`; whoever is in less of a hurry uses `running`.
    Every method raises the JournalError that ended the journal, if one did.
    """

    def __init__(self, connection: Connection, path: Path, spool: SpoolTable) -> None:
        """Read the marks. spool: writes the states of print jobs that ride along."""
        self._connection = connection
        self._execute = connection.execute
        self._path = path
        self._spool = spool
        self._fault: BaseException | None = None
        self._commits = 0
        self._is_begun = False
        self._lazy: list[StateChange] = []
        self._lazy_begun = 0  # so many of them are in the transaction that is begun
        self._lazy_marks: dict[str, str] = {}
        self._marks = read_marks(connection)
        self._file = str(path)
        self._wal = f"{path}-wal"
        self._inodes = (_inode(self._file), _inode(self._wal))

    def begin(self) -> None:
        """Begin a transaction, or go on with the one that was begun ahead."""
        self._refuse_if_broken()
        if (_inode(self._file), _inode(self._wal)) != self._inodes:
            raise self.broken(
                FileVanishedError(
                    f"journal {self._path}: the file was deleted or replaced while the terminal "
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
            raise self.broken(error) from error

    def commit(self) -> None:
        """End a transaction: here is the one sync. What it raises goes through `broken`."""
        self._execute(_COMMIT)
        self._is_begun = False
        self._commits += 1
        self._lazy.clear()
        if self._lazy_marks:
            self._marks |= self._lazy_marks
            self._lazy_marks.clear()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run what it holds as one transaction, durable when it is left."""
        self.begin()
        try:
            yield
            self.commit()
        except BaseException as error:
            raise self.broken(error) from error

    def broken(self, error: BaseException) -> BaseException:
        """End the journal for what failed in a transaction, and return the error to raise.

        A call from another thread is a mistake of ours, which SQLite refuses before it does
        anything: it says nothing about the file.
        """
        if isinstance(error, sqlite3.ProgrammingError):
            return error
        found = journal_error(error, self._path) if isinstance(error, sqlite3.Error) else error
        if self._fault is None:
            self._fault = (
                found
                if isinstance(found, JournalError)
                else JournalError(f"journal {self._path}: a write was broken off; open it anew")
            )
        return found

    # --- what may wait ----------------------------------------------------------------------------

    def get_ready(self) -> None:
        """Begin the next transaction ahead of its events, with the print states that wait."""
        self._refuse_if_broken()
        try:
            self._begin_ahead()
        except BaseException as error:
            raise self.broken(error) from error

    def ride_along(self, change: StateChange) -> None:
        """Have a print job's state written with the next transaction, whenever that is."""
        self._lazy.append(change)

    def mark(self, name: str, value: str, *, is_lazy: bool) -> None:
        """Keep one small fact. is_lazy: with the next transaction, whenever that is."""
        self._refuse_if_broken()
        self._lazy_marks[name] = value
        if not is_lazy:
            self._write_lazy()

    def marks(self) -> Mapping[str, str]:
        """Return the small facts by name, those that wait among them; also of a broken journal."""
        return self._marks | self._lazy_marks

    def _write_lazy(self) -> None:
        with self.running():
            pass

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

    # --- the WAL, and the end ---------------------------------------------------------------------

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
            raise self.broken(error) from error
        self._commits = 0

    def close(self) -> None:
        """Write what waits, checkpoint and close the file. A second time does nothing."""
        try:
            if self._fault is None:
                if self._lazy or self._lazy_marks:
                    self._write_lazy()
                self._take_back()
                list(self._execute(_CHECKPOINT))
        except sqlite3.Error as error:
            raise journal_error(error, self._path) from error
        finally:
            self._fault = self._fault or JournalError(f"journal {self._path}: it is closed")
            with suppress(Exception):
                self._connection.close()

    def _refuse_if_broken(self) -> None:
        if self._fault is not None:
            raise self._fault


def _inode(path: str) -> int | None:
    """Return which file a path leads to; None for none, as under the power-cut rig."""
    try:
        return os.stat(path).st_ino  # noqa: PTH116  twice a tap: a Path would triple it
    except OSError:
        return None
