"""Invoices in the centre's database.

Their money is in the books: the account `invoices`, under the invoice's id, stands below zero by
what is due. What is paid is kept in the invoice's own row, too, so that nobody has to add legs up;
the nightly check compares the two.
"""

from collections.abc import Sequence
from datetime import date

from central.database import Row, Session
from central.errors import RecordError
from core.ids import PupilId, SchoolId
from core.invoices import Invoice, spread
from core.money import Money

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
