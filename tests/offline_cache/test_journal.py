"""The journal at the counter: what it takes, keeps, refuses, and how it says what is wrong."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import fact, filled, job_for, meal, record, refusal, sale, sealed

from core.chain import GENESIS
from offline_cache import transactions
from offline_cache.connection import Rows, Value
from offline_cache.errors import (
    DiskReadOnlyError,
    FileVanishedError,
    ForeignFileError,
    JournalBusyError,
    JournalCorruptError,
    JournalError,
    JournalLockedError,
    JournalMissingError,
)
from offline_cache.journal import Head, Journal, JournalReader
from offline_cache.schema import READABLE_BY_MARK, VERSION
from offline_cache.spool import FINAL_STATES
from printer.spool_states import FINAL, JobState

JOB = "INSERT INTO tail (job, kind, body, epoch, seq, state, attempt, at) VALUES "
ADD = (
    "INSERT INTO event SELECT position + {}, epoch, seq + {}, id, kind, body, {}, hash"
    " FROM event WHERE seq = 3"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal.open(path)
    yield opened
    opened.close()


def raw(path: Path) -> sqlite3.Connection:
    """Open the file as a person with a database tool does."""
    return sqlite3.connect(path, isolation_level=None)


# --- what it keeps --------------------------------------------------------------------------------


def test_a_new_journal_is_empty_and_ready(journal: Journal) -> None:
    assert journal.head == Head(1, 0, GENESIS)
    assert journal.acknowledged == (0, 0)
    assert list(journal.events()) == []
    assert journal.pending_jobs() == ()
    assert journal.marks() == {}


def test_what_was_recorded_is_there_after_a_restart(path: Path) -> None:
    journal = Journal.open(path)
    first = record(journal, meal(1))
    rest = record(journal, sale(2), refusal())
    journal.close()
    again = Journal.open(path)
    assert list(again.events()) == first + rest
    assert again.head == Head(1, 3, rest[-1].hash)
    again.close()


def test_events_are_read_from_any_place(journal: Journal) -> None:
    events = record(journal, *(fact(number) for number in range(1, 1203)))
    assert list(journal.events((1, 1199))) == events[1199:]
    assert list(journal.events((1, 7), limit=2)) == events[7:9]
    assert list(journal.events(limit=0)) == []
    assert list(journal.events(limit=501)) == events[:501]
    assert list(journal.events((2, 0))) == []


def test_an_appended_batch_is_all_or_nothing(journal: Journal) -> None:
    good, bad = sealed(journal.head, [meal(1), meal(2)])
    with pytest.raises(AssertionError, match="chained"):
        journal.append([good, sealed(Head(1, 1, GENESIS), [meal(2)])[0]])
    assert journal.head.seq == 0
    journal.append([good, bad])
    assert journal.head.seq == 2


def test_only_the_next_event_is_taken(journal: Journal) -> None:
    with pytest.raises(AssertionError, match="next one"):
        journal.append(sealed(Head(1, 1, GENESIS), [meal(1)]))
    with pytest.raises(AssertionError, match="next one"):
        journal.append(sealed(Head(2, 0, GENESIS), [meal(1)]))
    assert journal.head.seq == 0


def test_marks_are_kept_by_name(path: Path) -> None:
    journal = Journal.open(path)
    journal.mark("snapshot_etag", "a")
    journal.mark("snapshot_etag", "b")
    journal.mark("clean_shutdown", "yes")
    journal.close()
    again = Journal.open(path)
    assert again.marks() == {"clean_shutdown": "yes", "snapshot_etag": "b"}
    again.close()


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


def test_the_centres_answer_is_kept_and_never_moves_back(path: Path) -> None:
    journal = Journal.open(path)
    record(journal, meal(1), meal(2), sale(3))
    journal.acknowledge((1, 2), [(2, "accepted", "double_collection")])
    journal.acknowledge((1, 1))
    assert journal.acknowledged == (1, 2)
    journal.close()
    with closing(JournalReader.open(path)) as reader:
        assert reader.acknowledged == (1, 2)
        rows = reader.connection.execute("SELECT verdict, flag FROM exception").fetchall()
    assert rows == [("accepted", "double_collection")]


def test_the_file_is_not_for_everybody(journal: Journal, path: Path) -> None:
    assert path.stat().st_mode & 0o007 == 0


# --- print jobs -----------------------------------------------------------------------------------


def test_a_job_is_stored_with_its_sale_and_waits(path: Path) -> None:
    journal = Journal.open(path)
    event = record(journal, sale(1), with_job=True)[0]
    journal.close()
    again = Journal.open(path)
    (pending,) = again.pending_jobs()
    assert pending.job == job_for(event)
    assert (pending.id, pending.state, pending.attempt) == (event.id, "queued", 0)
    again.close()


def test_a_jobs_states_are_appended_until_it_is_over(path: Path) -> None:
    journal = Journal.open(path)
    first, second = (record(journal, sale(n), with_job=True)[0].id for n in (1, 2))
    journal.job_state(first, "sending", 1, NOON)
    journal.job_state(second, "blocked", 0, NOON, reason="paper_out")
    assert [(job.id, job.state) for job in journal.pending_jobs()] == [
        (first, "sending"),
        (second, "blocked"),
    ]
    journal.job_state(first, "done", 1, NOON)
    journal.close()
    again = Journal.open(path)
    assert [(job.id, job.state) for job in again.pending_jobs()] == [(second, "blocked")]
    with pytest.raises(KeyError):
        again.job_state(first, "queued", 2, NOON)
    again.close()


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


def test_papers_that_are_over_are_forgotten_in_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offline_cache.spool._KEPT_ROWS", 10)
    journal = Journal.open(path)
    jobs = [record(journal, sale(n), with_job=True)[0].id for n in range(1, 131)]
    for job in (*jobs[:50], *jobs[51:]):
        journal.job_state(job, "done", 0, NOON, is_lazy=True)
    journal.checkpoint()
    papers = "SELECT count(*) FROM tail WHERE body NOTNULL"
    with closing(raw(path)) as db:
        # The fifty-first still waits, so it and what is newer stay.
        assert db.execute(papers).fetchone() == (80,)
    journal.job_state(jobs[50], "expired", 0, NOON)
    for number in range(131, 240):
        record(journal, sale(number))
    journal.checkpoint()
    with closing(raw(path)) as db:
        assert db.execute(papers).fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM tail").fetchone() == (11,)
    journal.close()
    journal = Journal.open(path)
    assert journal.head.seq == 239
    journal.close()


def test_the_head_is_never_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offline_cache.spool._KEPT_ROWS", 1)
    journal = Journal.open(path)
    job = record(journal, sale(1), with_job=True)[0].id
    for _ in range(120):
        journal.job_state(job, "blocked", 0, NOON)
    journal.job_state(job, "done", 0, NOON)
    journal.checkpoint()
    journal.close()
    journal = Journal.open(path)
    assert journal.head.seq == 1
    journal.close()


def test_the_spools_own_words_end_a_job() -> None:
    assert {state.value for state in FINAL} == FINAL_STATES
    assert JobState.QUEUED == "queued"


# --- what it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE event SET kind = 'x' WHERE seq = 2", "never changed"),
        ("UPDATE OR REPLACE event SET position = 1 WHERE seq = 2", "never changed"),
        ("DELETE FROM event WHERE seq = 3", "never deleted"),
        ("DELETE FROM event", "never deleted"),
        ("INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 3", "behind the last"),
        ("INSERT OR IGNORE INTO event SELECT * FROM event WHERE seq = 3", "behind the last"),
        (ADD.format(2, 2, "hash"), "behind the last"),
        (ADD.format(1, 1, "prev_hash"), "behind the last"),
        (ADD.format(9, 1, "hash"), "behind the last"),
    ],
)
def test_the_file_itself_refuses_to_forget(path: Path, statement: str, words: str) -> None:
    events = filled(path, 3)
    with closing(raw(path)) as db, pytest.raises(sqlite3.IntegrityError, match=words):
        db.execute(statement)
    with closing(JournalReader.open(path)) as reader:
        assert list(reader.events()) == events


def test_another_thread_may_not_touch_it(journal: Journal) -> None:
    errors = []

    def intrude() -> None:
        try:
            journal.mark("x", "y")
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join(10)
    assert "thread" in str(errors[0])


def test_a_second_daemon_is_turned_away_and_told_by_whom(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalLockedError, match=f"process {os.getpid()}.*systemctl stop") as told:
        Journal.open(path)
    assert "\n" not in str(told.value)


def test_a_daemon_that_died_leaves_no_lock_behind(path: Path) -> None:
    code = (
        "import os, sys, pathlib; from offline_cache.journal import Journal;"
        "Journal.open(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], timeout=30, check=False)
    assert done.returncode == -9
    Journal.open(path).close()


def test_a_closed_journal_takes_nothing(path: Path) -> None:
    journal = Journal.open(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        record(journal, meal(1))
    with pytest.raises(JournalError, match="closed"):
        journal.checkpoint()


# --- files that are not what they should be -------------------------------------------------------


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("shopping list\n" * 100, encoding="utf-8")
    with pytest.raises(ForeignFileError, match=r"no database.*--data"):
        Journal.open(path)
    assert path.read_text(encoding="utf-8").startswith("shopping list")
    with pytest.raises(ForeignFileError):
        JournalReader.open(path)


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with closing(raw(path)) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(ForeignFileError, match="another program"):
        Journal.open(path)
    with pytest.raises(ForeignFileError, match="no journal"):
        JournalReader.open(path)
    assert path.read_bytes() == before


def test_a_newer_journal_asks_for_the_newer_program(path: Path) -> None:
    filled(path, 1)
    with closing(raw(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ForeignFileError, match=r"version 99.*install"):
        Journal.open(path)


def test_a_newer_journal_that_only_grew_is_gone_on_with(path: Path) -> None:
    """The way back after an update: what was added is left alone."""
    filled(path, 1)

    def say(oldest: str) -> None:
        with closing(raw(path)) as db:
            db.execute("PRAGMA user_version = 99")
            put = "INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)"
            db.execute(put, (READABLE_BY_MARK, oldest))

    say(str(VERSION))
    filled(path, 2)
    with closing(raw(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)
    for oldest in (str(VERSION + 1), "nonsense"):
        say(oldest)
        with pytest.raises(ForeignFileError, match=r"version 99.*install"):
            Journal.open(path)


def test_an_event_of_a_newer_program_is_named(path: Path) -> None:
    filled(path, 2)
    with closing(raw(path)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET kind = 'tea.poured' WHERE seq = 2")
    with (
        closing(JournalReader.open(path)) as reader,
        pytest.raises(ForeignFileError, match=r"1-2 .*'tea.poured'.*install"),
    ):
        list(reader.events())


def test_a_column_of_another_type_is_damage(path: Path) -> None:
    filled(path, 2)
    with closing(raw(path)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET body = 'text' WHERE seq = 2")
    with (
        closing(JournalReader.open(path)) as reader,
        pytest.raises(JournalCorruptError, match="behind 1-1"),
    ):
        list(reader.events())


def test_a_torn_page_is_named_with_the_cure(path: Path) -> None:
    filled(path, 30)
    content = bytearray(path.read_bytes())
    content[1024:] = bytes(len(content) - 1024)
    path.write_bytes(content)
    with pytest.raises(JournalCorruptError, match="journal verify"):
        Journal.open(path)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM tail WHERE seq = 3",
        "UPDATE tail SET hash = zeroblob(32) WHERE seq = 3",
        "UPDATE tail SET epoch = 0 WHERE seq = 3",
        "UPDATE tail SET hash = 'text' WHERE seq = 3",
        "DELETE FROM tail",
        "DELETE FROM acknowledged",
        "UPDATE acknowledged SET seq = 'x'",
        JOB + "('j', 'k', 'text', 1, 1, 'queued', 0, '2026')",
        JOB + "('j', 'k', x'00', 1, 1, 'queued', 0, 'noon')",
        JOB + "('j', NULL, NULL, NULL, NULL, 'queued', 0, 'noon')",
        "DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE seq = 3",
    ],
)
def test_damage_is_found_when_it_is_opened(path: Path, damage: str) -> None:
    filled(path, 3)
    with closing(raw(path)) as db:
        db.executescript(damage)
    with pytest.raises(JournalCorruptError, match=r"is damaged|head mark says"):
        Journal.open(path)


def test_a_journal_that_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(JournalMissingError, match="--data"):
        JournalReader.open(path)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"no folder .*missing; create it"):
        Journal.open(tmp_path / "missing" / "journal.db")
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="is no folder"):
        Journal.open(tmp_path / "file" / "journal.db")


def test_an_unfinished_creation_is_finished(path: Path) -> None:
    path.touch()
    journal = Journal.open(path)
    record(journal, meal(1))
    journal.close()
    with closing(raw(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    Journal.open(path).close()


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


def test_a_lost_journal_is_not_replaced_by_an_empty_one(path: Path) -> None:
    filled(path, 2)
    Journal.open(path, may_create=False).close()
    path.unlink()
    with pytest.raises(JournalMissingError, match="put the file back"):
        Journal.open(path, may_create=False)
    assert not path.exists()


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


def test_a_reader_sees_what_is_committed_while_the_daemon_runs(
    journal: Journal, path: Path
) -> None:
    with closing(JournalReader.open(path)) as reader:
        events = record(journal, meal(1))
        assert list(reader.events()) == events
        events += record(journal, meal(2))
        assert reader.head == journal.head
        assert list(reader.events((1, 1))) == events[1:]
        journal.mark("a", "b")
        assert reader.marks() == {"a": "b"}


def test_closing_leaves_one_complete_file(path: Path) -> None:
    filled(path, 5)
    assert {file.name for file in path.parent.iterdir()} == {"journal.db", "journal.lock"}
