"""What parents allow: so much a day, so many of a product, and a question before an allergen."""

from collections.abc import Iterable, Mapping

from core.catalogue import Product
from core.ids import ProductId
from core.kinds import Reason
from core.money import ZERO, Money, sum_money
from core.people import Allergen, Pupil
from core.sale_facts import SaleLine
from core.value import Value, field


class Bought(Value):
    """What a pupil bought of one product on a day."""

    quantity: int = 0
    amount: Money = ZERO

    def plus(self, other: "Bought") -> "Bought":
        """Return the two together."""
        return Bought(self.quantity + other.quantity, self.amount + other.amount)


class Limits(Value):
    """The limits that a pupil's parents set.

    daily_max: the most spent in a day at the counter; None for no limit. product_max: pieces of a
    product in a day, 0 for never. asks_allergens: whether staff are asked before a dish with one
    of the pupil's allergens is handed out. bought: what the centre had booked today at any till.
    """

    daily_max: Money | None = None
    product_max: Mapping[ProductId, int] = field(default_factory=dict)
    asks_allergens: bool = False
    bought: Mapping[ProductId, Bought] = field(default_factory=dict)


NO_LIMITS = Limits()


def limit_reason(
    limits: Limits, own: Mapping[ProductId, Bought], lines: Iterable[SaleLine]
) -> Reason | None:
    """Return the limit that a sale would break; None when it breaks none.

    own: what this terminal sold the pupil today, beyond what the centre had booked.
    """
    if limits.daily_max is None and not limits.product_max:
        return None
    wanted: dict[ProductId, Bought] = {}
    for line in lines:
        more = Bought(line.quantity, line.total)
        wanted[line.product] = wanted.get(line.product, Bought()).plus(more)
    if limits.daily_max is not None:
        spent = sum_money(
            bought.amount for day in (limits.bought, own, wanted) for bought in day.values()
        )
        if spent > limits.daily_max:
            return Reason.DAILY_LIMIT
    for product, maximum in limits.product_max.items():
        if product not in wanted:
            continue
        pieces = sum(
            day[product].quantity for day in (limits.bought, own, wanted) if product in day
        )
        if pieces > maximum:
            return Reason.PRODUCT_LIMIT
    return None


def conflicts_of(products: Iterable[Product], pupil: Pupil) -> frozenset[Allergen]:
    """Return the pupil's own allergens that are in some products."""
    if not pupil.allergens:
        return frozenset()
    return frozenset(
        allergen for product in products for allergen in product.allergens & pupil.allergens
    )
