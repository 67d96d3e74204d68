"""Postings: the one way in which legs reach the books, whoever makes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from central.database import Session
from central.transfers import legs_of_transfer
from core.codec import moment_text
from core.ids import EventId, SchoolId
from core.ledger import Account, AccountKind, Leg, Legs
from core.money import Money

_LEG_COLUMNS = ("booking_id", "name", "account", "owner", "cents")
_CENTS_OF = itemgetter(_LEG_COLUMNS.index("cents"))
_BOOKING_COLUMNS = ("school_id", "id", "kind", "at", "subject", "who", "why")

LegRow = tuple[str, str, str, str, int]
"""What a row of the table of legs has of its own: its booking, name, account, owner and cents."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What one event of a terminal, or one booking of the centre, moves. id: of either."""

    id: EventId
    legs: Legs
    at: datetime


@dataclass(frozen=True, slots=True)
class CentreBooking:
    """A booking that no terminal made.

    kind: as in `order.reserved`. subject: what it is about. who, why: the person who made it and
    the reason that person gave; empty for what follows from a rule.
    """

    kind: str
    subject: str
    posting: Posting
    who: str = ""
    why: str = ""


def leg_rows(posting: Posting) -> list[LegRow]:
    """Return the rows of a posting's legs, for `write_legs`."""
    return [
        (posting.id, leg.name, leg.account.kind.value, leg.account.owner, leg.amount.cents)
        for leg in posting.legs
    ]


def read_legs(session: Session, school: SchoolId, ids: Sequence[str]) -> list[LegRow]:
    """Return the legs of bookings and events, in the order of their ids and names.

    Not from the view `leg`, which an engine may make whole before it looks for the ids.
    """
    posted = session.rows_by(
        "SELECT booking_id, name, account, owner, cents FROM posted_leg"
        " WHERE school_id = ? AND booking_id IN",
        ids,
        school,
    )
    moved = session.rows_by(
        "SELECT id, kind, source, owner, target_owner, cents FROM event"
        " WHERE school_id = ? AND id IN",
        ids,
        school,
    )
    legs: list[LegRow] = [(row[0], row[1], row[2], row[3], row[4]) for row in posted]
    for event, kind, source, owner, target_owner, cents in moved:
        if source is not None:
            transfer = (source, owner, target_owner, cents)
            legs += [(event, *leg) for leg in legs_of_transfer(kind, transfer)]
    return sorted(legs)


def write_legs(session: Session, school: SchoolId, rows: Sequence[LegRow], *, at: str) -> None:
    """Write the legs of whole postings; one statement, however many. at: as it is stored."""
    assert sum(map(_CENTS_OF, rows)) == 0, "legs that are written together sum to zero"
    session.insert_many("posted_leg", _LEG_COLUMNS, rows, shared={"school_id": school, "at": at})


def write_postings(session: Session, school: SchoolId, postings: Iterable[Posting]) -> None:
    """Write the legs of postings; those of each sum to zero."""
    rows: dict[datetime, list[LegRow]] = {}
    for posting in postings:
        rows.setdefault(posting.at, []).extend(leg_rows(posting))
    for at, some in rows.items():
        write_legs(session, school, some, at=moment_text(at))


def write_bookings(session: Session, school: SchoolId, bookings: Iterable[CentreBooking]) -> None:
    """Write bookings of the centre's own, with their legs."""
    kept = list(bookings)
    session.insert_many(
        "booking",
        _BOOKING_COLUMNS,
        [
            (
                school,
                one.posting.id,
                one.kind,
                moment_text(one.posting.at),
                one.subject,
                one.who,
                one.why,
            )
            for one in kept
        ],
    )
    write_postings(session, school, (one.posting for one in kept))


def leg_from_row(row: LegRow) -> Leg:
    """Return the leg of a row."""
    _, name, account, owner, cents = row
    return Leg(name, Account(AccountKind(account), owner), Money(cents))
