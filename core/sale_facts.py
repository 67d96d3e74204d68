"""What is handed out and paid at the counter, and what is refused there."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import ClassVar

from core.catalogue import Category
from core.ids import NO_COMMAND, BadgeKey, CommandId, OrderId, ProductId, PupilId, StaffId
from core.kinds import EventKind, Reason
from core.money import Money
from core.people import Allergen, PriceClass
from core.tap import Assurance
from core.value import Value


class Tender(StrEnum):
    """The means of payment."""

    WALLET = "wallet"
    CASH = "cash"
    LATER = "later"
    """Nobody is known yet who pays: served all the same, and settled by the bursar."""


class Circumstance(StrEnum):
    """What stands against serving somebody, and for which the school has an answer."""

    NO_ORDER = "no_order"
    UNKNOWN_BADGE = "unknown_badge"
    BLOCKED_BADGE = "blocked_badge"
    LOW_BALANCE = "low_balance"
    STALE_COPY = "stale_copy"


class MealCollected(Value):
    """A pre-ordered meal was handed out. It moves no money of the pupil's.

    badge: None when staff served the pupil by name; then `staff` and `why` say who and for what
    reason. accepted: the pupil's own allergens in the dish, about which staff were asked.
    """

    kind: ClassVar[EventKind] = EventKind.MEAL_COLLECTED
    day: date
    pupil: PupilId
    order: OrderId
    product: ProductId
    price: Money
    badge: BadgeKey | None
    assurance: Assurance
    receipt: int
    staff: StaffId | None = None
    why: str = ""
    accepted: tuple[Allergen, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    command: CommandId = NO_COMMAND


class SaleLine(Value):
    """One product of a sale. `vat`: the VAT contained in the line's total."""

    product: ProductId
    category: Category
    quantity: int
    unit_price: Money
    vat_permille: int
    vat: Money

    def __post_init__(self) -> None:
        assert self.quantity >= 1, "a line sells at least one"

    @property
    def total(self) -> Money:
        """The price of the whole line, VAT included."""
        return self.unit_price * self.quantity


def total_of(lines: Iterable[SaleLine]) -> Money:
    """Return the price of all lines, VAT included."""
    return Money(_cents_of(lines))


def _cents_of(lines: Iterable[SaleLine]) -> int:
    return sum([line.unit_price.cents * line.quantity for line in lines])


# By names of this module, as in `core.decide`.
_WALLET, _LATER = Tender.WALLET, Tender.LATER


class SaleMade(Value):
    """Products were sold. `is_walk_in`: among them is a meal, without an order.

    pupil: None for a guest who pays cash, and for an unknown badge that was served all the same.
    circumstances: what stood against the sale, and was answered by the school's policy.
    is_to_settle: served although the money was not there; the bursar settles it.
    """

    kind: ClassVar[EventKind] = EventKind.SALE_MADE
    day: date
    pupil: PupilId | None
    price_class: PriceClass
    lines: tuple[SaleLine, ...]
    total: Money
    badge: BadgeKey | None
    assurance: Assurance
    receipt: int
    is_walk_in: bool
    tender: Tender = Tender.WALLET
    is_to_settle: bool = False
    staff: StaffId | None = None
    why: str = ""
    accepted: tuple[Allergen, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.lines, "a sale has a line"
        assert self.total.cents == _cents_of(self.lines), "the lines make the sum"
        assert self.tender is not _WALLET or self.pupil is not None, "a wallet has an owner"
        assert self.tender is not _LATER or self.is_to_settle, "what is paid later is settled"


class WalletToppedUp(Value):
    """Cash was put into a pupil's general wallet at the counter."""

    kind: ClassVar[EventKind] = EventKind.WALLET_TOPPED_UP
    day: date
    pupil: PupilId
    amount: Money
    badge: BadgeKey | None
    staff: StaffId
    receipt: int
    command: CommandId = NO_COMMAND

    def __post_init__(self) -> None:
        assert self.amount.cents > 0, "a top-up puts money in"


class TapRefused(Value):
    """A badge was refused. `badge` is None for a value that is no identity."""

    kind: ClassVar[EventKind] = EventKind.TAP_REFUSED
    day: date
    reason: Reason
    badge: BadgeKey | None
    pupil: PupilId | None


class SaleRefused(Value):
    """A sale that staff asked for was refused to a pupil."""

    kind: ClassVar[EventKind] = EventKind.SALE_REFUSED
    day: date
    reason: Reason
    pupil: PupilId
    total: Money
    staff: StaffId | None = None
