"""Who stands at the till, the cash in its drawer, and the closing that ends a period."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from core.catalogue import Category
from core.ids import NO_COMMAND, CommandId, StaffId
from core.kinds import EventKind
from core.money import ZERO, Money
from core.people import PriceClass
from core.sale_facts import Tender
from core.value import Value


class Proof(StrEnum):
    """How a member of staff showed who they are."""

    BADGE = "badge"
    PIN = "pin"


class Direction(StrEnum):
    """Whether cash came into the drawer or left it."""

    IN = "in"
    OUT = "out"


class StaffSignedIn(Value):
    """A member of staff took over the till."""

    kind: ClassVar[EventKind] = EventKind.STAFF_SIGNED_IN
    staff: StaffId
    proof: Proof


class StaffSignedOut(Value):
    """The till was locked: by its user, or because nobody had touched it for long."""

    kind: ClassVar[EventKind] = EventKind.STAFF_SIGNED_OUT
    staff: StaffId
    is_idle: bool = False


class PinRefused(Value):
    """A wrong PIN was typed for a member of staff."""

    kind: ClassVar[EventKind] = EventKind.PIN_REFUSED
    staff: StaffId


class PinReleased(Value):
    """Somebody with the right to it let a member of staff try their PIN again."""

    kind: ClassVar[EventKind] = EventKind.PIN_RELEASED
    staff: StaffId
    by: StaffId


class ShiftOpened(Value):
    """The till was opened with so much change in its drawer (the float)."""

    kind: ClassVar[EventKind] = EventKind.SHIFT_OPENED
    day: date
    staff: StaffId
    cash: Money
    command: CommandId = NO_COMMAND


class CashMoved(Value):
    """Cash was put into the drawer or taken out of it, not for a sale."""

    kind: ClassVar[EventKind] = EventKind.CASH_MOVED
    day: date
    staff: StaffId
    direction: Direction
    amount: Money
    why: str
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.amount.cents > 0, "the direction says which way, not the sign"

    @property
    def change(self) -> Money:
        """What the drawer holds more (or, negative, less) by it."""
        return self.amount if self.direction is Direction.IN else -self.amount


class DrawerOpened(Value):
    """The drawer was opened without a sale."""

    kind: ClassVar[EventKind] = EventKind.DRAWER_OPENED
    day: date
    staff: StaffId
    why: str
    command: CommandId = NO_COMMAND


class TenderTotal(Value):
    """What was taken by one means of payment, less what was given back by it."""

    tender: Tender
    count: int
    amount: Money


class CategoryTotal(Value):
    """What was sold of one kind of product, less what was given back. count: pieces."""

    category: Category
    count: int
    amount: Money


class PriceClassTotal(Value):
    """What was sold at one class of prices, less what was given back. count: pieces."""

    price_class: PriceClass
    count: int
    amount: Money


class VatFigure(Value):
    """What was sold at one VAT rate, less what was given back; the VAT contained in it."""

    vat_permille: int
    gross: Money
    vat: Money


class Tally(Value):
    """How often something happened, and for how much."""

    count: int = 0
    amount: Money = ZERO

    def plus(self, amount: Money, *, count: int = 1) -> "Tally":
        """Return the tally with something more."""
        return Tally(self.count + count, self.amount + amount)


class Perpetual(Value):
    """The totals that no closing sets back: since the terminal was enrolled.

    sales: all sales, before anything was given back; voids, refunds: what was.
    """

    sales: Money = ZERO
    voids: Money = ZERO
    refunds: Money = ZERO


class PeriodFigures(Value):
    """Everything a terminal's own journal says of a period.

    first_seq, last_seq: the events it covers, in `epoch`; 0 and 0 for none. receipts: the first and
    last receipt number, 0 and 0 without one. collected: ordered meals handed out and not taken
    back. settled_later: sales that the bursar settles. top_ups, voids, refunds: positive amounts.
    cash_opening, cash_expected: None when no shift was opened.
    """

    epoch: int
    first_seq: int
    last_seq: int
    opened_at: datetime | None
    first_receipt: int
    last_receipt: int
    collected: int
    tenders: tuple[TenderTotal, ...]
    categories: tuple[CategoryTotal, ...]
    price_classes: tuple[PriceClassTotal, ...]
    vat: tuple[VatFigure, ...]
    top_ups: Tally
    settled_later: Tally
    voids: Tally
    refunds: Tally
    meals_voided: int
    reprints: int
    drawer_openings: int
    refused: int
    cash_opening: Money | None
    cash_expected: Money | None
    perpetual: Perpetual


class PeriodClosed(Value):
    """The Z report: it ends a period, and the next event begins another.

    number: of the closings of this terminal, from 1, without a gap. previous_hash: hex hash of the
    closing event before, empty for the first. head_hash: hex hash of the last event covered.
    receipt: the highest receipt number given so far. This event holds every number that runs on
    over a closing, so that a journal may be pruned up to it.
    counted: the cash that a person counted. not_collected: orders of the day that were not handed
    out here, as far as the copy knew; None without a copy. unbooked: events that the centre had
    not booked.
    """

    kind: ClassVar[EventKind] = EventKind.PERIOD_CLOSED
    day: date
    number: int
    staff: StaffId | None
    figures: PeriodFigures
    receipt: int
    head_hash: str
    previous_hash: str
    counted: Money | None
    not_collected: int | None
    unbooked: int
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.number >= 1, "closings count from 1"
