"""Lunch facts that break no rule, which are nearly all: told at once, and booked together.

A fact that breaks a rule is flagged, and which one it is depends on those before it. Where none of
a run breaks any, the order does not matter: each takes from its wallet or collects its order, and a
wallet that is not overdrawn by all of them was not by any. So a run is asked as a whole, and only
where the answer is not plainly well, its facts are booked one after the other by the rules of
`central.booking`. `tests/central/test_quick_events.py` holds both ways to one answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from central.booking import YEARS, Books
from central.quick_events import Meal, Quick, QuickBooking, Sale, note_bought
from core.codec import moment_text
from core.facts import Circumstance
from core.ids import OrderId, PupilId
from core.money import Money
from core.orders import OrderState

_FIRST_YEAR: Final = f"{YEARS.start}"
_END_YEAR: Final = f"{YEARS.stop}"

PLAIN: Final = QuickBooking((), [])
"""How every fact of a plain run is booked: its legs are those of the fact alone."""


def book_plain(facts: Sequence[Quick], books: Books, *, now_text: str) -> bool:
    """Book facts of consecutive places if none breaks a rule, and say so; else change nothing.

    now_text: the centre's time, as it is stored.
    """
    meals: dict[OrderId, Meal] = {}
    spent: dict[PupilId, int] = {}
    twice = 0
    for fact in facts:
        if isinstance(fact, Sale):
            pupil = fact.data.pupil
            spent[pupil] = spent.get(pupil, 0) + fact.data.total_cents
        elif fact.data.order in meals:
            twice += 1
        else:
            meals[fact.data.order] = fact
    is_plain = not twice and _are_served_as_known(facts, books)
    is_plain = is_plain and _are_in_time(facts, books, now_text) and _are_reserved(meals, books)
    if not (is_plain and _are_covered(spent, books)):
        return False
    _spend(spent, books)
    _collect(meals, books)
    books.last_at = facts[-1].at
    if books.limited:
        _note_bought(facts, books)
    return True


def _are_served_as_known(facts: Sequence[Quick], books: Books) -> bool:
    """Say whether each was served to whose badge it was, or by name, and nothing is to settle."""
    badges = books.badges
    for fact in facts:
        data = fact.data
        if data.badge is not None and badges.get(data.badge) != data.pupil:
            return False
        if data.circumstances and Circumstance.BLOCKED_BADGE in data.circumstances:
            return False
        if isinstance(fact, Sale) and fact.data.is_to_settle:
            return False
    return True


def _are_in_time(facts: Sequence[Quick], books: Books, now_text: str) -> bool:
    """Say whether each happened after the one before, the last one by now, in a year that is one.

    Moments as text in their one form stand in the order of time.
    """
    times = [fact.at_text for fact in facts]
    if books.last_at is not None:
        times.insert(0, moment_text(books.last_at))
    is_year_well = facts[0].at_text >= _FIRST_YEAR and times[-1] < _END_YEAR
    return is_year_well and times[-1] <= now_text and times == sorted(times)


def _are_reserved(meals: Mapping[OrderId, Meal], books: Books) -> bool:
    for key, meal in meals.items():
        order = books.orders.get(key)
        if order is None or order.state is not OrderState.RESERVED:
            return False
        if order.pupil_id != meal.data.pupil or order.price.cents != meal.data.price_cents:
            return False
    return True


def _are_covered(spent: Mapping[PupilId, int], books: Books) -> bool:
    floor = -books.overdraft_max.cents
    for pupil, cents in spent.items():
        balance = books.wallets.get(pupil)
        if balance is None or balance.cents - cents < floor:
            return False
    return True


def _spend(spent: Mapping[PupilId, int], books: Books) -> None:
    books.changed.update(spent)
    for pupil, cents in spent.items():
        books.wallets[pupil] -= Money(cents)


def _collect(meals: Mapping[OrderId, Meal], books: Books) -> None:
    books.collected.update(meals)
    books.waiting.difference_update(meals)
    books.unclaimed.difference_update(meals)
    for key in meals:
        books.orders[key] = replace(books.orders[key], state=OrderState.COLLECTED)


def _note_bought(facts: Sequence[Quick], books: Books) -> None:
    for fact in facts:
        if isinstance(fact, Sale) and fact.data.pupil in books.limited:
            note_bought(fact.data, books)
