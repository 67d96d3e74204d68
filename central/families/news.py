"""What is new for a family since a moment: what the centre heard of, however long ago it happened.

A till that was offline tells of a sale days later: it is news when it arrives.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from central.database import Session
from central.families.links import children_of
from central.pages.movements import Movement, movements
from central.pages.orders import product_names
from central.pages.pupils import read_pupil
from central.pages.users import User
from core.wallet import Wallets

_LOOKED_BACK: Final = timedelta(days=15)
"""News of anything older stands on the pages alone: legs are found by when they happened."""


@dataclass(frozen=True, slots=True)
class ChildNews:
    """What is new about one child. movements: the oldest first."""

    first_name: str
    wallets: Wallets
    movements: tuple[Movement, ...]


def news_of(session: Session, user: User, *, since: datetime, until: datetime) -> list[ChildNews]:
    """Return the children about whom there is news. since, until: when the centre heard of it."""
    names = product_names(session, user.school_id)
    found = []
    for pupil in children_of(session, user):
        moved = movements(session, user.school_id, pupil, names, since=since - _LOOKED_BACK)
        fresh = tuple(one for one in reversed(moved) if since < one.entry.known_at <= until)
        if fresh:
            person, wallets = read_pupil(session, user.school_id, pupil)
            found.append(ChildNews(person.first_name, wallets, fresh))
    return found


def state_word(session: Session, user: User) -> str:
    """Return a word that is another one as soon as anything of a family's has changed.

    It is made of the places in the change feed at which the children's rows were last written.
    """
    digest = hashlib.sha256()
    for pupil in children_of(session, user):
        for table in ("wallet", "meal_order", "badge", "pupil_limit"):
            row = session.row(
                f"SELECT COALESCE(MAX(cursor), 0) FROM {table}"  # noqa: S608  our own names
                " WHERE school_id = ? AND pupil_id = ?",
                user.school_id,
                pupil,
            )
            digest.update(f"{pupil} {table} {row and row[0]} ".encode())
    return digest.hexdigest()[:16]
