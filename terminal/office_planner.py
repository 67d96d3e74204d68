"""What staff ask at the bursar's terminal, each as the core decides it, with its slip.

As `terminal.planner`, of which it is a part: one method a command, nothing is stored here.
"""

from typing import assert_never

from core.decision import Done, Outcome, Presence
from core.events import Stamp
from core.facts import Reason, ReserveMoved, TicketGiven
from core.ids import BadgeKey, TapId
from core.money import Money
from core.office import NewBadge, badge_named, give_badge, give_ticket, move_reserve, stop_badge
from core.tap import Assurance, identity_fault
from core.ticket import is_ticket
from core.view import View
from terminal.commands import GiveBadge, GiveTicket, MoveReserve, StopBadge
from terminal.customers import view_of
from terminal.desk import Desk
from terminal.office_slips import moved_paper, ticket_paper
from terminal.plan import Plan
from terminal.profiles.office import last4_of
from terminal.recent_taps import RecentTaps

OfficeCommand = MoveReserve | GiveBadge | StopBadge | GiveTicket


class OfficePlanner:
    """Makes the bursar's plans at a desk. For the till thread."""

    def __init__(self, desk: Desk, taps: RecentTaps) -> None:
        self._desk = desk
        self._taps = taps

    def plan(self, command: OfficeCommand, stamp: Stamp) -> Plan:
        """Return what a command comes to at a moment."""
        view = view_of(command.customer, self._desk, self._taps, stamp)
        presence = Presence(
            Assurance.TYPED,
            staff=None if view.operator is None else view.operator.id,
            why=command.why,
            command=command.command_id,
        )
        match command:
            case MoveReserve():
                return self._move(command, presence, view, stamp)
            case GiveTicket():
                return self._ticket(presence, view, stamp)
            case GiveBadge() | StopBadge():
                return Plan(view, self._badge(command, presence, view, stamp))
            case _:
                assert_never(command)

    def _move(self, command: MoveReserve, presence: Presence, view: View, stamp: Stamp) -> Plan:
        amount, policy = Money(command.amount_cents), self._desk.knowledge.policy
        outcome = move_reserve(command.source, amount, presence, view, policy, stamp.at)
        match outcome:
            case Done(facts=(ReserveMoved() as fact,)):
                return Plan(view, outcome, paper=moved_paper(fact, view, stamp))
            case _:
                return Plan(view, outcome)

    def _ticket(self, presence: Presence, view: View, stamp: Stamp) -> Plan:
        outcome = give_ticket(presence, view)
        match outcome:
            case Done(facts=(TicketGiven() as fact,)):
                paper = ticket_paper(fact, self._desk.knowledge, view, stamp)
                return Plan(view, outcome, paper=paper)
            case _:
                return Plan(view, outcome)

    def _badge(
        self, command: GiveBadge | StopBadge, presence: Presence, view: View, stamp: Stamp
    ) -> Outcome:
        badges = self._desk.badges_of(view)
        if isinstance(command, StopBadge):
            badge = badge_named(BadgeKey(command.badge), badges)
            return stop_badge(badge, command.state, presence, view)
        new = self._new_badge(command.tap_id, stamp)
        if command.replaces is None:
            return give_badge(new, None, presence, view)
        old = badge_named(BadgeKey(command.replaces), badges)
        # What is not theirs is not taken from them.
        new = Reason.UNKNOWN_BADGE if old is None else new
        return give_badge(new, old, presence, view, is_lost=command.is_lost)

    def _new_badge(self, tap_id: TapId, stamp: Stamp) -> NewBadge | Reason:
        """Return the card that was laid on the reader, or why it can be nobody's badge."""
        desk = self._desk
        tap = self._taps.find(tap_id, desk.clock.mono_ns())
        if tap is None:
            return Reason.TOO_LATE
        key = desk.knowledge.key_of(tap)
        if key is None or identity_fault(tap.credential) is not None or is_ticket(tap.credential):
            return Reason.NOT_AN_IDENTITY
        holder = desk.view_of_tap(tap, stamp).holder
        owner = None if holder is None else holder.pupil.id
        state = None if holder is None or holder.badge is None else holder.badge.state
        return NewBadge(key, tap.credential.technology.family, last4_of(tap), owner, state)
