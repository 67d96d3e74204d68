"""The small school of the terminal's twin: what it sells, who eats there, who works there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.catalogue import Category
from core.ids import StaffId
from core.people import Allergen
from core.profiles import OPENED_BY
from core.staff import Right
from terminal.board import Content


@dataclass(frozen=True, slots=True)
class StaffScript:
    """Somebody who works there; the PIN is told, as nothing here is real."""

    id: StaffId
    name: str
    pin: str
    rights: frozenset[Right]


def _product(
    number: int, name: str, category: Category, cents: int, *allergens: Allergen
) -> tuple[str, dict[str, Any]]:
    identity = f"product-{number}"
    return identity, {
        "id": identity,
        "name": name,
        "category": category.value,
        "vat_permille": 60,
        "allergens": [allergen.value for allergen in allergens],
        "prices": {"pupil": cents, "guest": cents + 50},
    }


PRODUCTS: Final[Mapping[str, Mapping[str, Any]]] = dict(
    [
        _product(1, "Menu chaud", Category.MEAL, 520, Allergen.GLUTEN, Allergen.MILK),
        _product(2, "Menu végétarien", Category.MEAL, 520, Allergen.GLUTEN),
        _product(3, "Sandwich jambon-fromage", Category.SANDWICH, 350, Allergen.GLUTEN),
        _product(4, "Sandwich satay", Category.SANDWICH, 350, Allergen.PEANUTS),
        _product(15, "Lasagne, mais demain", Category.MEAL, 520, Allergen.GLUTEN),
        _product(5, "Eau", Category.DRINK, 80),
        _product(6, "Eau pétillante", Category.DRINK, 90),
        _product(7, "Jus de pomme", Category.DRINK, 150),
        _product(8, "Lait", Category.DRINK, 90, Allergen.MILK),
        _product(9, "Potage", Category.SNACK, 100, Allergen.CELERY),
        _product(10, "Fruit", Category.SNACK, 50),
        _product(11, "Yaourt", Category.SNACK, 80, Allergen.MILK),
        _product(12, "Biscuit aux arachides", Category.SNACK, 120, Allergen.PEANUTS),
        _product(13, "Gaufre", Category.SNACK, 130, Allergen.GLUTEN, Allergen.EGGS),
        _product(14, "Badge de remplacement", Category.OTHER, 500),
    ]
)

TILL: Final[Content] = {
    "cursor": "1",
    "products": list(PRODUCTS.values()),
    "menu": ["product-1", "product-2", "product-3", "product-4"],
    "staff": [
        {"id": "fatima", "name": "Fatima B.", "has_pin": True},
        {"id": "marc", "name": "Marc D.", "has_pin": True},
    ],
    "profiles": [
        {"profile": profile.value, "right": right.value} for profile, right in OPENED_BY.items()
    ],
    "takes_cash": True,
    "top_up_max_cents": 5000,
    "needs_sign_in": True,
    "walk_in_product": "product-1",
    "school": "Institut Sainte-Claire",
    "currency": "EUR",
}

STAFF: Final[Mapping[StaffId, StaffScript]] = {
    StaffId("fatima"): StaffScript(StaffId("fatima"), "Fatima B.", "246810", frozenset(Right)),
    StaffId("marc"): StaffScript(StaffId("marc"), "Marc D.", "135791", frozenset({Right.SELL})),
}


def _pupil(identity: str, name: str, class_name: str, wallet_cents: int) -> Mapping[str, Any]:
    return {
        "id": identity,
        "pupil": identity,
        "name": name,
        "class_name": class_name,
        "allergens": ["peanuts"] if identity == "lea" else [],
        "diet": "",
        "wallet_cents": wallet_cents,
        "reserve_cents": 1500,
        "orders": [{"product": "product-1", "label": "Menu chaud", "state": "reserved"}],
    }


PUPILS: Final[Mapping[str, Mapping[str, Any]]] = {
    "lea": _pupil("lea", "Léa V.", "3B", 2340),
    "leo": _pupil("leo", "Léo M.", "3B", 120),
    "zoe": _pupil("zoe", "Zoé L.", "4A", 990),
}
