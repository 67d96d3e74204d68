"""The journal at the counter: what it takes, keeps and refuses."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from journal_rig import fact, filled, meal, raw, record, refusal, sale, sealed

from core.chain import GENESIS
from offline_cache.journal import Head, Journal, JournalReader

ADD = (
    "INSERT INTO event SELECT position + {}, epoch, seq + {}, id, kind, body, {}, hash"
    " FROM event WHERE seq = 3"
)


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
