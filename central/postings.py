"""Postings: the one way in which legs reach the books, whoever makes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from central.database import Session
from core.codec import moment_text
from core.ids import EventId, SchoolId
from core.ledger import Legs

_LEG_COLUMNS = ("school_id", "booking_id", "name", "account", "owner", "cents", "at")
_BOOKING_COLUMNS = ("school_id", "id", "kind", "at", "subject")


@dataclass(frozen=True, slots=True)
class Posting:
    """What one event of a terminal, or one booking of the centre, moves. id: of either."""

    id: EventId
    legs: Legs
    at: datetime


@dataclass(frozen=True, slots=True)
class CentreBooking:
    """A booking that no terminal made. kind: as in `order.reserved`. subject: what it is about."""

    kind: str
    subject: str
    posting: Posting


def write_postings(session: Session, school: SchoolId, postings: Iterable[Posting]) -> None:
    """Write legs; one statement, however many. Those of each posting sum to zero."""
    rows = [
        (
            school,
            posting.id,
            leg.name,
            leg.account.kind.value,
            leg.account.owner,
            leg.amount.cents,
            moment_text(posting.at),
        )
        for posting in postings
        for leg in posting.legs
    ]
    assert sum(row[5] for row in rows) == 0, "legs that are written together sum to zero"
    session.insert_many("leg", _LEG_COLUMNS, rows)


def write_bookings(session: Session, school: SchoolId, bookings: Iterable[CentreBooking]) -> None:
    """Write bookings of the centre's own, with their legs."""
    kept = list(bookings)
    session.insert_many(
        "booking",
        _BOOKING_COLUMNS,
        [
            (school, one.posting.id, one.kind, moment_text(one.posting.at), one.subject)
            for one in kept
        ],
    )
    write_postings(session, school, (one.posting for one in kept))
