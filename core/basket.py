"""A basket: what a screen wants to sell, and its lines once they have prices."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from core.catalogue import Category, Product
from core.ids import ProductId
from core.money import Money, vat_within
from core.people import PriceClass
from core.receipt import ReceiptLine
from core.sale_facts import SaleLine
from core.value import Value

QUANTITY_MAX = 99
ITEMS_MAX = 40
MEALS = frozenset({Category.MEAL, Category.SANDWICH})


class Item(Value):
    """So many pieces of a product."""

    product: ProductId
    quantity: int

    def __post_init__(self) -> None:
        assert 1 <= self.quantity <= QUANTITY_MAX, "a basket counts from 1 to 99"


def merged(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items with each product once, in the order in which they first came."""
    counts: dict[ProductId, int] = {}
    for item in items:
        counts[item.product] = min(QUANTITY_MAX, counts.get(item.product, 0) + item.quantity)
    return tuple(Item(product, count) for product, count in counts.items())


def priced(
    items: Iterable[Item], products: Mapping[ProductId, Product], price_class: PriceClass
) -> tuple[SaleLine, ...]:
    """Return the lines of a sale at a class of prices. Each product must be known."""
    return tuple([_line(products[item.product], item.quantity, price_class) for item in items])


def _line(product: Product, quantity: int, price_class: PriceClass) -> SaleLine:
    price = product.price_for(price_class)
    return _line_at(product.id, product.category, quantity, price, product.vat_permille)


@lru_cache(1024)
def _line_at(
    product: ProductId, category: Category, quantity: int, price: Money, vat_permille: int
) -> SaleLine:
    """Return a line; a school sells the same few all day long."""
    return SaleLine(
        product=product,
        category=category,
        quantity=quantity,
        unit_price=price,
        vat_permille=vat_permille,
        vat=vat_within(price * quantity, vat_permille=vat_permille),
    )


def has_meal(lines: Iterable[SaleLine]) -> bool:
    """Say whether among the lines is what a pupil should have ordered."""
    for line in lines:  # noqa: SIM110  a tap asks it four times: a third of the time of `any`
        if line.category in MEALS:
            return True
    return False


def printed(
    lines: Iterable[SaleLine], products: Mapping[ProductId, Product]
) -> tuple[ReceiptLine, ...]:
    """Return lines as a receipt shows them; a product that is gone goes by its id."""
    return tuple(
        [
            ReceiptLine(
                line.quantity,
                products[line.product].name if line.product in products else line.product,
                line.unit_price,
                line.vat_permille,
            )
            for line in lines
        ]
    )
