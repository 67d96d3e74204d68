"""Parents' meetings at the office: an evening set up from a table, and each teacher's list."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from starlette.responses import Response

from central.csv_table import TABLE_BYTES_MAX
from central.database import Session
from central.meetings.appointments import Appointment, appointments_on, list_slots
from central.meetings.evenings import (
    SLOT_MINUTES,
    Evening,
    Teacher,
    cancel_evening,
    find_evening,
    list_evenings,
    list_teachers,
    set_up_evening,
)
from central.meetings.teacher_file import read_teachers
from central.office import Act
from central.pages.money import act_of
from central.pages.pupils import pupil_names
from central.pages.visit import OFFICE, FormError, NotHereError, Visit

_HERE = f"{OFFICE}/meetings"
UPLOAD_BYTES_MAX = TABLE_BYTES_MAX + 64 * 1024
_MINUTES_LETTERS = 2


@dataclass(frozen=True, slots=True)
class TeacherList:
    """A teacher's evening. times: each with who comes then, None for nobody."""

    teacher: Teacher
    times: list[tuple[datetime, Appointment | None]]

    @property
    def booked(self) -> int:
        """How many times are taken."""
        return sum(one is not None for _, one in self.times)


def show(visit: Visit) -> Response:
    """List the evenings, and offer to set up another."""
    with visit.store.database.reading() as session:
        evenings = list_evenings(session, visit.school.id)
        counts = {
            row[0]: row[1]
            for row in session.rows(
                "SELECT evening_id, COUNT(*) FROM appointment WHERE school_id = ?"
                " AND state = 'booked' GROUP BY evening_id",
                visit.school.id,
            )
        }
    return visit.page("meetings.html", evenings=evenings[::-1], counts=counts, minutes=SLOT_MINUTES)


def set_up(visit: Visit) -> Response:
    """Set up an evening with the teachers of a table."""
    if not visit.upload:
        raise FormError("refused.no_file")
    zone = visit.school.calendar.zone
    closes = _moment(visit, "closes_at")
    opens = (
        _moment(visit, "opens_at").replace(tzinfo=zone) if visit.field("opens_at") else visit.now
    )
    made = Evening(
        id=visit.once(),
        name=visit.field("name")[:80],
        day=_day(visit),
        starts_at=_time(visit, "starts_at"),
        ends_at=_time(visit, "ends_at"),
        opens_at=opens.astimezone(UTC),
        closes_at=closes.replace(tzinfo=zone).astimezone(UTC),
        minutes=_minutes(visit),
    )
    act = Act(visit.user.name, visit.now)
    set_up_evening(visit.store, visit.school.id, made, read_teachers(visit.upload), act=act)
    return visit.go(f"{_HERE}/{made.id}", done="set_up")


def look(visit: Visit) -> Response:
    """Show each teacher's list."""
    with visit.store.database.reading() as session:
        evening = _own(session, visit)
        teachers = list_teachers(session, visit.school.id, evening.id)
        slots = list_slots(session, visit.school.id, evening.id, [one.id for one in teachers])
        booked = appointments_on(session, visit.school.id, evening.id)
        names = pupil_names(session, visit.school.id, [one.pupil for one in booked])
    taken = {(one.teacher, one.starts_at): one for one in booked}
    lists = [
        TeacherList(
            teacher,
            [
                (slot.starts_at, taken.get((teacher.id, slot.starts_at)))
                for slot in slots
                if slot.teacher == teacher.id
            ],
        )
        for teacher in teachers
    ]
    return visit.page("evening.html", evening=evening, lists=lists, names=names)


def call_off(visit: Visit) -> Response:
    """Cancel an evening and all its appointments."""
    with visit.store.database.reading() as session:
        evening = _own(session, visit)
    cancel_evening(visit.store, visit.school.id, evening=evening.id, act=act_of(visit))
    return visit.go(f"{_HERE}/{evening.id}", done="called_off")


def _own(session: Session, visit: Visit) -> Evening:
    found = find_evening(session, visit.school.id, visit.ids["evening"])
    if found is None:
        raise NotHereError
    return found


def _minutes(visit: Visit) -> int:
    written = visit.field("minutes")
    if not (written.isascii() and written.isdecimal() and len(written) <= _MINUTES_LETTERS):
        raise FormError("refused.number")
    return int(written)


def _day(visit: Visit) -> date:
    try:
        return date.fromisoformat(visit.field("day"))
    except ValueError as error:
        raise FormError("refused.day") from error


def _time(visit: Visit, name: str) -> time:
    try:
        return time.fromisoformat(visit.field(name))
    except ValueError as error:
        raise FormError("refused.time") from error


def _moment(visit: Visit, name: str) -> datetime:
    try:
        return datetime.fromisoformat(visit.field(name)).replace(tzinfo=None)
    except ValueError as error:
        raise FormError("refused.time") from error
