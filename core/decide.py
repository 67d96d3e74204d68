"""The decision on a tap: badge, knowledge and rules go in; facts and a receipt come out.

Pure: the same input gives the same answer for ever, online or offline. A paid order always comes
first, and no rule about money or the age of the copy stands before it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from core.basket import Item
from core.catalogue import Category
from core.decision import Accepted, Presence, Refused, Served
from core.facts import (
    Circumstance,
    MealCollected,
    Reason,
    TapRefused,
    Tender,
)
from core.ids import ProductId
from core.limits import conflicts_of
from core.orders import Order, OrderState
from core.paper import make_receipt
from core.people import BadgeState, PriceClass
from core.policy import Policy, WalkIn
from core.receipt import ReceiptKind, ReceiptLine
from core.sale import (
    Terms,
    Wanted,
    allergen_stop,
    balance_of,
    by_name_refusal,
    is_over_limit,
    made,
    price_of,
    terms_of,
)
from core.tap import Tap
from core.view import Holder, View

# Enum members by names of this module: each tap asks for them, and Python 3.11's own way to a
# member takes fifty times as long as a global name. So it is in all that a tap goes through.
_RESERVED, _COLLECTED = OrderState.RESERVED, OrderState.COLLECTED
_CANCELLED = OrderState.CANCELLED
_LOST, _BLOCKED = BadgeState.LOST, BadgeState.BLOCKED
_NO_ORDER, _REFUSE = Circumstance.NO_ORDER, WalkIn.REFUSE
_RECEIPT = ReceiptKind.COLLECTED


def decide(tap: Tap, view: View, policy: Policy, now: datetime) -> Served:
    """Return what happens to a tapped badge. now: aware; it is used for ages and the receipt."""
    if view.badge is None and view.holder is None:
        return _refuse(view, Reason.NOT_AN_IDENTITY)
    return serve(Presence(tap.assurance), view, policy, now)


def refused_fault(view: View) -> Refused | None:
    """Return the refusal of a ticket that says nobody, wherever it is scanned; None without one."""
    return None if view.fault is None else _refuse(view, view.fault)


def serve_by_name(presence: Presence, view: View, policy: Policy, now: datetime) -> Served:
    """Return what happens to a pupil whom staff found by name, for a reason they gave."""
    refusal = by_name_refusal(presence, view)
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    if view.holder is None:
        return Refused(facts=(), reason=Reason.UNKNOWN_PUPIL)
    return serve(presence, view, policy, now)


def serve(  # noqa: PLR0911  one line a case, in the order in which they matter
    presence: Presence, view: View, policy: Policy, now: datetime
) -> Served:
    """Return what happens to a person: an order of today first, then the rules of a walk-in."""
    if view.copy_at is None:
        return _refuse(view, Reason.NO_SNAPSHOT)
    if not view.is_day_known:
        return _refuse(view, Reason.DAY_NOT_KNOWN)
    holder = view.holder
    if holder is None:
        return _serve_unknown(presence, view, policy, now)
    waiting = [order for order in holder.orders if _is_waiting(order, view)]
    category = (
        view.products[waiting[0].product_id].category if waiting else _walk_in_kind(view, policy)
    )
    refusal = _badge_refusal(presence, holder, policy, category)
    if refusal is not None:
        return _refuse(view, refusal)
    if waiting:
        return _collect(presence, view, policy, holder, waiting[0], now)
    states = [order.state for order in holder.orders]
    served = _served_refusal(view, holder, states)
    if served is not None:
        return served
    if _CANCELLED in states:
        return _refuse(view, Reason.CANCELLED)
    return _walk_in(presence, view, policy, category, holder, now)


def _badge_refusal(
    presence: Presence, holder: Holder, policy: Policy, category: Category
) -> Reason | None:
    badge = holder.badge
    if badge is None:
        return None  # found by name: staff answer for it
    if badge.state is _LOST:
        return Reason.LOST_BADGE
    if badge.state is _BLOCKED:
        answer = policy.answer(Circumstance.BLOCKED_BADGE, category)
        if answer is _REFUSE:
            return Reason.BLOCKED_BADGE
    if presence.assurance < policy.assurance_min_collect:
        return Reason.ASSURANCE_TOO_LOW
    return None


def _walk_in_kind(view: View, policy: Policy) -> Category:
    product = None if policy.walk_in_product is None else view.products.get(policy.walk_in_product)
    return Category.MEAL if product is None else product.category


def _is_waiting(order: Order, view: View) -> bool:
    if order.id in view.own.collected_at:
        return False
    # Its void is newer than the copy, which still takes the meal for handed out.
    is_given_back = order.state is _COLLECTED and order.id in view.own.given_back
    return order.state is _RESERVED or is_given_back


def _served_refusal(view: View, holder: Holder, states: Sequence[OrderState]) -> Refused | None:
    collected_at = view.own.collected_at
    moments = [collected_at[order.id] for order in holder.orders if order.id in collected_at]
    if view.own.walk_in_at is not None:
        moments.append(view.own.walk_in_at)
    if moments:
        return _refuse(view, Reason.ALREADY_SERVED, earlier_at=max(moments))
    if _COLLECTED in states:
        return _refuse(view, Reason.ALREADY_SERVED)
    return None


def _refuse(view: View, reason: Reason, *, earlier_at: datetime | None = None) -> Refused:
    holder = view.holder
    fact = TapRefused(
        day=view.day,
        reason=reason,
        badge=view.badge,
        pupil=None if holder is None else holder.pupil.id,
    )
    wallet = None if holder is None else balance_of(view, holder)
    return Refused(facts=(fact,), reason=reason, wallet=wallet, earlier_at=earlier_at)


def _ask(view: View, question: Refused) -> Refused:
    """Return a question as the answer to a tap: it is journalled as a refusal, too."""
    assert view.holder is not None, "only somebody known has allergens"
    return replace(question, facts=_refuse(view, question.reason).facts)


def _collect(
    presence: Presence, view: View, policy: Policy, holder: Holder, order: Order, now: datetime
) -> Served:
    product = view.products[order.product_id]
    stop = allergen_stop((product.id,), presence, view, holder)
    if stop is not None:
        return _ask(view, stop)
    conflicts = conflicts_of([product], holder.pupil)
    badge = holder.badge
    is_blocked = badge is not None and badge.state is _BLOCKED
    fact = MealCollected(
        view.day,
        holder.pupil.id,
        order.id,
        product.id,
        order.price,
        None if badge is None else badge.key,
        presence.assurance,
        view.next_receipt,
        presence.staff,
        presence.why,
        tuple(sorted(conflicts)) if presence.accepts else (),
        (Circumstance.BLOCKED_BADGE,) if is_blocked else (),
        presence.command,
    )
    balance = balance_of(view, holder)
    receipt = None
    if policy.print_collected:
        line = ReceiptLine(1, product.name, order.price, product.vat_permille)
        receipt = make_receipt(_RECEIPT, view, (line,), wallet_after=balance, now=now)
    return Accepted(
        (fact,),
        receipt,
        product.name,
        order.price,
        balance,
        False,  # noqa: FBT003  it is no sale
        conflicts,
    )


def _walk_in(
    presence: Presence,
    view: View,
    policy: Policy,
    category: Category,
    holder: Holder,
    now: datetime,
) -> Served:
    wanted = _walk_in_wanted(view, policy)
    if wanted is None or policy.answer(_NO_ORDER, category) is _REFUSE:
        return _refuse(view, Reason.NO_ORDER)
    stop = allergen_stop(wanted.products, presence, view, holder)
    if stop is not None:
        return _ask(view, stop)
    basket = price_of(wanted, view)
    terms = terms_of(basket, presence, view, policy, holder, now)
    if not isinstance(terms, Terms):
        return _refuse(view, terms)
    return made(basket, terms, presence, view, policy, now)


def _walk_in_wanted(view: View, policy: Policy) -> Wanted | None:
    product = policy.walk_in_product
    if product is None or product not in view.products:
        return None
    return _one_of(product)


@lru_cache(16)
def _one_of(product: ProductId) -> Wanted:
    return Wanted((Item(product, 1),))


def _serve_unknown(presence: Presence, view: View, policy: Policy, now: datetime) -> Served:
    """Return what happens to a badge that nobody knows: refused, or served and settled later."""
    wanted = _walk_in_wanted(view, policy)
    if wanted is None or not _may_settle_unknown(view, policy):
        return _refuse(view, Reason.UNKNOWN_BADGE)
    if view.own.walk_in_at is not None:
        return _refuse(view, Reason.ALREADY_SERVED, earlier_at=view.own.walk_in_at)
    later = Wanted(wanted.items, tender=Tender.LATER, price_class=PriceClass.PUPIL)
    basket = price_of(later, view)
    total = basket.total
    if total > policy.settle_max or is_over_limit(view, policy, total):
        return _refuse(view, Reason.UNKNOWN_BADGE)
    terms = Terms((Circumstance.UNKNOWN_BADGE,), is_to_settle=True)
    return made(basket, terms, presence, view, policy, now)


def _may_settle_unknown(view: View, policy: Policy) -> bool:
    category = _walk_in_kind(view, policy)
    return policy.answer(Circumstance.UNKNOWN_BADGE, category) is WalkIn.SETTLE
