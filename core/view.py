"""All that a decision needs to know, gathered before it is taken."""

from collections.abc import Mapping
from datetime import date, datetime

from core.calendar import SchoolCalendar
from core.catalogue import Product
from core.ids import BadgeKey, OrderId, ProductId
from core.kinds import Reason
from core.limits import NO_LIMITS, Bought, Limits
from core.money import ZERO, Money
from core.orders import Order
from core.people import Badge, Language, Pupil
from core.receipt import SchoolHeader
from core.staff import StaffMember
from core.value import Value, field
from core.wallet import Wallets


class Place(Value):
    """Where the terminal stands: the school, its calendar, the till's own name, its language.

    shows_balance: whether this school lets the pupils' screen tell a balance.
    """

    school: SchoolHeader
    calendar: SchoolCalendar
    terminal: str
    language: Language = Language.FR
    shows_balance: bool = False


class Holder(Value):
    """A pupil at the till, with both wallets, the orders of the day, and the parents' limits.

    badge: None when staff found the pupil by name. photo: its digest (`core.photos`), if any.
    """

    badge: Badge | None
    pupil: Pupil
    wallets: Wallets
    orders: tuple[Order, ...]
    limits: Limits = NO_LIMITS
    photo: str | None = None


class OwnSums(Value):
    """What this terminal did that the copy does not hold: from its own journal.

    collected_at: when an order of `Holder.orders` was collected here. given_back: those whose meal
    was collected here and taken back, whatever the copy says of them. walk_in_at: when this pupil,
    or this badge that nobody knows, got a meal without an order today, here. pupil_unsettled: what
    the copy's balance still has to give for this pupil's acts here; pupil_reserve_unsettled: what
    its reserve has. pupil_risk, terminal_risk,
    terminal_risk_count: sales here, less those taken back, that the centre has not booked yet.
    bought: what this pupil bought today that the copy's `Limits.bought` does not hold. accepted:
    the dishes about whose allergens staff were asked for this pupil today.
    """

    collected_at: Mapping[OrderId, datetime]
    walk_in_at: datetime | None
    pupil_unsettled: Money
    pupil_risk: Money
    terminal_risk: Money
    terminal_risk_count: int
    bought: Mapping[ProductId, Bought] = field(default_factory=dict)
    accepted: frozenset[ProductId] = frozenset()
    given_back: frozenset[OrderId] = frozenset()
    pupil_reserve_unsettled: Money = ZERO


class View(Value):
    """The terminal's knowledge at one tap.

    copy_at: when the copy of the centre's data was last known to be true; None without a copy.
    badge: the tapped badge's keyed hash; None for a value that is no identity. holder: None for a
    badge that the copy does not hold. products: at least those of the orders and the walk-in one.
    epoch, next_seq, next_receipt: the place that the next event and receipt will have.
    operator: who is signed in at the till. has_shift: whether it was opened with a float.
    is_day_known: False while staff have to say which day it is; then nobody is served. fault: why
    the ticket that was scanned says nobody.
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
    operator: StaffMember | None = None
    has_shift: bool = False
    is_training: bool = False
    is_day_known: bool = True
    fault: Reason | None = None
