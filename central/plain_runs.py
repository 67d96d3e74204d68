"""Lunch facts that break no rule, which are nearly all: told at once, and booked together.

A fact that breaks a rule is flagged, and which one it is depends on those before it. Where none of
a run breaks any, the order does not matter: each takes from its wallet or collects its order, and a
wallet that is not overdrawn by all of them was not by any. So a run is asked as a whole, and only
where the answer is not plainly well, its facts are booked one after the other by the rules of
`central.booking`. `tests/central/test_quick_events.py` holds both ways to one answer.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from central.booking import Books
from central.plausible import YEARS
from central.quick_booking import note_bought
from central.quick_events import Meal, MealData, Quick, Sale, SaleData
from core.codec import moment_text
from core.facts import Circumstance
from core.ids import PupilId
from core.orders import OrderState

_FIRST_YEAR: Final = f"{YEARS.start}"
_END_YEAR: Final = f"{YEARS.stop}"
# A member that is asked of its enum for each fact costs more than the rule (Python 3.11).
_RESERVED: Final = OrderState.RESERVED
_COLLECTED: Final = OrderState.COLLECTED


def book_plain(facts: Sequence[Quick], books: Books, *, now_text: str) -> bool:
    """Book facts of consecutive places if none breaks a rule, and say so; else change nothing.

    now_text: the centre's time, as it is stored.
    """
    sales = [fact.data for fact in facts if type(fact) is Sale]
    meals = [fact.data for fact in facts if type(fact) is Meal] if len(sales) < len(facts) else []
    served: list[MealData | SaleData] = [*sales, *meals]
    moved = _moved(sales)
    left = _left(moved, books)
    is_plain = _are_served_as_known(served, books) and not _are_to_settle(sales)
    is_plain = is_plain and _are_in_time(facts, books, now_text) and _are_reserved(meals, books)
    if left is None or not is_plain:
        return False
    books.wallet_cents.update(left)
    books.move(moved)
    _collect(meals, books)
    books.last_at = facts[-1].at
    if books.limited:
        _note_bought(sales, books)
    return True


def _moved(sales: Sequence[SaleData]) -> Mapping[PupilId, int]:
    """Return by how many cents sales change the wallets of those who bought."""
    moved: dict[PupilId, int] = {}
    for sale in sales:
        moved[sale.pupil] = moved.get(sale.pupil, 0) - sale.total_cents
    return moved


def _left(moved: Mapping[PupilId, int], books: Books) -> Mapping[PupilId, int] | None:
    """Return the cents in those wallets then; None when one is unknown, or overdrawn."""
    wallets, floor_cents = books.wallet_cents, -books.overdraft_max.cents
    if not moved.keys() <= wallets.keys():
        return None
    left = {pupil: wallets[pupil] + cents for pupil, cents in moved.items()}
    return left if min(left.values(), default=floor_cents) >= floor_cents else None


def _are_served_as_known(served: Sequence[MealData | SaleData], books: Books) -> bool:
    """Say whether each was served to whose badge it was, or by name; with no blocked one."""
    owners = [one.pupil if one.badge is None else books.badges.get(one.badge) for one in served]
    circumstances = {one.circumstances for one in served}
    is_blocked = any(Circumstance.BLOCKED_BADGE in some for some in circumstances)
    return owners == [one.pupil for one in served] and not is_blocked


def _are_to_settle(sales: Sequence[SaleData]) -> bool:
    return True in [sale.is_to_settle for sale in sales]


def _are_in_time(facts: Sequence[Quick], books: Books, now_text: str) -> bool:
    """Say whether each happened after the one before, the last one by now, in a year that is one.

    Moments as text in their one form stand in the order of time.
    """
    times = [fact.at_text for fact in facts]
    if books.last_at is not None:
        times.insert(0, moment_text(books.last_at))
    is_year_well = facts[0].at_text >= _FIRST_YEAR and times[-1] < _END_YEAR
    return is_year_well and times[-1] <= now_text and times == sorted(times)


def _are_reserved(meals: Sequence[MealData], books: Books) -> bool:
    """Say whether each is an order that waits, of that pupil and price, and none is there twice."""
    for meal in meals:
        order = books.orders.get(meal.order)
        if order is None or order.state is not _RESERVED:
            return False
        if order.pupil_id != meal.pupil or order.price.cents != meal.price_cents:
            return False
    return len({meal.order for meal in meals}) == len(meals)


def _collect(meals: Sequence[MealData], books: Books) -> None:
    orders = [meal.order for meal in meals]
    books.collected.update(orders)
    books.waiting.difference_update(orders)
    books.unclaimed.difference_update(orders)
    for key in orders:
        books.orders[key] = replace(books.orders[key], state=_COLLECTED)


def _note_bought(sales: Sequence[SaleData], books: Books) -> None:
    for sale in [sale for sale in sales if sale.pupil in books.limited]:
        note_bought(sale, books)
