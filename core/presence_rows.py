"""The part of a copy that is about study, late arrivals and absences: its tables and rows.

As `core.snapshot`, of which it is a part: the centre writes the rows, the terminal reads them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from core.codec import read_moment
from core.ids import PupilId, SessionId
from core.money import Money
from core.presence_facts import LateWhy
from core.presences import Arrival, Attendance
from core.study import StudyEnrolment, StudySession
from core.text import printable
from core.value import Value

SCHEMA = """
CREATE TABLE study_session (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    weekdays TEXT NOT NULL,
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    price_cents INTEGER NOT NULL,
    wants_out INTEGER NOT NULL,
    is_held INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE study_enrolment (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    session_id TEXT NOT NULL REFERENCES study_session (id),
    since TEXT NOT NULL,
    until TEXT,
    weekdays TEXT NOT NULL,
    price_cents INTEGER,
    PRIMARY KEY (pupil_id, session_id)
) WITHOUT ROWID;
CREATE TABLE study_presence (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    day TEXT NOT NULL,
    session_id TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    left_at TEXT,
    PRIMARY KEY (pupil_id, day, session_id)
) WITHOUT ROWID;
CREATE TABLE late_arrival (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    day TEXT NOT NULL,
    arrived_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    said TEXT NOT NULL,
    PRIMARY KEY (pupil_id, day)
) WITHOUT ROWID;
CREATE TABLE presence_withdrawal (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    day TEXT NOT NULL,
    session_id TEXT NOT NULL,
    withdrawn_at TEXT NOT NULL,
    PRIMARY KEY (pupil_id, day, session_id)
) WITHOUT ROWID;
CREATE TABLE absence (
    pupil_id TEXT NOT NULL REFERENCES pupil (id),
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (pupil_id, day)
) WITHOUT ROWID;
"""
TABLES = frozenset(
    {"study_session", "study_enrolment", "study_presence", "late_arrival", "absence"}
)

WITHDRAWALS = "presence_withdrawal"
"""What was noted by mistake, which came later than the others: `session_id` is `''` at the gate."""

SESSION_COLUMNS = "id, name, weekdays, starts, ends, price_cents, wants_out, is_held"
ENROLMENT_COLUMNS = "pupil_id, session_id, since, until, weekdays, price_cents"
PRESENCE_COLUMNS = "pupil_id, day, session_id, entered_at, left_at"
LATE_COLUMNS = "pupil_id, day, arrived_at, due_at, said"
ABSENCE_COLUMNS = "pupil_id, day, state"
WITHDRAWAL_COLUMNS = "pupil_id, day, session_id, withdrawn_at"

Row = Sequence[str | int | None]


class AbsenceState(StrEnum):
    """What the school knows of a pupil who is not there."""

    ANNOUNCED = "announced"
    """Somebody called, or a paper is there."""
    UNEXCUSED = "unexcused"
    WITHDRAWN = "withdrawn"
    """Was noted by mistake: the pupil is there."""


class Absence(Value):
    """A pupil's absence on a day."""

    pupil: PupilId
    day: date
    state: AbsenceState


def session_row(session: StudySession) -> Row:
    """Return a session in the order of SESSION_COLUMNS."""
    return (
        session.id,
        session.name,
        weekdays_text(session.weekdays),
        session.starts,
        session.ends,
        session.price.cents,
        int(session.wants_out),
        int(session.is_held),
    )


def session_from_row(row: Row) -> StudySession:
    """Return the session of a row. Raises ValueError."""
    return StudySession(
        id=SessionId(str(row[0])),
        name=printable(str(row[1])),
        weekdays=read_weekdays(row[2]),
        starts=_whole(row[3]),
        ends=_whole(row[4]),
        price=Money(_whole(row[5])),
        wants_out=bool(_whole(row[6])),
        is_held=bool(_whole(row[7])),
    )


def enrolment_row(enrolment: StudyEnrolment) -> Row:
    """Return an enrolment in the order of ENROLMENT_COLUMNS."""
    return (
        enrolment.pupil,
        enrolment.session,
        enrolment.since.isoformat(),
        None if enrolment.until is None else enrolment.until.isoformat(),
        weekdays_text(enrolment.weekdays),
        None if enrolment.price is None else enrolment.price.cents,
    )


def enrolment_from_row(row: Row) -> StudyEnrolment:
    """Return the enrolment of a row. Raises ValueError."""
    return StudyEnrolment(
        pupil=PupilId(str(row[0])),
        session=SessionId(str(row[1])),
        since=date.fromisoformat(str(row[2])),
        until=None if row[3] is None else date.fromisoformat(str(row[3])),
        weekdays=read_weekdays(row[4]),
        price=None if row[5] is None else Money(_whole(row[5])),
    )


def attendance_from_row(row: Row) -> Attendance:
    """Return how a pupil was at a session: a row of PRESENCE_COLUMNS. Raises ValueError."""
    left = None if row[4] is None else read_moment(row[4])
    return Attendance(read_moment(row[3]), left)


def arrival_from_row(row: Row) -> Arrival:
    """Return a late arrival: a row of LATE_COLUMNS. Raises ValueError.

    A reason that this version does not know is another one: a newer centre may have more.
    """
    word = str(row[4])
    said = LateWhy(word) if word in set(LateWhy) else LateWhy.OTHER
    return Arrival(read_moment(row[2]), read_moment(row[3]), said)


def withdrawal_from_row(row: Row) -> tuple[PupilId, datetime]:
    """Return whose presence was taken back, and when: of WITHDRAWAL_COLUMNS. Raises ValueError."""
    return PupilId(str(row[0])), read_moment(row[3])


def absence_from_row(row: Row) -> Absence:
    """Return the absence of a row. Raises ValueError."""
    day = date.fromisoformat(str(row[1]))
    return Absence(PupilId(str(row[0])), day, AbsenceState(str(row[2])))


def weekdays_text(weekdays: frozenset[int]) -> str:
    """Return weekdays as stored: their digits, Monday 0, as in `0134`."""
    return "".join(str(day) for day in sorted(weekdays))


def read_weekdays(text: object) -> frozenset[int]:
    """Return the weekdays of a stored text. Raises ValueError."""
    days = frozenset(int(digit) for digit in str(text))
    if not days or max(days) > 6:  # noqa: PLR2004  Sunday
        message = f"{text!r} are no weekdays from 0 to 6"
        raise ValueError(message)
    return days


def _whole(value: object) -> int:
    if type(value) is not int:
        message = f"{value!r} is not a whole number"
        raise ValueError(message)
    return value
