"""What a till can mean at all: the years, amounts and quantities that are no false money."""

from collections.abc import Iterable

from core.errors import MalformedEventError
from core.facts import (
    CashMoved,
    Fact,
    MealCollected,
    MealVoided,
    PeriodClosed,
    PresenceWithdrawn,
    ReserveMoved,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    StudyEntered,
    TopUpVoided,
    WalletToppedUp,
)
from core.money import Money

YEARS = range(2000, 2200)
"""Outside these a clock is wrong, and near the ends of the calendar arithmetic fails."""
CENTS_MAX = 1_000_000
QUANTITY_MAX = 1000
"""What no till can mean lies beyond these."""


def refuse_absurd(fact: Fact) -> None:
    """Raise MalformedEventError for amounts that no till can mean: they would be false money."""
    amounts, quantities = _figures_of(fact)
    if any(not 1 <= quantity <= QUANTITY_MAX for quantity in quantities):
        message = "a line's quantity is not between 1 and 1000"
        raise MalformedEventError(message)
    if any(not 0 <= amount.cents <= CENTS_MAX for amount in amounts):
        message = "an amount is below zero or above ten thousand euro"
        raise MalformedEventError(message)


def _figures_of(  # noqa: PLR0911  one line a kind of fact
    fact: Fact,
) -> tuple[list[Money], list[int]]:
    """Return the amounts that a fact books, and the quantities of its lines."""
    match fact:
        case MealCollected() | MealVoided():
            meal = fact.meal if isinstance(fact, MealVoided) else fact
            return [meal.price], []
        case SaleMade() | SaleVoided():
            sale = fact.sale if isinstance(fact, SaleVoided) else fact
            return [sale.total, *_prices(sale.lines)], [line.quantity for line in sale.lines]
        case SaleRefunded():
            lines = [back.line for back in fact.lines]
            return [fact.total, *_prices(lines)], [line.quantity for line in lines]
        case WalletToppedUp() | TopUpVoided():
            top_up = fact.top_up if isinstance(fact, TopUpVoided) else fact
            return [top_up.amount], []
        case CashMoved():
            return [fact.amount], []
        case StudyEntered() | PresenceWithdrawn():
            return [fact.price], []
        case ReserveMoved():
            return [fact.amount], []
        case PeriodClosed():
            return [] if fact.counted is None else [fact.counted], []
        case _:
            return [], []


def _prices(lines: Iterable[SaleLine]) -> list[Money]:
    return [line.unit_price for line in lines]
