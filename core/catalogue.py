"""What a canteen offers: products with their prices, and the menu of a day."""

from collections.abc import Mapping
from enum import StrEnum

from core.ids import ProductId
from core.money import Money
from core.people import Allergen, PriceClass
from core.value import Value


class Category(StrEnum):
    """The kind of a product, which policies and totals go by."""

    MEAL = "meal"
    SANDWICH = "sandwich"
    DRINK = "drink"
    SNACK = "snack"
    OTHER = "other"


class Product(Value):
    """Something that can be ordered or sold. `vat_permille`: the VAT rate in thousandths."""

    id: ProductId
    name: str
    category: Category
    vat_permille: int
    allergens: frozenset[Allergen]
    prices: Mapping[PriceClass, Money]

    def price_for(self, price_class: PriceClass) -> Money:
        """Return the price for a price class; the pupils' price where the class has none."""
        price = self.prices.get(price_class)
        return self.prices[PriceClass.PUPIL] if price is None else price
