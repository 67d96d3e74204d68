"""Connections to the terminal's files, and what their errors mean.

The journal uses no more of a connection than `Connection` says, so that the power-cut rig can give
it one whose disk forgets what was not synced.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from offline_cache.errors import (
    DiskBrokenError,
    DiskFullError,
    DiskReadOnlyError,
    ForeignFileError,
    JournalBusyError,
    JournalCorruptError,
    JournalError,
)

Value = str | int | bytes | bytearray | None
Row = Sequence[Value]

BUSY_TIMEOUT_S = 2
_FULL_BYTES = 64 * 1024
DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file can raise: its text, even in SQLite's own message, may be none."""


class Rows(Iterator[Row], Protocol):
    """The rows that a statement returns, one by one."""


class Connection(Protocol):
    """The part of a database connection that the journal needs."""

    def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> Rows:
        """Run one statement; outside BEGIN and COMMIT it is a transaction of its own."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


Connect = Callable[[Path], Connection]


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open a journal for writing, or an empty file to make one of.

    `psow=0` tells SQLite that a write may take its neighbours in the same block with it, which
    cards do; it then pads each commit to whole blocks.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?psow=0",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
    )


def connect_reader(path: Path, options: str = "") -> sqlite3.Connection:
    """Open a file for reading only. options: more of SQLite's URI parameters, after a `&`."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{options}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
    )


@contextmanager
def journal_errors(path: Path) -> Iterator[None]:
    """Raise what a database error means for the journal at a path, in its place."""
    try:
        yield
    except DATABASE_ERRORS as error:
        if isinstance(error, sqlite3.ProgrammingError):
            raise
        raise journal_error(error, path) from error


def damaged(path: Path, what: str) -> JournalCorruptError:
    """Return the error for a journal whose content cannot be what was written."""
    return JournalCorruptError(
        f"journal {path}: {what} is damaged; keep the file, and see what is left with "
        f"`refectory journal verify {path}`"
    )


def file_error(error: OSError, path: Path) -> JournalError:
    """Return what an error of the file system means for the journal at a path."""
    match error.errno:
        case errno.ENOENT:
            cure = f"there is no folder {path.parent}; create it, or name another with --data"
        case errno.ENOTDIR:
            cure = f"{path.parent} is no folder; name another with --data"
        case errno.EACCES | errno.EPERM:
            cure = f"the folder {path.parent} may not be written; give it to the daemon's user"
        case errno.EROFS:
            return DiskReadOnlyError(
                f"journal {path}: the disk is read-only; look for disk errors with "
                "`journalctl -k`, then mount it for writing"
            )
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFullError(
                f"journal {path}: the disk is full; free some space, `refectory doctor` says where"
            )
        case _:
            return DiskBrokenError(
                f"journal {path}: the disk failed ({error.strerror}); look for disk errors with "
                "`journalctl -k`, replace the card, then `refectory journal verify`"
            )
    return JournalError(f"journal {path}: {cure}")


def journal_error(  # noqa: PLR0911  one line a meaning
    error: sqlite3.Error | UnicodeDecodeError, path: Path
) -> JournalError:
    """Return what a database error means for the journal at a path."""
    # Error codes have the family in their lowest byte. Only text that is no text has none.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_IOERR:
        code = _cause(path)
    match code:
        case sqlite3.SQLITE_FULL:
            return DiskFullError(
                f"journal {path}: the disk is full; free some space, `refectory doctor` says where"
            )
        case sqlite3.SQLITE_READONLY:
            return DiskReadOnlyError(
                f"journal {path}: the disk or file is read-only; look for disk errors with "
                "`journalctl -k`, then mount it for writing"
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return DiskBrokenError(
                f"journal {path}: the disk failed ({error}); look for disk errors with "
                "`journalctl -k`, replace the card, then `refectory journal verify`"
            )
        case sqlite3.SQLITE_NOTADB:
            return ForeignFileError(
                f"journal {path}: this is no database; move the file away, or name another folder "
                "with --data"
            )
        case sqlite3.SQLITE_CORRUPT:
            return JournalCorruptError(
                f"journal {path}: the file is damaged ({error}); keep it, and see what is left "
                f"with `refectory journal verify {path}`"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return JournalBusyError(
                f"journal {path}: another program holds it; find it with `fuser {path}`"
            )
        case _:
            return JournalError(
                f"journal {path}: {error}; see what is left with `refectory journal verify {path}`"
            )


def _cause(path: Path) -> int:
    """Return what an I/O error is due to, as the disk itself tells.

    SQLite names a full or read-only disk only where the write itself fails.
    """
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return sqlite3.SQLITE_IOERR
    if found.f_flag & os.ST_RDONLY:
        return sqlite3.SQLITE_READONLY
    is_full = found.f_bavail * found.f_frsize < _FULL_BYTES
    return sqlite3.SQLITE_FULL if is_full else sqlite3.SQLITE_IOERR
