"""Study enrolments and a day's absences from tables, as another program of the school exports them.

A line that cannot be taken is skipped and told with its reason; all others are written in one
transaction. A line that says what is known changes nothing, so that the same table twice is once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NoReturn, TypeVar

from central.audit import write_audit
from central.csv_table import TableRow, read_table
from central.database import Session
from central.feed import advance_feed
from central.lateness import NOTE_MAX, NotedAbsence, absences_among, write_absences
from central.office import Act
from central.store import Store
from central.study import list_enrolments, list_sessions, write_enrolments
from core.errors import CoreError
from core.ids import PupilId, SchoolId, SessionId
from core.money import ZERO, parse_money
from core.presence_rows import AbsenceState
from core.study import WHOLE_WEEK, StudyEnrolment

ENROLMENT_NEEDED: Final = ("pupil", "session", "since")
ENROLMENT_OPTIONAL: Final = ("until", "weekdays", "price")
ABSENCE_NEEDED: Final = ("pupil", "day")
ABSENCE_OPTIONAL: Final = ("state", "note")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was not taken, and why, in a few words."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a table's lines. same: what they say was known already."""

    added: int
    changed: int
    same: int
    skipped: tuple[Skipped, ...]


def import_enrolments(store: Store, school: SchoolId, body: bytes, *, act: Act) -> Imported:
    """Take a table of study enrolments.

    Its columns are `pupil,session,since` and, if wished, `until,weekdays,price`: a pupil's id, a
    session's id or name, days as 2026-11-24, weekdays as `mon tue`, a price in euro. Raises
    RecordError when it is no such table.
    """
    rows = read_table(
        body, needed=ENROLMENT_NEEDED, optional=ENROLMENT_OPTIONAL, what="study enrolments"
    )
    with store.database.writing() as session:
        sessions = {one.id: one.id for one in list_sessions(session, school)}
        sessions |= {SessionId(one.name): one.id for one in list_sessions(session, school)}
        pupils = _pupils(session, school, rows)

        def read(row: TableRow) -> StudyEnrolment:
            return _enrolment(row, pupils, sessions)

        read_rows, skipped = _read(rows, read, lambda one: (one.pupil, one.session))
        known = {(one.pupil, one.session): one for one in list_enrolments(session, school)}
        fresh, done = _compared(read_rows, known, skipped)
        if fresh:
            for one in fresh:
                what = f"enrolled in study {one.session}, from a table"
                write_audit(session, school, who=act.who, what=what, subject=one.pupil, at=act.at)
            write_enrolments(session, school, fresh, advance_feed(session, school))
    return done


def import_absences(store: Store, school: SchoolId, body: bytes, *, act: Act) -> Imported:
    """Take a table of who is away.

    Its columns are `pupil,day` and, if wished, `state,note`: announced (where it says nothing),
    unexcused or withdrawn, and the office's own words. Raises RecordError when it is no such table.
    """
    rows = read_table(body, needed=ABSENCE_NEEDED, optional=ABSENCE_OPTIONAL, what="absences")
    with store.database.writing() as session:
        pupils = _pupils(session, school, rows)

        def read(row: TableRow) -> NotedAbsence:
            return _absence(row, pupils)

        read_rows, skipped = _read(rows, read, lambda one: (one.pupil, one.day))
        days = sorted({day for _, day in read_rows})
        known = {(one.pupil, one.day): one for one in absences_among(session, school, days)}
        fresh, done = _compared(read_rows, known, skipped)
        if fresh:
            write_absences(session, school, fresh, who=act.who, now=act.at)
    return done


def _pupils(session: Session, school: SchoolId, rows: Sequence[TableRow]) -> set[str]:
    wanted = sorted({row.text("pupil") for row in rows})
    found = session.rows_by("SELECT id FROM pupil WHERE school_id = ? AND id IN", wanted, school)
    return {row[0] for row in found}


def _read(
    rows: Iterable[TableRow], read: Callable[[TableRow], T], key: Callable[[T], K]
) -> tuple[dict[K, T], list[Skipped]]:
    """Return what the lines say, by what each is about, and those that were not taken."""
    read_rows: dict[K, T] = {}
    lines: dict[K, int] = {}
    skipped = []
    for row in rows:
        try:
            if row.is_long:
                _refuse("it has more values than there are columns")
            one = read(row)
            if key(one) in lines:
                _refuse(f"line {lines[key(one)]} is about the same")
        except (ValueError, CoreError) as error:
            skipped.append(Skipped(row.number, str(error)))
            continue
        read_rows[key(one)], lines[key(one)] = one, row.number
    return read_rows, skipped


def _compared(
    read_rows: Mapping[K, T], known: Mapping[K, T], skipped: list[Skipped]
) -> tuple[list[T], Imported]:
    """Return what is to be written, and what became of the lines."""
    fresh = [one for key, one in read_rows.items() if known.get(key) != one]
    changed = sum(known.get(key) not in (None, one) for key, one in read_rows.items())
    same = len(read_rows) - len(fresh)
    return fresh, Imported(len(fresh) - changed, changed, same, tuple(skipped))


def _enrolment(
    row: TableRow, pupils: set[str], sessions: Mapping[SessionId, SessionId]
) -> StudyEnrolment:
    session = sessions.get(SessionId(row.text("session")))
    if session is None:
        _refuse(f"there is no session {row.text('session')!r}")
    since = _day(row, "since")
    until = _day(row, "until") if row.text("until") else None
    if until is not None and until < since:
        _refuse("it ends before it begins")
    price = parse_money(row.text("price")) if row.text("price") else None
    if price is not None and price < ZERO:
        _refuse("a session costs something or nothing")
    return StudyEnrolment(
        pupil=_pupil(row, pupils),
        session=session,
        since=since,
        until=until,
        weekdays=_weekdays(row.text("weekdays")),
        price=price,
    )


def _absence(row: TableRow, pupils: set[str]) -> NotedAbsence:
    word = row.text("state") or AbsenceState.ANNOUNCED.value
    if word not in set(AbsenceState):
        _refuse(f"{word!r} is not one of {', '.join(AbsenceState)}")
    if len(row.text("note")) > NOTE_MAX:
        _refuse(f"a note has at most {NOTE_MAX} characters")
    return NotedAbsence(_pupil(row, pupils), _day(row, "day"), AbsenceState(word), row.text("note"))


def _pupil(row: TableRow, pupils: set[str]) -> PupilId:
    written = row.text("pupil")
    if written not in pupils:
        _refuse(f"there is no pupil {written!r}")
    return PupilId(written)


def _day(row: TableRow, name: str) -> date:
    written = row.text(name)
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        message = f"{name} {written!r} is no day; write it like 2026-11-24"
        raise ValueError(message) from error


def _weekdays(written: str) -> frozenset[int]:
    if not written:
        return WHOLE_WEEK
    words = written.lower().split()
    strange = [word for word in words if word not in _WEEKDAYS]
    if strange:
        _refuse(f"{strange[0]!r} is no weekday; write them like mon tue")
    return frozenset(_WEEKDAYS.index(word) for word in words)


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)
