"""What changed since a place in the feed: one page, read in one moment, or `gone`.

A page is never split: balances and `settled` of two moments would count a sale twice, or not at
all. A page that would be too long, or whose place is not of this feed, is answered with 410, and
the terminal takes a whole copy.
"""

from dataclasses import dataclass
from datetime import datetime

from central.database import Row, Session
from central.errors import Problem
from central.feed import read_feed
from central.presence_copy import PRESENCE_CHANGES
from central.snapshot_file import (
    ASKER_IS_HERE,
    IS_HERE,
    MEETS,
    OWED_BY,
    OWED_WHEN,
    PAYER_IS_HERE,
    copy_etag,
    copy_meta,
    today_of,
)
from central.terminals import Terminal
from core.ids import SchoolId
from core.snapshot import (
    BADGE_COLUMNS,
    BOUGHT_COLUMNS,
    COMMUNICATION_COLUMNS,
    LIMIT_COLUMNS,
    ORDER_COLUMNS,
    PHOTO_COLUMNS,
    PRODUCT_COLUMNS,
    REQUEST_COLUMNS,
    STAFF_BADGE_COLUMNS,
    STAFF_COLUMNS,
    meta_rows,
)

ROWS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Changes:
    """One page. etag: of the copy that one has who applied it. rows: by table of the copy."""

    cursor: str
    etag: str
    meta: dict[str, str]
    rows: dict[str, list[Row]]


def read_changes(session: Session, terminal: Terminal, *, after: str, now: datetime) -> Changes:
    """Return what changed after a place. Raises Problem `gone` when a copy must be taken."""
    cursor = read_feed(session, terminal.school_id)
    if not after.isdecimal() or int(after) > cursor:
        raise _gone("this place is not of this feed")
    if int(after) < _removed_at(session, terminal.school_id):
        raise _gone("something was taken away since then, or these books were restored")
    today = today_of(session, terminal, now)
    rows: dict[str, list[Row]] = {}
    left = ROWS_MAX
    for table, sql in _QUERIES.items():
        found = session.rows(
            f"{sql} ORDER BY cursor LIMIT {left + 1}",
            *(terminal.school_id, int(after)) * sql.count("school_id = ?"),
            *(today.isoformat(),) * sql.count(_OF_TODAY),
        )
        left -= len(found)
        if left < 0:
            raise _gone("too much has changed since then")
        rows[table] = [row[1:] for row in found]
    meta = copy_meta(session, terminal, now=now)
    return Changes(
        cursor=str(cursor),
        etag=copy_etag(session, terminal, today),
        meta=meta_rows(meta),
        rows=rows,
    )


def _removed_at(session: Session, school: SchoolId) -> int:
    row = session.row("SELECT removed_at FROM school WHERE id = ?", school)
    assert row is not None, "a terminal has a school"
    place: int = row[0]
    return place


def _of(columns: str, table: str) -> str:
    return f"SELECT cursor, {columns} FROM {table} WHERE school_id = ? AND cursor > ?"  # noqa: S608


# As in a whole copy; and they are found by their day.
_OF_TODAY = " AND day >= ?"
_PUPIL_SQL = (
    "SELECT * FROM (SELECT CASE WHEN w.cursor > p.cursor THEN w.cursor ELSE p.cursor END AS cursor,"
    " p.id, p.first_name, p.last_name, p.class_name, p.price_class, p.allergens, p.diet,"
    " p.language, COALESCE(w.general_cents, 0), COALESCE(w.reserve_cents, 0)"
    " FROM pupil p LEFT JOIN wallet w ON w.school_id = p.school_id AND w.pupil_id = p.id"
    " WHERE p.school_id = ?) AS changed WHERE cursor > ?"
)
_QUERIES = {
    "pupil": _PUPIL_SQL,
    "badge": _of(BADGE_COLUMNS, "badge"),
    "product": _of(PRODUCT_COLUMNS, "product"),
    "meal_order": _of(ORDER_COLUMNS, "meal_order") + IS_HERE,
    "menu": _of("day, product_id", "menu"),
    "staff": _of(STAFF_COLUMNS, "staff"),
    "staff_badge": _of(STAFF_BADGE_COLUMNS, "staff_badge"),
    "pupil_limit": _of(LIMIT_COLUMNS, "pupil_limit"),
    "pupil_bought": _of(BOUGHT_COLUMNS, "pupil_bought") + _OF_TODAY,
    "pupil_photo": _of(PHOTO_COLUMNS, "pupil_photo"),
    "order_request": _of(REQUEST_COLUMNS, "order_request") + ASKER_IS_HERE,
    "pupil_communication": _of(COMMUNICATION_COLUMNS, "communication") + PAYER_IS_HERE,
    "invoice": f"SELECT * FROM ({OWED_BY}) AS changed",  # noqa: S608  our own words
    "instalment": f"SELECT * FROM ({OWED_WHEN}) AS changed",  # noqa: S608  our own words
    "appointment": f"SELECT * FROM ({MEETS}) AS changed",  # noqa: S608  our own words
    **PRESENCE_CHANGES,
}


def _gone(reason: str) -> Problem:
    return Problem("gone", status=410, detail=f"{reason}; take a whole copy")
