"""What is done at the bursar's terminal: wallets, badges and tickets of a pupil."""

from datetime import date
from typing import ClassVar

from core.ids import NO_COMMAND, BadgeKey, CommandId, PupilId, StaffId
from core.kinds import EventKind
from core.money import Money
from core.people import BadgeState
from core.tap import Family
from core.value import Value
from core.wallet import WalletKind


class ReserveMoved(Value):
    """An amount went from one wallet of a pupil to the other.

    source: out of which; the other one gains it. badge: None when the pupil was found by name.
    """

    kind: ClassVar[EventKind] = EventKind.RESERVE_MOVED
    day: date
    pupil: PupilId
    amount: Money
    source: WalletKind
    staff: StaffId
    badge: BadgeKey | None = None
    why: str = ""
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.amount.cents > 0, "something is moved, from one named wallet to the other"

    @property
    def target(self) -> WalletKind:
        """The wallet that gains the amount."""
        is_reserve = self.source is WalletKind.RESERVE
        return WalletKind.GENERAL if is_reserve else WalletKind.RESERVE


class BadgeGiven(Value):
    """A pupil was given a badge; it moves no money.

    badge: its keyed hash. family: of its number, of which a pupil has one in use. last4: the end of
    the number, as papers name it. replaces: the badge that is no longer in use from now on.
    is_found: it was theirs before, was lost or blocked, and turned up again.
    """

    kind: ClassVar[EventKind] = EventKind.BADGE_GIVEN
    day: date
    pupil: PupilId
    badge: BadgeKey
    family: Family
    last4: str
    staff: StaffId
    replaces: BadgeKey | None = None
    why: str = ""
    command: CommandId = NO_COMMAND
    is_found: bool = False

    def __post_init__(self) -> None:
        assert self.badge != self.replaces, "a badge does not take its own place"


class BadgeStopped(Value):
    """A badge of a pupil may not be used any more. state: blocked, or lost."""

    kind: ClassVar[EventKind] = EventKind.BADGE_STOPPED
    day: date
    pupil: PupilId
    badge: BadgeKey
    state: BadgeState
    staff: StaffId
    why: str = ""
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.state is not BadgeState.ACTIVE, "a badge is stopped, not made good again"


class TicketGiven(Value):
    """A pupil who forgot their badge was given a ticket that holds for a day (`core.ticket`).

    day: on which it holds. The code itself is not kept: the day, the pupil and the school's key
    make it.
    """

    kind: ClassVar[EventKind] = EventKind.TICKET_GIVEN
    day: date
    pupil: PupilId
    staff: StaffId
    why: str = ""
    command: CommandId = NO_COMMAND
