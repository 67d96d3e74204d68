"""Evening study at the centre: its sessions, who is enrolled, and who was there.

Presences come from terminals (`central.attendance`); here they are read, and what the office says
of sessions and enrolments is written, with its line in the log and its place in the feed.
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
from core.ids import PupilId, SchoolId, SessionId
from core.money import Money
from core.presence_rows import (
    ENROLMENT_COLUMNS,
    SESSION_COLUMNS,
    enrolment_from_row,
    enrolment_row,
    session_from_row,
    session_row,
)
from core.study import StudyEnrolment, StudySession

NAME_MAX: Final = 60
MINUTES_MAX: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class StudyPresence:
    """A pupil at a session of a day.

    left_at: None while they are in, or where nobody taps out. cost: what it took from the general
    wallet. event: the signed event behind it. terminal: its name. staff: who let them in by name;
    empty for a badge. is_withdrawn: it was noted by mistake, see `central.presence_corrections`.
    """

    pupil: PupilId
    day: date
    session: SessionId
    session_name: str
    entered_at: datetime
    left_at: datetime | None
    cost: Money
    event: str
    terminal: str
    staff: str
    is_withdrawn: bool = False


_PRESENCE: Final = (
    "SELECT p.pupil_id, p.day, p.session_id,"  # noqa: S608  our own words
    " COALESCE(s.name, p.session_id), p.entered_at,"
    " p.left_at, p.cents, p.event_id, COALESCE(t.name, p.terminal_id), p.staff,"
    f" {is_withdrawn_sql('p')} FROM study_presence p"
    " LEFT JOIN study_session s ON s.school_id = p.school_id AND s.id = p.session_id"
    " LEFT JOIN terminal t ON t.school_id = p.school_id AND t.id = p.terminal_id"
    " WHERE p.school_id = ?"
)


def presences_of(
    session: Session,
    school: SchoolId,
    pupil: PupilId,
    *,
    since: date | None = None,
    until: date | None = None,
    limit: int = 200,
) -> list[StudyPresence]:
    """Return a pupil's presences at study, the newest first. since, until: days, both included."""
    rows = session.rows(
        f"{_PRESENCE} AND p.pupil_id = ? AND p.day >= ? AND p.day <= ?"
        " ORDER BY p.day DESC, p.entered_at DESC LIMIT ?",
        school,
        pupil,
        (since or date.min).isoformat(),
        (until or date.max).isoformat(),
        limit,
    )
    return [_presence(row) for row in rows]


def presences_on(session: Session, school: SchoolId, day: date) -> list[StudyPresence]:
    """Return who was at study on a day, in the order in which they came."""
    rows = session.rows(
        f"{_PRESENCE} AND p.day = ? ORDER BY p.session_id, p.entered_at, p.pupil_id",
        school,
        day.isoformat(),
    )
    return [_presence(row) for row in rows]


def list_sessions(session: Session, school: SchoolId) -> list[StudySession]:
    """Return a school's sessions, the earliest first; also those that are no longer held."""
    rows = session.rows(
        f"SELECT {SESSION_COLUMNS} FROM study_session WHERE school_id = ?"  # noqa: S608  our own
        " ORDER BY starts, ends, id",
        school,
    )
    return [session_from_row(row) for row in rows]


def list_enrolments(
    session: Session, school: SchoolId, *, pupil: PupilId | None = None
) -> list[StudyEnrolment]:
    """Return who is enrolled in which session. pupil: only theirs."""
    of_pupil = "" if pupil is None else " AND pupil_id = ?"
    rows = session.rows(
        f"SELECT {ENROLMENT_COLUMNS} FROM study_enrolment WHERE school_id = ?{of_pupil}"  # noqa: S608
        " ORDER BY pupil_id, session_id",
        school,
        *([] if pupil is None else [pupil]),
    )
    return [enrolment_from_row(row) for row in rows]


def put_session(
    store: Store, school: SchoolId, wanted: StudySession, *, who: str, now: datetime
) -> None:
    """Hold a session, or hold it otherwise from now on. Raises RecordError."""
    _check_session(wanted)
    with store.database.writing() as session:
        write_audit(
            session, school, who=who, what="study session written", subject=wanted.id, at=now
        )
        cursor = advance_feed(session, school)
        write_sessions(session, school, [wanted], cursor)


def enrol(
    store: Store, school: SchoolId, wanted: StudyEnrolment, *, who: str, now: datetime
) -> None:
    """Enrol a pupil in a session, or otherwise than before; with `until` it ends.

    Raises RecordError for a pupil or a session that this school does not have.
    """
    if wanted.until is not None and wanted.until < wanted.since:
        message = "an enrolment does not end before it begins"
        raise RecordError(message)
    with store.database.writing() as session:
        _check_known(session, school, "pupil", wanted.pupil)
        _check_known(session, school, "study_session", wanted.session)
        end = "" if wanted.until is None else f", until {wanted.until.isoformat()}"
        write_audit(
            session,
            school,
            who=who,
            what=f"enrolled in study {wanted.session}{end}",
            subject=wanted.pupil,
            at=now,
        )
        cursor = advance_feed(session, school)
        write_enrolments(session, school, [wanted], cursor)


def write_sessions(
    session: Session, school: SchoolId, sessions: list[StudySession], cursor: int
) -> None:
    """Write sessions, new or changed. cursor: this change's place in the feed."""
    session.insert_many(
        "study_session",
        ("school_id", "cursor", *SESSION_COLUMNS.split(", ")),
        [(school, cursor, *session_row(one)) for one in sessions],
        conflict="ON CONFLICT (school_id, id) DO UPDATE SET name = excluded.name,"
        " weekdays = excluded.weekdays, starts = excluded.starts, ends = excluded.ends,"
        " price_cents = excluded.price_cents, wants_out = excluded.wants_out,"
        " is_held = excluded.is_held, cursor = excluded.cursor",
    )


def write_enrolments(
    session: Session, school: SchoolId, enrolments: list[StudyEnrolment], cursor: int
) -> None:
    """Write enrolments, new or changed. cursor: this change's place in the feed."""
    session.insert_many(
        "study_enrolment",
        ("school_id", "cursor", *ENROLMENT_COLUMNS.split(", ")),
        [(school, cursor, *enrolment_row(one)) for one in enrolments],
        conflict="ON CONFLICT (school_id, pupil_id, session_id) DO UPDATE SET"
        " since = excluded.since, until = excluded.until, weekdays = excluded.weekdays,"
        " price_cents = excluded.price_cents, cursor = excluded.cursor",
    )


def _check_session(wanted: StudySession) -> None:
    if not wanted.name.strip() or len(wanted.name) > NAME_MAX:
        message = f"a session has a name of at most {NAME_MAX} characters"
        raise RecordError(message)
    if not 0 <= wanted.starts < wanted.ends <= MINUTES_MAX:
        message = "a session ends after it begins, on the same day"
        raise RecordError(message)
    if not wanted.weekdays:
        message = "a session has a weekday"
        raise RecordError(message)
    if wanted.price.cents < 0:
        message = "a session costs something or nothing"
        raise RecordError(message)


def _check_known(session: Session, school: SchoolId, table: str, key: str) -> None:
    sql = f"SELECT 1 FROM {table} WHERE school_id = ? AND id = ?"  # noqa: S608  our own words
    if session.row(sql, school, key) is None:
        message = f"there is no {table.replace('_', ' ')} {key} at school {school}"
        raise RecordError(message)


def _presence(row: Row) -> StudyPresence:
    return StudyPresence(
        pupil=PupilId(row[0]),
        day=date.fromisoformat(row[1]),
        session=SessionId(row[2]),
        session_name=row[3],
        entered_at=read_moment(row[4]),
        left_at=None if row[5] is None else read_moment(row[5]),
        cost=Money(row[6]),
        event=row[7],
        terminal=row[8],
        staff=row[9],
        is_withdrawn=bool(row[10]),
    )
