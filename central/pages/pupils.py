"""Pupils: found by any part of a name, a class or a badge's end; one of them, with all there is."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from central.badges import badge_history
from central.bank.communications import communication_of
from central.database import Session
from central.families.links import parents_of
from central.pages.movements import movements
from central.pages.orders import product_names
from central.pages.paging import page_of
from central.pages.visit import FormError, NotHereError, Visit
from central.pages.voice import read_words
from core.ids import PupilId, SchoolId
from core.people import Badge, Language, Pupil
from core.snapshot import (
    BADGE_COLUMNS,
    PUPIL_COLUMNS,
    badge_from_row,
    pupil_from_row,
)
from core.wallet import Wallets

_SIZE = 25
_ORDERS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Found:
    """A pupil in a list; balances in cents."""

    id: str
    first_name: str
    last_name: str
    class_name: str
    general: int
    reserve: int
    folded: str


def find(visit: Visit) -> Response:
    """List the pupils of whom every word that was asked for begins something."""
    asked = visit.asked.get("q", "").strip()[:80]
    with visit.store.database.reading() as session:
        everybody = _everybody(session, visit.school.id)
    shown = page_of(_matching(everybody, asked), asked=visit.asked.get("page", ""), size=_SIZE)
    return visit.page(
        "pupils.html",
        asked=asked,
        found=shown.found,
        pupils=shown.items,
        page=shown.page,
        pages=shown.pages,
    )


def the_pupil(visit: Visit, asked: str) -> PupilId:
    """Return the one pupil that somebody wrote down, as in the search. Raises FormError."""
    with visit.store.database.reading() as session:
        everybody = _everybody(session, visit.school.id)
    found = _matching(everybody, asked[:80])
    if not asked or len(found) != 1:
        raise FormError("refused.pupil_unclear")
    return PupilId(found[0].id)


def pupil_names(
    session: Session, school: SchoolId, pupils: Iterable[PupilId | None]
) -> dict[str, str]:
    """Return the names of pupils by their ids."""
    rows = session.rows_by(
        "SELECT id, last_name, first_name, class_name FROM pupil WHERE school_id = ? AND id IN",
        sorted({pupil for pupil in pupils if pupil is not None}),
        school,
    )
    return {row[0]: f"{row[1]} {row[2]} ({row[3]})" for row in rows}


def _matching(everybody: list[Found], asked: str) -> list[Found]:
    words = [f" {word}" for word in folded(asked).split()]
    return [one for one in everybody if all(word in one.folded for word in words)]


def folded(text: str) -> str:
    """Return text without accents and capitals: who types `lea` finds Léa."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(" " if sign in "-'" else sign for sign in apart if ord(sign) < 0x300).lower()  # noqa: PLR2004  where Unicode's combining marks begin


def _everybody(session: Session, school: SchoolId) -> list[Found]:
    badges = session.rows("SELECT pupil_id, last4 FROM badge WHERE school_id = ?", school)
    ends: dict[str, str] = {}
    for pupil, last4 in badges:
        ends[pupil] = f"{ends.get(pupil, '')} {last4}"
    rows = session.rows(
        "SELECT p.id, p.first_name, p.last_name, p.class_name, w.general_cents, w.reserve_cents"
        " FROM pupil p LEFT JOIN wallet w ON w.school_id = p.school_id AND w.pupil_id = p.id"
        " WHERE p.school_id = ? ORDER BY p.last_name, p.first_name, p.class_name, p.id",
        school,
    )
    return [
        Found(
            id=row[0],
            first_name=row[1],
            last_name=row[2],
            class_name=row[3],
            general=row[4] or 0,
            reserve=row[5] or 0,
            folded=folded(f" {row[1]} {row[2]} {row[3]}{ends.get(row[0], '')}"),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PupilOrder:
    """An order of a pupil's."""

    id: str
    day: date
    product_id: str
    cents: int
    state: str


def show(visit: Visit) -> Response:
    """Show one pupil."""
    pupil_id = PupilId(visit.ids["pupil"])
    with visit.store.database.reading() as session:
        pupil, wallets = read_pupil(session, visit.school.id, pupil_id)
        orders = _orders(session, visit.school.id, pupil_id)
        badges = badges_of(session, visit.school.id, pupil_id)
        names = product_names(session, visit.school.id)
        moved = movements(session, visit.school.id, pupil_id, names)
        steps = badge_history(session, visit.school.id, pupil=pupil_id)
        communication = communication_of(session, visit.school.id, pupil_id)
        parents = parents_of(session, visit.school.id, pupil_id)
    paged = page_of(moved, asked=visit.asked.get("page", ""), size=_SIZE)
    calendar = visit.school.calendar
    return visit.page(
        "pupil.html",
        pupil=pupil,
        wallets=wallets,
        orders=orders,
        open_orders={
            one.id
            for one in orders
            if one.state == "reserved" and calendar.may_change_order(one.day, visit.now)
        },
        orders_close_at=calendar.orders_close(visit.today),
        badges=badges,
        badge_steps=steps,
        badge_ends={badge.key: badge.last4 for badge in badges},
        names=names,
        movements=paged.items,
        page=paged.page,
        pages=paged.pages,
        communication=communication,
        parents=parents,
        languages=[(code.value, read_words(code)["language.name"]) for code in Language],
    )


def read_pupil(session: Session, school: SchoolId, pupil: PupilId) -> tuple[Pupil, Wallets]:
    """Return a pupil with both balances. Raises NotHereError for nobody of this school."""
    columns = ", ".join(f"p.{name}" for name in PUPIL_COLUMNS.split(", ")[:8])
    row = session.row(
        f"SELECT {columns}, COALESCE(w.general_cents, 0), COALESCE(w.reserve_cents, 0)"  # noqa: S608  our own columns
        " FROM pupil p LEFT JOIN wallet w ON w.school_id = p.school_id AND w.pupil_id = p.id"
        " WHERE p.school_id = ? AND p.id = ?",
        school,
        pupil,
    )
    if row is None:
        raise NotHereError
    return pupil_from_row(row)


def _orders(session: Session, school: SchoolId, pupil: PupilId) -> list[PupilOrder]:
    rows = session.rows(
        "SELECT id, day, product_id, price_cents, state FROM meal_order"
        " WHERE school_id = ? AND pupil_id = ? ORDER BY day DESC, id LIMIT ?",
        school,
        pupil,
        _ORDERS_SHOWN,
    )
    return [PupilOrder(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows]


def badges_of(session: Session, school: SchoolId, pupil: PupilId) -> list[Badge]:
    """Return a pupil's badges."""
    sql = f"SELECT {BADGE_COLUMNS} FROM badge WHERE school_id = ? AND pupil_id = ? ORDER BY last4"  # noqa: S608
    return [badge_from_row(row) for row in session.rows(sql, school, pupil)]
