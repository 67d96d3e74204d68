"""Bank lines in the books: imported once, matched to a pupil, or left for the bursar.

What came in is booked from the bank at once: into the general wallet of the pupil whose structured
communication it bears, onto the invoice whose communication it is, or onto the account of
unmatched money until somebody says whose it is. What a transfer holds beyond its invoice waits
there too.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from central.activities.invoices import lock_invoice, read_invoice
from central.activities.payments import Owed, add_payments, invoice_account, owed_by
from central.audit import write_audit
from central.bank.communications import payers
from central.bank.entries import BankEntry, BankFileError
from central.bank.formats import read_statements
from central.bank.matching import KnownLine, compare
from central.database import Row, Session
from central.errors import RecordError
from central.office import (
    Act,
    Entry,
    booking_id,
    checked_why,
    is_booked,
    post,
    post_all,
    read_wallets,
)
from central.store import Store
from core.codec import moment_text
from core.ids import PupilId, SchoolId
from core.ledger import (
    Account,
    AccountKind,
    Leg,
    Legs,
    balanced,
    transfer,
    wallet_account,
)
from core.money import ZERO, Money, sum_money
from core.wallet import WalletKind


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


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    known: lines that were in the books before. credited: to wallets. invoiced: to invoices, also
    where some of a transfer was left over.
    """

    format: str
    matched: int
    unmatched: int
    passed: int
    known: int
    credited: Money
    invoiced: Money = ZERO


def import_file(
    store: Store, school: SchoolId, *, name: str, body: bytes, act: Act
) -> ImportReport:
    """Read a bank file and book what is new in it, all in one transaction.

    name: the file's, for messages and the log. Raises BankFileError (place, fault and cure in one
    line, nothing booked) when it cannot be read whole, or tells of an account that is not the
    school's.
    """
    try:
        file = read_statements(body)
    except BankFileError as error:
        message = f"{name}, {error}"
        raise BankFileError(message) from error
    digest = hashlib.sha256(body).hexdigest()
    with store.database.writing() as session:
        _lock_accounts(session, school, file.entries, name)
        known = _known_lines(session, school, file.entries)
        compared = compare(file.entries, known, file_format=file.format.value)
        fresh = compared.fresh
        _note_retold(session, school, compared.retold)
        lines = _judge(session, school, fresh, taken={line.id for line in known})
        _write_lines(session, school, lines, fresh, file.format.value, act.at)
        post_all(session, school, [_incoming(line) for line in lines], act)
        add_payments(session, school, _payments(lines))
        _note_file(session, school, digest, file.format.value, name, act)
    count = Counter(line.state for line in lines)
    return ImportReport(
        format=file.format.value,
        matched=count[LineState.MATCHED],
        unmatched=count[LineState.UNMATCHED],
        passed=count[LineState.PASSED],
        known=len(file.entries) - len(fresh),
        credited=sum_money(
            line.amount
            for line in lines
            if line.state is LineState.MATCHED and line.invoice is None
        ),
        invoiced=sum_money(_payments(lines).values()),
    )


def list_lines(
    session: Session, school: SchoolId, *, state: LineState | None = None, limit: int = 500
) -> list[BankLine]:
    """Return a school's bank lines, the newest first. state: only these."""
    where = "" if state is None else " AND state = ?"
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM bank_line WHERE school_id = ?{where}"  # noqa: S608
        " ORDER BY booked_on DESC, id LIMIT ?",
        school,
        *([] if state is None else [state.value]),
        limit,
    )
    return [_line(row) for row in rows]


def find_line(session: Session, school: SchoolId, line: str) -> BankLine | None:
    """Return one bank line; None when this school has none of this id."""
    row = session.row(
        f"SELECT {_COLUMNS} FROM bank_line WHERE school_id = ? AND id = ?",  # noqa: S608
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


# --- reading -----------------------------------------------------------------------------------

_COLUMNS = (
    "id, account, booked_on, cents, communication, message, payer_account, payer_name, state,"
    " reason, pupil_id, settled_by, invoice_id, rest_cents"
)


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
        f"SELECT {_COLUMNS} FROM bank_line WHERE school_id = ? AND id = ?{session.for_update}",  # noqa: S608
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


def _known_lines(
    session: Session, school: SchoolId, entries: Sequence[BankEntry]
) -> list[KnownLine]:
    """Return the lines that could be entries of a file: of its accounts and its days."""
    if not entries:
        return []
    days = [entry.booked_on.isoformat() for entry in entries]
    known: list[KnownLine] = []
    for account in sorted({entry.account for entry in entries}):
        rows = session.rows(
            "SELECT id, account, booked_on, cents, reference, format, statement, communication,"
            " message FROM bank_line WHERE school_id = ? AND account = ?"
            " AND booked_on BETWEEN ? AND ? ORDER BY id",
            school,
            account,
            min(days),
            max(days),
        )
        known += [_known(row) for row in rows]
    return known


def _known(row: Row) -> KnownLine:
    statement, _, other_statement = str(row[6]).partition(_AND)
    return KnownLine(
        id=row[0],
        account=row[1],
        booked_on=date.fromisoformat(row[2]),
        cents=row[3],
        reference=row[4],
        format=row[5],
        statement=statement,
        communication=row[7],
        message=row[8],
        other_statement=other_statement,
    )


_AND = "\n"
"""Between the statements of both formats that told of a line; no statement's name has one."""


def _note_retold(
    session: Session, school: SchoolId, retold: Sequence[tuple[KnownLine, str]]
) -> None:
    """Keep which statement of the other format told of a line, so that no second one does."""
    for line, statement in retold:
        session.run(
            "UPDATE bank_line SET statement = ? WHERE school_id = ? AND id = ?",
            f"{line.statement}{_AND}{statement}",
            school,
            line.id,
        )


def _lock_accounts(
    session: Session, school: SchoolId, entries: Sequence[BankEntry], name: str
) -> None:
    """Let imports of one account follow each other, and refuse an account of somebody else."""
    accounts = sorted({entry.account for entry in entries})
    own = {
        row[0]
        for row in session.rows_by(
            "SELECT iban FROM school_account WHERE school_id = ? AND iban IN",
            accounts,
            school,
            lock=True,
        )
    }
    for entry in entries:
        if entry.account not in own:
            message = (
                f"{name}, {entry.place}: account {entry.account} is not noted for school {school};"
                " note it with `refectory central bank account`, or choose another file"
            )
            raise BankFileError(message)


# --- judging and booking -----------------------------------------------------------------------


def _judge(
    session: Session, school: SchoolId, entries: Sequence[BankEntry], *, taken: set[str]
) -> list[BankLine]:
    """Return new entries as lines: whose each is, or why nobody knows. taken: ids in the books."""
    communications = [entry.communication for entry in entries]
    whose = payers(session, school, communications)
    owed = owed_by(session, school, communications)
    owners = sorted(set(whose.values()))
    rows = session.rows_by("SELECT id FROM pupil WHERE school_id = ? AND id IN", owners, school)
    here = {row[0] for row in rows}
    lines = []
    for entry in entries:
        pupil = whose.get(entry.communication)
        asked = owed.get(entry.communication)
        if asked is not None and entry.amount > ZERO and not entry.is_reversal:
            state, reason, rest = _invoice_state(entry, asked)
            pupil = asked.pupil
        else:
            asked = None
            state, reason = _state(entry, pupil, is_here=pupil in here)
            rest = entry.amount if state is LineState.UNMATCHED else ZERO
        lines.append(
            BankLine(
                id=_free_id(school, entry, taken),
                account=entry.account,
                booked_on=entry.booked_on,
                amount=entry.amount,
                communication=entry.communication,
                message=entry.message,
                payer_account=entry.payer_account,
                payer_name=entry.payer_name,
                state=state,
                reason=reason,
                pupil=pupil if state is LineState.MATCHED else None,
                settled_by=None,
                invoice=None if asked is None else asked.invoice,
                rest=rest,
            )
        )
    return lines


def _invoice_state(entry: BankEntry, asked: Owed) -> tuple[LineState, str, Money]:
    """Return what an invoice takes of a transfer: all of it, or the rest and why it waits."""
    taken = asked.take(entry.amount)
    rest = entry.amount - taken
    if rest == ZERO:
        return LineState.MATCHED, "", ZERO
    reason = (
        f"{rest.text()} euro more than its invoice asked for"
        if taken
        else "its invoice asks for nothing any longer"
    )
    return LineState.UNMATCHED, reason, rest


def _payments(lines: Sequence[BankLine]) -> dict[str, Money]:
    """Return what transfers paid of each invoice."""
    paid: dict[str, Money] = {}
    for line in lines:
        if line.invoice is not None and line.amount > line.rest:
            paid[line.invoice] = paid.get(line.invoice, ZERO) + line.amount - line.rest
    return paid


def _free_id(school: SchoolId, entry: BankEntry, taken: set[str]) -> str:
    """Return an id made of the entry; equal entries of one day differ by their number."""
    said = (
        f"{school} {entry.account} {entry.booked_on} {entry.amount.cents} {entry.reference}"
        f" {entry.communication} {entry.message}"
    )
    number = 1
    while (made := hashlib.sha256(f"{said} {number}".encode()).hexdigest()[:24]) in taken:
        number += 1
    taken.add(made)
    return made


def _state(entry: BankEntry, pupil: PupilId | None, *, is_here: bool) -> tuple[LineState, str]:
    if entry.is_reversal:
        return LineState.UNMATCHED, "the bank took an earlier movement back"
    if entry.amount <= ZERO:
        return LineState.PASSED, ""
    if not entry.communication:
        return LineState.UNMATCHED, "it bears no valid structured communication"
    if pupil is None:
        return LineState.UNMATCHED, "no pupil of this school has this structured communication"
    if not is_here:
        return LineState.UNMATCHED, "the pupil with this structured communication has left"
    return LineState.MATCHED, ""


def _incoming(line: BankLine) -> Entry:
    """Return how a new line is booked; money that only left the account is not booked here."""
    if line.state is LineState.PASSED:
        return Entry("bank.passed", line.id, line.id, ())
    bank, waiting = Account(AccountKind.BANK), Account(AccountKind.BANK_UNMATCHED)
    if line.invoice is not None and line.amount > line.rest:
        legs = balanced(
            (
                Leg("source", bank, -line.amount),
                Leg("invoice", invoice_account(line.invoice), line.amount - line.rest),
                Leg("target", waiting, line.rest),
            )
        )
        return Entry("bank.invoice", line.id, line.id, legs)
    is_matched = line.state is LineState.MATCHED and line.pupil is not None
    if is_matched and line.pupil is not None:
        target = wallet_account(WalletKind.GENERAL, line.pupil)
    else:
        target = waiting
    legs = transfer(source=bank, target=target, amount=line.amount)
    kind = "bank.topped_up" if is_matched else "bank.unmatched"
    return Entry(kind, line.id, line.id, legs)


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


def _write_lines(
    session: Session,
    school: SchoolId,
    lines: Sequence[BankLine],
    entries: Sequence[BankEntry],
    file_format: str,
    at: datetime,
) -> None:
    columns = (
        "school_id",
        *(name for name in _COLUMNS.split(", ") if name != "settled_by"),
        "reference",
        "format",
        "statement",
        "place",
        "read_at",
    )
    session.insert_many(
        "bank_line",
        columns,
        [
            (
                school,
                line.id,
                line.account,
                line.booked_on.isoformat(),
                line.amount.cents,
                line.communication,
                line.message,
                line.payer_account,
                line.payer_name,
                line.state.value,
                line.reason,
                line.pupil,
                line.invoice,
                line.rest.cents,
                entry.reference,
                file_format,
                entry.statement,
                entry.place,
                moment_text(at),
            )
            for line, entry in zip(lines, entries, strict=True)
        ],
    )


def _note_file(
    session: Session, school: SchoolId, digest: str, file_format: str, name: str, act: Act
) -> None:
    found = session.row(
        "SELECT 1 FROM bank_file WHERE school_id = ? AND digest = ?", school, digest
    )
    if found is not None:
        return
    session.insert_many(
        "bank_file",
        ("school_id", "digest", "format", "name", "read_at", "who"),
        [(school, digest, file_format, name, moment_text(act.at), act.who)],
    )
    write_audit(
        session, school, who=act.who, what=f"bank file read: {name}", subject=digest, at=act.at
    )
