"""A bank file's way into the books: read whole, compared, judged, booked, all in one transaction.

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

from central.activities.payments import Owed, add_payments, invoice_account, owed_by
from central.audit import write_audit
from central.bank.communications import payers
from central.bank.entries import BankEntry, BankFileError
from central.bank.formats import read_statements
from central.bank.lines import COLUMNS, BankLine, LineState
from central.bank.matching import KnownLine, compare
from central.database import Row, Session
from central.office import (
    Act,
    Entry,
    post_all,
)
from central.store import Store
from core.codec import moment_text
from core.ids import PupilId, SchoolId
from core.ledger import (
    Account,
    AccountKind,
    Leg,
    balanced,
    transfer,
    wallet_account,
)
from core.money import ZERO, Money, sum_money
from core.wallet import WalletKind


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
            " message, other_statement FROM bank_line WHERE school_id = ? AND account = ?"
            " AND booked_on BETWEEN ? AND ? ORDER BY id",
            school,
            account,
            min(days),
            max(days),
        )
        known += [_known(row) for row in rows]
    return known


def _known(row: Row) -> KnownLine:
    return KnownLine(
        id=row[0],
        account=row[1],
        booked_on=date.fromisoformat(row[2]),
        cents=row[3],
        reference=row[4],
        format=row[5],
        statement=row[6],
        communication=row[7],
        message=row[8],
        other_statement=row[9],
    )


def _note_retold(
    session: Session, school: SchoolId, retold: Sequence[tuple[KnownLine, str]]
) -> None:
    """Keep which statement of the other format told of a line, so that no second one does."""
    for line, statement in retold:
        session.run(
            "UPDATE bank_line SET other_statement = ? WHERE school_id = ? AND id = ?",
            statement,
            school,
            line.id,
        )


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


def _payments(lines: Sequence[BankLine]) -> dict[str, Money]:
    """Return what transfers paid of each invoice."""
    paid: dict[str, Money] = {}
    for line in lines:
        if line.invoice is not None and line.amount > line.rest:
            paid[line.invoice] = paid.get(line.invoice, ZERO) + line.amount - line.rest
    return paid


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
    kind, target = "bank.unmatched", waiting
    if line.state is LineState.MATCHED and line.pupil is not None:
        kind, target = "bank.topped_up", wallet_account(WalletKind.GENERAL, line.pupil)
    legs = transfer(source=bank, target=target, amount=line.amount)
    return Entry(kind, line.id, line.id, legs)


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
        *(name for name in COLUMNS.split(", ") if name != "settled_by"),
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
