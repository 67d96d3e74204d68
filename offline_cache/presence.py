"""What a copy says of study, late arrivals and absences; nothing, in a copy of an older centre."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Protocol, TypeVar

from core.codec import read_moment
from core.ids import PupilId, SessionId
from core.presence_rows import (
    ABSENCE_COLUMNS,
    ENROLMENT_COLUMNS,
    LATE_COLUMNS,
    PRESENCE_COLUMNS,
    SESSION_COLUMNS,
    TABLES,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
    Absence,
    AbsenceState,
    Row,
    absence_from_row,
    arrival_from_row,
    attendance_from_row,
    enrolment_from_row,
    session_from_row,
    withdrawal_from_row,
)
from core.presences import Arrival, Attendance
from core.study import StudyEnrolment, StudySession

T = TypeVar("T")

_SESSIONS: Final = f"SELECT {SESSION_COLUMNS} FROM study_session"  # noqa: S608  our own words
_ENROLMENT_WIDTH: Final = ENROLMENT_COLUMNS.count(",") + 1
_SEEN_UNTIL: Final = _ENROLMENT_WIDTH + PRESENCE_COLUMNS.count(",") + 1
# A tap asks once: the pupil's places, and how they were at each on the day.
_OF_PUPIL: Final = """
SELECT e.pupil_id, e.session_id, e.since, e.until, e.weekdays, e.price_cents,
    p.pupil_id, p.day, p.session_id, p.entered_at, p.left_at{withdrawn_at}
FROM study_enrolment e LEFT JOIN study_presence p
ON p.pupil_id = e.pupil_id AND p.day = ? AND p.session_id = e.session_id{withdrawals}
WHERE e.pupil_id = ?
"""
_OF_PUPIL_AT_FIRST: Final = _OF_PUPIL.format(withdrawn_at="", withdrawals="")
_OF_PUPIL_NOW: Final = _OF_PUPIL.format(
    withdrawn_at=", w.withdrawn_at",
    withdrawals=f"""
LEFT JOIN {WITHDRAWALS} w
ON w.pupil_id = e.pupil_id AND w.day = ? AND w.session_id = e.session_id""",
)
_ENROLLED: Final = f"SELECT {ENROLMENT_COLUMNS} FROM study_enrolment WHERE session_id = ?"  # noqa: S608
_WITHDRAWN: Final = f"SELECT {WITHDRAWAL_COLUMNS} FROM {WITHDRAWALS} WHERE day = ?"  # noqa: S608
_WITHDRAWN_OF: Final = f"{_WITHDRAWN} AND session_id = ?"
_PRESENT: Final = f"SELECT {PRESENCE_COLUMNS} FROM study_presence WHERE day = ? AND session_id = ?"  # noqa: S608
_LATE: Final = f"SELECT {LATE_COLUMNS} FROM late_arrival WHERE day = ?"  # noqa: S608
_LATE_OF: Final = f"{_LATE} AND pupil_id = ?"
_ABSENT: Final = f"SELECT {ABSENCE_COLUMNS} FROM absence WHERE day = ? ORDER BY pupil_id"  # noqa: S608


@dataclass(frozen=True, slots=True)
class PupilStudy:
    """A pupil's places in sessions, and how they were at each on a day.

    withdrawn: when what was noted of them was taken back.
    """

    enrolments: tuple[StudyEnrolment, ...] = ()
    seen: Mapping[SessionId, Attendance] = field(default_factory=dict)
    withdrawn: Mapping[SessionId, datetime] = field(default_factory=dict)


class Ask(Protocol):
    """Runs a statement with values and reads its rows. Raises SnapshotCorruptError."""

    def __call__(self, read: Callable[[Row], T], sql: str, /, *values: str) -> list[T]:
        """Return the rows."""
        ...


class PresenceCopy:
    """The presences of one copy. For the thread that has the copy open."""

    def __init__(self, ask: Ask, tables: set[str]) -> None:
        """Read the sessions, of which there are few."""
        self._ask = ask
        self._is_told = tables >= TABLES
        self._tells_withdrawn = WITHDRAWALS in tables
        sessions = self._read(session_from_row, _SESSIONS)
        self.sessions: Mapping[SessionId, StudySession] = MappingProxyType(
            {session.id: session for session in sessions}
        )

    def of_pupil(self, pupil: PupilId, day: date) -> PupilStudy:
        """Return a pupil's places and attendances of a day."""
        if not self.sessions:
            return PupilStudy()
        on = day.isoformat()
        if self._tells_withdrawn:
            rows = self._read(_place_from_row, _OF_PUPIL_NOW, on, on, pupil)
        else:
            rows = self._read(_place_from_row, _OF_PUPIL_AT_FIRST, on, pupil)
        return PupilStudy(
            tuple(place for place, _, _ in rows),
            {place.session: seen for place, seen, _ in rows if seen is not None},
            {place.session: at for place, _, at in rows if at is not None},
        )

    def enrolled(self, session: SessionId) -> list[StudyEnrolment]:
        """Return all places in a session, of any day."""
        return self._read(enrolment_from_row, _ENROLLED, session)

    def present(self, day: date, session: SessionId) -> dict[PupilId, Attendance]:
        """Return who was seen at a session of a day, at any terminal."""
        return dict(self._read(_seen_from_row, _PRESENT, day.isoformat(), session))

    def withdrawn(self, day: date, session: SessionId | None) -> dict[PupilId, datetime]:
        """Return whose presence at a session, or at the gate, was taken back on a day, and when."""
        if not self._tells_withdrawn:
            return {}
        of = (day.isoformat(), session or "")
        return dict(self._read(withdrawal_from_row, _WITHDRAWN_OF, *of))

    def late(self, day: date) -> dict[PupilId, Arrival]:
        """Return who came late on a day, at any terminal."""
        return dict(self._read(_late_from_row, _LATE, day.isoformat()))

    def late_of(self, day: date, pupil: PupilId) -> Arrival | None:
        """Return how a pupil came late on a day, at any terminal; None for who did not."""
        found = self._read(_late_from_row, _LATE_OF, day.isoformat(), pupil)
        return found[0][1] if found else None

    def absent(self, day: date) -> list[Absence]:
        """Return who is absent on a day, as the centre knows."""
        found = self._read(absence_from_row, _ABSENT, day.isoformat())
        return [one for one in found if one.state is not AbsenceState.WITHDRAWN]

    def _read(self, read: Callable[[Row], T], sql: str, *values: str) -> list[T]:
        return self._ask(read, sql, *values) if self._is_told else []


def _place_from_row(row: Row) -> tuple[StudyEnrolment, Attendance | None, datetime | None]:
    seen, withdrawn_at = row[_ENROLMENT_WIDTH:_SEEN_UNTIL], row[_SEEN_UNTIL:]
    return (
        enrolment_from_row(row),
        None if seen[0] is None else attendance_from_row(seen),
        read_moment(withdrawn_at[0]) if any(withdrawn_at) else None,
    )


def _seen_from_row(row: Row) -> tuple[PupilId, Attendance]:
    return PupilId(str(row[0])), attendance_from_row(row)


def _late_from_row(row: Row) -> tuple[PupilId, Arrival]:
    return PupilId(str(row[0])), arrival_from_row(row)
