"""How a terminal's fact is booked, and which rules it broke: pure, on rows read before.

`Books` holds what a batch's facts are about. Booking a fact advances it, so that the next fact of
the same batch meets the books as they are after this one. A fact is never refused: one that
breaks a rule is booked all the same, and flagged for the bursar.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from core.batch import Flag
from core.errors import MalformedEventError
from core.events import Event
from core.facts import (
    Fact,
    MealCollected,
    ReceiptReprinted,
    SaleMade,
    TapRefused,
    TerminalStarted,
)
from core.ids import BadgeKey, OrderId, PupilId
from core.ledger import AccountKind, Legs, legs_of
from core.money import ZERO, Money
from core.orders import Order, OrderState

CLOCK_SKEW_MAX = timedelta(minutes=5)
_YEARS = range(2000, 2200)
"""Outside these a clock is wrong, and near the ends of the calendar arithmetic fails."""
_CENTS_MAX = 1_000_000
_QUANTITY_MAX = 1000


@dataclass(slots=True)
class Books:
    """The part of a school's books that a batch touches, and what the batch changed in it.

    badges: whose each badge is. wallets: the general wallets. last_at: when the event before
    this batch happened, by the terminal's clock; None for the first of an epoch.
    """

    overdraft_max: Money
    orders: dict[OrderId, Order]
    wallets: dict[PupilId, Money]
    badges: dict[BadgeKey, PupilId]
    last_at: datetime | None
    spent: dict[PupilId, Money] = field(default_factory=dict)
    collected: set[OrderId] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Booking:
    """What one fact does to the books. The first flag is the one that its verdict names."""

    legs: Legs
    flags: tuple[Flag, ...]


def keys_of(facts: Iterable[Fact]) -> tuple[set[OrderId], set[PupilId], set[BadgeKey]]:
    """Return the orders, the pupils who pay, and the badges that facts are about."""
    orders: set[OrderId] = set()
    payers: set[PupilId] = set()
    badges: set[BadgeKey] = set()
    for fact in facts:
        match fact:
            case MealCollected():
                orders.add(fact.order)
                badges.add(fact.badge)
            case SaleMade():
                payers.add(fact.pupil)
                badges.add(fact.badge)
            case TapRefused() | TerminalStarted() | ReceiptReprinted():
                pass
            case _:
                assert_never(fact)
    return orders, payers, badges


def book(event: Event, books: Books, *, now: datetime) -> Booking:
    """Book one event, and advance the books by it. now: the centre's time, aware."""
    fact = event.fact
    legs: Legs
    match fact:
        case MealCollected():
            flags, paid_from = _collect(fact, books)
            legs = legs_of(fact, paid_from=paid_from)
        case SaleMade():
            flags = _sell(fact, books)
            legs = legs_of(fact)
        case TapRefused() | TerminalStarted() | ReceiptReprinted():
            flags, legs = [], legs_of(fact)
        case _:
            assert_never(fact)
    if _is_clock_wrong(event, books, now):
        flags.append(Flag.CLOCK_SKEW)
    books.last_at = event.stamp.at
    return Booking(legs=legs, flags=tuple(flags))


def _collect(fact: MealCollected, books: Books) -> tuple[list[Flag], AccountKind]:
    badge_flags = _badge_flags(fact.badge, fact.pupil, books)
    order = books.orders.get(fact.order)
    if order is None or not _is_that_order(fact, order):
        return [Flag.UNKNOWN_ORDER, *badge_flags], AccountKind.EXCEPTIONS
    match order.state:
        case OrderState.COLLECTED:
            return [Flag.DOUBLE_COLLECTION, *badge_flags], AccountKind.EXCEPTIONS
        case OrderState.CANCELLED:
            return [Flag.AFTER_CANCEL, *badge_flags], AccountKind.EXCEPTIONS
        case OrderState.RESERVED:
            paid_from = AccountKind.MEALS_PREPAID
        case OrderState.UNCLAIMED:
            # The day was closed before this terminal was heard: its money waits there.
            paid_from = AccountKind.MEALS_UNCLAIMED
        case _:
            assert_never(order.state)
    books.collected.add(order.id)
    books.orders[order.id] = Order(
        id=order.id,
        pupil_id=order.pupil_id,
        day=order.day,
        product_id=order.product_id,
        price=order.price,
        state=OrderState.COLLECTED,
    )
    return badge_flags, paid_from


def _is_that_order(fact: MealCollected, order: Order) -> bool:
    return fact.pupil == order.pupil_id and fact.price == order.price


def _sell(fact: SaleMade, books: Books) -> list[Flag]:
    flags = []
    balance = books.wallets.get(fact.pupil)
    if balance is None:
        flags.append(Flag.UNKNOWN_PUPIL)
        balance = ZERO
    after = balance - fact.total
    if after < -books.overdraft_max:
        flags.append(Flag.OVERDRAFT)
    books.wallets[fact.pupil] = after
    books.spent[fact.pupil] = books.spent.get(fact.pupil, ZERO) + fact.total
    return flags + _badge_flags(fact.badge, fact.pupil, books)


def _badge_flags(badge: BadgeKey, pupil: PupilId, books: Books) -> list[Flag]:
    return [] if books.badges.get(badge) == pupil else [Flag.UNKNOWN_BADGE]


def _is_clock_wrong(event: Event, books: Books, now: datetime) -> bool:
    at = event.stamp.at
    if at.year not in _YEARS or at > now + CLOCK_SKEW_MAX:
        return True
    last_at = books.last_at
    if last_at is None or last_at.year not in _YEARS:
        return False
    return at < last_at - CLOCK_SKEW_MAX


def refuse_absurd(fact: Fact) -> None:
    """Raise MalformedEventError for amounts that no till can mean: they would be false money."""
    match fact:
        case MealCollected():
            amounts = [fact.price]
        case SaleMade():
            amounts = [line.unit_price for line in fact.lines] + [fact.total]
            if any(not 1 <= line.quantity <= _QUANTITY_MAX for line in fact.lines):
                message = "a line's quantity is not between 1 and 1000"
                raise MalformedEventError(message)
        case TapRefused() | TerminalStarted() | ReceiptReprinted():
            amounts = []
        case _:
            assert_never(fact)
    if any(not 0 <= amount.cents <= _CENTS_MAX for amount in amounts):
        message = "an amount is below zero or above ten thousand euro"
        raise MalformedEventError(message)
