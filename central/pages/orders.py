"""The orders of a day: per dish for the kitchen, one by one for the bursar, cancelled in time."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from starlette.responses import Response

from central.database import Session
from central.orders import OrderRefusedError, cancel
from central.pages.paging import page_of
from central.pages.visit import OFFICE, FormError, Visit, one_row
from core.ids import OrderId, SchoolId
from core.orders import OrderState

_SIZE = 50


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order with whose it is."""

    id: str
    pupil_id: str
    pupil_name: str
    class_name: str
    product_id: str
    cents: int
    state: str


def show(visit: Visit) -> Response:
    """Show the orders of a day; of one dish where one is asked for."""
    day, dish = visit.asked_day(), visit.asked.get("dish", "")
    with visit.store.database.reading() as session:
        lines = _lines(session, visit.school.id, day)
        names = product_names(session, visit.school.id)
    shown = page_of(
        [line for line in lines if dish in ("", line.product_id)],
        asked=visit.asked.get("page", ""),
        size=_SIZE,
    )
    calendar = visit.school.calendar
    return visit.page(
        "orders.html",
        shown=day,
        dish=dish if dish in names else "",
        dishes=_dishes(lines),
        names=names,
        states=[state.value for state in OrderState],
        orders=shown.items,
        page=shown.page,
        pages=shown.pages,
        may_cancel=calendar.may_change_order(day, visit.now),
        closes_at=calendar.orders_close(day),
    )


def cancel_order(visit: Visit) -> Response:
    """Cancel an order in time, and credit it back."""
    order = visit.ids["order"]
    with visit.store.database.reading() as session:
        found = one_row(
            session,
            "SELECT day FROM meal_order WHERE school_id = ? AND id = ?",
            visit.school.id,
            order,
        )
    day = date.fromisoformat(str(found[0]))
    if not visit.school.calendar.may_change_order(day, visit.now):
        raise FormError("refused.too_late")
    try:
        cancel(
            visit.store,
            visit.school.id,
            order=OrderId(order),
            now=visit.now,
            who=visit.user.name,
        )
    except OrderRefusedError as error:
        raise FormError("refused.not_reserved") from error
    return visit.go(f"{OFFICE}/orders", done="cancelled", day=day.isoformat())


def product_names(session: Session, school: SchoolId) -> dict[str, str]:
    """Return the names of a school's products by their ids."""
    rows = session.rows("SELECT id, name FROM product WHERE school_id = ?", school)
    return {row[0]: row[1] for row in rows}


def _lines(session: Session, school: SchoolId, day: date) -> list[OrderLine]:
    rows = session.rows(
        "SELECT o.id, o.pupil_id, p.first_name, p.last_name, p.class_name, o.product_id,"
        " o.price_cents, o.state FROM meal_order o"
        " LEFT JOIN pupil p ON p.school_id = o.school_id AND p.id = o.pupil_id"
        " WHERE o.school_id = ? AND o.day = ? ORDER BY p.class_name, p.last_name, o.id",
        school,
        day.isoformat(),
    )
    return [
        OrderLine(
            id=row[0],
            pupil_id=row[1],
            pupil_name=row[1] if row[2] is None else f"{row[3]} {row[2]}",
            class_name=row[4] or "",
            product_id=row[5],
            cents=row[6],
            state=row[7],
        )
        for row in rows
    ]


def _dishes(lines: list[OrderLine]) -> dict[str, dict[str, int]]:
    """Return, by dish, how many orders stand in each state; what is ordered most comes first."""
    places = sorted((line.product_id, line.state) for line in lines)
    counts: dict[str, dict[str, int]] = {}
    for (product, state), same in groupby(places):
        counts.setdefault(product, {})[state] = len(list(same))
    return dict(sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])))
