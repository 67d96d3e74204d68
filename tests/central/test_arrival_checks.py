"""The night's check says which events' bytes are lost, hidden or wrong."""

import gzip
from datetime import UTC, datetime
from random import Random

import pytest
from booked_events import MANY, SCHOOL, findings, sell_many

from central.errors import DatabaseError
from central.sealed import sealed_one
from core.batch import pack_batch
from core.facts import Reason, TapRefused
from sync.twin import MemoryOutbox

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = NOON.date()
TRIGGERS = ("event_update", "arrival_update", "arrival_delete")


def breaking(centre, sql, *values):
    """Change what the database refuses to change, as a hand on the disk could."""
    with centre.store.database.writing() as session:
        if centre.store.database.name.endswith(".db"):
            for name in TRIGGERS:
                session.run(f"DROP TRIGGER {name}")
        else:
            session.run("SET LOCAL session_replication_role = replica")
        assert session.run(sql, *values)


def test_a_lost_arrival_is_told_and_the_event_is_one_clear_line(centre, till):
    event = sell_many(till)[5]
    till.send()
    breaking(centre, "DELETE FROM arrival")
    lines = findings(centre)
    (line,) = [line for line in lines if line.startswith("arrivals: events of no arrival: ")]
    assert f"({event.id})" in line
    assert "and 20 more" in line
    with (
        centre.store.database.reading() as session,
        pytest.raises(DatabaseError, match=rf"event {event.id}: .* not in the books; run .* check"),
    ):
        sealed_one(session, SCHOOL, event.id)


def test_an_arrival_without_its_bytes_is_told_and_the_event_is_one_clear_line(centre, till):
    event = sell_many(till)[5]
    till.send()
    breaking(centre, "UPDATE arrival SET packed = ?", b"")
    (line,) = findings(centre)
    assert line.startswith("arrivals: events whose bytes are nowhere: ")
    assert f"{till.identity.terminal_id} 1-1, " in line
    with (
        centre.store.database.reading() as session,
        pytest.raises(DatabaseError, match=r"event 1-6 of .* not in the books; run .* check"),
    ):
        sealed_one(session, SCHOOL, event.id)


def test_bytes_that_are_no_batch_are_told(centre, till):
    sell_many(till)
    till.send()
    breaking(centre, "UPDATE arrival SET packed = ?", b"no gzip")
    assert [line.partition(":")[0] for line in findings(centre)] == ["packed bytes"]


def test_a_bit_that_turned_is_told(centre, till):
    sell_many(till)
    till.send()
    text = gzip.decompress(bytes(centre.one("SELECT packed FROM arrival")))
    turned = text.replace(b'"total_cents":10', b'"total_cents":11', 1)
    assert turned != text
    breaking(centre, "UPDATE arrival SET packed = ?", gzip.compress(turned))
    (line,) = findings(centre)
    assert line.startswith("packed bytes")
    assert "chain" in line


def test_other_events_than_those_of_the_rows_are_told(centre, till):
    sell_many(till)
    till.send()
    other = MemoryOutbox(Random("another card"))
    for _ in range(MANY):
        other.append(TapRefused(TODAY, Reason.UNKNOWN_BADGE, None, None), at=NOON)
    packed = pack_batch(till.identity.terminal_id, other.events).body
    breaking(centre, "UPDATE arrival SET packed = ?", packed)
    (line,) = findings(centre)
    assert line.startswith("packed bytes: arrival 1-1 to 1-40")
    assert "1-40" in line or "and 20 more" in line


def test_a_pupil_that_an_arrival_does_not_name_is_told(centre, till):
    sell_many(till, 2)
    till.send()
    breaking(centre, "UPDATE arrival SET owners = ?", centre.school.pupils[0].id)
    (line,) = findings(centre)
    assert line.startswith("arrivals: events whose pupil their arrival does not name")
    assert line.endswith(" 1-2")


def test_two_arrivals_of_one_event_are_told(centre, till):
    sell_many(till, 3)
    till.send()
    breaking(
        centre,
        "INSERT INTO arrival (school_id, received_at, terminal_id, epoch, first_seq, last_seq,"
        " owners, packed) SELECT school_id, received_at, terminal_id, epoch, 2, 4, owners, packed"
        " FROM arrival",
    )
    (line,) = findings(centre)
    assert line.startswith("arrivals: events of two arrivals")


def test_the_books_refuse_to_change_an_arrival(centre, till):
    sell_many(till, 1)
    till.send()
    for sql in ("UPDATE arrival SET owners = ''", "DELETE FROM arrival"):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            centre.store.database.writing() as session,
        ):
            session.run(sql)
