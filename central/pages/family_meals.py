"""A child's meals of the coming school days: reserved, changed and cancelled, as at the kiosk.

What a form asks is decided by `central.asked_orders`, as a kiosk's question is, when it arrives:
the page may have been open since yesterday. A dish with one of the child's own allergens is asked
about once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from starlette.responses import Response

from central.asked_orders import AskedOrder, decide_order, is_known_order
from central.audit import write_audit
from central.catalogue import read_offers
from central.database import Session
from central.pages.family import child_of, child_page, path_of
from central.pages.pupils import read_pupil
from central.pages.visit import FormError, NotHereError, Visit
from core.catalogue import Product
from core.ids import CommandId, OrderId, ProductId, TerminalId
from core.order_facts import Decline, OrderAct
from core.orders import Order, OrderState
from core.people import Allergen, Pupil
from core.snapshot import ORDER_COLUMNS, order_from_row

_NAMESPACE = UUID("5f0e7f0e-4f5c-5d61-8f0a-9a0f3f2b7c55")
_SAID = frozenset(
    (
        Decline.TOO_LATE,
        Decline.TOO_EARLY,
        Decline.NO_SERVICE,
        Decline.NOT_ON_MENU,
        Decline.NOT_ENOUGH_MONEY,
        Decline.ALREADY_ORDERED,
    )
)


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish as one child sees it. cents: for this child. own: the child's allergens in it."""

    id: str
    name: str
    cents: int
    allergens: tuple[Allergen, ...]
    own: tuple[Allergen, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A school day. orders: not the cancelled ones. is_open: whether they can still be changed."""

    day: date
    dishes: tuple[Dish, ...]
    orders: tuple[Order, ...]
    is_open: bool

    @property
    def reserved(self) -> Order | None:
        """The order that can still become another."""
        waiting = (one for one in self.orders if one.state is OrderState.RESERVED)
        return next(waiting, None) if self.is_open else None

    @property
    def choices(self) -> tuple[Dish, ...]:
        """What can be had, instead of what is reserved or in the first place."""
        if not self.is_open or (self.orders and self.reserved is None):
            return ()
        taken = None if self.reserved is None else self.reserved.product_id
        return tuple(dish for dish in self.dishes if dish.id != taken)


def show(visit: Visit) -> Response:
    """Show the days that can be ordered, and today."""
    with visit.store.database.reading() as session:
        pupil, _ = read_pupil(session, visit.school.id, child_of(visit))
        days = _days(session, visit, pupil)
    calendar = visit.school.calendar
    return child_page(
        visit,
        "family_meals.html",
        days=days,
        closes_at=calendar.orders_close(visit.today),
        allergens=allergens_in(visit),
        days_max=calendar.order_days_max,
        names={dish.id: dish.name for day in days for dish in day.dishes},
    )


def take(visit: Visit) -> Response:
    """Reserve a dish for a day, or have it in place of what was reserved."""
    day, dish = _asked_dish(visit)
    if dish.own and visit.field("knows") != "yes":
        return child_page(
            visit,
            "family_ask.html",
            day_asked=day,
            dish=dish,
            allergens=allergens_in(visit),
            order=visit.field("order"),
            once=visit.once(),
        )
    if visit.field("order"):
        order = _own_order(visit, visit.field("order"))
        if order.day != day:
            raise NotHereError
        _ask(visit, OrderAct.CHANGE, order=order.id, day=day, once=visit.once(), dish=dish.id)
        return visit.go(f"{path_of(visit)}/meals", done="meal_changed")
    order_id, once = OrderId(_named(visit, visit.once())), visit.once()
    _ask(visit, OrderAct.RESERVE, order=order_id, day=day, once=once, dish=dish.id)
    return visit.go(f"{path_of(visit)}/meals", done="meal_reserved")


def give_back(visit: Visit) -> Response:
    """Cancel a meal in time, and have it credited."""
    order = _own_order(visit, visit.ids["order"])
    # An order that was cancelled once stays so: its own id names the question.
    _ask(visit, OrderAct.CANCEL, order=order.id, day=order.day, once=order.id, dish=None)
    return visit.go(f"{path_of(visit)}/meals", done="cancelled")


def allergens_in(visit: Visit) -> Callable[[Iterable[Allergen]], str]:
    """Return how allergens are told in the reader's language."""

    def tell(allergens: Iterable[Allergen]) -> str:
        return ", ".join(visit.voice.say(f"allergen.{one.value}") for one in allergens)

    return tell


def dish_for(product: Product, pupil: Pupil) -> Dish:
    """Return a product as a child sees it."""
    inside = [one for one in Allergen if one in product.allergens]
    return Dish(
        id=product.id,
        name=product.name,
        cents=product.price_for(pupil.price_class).cents,
        allergens=tuple(inside),
        own=tuple(one for one in inside if one in pupil.allergens),
    )


def _days(session: Session, visit: Visit, pupil: Pupil) -> list[Day]:
    calendar, today = visit.school.calendar, visit.today
    open_days = list(calendar.order_days(visit.now))
    days = sorted({today, *open_days})
    offers = read_offers(session, visit.school.id, first=days[0], last=days[-1])
    rows = session.rows(
        f"SELECT {ORDER_COLUMNS} FROM meal_order WHERE school_id = ? AND pupil_id = ?"  # noqa: S608
        " AND day >= ? AND day <= ? AND state <> ? ORDER BY day, id",
        visit.school.id,
        pupil.id,
        days[0].isoformat(),
        days[-1].isoformat(),
        OrderState.CANCELLED.value,
    )
    orders = [order_from_row(row) for row in rows]
    return [
        Day(
            day,
            dishes=tuple(dish_for(product, pupil) for product in offers.get(day, ())),
            orders=tuple(order for order in orders if order.day == day),
            is_open=day in open_days,
        )
        for day in days
    ]


def _asked_dish(visit: Visit) -> tuple[date, Dish]:
    try:
        day = date.fromisoformat(visit.field("day"))
    except ValueError as error:
        raise FormError("refused.choice") from error
    with visit.store.database.reading() as session:
        pupil, _ = read_pupil(session, visit.school.id, child_of(visit))
        offered = read_offers(session, visit.school.id, first=day, last=day).get(day, [])
    for product in offered:
        if product.id == visit.field("dish"):
            return day, dish_for(product, pupil)
    raise FormError("refused.not_on_menu")


def _own_order(visit: Visit, order: str) -> Order:
    with visit.store.database.reading() as session:
        row = session.row(
            f"SELECT {ORDER_COLUMNS} FROM meal_order"  # noqa: S608
            " WHERE school_id = ? AND pupil_id = ? AND id = ?",
            visit.school.id,
            child_of(visit),
            order,
        )
    if row is None:
        raise NotHereError
    return order_from_row(row)


def _ask(
    visit: Visit, act: OrderAct, *, order: OrderId, day: date, once: str, dish: str | None
) -> None:
    """Have the centre decide, as for a kiosk. Raises FormError with why it declines.

    A no is not remembered: it moved nothing, and whoever has put money in meanwhile sends the same
    form again. (A kiosk's command keeps its answer, which may have been lost on the way.)
    """
    # A form's own word names the question: sent twice, it is one; another family's, another.
    asked = AskedOrder(
        command=CommandId(_named(visit, f"{act.value} {once}")),
        act=act,
        order=order,
        pupil=child_of(visit),
        day=day,
        product=None if dish is None else ProductId(dish),
        badge=None,
        terminal=TerminalId(""),
    )
    with visit.store.database.writing() as session:
        is_new = not is_known_order(session, visit.school.id, asked.command)
        decided = decide_order(session, visit.school.id, asked, moment=visit.now, now=visit.now)
        if decided.why is not None:
            said = decided.why in _SAID
            raise FormError(f"refused.order.{decided.why.value}" if said else "refused.order")
        if is_new:
            what = f"order {act.value}: {day.isoformat()}" + (f" {dish}" if dish else "")
            write_audit(
                session,
                visit.school.id,
                who=visit.user.name,
                what=what,
                subject=order,
                at=visit.now,
            )


def _named(visit: Visit, word: str) -> str:
    name = f"{visit.school.id} {visit.user.name} {child_of(visit)} {word}"
    return str(uuid5(_NAMESPACE, name))
