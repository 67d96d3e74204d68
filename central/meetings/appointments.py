"""Appointments of an evening as they stand: read by family, by teacher, or all of them.

What makes, moves and ends one is `central.meetings.booking`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from central.database import Row, Session
from core.codec import read_moment
from core.ids import PupilId, SchoolId


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


_SELECT = (
    "SELECT a.id, a.evening_id, a.teacher_id, t.name, t.subject, t.room, a.starts_at, a.pupil_id"
    " FROM appointment a JOIN meeting_teacher t ON t.school_id = a.school_id"
    " AND t.evening_id = a.evening_id AND t.id = a.teacher_id"
    " WHERE a.school_id = ? AND a.state = 'booked'"
)


def appointments_of(
    session: Session, school: SchoolId, evening: str, pupils: Sequence[PupilId]
) -> list[Appointment]:
    """Return a family's appointments on an evening, in the order of their times."""
    sql = f"{_SELECT} AND a.evening_id = ? AND a.pupil_id IN"
    rows = session.rows_by(sql, sorted(pupils), school, evening)
    return sorted(map(_appointment, rows), key=lambda one: (one.starts_at, one.id))


@dataclass(frozen=True, slots=True)
class Own:
    """A family's own time with a teacher. at: its start as it is written."""

    appointment: str
    pupil: PupilId
    teacher: str
    at: str

    @property
    def starts_at(self) -> datetime:
        """Its start, aware."""
        return read_moment(self.at)


def own_times(
    session: Session, school: SchoolId, evening: str, pupils: Iterable[PupilId]
) -> dict[PupilId, list[Own]]:
    """Return what children of however many families have on an evening, by child."""
    found: dict[PupilId, list[Own]] = {pupil: [] for pupil in sorted(set(pupils))}
    for row in session.rows_by(
        "SELECT id, pupil_id, teacher_id, starts_at FROM appointment WHERE school_id = ?"
        " AND evening_id = ? AND state = 'booked' AND pupil_id IN",
        list(found),
        school,
        evening,
        along="teacher_id",
    ):
        found[PupilId(row[1])].append(Own(row[0], PupilId(row[1]), row[2], row[3]))
    return found


def taken_times(
    session: Session, school: SchoolId, evening: str, teachers: Iterable[str]
) -> dict[str, set[str]]:
    """Return which times of teachers somebody has, as they are written."""
    found: dict[str, set[str]] = {teacher: set() for teacher in sorted(set(teachers))}
    for row in session.rows_by(
        "SELECT teacher_id, starts_at FROM appointment WHERE school_id = ? AND evening_id = ?"
        " AND state = 'booked' AND teacher_id IN",
        list(found),
        school,
        evening,
        along="starts_at",
    ):
        found[row[0]].add(row[1])
    return found


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


def appointments_by_id(
    session: Session, school: SchoolId, ids: Sequence[str]
) -> dict[str, Appointment]:
    """Return those of some ids that are booked."""
    rows = session.rows_by(f"{_SELECT} AND a.id IN", sorted(set(ids)), school)
    return {row[0]: _appointment(row) for row in rows}


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
