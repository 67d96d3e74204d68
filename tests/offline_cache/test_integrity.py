"""Whatever is done to a stored event, `verify` finds it and names the first place."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_rig import fact, filled, meal, record, sealed

from core.chain import link
from core.events import SealedEvent
from offline_cache.errors import ForeignFileError, JournalError, JournalMissingError
from offline_cache.integrity import VerifyReport, verify
from offline_cache.journal import Head, Journal
from offline_cache.schema import position_key

COUNT = 12
UNGUARDED = """
DROP TRIGGER IF EXISTS event_is_the_next;
DROP TRIGGER IF EXISTS event_moves_the_head;
DROP TRIGGER IF EXISTS event_is_never_changed;
DROP TRIGGER IF EXISTS event_is_never_deleted;
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "journal.db"
    filled(path, COUNT)
    with closing(sqlite3.connect(path)) as db:
        # So that the file holds no dead copy of a row, whose bits do not count.
        db.execute("VACUUM")
    return path


@pytest.fixture
def path(tmp_path: Path, good: Path) -> Path:
    copy = tmp_path / "journal.db"
    copy.write_bytes(good.read_bytes())
    return copy


def tamper(path: Path, script: str) -> VerifyReport:
    """Do something to the file as a person with a tool and time would, and verify it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(UNGUARDED + script)
    return verify(path)


def write_events(path: Path, events: list[SealedEvent], head: Head) -> None:
    """Put other events in the place of all, with a head mark that fits."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(UNGUARDED + "DELETE FROM event;")
        for event in events:
            db.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    position_key(event.epoch, event.seq),
                    event.epoch,
                    event.seq,
                    event.id,
                    event.kind.value,
                    event.body,
                    event.prev_hash,
                    event.hash,
                ),
            )
        db.execute("DELETE FROM tail")
        mark = (head.epoch, head.seq, head.hash)
        db.execute("INSERT INTO tail (epoch, seq, hash) VALUES (?, ?, ?)", mark)


def test_a_good_journal_is_good(path: Path) -> None:
    report = verify(path)
    assert report.is_good
    assert report.events == COUNT
    assert report.head.seq == COUNT


def test_an_empty_journal_is_good(tmp_path: Path) -> None:
    Journal.open(tmp_path / "journal.db").close()
    assert verify(tmp_path / "journal.db").is_good


def test_a_journal_is_verified_while_it_is_written(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    for number in range(1, 6):
        record(journal, meal(number))
        assert verify(tmp_path / "journal.db").events == number
    journal.close()


@pytest.mark.parametrize("column", ["body", "hash", "prev_hash", "id", "kind"])
def test_every_bit_of_a_stored_column_counts(path: Path, column: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(UNGUARDED + "PRAGMA synchronous = OFF")
        before = db.execute(
            f"SELECT typeof({column}), CAST({column} AS BLOB) FROM event WHERE seq = 5"
        ).fetchone()
        kind, content = before
        for bit in range(8 * len(content)):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            db.execute(
                f"UPDATE event SET {column} = CAST(? AS {kind}) WHERE seq = 5", (bytes(changed),)
            )
            report = verify(path)
            assert not report.is_good, f"bit {bit} of {column}"
            assert report.events == 4
            assert "1-5" in str(report.fault) or "behind event 1-4" in str(report.fault)


@pytest.mark.parametrize("column", ["epoch", "seq", "position"])
@pytest.mark.parametrize("bit", range(63))
def test_every_bit_of_a_stored_number_counts(path: Path, column: str, bit: int) -> None:
    # XOR, which SQLite does not have. A key that is another row's cannot be written at all.
    flip = f"({column} | (1 << {bit})) - ({column} & (1 << {bit}))"
    try:
        report = tamper(path, f"UPDATE event SET {column} = {flip} WHERE seq = 5;")
    except sqlite3.IntegrityError:
        return
    assert not report.is_good


def test_any_flipped_bit_of_an_events_bytes_in_the_file_is_found(path: Path) -> None:
    chance = random.Random(7)
    good = path.read_bytes()
    with closing(sqlite3.connect(path)) as db:
        stored = [
            content
            for row in db.execute("SELECT id, kind, body, prev_hash, hash FROM event")
            for content in (str(row[0]).encode(), str(row[1]).encode(), *row[2:])
            # The zeros before the first event stand all over the file, mostly in no row at all.
            if any(content)
        ]
    for _ in range(300):
        content = chance.choice(stored)
        starts = [at for at in range(len(good)) if good.startswith(content, at)]
        at = chance.choice(starts) + chance.randrange(len(content))
        changed = bytearray(good)
        changed[at] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        assert not verify(path).is_good, f"byte {at}"


def test_a_removed_event_is_missed(path: Path) -> None:
    report = tamper(path, "DELETE FROM event WHERE seq = 5;")
    assert report.events == 4
    assert report.fault == "behind event 1-4: event 1-5 is missing; 1-6 stands in its place"


def test_the_first_event_is_missed(path: Path) -> None:
    report = tamper(path, "DELETE FROM event WHERE seq = 1;")
    assert report.fault == "behind the beginning: event 1-1 is missing; 1-2 stands in its place"


@pytest.mark.parametrize("kept", range(COUNT))
def test_the_last_events_are_missed_by_the_head_mark(path: Path, kept: int) -> None:
    report = tamper(path, f"DELETE FROM event WHERE seq > {kept};")
    assert report.events == kept
    assert f"the journal ends at 1-{COUNT}" in str(report.fault)


def test_a_repeated_event_is_found(path: Path) -> None:
    again = (
        "INSERT INTO event SELECT (1 << 40) + 13, 1, 13, id, kind, body, prev_hash, hash"
        " FROM event WHERE seq = 5; UPDATE tail SET seq = 13 WHERE seq = 12;"
    )
    assert "event 1-13: it is not chained to event 1-12" in str(tamper(path, again).fault)


def test_two_events_that_changed_places_are_found(path: Path) -> None:
    swap = """
UPDATE event SET seq = 1005, position = (1 << 40) + 1005 WHERE seq = 5;
UPDATE event SET seq = 5, position = (1 << 40) + 5 WHERE seq = 6;
UPDATE event SET seq = 6, position = (1 << 40) + 6 WHERE seq = 1005;
"""
    report = tamper(path, swap)
    assert report.events == 4
    assert "event 1-5: it is not chained" in str(report.fault)


def test_an_event_changed_with_its_own_hash_breaks_the_next_one(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(UNGUARDED)
        body, prev = db.execute("SELECT body, prev_hash FROM event WHERE seq = 5").fetchone()
        cheap = body.replace(b'"receipt":5', b'"receipt":6')
        assert cheap != body
        row = (cheap, link(prev, cheap))
        db.execute("UPDATE event SET body = ?, hash = ? WHERE seq = 5", row)
    report = verify(path)
    assert report.events == 5
    assert "event 1-6: it is not chained to event 1-5" in str(report.fault)


def test_bytes_that_are_not_canonical_are_found_even_if_the_chain_fits(path: Path) -> None:
    for body, words in (
        (b'{"seq": 1}', "canonical"),
        (b"[1]", "canonical"),
        (b"\xff", "no JSON"),
        (b'{"a":"\\ud800"}', "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"seq":1}', "column epoch"),
    ):
        event = sealed(Head(1, 0, bytes(32)), [meal(1)])[0]
        digest = link(event.prev_hash, body)
        forged = SealedEvent(1, 1, event.id, event.kind, body, event.prev_hash, digest)
        write_events(path, [forged], Head(1, 1, digest))
        assert words in str(verify(path).fault)


def test_an_id_that_stands_there_twice_is_found(path: Path, tmp_path: Path) -> None:
    first = sealed(Head(1, 0, bytes(32)), [meal(1)])[0]
    body = first.body.replace(b'"seq":1,', b'"seq":2,')
    digest = link(first.hash, body)
    second = SealedEvent(1, 2, first.id, first.kind, body, first.hash, digest)
    write_events(path, [first, second], Head(1, 2, digest))
    assert "stands in the journal twice" in str(verify(path).fault)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM tail;", "the head mark is damaged"),
        ("UPDATE tail SET hash = 1 WHERE seq = 12;", "the head mark is damaged"),
        ("UPDATE tail SET seq = 13 WHERE seq = 12;", "ends at 1-13"),
        ("UPDATE tail SET hash = x'00' WHERE seq = 7;", "event 1-7: an older head mark"),
        ("DELETE FROM acknowledged;", "what the centre holds is damaged"),
        ("UPDATE event SET body = CAST(body AS TEXT) WHERE seq = 2;", "another type"),
        ("UPDATE event SET hash = x'00' WHERE seq = 2;", "do not give its hash"),
    ],
)
def test_damaged_marks_are_found(path: Path, damage: str, words: str) -> None:
    assert words in str(tamper(path, damage).fault)


def test_a_torn_file_is_a_finding_and_no_crash(path: Path) -> None:
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2])
    assert "the file is damaged" in str(verify(path).fault)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 255)), min_size=1, max_size=20))
def test_no_damage_to_the_file_crashes_the_check(
    good: Path, tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(good.read_bytes())
    for place, byte in damage:
        content[place % len(content)] = byte
    path = tmp_path_factory.mktemp("damaged") / "journal.db"
    path.write_bytes(content)
    with suppress(JournalError):
        verify(path)


def test_a_file_that_is_no_journal_is_no_finding(tmp_path: Path) -> None:
    with pytest.raises(JournalMissingError):
        verify(tmp_path / "journal.db")
    (tmp_path / "notes.txt").write_text("notes " * 300, encoding="utf-8")
    with pytest.raises(ForeignFileError):
        verify(tmp_path / "notes.txt")


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_whatever_is_appended_verifies(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    path = tmp_path_factory.mktemp("any") / "journal.db"
    journal = Journal.open(path)
    for size in sizes:
        record(journal, *(fact(journal.head.seq + n) for n in range(1, size + 1)))
    journal.close()
    report = verify(path)
    assert report.is_good
    assert report.events == sum(sizes)
