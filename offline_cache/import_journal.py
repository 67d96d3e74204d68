"""Bringing a journal from another card: whole, as it is; or what is proven of a damaged one."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Final

from core.events import SealedEvent
from core.facts import EventKind
from core.ids import EventId
from offline_cache.connection import DATABASE_ERRORS, file_error, journal_error
from offline_cache.durable import sync_to_disk
from offline_cache.integrity import VerifyReport, verify
from offline_cache.journal import Journal
from offline_cache.journal_reader import Head, JournalReader
from offline_cache.rescue import Salvaged

_AT_ONCE: Final = 200
_KINDS: Final = {kind.value: kind for kind in EventKind}


def import_journal(source: Path, target: Path) -> VerifyReport:
    """Copy a journal, with what lies in its WAL, to a place where there is none; verify the copy.

    Nothing is written beside the source. It is there whole or not at all, and on the disk when
    this returns. Raises JournalError.
    """
    assert not target.exists(), "a journal is never written over"
    fresh = target.with_name(target.name + ".part")
    try:
        fresh.unlink(missing_ok=True)
        with (
            closing(JournalReader.open(source)) as reader,
            closing(sqlite3.connect(fresh)) as copy,
        ):
            reader.connection.backup(copy)
            # One file alone is renamed: what is in a WAL of the copy would be left behind.
            copy.execute("PRAGMA journal_mode = DELETE")
        report = verify(fresh)
        if report.is_good:
            _put(fresh, target)
    except DATABASE_ERRORS as error:
        raise journal_error(error, source) from error
    except OSError as error:
        raise file_error(error, target) from error
    finally:
        for end in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
    return report


def _put(fresh: Path, target: Path) -> None:
    fresh.chmod(0o600)
    sync_to_disk(fresh)
    fresh.replace(target)
    sync_to_disk(target.parent)


def proven_after(head: Head, events: Sequence[Salvaged]) -> tuple[Salvaged, ...]:
    """Return the salvaged events that go on, chained, behind a place; up to the first gap."""
    proven: list[Salvaged] = []
    prev_hash = head.hash
    for event in events:
        if event.position <= (head.epoch, head.seq):
            continue
        if event.fault is not None or event.prev_hash != prev_hash or event.kind not in _KINDS:
            break
        proven.append(event)
        prev_hash = event.hash
    return tuple(proven)


def add_proven(events: Sequence[Salvaged], target: Path) -> None:
    """Add salvaged events behind the last one of a journal, which is made where there is none.

    Raises JournalError.
    """
    with closing(Journal.open(target)) as journal:
        for (epoch, _), group in groupby(
            enumerate(events), lambda one: (one[1].epoch, one[0] // _AT_ONCE)
        ):
            sealed = [_sealed(event) for _, event in group]
            if epoch > journal.head.epoch:
                journal.start_epoch(epoch, sealed.pop(0))
            if sealed:
                journal.append(sealed)


def _sealed(event: Salvaged) -> SealedEvent:
    return SealedEvent(
        event.epoch,
        event.seq,
        EventId(event.id),
        _KINDS[event.kind],
        event.body,
        event.prev_hash,
        event.hash,
    )
