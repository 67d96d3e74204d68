"""The two facts that a lunch is made of, read and booked from their JSON fields.

Nine facts in ten are a collected meal or a sale from the wallet. Making the core's typed values of
each was two thirds of what a batch cost, so these two are read by msgspec into structs. What is
taken here is a part of what `core.events.read_event` takes, with the same meaning; whatever is not
plainly well is left to it (`None`), and it alone says what is wrong. The rules are those of
`central.booking`, which asks no more of a fact than `Meal` and `Sale` have; the legs are those of
`core.ledger`. `tests/central/test_quick_events.py` holds both ways to one answer.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

import msgspec

from central.booking import (
    CENTS_MAX,
    QUANTITY_MAX,
    Books,
    Keys,
    add_bought,
    collect,
    note_time,
    sell,
)
from core.batch import Flag
from core.catalogue import Category
from core.facts import Circumstance, EventKind, Tender
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId
from core.ledger import AccountKind
from core.limits import Bought
from core.money import Money
from core.people import Allergen, PriceClass
from core.tap import Assurance

QuickLeg = tuple[str, str, str, int]
"""A leg's name, account, owner and cents."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_WALLET = AccountKind.WALLET_GENERAL.value
_SALES = AccountKind.SALES.value
_NO_WORDS: Mapping[Flag, str] = MappingProxyType({})
_SERVED = AccountKind.MEALS_SERVED.value


class _Basis(msgspec.Struct, gc=False):
    cursor: str
    policy: int
    is_online: bool


class _Line(msgspec.Struct, gc=False):
    product: ProductId
    category: Category
    quantity: int
    unit_price_cents: int
    vat_permille: int
    vat_cents: int


class _MealData(msgspec.Struct, gc=False):
    day: date
    pupil: PupilId
    order: OrderId
    product: str
    price_cents: int
    badge: BadgeKey | None
    assurance: Assurance
    receipt: int
    staff: str | None = None
    why: str = ""
    accepted: tuple[Allergen, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    command: str = ""


class _SaleData(msgspec.Struct, gc=False):
    day: date
    pupil: PupilId
    price_class: PriceClass
    lines: list[_Line]
    total_cents: int
    badge: BadgeKey | None
    assurance: Assurance
    receipt: int
    is_walk_in: bool
    tender: Tender = Tender.WALLET
    is_to_settle: bool = False
    staff: str | None = None
    why: str = ""
    accepted: tuple[Allergen, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    command: str = ""


class _Envelope(msgspec.Struct, gc=False, tag_field="kind"):
    at: str
    basis: _Basis
    boot: str
    epoch: int
    id: EventId
    mono_ms: int
    seq: int
    synced: bool


class _MealEnvelope(_Envelope, tag=EventKind.MEAL_COLLECTED.value, gc=False):
    data: _MealData


class _SaleEnvelope(_Envelope, tag=EventKind.SALE_MADE.value, gc=False):
    data: _SaleData


class Meal(msgspec.Struct, gc=False):
    """A collected meal. at_text: `at` as it is stored."""

    kind: str
    id: EventId
    at: datetime
    at_text: str
    pupil: PupilId
    order: OrderId
    badge: BadgeKey | None
    price: Money
    circumstances: tuple[Circumstance, ...]


class Sale(msgspec.Struct, gc=False):
    """A sale from a pupil's general wallet. lines: product, category, quantity, cents of each."""

    kind: str
    id: EventId
    at: datetime
    at_text: str
    pupil: PupilId
    badge: BadgeKey | None
    total: Money
    is_to_settle: bool
    day: date
    lines: list[tuple[ProductId, str, int, int]]
    circumstances: tuple[Circumstance, ...]
    tender: Tender = Tender.WALLET


Quick = Meal | Sale


class QuickBooking(msgspec.Struct, gc=False):
    """What one fact does to the books, as `central.booking.Booking`, with legs as rows."""

    legs: Iterable[QuickLeg]
    flags: list[Flag]
    words: Mapping[Flag, str] = _NO_WORDS


_DECODER = msgspec.json.Decoder(_MealEnvelope | _SaleEnvelope)


def read_quick(body: bytes, *, epoch: int, seq: int) -> Quick | None:
    """Return the fact at a place when it is plainly well, or None where the core must look."""
    # Escapes can hide what no database takes; a second `kind` could be taken for the first.
    if b"\\u" in body or body.count(b'"kind":') != 1:
        return None
    try:
        read = _DECODER.decode(body)
        at = datetime.fromisoformat(read.at)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if read.epoch != epoch or read.seq != seq:
        return None
    if _UUID.fullmatch(read.id) is None or _MOMENT.fullmatch(read.at) is None:
        return None
    if isinstance(read, _MealEnvelope):
        return _meal(read, read.data, at)
    return _sale(read, read.data, at)


def _meal(read: _MealEnvelope, data: _MealData, at: datetime) -> Meal | None:
    if not 0 <= data.price_cents <= CENTS_MAX:
        return None
    return Meal(
        EventKind.MEAL_COLLECTED.value,
        read.id,
        at,
        read.at,
        data.pupil,
        data.order,
        data.badge,
        Money(data.price_cents),
        data.circumstances,
    )


def _sale(read: _SaleEnvelope, data: _SaleData, at: datetime) -> Sale | None:
    if data.tender is not Tender.WALLET or not 0 <= data.total_cents <= CENTS_MAX:
        return None
    lines: list[tuple[ProductId, str, int, int]] = []
    left = data.total_cents
    for line in data.lines:
        is_well = 1 <= line.quantity <= QUANTITY_MAX and 0 <= line.unit_price_cents <= CENTS_MAX
        if not is_well:
            return None
        cents = line.unit_price_cents * line.quantity
        left -= cents
        lines.append((line.product, line.category.value, line.quantity, cents))
    if left or not lines:
        return None
    return Sale(
        EventKind.SALE_MADE.value,
        read.id,
        at,
        read.at,
        data.pupil,
        data.badge,
        Money(data.total_cents),
        data.is_to_settle,
        data.day,
        lines,
        data.circumstances,
    )


def note_quick_keys(facts: Iterable[Quick], keys: Keys) -> None:
    """Add what facts are about to the keys that are read before they are booked."""
    for fact in facts:
        if isinstance(fact, Sale):
            keys.pupils.add(fact.pupil)
        else:
            keys.orders.add(fact.order)
        if fact.badge is not None:
            keys.badges.add(fact.badge)


def book_quick(fact: Quick, books: Books, *, now: datetime) -> QuickBooking:
    """Book one fact, and advance the books by it."""
    if isinstance(fact, Sale):
        flags, legs = sell(fact, books), _sale_legs(fact)
        if fact.pupil in books.limited:
            for product, _, quantity, cents in fact.lines:
                more = Bought(quantity, Money(cents))
                add_bought(books, fact.pupil, fact.day, product, more)
    else:
        flags, paid_from = collect(fact, books)
        legs = _meal_legs(fact, paid_from)
    flags += note_time(fact.at, books, now=now)
    return QuickBooking(legs, flags)


def _meal_legs(meal: Meal, paid_from: AccountKind) -> Iterable[QuickLeg]:
    cents = meal.price.cents
    if not cents:
        return ()
    return (("source", paid_from.value, "", -cents), ("target", _SERVED, "", cents))


def _sale_legs(sale: Sale) -> Iterable[QuickLeg]:
    rows: list[QuickLeg] = []
    if sale.total:
        rows.append(("wallet", _WALLET, sale.pupil, -sale.total.cents))
    for place, (_, category, _, cents) in enumerate(sale.lines):
        if cents:
            rows.append((f"line.{place}", _SALES, category, cents))
    return rows
