"""The one question that a tap asks the copy, and what its answer says: whose badge it is.

One statement brings the badge, its pupil, what the parents allow, the photo, and a row for each
order of the day, or one of nothing for who has none. A row is one JSON text, since sqlite3 takes
half as long again to hand over twenty columns one by one, and msgspec reads it, words and numbers
told good, into a struct of its columns.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from core.ids import BadgeKey, OrderId, ProductId, PupilId
from core.limits import Limits
from core.money import Money
from core.orders import Order, OrderState
from core.people import Badge, BadgeState, Language, PriceClass, Pupil
from core.snapshot import SnapshotRowError, allergens_of
from core.text import printable
from core.view import Holder
from core.wallet import Wallets

_OF_BADGE = "badge.pupil_id, badge.state, badge.last4"
_OF_PUPIL = """pupil.first_name, pupil.last_name, pupil.class_name, pupil.price_class,
pupil.allergens, pupil.diet, pupil.language, pupil.general_cents, pupil.reserve_cents"""
_OF_LIMITS = "limits.daily_max_cents, limits.asks_allergens, limits.product_max"
_OF_ORDER = "meal_order.id, product_id, price_cents, meal_order.state"
_FROM = "FROM badge JOIN pupil ON pupil.id = badge.pupil_id"
_WITH_LIMITS = "LEFT JOIN pupil_limit AS limits ON limits.pupil_id = badge.pupil_id"
_WITH_PHOTO = "LEFT JOIN pupil_photo AS photo ON photo.pupil_id = badge.pupil_id"
_WITH_ORDERS = """
LEFT JOIN meal_order ON meal_order.pupil_id = badge.pupil_id AND meal_order.day = ?
WHERE badge.key = ? ORDER BY meal_order.id
"""
HOLDER = f"""
SELECT json_array({_OF_BADGE}, {_OF_PUPIL}, {_OF_LIMITS}, photo.digest, {_OF_ORDER})
{_FROM} {_WITH_LIMITS} {_WITH_PHOTO} {_WITH_ORDERS}"""
"""Asks for the rows of a badge: a day, and the badge's key."""
# Copies of older centres: the first knew no limits, those after them no photos.
HOLDER_WITHOUT_PHOTO = f"""
SELECT json_array({_OF_BADGE}, {_OF_PUPIL}, {_OF_LIMITS}, NULL, {_OF_ORDER})
{_FROM} {_WITH_LIMITS} {_WITH_ORDERS}"""
HOLDER_WITHOUT_LIMITS = f"""
SELECT json_array({_OF_BADGE}, {_OF_PUPIL}, NULL, NULL, NULL, NULL, {_OF_ORDER})
{_FROM} {_WITH_ORDERS}"""


class HolderRow(Struct, array_like=True, frozen=True, gc=False):
    """A row of the answer, its fields in the order of the question's columns."""

    pupil: str
    badge_state: BadgeState
    last4: str
    first_name: str
    last_name: str
    class_name: str
    price_class: PriceClass
    allergens: str
    diet: str
    language: Language
    general_cents: int
    reserve_cents: int
    daily_max_cents: int | None
    asks_allergens: int | None
    product_max: str | None
    photo: str | None
    order: str | None
    product: str | None
    price_cents: int | None
    order_state: OrderState | None


_read = Decoder(HolderRow).decode


def read_holder_rows(texts: Iterable[Sequence[str]]) -> list[HolderRow]:
    """Return the rows of an answer. Raises SnapshotRowError."""
    rows = []
    for (text,) in texts:
        try:
            rows.append(_read(text))
        except DecodeError as error:
            message = f"the row of a badge, {text[:40]}: {error}"
            raise SnapshotRowError(message) from error
    return rows


def holder_of(key: BadgeKey, day: date, rows: Sequence[HolderRow], limits: Limits) -> Holder:
    """Return the holder of a badge whose rows these are. Raises SnapshotRowError."""
    row = rows[0]
    pupil_id = PupilId(row.pupil)
    try:
        pupil = Pupil(
            pupil_id,
            printable(row.first_name),
            printable(row.last_name),
            printable(row.class_name),
            row.price_class,
            allergens_of(row.allergens),
            printable(row.diet),
            row.language,
        )
    except ValueError as error:
        message = f"table pupil, row {row.pupil!r}: {error}"
        raise SnapshotRowError(message) from error
    return Holder(
        Badge(key, pupil_id, row.badge_state, printable(row.last4)),
        pupil,
        Wallets(Money(row.general_cents), Money(row.reserve_cents)),
        () if row.order is None else tuple([_order_of(one, pupil_id, day) for one in rows]),
        limits,
        row.photo or None,
    )


def _order_of(row: HolderRow, pupil: PupilId, day: date) -> Order:
    state = row.order_state
    if row.order is None or row.product is None or row.price_cents is None or state is None:
        message = f"table meal_order, row {row.order!r}: a column is empty"
        raise SnapshotRowError(message)
    return Order(
        OrderId(row.order), pupil, day, ProductId(row.product), Money(row.price_cents), state
    )
