"""An evening of parents' meetings: its teachers, the classes they teach, and their times.

An evening is set up once, with all its slots: a teacher who comes later or leaves earlier has fewer
of them. Its times are the school's clock; they are kept as moments, so that an evening on which the
clocks change is what people see on the wall.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from central.audit import write_audit
from central.database import Row, Session
from central.errors import RecordError
from central.feed import advance_feed
from central.office import Act, checked_why
from central.records import read_school
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import SchoolId
from core.text import printable

SLOT_MINUTES = 10
_NAME_MAX, _ID_MAX = 80, 64
_TEACHERS_MAX = 200
_HOURS_MAX = 12
_MINUTES = (5, 60)


class EveningState(StrEnum):
    """Where an evening stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Teacher:
    """A teacher on one evening. classes: that they teach. away: starts of slots they are not in."""

    id: str
    name: str
    subject: str
    room: str
    classes: tuple[str, ...]
    away: tuple[time, ...] = ()


@dataclass(frozen=True, slots=True)
class Evening:
    """An evening. starts_at, ends_at: local. opens_at, closes_at: aware; when parents may book."""

    id: str
    name: str
    day: date
    starts_at: time
    ends_at: time
    opens_at: datetime
    closes_at: datetime
    minutes: int = SLOT_MINUTES
    state: EveningState = EveningState.PLANNED

    def may_book(self, now: datetime) -> bool:
        """Say whether parents may book, move and cancel at a moment."""
        return self.state is EveningState.PLANNED and self.opens_at <= now < self.closes_at

    def slots(self) -> Iterator[time]:
        """Yield the local times at which its slots begin."""
        at = datetime.combine(self.day, self.starts_at)
        end = datetime.combine(self.day, self.ends_at)
        step = timedelta(minutes=self.minutes)
        while at + step <= end:
            yield at.time()
            at += step


def set_up_evening(
    store: Store, school: SchoolId, evening: Evening, teachers: Sequence[Teacher], *, act: Act
) -> Evening:
    """Set up an evening with its teachers and their slots.

    Its id is made by the asker: the same again changes nothing. Raises RecordError when its times
    or its teachers make no sense, or a class is none of the school's.
    """
    made = replace(evening, name=printable(evening.name).strip())
    _check_evening(made)
    people = [_checked(made, teacher) for teacher in teachers]
    _check_teachers(people)
    with store.database.writing() as session:
        known = find_evening(session, school, made.id)
        if known is not None:
            return known
        _check_classes(session, school, people)
        zone = read_school(session, school).calendar.zone
        _write_evening(session, school, made)
        _write_teachers(session, school, made.id, people)
        session.insert_many(
            "meeting_slot",
            ("school_id", "evening_id", "teacher_id", "starts_at"),
            [
                (school, made.id, teacher.id, moment_text(_moment(made.day, at, zone)))
                for teacher in people
                for at in made.slots()
                if at not in teacher.away
            ],
        )
        words = f"meetings set up: {made.name}, {len(people)} teachers"
        write_audit(session, school, who=act.who, what=words, subject=made.id, at=act.at)
    return made


def cancel_evening(store: Store, school: SchoolId, *, evening: str, act: Act) -> int:
    """Cancel an evening and all its appointments. Twice is once. Result: how many appointments."""
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        read_evening(session, school, evening)
        # Held before the appointments, as by whoever books.
        cursor = advance_feed(session, school)
        session.run(
            "UPDATE meeting_evening SET state = ? WHERE school_id = ? AND id = ?",
            EveningState.CANCELLED.value,
            school,
            evening,
        )
        session.run(
            "DELETE FROM meeting_attendance WHERE school_id = ? AND evening_id = ?", school, evening
        )
        count = session.run(
            "UPDATE appointment SET state = 'cancelled', cursor = ?"
            " WHERE school_id = ? AND evening_id = ? AND state = 'booked'",
            cursor,
            school,
            evening,
        )
        words = f"meetings cancelled: {act.why}"
        write_audit(session, school, who=act.who, what=words, subject=evening, at=act.at)
    return count


# --- checking ----------------------------------------------------------------------------------


def _check_evening(evening: Evening) -> None:
    begin = datetime.combine(evening.day, evening.starts_at)
    end = datetime.combine(evening.day, evening.ends_at)
    faults = (
        (not 1 <= len(evening.id) <= _ID_MAX, "its id has 1 to 64 characters"),
        (not 1 <= len(evening.name) <= _NAME_MAX, f"its name has 1 to {_NAME_MAX} characters"),
        (
            not _MINUTES[0] <= evening.minutes <= _MINUTES[1],
            f"a slot has {_MINUTES[0]} to {_MINUTES[1]} minutes",
        ),
        (not any(evening.slots()), "it ends before its first slot does; look at its times"),
        (end - begin > timedelta(hours=_HOURS_MAX), f"it has at most {_HOURS_MAX} hours"),
        (evening.closes_at <= evening.opens_at, "booking ends before it begins"),
    )
    _refuse(faults)


def _checked(evening: Evening, teacher: Teacher) -> Teacher:
    made = replace(
        teacher,
        name=printable(teacher.name).strip(),
        subject=printable(teacher.subject).strip(),
        room=printable(teacher.room).strip(),
        classes=tuple(dict.fromkeys(teacher.classes)),
    )
    slots = set(evening.slots())
    _refuse(
        (
            (not 1 <= len(made.id) <= _ID_MAX, "a teacher's id has 1 to 64 characters"),
            (not 1 <= len(made.name) <= _NAME_MAX, f"teacher {made.id} has a name"),
            (len(made.subject) > _NAME_MAX or len(made.room) > _NAME_MAX, "a room is a few words"),
            (not made.classes, f"{made.name} teaches no class; name at least one"),
            (
                not slots.issuperset(made.away),
                f"{made.name} is away at a time at which no slot begins",
            ),
        )
    )
    return made


def _check_teachers(teachers: Sequence[Teacher]) -> None:
    _refuse(
        (
            (not 1 <= len(teachers) <= _TEACHERS_MAX, f"it has 1 to {_TEACHERS_MAX} teachers"),
            (len({one.id for one in teachers}) < len(teachers), "two teachers have the same id"),
        )
    )


def _check_classes(session: Session, school: SchoolId, teachers: Sequence[Teacher]) -> None:
    rows = session.rows("SELECT DISTINCT class_name FROM pupil WHERE school_id = ?", school)
    here = {row[0] for row in rows}
    for teacher in teachers:
        strange = [name for name in teacher.classes if name not in here]
        _refuse(((bool(strange), f"{teacher.name}: there is no class {', '.join(strange)}"),))


def _refuse(faults: Sequence[tuple[bool, str]]) -> None:
    for is_wrong, words in faults:
        if is_wrong:
            message = f"this evening cannot be set up: {words}"
            raise RecordError(message)


# --- writing and reading -----------------------------------------------------------------------


def _moment(day: date, at: time, zone: object) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)  # type: ignore[arg-type]


def _write_evening(session: Session, school: SchoolId, evening: Evening) -> None:
    session.insert_many(
        "meeting_evening",
        ("school_id", *_COLUMNS.split(", ")),
        [
            (
                school,
                evening.id,
                evening.name,
                evening.day.isoformat(),
                evening.starts_at.isoformat("minutes"),
                evening.ends_at.isoformat("minutes"),
                evening.minutes,
                moment_text(evening.opens_at),
                moment_text(evening.closes_at),
                evening.state.value,
            )
        ],
    )


def _write_teachers(
    session: Session, school: SchoolId, evening: str, teachers: Sequence[Teacher]
) -> None:
    session.insert_many(
        "meeting_teacher",
        ("school_id", "evening_id", "id", "name", "subject", "room"),
        [(school, evening, one.id, one.name, one.subject, one.room) for one in teachers],
    )
    session.insert_many(
        "meeting_class",
        ("school_id", "evening_id", "class_name", "teacher_id"),
        [(school, evening, name, one.id) for one in teachers for name in one.classes],
    )


_COLUMNS = "id, name, day, starts_at, ends_at, minutes, opens_at, closes_at, state"


def find_evening(session: Session, school: SchoolId, evening: str) -> Evening | None:
    """Return an evening; None when this school has none of this id."""
    row = session.row(
        f"SELECT {_COLUMNS} FROM meeting_evening WHERE school_id = ? AND id = ?",  # noqa: S608
        school,
        evening,
    )
    return None if row is None else _evening(row)


def read_evening(session: Session, school: SchoolId, evening: str) -> Evening:
    """Return an evening. Raises RecordError when there is none of this id."""
    found = find_evening(session, school, evening)
    if found is None:
        raise no_evening(school, evening)
    return found


def no_evening(school: SchoolId, evening: str) -> RecordError:
    """Return the error of an id that no evening has."""
    return RecordError(f"there are no meetings {evening} at school {school}")


def list_evenings(session: Session, school: SchoolId, *, since: date = date.min) -> list[Evening]:
    """Return a school's evenings from a day on, the first one first."""
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM meeting_evening WHERE school_id = ? AND day >= ?"  # noqa: S608
        " ORDER BY day, starts_at, id",
        school,
        since.isoformat(),
    )
    return [_evening(row) for row in rows]


def list_teachers(session: Session, school: SchoolId, evening: str) -> list[Teacher]:
    """Return the teachers of an evening by name, without their times."""
    rows = session.rows(
        "SELECT t.id, t.name, t.subject, t.room, c.class_name FROM meeting_class c"
        " JOIN meeting_teacher t ON t.school_id = c.school_id AND t.evening_id = c.evening_id"
        " AND t.id = c.teacher_id WHERE c.school_id = ? AND c.evening_id = ?"
        " ORDER BY t.name, t.id, c.class_name",
        school,
        evening,
    )
    found: dict[str, Teacher] = {}
    for row in rows:
        known = found.setdefault(row[0], Teacher(row[0], row[1], row[2], row[3], ()))
        found[row[0]] = replace(known, classes=(*known.classes, row[4]))
    return list(found.values())


def _evening(row: Row) -> Evening:
    return Evening(
        id=row[0],
        name=row[1],
        day=date.fromisoformat(row[2]),
        starts_at=time.fromisoformat(row[3]),
        ends_at=time.fromisoformat(row[4]),
        minutes=row[5],
        opens_at=read_moment(row[6]),
        closes_at=read_moment(row[7]),
        state=EveningState(row[8]),
    )
