"""The change feed's counter: one a school, locked last, so that it follows the order of commits."""

from central.database import Session
from core.ids import SchoolId


def advance_feed(session: Session, school: SchoolId) -> int:
    """Return the next place in a school's feed, and hold its counter until the commit."""
    row = session.row("UPDATE school SET cursor = cursor + 1 WHERE id = ? RETURNING cursor", school)
    assert row is not None, "a school has a feed"
    cursor: int = row[0]
    return cursor


def advance_known_feed(session: Session, school: SchoolId, last: int) -> int:
    """Do the same where the caller knows the last place, if it is the one: for half the work."""
    sql = "UPDATE school SET cursor = ? WHERE id = ? AND cursor = ?"
    return last + 1 if session.run(sql, last + 1, school, last) else advance_feed(session, school)


def hold_feed(session: Session, school: SchoolId) -> int:
    """Hold a school's counter until the commit. Result: its next place, for `reach_in_feed`.

    So rows can be written with their place at once. Whoever does it locks nothing afterwards that
    others hold while they wait for the counter.
    """
    # As strong a lock as `advance_feed` takes, and no stronger, on either engine.
    row = session.row("UPDATE school SET cursor = cursor WHERE id = ? RETURNING cursor", school)
    assert row is not None, "a school has a feed"
    cursor: int = row[0]
    return cursor + 1


def reach_in_feed(session: Session, school: SchoolId, cursor: int) -> None:
    """Let a feed that is held reach a place; twice is once."""
    session.run("UPDATE school SET cursor = ? WHERE id = ?", cursor, school)


def read_feed(session: Session, school: SchoolId) -> int:
    """Return the last place in a school's feed."""
    row = session.row("SELECT cursor FROM school WHERE id = ?", school)
    assert row is not None, "a school has a feed"
    cursor: int = row[0]
    return cursor
