"""Copies of the journal on another disk: whole, checked, and only so many of them.

A dead card takes with it the facts that the centre does not hold yet. The copy is made by SQLite's
own backup, so it may be taken while the till writes, and it is verified before its name says that
it is one. The oldest copies go only after a newer one is safe.
"""

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from offline_cache.connection import DATABASE_ERRORS, connect_reader, connect_writer, journal_error
from offline_cache.durable import sync_to_disk
from offline_cache.errors import DiskBrokenError, DiskFullError, JournalCorruptError, JournalError
from offline_cache.integrity import VerifyReport, verify
from offline_cache.journal_reader import JournalReader

_PREFIX = "journal-"
_SUFFIX = ".db"
_UNFINISHED = "unfinished.part"
_PAGES_A_STEP = 64


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made. removed: how many older ones it replaced."""

    path: Path
    report: VerifyReport
    removed: int


def back_up(journal: Path, folder: Path, *, at: datetime, keep: int) -> Backup:
    """Copy a journal into a folder, check the copy, and remove all but the newest.

    at: the moment in its name, aware UTC. keep: how many copies stay, 1 or more.
    Raises JournalMissingError or ForeignFileError for a file that is none, JournalCorruptError when
    the copy is not whole, DiskFullError or DiskBrokenError when the folder does not take it.
    """
    assert keep >= 1, "a backup that keeps nothing is none"
    JournalReader.open(journal).close()
    unfinished = folder.joinpath(_UNFINISHED)
    final = folder.joinpath(f"{_PREFIX}{at:%Y%m%dT%H%M%SZ}{_SUFFIX}")
    _copy(journal, unfinished)
    report = verify(unfinished)
    if not report.is_good:
        raise JournalCorruptError(
            f"{journal}: the copy is damaged {report.fault}; older copies in {folder} stay as they"
            " are; run `refectory doctor`"
        )
    try:
        sync_to_disk(unfinished)
        unfinished.rename(final)
        sync_to_disk(folder)
        older = sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"))[:-keep]
        for path in older:
            path.unlink()
    except OSError as error:
        raise _refused(folder, error) from error
    return Backup(final, report, len(older))


def _copy(journal: Path, target: Path) -> None:
    """Copy through SQLite, in steps that let a tap go between."""
    try:
        target.unlink(missing_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise _refused(target.parent, error) from error
    try:
        with closing(connect_reader(journal)) as source, closing(connect_writer(target)) as copy:
            source.backup(copy, pages=_PAGES_A_STEP)
            # A copy is one file: nothing of it may wait in a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
    except DATABASE_ERRORS as error:
        raise _told(journal_error(error, target), target.parent) from error


def _told(error: JournalError, folder: Path) -> JournalError:
    return _full(folder) if isinstance(error, DiskFullError) else error


def _refused(folder: Path, error: OSError) -> JournalError:
    reason = (error.strerror or str(error)).lower()
    return DiskBrokenError(
        f"{folder}: the copy cannot be written: {reason}; is the stick there, and writable by this"
        " user?"
    )


def _full(folder: Path) -> JournalError:
    return DiskFullError(f"{folder}: no room for a copy; remove old ones, or take a larger stick")
