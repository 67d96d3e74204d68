"""Every movement of a pupil's wallets, explained: when, where, what, and the signed event."""

from dataclasses import dataclass
from datetime import datetime

from central.database import Session
from central.sealed import sealed_by_id
from central.wallets import Entry, statement
from core.errors import MalformedEventError
from core.events import read_event
from core.facts import Fact, MealCollected, MealVoided, SaleMade, SaleRefunded, SaleVoided
from core.ids import PupilId, SchoolId

MOVEMENTS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the statement. what: the dish, or the products; empty where there are none.

    event: the id of the terminal's event behind it; empty for what was done at the centre. who:
    at a terminal, the name of who served; at the centre, who booked it; empty for nobody.
    """

    entry: Entry
    what: str
    event: str
    who: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What an event tells of itself. staff: who was signed in, as the till names them."""

    what: str
    staff: str


def movements(
    session: Session,
    school: SchoolId,
    pupil: PupilId,
    names: dict[str, str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Movement]:
    """Return a pupil's movements, the newest first. names: of products, by their ids.

    since, until: as for `central.wallets.statement`.
    """
    entries = statement(session, school, pupil, limit=MOVEMENTS_MAX, since=since, until=until)
    subjects = sorted({entry.subject for entry in entries})
    dishes: dict[str, str] = {
        row[0]: names.get(str(row[1]), str(row[1]))
        for row in session.rows_by(
            "SELECT id, product_id FROM meal_order WHERE school_id = ? AND id IN", subjects, school
        )
    }
    told = _told(session, school, subjects, names)
    nothing = _Told("", "")
    return [
        Movement(
            entry,
            what=told.get(entry.subject, nothing).what or dishes.get(entry.subject, ""),
            event=entry.subject if entry.subject in told else "",
            who=entry.who or told.get(entry.subject, nothing).staff,
        )
        for entry in entries
    ]


def _told(
    session: Session, school: SchoolId, subjects: list[str], names: dict[str, str]
) -> dict[str, _Told]:
    """Return what each terminal's event among the subjects was about."""
    rows = session.rows("SELECT id, name FROM staff WHERE school_id = ?", school)
    staff: dict[str, str] = {row[0]: row[1] for row in rows}
    sealed = sealed_by_id(session, school, subjects)
    return {event: _read(one.body, names, staff) for event, one in sealed.items()}


def _read(body: bytes, names: dict[str, str], staff: dict[str, str]) -> _Told:
    try:
        fact = read_event(body).fact
    except MalformedEventError:
        return _Told("", "")
    what = ", ".join(names.get(one, one) for one in _products(fact))
    # Facts say who was signed in where there is somebody to say.
    return _Told(what, staff.get(getattr(fact, "staff", None) or "", ""))


def _products(fact: Fact) -> list[str]:
    match fact:
        case SaleMade(lines=lines) | SaleVoided(sale=SaleMade(lines=lines)):
            return [line.product for line in lines]
        case SaleRefunded(lines=back):
            return [line.line.product for line in back]
        case MealCollected(product=product) | MealVoided(meal=MealCollected(product=product)):
            return [product]
        case _:
            return []
