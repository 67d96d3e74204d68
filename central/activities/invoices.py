"""What a pupil owes for an activity: an invoice in instalments, and how far each is paid.

Its money is in the books: the account `invoices`, under the invoice's id, stands below zero by
what is due. What is paid here beside is the same sum, kept so that nobody has to add legs up; the
nightly check compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.database import Row, Session
from central.errors import RecordError
from core.ids import PupilId, SchoolId
from core.money import ZERO, Money
from core.payment_reference import written_communication


class DueState(StrEnum):
    """How an instalment, or a whole invoice, stands on a day."""

    OPEN = "open"
    PART_PAID = "part_paid"
    PAID = "paid"
    LATE = "late"
    """Its day is over, and something is missing."""
    CREDITED = "credited"
    """Nothing is owed for it any longer."""


@dataclass(frozen=True, slots=True)
class Instalment:
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


@dataclass(frozen=True, slots=True)
class Invoice:
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


# --- reading -----------------------------------------------------------------------------------

_SELECT = (
    "SELECT i.id, i.pupil_id, i.activity_id, a.name, i.digits, i.made_on, i.cents,"
    " i.credited_cents, i.paid_cents FROM invoice i JOIN activity a"
    " ON a.school_id = i.school_id AND a.id = i.activity_id WHERE i.school_id = ?"
)
_ORDER = " ORDER BY i.made_on, i.activity_id, i.turn, i.id"


def invoices_of_pupil(session: Session, school: SchoolId, pupil: PupilId) -> list[Invoice]:
    """Return a pupil's invoices, the oldest first."""
    rows = session.rows(f"{_SELECT} AND i.pupil_id = ?{_ORDER}", school, pupil)
    return _whole(session, school, rows)


def invoices_of_activity(session: Session, school: SchoolId, activity: str) -> list[Invoice]:
    """Return the invoices of an activity, the oldest first."""
    rows = session.rows(f"{_SELECT} AND i.activity_id = ?{_ORDER}", school, activity)
    return _whole(session, school, rows)


def find_invoice(session: Session, school: SchoolId, invoice: str) -> Invoice | None:
    """Return an invoice; None when this school has none of this id."""
    rows = session.rows(f"{_SELECT} AND i.id = ?", school, invoice)
    found = _whole(session, school, rows)
    return found[0] if found else None


def invoice_of_digits(session: Session, school: SchoolId, digits: str) -> str | None:
    """Return the id of the invoice with a communication; None when a school has none."""
    row = session.row("SELECT id FROM invoice WHERE school_id = ? AND digits = ?", school, digits)
    return None if row is None else str(row[0])


def read_invoice(session: Session, school: SchoolId, invoice: str) -> Invoice:
    """Return an invoice. Raises RecordError when there is none of this id."""
    found = find_invoice(session, school, invoice)
    if found is None:
        message = f"there is no invoice {invoice} at school {school}"
        raise RecordError(message)
    return found


def lock_invoice(session: Session, school: SchoolId, invoice: str) -> Invoice:
    """Return an invoice that nobody else may change until the transaction ends.

    The caller holds its pupil's wallet already: wallets before invoices, so that nobody waits for
    each other. Raises RecordError when there is none of this id.
    """
    session.rows_by(
        "SELECT id FROM invoice WHERE school_id = ? AND id IN", [invoice], school, lock=True
    )
    return read_invoice(session, school, invoice)


def _whole(session: Session, school: SchoolId, rows: Sequence[Row]) -> list[Invoice]:
    plans: dict[str, list[tuple[int, date, Money]]] = {row[0]: [] for row in rows}
    for row in session.rows_by(
        "SELECT invoice_id, number, due_on, cents FROM instalment"
        " WHERE school_id = ? AND invoice_id IN",
        sorted(plans),
        school,
    ):
        plans[row[0]].append((row[1], date.fromisoformat(row[2]), Money(row[3])))
    return [
        Invoice(
            id=row[0],
            pupil=PupilId(row[1]),
            activity=row[2],
            label=row[3],
            digits=row[4],
            made_on=date.fromisoformat(row[5]),
            amount=Money(row[6]),
            credited=Money(row[7]),
            paid=Money(row[8]),
            instalments=spread(sorted(plans[row[0]]), credited=Money(row[7]), paid=Money(row[8])),
        )
        for row in rows
    ]
