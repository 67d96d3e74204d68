"""Parents' meetings: a child's teachers, their free times, booked, moved and cancelled.

Plain forms: a time is a button. Who comes second to it is led back to the times, as they are now.
"""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from central.database import Session
from central.families.links import children_of
from central.meetings.booking import (
    Appointment,
    Family,
    Slot,
    SlotRefusedError,
    appointments_of,
    book,
    cancel,
    list_slots,
    move,
)
from central.meetings.evenings import Evening, Teacher, find_evening, list_evenings, list_teachers
from central.pages.pupils import read_pupil
from central.pages.visit import FAMILY, FormError, NotHereError, Visit
from core.codec import read_moment
from core.errors import CoreError
from core.ids import PupilId
from core.people import Pupil

_HERE = f"{FAMILY}/meetings"


@dataclass(frozen=True, slots=True)
class ChildTeachers:
    """A child on an evening: the teachers, each with the appointment, None without one."""

    pupil: Pupil
    teachers: list[tuple[Teacher, Appointment | None]]


@dataclass(frozen=True, slots=True)
class EveningList:
    """An evening, as one family sees it. is_open: it can be booked now."""

    evening: Evening
    children: list[ChildTeachers]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Time:
    """One time to choose. state: `free`, `taken`, `ours` or `elsewhere`."""

    slot: Slot
    state: str


def show(visit: Visit) -> Response:
    """Show the evenings to come, each child's teachers, and what is booked."""
    with visit.store.database.reading() as session:
        children = children_of(session, visit.user)
        booked = {
            (one.evening, one.pupil, one.teacher): one
            for one in appointments_of(session, visit.school.id, children)
        }
        evenings = [
            EveningList(
                evening,
                _children(session, visit, evening, children, booked),
                evening.may_book(visit.now),
            )
            for evening in list_evenings(session, visit.school.id, since=visit.today)
        ]
    return visit.page("family_meetings.html", evenings=[one for one in evenings if one.children])


def choose(visit: Visit) -> Response:
    """Show a teacher's times, to book one or to move to another."""
    with visit.store.database.reading() as session:
        evening, teacher, pupil = _asked(session, visit)
        family = _family(session, visit)
        slots = list_slots(session, visit.school.id, evening.id, [teacher.id])
        booked = [
            one
            for one in appointments_of(session, visit.school.id, family.children)
            if one.evening == evening.id
        ]
    own = _own(booked, pupil.id, teacher.id)
    elsewhere = {one.starts_at for one in booked if one is not own}
    return visit.page(
        "family_slots.html",
        evening=evening,
        teacher=teacher,
        pupil=pupil,
        own=own,
        times=[Time(slot, _state(slot, own, elsewhere)) for slot in slots],
        is_open=evening.may_book(visit.now),
    )


def take(visit: Visit) -> Response:
    """Book the time that was chosen; where the child has one with this teacher, move to it."""
    with visit.store.database.reading() as session:
        evening, teacher, pupil = _asked(session, visit)
        family = _family(session, visit)
        own = _own(appointments_of(session, visit.school.id, [pupil.id]), pupil.id, teacher.id)
    starts_at = _moment(visit)
    try:
        if own is not None and own.evening == evening.id:
            move(
                visit.store,
                visit.school.id,
                appointment=own.id,
                to=visit.once(),
                starts_at=starts_at,
                family=family,
                now=visit.now,
            )
            return visit.go(_HERE, done="meeting_moved")
        book(
            visit.store,
            visit.school.id,
            appointment=visit.once(),
            evening=evening.id,
            teacher=teacher.id,
            starts_at=starts_at,
            pupil=pupil.id,
            family=family,
            now=visit.now,
        )
    except SlotRefusedError as error:
        raise FormError(f"refused.slot_{error.fault.value}") from error
    return visit.go(_HERE, done="meeting_booked")


def give_back(visit: Visit) -> Response:
    """Cancel an appointment of a child's."""
    with visit.store.database.reading() as session:
        family = _family(session, visit)
    try:
        cancel(
            visit.store,
            visit.school.id,
            appointment=visit.ids["appointment"],
            family=family,
            now=visit.now,
        )
    except SlotRefusedError as error:
        if error.fault.value == "gone":
            raise NotHereError from error
        raise FormError(f"refused.slot_{error.fault.value}") from error
    return visit.go(_HERE, done="meeting_cancelled")


# --- what was asked -----------------------------------------------------------------------------


def _asked(session: Session, visit: Visit) -> tuple[Evening, Teacher, Pupil]:
    """Return the evening, the teacher and the child of the address. Raises NotHereError."""
    evening = find_evening(session, visit.school.id, visit.ids["evening"])
    if evening is None:
        raise NotHereError
    pupil, _ = read_pupil(session, visit.school.id, PupilId(visit.ids["pupil"]))
    taught = list_teachers(session, visit.school.id, evening.id, class_name=pupil.class_name)
    teacher = next((one for one in taught if one.id == visit.ids["teacher"]), None)
    if teacher is None:
        raise NotHereError
    return evening, teacher, pupil


def _family(session: Session, visit: Visit) -> Family:
    return Family(tuple(children_of(session, visit.user)), visit.user.name)


def _moment(visit: Visit) -> datetime:
    try:
        return read_moment(visit.field("starts_at")[:40])
    except (CoreError, ValueError) as error:
        raise FormError("refused.choice") from error


# --- what is shown ------------------------------------------------------------------------------


def _children(
    session: Session,
    visit: Visit,
    evening: Evening,
    children: list[PupilId],
    booked: dict[tuple[str, PupilId, str], Appointment],
) -> list[ChildTeachers]:
    found = []
    for child in children:
        pupil, _ = read_pupil(session, visit.school.id, child)
        taught = list_teachers(session, visit.school.id, evening.id, class_name=pupil.class_name)
        if taught:
            rows = [(one, booked.get((evening.id, child, one.id))) for one in taught]
            found.append(ChildTeachers(pupil, rows))
    return found


def _own(booked: list[Appointment], pupil: PupilId, teacher: str) -> Appointment | None:
    return next((one for one in booked if (one.pupil, one.teacher) == (pupil, teacher)), None)


def _state(slot: Slot, own: Appointment | None, elsewhere: set[datetime]) -> str:
    if own is not None and own.starts_at == slot.starts_at:
        return "ours"
    if slot.starts_at in elsewhere:
        return "elsewhere"
    return "free" if slot.is_free else "taken"
