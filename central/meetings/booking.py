"""Appointments: booked, moved, cancelled, by however many families at once.

Two unique keys decide, and no lookup before: one teacher has one family in a slot, and each child
of a family has one teacher in a slot, so that parents are never asked to be in two rooms. Who comes
second is told so, and keeps what they had: a move is one transaction.

Rows are locked in one order: the family's children by their ids, then the slots by teacher and
time. Nobody waits for somebody who waits for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from central.database import Row, Session
from central.errors import RecordError
from central.feed import advance_feed
from central.meetings.evenings import Evening, read_evening
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import PupilId, SchoolId


class Fault(StrEnum):
    """Why an appointment cannot be made as it is asked for."""

    TAKEN = "taken"
    """Another family has this time with this teacher."""
    ELSEWHERE = "elsewhere"
    """The family is with another teacher at this time."""
    BOOKED_ALREADY = "booked_already"
    """This child has an appointment with this teacher already: it can be moved."""
    NOT_TAUGHT = "not_taught"
    """This teacher does not teach the child."""
    NO_SLOT = "no_slot"
    """The teacher has no such time."""
    CLOSED = "closed"
    """Booking has not begun, or is over."""
    GONE = "gone"
    """There is no such appointment of the family's, or it was cancelled."""


_WORDS = {
    Fault.TAKEN: "somebody else has just taken this time; choose another",
    Fault.ELSEWHERE: "the family is with another teacher at this time; choose another",
    Fault.BOOKED_ALREADY: "there is an appointment with this teacher already; move it instead",
    Fault.NOT_TAUGHT: "this teacher does not teach this pupil",
    Fault.NO_SLOT: "the teacher has no such time",
    Fault.CLOSED: "appointments cannot be changed at this time",
    Fault.GONE: "there is no such appointment",
}


class SlotRefusedError(RecordError):
    """An appointment cannot be made; `fault` says why, and nothing was changed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(_WORDS[fault])
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Appointment:
    """One appointment that stands, with what people need to find the room. starts_at: aware."""

    id: str
    evening: str
    teacher: str
    teacher_name: str
    subject: str
    room: str
    starts_at: datetime
    pupil: PupilId


@dataclass(frozen=True, slots=True)
class Slot:
    """A teacher's time. is_free: nobody has it."""

    teacher: str
    starts_at: datetime
    is_free: bool


@dataclass(frozen=True, slots=True)
class Family:
    """Who asks. children: all of them, of whom one is the appointment's."""

    children: tuple[PupilId, ...]
    who: str


def book(
    store: Store,
    school: SchoolId,
    *,
    appointment: str,
    evening: str,
    teacher: str,
    starts_at: datetime,
    pupil: PupilId,
    family: Family,
    now: datetime,
) -> Appointment:
    """Book a time with a child's teacher.

    appointment: an id made by the asker; the same again changes nothing. Raises SlotRefusedError.
    """
    wanted = _Wanted(appointment, evening, teacher, moment_text(starts_at), pupil)
    with store.database.writing() as session:
        _lock_family(session, school, family, pupil)
        known = _find(session, school, appointment)
        if known is not None and _is_same(known, wanted):
            return known
        _check_open(session, school, evening, now)
        _check_taught(session, school, wanted)
        _lock_slots(session, school, evening, [(teacher, wanted.starts_at)])
        _take(session, school, wanted, family, now)
        return _read(session, school, appointment)


def move(
    store: Store,
    school: SchoolId,
    *,
    appointment: str,
    to: str,
    starts_at: datetime,
    family: Family,
    now: datetime,
) -> Appointment:
    """Have another time with the same teacher; the old one stands unless the new one is had.

    to: the id of the new appointment, made by the asker; the same again changes nothing. Raises
    SlotRefusedError.
    """
    at = moment_text(starts_at)
    with store.database.writing() as session:
        _lock_family(session, school, family)
        done = _find(session, school, to)
        if done is not None and done.pupil in family.children:
            return done
        known = _own(session, school, appointment, family)
        if moment_text(known.starts_at) == at:
            return known
        _check_open(session, school, known.evening, now)
        wanted = _Wanted(to, known.evening, known.teacher, at, known.pupil)
        times = [(known.teacher, moment_text(known.starts_at)), (known.teacher, at)]
        _lock_slots(session, school, known.evening, times)
        _release(session, school, appointment, "moved")
        _take(session, school, wanted, family, now)
        return _read(session, school, to)


def cancel(
    store: Store, school: SchoolId, *, appointment: str, family: Family, now: datetime
) -> None:
    """Give a time back. Twice is once. Raises SlotRefusedError."""
    with store.database.writing() as session:
        _lock_family(session, school, family)
        row = session.row(
            "SELECT pupil_id, state FROM appointment WHERE school_id = ? AND id = ?",
            school,
            appointment,
        )
        if row is not None and row[0] in family.children and row[1] != "booked":
            return
        known = _own(session, school, appointment, family)
        _check_open(session, school, known.evening, now)
        _release(session, school, appointment, "cancelled")


# --- reading -----------------------------------------------------------------------------------

_SELECT = (
    "SELECT a.id, a.evening_id, a.teacher_id, t.name, t.subject, t.room, a.starts_at, a.pupil_id"
    " FROM appointment a JOIN meeting_teacher t ON t.school_id = a.school_id"
    " AND t.evening_id = a.evening_id AND t.id = a.teacher_id"
    " WHERE a.school_id = ? AND a.state = 'booked'"
)


def appointments_of(
    session: Session, school: SchoolId, pupils: Sequence[PupilId]
) -> list[Appointment]:
    """Return the appointments of a family's children, in the order of their times."""
    rows = session.rows_by(f"{_SELECT} AND a.pupil_id IN", sorted(pupils), school)
    return sorted(map(_appointment, rows), key=lambda one: (one.starts_at, one.id))


def appointments_on(session: Session, school: SchoolId, evening: str) -> list[Appointment]:
    """Return all appointments of an evening, by teacher and time."""
    rows = session.rows(
        f"{_SELECT} AND a.evening_id = ? ORDER BY t.name, a.teacher_id, a.starts_at",
        school,
        evening,
    )
    return [_appointment(row) for row in rows]


def list_slots(
    session: Session, school: SchoolId, evening: str, teachers: Sequence[str]
) -> list[Slot]:
    """Return the times of teachers on an evening, the first one first, and which are free."""
    rows = session.rows_by(
        "SELECT s.teacher_id, s.starts_at, a.id FROM meeting_slot s LEFT JOIN appointment a"
        " ON a.school_id = s.school_id AND a.evening_id = s.evening_id"
        " AND a.teacher_id = s.teacher_id AND a.starts_at = s.starts_at AND a.state = 'booked'"
        " WHERE s.school_id = ? AND s.evening_id = ? AND s.teacher_id IN",
        sorted(set(teachers)),
        school,
        evening,
    )
    found = [Slot(row[0], read_moment(row[1]), row[2] is None) for row in rows]
    return sorted(found, key=lambda one: (one.teacher, one.starts_at))


def _appointment(row: Row) -> Appointment:
    return Appointment(
        id=row[0],
        evening=row[1],
        teacher=row[2],
        teacher_name=row[3],
        subject=row[4],
        room=row[5],
        starts_at=read_moment(row[6]),
        pupil=PupilId(row[7]),
    )


def _is_same(known: Appointment, wanted: "_Wanted") -> bool:
    """Say whether an id that was used before was used for this; the time may have been moved."""
    return (known.evening, known.teacher, known.pupil) == (
        wanted.evening,
        wanted.teacher,
        wanted.pupil,
    )


def _find(session: Session, school: SchoolId, appointment: str) -> Appointment | None:
    row = session.row(f"{_SELECT} AND a.id = ?", school, appointment)
    return None if row is None else _appointment(row)


def _read(session: Session, school: SchoolId, appointment: str) -> Appointment:
    found = _find(session, school, appointment)
    assert found is not None, "it was booked a moment ago"
    return found


def _own(session: Session, school: SchoolId, appointment: str, family: Family) -> Appointment:
    found = _find(session, school, appointment)
    if found is None or found.pupil not in family.children:
        raise SlotRefusedError(Fault.GONE)
    return found


# --- checking ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wanted:
    id: str
    evening: str
    teacher: str
    starts_at: str
    pupil: PupilId


def _check_open(session: Session, school: SchoolId, evening: str, now: datetime) -> Evening:
    found = read_evening(session, school, evening)
    if not found.may_book(now):
        raise SlotRefusedError(Fault.CLOSED)
    return found


def _check_taught(session: Session, school: SchoolId, wanted: _Wanted) -> None:
    row = session.row(
        "SELECT 1 FROM pupil p JOIN meeting_class c ON c.school_id = p.school_id"
        " AND c.class_name = p.class_name WHERE p.school_id = ? AND p.id = ?"
        " AND c.evening_id = ? AND c.teacher_id = ?",
        school,
        wanted.pupil,
        wanted.evening,
        wanted.teacher,
    )
    if row is None:
        raise SlotRefusedError(Fault.NOT_TAUGHT)


def _lock_family(
    session: Session, school: SchoolId, family: Family, pupil: PupilId | None = None
) -> None:
    if pupil is not None and pupil not in family.children:
        raise SlotRefusedError(Fault.GONE)
    session.rows_by(
        "SELECT id FROM pupil WHERE school_id = ? AND id IN",
        sorted(set(family.children)),
        school,
        lock=True,
    )


def _lock_slots(
    session: Session, school: SchoolId, evening: str, times: Sequence[tuple[str, str]]
) -> None:
    for teacher, starts_at in sorted(set(times)):
        row = session.row(
            "SELECT 1 FROM meeting_slot WHERE school_id = ? AND evening_id = ?"  # noqa: S608
            f" AND teacher_id = ? AND starts_at = ?{session.for_update}",
            school,
            evening,
            teacher,
            starts_at,
        )
        if row is None:
            raise SlotRefusedError(Fault.NO_SLOT)


# --- writing -----------------------------------------------------------------------------------


def _take(
    session: Session, school: SchoolId, wanted: _Wanted, family: Family, now: datetime
) -> None:
    taken = session.run(
        "INSERT INTO appointment (school_id, id, evening_id, teacher_id, starts_at, pupil_id,"
        " state, booked_at, booked_by, cursor) VALUES (?, ?, ?, ?, ?, ?, 'booked', ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        school,
        wanted.id,
        wanted.evening,
        wanted.teacher,
        wanted.starts_at,
        wanted.pupil,
        moment_text(now),
        family.who,
        0,
    )
    if not taken:
        raise SlotRefusedError(_why_not(session, school, wanted))
    for child in sorted(set(family.children)):
        attends = session.run(
            "INSERT INTO meeting_attendance (school_id, evening_id, starts_at, pupil_id,"
            " appointment_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            school,
            wanted.evening,
            wanted.starts_at,
            child,
            wanted.id,
        )
        if not attends:
            raise SlotRefusedError(Fault.ELSEWHERE)
    _tell_terminals(session, school, wanted.id)


def _why_not(session: Session, school: SchoolId, wanted: _Wanted) -> Fault:
    row = session.row(
        "SELECT 1 FROM appointment WHERE school_id = ? AND evening_id = ? AND teacher_id = ?"
        " AND pupil_id = ? AND state = 'booked'",
        school,
        wanted.evening,
        wanted.teacher,
        wanted.pupil,
    )
    return Fault.TAKEN if row is None else Fault.BOOKED_ALREADY


def _release(session: Session, school: SchoolId, appointment: str, state: str) -> None:
    session.run(
        "UPDATE appointment SET state = ? WHERE school_id = ? AND id = ?",
        state,
        school,
        appointment,
    )
    session.run(
        "DELETE FROM meeting_attendance WHERE school_id = ? AND appointment_id = ?",
        school,
        appointment,
    )
    _tell_terminals(session, school, appointment)


def _tell_terminals(session: Session, school: SchoolId, appointment: str) -> None:
    session.run(
        "UPDATE appointment SET cursor = ? WHERE school_id = ? AND id = ?",
        advance_feed(session, school),
        school,
        appointment,
    )
