"""A presence or a late arrival that was noted by mistake: the office takes it back, once.

The terminal's fact stays as it was signed. A booking of the centre's says who took it back and why,
and gives back to the general wallet what it cost. It is named by the fact, so that it is made once,
whoever asks and however often. Staff at a terminal can do the same by a fact of its own journal
(`core.presence_corrections`): whichever the centre hears of first is the one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from central.attendance import withdrawn_at_sql
from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.exceptions import close_taken_back, event_legs, lock_to_settle, settling_legs
from central.feed import advance_feed
from central.office import Act, Entry, booking_id, checked_why, post, read_wallets
from central.postings import CentreBooking, Posting, write_bookings
from central.store import Store
from core.codec import read_moment
from core.ids import PupilId, SchoolId
from core.kinds import EventKind
from core.ledger import Account, AccountKind, Leg, Legs, balanced, transfer, wallet_account
from core.money import ZERO, Money, sum_money
from core.wallet import WalletKind

KIND: Final = EventKind.PRESENCE_WITHDRAWN.value


def is_withdrawn_sql(row: str) -> str:
    """Return the condition that a presence was taken back. row: what a query calls its table."""
    return f"{withdrawn_at_sql(row)} IS NOT NULL"


@dataclass(frozen=True, slots=True)
class NotedPresence:
    """What a terminal noted of a pupil. session: of study; empty for a late arrival."""

    event: str
    pupil: PupilId
    day: date
    at: datetime
    session: str
    cost: Money
    is_withdrawn: bool


def find_noted(session: Session, school: SchoolId, event: str) -> NotedPresence | None:
    """Return the presence or the late arrival that an event noted; None for any other event."""
    row = session.row(
        "SELECT p.pupil_id, p.day, p.entered_at, p.session_id, p.cents,"  # noqa: S608  our own words
        f" {is_withdrawn_sql('p')} FROM study_presence p"
        " WHERE p.school_id = ? AND p.event_id = ?",
        school,
        event,
    ) or session.row(
        "SELECT a.pupil_id, a.day, a.arrived_at, '', 0,"  # noqa: S608  our own words
        f" {is_withdrawn_sql('a')} FROM late_arrival a"
        " WHERE a.school_id = ? AND a.event_id = ?",
        school,
        event,
    )
    if row is None:
        return None
    return NotedPresence(
        event,
        PupilId(row[0]),
        date.fromisoformat(row[1]),
        read_moment(row[2]),
        row[3],
        Money(row[4]),
        bool(row[5]),
    )


def withdraw_presence(store: Store, school: SchoolId, *, event: str, act: Act) -> Money:
    """Take back what an event noted, and return what went back to the wallet; twice is once.

    Raises RecordError without a reason, or for an event that noted no presence.
    """
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        noted = find_noted(session, school, event)
        if noted is None:
            message = f"event {event} noted no presence at school {school}"
            raise RecordError(message)
        lock_to_settle(session, school, [event])
        # Whoever takes back the same at the same time waits here, a terminal's batch as well.
        read_wallets(session, school, noted.pupil, lock=True)
        noted = find_noted(session, school, event)
        if noted is None or noted.is_withdrawn:
            return ZERO
        booking = booking_id(school, KIND, event)
        legs = _back(session, school, noted)
        if legs:
            post(session, school, Entry(KIND, event, event, legs), act)
        else:
            free = CentreBooking(KIND, event, Posting(booking, (), act.at), act.who, act.why)
            write_bookings(session, school, [free])
        _tell_terminals(session, school, event)
        close_taken_back(session, school, event=event, act=act)
        words = f"{KIND} of {noted.day.isoformat()}: {act.why}"
        write_audit(session, school, who=act.who, what=words, subject=noted.pupil, at=act.at)
    wallet = wallet_account(WalletKind.GENERAL, noted.pupil)
    return sum_money(leg.amount for leg in legs if leg.account == wallet)


def _back(session: Session, school: SchoolId, noted: NotedPresence) -> Legs:
    """Return the legs that give back what a presence cost, to whoever has paid it by now.

    Where somebody settled its case, that is the pupil who was charged, or the school.
    """
    if not noted.cost:
        return ()
    settled = settling_legs(session, school, noted.event)
    if not settled:
        return transfer(
            source=Account(AccountKind.STUDY, noted.session),
            target=wallet_account(WalletKind.GENERAL, noted.pupil),
            amount=noted.cost,
        )
    sums: dict[Account, Money] = {}
    for leg in (*event_legs(session, school, noted.event), *settled):
        sums[leg.account] = sums.get(leg.account, ZERO) + leg.amount
    return balanced(
        Leg(f"back {account.kind.value} {account.owner}", account, -amount)
        for account, amount in sums.items()
    )


def _tell_terminals(session: Session, school: SchoolId, event: str) -> None:
    """Put a presence that was taken back at the end of the feed."""
    cursor = advance_feed(session, school)
    for table in ("study_presence", "late_arrival"):
        session.run(
            f"UPDATE {table} SET cursor = ? WHERE school_id = ? AND event_id = ?",  # noqa: S608
            cursor,
            school,
            event,
        )
