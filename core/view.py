"""All that a decision needs to know, gathered before it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.calendar import SchoolCalendar
from core.catalogue import Product
from core.ids import BadgeKey, OrderId, ProductId
from core.money import Money
from core.orders import Order
from core.people import Badge, Pupil
from core.receipt import SchoolHeader
from core.wallet import Wallets


@dataclass(frozen=True, slots=True)
class Place:
    """Where the terminal stands: the school, its calendar, the till's own name."""

    school: SchoolHeader
    calendar: SchoolCalendar
    terminal: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A badge with the pupil it stands for, the pupil's wallets, and the orders of the day."""

    badge: Badge
    pupil: Pupil
    wallets: Wallets
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class OwnSums:
    """What this terminal did that the copy does not hold: from its own journal.

    collected_at: when an order of `Holder.orders` was collected here. walk_in_at: when this pupil
    bought a meal without an order today, here.
    """

    collected_at: Mapping[OrderId, datetime]
    walk_in_at: datetime | None
    pupil_unsettled: Money
    terminal_unsettled: Money
    terminal_unsettled_count: int


@dataclass(frozen=True, slots=True)
class View:
    """The terminal's knowledge at one tap.

    copy_at: when the copy of the centre's data was last known to be true; None without a copy.
    badge: the tapped badge's keyed hash; None for a value that is no identity. holder: None for a
    badge that the copy does not hold. products: at least those of the orders and the walk-in one.
    epoch, next_seq, next_receipt: the place that the next event and receipt will have.
    """

    place: Place
    day: date
    copy_at: datetime | None
    is_online: bool
    badge: BadgeKey | None
    holder: Holder | None
    own: OwnSums
    products: Mapping[ProductId, Product]
    epoch: int
    next_seq: int
    next_receipt: int
