"""Who was there: evening study, who came late to school, and what of it was a mistake."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from core.ids import NO_COMMAND, BadgeKey, CommandId, EventId, PupilId, SessionId, StaffId
from core.kinds import EventKind
from core.money import ZERO, Money
from core.tap import Assurance
from core.value import Value


class LateWhy(StrEnum):
    """Why somebody came late, as they said at the gate."""

    TRANSPORT = "transport"
    DOCTOR = "doctor"
    OVERSLEPT = "overslept"
    FAMILY = "family"
    OTHER = "other"
    NOT_SAID = "not_said"


class StudyEntered(Value):
    """A pupil came into a study session.

    price: what the school's rule takes from the general wallet for it; ZERO for who came back into
    a session that was paid. is_to_settle: let in although the money is not there. badge: None when
    staff let the pupil in by name; then `staff` and `why` say who and for what reason.
    """

    kind: ClassVar[EventKind] = EventKind.STUDY_ENTERED
    day: date
    session: SessionId
    pupil: PupilId
    badge: BadgeKey | None
    assurance: Assurance
    price: Money = ZERO
    is_to_settle: bool = False
    staff: StaffId | None = None
    why: str = ""
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.price.cents >= 0, "a session costs something or nothing"


class StudyLeft(Value):
    """A pupil left a study session. It moves no money."""

    kind: ClassVar[EventKind] = EventKind.STUDY_LEFT
    day: date
    session: SessionId
    pupil: PupilId
    badge: BadgeKey | None
    assurance: Assurance
    staff: StaffId | None = None
    why: str = ""
    command: CommandId = NO_COMMAND


class ArrivedLate(Value):
    """A pupil came to school after the hour at which it begins.

    due_at: when they were due. said: the reason, if it was asked and given. arrival: the event of
    the arrival to which this fact adds a reason; None for the arrival itself.
    """

    kind: ClassVar[EventKind] = EventKind.ARRIVAL_LATE
    day: date
    pupil: PupilId
    badge: BadgeKey | None
    assurance: Assurance
    due_at: datetime
    said: LateWhy = LateWhy.NOT_SAID
    arrival: EventId | None = None
    staff: StaffId | None = None
    why: str = ""
    command: CommandId = NO_COMMAND


class PresenceWithdrawn(Value):
    """A presence or a late arrival was noted by mistake, and is taken back, once.

    presence: the event that noted it, in the same journal. session: of study; None for a late
    arrival. price: what it cost, which goes back to the general wallet; the centre, which alone
    knows what was taken, gives that back and no more.
    """

    kind: ClassVar[EventKind] = EventKind.PRESENCE_WITHDRAWN
    day: date
    presence: EventId
    pupil: PupilId
    session: SessionId | None
    staff: StaffId
    why: str
    price: Money = ZERO
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.price.cents >= 0, "it cost something or nothing"
        assert self.session is not None or not self.price, "a late arrival costs nothing"
