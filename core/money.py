"""Money in whole euro cents: the only type in which an amount may travel."""

import re
from collections.abc import Iterable
from typing import Self

from core.errors import MoneyFormatError
from core.value import Value

_WRITTEN = re.compile(r"(-?)([0-9]{1,9})(?:[.,]([0-9]{2}))?")
_PER_MILLE = 1000


class Money(Value, order=True):
    """An amount in whole euro cents; negative where money is owed."""

    cents: int

    def __post_init__(self) -> None:
        assert type(self.cents) is int, "money is whole cents"

    def __add__(self, other: Self) -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: Self) -> "Money":
        return Money(self.cents - other.cents)

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.cents * quantity)

    def __bool__(self) -> bool:
        return self.cents != 0

    def text(self, decimal_mark: str = ".") -> str:
        """Return the amount in euro with two decimals, as in `-4.50`."""
        euro, cents = divmod(abs(self.cents), 100)
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{euro}{decimal_mark}{cents:02d}"


ZERO = Money(0)


def parse_money(written: str) -> Money:
    """Return the amount written in euro, with a point or a comma: `4.50`, `4,50`, `-12`.

    Raises MoneyFormatError for anything else, such as one or three decimals.
    """
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        message = f"{written!r} is not an amount in euro; write it like 4.50"
        raise MoneyFormatError(message)
    sign, euro, cents = found.groups()
    total = int(euro) * 100 + int(cents or 0)
    return Money(-total if sign else total)


def sum_money(amounts: Iterable[Money]) -> Money:
    """Return the sum of amounts; ZERO when there are none."""
    return Money(sum([amount.cents for amount in amounts]))


def vat_within(gross: Money, *, vat_permille: int) -> Money:
    """Return the VAT contained in a gross amount, rounded half up to a cent.

    vat_permille: the rate in thousandths (60 is 6 %). The net amount, `gross` minus the result,
    carries the odd cent. This is the one place where money is rounded.
    """
    assert vat_permille >= 0, "a VAT rate is not negative"
    divisor = _PER_MILLE + vat_permille
    vat = (2 * abs(gross.cents) * vat_permille + divisor) // (2 * divisor)
    return Money(-vat if gross.cents < 0 else vat)
