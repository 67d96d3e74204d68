"""The money of invoices: made, paid by transfer or from the wallet, credited. Each is a posting.

An invoice is income on the day it is made, and owed by its account until it is paid. A credit is a
new posting, never a change of the old one; what was paid beyond what is owed then goes to the
pupil's general wallet, from where the office can pay it out.
"""

from dataclasses import dataclass
from datetime import date

from central.activities.invoices import lock_invoice, read_invoice
from central.activities.plans import Activity, read_activity
from central.bank.communications import school_year, unused_digits
from central.database import Session
from central.errors import RecordError
from central.feed import advance_feed
from central.office import Act, Entry, booking_id, checked_why, is_booked, post, read_wallets
from central.store import Store
from core.ids import PupilId, SchoolId
from core.invoices import Invoice
from core.ledger import Account, AccountKind, transfer, wallet_account
from core.money import ZERO, Money
from core.wallet import WalletKind

_MADE, _CREDITED, _REFUNDED = "invoice.made", "invoice.credited", "invoice.refunded"
_FROM_WALLET = "invoice.from_wallet"


class NotEnoughError(RecordError):
    """The general wallet holds less than what is to be paid from it."""


class TooMuchError(RecordError):
    """An invoice asks for less than what is to be paid for it."""


def invoice_account(invoice: str) -> Account:
    """Return the account of what is owed for an invoice."""
    return Account(AccountKind.INVOICES, invoice)


def income_account(activity: str) -> Account:
    """Return the account of what an activity brings in."""
    return Account(AccountKind.ACTIVITIES, activity)


def make_invoice(
    session: Session,
    school: SchoolId,
    activity: Activity,
    pupil: PupilId,
    *,
    turn: int,
    today: date,
    act: Act,
) -> str:
    """Invoice a pupil for an activity, and return the invoice's id.

    turn: how often this pupil was invoiced for it before; an answer may change. The caller holds
    the pupil's row of the activity.
    """
    assert activity.price > ZERO, "what is free is not invoiced"
    name = f"{activity.id} {pupil} {turn}"
    invoice = booking_id(school, "invoice", name)
    digits = unused_digits(session, school, name, school_year(today))
    legs = transfer(
        source=invoice_account(invoice), target=income_account(activity.id), amount=activity.price
    )
    post(session, school, Entry(_MADE, invoice, invoice, legs), act)
    session.insert_many(
        "invoice",
        (
            "school_id",
            "id",
            "pupil_id",
            "activity_id",
            "digits",
            "turn",
            "made_on",
            "cents",
            "credited_cents",
            "paid_cents",
            "cursor",
        ),
        [
            (
                school,
                invoice,
                pupil,
                activity.id,
                digits,
                turn,
                today.isoformat(),
                activity.price.cents,
                0,
                0,
                advance_feed(session, school),
            )
        ],
    )
    session.insert_many(
        "instalment",
        ("school_id", "invoice_id", "number", "due_on", "cents"),
        [
            (school, invoice, number, due_on.isoformat(), amount.cents)
            for number, (due_on, amount) in enumerate(activity.instalments, start=1)
        ],
    )
    return invoice


def credit(
    session: Session, school: SchoolId, invoice: Invoice, amount: Money, *, key: str, act: Act
) -> Money:
    """Take an amount off an invoice, and return what went back to the general wallet.

    invoice: locked, with its pupil's wallet. key: the same again changes nothing. Raises
    RecordError when it asks for less than the amount.
    """
    name = f"{invoice.id} {key}"
    if is_booked(session, school, booking_id(school, _CREDITED, name)):
        return ZERO
    if not ZERO < amount <= invoice.owed:
        message = (
            f"the invoice asks for {invoice.owed.text()} euro; credit an amount up to that,"
            f" not {amount.text()}"
        )
        raise RecordError(message)
    legs = transfer(
        source=income_account(invoice.activity), target=invoice_account(invoice.id), amount=amount
    )
    post(session, school, Entry(_CREDITED, name, invoice.id, legs), act)
    owed = invoice.owed - amount
    back = max(invoice.paid - owed, ZERO)
    if back:
        wallet = wallet_account(WalletKind.GENERAL, invoice.pupil)
        legs = transfer(source=invoice_account(invoice.id), target=wallet, amount=back)
        post(session, school, Entry(_REFUNDED, name, invoice.id, legs), act)
    session.run(
        "UPDATE invoice SET credited_cents = credited_cents + ?, paid_cents = paid_cents - ?,"
        " cursor = ? WHERE school_id = ? AND id = ?",
        amount.cents,
        back.cents,
        advance_feed(session, school),
        school,
        invoice.id,
    )
    return back


def credit_invoice(
    store: Store, school: SchoolId, *, invoice: str, amount: Money, key: str, act: Act
) -> Invoice:
    """Take an amount off an invoice, for the reason that `act` gives. Raises RecordError."""
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        locked = _locked(session, school, invoice)
        credit(session, school, locked, amount, key=key, act=act)
        return read_invoice(session, school, invoice)


def pay_from_wallet(
    store: Store, school: SchoolId, *, invoice: str, amount: Money, key: str, act: Act
) -> Invoice:
    """Pay some of an invoice from the pupil's general wallet. The same key again changes nothing.

    Raises RecordError when the school does not let a wallet pay this activity, the wallet holds
    less (no overdraft for a trip), or the invoice asks for less.
    """
    with store.database.writing() as session:
        locked = _locked(session, school, invoice)
        name = f"{invoice} {key}"
        if is_booked(session, school, booking_id(school, _FROM_WALLET, name)):
            return locked
        if not read_activity(session, school, locked.activity).takes_wallet:
            message = "the school does not let the wallet pay this; pay it by bank transfer"
            raise RecordError(message)
        if not ZERO < amount <= locked.left:
            message = (
                f"the invoice still asks for {locked.left.text()} euro; pay an amount up to that"
            )
            raise TooMuchError(message)
        held = read_wallets(session, school, locked.pupil)
        general = ZERO if held is None else held.general
        if general < amount:
            message = f"the general wallet holds {general.text()} euro, not {amount.text()}"
            raise NotEnoughError(message)
        legs = transfer(
            source=wallet_account(WalletKind.GENERAL, locked.pupil),
            target=invoice_account(invoice),
            amount=amount,
        )
        post(session, school, Entry(_FROM_WALLET, name, invoice, legs), act)
        add_payments(session, school, {invoice: amount})
        return read_invoice(session, school, invoice)


def add_payments(session: Session, school: SchoolId, paid: dict[str, Money]) -> None:
    """Note what was paid for invoices; their postings are the caller's."""
    if not paid:
        return
    cursor = advance_feed(session, school)
    session.run_many(
        "UPDATE invoice SET paid_cents = paid_cents + ?, cursor = ? WHERE school_id = ? AND id = ?",
        [(amount.cents, cursor, school, invoice) for invoice, amount in sorted(paid.items())],
    )


@dataclass(slots=True)
class Owed:
    """What a communication asks for, counted down by the transfers of one file."""

    invoice: str
    pupil: PupilId
    left: Money

    def take(self, amount: Money) -> Money:
        """Return how much of a transfer the invoice takes."""
        taken = min(amount, self.left)
        self.left -= taken
        return taken


def owed_by(session: Session, school: SchoolId, digits: list[str]) -> dict[str, Owed]:
    """Return the invoices that bear communications, each locked, their pupils' wallets first."""
    sql = "SELECT digits, id, pupil_id FROM invoice WHERE school_id = ? AND digits IN"
    rows = session.rows_by(sql, sorted(set(digits)), school)
    session.rows_by(
        "SELECT pupil_id FROM wallet WHERE school_id = ? AND pupil_id IN",
        sorted({row[2] for row in rows}),
        school,
        lock=True,
    )
    left = {
        row[0]: Money(row[1])
        for row in session.rows_by(
            "SELECT id, cents - credited_cents - paid_cents FROM invoice"
            " WHERE school_id = ? AND id IN",
            sorted(row[1] for row in rows),
            school,
            lock=True,
        )
    }
    return {row[0]: Owed(row[1], PupilId(row[2]), left[row[1]]) for row in rows}


def _locked(session: Session, school: SchoolId, invoice: str) -> Invoice:
    pupil = read_invoice(session, school, invoice).pupil
    read_wallets(session, school, pupil, lock=True)
    return lock_invoice(session, school, invoice)
