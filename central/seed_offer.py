"""What the demo school is and sells: its rules, its products with their prices and VAT rates."""

import hashlib
from datetime import time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from central.names import MAIN_DISHES, SANDWICH, VEGETARIAN_DISHES, Dish
from central.records import School
from core.catalogue import Category, Product
from core.ids import ProductId, SchoolId
from core.money import ZERO, Money
from core.people import Allergen, PriceClass
from core.policy import Policy, WalkIn
from core.receipt import SchoolHeader
from core.sale_facts import Circumstance
from core.tap import Assurance

DEMO_ZONE = ZoneInfo("Europe/Brussels")
SANDWICH_ID = ProductId("sandwich")
WAFFLE_ID = ProductId("waffle")
LEMONADE_ID = ProductId("lemonade")


def main_id(place: int) -> ProductId:
    """Return the main dish of a service day, by the day's place."""
    return ProductId(f"main-{place % len(MAIN_DISHES) + 1}")


def vegetarian_id(place: int) -> ProductId:
    """Return the dish without meat of a service day."""
    return ProductId(f"vegetarian-{place % len(VEGETARIAN_DISHES) + 1}")


# No child goes hungry: a sandwich is handed out on trust, and a stale copy stops no snack.
_ANSWERS = {
    (Circumstance.LOW_BALANCE, Category.SANDWICH): WalkIn.SETTLE,
    (Circumstance.STALE_COPY, Category.SANDWICH): WalkIn.SETTLE,
    (Circumstance.STALE_COPY, Category.DRINK): WalkIn.SELL,
    (Circumstance.STALE_COPY, Category.SNACK): WalkIn.SELL,
}


def demo_record(seed: int, *, walk_in: ProductId) -> School:
    """Return the demo school's own record. walk_in: what is sold to who has no order."""
    secret = hashlib.sha256(f"demo badge key {seed}".encode()).digest()
    return School(
        id=SchoolId("demo"),
        header=SchoolHeader(
            name="Institut du Tilleul",
            address="Rue de la Fontaine 12, 4999 Exempleville",
            number="BE 0123.456.749",
        ),
        zone=DEMO_ZONE.key,
        day_starts_at=time(0, 0),
        orders_close_at=time(9, 0),
        order_days_max=15,
        closed_days=frozenset(),
        policy=Policy(
            version=2,
            walk_in=WalkIn.SELL,
            walk_in_product=walk_in,
            overdraft_max=ZERO,
            sale_max=Money(1500),
            pupil_offline_max=Money(3000),
            terminal_offline_max=Money(300_000),
            terminal_offline_count_max=2000,
            snapshot_warn=timedelta(hours=4),
            snapshot_stop=timedelta(hours=24),
            assurance_min_collect=Assurance.UID,
            assurance_min_sale=Assurance.UID,
            print_collected=True,
            print_sales=True,
            answers=MappingProxyType(_ANSWERS),
            settle_max=Money(1000),
            takes_cash=True,
            top_up_max=Money(5000),
        ),
        badge_key=secret,
    )


def demo_products() -> dict[ProductId, Product]:
    """Return all that the demo school sells, by id."""
    meal = (450, 300, 600, 750)
    dishes = [
        _product(main_id(place), dish, Category.MEAL, 60, meal)
        for place, dish in enumerate(MAIN_DISHES)
    ]
    dishes += [
        _product(vegetarian_id(place), dish, Category.MEAL, 60, meal)
        for place, dish in enumerate(VEGETARIAN_DISHES)
    ]
    others = (
        _product(SANDWICH_ID, SANDWICH, Category.SANDWICH, 60, (350, 250, 420, 480)),
        _product("soup", Dish("Potage du jour", frozenset({Allergen.CELERY})), Category.OTHER, 60),
        _product("water", Dish("Eau 50 cl", frozenset()), Category.DRINK, 60),
        _product("lemonade", Dish("Limonade 33 cl", frozenset()), Category.DRINK, 60, (150,)),
        _product(
            "juice", Dish("Jus d'orange", frozenset()), Category.DRINK, 60, (140, 110, 160, 190)
        ),
        _product("coffee", Dish("Café", frozenset()), Category.DRINK, 120, (120, 120, 100, 150)),
        _product("apple", Dish("Pomme", frozenset()), Category.SNACK, 60, (60,)),
        _product(
            "waffle",
            Dish("Gaufre", frozenset({Allergen.GLUTEN, Allergen.EGGS, Allergen.MILK})),
            Category.SNACK,
            60,
            (180,),
        ),
        _product(
            "yoghurt",
            Dish("Yaourt nature", frozenset({Allergen.MILK})),
            Category.SNACK,
            60,
            (90, 60, 110, 130),
        ),
        _product(
            "mousse",
            Dish("Mousse au chocolat", frozenset({Allergen.MILK, Allergen.EGGS})),
            Category.SNACK,
            120,
            (160, 110, 190, 220),
        ),
        _product("notebook", Dish("Cahier A5", frozenset()), Category.OTHER, 210, (220,)),
        _product("badge", Dish("Badge de remplacement", frozenset()), Category.OTHER, 210, (500,)),
    )
    return {product.id: product for product in (*dishes, *others)}


def _product(
    product_id: str,
    dish: Dish,
    category: Category,
    vat_permille: int,
    cents: tuple[int, ...] = (100,),
) -> Product:
    classes = (PriceClass.PUPIL, PriceClass.REDUCED, PriceClass.TEACHER, PriceClass.GUEST)
    prices = dict(zip(classes, (Money(amount) for amount in cents), strict=False))
    return Product(
        id=ProductId(product_id),
        name=dish.name,
        category=category,
        vat_permille=vat_permille,
        allergens=dish.allergens,
        prices=MappingProxyType(prices),
    )
