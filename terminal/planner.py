"""What each command comes to: the view it needs, and the decision of `core` on it.

One method a command, and no more: nothing is stored or shown here.
"""

from datetime import timedelta
from typing import Final, assert_never

from core.basket import Item, merged
from core.closing import report_of
from core.correct import Back, Corrected, refund, undo, void
from core.decide import serve, serve_by_name
from core.decision import Done, Outcome, Presence, Refused
from core.events import Stamp
from core.facts import DayConfirmed, Fact, Reason, StaffSignedOut, WalletToppedUp
from core.ids import CommandId
from core.money import Money
from core.receipt import Receipt
from core.report import ReportKind
from core.rights import right_refusal
from core.sale import Wanted, sell
from core.shift import (
    choose_profile,
    close_period,
    end_training,
    move_cash,
    open_drawer,
    open_shift,
    release_pin,
    start_training,
    top_up,
)
from core.staff import Right
from core.tap import Assurance, Tap, identity_fault
from core.view import View
from terminal.acts import Acts
from terminal.commands import (
    ArriveLate,
    ChooseProfile,
    ClosePeriod,
    Command,
    ConfirmDay,
    Customer,
    EndTraining,
    EnterStudy,
    GiveBadge,
    GiveTicket,
    LeaveStudy,
    MoveCash,
    MoveReserve,
    OpenDrawer,
    OpenShift,
    PrintReport,
    Refund,
    ReleasePin,
    SayWhyLate,
    Sell,
    Serve,
    SignIn,
    SignOut,
    StartTraining,
    StopBadge,
    TopUp,
    Undo,
    Void,
    WithdrawPresence,
)
from terminal.desk import Desk
from terminal.office_planner import OfficePlanner
from terminal.office_slips import signed_paper
from terminal.plan import Plan
from terminal.presence_planner import PresencePlanner
from terminal.recent_taps import RecentTaps

DAY_MAX: Final = timedelta(days=370)
"""A day that staff say is believed only so near to the last one that is known."""


class Planner:
    """Makes plans at a desk. For the till thread. Raises JournalError."""

    def __init__(self, desk: Desk, taps: RecentTaps, acts: Acts) -> None:
        self._desk = desk
        self._taps = taps
        self._presences = PresencePlanner(desk, taps)
        self._office = OfficePlanner(desk, taps)
        self._acts = acts

    def plan(self, command: Command, stamp: Stamp) -> Plan:  # noqa: C901, PLR0911  one row a command
        """Return what a command comes to at a moment."""
        match command:
            case Serve():
                return self._serve(command, stamp)
            case Sell():
                return self._sell(command, stamp)
            case TopUp():
                return self._top_up(command, stamp)
            case Undo():
                return self._undo(command, stamp)
            case Void() | Refund():
                return self._take_back(command, stamp)
            case PrintReport():
                return self._look(stamp)
            case ClosePeriod():
                return self._close(command, stamp)
            case ConfirmDay():
                return self._confirm_day(command, stamp)
            case EnterStudy() | LeaveStudy() | ArriveLate() | SayWhyLate() | WithdrawPresence():
                return self._presences.plan(command, stamp)
            case MoveReserve() | GiveBadge() | StopBadge() | GiveTicket():
                return self._office.plan(command, stamp)
            case SignIn():
                raise AssertionError("a PIN is looked at outside the till thread")
            case _:
                view = self._desk.view_of_nobody(stamp)
                return Plan(view, self._simple(command, view))

    def _simple(  # noqa: PLR0911  one row a command
        self,
        command: SignOut
        | ReleasePin
        | OpenShift
        | MoveCash
        | OpenDrawer
        | StartTraining
        | EndTraining
        | ChooseProfile,
        view: View,
    ) -> Outcome:
        match command:
            case SignOut():
                return self._sign_out(command)
            case ReleasePin():
                return release_pin(command.staff_id, view)
            case OpenShift():
                return open_shift(Money(command.cash_cents), _presence(command.command_id), view)
            case MoveCash():
                presence = _presence(command.command_id, why=command.why)
                return move_cash(command.direction, Money(command.amount_cents), presence, view)
            case OpenDrawer():
                return open_drawer(_presence(command.command_id, why=command.why), view)
            case ChooseProfile():
                return choose_profile(command.profile, _presence(command.command_id), view)
            case StartTraining():
                return start_training(view)
            case EndTraining():
                return end_training(view) if view.is_training else Done(())
            case _:
                assert_never(command)

    def _sign_out(self, command: SignOut) -> Outcome:
        operator = self._desk.live.state.sign_in.operator
        if operator is None:
            return Done(())
        return Done((StaffSignedOut(operator, command.is_idle),))

    def _serve(self, command: Serve, stamp: Stamp) -> Plan:
        view, presence = self._stand(command.customer, command, stamp, accepts=command.accepts)
        policy = self._desk.knowledge.policy
        tap = self._tap(command.customer)
        if command.customer.pupil_id is not None:
            outcome: Outcome = serve_by_name(presence, view, policy, stamp.at)
        elif tap is None:
            outcome = Refused((), Reason.TOO_LATE)
        elif view.fault is not None:
            outcome = Refused((), view.fault)
        elif identity_fault(tap.credential) is not None:
            outcome = Refused((), Reason.NOT_AN_IDENTITY)
        else:
            refusal = right_refusal(view, Right.SELL, is_needed=policy.needs_sign_in)
            if refusal is None:
                outcome = serve(presence, view, policy, stamp.at)
            else:
                outcome = Refused((), refusal)
        return Plan(view, outcome, has_person=True)

    def _sell(self, command: Sell, stamp: Stamp) -> Plan:
        view, presence = self._stand(command.customer, command, stamp, accepts=command.accepts)
        if command.customer.tap_id is not None and self._tap(command.customer) is None:
            return Plan(view, Refused((), Reason.TOO_LATE))
        items = merged(Item(item.product_id, item.quantity) for item in command.items)
        wanted = Wanted(items, command.tender, command.customer.price_class)
        outcome = sell(wanted, presence, view, self._desk.knowledge.policy, stamp.at)
        return Plan(view, outcome, has_person=view.holder is not None)

    def _top_up(self, command: TopUp, stamp: Stamp) -> Plan:
        view, presence = self._stand(command.customer, command, stamp)
        policy = self._desk.knowledge.policy
        outcome = top_up(Money(command.amount_cents), presence, view, policy, stamp.at)
        match outcome:
            case Done(facts=(WalletToppedUp() as fact,), receipt=Receipt() as receipt) if (
                command.is_signed
            ):
                paper = signed_paper(fact, receipt, Money(command.tendered_cents))
                return Plan(view, outcome, paper=paper)
            case _:
                return Plan(view, outcome)

    def _undo(self, command: Undo, stamp: Stamp) -> Plan:
        wanted = self._acts.last()
        view = self._view_of_act(wanted, stamp)
        presence = _presence(command.command_id)
        return Plan(view, undo(wanted, presence, view, self._desk.knowledge.policy, stamp))

    def _take_back(self, command: Void | Refund, stamp: Stamp) -> Plan:
        wanted = self._acts.find(command.document)
        view = self._view_of_act(wanted, stamp)
        presence = _presence(command.command_id, why=command.why)
        policy = self._desk.knowledge.policy
        if isinstance(command, Void):
            return Plan(view, void(wanted, presence, view, policy, stamp.at))
        backs = tuple(Back(back.place, back.quantity) for back in command.backs)
        return Plan(view, refund(wanted, backs, presence, view, policy, stamp.at))

    def _look(self, stamp: Stamp) -> Plan:
        view = self._desk.view_of_nobody(stamp)
        policy = self._desk.knowledge.policy
        refusal = right_refusal(view, Right.SELL, is_needed=policy.needs_sign_in)
        if refusal is not None:
            return Plan(view, Refused((), refusal))
        books = self._desk.books(view)
        return Plan(view, Done(()), report_of(ReportKind.X, books, view, stamp.at), books)

    def _close(self, command: ClosePeriod, stamp: Stamp) -> Plan:
        view = self._desk.view_of_nobody(stamp)
        books = self._desk.books(view)
        counted = None if command.counted_cents is None else Money(command.counted_cents)
        outcome = close_period(counted, _presence(command.command_id), view, books)
        if isinstance(outcome, Refused):
            return Plan(view, outcome)
        report = report_of(ReportKind.Z, books, view, stamp.at, counted=counted)
        return Plan(view, outcome, report, books)

    def _confirm_day(self, command: ConfirmDay, stamp: Stamp) -> Plan:
        view = self._desk.view_of_nobody(stamp)
        confirmed = self._desk.live.state.confirmed_day
        is_asked = not view.is_day_known or (
            confirmed is not None and confirmed.boot == stamp.boot and not stamp.is_synced
        )
        if not is_asked or abs(command.day - view.day) > DAY_MAX:
            return Plan(view, Refused((), Reason.NOT_ALLOWED))
        clock_day = view.place.calendar.business_day(stamp.at)
        staff = None if view.operator is None else view.operator.id
        fact: Fact = DayConfirmed(command.day, clock_day, staff)
        return Plan(view, Done((fact,)))

    def _stand(
        self,
        customer: Customer,
        command: Serve | Sell | TopUp,
        stamp: Stamp,
        *,
        accepts: bool = False,
    ) -> tuple[View, Presence]:
        """Return the view of who is served, and how they stand before the till."""
        desk = self._desk
        tap = self._tap(customer)
        assurance = Assurance.TYPED
        if tap is not None:
            view = desk.view_of_tap(tap, stamp)
            if self._taps.is_newest(tap.id):
                assurance = tap.assurance
        elif customer.pupil_id is not None:
            view = desk.view_of_pupil(customer.pupil_id, stamp)
        else:
            view = desk.view_of_nobody(stamp)
        presence = Presence(
            assurance=assurance,
            staff=None if view.operator is None else view.operator.id,
            why=command.why,
            accepts=accepts,
            command=command.command_id,
        )
        return view, presence

    def _tap(self, customer: Customer) -> Tap | None:
        if customer.tap_id is None:
            return None
        return self._taps.find(customer.tap_id, self._desk.clock.mono_ns())

    def _view_of_act(self, wanted: Corrected | None, stamp: Stamp) -> View:
        pupil = None if wanted is None else wanted.act.pupil
        if pupil is None:
            return self._desk.view_of_nobody(stamp)
        return self._desk.view_of_pupil(pupil, stamp)


def _presence(command: CommandId, *, why: str = "") -> Presence:
    return Presence(Assurance.TYPED, why=why, command=command)
