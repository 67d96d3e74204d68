"""What a person must look at, and how each case was settled: by whom, when, and for what money.

Ingest raises an exception for every rule that a booked fact broke, and for every fact that it
could not book. It stays open until the bursar settles it. A way of settling that moves money is a
posting; an event's money is settled once, however many exceptions it raised.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from central.audit import write_audit
from central.database import Row, Session
from central.errors import RecordError
from central.flagging import case_id
from central.office import Act, Entry, booking_id, checked_why, is_booked, post, read_wallets
from central.postings import leg_from_row, read_legs
from central.sealed import sealed_one
from central.store import Store
from core.batch import Flag
from core.codec import moment_text, read_moment
from core.events import read_event
from core.facts import (
    Fact,
    MealCollected,
    MealVoided,
    ReserveMoved,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    StudyEntered,
    TopUpVoided,
    WalletToppedUp,
)
from core.ids import PupilId, SchoolId, TerminalId
from core.kinds import EventKind
from core.ledger import Account, AccountKind, Leg, Legs, balanced, wallet_account
from core.money import ZERO, Money, sum_money
from core.wallet import WalletKind


class Resolution(StrEnum):
    """How an exception was settled."""

    ACCEPTED = "accepted"
    """Seen, and right as it is booked: no money moves."""
    WAIVED = "waived"
    """The school carries what nobody is to pay; a pupil's wallet gets back what it paid."""
    CHARGED = "charged"
    """A pupil pays what stands open."""
    REVERSED = "reversed"
    """What the fact booked is booked back; cash stays where it is."""


MOVES_MONEY = frozenset({Resolution.WAIVED, Resolution.CHARGED, Resolution.REVERSED})


@dataclass(frozen=True, slots=True)
class Case:
    """One exception.

    subject: the event's id, or a place in a terminal's journal for what could not be booked.
    settled_at, settled_by, resolution: None while it is open. note: what the person wrote.
    """

    id: str
    terminal: TerminalId
    terminal_name: str
    subject: str
    flag: str
    detail: str
    raised_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    resolution: Resolution | None
    note: str

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it yet."""
        return self.settled_at is None


_COLUMNS = (
    "x.id, x.terminal_id, COALESCE(t.name, ''), x.subject, x.flag, x.detail, x.raised_at,"
    " x.settled_at, x.settled_by, x.resolution, x.note"
)
_FROM = (
    "FROM exception x LEFT JOIN terminal t ON t.school_id = x.school_id AND t.id = x.terminal_id"
)


def list_exceptions(
    session: Session,
    school: SchoolId,
    *,
    is_open: bool | None = True,
    flag: str | None = None,
    limit: int = 500,
) -> list[Case]:
    """Return a school's exceptions, the newest first. is_open: None for all. flag: only these."""
    where, values = "", []
    if is_open is not None:
        where += " AND x.settled_at IS NULL" if is_open else " AND x.settled_at IS NOT NULL"
    if flag is not None:
        where += " AND x.flag = ?"
        values.append(flag)
    rows = session.rows(
        f"SELECT {_COLUMNS} {_FROM} WHERE x.school_id = ?{where}"
        " ORDER BY x.raised_at DESC, x.id LIMIT ?",
        school,
        *values,
        limit,
    )
    return [_case(row) for row in rows]


def find_exception(session: Session, school: SchoolId, case: str) -> Case:
    """Return one exception. Raises RecordError when this school has none of this id."""
    row = session.row(
        f"SELECT {_COLUMNS} {_FROM} WHERE x.school_id = ? AND x.id = ?",
        school,
        case,
    )
    if row is None:
        message = f"there is no exception {case!r} at school {school}"
        raise RecordError(message)
    return _case(row)


def open_amount(session: Session, school: SchoolId, case: Case) -> Money:
    """Return what an exception's event left open: positive where somebody is to pay it.

    It stays as it was when the case is settled: the posting that settles it is another one.
    """
    return -sum_money(
        leg.amount
        for leg in event_legs(session, school, case.subject)
        if leg.account.kind in _WAITING
    )


def settle(
    store: Store,
    school: SchoolId,
    *,
    case: str,
    how: Resolution,
    act: Act,
    pupil: PupilId | None = None,
) -> Case:
    """Settle an exception, and return it as it is then. The same again changes nothing.

    pupil: who pays, for CHARGED; None for the one whose fact it was. act.why: the note that is
    kept. Raises RecordError when it was settled in another way, or there is nothing to move.
    """
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        # The exception's row is locked before any wallet: two people settle one after the other.
        session.row(
            f"SELECT 1 FROM exception WHERE school_id = ? AND id = ?{session.for_update}",  # noqa: S608
            school,
            case,
        )
        found = find_exception(session, school, case)
        if not found.is_open:
            if found.resolution is how:
                return found
            message = f"this exception was {found.resolution} by {found.settled_by} already"
            raise RecordError(message)
        if how in MOVES_MONEY:
            _move_money(session, school, found, how, act, pupil)
        _close(session, school, found, how, act)
        return find_exception(session, school, case)


def lock_to_settle(session: Session, school: SchoolId, events: Sequence[str]) -> None:
    """Have whoever settles these events' money wait; before any wallet is locked, as `settle`."""
    cases = sorted(case_id(event, Flag.TO_SETTLE) for event in events)
    session.rows_by(
        "SELECT id FROM exception WHERE school_id = ? AND id IN", cases, school, lock=True
    )


def close_taken_back(session: Session, school: SchoolId, *, event: str, act: Act) -> None:
    """Close the case of a fact that went to settle, and was then taken back with its money.

    What somebody has settled stays so. act: who took the fact back, when and why.
    """
    row = session.row(
        f"SELECT {_COLUMNS} {_FROM} WHERE x.school_id = ? AND x.id = ? AND x.settled_at IS NULL",
        school,
        case_id(event, Flag.TO_SETTLE),
    )
    if row is not None:
        _close(session, school, _case(row), Resolution.REVERSED, act)


def settled_events(session: Session, school: SchoolId, events: Iterable[str]) -> frozenset[str]:
    """Return those of some events whose money a settled exception has moved."""
    names = {booking_id(school, _SETTLED, event): event for event in events}
    rows = session.rows_by(
        "SELECT id FROM booking WHERE school_id = ? AND id IN", sorted(names), school
    )
    return frozenset(names[row[0]] for row in rows)


def settling_legs(session: Session, school: SchoolId, event: str) -> Legs:
    """Return the legs that settled an event's money; none where nobody did."""
    return event_legs(session, school, booking_id(school, _SETTLED, event))


def event_legs(session: Session, school: SchoolId, event: str) -> Legs:
    """Return the legs that an event was booked with; none for what was not booked."""
    return tuple(leg_from_row(row) for row in read_legs(session, school, [event]))


_WAITING = frozenset({AccountKind.EXCEPTIONS, AccountKind.TO_SETTLE})
_ORDERED = frozenset({AccountKind.MEALS_PREPAID, AccountKind.MEALS_UNCLAIMED})
_SETTLED = "exception.settled"


def _move_money(
    session: Session,
    school: SchoolId,
    case: Case,
    how: Resolution,
    act: Act,
    pupil: PupilId | None,
) -> None:
    name = case.subject
    if is_booked(session, school, booking_id(school, _SETTLED, name)):
        message = "the money of this event was settled with another exception; accept this one"
        raise RecordError(message)
    if _is_taken_back(session, school, case.subject):
        message = "this presence was taken back, and its money with it; accept the exception"
        raise RecordError(message)
    if how is Resolution.CHARGED and pupil is None:
        pupil = _pupil_of(session, school, case.subject)
    booked = event_legs(session, school, case.subject)
    if how is Resolution.REVERSED and any(leg.account.kind in _ORDERED for leg in booked):
        message = "a reserved meal that was collected is not booked back; waive its price instead"
        raise RecordError(message)
    legs = _legs(booked, how, pupil)
    if not legs:
        message = "no money of this event stands open; accept the exception"
        raise RecordError(message)
    for leg in legs:
        is_wallet = leg.account.kind is AccountKind.WALLET_GENERAL
        owner = PupilId(leg.account.owner)
        if is_wallet and read_wallets(session, school, owner) is None:
            message = f"there is no pupil {owner} at school {school}"
            raise RecordError(message)
    post(session, school, Entry(_SETTLED, name, case.subject, legs), act)


def _is_taken_back(session: Session, school: SchoolId, event: str) -> bool:
    """Whether the office or a terminal took a presence back."""
    kind = EventKind.PRESENCE_WITHDRAWN.value
    found = session.row(
        "SELECT 1 FROM booking WHERE school_id = ? AND kind = ? AND subject = ?"
        " UNION ALL SELECT 1 FROM correction c"
        " JOIN event x ON x.school_id = c.school_id AND x.id = c.event_id"
        " WHERE c.school_id = ? AND c.document_id = ? AND x.kind = ?",
        school,
        kind,
        event,
        school,
        event,
        kind,
    )
    return found is not None


def _legs(booked: Legs, how: Resolution, pupil: PupilId | None) -> Legs:
    """Return what settles an event's money; no legs where nothing stands open."""
    waiting = [leg for leg in booked if leg.account.kind in _WAITING]
    paid = [
        leg
        for leg in booked
        if leg.account.kind is AccountKind.WALLET_GENERAL and leg.amount < ZERO
    ]
    match how:
        case Resolution.WAIVED:
            # What stands open comes from the school; with nothing open, what a wallet paid does.
            return _filled(waiting or paid, Account(AccountKind.WAIVED))
        case Resolution.CHARGED:
            return _filled(waiting or paid, _payer(pupil))
        case Resolution.REVERSED:
            return _reversed(booked)
        case Resolution.ACCEPTED:
            return ()
        case _:
            assert_never(how)


def _filled(legs: list[Leg], source: Account) -> Legs:
    total = sum_money(leg.amount for leg in legs)
    back = (Leg(leg.name, leg.account, -leg.amount) for leg in legs if leg.account != source)
    kept = tuple(back)
    if not kept:
        return ()
    return balanced((*kept, Leg("settled", source, total)))


_OF_SOMEBODY = (
    MealCollected | SaleMade | WalletToppedUp | SaleRefunded | StudyEntered | ReserveMoved
)


def pupil_in(fact: Fact) -> PupilId | None:
    """Return whom a fact is about, also where it corrects another; None for nobody."""
    match fact:
        case MealVoided(meal=about) | SaleVoided(sale=about) | TopUpVoided(top_up=about):
            return about.pupil
        case _:
            pupil: PupilId | None = getattr(fact, "pupil", None)
            return pupil


def _pupil_of(session: Session, school: SchoolId, event: str) -> PupilId | None:
    sealed = sealed_one(session, school, event)
    if sealed is None:
        return None
    fact = read_event(sealed.body).fact
    return fact.pupil if isinstance(fact, _OF_SOMEBODY) else None


def _payer(pupil: PupilId | None) -> Account:
    if pupil is None:
        message = "name the pupil who pays"
        raise RecordError(message)
    return wallet_account(WalletKind.GENERAL, pupil)


def _reversed(booked: Legs) -> Legs:
    """Return the legs turned round; what a drawer holds stays there and the school carries it."""
    turned = [
        Leg(leg.name, leg.account, -leg.amount)
        for leg in booked
        if leg.account.kind is not AccountKind.CASH
    ]
    left = -sum_money(leg.amount for leg in turned)
    return balanced((*turned, Leg("settled", Account(AccountKind.WAIVED), left)))


def _close(session: Session, school: SchoolId, case: Case, how: Resolution, act: Act) -> None:
    session.run(
        "UPDATE exception SET settled_at = ?, settled_by = ?, resolution = ?, note = ?"
        " WHERE school_id = ? AND id = ?",
        moment_text(act.at),
        act.who,
        how.value,
        act.why,
        school,
        case.id,
    )
    words = f"exception {case.flag} {how.value}: {act.why}"
    write_audit(session, school, who=act.who, what=words, subject=case.id, at=act.at)


def _case(row: Row) -> Case:
    return Case(
        id=row[0],
        terminal=TerminalId(row[1]),
        terminal_name=row[2],
        subject=row[3],
        flag=row[4],
        detail=row[5],
        raised_at=read_moment(row[6]),
        settled_at=None if row[7] is None else read_moment(row[7]),
        settled_by=row[8],
        resolution=None if row[9] is None else Resolution(row[9]),
        note=row[10],
    )
