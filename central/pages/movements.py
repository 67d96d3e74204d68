"""Every movement of a pupil's wallets, explained: when, where, what, and the signed event."""

from dataclasses import dataclass

from central.database import Session
from central.wallets import Entry, statement
from core.errors import MalformedEventError
from core.events import read_event
from core.facts import MealCollected, MealVoided, SaleMade, SaleRefunded, SaleVoided
from core.ids import PupilId, SchoolId

MOVEMENTS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the statement. what: the dish, or the products; empty where there are none.

    event: the id of the terminal's event behind it; empty for what was done at the centre.
    """

    entry: Entry
    what: str
    event: str


def movements(
    session: Session, school: SchoolId, pupil: PupilId, names: dict[str, str]
) -> list[Movement]:
    """Return a pupil's movements, the newest first. names: of products, by their ids."""
    entries = statement(session, school, pupil, limit=MOVEMENTS_MAX)
    subjects = sorted({entry.subject for entry in entries})
    dishes: dict[str, str] = {
        row[0]: names.get(str(row[1]), str(row[1]))
        for row in session.rows_by(
            "SELECT id, product_id FROM meal_order WHERE school_id = ? AND id IN", subjects, school
        )
    }
    sold = _sold(session, school, subjects, names)
    return [
        Movement(
            entry,
            what=sold.get(entry.subject) or dishes.get(entry.subject, ""),
            event=entry.subject if entry.subject in sold else "",
        )
        for entry in entries
    ]


def _sold(
    session: Session, school: SchoolId, subjects: list[str], names: dict[str, str]
) -> dict[str, str]:
    """Return what each terminal's event among the subjects was about."""
    told: dict[str, str] = {}
    for start in range(0, len(subjects), 500):
        rows = session.rows_by(
            "SELECT id, body FROM event WHERE school_id = ? AND id IN",
            subjects[start : start + 500],
            school,
        )
        for event, body in rows:
            told[event] = ", ".join(names.get(one, one) for one in _products(bytes(body)))
    return told


def _products(body: bytes) -> list[str]:
    try:
        fact = read_event(body).fact
    except MalformedEventError:
        return []
    match fact:
        case SaleMade(lines=lines) | SaleVoided(sale=SaleMade(lines=lines)):
            return [line.product for line in lines]
        case SaleRefunded(lines=back):
            return [line.line.product for line in back]
        case MealCollected(product=product) | MealVoided(meal=MealCollected(product=product)):
            return [product]
        case _:
            return []
