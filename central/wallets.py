"""The two wallets of a pupil at the bursar's office: moved, adjusted, paid out, explained.

General pays every purchase; reserve never pays one, and is only moved to general. Each act is a
posting with a reason, under a key that the asker makes: the same key again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from central.database import Session
from central.errors import RecordError
from central.event_places import JOIN_ARRIVAL, OF_ARRIVAL
from central.office import Act, booking_id, checked_why, is_booked, post, read_wallets
from central.office import Entry as Posted
from central.records import read_policy
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import PupilId, SchoolId
from core.ledger import Account, AccountKind, Leg, balanced, transfer, wallet_account
from core.money import ZERO, Money
from core.wallet import WalletKind, Wallets

__all__ = ["Act", "Entry", "adjust", "move", "pay_out", "read_wallets", "statement"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a pupil's statement.

    at: when it was booked. kind: what it was, as in `sale.made` or `wallet.moved`. change: of that
    wallet. subject: the order, the terminal's event or the bank line behind it. place: where it
    happened; a terminal's name, empty at the office. known_at: when the centre heard of it.
    """

    at: datetime
    kind: str
    wallet: WalletKind
    change: Money
    subject: str
    place: str
    who: str
    why: str
    known_at: datetime


def move(
    store: Store,
    school: SchoolId,
    *,
    pupil: PupilId,
    source: WalletKind,
    amount: Money,
    key: str,
    act: Act,
) -> Wallets:
    """Move an amount from one wallet of a pupil to the other, and return both balances.

    key: made by the asker; the same again changes nothing. Raises RecordError when the source
    holds less, or there is no such pupil.
    """
    _positive(amount)
    target = WalletKind.RESERVE if source is WalletKind.GENERAL else WalletKind.GENERAL
    kind = "wallet.moved"
    with store.database.writing() as session:
        known = _known(session, school, pupil)
        if is_booked(session, school, booking_id(school, kind, f"{pupil} {key}")):
            return known
        held = known.general if source is WalletKind.GENERAL else known.reserve
        if held < amount:
            message = (
                f"the {source.value} wallet holds {held.text()} euro, not {amount.text()};"
                " move less"
            )
            raise RecordError(message)
        legs = transfer(
            source=wallet_account(source, pupil),
            target=wallet_account(target, pupil),
            amount=amount,
        )
        post(session, school, Posted(kind, f"{pupil} {key}", pupil, legs), act)
        return _known(session, school, pupil)


def adjust(
    store: Store,
    school: SchoolId,
    *,
    pupil: PupilId,
    wallet: WalletKind,
    change: Money,
    key: str,
    act: Act,
) -> Wallets:
    """Put money into a wallet or take it out, for the reason that `act` gives.

    change: negative takes out. Raises RecordError without a reason, when reserve would go below
    zero, or general further than the school's overdraft.
    """
    if change == ZERO:
        message = "an adjustment moves an amount; write one that is not 0"
        raise RecordError(message)
    act = Act(act.who, act.at, checked_why(act.why))
    kind = "wallet.adjusted"
    with store.database.writing() as session:
        known = _known(session, school, pupil)
        if is_booked(session, school, booking_id(school, kind, f"{pupil} {key}")):
            return known
        if change < ZERO:
            _check_floor(session, school, known, wallet, change)
        legs = transfer(
            source=Account(AccountKind.ADJUSTMENTS),
            target=wallet_account(wallet, pupil),
            amount=change,
        )
        post(session, school, Posted(kind, f"{pupil} {key}", pupil, legs), act)
        return _known(session, school, pupil)


def pay_out(store: Store, school: SchoolId, *, pupil: PupilId, key: str, act: Act) -> Money:
    """Pay what both wallets hold back by bank transfer, and return how much that is.

    For a pupil who leaves. The same key again pays nothing: the result is ZERO. Raises
    RecordError when there is nothing to pay back.
    """
    kind = "wallet.paid_out"
    with store.database.writing() as session:
        known = _known(session, school, pupil)
        held = known.general + known.reserve
        if is_booked(session, school, booking_id(school, kind, f"{pupil} {key}")):
            return ZERO
        if known.general < ZERO or held <= ZERO:
            message = f"the wallets hold {held.text()} euro in all: there is nothing to pay back"
            raise RecordError(message)
        legs = balanced(
            (
                Leg("general", wallet_account(WalletKind.GENERAL, pupil), -known.general),
                Leg("reserve", wallet_account(WalletKind.RESERVE, pupil), -known.reserve),
                Leg("bank", Account(AccountKind.BANK), held),
            )
        )
        post(session, school, Posted(kind, f"{pupil} {key}", pupil, legs), act)
        return held


# Each half is in its order already, and no longer than what is wanted of both. What stands in the
# events' own rows is found by the arrivals that name the pupil, the newest first.
_STATEMENT: Final = (
    "SELECT * FROM (SELECT l.at, l.account, l.cents, l.booking_id, b.kind AS booked, b.subject,"  # noqa: S608  our own words
    " b.who, b.why, e.kind, t.name AS place, a.received_at, l.name FROM posted_leg l"
    " LEFT JOIN booking b ON b.school_id = l.school_id AND b.id = l.booking_id"
    " LEFT JOIN event e ON e.school_id = l.school_id AND e.id = l.booking_id"
    f" {JOIN_ARRIVAL}"
    " LEFT JOIN terminal t ON t.school_id = a.school_id AND t.id = a.terminal_id"
    " WHERE l.school_id = ? AND l.owner = ?"
    " AND l.account IN ('wallet.general', 'wallet.reserve') AND l.at >= ? AND l.at < ?"
    " ORDER BY l.at DESC, l.booking_id DESC, l.name LIMIT ?) AS posted"
    " UNION ALL SELECT * FROM (SELECT a.received_at, e.source, -e.cents, e.id, NULL, NULL, NULL,"
    " NULL, e.kind, t.name, a.received_at, 'wallet' FROM arrival a {each_event}"
    " LEFT JOIN terminal t ON t.school_id = a.school_id AND t.id = a.terminal_id"
    " WHERE a.school_id = ? AND instr(a.owners, ?) > 0"
    " AND a.received_at >= ? AND a.received_at < ?"
    " ORDER BY a.received_at DESC, e.id DESC LIMIT ?) AS moved"
    " ORDER BY 1 DESC, 4 DESC, 12 LIMIT ?"
)


_MOVES: Final = f"e.school_id = ? AND {OF_ARRIVAL} AND e.owner = ? AND e.source = 'wallet.general'"


def statement(
    session: Session,
    school: SchoolId,
    pupil: PupilId,
    *,
    limit: int = 200,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Entry]:
    """Return what changed a pupil's wallets, the newest first: every debit explained.

    since, until: the moments between which it happened, the second one not among them. Legs and
    arrivals are found by their time, so that a month costs a month's reading, and all of it the
    school's years.
    """
    span = (
        "" if since is None else moment_text(since),
        "~" if until is None else moment_text(until),
    )
    posted = (school, pupil, *span, limit)
    moved = (school, pupil, school, pupil, *span, limit)
    sql = _STATEMENT.format(each_event=session.each("event", "e", on=_MOVES, along="place"))
    rows = session.rows(sql, *posted, *moved, limit)
    return [
        Entry(
            at=read_moment(row[0]),
            kind=row[4] or row[8] or "",
            wallet=WalletKind(row[1].removeprefix("wallet.")),
            change=Money(row[2]),
            subject=row[5] or row[3],
            place=row[9] or "",
            who=row[6] or "",
            why=row[7] or "",
            known_at=read_moment(row[10] or row[0]),
        )
        for row in rows
    ]


def _positive(amount: Money) -> None:
    if amount <= ZERO:
        message = f"{amount.text()} euro cannot be moved; write an amount above 0"
        raise RecordError(message)


def _known(session: Session, school: SchoolId, pupil: PupilId) -> Wallets:
    found = read_wallets(session, school, pupil, lock=True)
    if found is None:
        message = f"there is no pupil {pupil} at school {school}"
        raise RecordError(message)
    return found


def _check_floor(
    session: Session, school: SchoolId, known: Wallets, wallet: WalletKind, change: Money
) -> None:
    is_general = wallet is WalletKind.GENERAL
    held = known.general if is_general else known.reserve
    floor = -read_policy(session, school).overdraft_max if is_general else ZERO
    if held + change < floor:
        message = (
            f"the {wallet.value} wallet holds {held.text()} euro and may not go below"
            f" {floor.text()}; take less"
        )
        raise RecordError(message)
