"""A pupil's own things, gathered for the kiosk's page and for its slips."""

from dataclasses import dataclass
from datetime import date

from core.codec import moment_text
from core.events import Stamp
from core.ids import ProductId
from core.kiosk import KioskDay, plan_days
from core.limits import conflicts_of
from core.money import Money
from core.order_facts import RequestState
from core.orders import OrderRequest
from core.sale import balance_of, reserve_of
from core.view import Holder, View
from offline_cache.snapshot import Snapshot
from terminal.board import Content
from terminal.desk import Desk
from terminal.family_slips import FamilyThings, family_content
from terminal.kiosk_answers import KioskAnswers
from terminal.profiles.kiosk import KioskSession
from terminal.verdict import words_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a pupil stands at the kiosk: wallets as far as they are known, and the days to come."""

    view: View
    holder: Holder
    today: date
    is_day_known: bool
    general: Money
    reserve: Money
    days: tuple[KioskDay, ...]
    iban: str
    communication: str | None
    family: FamilyThings


def standing_of(
    desk: Desk, session: KioskSession, answers: KioskAnswers, stamp: Stamp
) -> Standing | None:
    """Return how whoever stands at the kiosk stands; None when the copy does not know them."""
    return desk.reading(lambda: _standing(desk, session, answers, stamp), default=None)


def _standing(
    desk: Desk, session: KioskSession, answers: KioskAnswers, stamp: Stamp
) -> Standing | None:
    view, snapshot = desk.view_of_pupil(session.pupil, stamp), desk.knowledge.snapshot
    if view.holder is None or snapshot is None:
        return None
    cursor, today, pupil = snapshot.meta.cursor, view.day, session.pupil
    orders = answers.orders(pupil, snapshot.orders(pupil, today), cursor=cursor)
    return Standing(
        view=view,
        holder=view.holder,
        today=today,
        is_day_known=view.is_day_known,
        general=balance_of(view, view.holder) + answers.moved(pupil, cursor=cursor),
        reserve=reserve_of(view, view.holder),
        days=plan_days(
            view.place.calendar,
            stamp.at,
            today=today,
            menus=snapshot.menus(today),
            orders=orders,
            requests=_requests(desk, session, snapshot, today),
        ),
        iban=snapshot.meta.iban,
        communication=snapshot.communication(pupil),
        family=FamilyThings(
            view.holder.pupil,
            snapshot.invoices(pupil),
            snapshot.appointments(pupil, since=stamp.at),
            snapshot.meta.iban,
        ),
    )


def _requests(
    desk: Desk, session: KioskSession, snapshot: Snapshot, today: date
) -> list[OrderRequest]:
    """Return what became of the pupil's requests, and behind it those that wait."""
    decided = list(snapshot.requests(session.pupil, today))
    known = {request.command for request in decided}
    waiting = [
        OrderRequest(
            command=fact.command,
            pupil_id=fact.pupil,
            order_id=fact.order,
            day=fact.day,
            act=fact.act,
            product_id=fact.product,
            state=RequestState.WAITING,
        )
        for _, fact in desk.live.state.requests.values()
        if fact.pupil == session.pupil and fact.command not in known
    ]
    return decided + waiting


def standing_content(standing: Standing, session: KioskSession) -> Content:
    """Return how somebody stands, as the kiosk's page shows it."""
    view, holder = standing.view, standing.holder
    return {
        "session": session.id,
        "name": holder.pupil.short_name,
        "class_name": holder.pupil.class_name,
        "language": holder.pupil.language.value,
        "allergens": words_of(holder.pupil.allergens),
        "general_cents": standing.general.cents,
        "reserve_cents": standing.reserve.cents,
        "is_provisional": not view.is_online,
        "is_day_known": standing.is_day_known,
        "today": standing.today.isoformat(),
        "days": [_day_content(day, view, holder) for day in standing.days],
        "can_top_up": bool(standing.iban) and standing.communication is not None,
        **family_content(standing.family, today=standing.today),
    }


def _day_content(day: KioskDay, view: View, holder: Holder) -> Content:
    order = day.order
    return {
        "day": day.day.isoformat(),
        "closes_at": moment_text(view.place.calendar.orders_close(day.day)),
        "opens_on": day.opens_on.isoformat(),
        "why": None if day.why is None else day.why.value,
        "dishes": [
            {
                "id": dish.id,
                "name": dish.name,
                "category": dish.category.value,
                "price_cents": dish.price_for(holder.pupil.price_class).cents,
                "allergens": words_of(dish.allergens),
                "conflicts": words_of(conflicts_of([dish], holder.pupil)),
            }
            for dish in day.dishes
        ],
        "order": None
        if order is None
        else {
            "product": order.product_id,
            "name": dish_name(view, order.product_id),
            "price_cents": order.price.cents,
            "state": "collected" if order.id in view.own.collected_at else order.state.value,
        },
        "requests": [_request_content(request, view) for request in day.requests],
    }


def _request_content(request: OrderRequest, view: View) -> Content:
    return {
        "act": request.act.value,
        "name": "" if request.product_id is None else dish_name(view, request.product_id),
        "state": request.state.value,
        "why": None if request.why is None else request.why.value,
    }


def dish_name(view: View, product: ProductId) -> str:
    """Return a dish's name; its id where the copy knows it no more."""
    known = view.products.get(product)
    return product if known is None else known.name
