"""What is new for a family since a moment: what the centre heard of, however long ago it happened.

A till that was offline tells of a sale days later: it is news when it arrives.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from central.database import Session
from central.event_places import JOIN_ARRIVAL
from central.families.links import children_of
from central.lateness import LateArrival, late_arrivals_of
from central.pages.movements import Movement, movements
from central.pages.orders import product_names
from central.pages.pupils import read_pupil
from central.pages.users import User
from central.study import StudyPresence, presences_of
from core.codec import read_moment
from core.ids import SchoolId
from core.wallet import Wallets

_LOOKED_BACK: Final = timedelta(days=15)
"""News of anything older stands on the pages alone: legs are found by when they happened."""
_TABLES: Final = (
    *("wallet", "meal_order", "badge", "pupil_limit"),
    *("study_presence", "late_arrival", "absence"),
)
"""What a family's pages are made of."""

Noted = TypeVar("Noted", StudyPresence, LateArrival)


@dataclass(frozen=True, slots=True)
class ChildNews:
    """What is new about one child, each the oldest first.

    presences: at study that cost nothing; what was paid for is among the movements.
    """

    first_name: str
    wallets: Wallets
    movements: tuple[Movement, ...]
    presences: tuple[StudyPresence, ...] = ()
    arrivals: tuple[LateArrival, ...] = ()


def news_of(session: Session, user: User, *, since: datetime, until: datetime) -> list[ChildNews]:
    """Return the children about whom there is news. since, until: when the centre heard of it."""
    school = user.school_id
    names = product_names(session, school)
    found = []
    for pupil in children_of(session, user):
        moved = movements(session, school, pupil, names, since=since - _LOOKED_BACK)
        fresh = tuple(one for one in reversed(moved) if since < one.entry.known_at <= until)
        first_day = (since - _LOOKED_BACK).date()
        present = _true(presences_of(session, school, pupil, since=first_day))
        late = _true(late_arrivals_of(session, school, pupil, since=first_day))
        events = [*(one.event for one in present), *(one.event for one in late)]
        heard = _heard(session, school, events)
        told = {event for event, at in heard.items() if since < at <= until}
        free = tuple(one for one in reversed(present) if one.event in told and not one.cost)
        arrivals = tuple(one for one in reversed(late) if one.event in told)
        if fresh or free or arrivals:
            person, wallets = read_pupil(session, school, pupil)
            found.append(ChildNews(person.first_name, wallets, fresh, free, arrivals))
    return found


def _true(noted: list[Noted]) -> list[Noted]:
    """Leave out what was noted by mistake."""
    return [one for one in noted if not one.is_withdrawn]


def _heard(session: Session, school: SchoolId, events: list[str]) -> dict[str, datetime]:
    """Return when the centre heard of each event."""
    rows = session.rows_by(
        f"SELECT e.id, a.received_at FROM event e {JOIN_ARRIVAL} WHERE e.school_id = ? AND e.id IN",  # noqa: S608  our own words
        events,
        school,
    )
    return {row[0]: read_moment(row[1]) for row in rows}


def state_word(session: Session, user: User) -> str:
    """Return a word that is another one as soon as anything of a family's has changed.

    It is made of the places in the change feed at which the children's rows were last written.
    """
    digest = hashlib.sha256()
    for pupil in children_of(session, user):
        for table in _TABLES:
            row = session.row(
                f"SELECT COALESCE(MAX(cursor), 0) FROM {table}"  # noqa: S608  our own names
                " WHERE school_id = ? AND pupil_id = ?",
                user.school_id,
                pupil,
            )
            digest.update(f"{pupil} {table} {row and row[0]} ".encode())
    return digest.hexdigest()[:16]
