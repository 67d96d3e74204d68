"""A till of the simulated fleet: its journal, what it believes, and the facts that it writes."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from core.catalogue import Category
from core.events import Event, read_event
from core.facts import (
    Correction,
    Fact,
    MealCollected,
    MealVoided,
    PeriodClosed,
    RefundLine,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    Tender,
    TopUpVoided,
    VoidKind,
    WalletToppedUp,
)
from core.ids import PupilId, TerminalId
from core.money import Money, vat_within
from core.orders import Order
from core.people import PriceClass
from core.tap import Assurance
from core.till_state import BEFORE_ALL, Position, TillState
from sync.twin import MemoryOutbox

TODAY = date(2026, 11, 24)
SCHOOL = "demo"
PRICE = Money(450)
READ_MAX = 10_000


@lru_cache(maxsize=READ_MAX)
def read(body: bytes) -> Event:
    """Return the event of canonical bytes."""
    return read_event(body)


@dataclass(slots=True)
class Till:
    """One terminal: its journal, what it believes, and how its network is."""

    id: TerminalId
    journal: MemoryOutbox
    written: set[bytes]
    """The hash of each event that a till of the fleet ever wrote, whatever became of its card."""
    acknowledged: Position = BEFORE_ALL
    is_cut_off: bool = False
    is_revoked: bool = False
    is_restored: bool = False
    clock_offset: timedelta = timedelta(0)
    settled: Position = BEFORE_ALL
    balances: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, Order] = field(default_factory=dict)
    images: list[MemoryOutbox] = field(default_factory=list)
    state: TillState = field(default_factory=TillState)
    """The product's own sums over the journal, as the till keeps them."""

    @property
    def receipt(self) -> int:
        """The next receipt's number."""
        return self.state.receipt_number + 1

    @property
    def events(self) -> list[Event]:
        """The journal's events."""
        return [read(event.body) for event in self.journal.events]

    def append(self, fact: Fact, *, now: datetime) -> None:
        """Write a fact, by the till's own clock."""
        event = self.journal.append(fact, at=now + self.clock_offset)
        self.written.add(event.hash)
        self.state.apply(read(event.body))

    def available(self, pupil: PupilId) -> int:
        """Snapshot balance and what happened here behind what it has settled, as `core.wallet`."""
        own = sum(
            cents
            for position, who, cents in self.moves()
            if who == pupil and position > self.settled
        )
        return self.balances.get(pupil, 0) + own

    def moves(self) -> list[tuple[Position, PupilId, int]]:
        """Return what the journal did to wallets."""
        found = []
        for event in self.events:
            moved = moved_by(event.fact)
            if moved is not None:
                found.append(((event.epoch, event.seq), *moved))
        return found

    def may_take_back(self) -> list[Event]:
        """Return this journal's last acts that were not taken back."""
        events = self.events[-25:]
        corrected = {
            event.fact.correction.document
            for event in events
            if isinstance(event.fact, MealVoided | SaleVoided | TopUpVoided | SaleRefunded)
        }
        return [
            event
            for event in events
            if isinstance(event.fact, MealCollected | SaleMade | WalletToppedUp)
            and event.id not in corrected
        ]

    def closing(self) -> PeriodClosed:
        """Return the Z report of the period."""
        return PeriodClosed(
            day=TODAY,
            number=self.state.closing_count + 1,
            staff="staff",
            figures=self.state.period.figures(),
            receipt=self.state.receipt_number,
            head_hash=self.journal.events[-1].hash.hex(),
            previous_hash=self._closing_hash(),
            counted=self.state.period.cash_expected,
            not_collected=None,
            unbooked=0,
        )

    def _closing_hash(self) -> str:
        for event in reversed(self.journal.events):
            if event.kind is PeriodClosed.kind:
                return event.hash.hex()
        return ""


def numbers_of(fact: Fact) -> list[tuple[str, int]]:
    """Return the numbers that a fact gives out: what of, and the number."""
    match fact:
        case MealCollected() | SaleMade() | WalletToppedUp():
            return [("receipt", fact.receipt)]
        case MealVoided() | SaleVoided() | TopUpVoided() | SaleRefunded():
            return [("receipt", fact.correction.receipt)]
        case PeriodClosed():
            return [("closing", fact.number)]
        case _:
            return []


def moved_by(fact: Fact) -> tuple[PupilId, int] | None:
    """Return whose general wallet a fact changes, and by how many cents."""
    match fact:
        case SaleMade(tender=Tender.WALLET, pupil=str(pupil)):
            return PupilId(pupil), -fact.total.cents
        case SaleVoided(sale=SaleMade(tender=Tender.WALLET, pupil=str(pupil), total=total)):
            return PupilId(pupil), total.cents
        case SaleRefunded(tender=Tender.WALLET, pupil=str(pupil)):
            return PupilId(pupil), fact.total.cents
        case WalletToppedUp():
            return fact.pupil, fact.amount.cents
        case TopUpVoided(top_up=top_up):
            return top_up.pupil, -top_up.amount.cents
        case _:
            return None


def collected(order: Order, badge: str, receipt: int) -> MealCollected:
    """Return the meal of an order, handed out."""
    return MealCollected(
        day=TODAY,
        pupil=order.pupil_id,
        order=order.id,
        product=order.product_id,
        price=order.price,
        badge=badge,
        assurance=Assurance.UID,
        receipt=receipt,
    )


def sold(pupil: PupilId, badge: str | None, receipt: int) -> SaleMade:
    """Return a sale of one meal; from the wallet, as a walk-in."""
    vat = vat_within(PRICE, vat_permille=60)
    line = SaleLine("main-4", Category.MEAL, 1, PRICE, 60, vat)
    return SaleMade(
        day=TODAY,
        pupil=pupil,
        price_class=PriceClass.PUPIL,
        lines=(line,),
        total=PRICE,
        badge=badge,
        assurance=Assurance.UID,
        receipt=receipt,
        is_walk_in=True,
    )


def taken_back(act: Event, receipt: int, *, is_void: bool) -> Fact:
    """Return the fact that takes an act back. is_void: whether a sale is voided, not refunded."""
    correction = Correction(act.id, "staff", "a mistake", receipt)
    match act.fact:
        case SaleMade() as sale if is_void:
            return SaleVoided(TODAY, VoidKind.VOID, correction, sale)
        case SaleMade() as sale:
            lines = tuple(RefundLine(place, line) for place, line in enumerate(sale.lines))
            return SaleRefunded(
                TODAY, correction, sale.pupil, sale.price_class, sale.tender, lines, sale.total
            )
        case MealCollected() as meal:
            return MealVoided(TODAY, VoidKind.VOID, correction, meal)
        case WalletToppedUp() as top_up:
            return TopUpVoided(TODAY, VoidKind.VOID, correction, top_up)
        case _:
            raise AssertionError("this is no act")
