"""Bank lines in the books: listed, and those that nobody knew settled by the bursar.

How they come in is told by `central.bank.importing`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.activities.invoices import lock_invoice, read_invoice
from central.activities.payments import add_payments, invoice_account
from central.database import Row, Session
from central.errors import RecordError
from central.office import (
    Act,
    Entry,
    booking_id,
    checked_why,
    is_booked,
    post,
    read_wallets,
)
from central.store import Store
from core.codec import moment_text
from core.ids import PupilId, SchoolId
from core.ledger import (
    Account,
    AccountKind,
    Legs,
    transfer,
    wallet_account,
)
from core.money import ZERO, Money
from core.wallet import WalletKind

COLUMNS = (
    "id, account, booked_on, cents, communication, message, payer_account, payer_name, state,"
    " reason, pupil_id, settled_by, invoice_id, rest_cents"
)


class LineState(StrEnum):
    """Where a bank line stands."""

    MATCHED = "matched"
    """Booked into the wallet, or onto the invoice, that its structured communication names."""
    UNMATCHED = "unmatched"
    """It waits for the bursar."""
    ASSIGNED = "assigned"
    """The bursar said whose it is."""
    SENT_BACK = "sent_back"
    """The bursar sent the money back."""
    PASSED = "passed"
    """Money that left the account: no top-up, and not booked here."""


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line.

    communication: twelve digits or empty. reason: why it could not be matched. invoice: that it
    paid. rest: what of its amount waits, or waited, for the bursar.
    """

    id: str
    account: str
    booked_on: date
    amount: Money
    communication: str
    message: str
    payer_account: str
    payer_name: str
    state: LineState
    reason: str
    pupil: PupilId | None
    settled_by: str | None
    invoice: str | None = None
    rest: Money = ZERO


def list_lines(
    session: Session, school: SchoolId, *, state: LineState | None = None, limit: int = 500
) -> list[BankLine]:
    """Return a school's bank lines, the newest first. state: only these."""
    where = "" if state is None else " AND state = ?"
    rows = session.rows(
        f"SELECT {COLUMNS} FROM bank_line WHERE school_id = ?{where}"  # noqa: S608
        " ORDER BY booked_on DESC, id LIMIT ?",
        school,
        *([] if state is None else [state.value]),
        limit,
    )
    return [_line(row) for row in rows]


def find_line(session: Session, school: SchoolId, line: str) -> BankLine | None:
    """Return one bank line; None when this school has none of this id."""
    row = session.row(
        f"SELECT {COLUMNS} FROM bank_line WHERE school_id = ? AND id = ?",  # noqa: S608
        school,
        line,
    )
    return None if row is None else _line(row)


def assign(store: Store, school: SchoolId, *, line: str, pupil: PupilId, act: Act) -> BankLine:
    """Book an unmatched line into a pupil's general wallet. The same again changes nothing.

    Raises RecordError when there is no such line or pupil, or it was settled in another way.
    """
    with store.database.writing() as session:
        found = _waiting(session, school, line)
        if found.state is LineState.ASSIGNED and found.pupil == pupil:
            return found
        _refuse_settled(found)
        if session.row("SELECT 1 FROM pupil WHERE school_id = ? AND id = ?", school, pupil) is None:
            message = f"there is no pupil {pupil} at school {school}"
            raise RecordError(message)
        legs = _from_unmatched(found, wallet_account(WalletKind.GENERAL, pupil))
        _settle(session, school, found, LineState.ASSIGNED, pupil, act)
        post(session, school, Entry("bank.assigned", found.id, found.id, legs), act)
        return _waiting(session, school, line)


def assign_to_invoice(
    store: Store, school: SchoolId, *, line: str, invoice: str, act: Act
) -> BankLine:
    """Let an unmatched line pay an invoice; what is left over waits on. Done twice, it is once.

    Raises RecordError when there is no such line or invoice, or either is settled.
    """
    with store.database.writing() as session:
        asked = read_invoice(session, school, invoice)
        read_wallets(session, school, asked.pupil, lock=True)
        asked = lock_invoice(session, school, invoice)
        found = _waiting(session, school, line)
        if is_booked(session, school, booking_id(school, "bank.assigned", f"{line} {invoice}")):
            return found
        _refuse_settled(found)
        paid = min(found.rest, asked.left)
        if paid == ZERO:
            message = "this invoice asks for nothing any longer; name another, or a pupil"
            raise RecordError(message)
        legs = transfer(
            source=Account(AccountKind.BANK_UNMATCHED), target=invoice_account(invoice), amount=paid
        )
        post(session, school, Entry("bank.assigned", f"{line} {invoice}", found.id, legs), act)
        add_payments(session, school, {invoice: paid})
        if paid == found.rest:
            _settle(session, school, found, LineState.ASSIGNED, asked.pupil, act)
        session.run(
            "UPDATE bank_line SET invoice_id = ?, rest_cents = ? WHERE school_id = ? AND id = ?",
            invoice,
            (found.rest - paid).cents,
            school,
            line,
        )
        return _waiting(session, school, line)


def send_back(store: Store, school: SchoolId, *, line: str, act: Act) -> BankLine:
    """Note that an unmatched line's money was sent back to who paid it, for a reason."""
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        found = _waiting(session, school, line)
        if found.state is LineState.SENT_BACK:
            return found
        _refuse_settled(found)
        legs = _from_unmatched(found, Account(AccountKind.BANK))
        _settle(session, school, found, LineState.SENT_BACK, None, act)
        post(session, school, Entry("bank.sent_back", found.id, found.id, legs), act)
        return _waiting(session, school, line)


def _line(row: Row) -> BankLine:
    return BankLine(
        id=row[0],
        account=row[1],
        booked_on=date.fromisoformat(row[2]),
        amount=Money(row[3]),
        communication=row[4],
        message=row[5],
        payer_account=row[6],
        payer_name=row[7],
        state=LineState(row[8]),
        reason=row[9],
        pupil=None if row[10] is None else PupilId(row[10]),
        settled_by=row[11],
        invoice=row[12],
        # Lines of before there were invoices waited whole, where they waited.
        rest=Money(row[3] if row[13] is None else row[13]),
    )


def _waiting(session: Session, school: SchoolId, line: str) -> BankLine:
    row = session.row(
        f"SELECT {COLUMNS} FROM bank_line WHERE school_id = ? AND id = ?{session.for_update}",  # noqa: S608
        school,
        line,
    )
    if row is None:
        message = f"there is no bank line {line!r} at school {school}"
        raise RecordError(message)
    return _line(row)


def _refuse_settled(line: BankLine) -> None:
    if line.state is not LineState.UNMATCHED:
        message = f"this line is {line.state.value.replace('_', ' ')} already"
        raise RecordError(message)


def _from_unmatched(line: BankLine, target: Account) -> Legs:
    return transfer(source=Account(AccountKind.BANK_UNMATCHED), target=target, amount=line.rest)


def _settle(
    session: Session,
    school: SchoolId,
    line: BankLine,
    state: LineState,
    pupil: PupilId | None,
    act: Act,
) -> None:
    session.run(
        "UPDATE bank_line SET state = ?, pupil_id = ?, settled_by = ?, settled_at = ?"
        " WHERE school_id = ? AND id = ?",
        state.value,
        pupil,
        act.who,
        moment_text(act.at),
        school,
        line.id,
    )
