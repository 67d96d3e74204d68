"""The questions of every batch, badge and page find their rows by an index, on both engines."""

import pytest

from central.store import is_postgres

HOT = {
    "the place of an event": "SELECT hash FROM event WHERE school_id = ? AND terminal_id = ?"
    " AND epoch = ? AND seq BETWEEN ? AND ?",
    "an event's id": "SELECT id FROM event WHERE school_id = ? AND id = ?",
    "a wallet": "SELECT general_cents FROM wallet WHERE school_id = ? AND pupil_id = ?",
    "a badge": "SELECT pupil_id FROM badge WHERE school_id = ? AND key = ?",
    "an order": "SELECT state FROM meal_order WHERE school_id = ? AND id = ?",
    "the orders of a day": "SELECT id FROM meal_order WHERE school_id = ? AND day = ?",
    "the orders that changed": "SELECT id FROM meal_order WHERE school_id = ? AND cursor > ?",
    "limits that changed": "SELECT day FROM pupil_bought WHERE school_id = ? AND cursor > ?",
    "a terminal's key": "SELECT public_key FROM terminal_key WHERE id = ?",
    "a booking's legs": "SELECT cents FROM posted_leg WHERE school_id = ? AND booking_id = ?",
    "a pupil's newest legs": "SELECT cents FROM posted_leg WHERE school_id = ? AND at >= ?"
    " AND owner = ? AND account IN ('wallet.general', 'wallet.reserve')",
    "a pupil's newest sales": "SELECT cents FROM event WHERE school_id = ? AND received_at >= ?"
    " AND owner = ? AND source = 'wallet.general'",
}


def plan_of(session, place: str, sql: str) -> str:
    values = [1 if word in ("epoch", "cursor", "BETWEEN") else "x" for word in _places(sql)]
    if is_postgres(place):
        # The sample is small enough to be read whole; the question is whether it must be.
        session.run("SET LOCAL enable_seqscan = off")
        return "\n".join(row[0] for row in session.rows(f"EXPLAIN {sql}", *values))
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


def is_searched(plan: str, place: str) -> bool:
    if is_postgres(place):
        return "Index Cond" in plan and "Seq Scan" not in plan and "Append" not in plan
    return "SEARCH" in plan and "SCAN" not in plan


@pytest.mark.parametrize("sql", HOT.values(), ids=HOT.keys())
def test_a_hot_question_is_answered_by_an_index(centre, place, sql):
    with centre.store.database.writing() as session:
        plan = plan_of(session, place, sql)
    assert is_searched(plan, place), plan


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
