"""What staff ask at the study room and at the gate, each as the core decides it.

As `terminal.planner`, of which it is a part: one method a command, nothing is stored here.
"""

from typing import assert_never

from core.decision import Decision, Noted, NotedAs, Presence, Refused
from core.events import Stamp
from core.facts import Reason
from core.gate import arrive_by_name, give_reason
from core.presence_corrections import withdraw
from core.study import let_in, let_out
from core.tap import Assurance
from core.view import View
from terminal.attendance import arrival_of, session_of, study_view
from terminal.commands import (
    ArriveLate,
    EnterStudy,
    LeaveStudy,
    PresenceCommand,
    SayWhyLate,
    WithdrawPresence,
)
from terminal.customers import view_of
from terminal.desk import Desk
from terminal.late_slip import late_paper
from terminal.plan import Plan
from terminal.recent_taps import RecentTaps


class PresencePlanner:
    """Makes plans of presences at a desk. For the till thread."""

    def __init__(self, desk: Desk, taps: RecentTaps) -> None:
        self._desk = desk
        self._taps = taps

    def plan(self, command: PresenceCommand, stamp: Stamp) -> Plan:
        """Return what a command comes to at a moment."""
        view = view_of(command.customer, self._desk, self._taps, stamp)
        presence = Presence(
            Assurance.TYPED,
            staff=None if view.operator is None else view.operator.id,
            why=getattr(command, "why", ""),
            accepts=isinstance(command, EnterStudy) and command.accepts,
            command=command.command_id,
        )
        match command:
            case EnterStudy() | LeaveStudy():
                return Plan(view, self._study(command, presence, view, stamp), has_person=True)
            case ArriveLate():
                policy = self._desk.knowledge.policy
                known = arrival_of(self._desk, view)
                outcome = arrive_by_name(presence, view, known, policy, stamp.at)
                return self._with_slip(view, outcome, stamp, waits=policy.asks_late_why)
            case SayWhyLate():
                known = arrival_of(self._desk, view)
                outcome = give_reason(presence, view, known, command.said)
                return self._with_slip(view, outcome, stamp, waits=False)
            case WithdrawPresence():
                return Plan(view, self._withdraw(command, presence, view, stamp), has_person=True)
            case _:
                assert_never(command)

    def _withdraw(
        self, command: WithdrawPresence, presence: Presence, view: View, stamp: Stamp
    ) -> Decision:
        if command.session_id is None:
            return withdraw(arrival_of(self._desk, view), None, presence, view)
        session = session_of(self._desk, command.session_id)
        if session is None:
            return Refused((), Reason.NO_SESSION)
        noted = study_view(self._desk, view, stamp).seen.get(session.id)
        return withdraw(noted, session, presence, view)

    def _study(
        self, command: EnterStudy | LeaveStudy, presence: Presence, view: View, stamp: Stamp
    ) -> Decision:
        session = session_of(self._desk, command.session_id)
        if session is None:
            return Refused((), Reason.NO_SESSION)
        study = study_view(self._desk, view, stamp)
        if isinstance(command, LeaveStudy):
            return let_out(presence, view, study, session)
        return let_in(presence, view, study, session, self._desk.knowledge.policy)

    def _with_slip(self, view: View, outcome: Decision, stamp: Stamp, *, waits: bool) -> Plan:
        """Return a plan with the slip for the teacher. waits: it comes with the reason."""
        is_late = isinstance(outcome, Noted) and outcome.noted_as is NotedAs.LATE
        if not (is_late and self._desk.knowledge.policy.prints_late) or waits:
            return Plan(view, outcome, has_person=True)
        assert isinstance(outcome, Noted), "only what is noted has a slip"
        return Plan(view, outcome, paper=late_paper(outcome, view, stamp), has_person=True)
