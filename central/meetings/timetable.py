"""A family's timetable: whom they meet, when and where, and the days their children are away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from central.activities.participants import Answer, activities_of
from central.activities.plans import ActivityState, list_activities
from central.database import Session
from central.meetings.appointments import appointments_of
from central.meetings.evenings import list_evenings
from central.records import read_school
from core.ids import PupilId, SchoolId


class EntryKind(StrEnum):
    """What a line of the timetable is."""

    MEETING = "meeting"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class TimetableEntry:
    """One line. starts_at: aware, None for whole days. detail: the subject; empty for a trip."""

    kind: EntryKind
    first_day: date
    last_day: date
    starts_at: datetime | None
    pupil: PupilId
    label: str
    detail: str
    place: str


def family_timetable(
    session: Session, school: SchoolId, pupils: Sequence[PupilId], *, since: date
) -> list[TimetableEntry]:
    """Return what awaits a family from a day on, the first of it first."""
    zone = read_school(session, school).calendar.zone
    entries = [
        TimetableEntry(
            kind=EntryKind.MEETING,
            first_day=(day := one.starts_at.astimezone(zone).date()),
            last_day=day,
            starts_at=one.starts_at,
            pupil=one.pupil,
            label=one.teacher_name,
            detail=one.subject,
            place=one.room,
        )
        for evening in list_evenings(session, school, since=since)
        for one in appointments_of(session, school, evening.id, pupils)
    ]
    for pupil in pupils:
        entries += _activities(session, school, pupil, since)
    return sorted(
        entries,
        key=lambda one: (one.first_day, "" if one.starts_at is None else one.starts_at.isoformat()),
    )


def _activities(
    session: Session, school: SchoolId, pupil: PupilId, since: date
) -> list[TimetableEntry]:
    going = [
        one.activity for one in activities_of(session, school, pupil) if one.answer is Answer.YES
    ]
    return [
        TimetableEntry(
            kind=EntryKind.ACTIVITY,
            first_day=one.first_day,
            last_day=one.last_day,
            starts_at=None,
            pupil=pupil,
            label=one.name,
            detail="",
            place=one.place,
        )
        for one in list_activities(session, school, going)
        if one.state is ActivityState.PLANNED and one.last_day >= since
    ]
