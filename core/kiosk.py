"""What a kiosk decides by itself: who may stand there, what a day offers, what may be asked.

Whether an order is granted is the centre's to say. Here is only what needs no centre: a dish that
is not on the menu, a request that still waits, an allergen of the pupil's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from core.calendar import SchoolCalendar
from core.catalogue import Product
from core.decision import Noted, NotedAs, Refused
from core.facts import Reason, TapRefused
from core.ids import CommandId, OrderId, ProductId
from core.limits import conflicts_of
from core.order_facts import Decline, OrderAct, RequestState
from core.order_rules import day_decline
from core.orders import Order, OrderRequest, OrderState
from core.people import Allergen, BadgeState, Pupil
from core.policy import Policy
from core.tap import Tap, identity_fault
from core.value import Value
from core.view import View

DAYS_SHOWN: Final = 15
"""So many school days a kiosk shows, whether or not they can be ordered already."""
_LOOK_AHEAD_DAYS: Final = 366
"""Within a year a school serves on so many days, or it is closed for good."""
_BAD: Final = {BadgeState.LOST: Reason.LOST_BADGE, BadgeState.BLOCKED: Reason.BLOCKED_BADGE}


def admit(tap: Tap, view: View, policy: Policy) -> Noted | Refused:
    """Return whether whoever laid down a badge may use the kiosk. It moves no money."""
    reason = _refusal(tap, view, policy)
    if reason is None:
        return Noted((), NotedAs.SHOWN)
    pupil = None if view.holder is None else view.holder.pupil.id
    return Refused((TapRefused(view.day, reason, view.badge, pupil),), reason)


def _refusal(tap: Tap, view: View, policy: Policy) -> Reason | None:
    if identity_fault(tap.credential) is not None:
        return Reason.NOT_AN_IDENTITY
    if view.copy_at is None:
        return Reason.NO_SNAPSHOT
    if view.holder is None or view.holder.badge is None:
        return Reason.UNKNOWN_BADGE
    if view.holder.badge.state in _BAD:
        return _BAD[view.holder.badge.state]
    is_sure = tap.assurance >= policy.assurance_min_sale
    return None if is_sure else Reason.ASSURANCE_TOO_LOW


class KioskDay(Value):
    """One school day of a pupil.

    why: why its orders cannot be changed now; None when they can. opens_on: the first day on which
    it can be ordered. order: the one that stands, also when it was collected. requests: what was
    asked of the centre without an answer, and what it said since, the newest last.
    """

    day: date
    opens_on: date
    why: Decline | None
    dishes: tuple[Product, ...]
    order: Order | None
    requests: tuple[OrderRequest, ...]

    @property
    def waiting(self) -> OrderRequest | None:
        """The newest request that the centre has not decided."""
        waiting = [one for one in self.requests if one.state is RequestState.WAITING]
        return waiting[-1] if waiting else None


def plan_days(
    calendar: SchoolCalendar,
    now: datetime,
    *,
    today: date,
    menus: Mapping[date, tuple[Product, ...]],
    orders: Iterable[Order],
    requests: Iterable[OrderRequest],
) -> tuple[KioskDay, ...]:
    """Return the next fifteen school days, today's among them, each with what stands for it.

    now: aware; by the terminal's own clock, so that it can only advise. today: the business day,
    which staff may have had to say.
    """
    standing = {order.day: order for order in orders if order.state is not OrderState.CANCELLED}
    asked: dict[date, list[OrderRequest]] = {}
    for request in requests:
        asked.setdefault(request.day, []).append(request)
    return tuple(
        KioskDay(
            day=day,
            opens_on=day - timedelta(days=calendar.order_days_max),
            why=day_decline(calendar, day, now),
            dishes=menus.get(day, ()),
            order=standing.get(day),
            requests=tuple(asked.get(day, ())),
        )
        for day in _school_days(calendar, today)
    )


def _school_days(calendar: SchoolCalendar, today: date) -> list[date]:
    days = (today + timedelta(days=ahead) for ahead in range(_LOOK_AHEAD_DAYS))
    return [day for day in days if calendar.is_service_day(day)][:DAYS_SHOWN]


class Wanted(Value):
    """What a pupil touched. accepts: they were asked about their own allergens, and go on."""

    command: CommandId
    act: OrderAct
    day: date
    product: ProductId | None = None
    accepts: bool = False


class Question(Value):
    """What the centre is asked.

    must_wait: an earlier request for this order is on its way, so that this one goes behind it.
    accepted: the pupil's own allergens in the dish.
    """

    command: CommandId
    act: OrderAct
    order: OrderId
    day: date
    product: ProductId | None
    must_wait: bool
    accepted: tuple[Allergen, ...] = ()


class NotAsked(Value):
    """Why the centre is not asked: a reason, or the allergens about which the pupil is asked."""

    why: Decline | None
    conflicts: frozenset[Allergen] = frozenset()


def question_of(wanted: Wanted, days: Sequence[KioskDay], pupil: Pupil) -> Question | NotAsked:
    """Return what is asked of the centre, or why it is not.

    A new order has the id of the command that asks for it: however often that is sent, it is one.
    """
    day = next((one for one in days if one.day == wanted.day), None)
    if day is None:
        return NotAsked(Decline.NO_SERVICE)
    dish = next((one for one in day.dishes if one.id == wanted.product), None)
    if (dish is None) != (wanted.act is OrderAct.CANCEL):
        return NotAsked(Decline.NOT_ON_MENU)
    found = _order_of(wanted, day)
    if isinstance(found, Decline):
        return NotAsked(found)
    conflicts = frozenset[Allergen]() if dish is None else conflicts_of([dish], pupil)
    if conflicts and not wanted.accepts:
        return NotAsked(None, conflicts)
    return Question(
        command=wanted.command,
        act=wanted.act,
        order=found,
        day=wanted.day,
        product=wanted.product,
        must_wait=day.waiting is not None,
        accepted=tuple(one for one in Allergen if one in conflicts),
    )


def _order_of(wanted: Wanted, day: KioskDay) -> OrderId | Decline:
    """Return the order that is meant, or why there is none."""
    waiting = day.waiting
    if waiting is not None:
        # Nobody knows what will stand: what was asked for first can only be given up.
        is_given_up = wanted.act is OrderAct.CANCEL and waiting.act is OrderAct.RESERVE
        return waiting.order_id if is_given_up else Decline.STILL_WAITING
    order = day.order
    if wanted.act is OrderAct.RESERVE:
        return OrderId(wanted.command) if order is None else Decline.ALREADY_ORDERED
    if order is None:
        return Decline.UNKNOWN_ORDER
    return order.id if order.state is OrderState.RESERVED else Decline.NOT_RESERVED
