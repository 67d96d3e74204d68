"""What of study, late arrivals and absences goes into the copy of a terminal."""

from datetime import date
from typing import Final

from central.attendance import withdrawn_at_sql
from central.database import Row, Session
from core.ids import SchoolId
from core.presence_rows import (
    ABSENCE_COLUMNS,
    ENROLMENT_COLUMNS,
    LATE_COLUMNS,
    PRESENCE_COLUMNS,
    SESSION_COLUMNS,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
)

_OF_A_DAY: Final = {
    "study_presence": PRESENCE_COLUMNS,
    "late_arrival": LATE_COLUMNS,
    "absence": ABSENCE_COLUMNS,
}


def _is_here(table: str) -> str:
    """Return the condition that a row's pupil is in the copy: whoever left is not."""
    return f" AND pupil_id IN (SELECT id FROM pupil WHERE school_id = {table}.school_id)"  # noqa: S608


_WITHDRAWN: Final = " UNION ALL ".join(
    f"SELECT cursor, pupil_id, day, {place} AS session_id, {withdrawn_at_sql(table)}"  # noqa: S608
    f" AS withdrawn_at FROM {table} WHERE school_id = ? AND cursor > ?{_is_here(table)}"
    f" AND {withdrawn_at_sql(table)} IS NOT NULL"
    for table, place in (("study_presence", "session_id"), ("late_arrival", "''"))
)
"""Presences that were taken back, changed after a place in the feed."""


def presence_tables(
    session: Session, school: SchoolId, today: date
) -> list[tuple[str, str, list[Row]]]:
    """Return the copy's tables with their columns and rows. today: days before it are left out."""
    sessions = session.rows(
        f"SELECT {SESSION_COLUMNS} FROM study_session WHERE school_id = ? ORDER BY id",  # noqa: S608
        school,
    )
    enrolments = session.rows(
        f"SELECT {ENROLMENT_COLUMNS} FROM study_enrolment WHERE school_id = ?"  # noqa: S608
        f" AND (until IS NULL OR until >= ?){_is_here('study_enrolment')}"
        " ORDER BY pupil_id, session_id",
        school,
        today.isoformat(),
    )
    of_days = [
        (
            table,
            columns,
            session.rows(
                f"SELECT {columns} FROM {table} WHERE school_id = ? AND day >= ?"  # noqa: S608
                f"{_is_here(table)} ORDER BY pupil_id, day",
                school,
                today.isoformat(),
            ),
        )
        for table, columns in _OF_A_DAY.items()
    ]
    withdrawn = session.rows(
        f"SELECT {WITHDRAWAL_COLUMNS} FROM ({_WITHDRAWN}) AS told WHERE day >= ?",  # noqa: S608
        *(school, 0) * 2,
        today.isoformat(),
    )
    of_days.append((WITHDRAWALS, WITHDRAWAL_COLUMNS, withdrawn))
    return [
        ("study_session", SESSION_COLUMNS, sessions),
        ("study_enrolment", ENROLMENT_COLUMNS, enrolments),
        *of_days,
    ]


def _changed(table: str, columns: str, *, has_pupil: bool = True) -> str:
    here = _is_here(table) if has_pupil else ""
    return f"SELECT cursor, {columns} FROM {table} WHERE school_id = ? AND cursor > ?{here}"  # noqa: S608


PRESENCE_CHANGES: Final = {
    "study_session": _changed("study_session", SESSION_COLUMNS, has_pupil=False),
    "study_enrolment": _changed("study_enrolment", ENROLMENT_COLUMNS),
    **{table: _changed(table, columns) for table, columns in _OF_A_DAY.items()},
    WITHDRAWALS: f"SELECT * FROM ({_WITHDRAWN}) AS told",  # noqa: S608
}
"""By table of the copy: what changed after a place in the feed."""
