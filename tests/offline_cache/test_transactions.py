"""A journal's transactions: what rides along, what ends them, and the write-ahead log."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import filled, meal, raw, record, sale

from offline_cache import transactions
from offline_cache.connection import Rows, Value
from offline_cache.errors import (
    DiskReadOnlyError,
    FileVanishedError,
    JournalBusyError,
    JournalError,
)
from offline_cache.journal import Journal, JournalReader

# --- what waits, and is begun ahead ---------------------------------------------------------------


def test_a_lazy_mark_is_known_at_once_and_rides_with_the_next_tap(path: Path) -> None:
    journal = Journal.open(path)
    journal.mark("copy_confirmed_at", "11:02", is_lazy=True)
    journal.mark("copy_confirmed_at", "11:03", is_lazy=True)
    journal.checkpoint()
    assert journal.marks() == {"copy_confirmed_at": "11:03"}
    with closing(JournalReader.open(path)) as reader:
        assert reader.marks() == {}
        record(journal, meal(1))
        assert reader.marks() == {"copy_confirmed_at": "11:03"}
    journal.mark("copy_confirmed_at", "11:04", is_lazy=True)
    journal.close()
    with closing(JournalReader.open(path)) as reader:
        assert reader.marks() == {"copy_confirmed_at": "11:04"}


def test_a_lazy_state_rides_with_the_next_transaction(path: Path) -> None:
    journal = Journal.open(path)
    job = record(journal, sale(1), with_job=True)[0].id
    journal.job_state(job, "done", 1, NOON, is_lazy=True)
    # For the spool it is over at once: it must not be given the paper a second time.
    assert journal.pending_jobs() == ()
    with pytest.raises(KeyError):
        journal.job_state(job, "queued", 1, NOON)
    with closing(JournalReader.open(path)) as reader:
        count = "SELECT count(*) FROM tail WHERE job NOTNULL"
        assert reader.connection.execute(count).fetchone() == (1,)
        record(journal, sale(2))
        assert reader.connection.execute(count).fetchone() == (2,)
    assert journal.pending_jobs() == ()
    journal.close()


def test_a_lazy_state_is_written_when_the_till_rests_or_ends(path: Path) -> None:
    journal = Journal.open(path)
    first, second = (record(journal, sale(n), with_job=True)[0].id for n in (1, 2))
    journal.job_state(first, "done", 1, NOON, is_lazy=True)
    journal.checkpoint()
    with closing(JournalReader.open(path)) as reader:
        states = "SELECT count(*) FROM tail WHERE state = 'done'"
        assert reader.connection.execute(states).fetchone() == (1,)
    journal.job_state(second, "done", 1, NOON, is_lazy=True)
    journal.close()
    again = Journal.open(path)
    assert again.pending_jobs() == ()
    again.close()


def test_what_is_begun_ahead_is_nothing_until_the_next_tap(path: Path) -> None:
    journal = Journal.open(path)
    first, second = (record(journal, sale(n), with_job=True)[0].id for n in (1, 2))
    states = "SELECT count(*) FROM tail WHERE state = 'done'"
    with closing(JournalReader.open(path)) as reader:
        journal.job_state(first, "done", 1, NOON, is_lazy=True)
        journal.get_ready()
        journal.job_state(second, "done", 1, NOON, is_lazy=True)
        for _ in range(2):
            journal.get_ready()
        assert reader.connection.execute(states).fetchone() == (0,)
        record(journal, sale(3))
        assert reader.connection.execute(states).fetchone() == (2,)
        assert reader.head.seq == 3
    journal.close()


def test_what_was_begun_ahead_is_taken_back_for_a_checkpoint(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "WAL_COMMITS_MAX", 2)
    journal = Journal.open(path)
    job = record(journal, sale(1), with_job=True)[0].id
    record(journal, sale(2))
    journal.job_state(job, "done", 1, NOON, is_lazy=True)
    journal.get_ready()
    # This one finds the log full, and moves it first: what was to ride along still does.
    record(journal, sale(3))
    states = "SELECT count(*) FROM tail WHERE state = 'done'"
    with closing(JournalReader.open(path)) as reader:
        assert reader.connection.execute(states).fetchone() == (1,)
        assert reader.connection.execute("SELECT checkpoints FROM upkeep").fetchone() == (1,)
    journal.get_ready()
    journal.close()
    with closing(Journal.open(path)) as again:
        assert again.head.seq == 3
        assert again.pending_jobs() == ()


def test_what_was_begun_ahead_dies_with_the_process(path: Path) -> None:
    journal = Journal.open(path)
    job = record(journal, sale(1), with_job=True)[0].id
    journal.job_state(job, "done", 1, NOON, is_lazy=True)
    journal.get_ready()
    # No `close`: the connection and the lock go as they do when a process is killed.
    journal._connection.close()
    journal._lock.release()
    again = Journal.open(path)
    assert [(one.id, one.state) for one in again.pending_jobs()] == [(job, "queued")]
    again.close()


# --- trouble while it runs ------------------------------------------------------------------------


@pytest.mark.parametrize("is_ready", [False, True])
@pytest.mark.parametrize("victim", ["journal.db", "journal.db-wal"])
def test_a_file_deleted_under_the_daemon_stops_it_at_the_next_tap(
    journal: Journal, path: Path, victim: str, *, is_ready: bool
) -> None:
    record(journal, meal(1))
    if is_ready:
        journal.get_ready()
    path.with_name(victim).unlink()
    with pytest.raises(FileVanishedError, match="deleted or replaced"):
        record(journal, meal(2))
    assert journal.head.seq == 1
    with pytest.raises(FileVanishedError):
        record(journal, meal(2))


def test_another_programs_lock_is_waited_for_and_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offline_cache.connection.BUSY_TIMEOUT_S", 0)
    journal = Journal.open(path)
    with closing(raw(path)) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalBusyError, match="fuser"):
            record(journal, meal(1))
    journal.close()
    again = Journal.open(path)
    record(again, meal(1))
    again.close()


def test_a_journal_that_turned_read_only_says_so(path: Path) -> None:
    filled(path, 1)

    def connect(file: Path) -> sqlite3.Connection:
        db = sqlite3.connect(file, isolation_level=None)
        db.execute("PRAGMA query_only = 1")
        return db

    journal = Journal.open(path, connect=connect)
    with pytest.raises(DiskReadOnlyError, match="read-only"):
        record(journal, meal(2))
    journal.close()


def test_an_interrupted_write_ends_the_journal(path: Path) -> None:
    class Interrupting:
        """A connection that a signal interrupts at the first insertion."""

        def __init__(self, file: Path) -> None:
            self._db = sqlite3.connect(file, isolation_level=None)
            self.close = self._db.close

        def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> Rows:
            if sql.startswith("INSERT INTO event"):
                raise KeyboardInterrupt
            return self._db.execute(sql, parameters)

    journal = Journal.open(path, connect=Interrupting)
    with pytest.raises(KeyboardInterrupt):
        record(journal, meal(1))
    with pytest.raises(JournalError, match="broken off"):
        record(journal, meal(1))
    journal.close()


def test_a_closed_journal_takes_nothing(path: Path) -> None:
    journal = Journal.open(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        record(journal, meal(1))
    with pytest.raises(JournalError, match="closed"):
        journal.checkpoint()


# --- the write-ahead log --------------------------------------------------------------------------


def test_the_log_does_not_grow_past_its_ceiling(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "WAL_COMMITS_MAX", 20)
    journal = Journal.open(path)
    wal = path.with_name("journal.db-wal")
    for number in range(1, 22):
        record(journal, meal(number))
    at_ceiling = wal.stat().st_size
    for number in range(22, 200):
        record(journal, meal(number))
    assert wal.stat().st_size < 2 * at_ceiling
    journal.close()


def test_closing_leaves_one_complete_file(path: Path) -> None:
    filled(path, 5)
    assert {file.name for file in path.parent.iterdir()} == {"journal.db", "journal.lock"}
