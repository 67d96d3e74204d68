"""The desk as screens show it: its state, what can be sold there, and who can be looked for."""

from datetime import timedelta
from typing import Final

from core.catalogue import Product
from core.codec import moment_text, to_plain
from core.correct import UNDO_WITHIN
from core.day import Day
from core.events import Stamp
from core.ids import PupilId
from core.orders import OrderState
from core.profiles import OPENED_BY
from core.sale import balance_of
from core.shift import Books
from core.staff import StaffMember
from core.view import Holder, View
from offline_cache.snapshot import Snapshot
from terminal.board import Content
from terminal.desk import Desk
from terminal.disk_watch import Disk
from terminal.verdict import person_content

FOUND_MAX: Final = 20


def desk_content(desk: Desk, disk: Disk) -> Content:
    """Return the part of the status that is about the desk. Called in the till thread."""
    stamp = desk.clock.stamp()
    day = desk.day(stamp)
    return {
        "operator": _operator(desk),
        "shift": _shift(desk),
        "is_training": desk.is_training,
        "cursor": desk.basis.cursor,
        "day": day.date.isoformat(),
        "day_question": _day_question(desk, day, stamp),
        "walk_in": _walk_in(desk),
        "disk": {"state": disk.room.value, "free_bytes": disk.free_bytes},
        "copy": {"state": _copy_state(desk, stamp)},
        "last_act": _last_act(desk),
        "period": _period(desk),
        "clock": {"state": _clock_state(desk, day, stamp)},
    }


def _operator(desk: Desk) -> Content | None:
    member = desk.operator
    if member is None:
        return None
    rights = sorted(right.value for right in member.rights)
    return {"id": member.id, "name": member.name, "rights": rights}


def _shift(desk: Desk) -> Content:
    period = desk.recorder.state.period
    expected = period.cash_expected
    return {
        "is_open": expected is not None,
        "opened_at": None if period.opened_at is None else moment_text(period.opened_at),
        "cash_expected_cents": None if expected is None else expected.cents,
    }


def _day_question(desk: Desk, day: Day, stamp: Stamp) -> Content | None:
    if day.is_known:
        return None
    clock_day = desk.knowledge.place.calendar.business_day(stamp.at)
    return {"clock_day": clock_day.isoformat(), "suggested_day": day.date.isoformat()}


def _clock_state(desk: Desk, day: Day, stamp: Stamp) -> str:
    if not day.is_known or desk.live.state.jump is not None:
        return "jumped"
    return "good" if stamp.is_synced else "unsynced"


def _walk_in(desk: Desk) -> Content:
    sums, policy = desk.recorder.state.unsettled, desk.knowledge.policy
    return {
        "risk_cents": sums.risk.cents,
        "limit_cents": policy.terminal_offline_max.cents,
        "count": sums.count,
        "count_limit": policy.terminal_offline_count_max,
    }


def _copy_state(desk: Desk, stamp: Stamp) -> str:
    copy_at, policy = desk.knowledge.copy_at, desk.knowledge.policy
    if copy_at is None:
        return "none"
    age = max(timedelta(0), stamp.at - copy_at)
    if age > policy.snapshot_stop:
        return "stop"
    return "warn" if age > policy.snapshot_warn else "fresh"


def _last_act(desk: Desk) -> Content | None:
    last = desk.recorder.state.documents.last_act
    if last is None:
        return None
    ends_at = last.stamp.at + UNDO_WITHIN
    return {"id": last.id, "at": moment_text(last.stamp.at), "can_undo_until": moment_text(ends_at)}


def _period(desk: Desk) -> Content:
    state = desk.recorder.state
    since = state.period.opened_at
    return {
        "number": state.closing_count + 1,
        "since": None if since is None else moment_text(since),
    }


def till_content(desk: Desk) -> Content:
    """Return what the till's tiles and dialogs need: products, staff, what the school allows."""
    knowledge = desk.knowledge
    policy, snapshot = knowledge.policy, knowledge.snapshot
    day = desk.day(desk.clock.stamp()).date
    menu: list[Product] = []
    if snapshot is not None:
        menu = desk.reading(lambda: list(snapshot.menu(day)), default=[])
    return {
        "cursor": desk.basis.cursor,
        "products": [] if snapshot is None else [_product(p) for p in snapshot.products.values()],
        "menu": [product.id for product in menu],
        "staff": [] if snapshot is None else [_member(m) for m in snapshot.staff().values()],
        "takes_cash": policy.takes_cash,
        "top_up_max_cents": policy.top_up_max.cents,
        "needs_sign_in": policy.needs_sign_in,
        "walk_in_product": policy.walk_in_product,
        "profiles": [{"profile": one.value, "right": OPENED_BY[one].value} for one in OPENED_BY],
        "school": knowledge.place.school.name,
        "currency": "EUR",
    }


def _member(member: StaffMember) -> Content:
    return {"id": member.id, "name": member.name, "has_pin": bool(member.pin_hash)}


def _product(product: Product) -> Content:
    return {
        "id": product.id,
        "name": product.name,
        "category": product.category.value,
        "vat_permille": product.vat_permille,
        "allergens": sorted(allergen.value for allergen in product.allergens),
        "prices": {of.value: price.cents for of, price in product.prices.items()},
    }


def found_content(snapshot: Snapshot, text: str) -> list[Content]:
    """Return the pupils that a text finds. Raises SnapshotCorruptError."""
    return [
        {"id": pupil.id, "name": pupil.short_name, "class_name": pupil.class_name}
        for pupil in snapshot.search(text, limit=FOUND_MAX)
    ]


def pupil_content(desk: Desk, pupil: PupilId) -> Content | None:
    """Return a pupil as on a verdict, with wallets and the day's orders; None if unknown."""
    view = desk.view_of_pupil(pupil, desk.clock.stamp())
    holder = view.holder
    if holder is None:
        return None
    return {
        **person_content(view),
        "id": holder.pupil.id,
        "wallet_cents": balance_of(view, holder).cents,
        "orders": orders_content(view, holder),
    }


def orders_content(view: View, holder: Holder) -> list[Content]:
    """Return a pupil's orders of the day, as they stand here."""
    return [
        {
            "product": order.product_id,
            "label": view.products[order.product_id].name
            if order.product_id in view.products
            else order.product_id,
            "state": OrderState.COLLECTED.value
            if order.id in view.own.collected_at
            else order.state.value,
        }
        for order in holder.orders
    ]


def report_content(books: Books) -> Content:
    """Return the figures of a period, amounts in cents, beside what a closing says of it."""
    return {
        **to_plain(books.figures),
        "number": books.closing_count + 1,
        "not_collected": books.not_collected,
        "unbooked": books.unbooked,
        "head_hash": books.head_hash,
        "previous_hash": books.previous_hash,
    }
