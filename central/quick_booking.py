"""How a fact of a lunch is booked from its fields: by the rules of `central.booking`.

They ask no more of a fact than its struct has; the legs are those of `core.ledger`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import msgspec

from central.booking import Books, add_bought, collect, note_time, sell
from central.quick_events import MealData, Quick, SaleData
from central.transfers import WALLET, NamedLeg
from core.batch import Flag
from core.ledger import AccountKind

_SALES = AccountKind.SALES.value
_SERVED = AccountKind.MEALS_SERVED.value
_NO_WORDS: Mapping[Flag, str] = MappingProxyType({})


class QuickBooking(msgspec.Struct, gc=False):
    """What one fact does to the books, as `central.booking.Booking`, with legs as rows."""

    legs: Sequence[NamedLeg]
    flags: list[Flag]
    words: Mapping[Flag, str] = _NO_WORDS


def book_quick(fact: Quick, books: Books, *, now: datetime) -> QuickBooking:
    """Book one fact, and advance the books by it."""
    data = fact.data
    legs: Sequence[NamedLeg]
    if isinstance(data, SaleData):
        flags, legs = sell(data, books), _sale_legs(data)
        if data.pupil in books.limited:
            note_bought(data, books)
    else:
        flags, paid_from = collect(data, books)
        legs = _meal_legs(data, paid_from)
    flags += note_time(fact.at, books, now=now)
    return QuickBooking(legs, flags)


def note_bought(sale: SaleData, books: Books) -> None:
    """Count what a pupil bought whose parents set a limit."""
    for line in sale.lines:
        cents = line.unit_price_cents * line.quantity
        add_bought(books, (sale.pupil, sale.day, line.product), line.quantity, cents)


def plain_legs(fact: Quick) -> Sequence[NamedLeg]:
    """Return the legs of a fact that broke no rule."""
    data = fact.data
    if isinstance(data, SaleData):
        return _sale_legs(data)
    return _meal_legs(data, AccountKind.MEALS_PREPAID)


def _meal_legs(meal: MealData, paid_from: AccountKind) -> Sequence[NamedLeg]:
    cents = meal.price_cents
    if not cents:
        return ()
    return (("source", paid_from.value, "", -cents), ("target", _SERVED, "", cents))


def _sale_legs(sale: SaleData) -> Sequence[NamedLeg]:
    rows: list[NamedLeg] = []
    if sale.total_cents:
        rows.append(("wallet", WALLET, sale.pupil, -sale.total_cents))
    for place, line in enumerate(sale.lines):
        cents = line.unit_price_cents * line.quantity
        if cents:
            rows.append((f"line.{place}", _SALES, line.category, cents))
    return rows
