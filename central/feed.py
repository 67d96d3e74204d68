"""The change feed's counter: one a school, locked last, so that it follows the order of commits."""

from central.database import Session
from core.ids import SchoolId


def advance_feed(session: Session, school: SchoolId) -> int:
    """Return the next place in a school's feed, and hold its counter until the commit."""
    row = session.row("UPDATE school SET cursor = cursor + 1 WHERE id = ? RETURNING cursor", school)
    assert row is not None, "a school has a feed"
    cursor: int = row[0]
    return cursor


def read_feed(session: Session, school: SchoolId) -> int:
    """Return the last place in a school's feed."""
    row = session.row("SELECT cursor FROM school WHERE id = ?", school)
    assert row is not None, "a school has a feed"
    cursor: int = row[0]
    return cursor
