"""What a batch asks of SQLite is counted: no load of the machine can change it."""

import pytest

import central.arrivals
import central.sqlite_database
from central.ingest import ingest
from central.wire_batch import unpack_batch
from core.batch import Verdict, pack_batch

STATEMENTS_MAX = 27
pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def statements_of(till, count: int) -> list[str]:
    """Return the statements that one batch of sales to different pupils needs."""
    events = [till.sell(pupil.id, 100) for pupil in till.centre.school.pupils[:count]]
    terminal, now = till.identity.terminal_id, till.clock()
    batch = unpack_batch(pack_batch(terminal, events).body)
    connection = till.centre.store.database._writer
    told: list[str] = []
    connection.set_trace_callback(told.append)
    ingest(till.centre.store, terminal, batch, now=now)
    connection.set_trace_callback(None)
    return told


def reads(statements: list[str]) -> int:
    return sum(sql.startswith("SELECT") for sql in statements)


def test_a_batch_reads_as_often_whatever_it_holds(centre):
    few, many = centre.till(), centre.till("Till 2")
    assert reads(statements_of(few, 10)) == reads(statements_of(many, 100)) > 0


def test_a_hundred_sales_are_few_statements(till):
    statements = statements_of(till, 100)
    assert len(statements) <= STATEMENTS_MAX, statements


def test_the_next_batch_asks_who_sent_it_and_where_the_school_stands_at_once(till):
    statements_of(till, 100)
    again = [sql for sql in statements_of(till, 100) if sql.startswith("SELECT")]
    (asked,) = [sql.partition(" FROM ")[2].partition(" WHERE ")[0] for sql in again]
    assert asked == "terminal t JOIN school s ON s.id = t.school_id"


def test_no_item_is_made_of_a_lunch(till, monkeypatch):
    for order in till.centre.orders(20):
        till.collect(order)
        till.sell(order.pupil_id, 100)
    monkeypatch.setattr(central.arrivals, "Item", no_item)
    batch = unpack_batch(pack_batch(till.identity.terminal_id, till.journal.events).body)
    answer = ingest(till.centre.store, till.identity.terminal_id, batch, now=till.clock())
    assert {(one.verdict, one.flag) for one in answer.verdicts} == {(Verdict.ACCEPTED, None)}


def test_the_control_an_item_is_made_of_anything_else(till, monkeypatch):
    till.refuse()
    monkeypatch.setattr(central.arrivals, "Item", no_item)
    batch = unpack_batch(pack_batch(till.identity.terminal_id, till.journal.events).body)
    with pytest.raises(AssertionError, match="an item"):
        ingest(till.centre.store, till.identity.terminal_id, batch, now=till.clock())


def no_item(*_: object) -> None:
    message = "an item was made"
    raise AssertionError(message)


def test_no_batch_asks_whether_its_ids_are_new(till):
    asked = "SELECT id FROM event"
    assert not [sql for sql in statements_of(till, 3) if sql.startswith(asked)]


def test_what_moves_once_needs_no_row_of_legs(till):
    statements = statements_of(till, 3)
    assert any("INSERT INTO event" in sql for sql in statements)
    assert not any("posted_leg" in sql for sql in statements)


def test_the_control_rows_that_go_one_by_one_are_noticed(till, monkeypatch):
    monkeypatch.setattr(central.sqlite_database, "_ROW_SIZES", (1,))
    assert len(statements_of(till, 100)) > STATEMENTS_MAX
