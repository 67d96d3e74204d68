"""What a copy of the school's data must be before it is believed: its form, school and rows."""

import sqlite3
from collections.abc import Collection
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.ids import SchoolId
from core.order_facts import OrderAct, RequestState
from core.orders import OrderState
from core.people import BadgeState, Language, PriceClass
from core.presence_rows import AbsenceState
from core.snapshot import APPLICATION_ID, FORMAT, Meta
from offline_cache.errors import ForeignSchoolError, SnapshotCorruptError, SnapshotFormatError

CURE: Final = "fetch a new copy with `refectory sync now`"
"""How one comes to a copy that is whole."""


def _not_in(column: str, words: type[StrEnum]) -> str:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return f"{column} NOT IN ({listed})"


# One pass a table finds the rows that a tap could not read.
_BAD_ROWS: Final = {
    "badge": f"SELECT key FROM badge WHERE {_not_in('state', BadgeState)}",  # noqa: S608
    "pupil": f"""
SELECT id FROM pupil WHERE typeof(general_cents) != 'integer'
OR typeof(reserve_cents) != 'integer' OR {_not_in("price_class", PriceClass)}
OR {_not_in("language", Language)}""",  # noqa: S608
    "meal_order": f"""
SELECT id FROM meal_order WHERE typeof(price_cents) != 'integer'
OR {_not_in("state", OrderState)} OR day IS NOT date(day, '+0 days')""",  # noqa: S608
    "menu": "SELECT day FROM menu WHERE day IS NOT date(day, '+0 days')",
    "pupil_limit": """
SELECT pupil_id FROM pupil_limit WHERE typeof(daily_max_cents) NOT IN ('integer', 'null')
OR typeof(asks_allergens) != 'integer' OR NOT json_valid(product_max)""",
    "order_request": f"""
SELECT id FROM order_request WHERE {_not_in("state", RequestState)} OR {_not_in("act", OrderAct)}
OR day IS NOT date(day, '+0 days')""",  # noqa: S608
    "pupil_communication": """
SELECT pupil_id FROM pupil_communication WHERE length(digits) != 12
OR digits GLOB '*[^0-9]*'""",
    "invoice": """
SELECT id FROM invoice WHERE typeof(cents) != 'integer' OR typeof(credited_cents) != 'integer'
OR typeof(paid_cents) != 'integer' OR length(digits) != 12 OR digits GLOB '*[^0-9]*'
OR credited_cents + paid_cents > (SELECT COALESCE(SUM(cents), 0) FROM instalment
WHERE invoice_id = id) OR made_on IS NOT date(made_on, '+0 days')""",
    "instalment": """
SELECT invoice_id FROM instalment WHERE typeof(cents) != 'integer'
OR typeof(number) != 'integer' OR due_on IS NOT date(due_on, '+0 days')""",
    "appointment": "SELECT id FROM appointment WHERE julianday(starts_at) IS NULL",
    "pupil_photo": """
SELECT pupil_id FROM pupil_photo WHERE typeof(digest) != 'text'
OR (digest != '' AND (length(digest) != 64 OR digest GLOB '*[^0-9a-f]*'))""",
    "study_session": """
SELECT id FROM study_session WHERE typeof(starts) != 'integer' OR typeof(ends) != 'integer'
OR typeof(price_cents) != 'integer' OR typeof(wants_out) != 'integer'
OR typeof(is_held) != 'integer' OR weekdays = '' OR weekdays GLOB '*[^0-6]*'""",
    "study_enrolment": """
SELECT pupil_id FROM study_enrolment WHERE since IS NOT date(since, '+0 days')
OR until IS NOT date(until, '+0 days') OR weekdays = '' OR weekdays GLOB '*[^0-6]*'
OR typeof(price_cents) NOT IN ('integer', 'null')""",
    "study_presence": """
SELECT pupil_id FROM study_presence WHERE day IS NOT date(day, '+0 days')
OR datetime(entered_at) IS NULL OR (left_at IS NOT NULL AND datetime(left_at) IS NULL)""",
    "late_arrival": """
SELECT pupil_id FROM late_arrival WHERE day IS NOT date(day, '+0 days')
OR datetime(arrived_at) IS NULL OR datetime(due_at) IS NULL""",
    "absence": f"""
SELECT pupil_id FROM absence WHERE day IS NOT date(day, '+0 days')
OR {_not_in("state", AbsenceState)}""",  # noqa: S608
    "pupil_bought": """
SELECT pupil_id FROM pupil_bought WHERE typeof(quantity) != 'integer'
OR typeof(cents) != 'integer' OR day IS NOT date(day, '+0 days')""",
}


def find_fault(connection: sqlite3.Connection, tables: Collection[str]) -> str | None:
    """Read a whole copy, and return the first fault in it; None if all of it is well.

    tables: those that it has; a copy of an older centre has fewer. Raises DATABASE_ERRORS.
    """
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        return str(answer)
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if orphan is not None:
        return f"a row of {orphan[0]} points to no row of {orphan[2]}"
    for table, query in _BAD_ROWS.items():
        bad = connection.execute(f"{query} LIMIT 1").fetchone() if table in tables else None
        if bad is not None:
            return f"table {table}, row {bad[0]!r} cannot be read"
    return None


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Raise SnapshotCorruptError for what is no copy, SnapshotFormatError for a newer one."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID:
        raise SnapshotCorruptError(f"copy {path}: it is no copy of a school's data; {CURE}")
    row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    with suppress(TypeError, ValueError):
        if int(row[0]) > FORMAT:
            raise SnapshotFormatError(
                f"copy {path}: it has format {row[0]}, this program reads {FORMAT}; install the "
                "newer refectory that the centre asks for"
            )


def check_school(meta: Meta, path: Path, school_id: SchoolId | None) -> None:
    """Raise ForeignSchoolError for another school's copy; school_id: None for any school's."""
    if school_id is not None and meta.school_id != school_id:
        raise ForeignSchoolError(
            f"copy {path}: it is of the school {meta.school_id!r}, and this terminal belongs to "
            f"{school_id!r}; {CURE}, or enrol the terminal anew"
        )


def corrupt_copy(path: Path, reason: object) -> SnapshotCorruptError:
    """Return the error that names a damaged copy, and the cure. reason: its text is cut short."""
    words = " ".join(str(reason).split())[:200]
    return SnapshotCorruptError(f"copy {path}: it is damaged ({words}); {CURE}")
