"""Late arrivals that the gate noted, and the absences of a day that the office knows.

A late arrival comes from a terminal (`central.attendance`); an absence is written here, and stands
in the copy of every terminal, so that the gate sees who was thought to be away.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from central.audit import write_audit
from central.database import Row, Session
from central.errors import RecordError
from central.feed import advance_feed
from central.presence_corrections import is_withdrawn_sql
from central.store import Store
from core.codec import read_moment
from core.ids import PupilId, SchoolId
from core.presence_facts import LateWhy
from core.presence_rows import AbsenceState

NOTE_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class LateArrival:
    """A pupil who came late on a day. said: the reason. staff: who noted it by name, or empty."""

    pupil: PupilId
    day: date
    arrived_at: datetime
    due_at: datetime
    said: LateWhy
    event: str
    terminal: str
    staff: str
    is_withdrawn: bool = False

    @property
    def late_minutes(self) -> int:
        """By how many whole minutes."""
        return max(0, int((self.arrived_at - self.due_at).total_seconds()) // 60)


@dataclass(frozen=True, slots=True)
class NotedAbsence:
    """A pupil who is away on a day. note: the office's own words; they leave the centre nowhere."""

    pupil: PupilId
    day: date
    state: AbsenceState
    note: str


_LATE: Final = (
    "SELECT a.pupil_id, a.day, a.arrived_at, a.due_at, a.said, a.event_id,"  # noqa: S608  our own
    f" COALESCE(t.name, a.terminal_id), a.staff, {is_withdrawn_sql('a')} FROM late_arrival a"
    " LEFT JOIN terminal t ON t.school_id = a.school_id AND t.id = a.terminal_id"
    " WHERE a.school_id = ?"
)


def late_arrivals_of(
    session: Session,
    school: SchoolId,
    pupil: PupilId,
    *,
    since: date | None = None,
    until: date | None = None,
    limit: int = 200,
) -> list[LateArrival]:
    """Return a pupil's late arrivals, the newest first. since, until: days, both included."""
    rows = session.rows(
        f"{_LATE} AND a.pupil_id = ? AND a.day >= ? AND a.day <= ? ORDER BY a.day DESC LIMIT ?",
        school,
        pupil,
        (since or date.min).isoformat(),
        (until or date.max).isoformat(),
        limit,
    )
    return [_arrival(row) for row in rows]


def late_arrivals_on(session: Session, school: SchoolId, day: date) -> list[LateArrival]:
    """Return who came late on a day, in the order in which they came."""
    rows = session.rows(
        f"{_LATE} AND a.day = ? ORDER BY a.arrived_at, a.pupil_id", school, day.isoformat()
    )
    return [_arrival(row) for row in rows]


def absences_on(session: Session, school: SchoolId, day: date) -> list[NotedAbsence]:
    """Return who is away on a day, as the office knows."""
    rows = session.rows(
        "SELECT pupil_id, day, state, note FROM absence WHERE school_id = ? AND day = ?"
        " AND state <> ? ORDER BY pupil_id",
        school,
        day.isoformat(),
        AbsenceState.WITHDRAWN.value,
    )
    return [_absence(row) for row in rows]


def absences_of(
    session: Session, school: SchoolId, pupil: PupilId, *, limit: int = 200
) -> list[NotedAbsence]:
    """Return a pupil's absences, the newest first."""
    rows = session.rows(
        "SELECT pupil_id, day, state, note FROM absence WHERE school_id = ? AND pupil_id = ?"
        " AND state <> ? ORDER BY day DESC LIMIT ?",
        school,
        pupil,
        AbsenceState.WITHDRAWN.value,
        limit,
    )
    return [_absence(row) for row in rows]


def absences_among(session: Session, school: SchoolId, days: list[date]) -> list[NotedAbsence]:
    """Return all that was noted about some days, also what was withdrawn."""
    rows = session.rows_by(
        "SELECT pupil_id, day, state, note FROM absence WHERE school_id = ? AND day IN",
        [day.isoformat() for day in days],
        school,
    )
    return [_absence(row) for row in rows]


def note_absences(
    store: Store, school: SchoolId, absences: list[NotedAbsence], *, who: str, now: datetime
) -> None:
    """Write who is away, all or nothing; a second word about one pupil and day takes the first's.

    Raises RecordError for a pupil whom this school does not have, or a note that is too long.
    """
    if any(len(one.note) > NOTE_MAX for one in absences):
        message = f"a note has at most {NOTE_MAX} characters"
        raise RecordError(message)
    with store.database.writing() as session:
        wanted = sorted({one.pupil for one in absences})
        rows = session.rows_by("SELECT id FROM pupil WHERE school_id = ? AND id IN", wanted, school)
        unknown = sorted(set(wanted) - {row[0] for row in rows})
        if unknown:
            message = f"there is no pupil {unknown[0]} at school {school}"
            raise RecordError(message)
        write_absences(session, school, absences, who=who, now=now)


def write_absences(
    session: Session, school: SchoolId, absences: list[NotedAbsence], *, who: str, now: datetime
) -> None:
    """Write absences of pupils whom the school has, in the transaction at hand."""
    for one in absences:
        what = f"absence {one.state.value} on {one.day.isoformat()}"
        write_audit(session, school, who=who, what=what, subject=one.pupil, at=now)
    cursor = advance_feed(session, school)
    session.insert_many(
        "absence",
        ("school_id", "pupil_id", "day", "state", "note", "cursor"),
        [
            (school, one.pupil, one.day.isoformat(), one.state.value, one.note, cursor)
            for one in absences
        ],
        conflict="ON CONFLICT (school_id, pupil_id, day) DO UPDATE SET"
        " state = excluded.state, note = excluded.note, cursor = excluded.cursor",
    )


def _arrival(row: Row) -> LateArrival:
    return LateArrival(
        pupil=PupilId(row[0]),
        day=date.fromisoformat(row[1]),
        arrived_at=read_moment(row[2]),
        due_at=read_moment(row[3]),
        said=LateWhy(row[4]),
        event=row[5],
        terminal=row[6],
        staff=row[7],
        is_withdrawn=bool(row[8]),
    )


def _absence(row: Row) -> NotedAbsence:
    return NotedAbsence(PupilId(row[0]), date.fromisoformat(row[1]), AbsenceState(row[2]), row[3])
