"""Errors of disks and databases, told in words that a technician can act on."""

import errno
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from offline_cache.connection import file_error, journal_error
from offline_cache.errors import (
    DiskBrokenError,
    DiskFullError,
    DiskReadOnlyError,
    ForeignFileError,
    JournalBusyError,
    JournalCorruptError,
    JournalError,
)

PATH = Path("/var/lib/refectory/journal.db")
GOOD = SimpleNamespace(f_flag=0, f_bavail=1_000_000, f_frsize=4096)


def failing(code: int, words: str = "disk I/O error") -> sqlite3.Error:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the file system says of itself."""
    told = SimpleNamespace(**vars(GOOD))
    monkeypatch.setattr(os, "statvfs", lambda _: told)
    return told


@pytest.mark.parametrize(
    ("code", "kind", "cure"),
    [
        (sqlite3.SQLITE_FULL, DiskFullError, "free some space"),
        (sqlite3.SQLITE_READONLY, DiskReadOnlyError, "mount it for writing"),
        (sqlite3.SQLITE_READONLY_DBMOVED, DiskReadOnlyError, "mount it for writing"),
        (sqlite3.SQLITE_IOERR_FSYNC, DiskBrokenError, "replace the card"),
        (sqlite3.SQLITE_IOERR_WRITE, DiskBrokenError, "replace the card"),
        (sqlite3.SQLITE_CANTOPEN, DiskBrokenError, "journalctl -k"),
        (sqlite3.SQLITE_NOTADB, ForeignFileError, "move the file away"),
        (sqlite3.SQLITE_CORRUPT, JournalCorruptError, "journal verify"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, JournalBusyError, "fuser"),
        (sqlite3.SQLITE_LOCKED, JournalBusyError, "fuser"),
        (sqlite3.SQLITE_NOMEM, JournalError, "journal verify"),
    ],
)
def test_every_error_has_a_name_a_place_and_a_cure(
    code: int, kind: type[JournalError], cure: str
) -> None:
    told = journal_error(failing(code), PATH)
    assert type(told) is kind
    assert str(PATH) in str(told)
    assert cure in str(told)
    assert "\n" not in str(told)


def test_an_io_error_on_a_full_disk_is_a_full_disk(disk: SimpleNamespace) -> None:
    disk.f_bavail = 3
    assert type(journal_error(failing(sqlite3.SQLITE_IOERR_SHMSIZE), PATH)) is DiskFullError


def test_an_io_error_on_a_disk_remounted_read_only_says_so(disk: SimpleNamespace) -> None:
    disk.f_flag = os.ST_RDONLY
    assert type(journal_error(failing(sqlite3.SQLITE_IOERR_WRITE), PATH)) is DiskReadOnlyError


def test_a_disk_that_is_gone_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "statvfs", gone)
    assert type(journal_error(failing(sqlite3.SQLITE_IOERR_READ), PATH)) is DiskBrokenError


@pytest.mark.parametrize(
    ("code", "kind", "cure"),
    [
        (errno.ENOENT, JournalError, "create it"),
        (errno.ENOTDIR, JournalError, "--data"),
        (errno.EACCES, JournalError, "the daemon's user"),
        (errno.EROFS, DiskReadOnlyError, "mount it for writing"),
        (errno.ENOSPC, DiskFullError, "free some space"),
        (errno.EDQUOT, DiskFullError, "free some space"),
        (errno.EIO, DiskBrokenError, "replace the card"),
    ],
)
def test_every_error_of_a_file_has_one_too(code: int, kind: type[JournalError], cure: str) -> None:
    told = file_error(OSError(code, os.strerror(code)), PATH)
    assert type(told) is kind
    assert cure in str(told)
    assert str(PATH.parent) in str(told)
