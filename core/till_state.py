"""What a terminal's own events add up to: a fold over its journal, in memory.

The till thread rebuilds it from the journal when it starts and advances it by each event it has
committed. It holds what the centre's copy cannot know yet: who was served here, what was sold
here since the copy was made, what was taken back, who is signed in, and the period's sums.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never

from core.day import ConfirmedDay, Jump
from core.documents import Documents
from core.events import Event, Stamp
from core.facts import (
    ArrivedLate,
    BadgeGiven,
    BadgeStopped,
    ClockChanged,
    CorrectionFact,
    DayConfirmed,
    EpochStarted,
    MachineFact,
    MealCollected,
    MealVoided,
    OfficeFact,
    OrderFact,
    OrderRequested,
    PeriodClosed,
    PresenceFact,
    PresenceWithdrawn,
    ProfileChosen,
    ReceiptReprinted,
    ReserveMoved,
    SaleFact,
    SaleMade,
    SaleRefunded,
    SaleRefused,
    SaleVoided,
    ShiftFact,
    StaffFact,
    StudyEntered,
    StudyLeft,
    TapRefused,
    TerminalStarted,
    TicketGiven,
    TopUpVoided,
    TrainingEnded,
    TrainingStarted,
    TroubleNoted,
    WalletToppedUp,
)
from core.ids import BadgeKey, CommandId, EventId, OrderId, ProductId, PupilId
from core.own_badges import OwnBadges
from core.period import Period
from core.presences import Presences
from core.profiles import Choice
from core.replay import LeftOut
from core.sign_in import SignIn
from core.unsettled import Position, Unsettled
from core.wallet import WalletKind

__all__ = ["BEFORE_ALL", "Position", "TillState"]

BEFORE_ALL: Position = (0, 0)
WalkInKey = tuple[date, PupilId | BadgeKey]


@dataclass(slots=True)
class TillState:
    """The sum of a journal.

    given_back: orders whose meal was not handed out after all, which the copy may still take for
    collected. walk_ins: the meals without an order of a day, by pupil, or by a badge that nobody
    knew. collected_count: ordered meals that were handed out here on a day. last_copy: of each
    receipt that was reprinted, the event of the newest reprint and its duplicate number. asked:
    the dishes about whose allergens staff were asked. closing_count, closing_id: how many closings
    so far, and the event of the last. newest_at: the latest wall time of any event. confirmed_day:
    what staff said last of the day. jump: the clock's last one that no time server made.
    is_training: the last thing that was said of training is that it began. requests: the orders
    that were asked for here and that the copy cannot answer yet. presences: who was at study here,
    and who came late. badges: those that were given and stopped here and that the copy does not
    hold so. choice: what staff said last of the profile.
    """

    head: Position = BEFORE_ALL
    receipt_number: int = 0
    collected_at: dict[OrderId, datetime] = field(default_factory=dict)
    given_back: dict[OrderId, Position] = field(default_factory=dict)
    walk_ins: dict[WalkInKey, dict[EventId, datetime]] = field(default_factory=dict)
    collected_count: dict[date, int] = field(default_factory=dict)
    last_copy: dict[EventId, tuple[EventId, int]] = field(default_factory=dict)
    asked: dict[tuple[date, PupilId], frozenset[ProductId]] = field(default_factory=dict)
    unsettled: Unsettled = field(default_factory=Unsettled)
    documents: Documents = field(default_factory=Documents)
    sign_in: SignIn = field(default_factory=SignIn)
    period: Period = field(default_factory=Period)
    period_began: Position = BEFORE_ALL
    closing_count: int = 0
    closing_id: EventId | None = None
    newest_at: datetime | None = None
    confirmed_day: ConfirmedDay | None = None
    jump: Jump | None = None
    is_training: bool = False
    requests: dict[CommandId, tuple[Position, OrderRequested]] = field(default_factory=dict)
    presences: Presences = field(default_factory=Presences)
    badges: OwnBadges = field(default_factory=OwnBadges)
    choice: Choice | None = None

    @property
    def settled(self) -> Position:
        """How far the copy of the centre's data covers this journal."""
        return self.unsettled.settled

    def begun_anew(self) -> "TillState":
        """Return a state that goes on in places and numbers alone, as another training does."""
        return TillState(
            head=self.head, receipt_number=self.receipt_number, closing_count=self.closing_count
        )

    def settle(self, settled: Position) -> None:
        """Forget what is owed up to a position: the copy's balances hold it now."""
        self.unsettled.settle(settled)
        self.badges.settle(settled)
        for order in [key for key, place in self.given_back.items() if place <= settled]:
            del self.given_back[order]
        for command in [key for key, (place, _) in self.requests.items() if place <= settled]:
            del self.requests[command]

    def walk_in_at(self, day: date, who: PupilId | BadgeKey) -> datetime | None:
        """Return when somebody got a meal without an order on a day; None if they did not."""
        meals = self.walk_ins.get((day, who))
        return max(meals.values()) if meals else None

    def apply(self, event: Event) -> None:
        """Add one event, the next of the journal."""
        position = (event.epoch, event.seq)
        assert position > self.head, "events are applied once, in order"
        self.head = position
        fact = event.fact
        if isinstance(fact, ClockChanged):
            self._jumped(fact, event.stamp)
        self._pass(event.stamp)
        self.documents.apply(event)
        if isinstance(fact, PeriodClosed):
            self._close(fact, event)
            return
        self.period.apply(event)
        if isinstance(fact, SaleFact):
            self._sale(fact, event)
        elif isinstance(fact, CorrectionFact):
            self._correction(fact)
        elif isinstance(fact, StaffFact):
            self.sign_in.apply(fact, event.stamp.at)
        elif isinstance(fact, MachineFact):
            self._machine(fact, event)
        elif isinstance(fact, OrderFact):
            self._order(fact)
        elif isinstance(fact, PresenceFact):
            self.presences.apply(event, fact)
            self._pay_presence(fact)
        elif isinstance(fact, OfficeFact):
            self._office(fact)
        else:
            assert isinstance(fact, ShiftFact), "the drawer and the float are the period's"

    def leave_out(self, left: LeftOut) -> None:
        """Go on without events that change no answer any more: their moments have passed."""
        at = left.newest_at if self.jump is None else left.newest_synced_at
        if at is not None and (self.newest_at is None or at > self.newest_at):
            self.newest_at = at

    def _sale(self, fact: SaleFact, event: Event) -> None:
        match fact:
            case MealCollected():
                self.collected_at[fact.order] = event.stamp.at
                self.given_back.pop(fact.order, None)
                self.collected_count[fact.day] = self.collected_count.get(fact.day, 0) + 1
                self.receipt_number = fact.receipt
                if fact.accepted:
                    self._ask(fact.day, fact.pupil, [fact.product])
            case SaleMade():
                self._sold(fact, event)
            case WalletToppedUp():
                self.receipt_number = fact.receipt
                self.unsettled.top_up(self.head, fact.pupil, fact.amount)
            case TapRefused() | SaleRefused():
                pass
            case _:
                assert_never(fact)

    def _sold(self, sale: SaleMade, event: Event) -> None:
        self.receipt_number = sale.receipt
        self.unsettled.sale(self.head, event.id, sale)
        eater = sale.pupil or sale.badge
        if sale.is_walk_in and eater is not None:
            self.walk_ins.setdefault((sale.day, eater), {})[event.id] = event.stamp.at
        if sale.accepted and sale.pupil is not None:
            self._ask(sale.day, sale.pupil, [line.product for line in sale.lines])

    def _pay_presence(self, fact: PresenceFact) -> None:
        match fact:
            case StudyEntered(price=price):
                self.unsettled.attended(self.head, fact.pupil, price)
            case PresenceWithdrawn(price=price):
                self.unsettled.attended(self.head, fact.pupil, -price)
            case StudyLeft() | ArrivedLate():
                pass
            case _:
                assert_never(fact)

    def _office(self, fact: OfficeFact) -> None:
        match fact:
            case ReserveMoved():
                is_out = fact.source is WalletKind.RESERVE
                into_general = fact.amount if is_out else -fact.amount
                self.unsettled.moved(self.head, fact.pupil, into_general)
            case BadgeGiven() | BadgeStopped():
                self._change_badge(fact)
            case TicketGiven():
                pass
            case _:
                assert_never(fact)

    def _change_badge(self, fact: BadgeGiven | BadgeStopped) -> None:
        if self.head > self.settled:
            self.badges.apply(self.head, fact)

    def _ask(self, day: date, pupil: PupilId, products: Iterable[ProductId]) -> None:
        self.asked[(day, pupil)] = self.asked.get((day, pupil), frozenset()).union(products)

    def _correction(self, fact: CorrectionFact) -> None:
        self.receipt_number = fact.correction.receipt
        match fact:
            case MealVoided(meal=meal):
                self.collected_at.pop(meal.order, None)
                if self.head > self.settled:
                    self.given_back[meal.order] = self.head
                # Not below none: a meal of long ago may have been left out.
                self.collected_count[meal.day] = max(0, self.collected_count.get(meal.day, 0) - 1)
            case SaleVoided(sale=sale):
                document = fact.correction.document
                eater = sale.pupil or sale.badge
                if eater is not None:
                    self.walk_ins.get((sale.day, eater), {}).pop(document, None)
                self.unsettled.void_sale(self.head, document, sale)
            case TopUpVoided(top_up=top_up):
                self.unsettled.top_up(self.head, top_up.pupil, -top_up.amount)
            case SaleRefunded():
                self.unsettled.refund(self.head, fact)
            case _:
                assert_never(fact)

    def _machine(self, fact: MachineFact, event: Event) -> None:
        match fact:
            case ReceiptReprinted():
                self.last_copy[fact.document] = (event.id, fact.duplicate)
            case EpochStarted():
                self.receipt_number = max(self.receipt_number, fact.receipt)
                self.closing_count = max(self.closing_count, fact.closing)
                self.period.perpetual = max(
                    self.period.perpetual, fact.perpetual, key=lambda totals: totals.sales
                )
            case DayConfirmed():
                self.confirmed_day = ConfirmedDay(event.stamp.boot, fact.day, fact.clock_day)
            case TrainingStarted() | TrainingEnded():
                self.is_training = isinstance(fact, TrainingStarted)
            case ProfileChosen(profile=profile):
                self.choice = None if profile is None else Choice(profile, event.stamp.at)
            case TerminalStarted() | TroubleNoted() | ClockChanged():
                pass
            case _:
                assert_never(fact)

    def _order(self, fact: OrderFact) -> None:
        if isinstance(fact, OrderRequested) and self.head > self.settled:
            self.requests[fact.command] = (self.head, fact)

    def _jumped(self, change: ClockChanged, stamp: Stamp) -> None:
        before, self.jump = self.jump, None
        if change.is_synced:
            return
        jump = Jump(stamp.boot, stamp.mono_ms, change.expected_at, change.found_at)
        if before is not None and before.is_undone_by(jump):
            return
        self.jump = jump

    def _pass(self, stamp: Stamp) -> None:
        """Note that a moment has passed, if the clock that says so can be believed."""
        if self.jump is not None and not stamp.is_synced:
            return
        if self.newest_at is None or stamp.at > self.newest_at:
            self.newest_at = stamp.at

    def _close(self, closing: PeriodClosed, event: Event) -> None:
        # Its own numbers go on, whatever lay before: that may have been pruned.
        # `core.closing_check` says whether they are what the events before it give.
        self.receipt_number = closing.receipt
        self.closing_count = closing.number
        self.closing_id = event.id
        self.period_began = self.head
        self.period = Period(perpetual=closing.figures.perpetual)
