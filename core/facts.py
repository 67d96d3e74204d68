"""What can happen at a terminal: one frozen dataclass a kind of event, and its table.

A fact holds all that is needed to book and to explain it, so that a journal can be read
without any other file. A field that is added later has a default: old journals stay readable.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from core.catalogue import Category
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId
from core.money import Money, sum_money
from core.people import PriceClass
from core.tap import Assurance


class EventKind(StrEnum):
    """The word for a fact in stored events and on the wire."""

    TERMINAL_STARTED = "terminal.started"
    MEAL_COLLECTED = "meal.collected"
    SALE_MADE = "sale.made"
    TAP_REFUSED = "tap.refused"
    RECEIPT_REPRINTED = "receipt.reprinted"


class Reason(StrEnum):
    """Why a tap was refused: the whole list."""

    UNKNOWN_BADGE = "unknown_badge"
    BLOCKED_BADGE = "blocked_badge"
    LOST_BADGE = "lost_badge"
    NOT_AN_IDENTITY = "not_an_identity"
    ASSURANCE_TOO_LOW = "assurance_too_low"
    ALREADY_SERVED = "already_served"
    CANCELLED = "cancelled"
    NO_ORDER = "no_order"
    NOT_ENOUGH_MONEY = "not_enough_money"
    LIMIT = "limit"
    SNAPSHOT_TOO_OLD = "snapshot_too_old"
    NO_SNAPSHOT = "no_snapshot"


@dataclass(frozen=True, slots=True)
class TerminalStarted:
    """The daemon came up. `recovered`: it had not been shut down in order the time before."""

    kind: ClassVar[EventKind] = EventKind.TERMINAL_STARTED
    version: str
    is_recovery: bool


@dataclass(frozen=True, slots=True)
class MealCollected:
    """A pre-ordered meal was handed out. It moves no money of the pupil's."""

    kind: ClassVar[EventKind] = EventKind.MEAL_COLLECTED
    day: date
    pupil: PupilId
    order: OrderId
    product: ProductId
    price: Money
    badge: BadgeKey
    assurance: Assurance
    receipt: int


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One product of a sale. `vat`: the VAT contained in the line's total."""

    product: ProductId
    category: Category
    quantity: int
    unit_price: Money
    vat_permille: int
    vat: Money

    @property
    def total(self) -> Money:
        """The price of the whole line, VAT included."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class SaleMade:
    """Products were sold from a pupil's general wallet. `is_walk_in`: a meal without an order."""

    kind: ClassVar[EventKind] = EventKind.SALE_MADE
    day: date
    pupil: PupilId
    price_class: PriceClass
    lines: tuple[SaleLine, ...]
    total: Money
    badge: BadgeKey
    assurance: Assurance
    receipt: int
    is_walk_in: bool

    def __post_init__(self) -> None:
        assert self.lines, "a sale has a line"
        assert self.total == sum_money(line.total for line in self.lines), "the lines make the sum"


@dataclass(frozen=True, slots=True)
class TapRefused:
    """A badge was refused. `badge` is None for a value that is no identity."""

    kind: ClassVar[EventKind] = EventKind.TAP_REFUSED
    day: date
    reason: Reason
    badge: BadgeKey | None
    pupil: PupilId | None


@dataclass(frozen=True, slots=True)
class ReceiptReprinted:
    """A person had a receipt printed once more. It moves no money.

    document: the event whose receipt it is. duplicate: the n of DUPLICATA n on the new paper.
    receipt: the number on both papers.
    """

    kind: ClassVar[EventKind] = EventKind.RECEIPT_REPRINTED
    document: EventId
    duplicate: int
    receipt: int

    def __post_init__(self) -> None:
        assert self.duplicate >= 1, "duplicates count from 1"


Fact = TerminalStarted | MealCollected | SaleMade | TapRefused | ReceiptReprinted

FACTS: dict[EventKind, type[Fact]] = {
    EventKind.TERMINAL_STARTED: TerminalStarted,
    EventKind.MEAL_COLLECTED: MealCollected,
    EventKind.SALE_MADE: SaleMade,
    EventKind.TAP_REFUSED: TapRefused,
    EventKind.RECEIPT_REPRINTED: ReceiptReprinted,
}
