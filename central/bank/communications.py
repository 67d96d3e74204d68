"""Structured communications: each pupil's for a school year, and those of invoices."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.feed import advance_feed
from central.store import Store
from core.ids import PupilId, SchoolId
from core.payment_reference import (
    PaymentReferenceError,
    parse_iban,
    structured_communication,
    written_communication,
)

_YEAR_BEGINS = 8
"""August: the number for a school year is given before the first day of September."""
_BASE_DIGITS = 10**10
_GIVEN = ("communication", "invoice")
"""Pupils have one for the year, and invoices have their own: no number is given twice."""


def school_year(day: date | datetime) -> str:
    """Return the school year of a day or moment, as in `2026-2027`."""
    first = day.year if day.month >= _YEAR_BEGINS else day.year - 1
    return f"{first}-{first + 1}"


def digits_of(communication: str) -> str:
    """Return the twelve digits of a written communication."""
    return "".join(character for character in communication if character.isdecimal())


def give_communications(
    store: Store, school: SchoolId, *, year: str, who: str, now: datetime
) -> int:
    """Give each pupil that has none for a school year a communication. Result: how many."""
    with store.database.writing() as session:
        rows = session.rows(
            "SELECT p.id FROM pupil p LEFT JOIN communication c ON c.school_id = p.school_id"
            " AND c.pupil_id = p.id AND c.school_year = ?"
            " WHERE p.school_id = ? AND c.digits IS NULL ORDER BY p.id",
            year,
            school,
        )
        taken = {
            row[0]
            for table in _GIVEN
            for row in session.rows(f"SELECT digits FROM {table} WHERE school_id = ?", school)  # noqa: S608
        }
        if not rows:
            return 0
        cursor = advance_feed(session, school)
        given = [(school, _free(school, row[0], year, taken), row[0], year, cursor) for row in rows]
        session.insert_many(
            "communication", ("school_id", "digits", "pupil_id", "school_year", "cursor"), given
        )
        words = f"{len(given)} structured communications given for {year}"
        write_audit(session, school, who=who, what=words, subject=school, at=now)
    return len(given)


def communication_of(session: Session, school: SchoolId, pupil: PupilId) -> str | None:
    """Return a pupil's newest communication as people write it; None without one."""
    row = session.row(
        "SELECT digits FROM communication WHERE school_id = ? AND pupil_id = ?"
        " ORDER BY school_year DESC LIMIT 1",
        school,
        pupil,
    )
    return None if row is None else written_communication(row[0])


def unused_digits(session: Session, school: SchoolId, subject: str, year: str) -> str:
    """Return twelve digits that nobody at a school has, made of what they are for and the year."""
    taken: set[str] = set()
    while True:
        digits = _free(school, subject, year, taken)
        sql = "SELECT 1 FROM {} WHERE school_id = ? AND digits = ?"
        if not any(session.row(sql.format(table), school, digits) for table in _GIVEN):
            return digits


def payers(session: Session, school: SchoolId, digits: Sequence[str]) -> dict[str, PupilId]:
    """Return whose the communications are that this school has given."""
    rows = session.rows_by(
        "SELECT digits, pupil_id FROM communication WHERE school_id = ? AND digits IN",
        sorted(set(digits)),
        school,
    )
    return {row[0]: PupilId(row[1]) for row in rows}


def add_account(store: Store, school: SchoolId, *, iban: str, who: str, now: datetime) -> str:
    """Note that an account is a school's own, and return its IBAN. Twice is once.

    Raises RecordError when it is no IBAN, or another school's.
    """
    try:
        plain = parse_iban(iban)
    except PaymentReferenceError as error:
        raise RecordError(str(error)) from error
    with store.database.writing() as session:
        row = session.row("SELECT school_id FROM school_account WHERE iban = ?", plain)
        if row is not None and row[0] == school:
            return plain
        if row is not None:
            message = f"account {plain} is noted for another school; look at the number"
            raise RecordError(message)
        session.insert_many("school_account", ("school_id", "iban"), [(school, plain)])
        write_audit(session, school, who=who, what=f"account {plain} noted", subject=school, at=now)
        advance_feed(session, school)
    return plain


def list_accounts(session: Session, school: SchoolId) -> list[str]:
    """Return the IBANs of a school."""
    rows = session.rows("SELECT iban FROM school_account WHERE school_id = ? ORDER BY iban", school)
    return [row[0] for row in rows]


def _free(school: SchoolId, subject: str, year: str, taken: set[str]) -> str:
    """Return twelve digits that nobody has, made of whose they are and the year; they are taken."""
    turn = 0
    while True:
        seed = f"{school} {subject} {year} {turn}".encode()
        number = int.from_bytes(hashlib.sha256(seed).digest()[:8]) % _BASE_DIGITS
        digits = digits_of(structured_communication(number))
        if digits not in taken and number:
            taken.add(digits)
            return digits
        turn += 1
