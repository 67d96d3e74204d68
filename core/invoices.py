"""What a pupil owes for an activity: an invoice in instalments, and how far each is paid.

The centre makes and books invoices; a terminal knows them from its copy. How they stand on a day is
told by the same rules in both places.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from core.ids import PupilId
from core.money import ZERO, Money
from core.payment_reference import written_communication
from core.value import Value


class DueState(StrEnum):
    """How an instalment, or a whole invoice, stands on a day."""

    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"
    LATE = "late"
    """Its day is over, and something is missing."""
    CREDITED = "credited"
    """Nothing is owed for it any longer."""


class Instalment(Value):
    """One part of an invoice. number: from 1. amount: what is owed for it. paid: of that."""

    number: int
    due_on: date
    amount: Money
    paid: Money

    @property
    def left(self) -> Money:
        """What is still to be paid."""
        return self.amount - self.paid

    def state(self, today: date) -> DueState:
        """Return how it stands on a day; the day that it is due is in time."""
        return _state(self.amount, self.paid, is_late=self.due_on < today)


class Invoice(Value):
    """One invoice. digits: of its communication. amount: as it was made. paid: after refunds."""

    id: str
    pupil: PupilId
    activity: str
    label: str
    digits: str
    made_on: date
    amount: Money
    credited: Money
    paid: Money
    instalments: tuple[Instalment, ...]

    @property
    def communication(self) -> str:
        """The structured communication, as people write it."""
        return written_communication(self.digits)

    @property
    def owed(self) -> Money:
        """What it asks for in all."""
        return self.amount - self.credited

    @property
    def left(self) -> Money:
        """What is still to be paid."""
        return self.owed - self.paid

    def overdue(self, today: date) -> Money:
        """Return what should have been paid before a day, and was not."""
        late = (one.left for one in self.instalments if one.due_on < today)
        return Money(sum(one.cents for one in late))

    def next_due(self) -> Instalment | None:
        """Return the first instalment of which something is missing."""
        return next((one for one in self.instalments if one.left), None)

    def state(self, today: date) -> DueState:
        """Return how it stands on a day."""
        return _state(self.owed, self.paid, is_late=bool(self.overdue(today)))


def _state(amount: Money, paid: Money, *, is_late: bool) -> DueState:
    if amount == ZERO:
        return DueState.CREDITED
    if paid == amount:
        return DueState.PAID
    if is_late:
        return DueState.LATE
    return DueState.PART_PAID if paid else DueState.OPEN


def spread(
    plan: Sequence[tuple[int, date, Money]], *, credited: Money, paid: Money
) -> tuple[Instalment, ...]:
    """Return instalments with what each still asks for.

    plan: number, day and amount of each. A credit takes from the last one first, a payment goes
    to the first one first.
    """
    asked: list[Money] = []
    for _, _, amount in reversed(plan):
        taken = min(credited, amount)
        credited -= taken
        asked.insert(0, amount - taken)
    assert credited == ZERO, "an invoice is not credited with more than it asks for"
    made = []
    for (number, due_on, _), amount in zip(plan, asked, strict=True):
        part = min(paid, amount)
        paid -= part
        made.append(Instalment(number, due_on, amount, part))
    assert paid == ZERO, "an invoice holds no more than it asks for"
    return tuple(made)
