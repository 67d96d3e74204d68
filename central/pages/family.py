"""A family's pages: its children, and the door that keeps every other child's pages shut."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from central.database import Session
from central.families.links import children_of, is_child
from central.pages.orders import product_names
from central.pages.pupils import read_pupil
from central.pages.visit import FAMILY, NotHereError, Visit
from core.ids import PupilId
from core.orders import OrderState
from core.people import Pupil
from core.wallet import Wallets

CHILD_PAGES: Final = ("", "meals", "wallet", "top-up", "presence", "limits")
"""The pages of one child, as the end of their addresses and of their words `child.…`."""


@dataclass(frozen=True, slots=True)
class Child:
    """One child in the list. meal: what is ordered for today, and how it stands; None for none."""

    pupil: Pupil
    wallets: Wallets
    meal: str | None
    state: str


def own_child(visit: Visit) -> None:
    """Let a parent through to the own child's pages alone. Raises NotHereError."""
    pupil = visit.ids.get("pupil")
    if pupil is None:
        return
    with visit.store.database.reading() as session:
        if not is_child(session, visit.user, PupilId(pupil)):
            raise NotHereError


def child_of(visit: Visit) -> PupilId:
    """Return the child whose page this is; `own_child` has let the visitor through to it."""
    return PupilId(visit.ids["pupil"])


def path_of(visit: Visit) -> str:
    """Return where the pages of the child begin."""
    return f"{FAMILY}/children/{child_of(visit)}"


def child_page(visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
    """Answer with a page of one child: its name and wallets on top, the way to its other pages."""
    with visit.store.database.reading() as session:
        pupil, wallets = read_pupil(session, visit.school.id, child_of(visit))
    known = {
        "pupil": pupil,
        "wallets": wallets,
        "base": path_of(visit),
        "child_pages": CHILD_PAGES,
    }
    return visit.page(template, status=status, **(known | values))


def show(visit: Visit) -> Response:
    """Show the children."""
    with visit.store.database.reading() as session:
        names = product_names(session, visit.school.id)
        children = [
            _child(session, visit, pupil, names) for pupil in children_of(session, visit.user)
        ]
    return visit.page("family.html", children=children)


def _child(session: Session, visit: Visit, pupil: PupilId, names: dict[str, str]) -> Child:
    person, wallets = read_pupil(session, visit.school.id, pupil)
    row = session.row(
        "SELECT product_id, state FROM meal_order WHERE school_id = ? AND pupil_id = ? AND day = ?"
        " AND state <> ? ORDER BY id",
        visit.school.id,
        pupil,
        visit.today.isoformat(),
        OrderState.CANCELLED.value,
    )
    if row is None:
        return Child(person, wallets, None, "")
    return Child(person, wallets, names.get(row[0], row[0]), row[1])
