"""The questions of every batch, badge and page find their rows by an index, on both engines."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from central.arrival_checks import wrong_bytes
from central.event_places import place_of
from central.sealed import sealed_between
from central.store import is_postgres, open_store
from central.wallets import statement
from core.batch import pack_batch
from core.codec import moment_text
from core.facts import Reason, TapRefused
from core.ids import TerminalId
from sync.twin import MemoryOutbox

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)

HOT = {
    "an event's arrival": "SELECT packed FROM arrival WHERE school_id = ? AND number = ?",
    "the arrival that holds a place": "SELECT number FROM arrival WHERE school_id = ?"
    " AND terminal_id = ? AND epoch = ? AND last_seq >= ? ORDER BY last_seq LIMIT 1",
    "an event's id": "SELECT id FROM event WHERE school_id = ? AND id = ?",
    "a wallet": "SELECT general_cents FROM wallet WHERE school_id = ? AND pupil_id = ?",
    "a badge": "SELECT pupil_id FROM badge WHERE school_id = ? AND key = ?",
    "an order": "SELECT state FROM meal_order WHERE school_id = ? AND id = ?",
    "the orders of a day": "SELECT id FROM meal_order WHERE school_id = ? AND day = ?",
    "the orders that changed": "SELECT id FROM meal_order WHERE school_id = ? AND cursor > ?",
    "what was bought today": "SELECT day FROM pupil_bought WHERE school_id = ? AND day >= ?"
    " AND cursor > ?",
    "a terminal's key": "SELECT public_key FROM terminal_key WHERE id = ?",
    "a booking's legs": "SELECT cents FROM posted_leg WHERE school_id = ? AND booking_id = ?",
    "a pupil's newest legs": "SELECT cents FROM posted_leg WHERE school_id = ? AND at >= ?"
    " AND owner = ? AND account IN ('wallet.general', 'wallet.reserve')",
}


_NUMBERS = ("epoch", "cursor", "number", "last_seq", "BETWEEN")


def plan_of(session, place: str, sql: str) -> str:
    values = [1 if word in _NUMBERS else "x" for word in _places(sql)]
    return needed(session, place, sql, values)


def needed(session, place: str, sql: str, values) -> str:
    """Return the plan by which a question can be answered."""
    if is_postgres(place):
        # The sample is small enough to be read whole; the question is whether it must be.
        session.run("SET LOCAL enable_seqscan = off")
        return explained(session, sql, values)
    return "\n".join(row[3] for row in session.rows(f"EXPLAIN QUERY PLAN {sql}", *values))


def _places(sql: str) -> list[str]:
    """Return, for each value, the word by which its type is known."""
    words = sql.split()
    found = []
    for number, word in enumerate(words):
        if word == "?":
            is_range = "BETWEEN" in words[max(0, number - 3) : number]
            found.append("BETWEEN" if is_range else words[number - 2])
    return found


def explained(session, sql: str, values) -> str:
    """Return PostgreSQL's own choice of a plan."""
    return "\n".join(row[0] for row in session.rows(f"EXPLAIN {sql}", *values))


def is_searched(plan: str, place: str) -> bool:
    if is_postgres(place):
        return "Index Cond" in plan and "Seq Scan" not in plan and "Append" not in plan
    return "SEARCH" in plan and "SCAN" not in plan


@pytest.mark.parametrize("sql", HOT.values(), ids=HOT.keys())
def test_a_hot_question_is_answered_by_an_index(centre, place, sql):
    with centre.store.database.writing() as session:
        plan = plan_of(session, place, sql)
    assert is_searched(plan, place), plan


def plan_within(store, place, work) -> str:
    """Return the plans of all that a function asks of a session; it finds nothing."""
    plans = []

    class Explaining:
        for_update = ""

        def each(self, *parts, **words):
            return session.each(*parts, **words)

        def rows(self, sql, *values):
            plans.append(needed(session, place, sql, values))
            return []

        def row(self, sql, *values):
            self.rows(sql, *values)

    with store.database.writing() as session:
        work(Explaining())
    assert plans
    return "\n".join(plans)


def test_a_pupils_movements_are_found_by_arrivals_and_these_by_their_time(empty_place):
    with closing(open_store(empty_place)) as store:
        plan = plan_within(store, empty_place, lambda one: statement(one, "demo", "pupil"))
    expect_by_arrivals(plan, empty_place)


def expect_by_arrivals(plan, place):
    """Arrivals are read by their time, and each one's events by their places."""
    lines = plan.splitlines()
    if is_postgres(place):
        assert any("Index Scan" in line and "received_at_idx on" in line for line in lines), plan
        expect_events_of_arrivals(plan)
    else:
        key = "(school_id=? AND received_at>? AND received_at<?)"
        assert f"SEARCH a USING INDEX arrival_at {key}" in plan
        assert "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan
        assert not [line for line in lines if "SCAN a" in line or "SCAN e" in line], plan


def expect_events_of_arrivals(plan):
    """PostgreSQL looks up the places of each arrival, in the school's partition."""
    lines = plan.splitlines()
    assert any("place >= (a_1.number * " in line and "Index Cond" in line for line in lines), plan
    assert "Seq Scan on event" not in plan, plan
    # One is the statement's own, of both its halves.
    assert plan.count("Append") == 1, plan


def test_an_arrivals_events_are_found_by_their_places(empty_place):
    """Not by the school, which in SQLite's index of ids would do too, badly."""
    with closing(open_store(empty_place)) as store:
        plan = plan_within(store, empty_place, _ask_for_bytes)
    if is_postgres(empty_place):
        assert "place >= (a.number * " in plan, plan
    else:
        assert "SEARCH a USING INTEGER PRIMARY KEY (rowid=?)" in plan
        assert "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan


def _ask_for_bytes(session):
    journal = MemoryOutbox(Random(1))
    journal.append(TapRefused(NOON.date(), Reason.UNKNOWN_BADGE, None, None), at=NOON)
    packed = pack_batch(TerminalId("t"), journal.events).body
    assert not wrong_bytes(_Found(session, [(1, "t", 1, 1, 1)], packed), "demo")


def test_the_events_of_a_period_are_found_by_their_places(empty_place):
    """First the arrivals that hold some of them, in the order of their places, then these."""
    with closing(open_store(empty_place)) as store:
        plans = [
            plan_within(store, empty_place, ask) for ask in (_ask_for_arrivals, _ask_for_events)
        ]
    # The arrivals that were found are gone through, each with its events.
    for plan in (plans[0], plans[1].replace("\nSCAN a\n", "\n")):
        assert is_searched(plan, empty_place), plan
        bound = (
            "ROW(epoch, last_seq) > ROW" if is_postgres(empty_place) else "(epoch,last_seq)>(?,?)"
        )
        assert bound in plan, plan
    places = "place >= (arrival.number" if is_postgres(empty_place) else "(rowid>? AND rowid<?)"
    assert places in plans[1], plans[1]
    assert "Sort" not in plans[0]
    assert "TEMP B-TREE" not in plans[0]


def _ask_for_arrivals(session):
    assert not list(sealed_between(session, "demo", "t", after=(1, 5), before=(2, 7)))


def _ask_for_events(session):
    """The second question alone, after an arrival was found."""
    asking = sealed_between(_Found(session, [(1, 1, 9)]), "demo", "t", after=(1, 5), before=(2, 7))
    assert not list(asking)


class _Found:
    """Finds arrivals, and leaves what is asked then to a session."""

    def __init__(self, session, arrivals, packed=b""):
        self._session = session
        self._arrivals = [arrivals]
        self._packed = packed
        self.each = session.each

    def row(self, sql, *values):
        assert sql.startswith("SELECT packed FROM arrival")
        return (self._packed,)

    def rows(self, sql, *values):
        if "FROM event" not in sql and "JOIN" not in sql:
            return self._arrivals.pop() if self._arrivals else []
        return self._session.rows(sql, *values)


def test_the_control_a_question_without_an_index_is_noticed(centre, place):
    sql = "SELECT id FROM meal_order WHERE state = ?"
    with centre.store.database.writing() as session:
        plan = plan_of(session, place, sql)
    assert not is_searched(plan, place), plan


def test_the_control_a_dropped_index_is_noticed(centre, place):
    class DoneError(Exception):
        """Rolls the change back: the books are shared by the tests."""

    def look():
        with centre.store.database.writing() as session:
            session.run("DROP INDEX event_id")
            plan = plan_of(session, place, HOT["an event's id"])
            assert "id" not in _condition(plan), plan
            raise DoneError

    with pytest.raises(DoneError):
        look()


def _condition(plan: str) -> str:
    """Return what the index is asked for besides the school."""
    asked = [line for line in plan.splitlines() if "Index Cond" in line or "SEARCH" in line]
    return " ".join(asked).rpartition("(")[2].replace("school_id", "")


@pytest.mark.parametrize("size", [1, 50])
def test_postgresql_too_begins_with_the_arrivals_when_it_knows_its_tables(cluster, size):
    """By its figures it would read all events of the school, which has few of one pupil."""
    place = cluster.url(cluster.create())
    with closing(open_store(place)) as store:
        with store.database.writing() as session:
            for first in range(1, 3001, size):
                _book(session, first, size)
        store.database.learn()
        with store.database.reading() as session:
            assert len(statement(session, "demo", "pupil 7")) == 6
            sql, values = _asked(session)
            expect_events_of_arrivals(explained(session, sql, values))


def _book(session, first, size):
    """Write an arrival of sales to some of 500 pupils."""
    at = moment_text(NOON + timedelta(seconds=first))
    seqs = range(first, first + size)
    owners = [f"pupil {seq % 500}" for seq in seqs]
    shared = {"school_id": "demo", "terminal_id": "t", "epoch": 1, "received_at": at}
    arrival = (first, first, first + size - 1, ",".join(owners), b"")
    columns = ("number", "first_seq", "last_seq", "owners", "packed")
    session.insert_many("arrival", columns, [arrival], shared=shared)
    columns = ("place", "id", "owner", "kind", "at", "verdict", "source", "cents", "body", "hash")
    sold = ("sale.made", "", "accepted", "wallet.general", 5, b"x" * 600, b"h")
    rows = [
        (place_of(first, nth), f"e{seq}", owner, *sold)
        for nth, (seq, owner) in enumerate(zip(seqs, owners, strict=True))
    ]
    session.insert_many("event", columns, rows, shared={"school_id": "demo"})


def _asked(session):
    """Return the statement that asks for a pupil's movements, and its values."""
    asked = []

    class Noting:
        each = staticmethod(session.each)

        def rows(self, sql, *values):
            asked.append((sql, values))
            return []

    statement(Noting(), "demo", "pupil 7")
    return asked[0]
