"""Who was at study and who came late: what is known of it, as a fold over events."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never

from core.events import Event
from core.facts import PresenceFact
from core.ids import EventId, PupilId, SessionId
from core.money import ZERO, Money
from core.presence_facts import (
    ArrivedLate,
    LateWhy,
    PresenceWithdrawn,
    StudyEntered,
    StudyLeft,
)
from core.value import Value


class Attendance(Value):
    """A pupil at one session of a day. left_at: None while they are in.

    event: by which they were first seen here; None for what another terminal noted. paid: what it
    cost.
    """

    entered_at: datetime
    left_at: datetime | None = None
    event: EventId | None = None
    paid: Money = ZERO

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


PlaceKey = tuple[date, SessionId | None, PupilId]
"""A day, a session of study or None for the gate, and a pupil."""


def stands(noted_at: datetime, withdrawn_at: datetime | None) -> bool:
    """Say whether a presence holds. withdrawn_at: when what was noted before was taken back."""
    return withdrawn_at is None or noted_at > withdrawn_at


@dataclass(slots=True)
class Presences:
    """The presences of a journal: who is at which session of a day, and who came late on it.

    withdrawn: when what was noted so far was taken back here; the copy may not know it yet.
    """

    study: dict[tuple[date, SessionId], dict[PupilId, Attendance]] = field(default_factory=dict)
    late: dict[date, dict[PupilId, Arrival]] = field(default_factory=dict)
    withdrawn: dict[PlaceKey, datetime] = field(default_factory=dict)

    def apply(self, event: Event, fact: PresenceFact) -> None:
        """Add one event about a presence."""
        match fact:
            case StudyEntered():
                self._enter(event, fact)
            case StudyLeft():
                room = self.study.setdefault((fact.day, fact.session), {})
                before = room.get(fact.pupil, Attendance(event.stamp.at))
                room[fact.pupil] = replace(before, left_at=event.stamp.at)
            case ArrivedLate():
                self._arrive(event, fact)
            case PresenceWithdrawn():
                self._withdraw(event, fact)
            case _:
                assert_never(fact)

    def _enter(self, event: Event, fact: StudyEntered) -> None:
        room = self.study.setdefault((fact.day, fact.session), {})
        before = room.get(fact.pupil, Attendance(event.stamp.at))
        room[fact.pupil] = Attendance(
            event.stamp.at, event=before.event or event.id, paid=before.paid + fact.price
        )
        self.withdrawn.pop((fact.day, fact.session, fact.pupil), None)

    def _withdraw(self, event: Event, fact: PresenceWithdrawn) -> None:
        # What is taken back may be gone from here: it was of a day that is long over.
        if fact.session is None:
            self.late.get(fact.day, {}).pop(fact.pupil, None)
        else:
            self.study.get((fact.day, fact.session), {}).pop(fact.pupil, None)
        self.withdrawn[(fact.day, fact.session, fact.pupil)] = event.stamp.at

    def _arrive(self, event: Event, fact: ArrivedLate) -> None:
        day = self.late.setdefault(fact.day, {})
        before = day.get(fact.pupil)
        if before is None:
            day[fact.pupil] = Arrival(event.stamp.at, fact.due_at, fact.said, event.id)
            self.withdrawn.pop((fact.day, None, fact.pupil), None)
        elif fact.said is not LateWhy.NOT_SAID:
            day[fact.pupil] = replace(before, said=fact.said)

    def at_study(self, day: date, session: SessionId, pupil: PupilId) -> Attendance | None:
        """Return how a pupil was at a session of a day; None for who was not seen."""
        return self.study.get((day, session), {}).get(pupil)

    def late_on(self, day: date, pupil: PupilId) -> Arrival | None:
        """Return how a pupil came late on a day; None for who did not."""
        return self.late.get(day, {}).get(pupil)

    def withdrawn_at(self, day: date, session: SessionId | None, pupil: PupilId) -> datetime | None:
        """Return when a presence was taken back here, after which nothing was noted."""
        return self.withdrawn.get((day, session, pupil))
