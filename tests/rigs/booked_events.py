"""What a centre's books hold of terminals' events, as these sealed them."""

from typing import Any

from central.database import Session
from central.event_places import place_of
from central.reconciliation import reconcile
from central.sealed import AFTER_ALL, Sealed, sealed_between
from core.events import SealedEvent
from core.ids import SchoolId

SCHOOL = SchoolId("demo")
MANY = 40
"""So many events come together as are kept as they came."""
_BEFORE_ALL = (-9, 0)


def booked_events(session: Session, terminal: str | None = None) -> list[Sealed]:
    """Return every event, those that stand aside first; of one terminal, or of all."""
    return [
        event
        for school, name in session.rows("SELECT school_id, id FROM terminal ORDER BY id")
        if terminal in (None, name)
        for event in sealed_between(session, school, name, after=_BEFORE_ALL, before=AFTER_ALL)
    ]


def accepted_events(session: Session, terminal: str | None = None) -> list[Sealed]:
    """Return every event that was booked as what it says it is."""
    return [one for one in booked_events(session, terminal) if one.verdict == "accepted"]


def sell_many(till: Any, count: int = MANY, cents: int = 10) -> list[SealedEvent]:
    """Sell one thing to each of some pupils; the till is a centre's test's."""
    return [till.sell(pupil.id, cents) for pupil in till.centre.school.pupils[:count]]


def findings(centre: Any) -> list[str]:
    """Return what the night's check finds wrong in a test's centre, each with its rule."""
    with centre.store.database.reading() as session:
        return [f"{one.rule}: {one.detail}" for one in reconcile(session, SCHOOL)]


def plant(
    session: Session,
    event_id: str,
    *,
    school: str = SCHOOL,
    terminal: str = "t",
    at: str,
    owner: str | None = None,
    **columns: str | int,
) -> None:
    """Write the first event of a terminal, which none has sent. columns: more of its row."""
    arrival = (school, at, terminal, 1, 1, 1, owner or "", b"")
    session.insert_many(
        "arrival",
        (
            *("school_id", "received_at", "terminal_id", "epoch", "first_seq", "last_seq"),
            *("owners", "packed"),
        ),
        [arrival],
    )
    (number,) = session.rows(
        "SELECT number FROM arrival WHERE school_id = ? AND terminal_id = ?", school, terminal
    )[0]
    row = {
        "place": place_of(number, 0),
        "school_id": school,
        "id": event_id,
        "kind": "sale.made",
        "at": at,
        "owner": owner,
        "verdict": "accepted",
        "body": b"{}",
        "hash": b"h",
        **columns,
    }
    session.insert_many("event", list(row), [list(row.values())])
