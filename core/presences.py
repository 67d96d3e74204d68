"""Who was at study and who came late: what is known of it, as a fold over events."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never

from core.events import Event
from core.ids import EventId, PupilId, SessionId
from core.presence_facts import ArrivedLate, LateWhy, StudyEntered, StudyLeft
from core.value import Value


class Attendance(Value):
    """A pupil at one session of a day. left_at: None while they are in."""

    entered_at: datetime
    left_at: datetime | None = None

    @property
    def newest_at(self) -> datetime:
        """When they last came or went."""
        return self.entered_at if self.left_at is None else self.left_at


class Arrival(Value):
    """A late arrival. event: None for one that another terminal noted."""

    at: datetime
    due_at: datetime
    said: LateWhy
    event: EventId | None = None


@dataclass(slots=True)
class Presences:
    """The presences of a journal: who is at which session of a day, and who came late on it."""

    study: dict[tuple[date, SessionId], dict[PupilId, Attendance]] = field(default_factory=dict)
    late: dict[date, dict[PupilId, Arrival]] = field(default_factory=dict)

    def apply(self, event: Event, fact: StudyEntered | StudyLeft | ArrivedLate) -> None:
        """Add one event about a presence."""
        match fact:
            case StudyEntered():
                room = self.study.setdefault((fact.day, fact.session), {})
                room[fact.pupil] = Attendance(event.stamp.at)
            case StudyLeft():
                room = self.study.setdefault((fact.day, fact.session), {})
                before = room.get(fact.pupil, Attendance(event.stamp.at))
                room[fact.pupil] = replace(before, left_at=event.stamp.at)
            case ArrivedLate():
                self._arrive(event, fact)
            case _:
                assert_never(fact)

    def _arrive(self, event: Event, fact: ArrivedLate) -> None:
        day = self.late.setdefault(fact.day, {})
        before = day.get(fact.pupil)
        if before is None:
            day[fact.pupil] = Arrival(event.stamp.at, fact.due_at, fact.said, event.id)
        elif fact.said is not LateWhy.NOT_SAID:
            day[fact.pupil] = replace(before, said=fact.said)

    def at_study(self, day: date, session: SessionId, pupil: PupilId) -> Attendance | None:
        """Return how a pupil was at a session of a day; None for who was not seen."""
        return self.study.get((day, session), {}).get(pupil)

    def late_on(self, day: date, pupil: PupilId) -> Arrival | None:
        """Return how a pupil came late on a day; None for who did not."""
        return self.late.get(day, {}).get(pupil)
