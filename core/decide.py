"""The decision at the till: a tap, the knowledge and the rules go in; facts and a receipt come out.

Pure: the same input gives the same answer for ever, online or offline. A paid order always comes
first, and no rule about money or the age of the copy stands before it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from core.catalogue import Category, Product
from core.facts import Fact, MealCollected, Reason, SaleLine, SaleMade, TapRefused
from core.money import Money, vat_within
from core.orders import Order, OrderState
from core.people import Allergen, BadgeState
from core.policy import Policy, WalkIn
from core.receipt import Receipt, ReceiptKind, ReceiptLine
from core.tap import Tap, identity_fault
from core.view import Holder, View
from core.wallet import available, can_pay


@dataclass(frozen=True, slots=True)
class Accepted:
    """The pupil is served. wallet_after: the general wallet; conflicts: allergens to warn of."""

    facts: tuple[Fact, ...]
    receipt: Receipt | None
    product: Product
    price: Money
    wallet_after: Money
    is_sale: bool
    conflicts: frozenset[Allergen]


@dataclass(frozen=True, slots=True)
class Refused:
    """The pupil is not served. earlier_at: when the meal was collected, if that is the reason."""

    facts: tuple[Fact, ...]
    reason: Reason
    wallet: Money | None = None
    earlier_at: datetime | None = None


Decision = Accepted | Refused


def decide(tap: Tap, view: View, policy: Policy, now: datetime) -> Decision:
    """Return what happens to a tapped badge. now: aware; it is used for ages and the receipt."""
    refusal = _holder_refusal(tap, view, policy)
    if refusal is not None:
        return _refuse(view, refusal)
    holder = view.holder
    assert holder is not None, "a badge without a holder was refused"
    waiting = [order for order in holder.orders if _is_waiting(order, view)]
    if waiting:
        return _collect(tap, view, policy, holder, waiting[0], now)
    served = _served_refusal(view, holder)
    if served is not None:
        return served
    if any(order.state is OrderState.CANCELLED for order in holder.orders):
        return _refuse(view, Reason.CANCELLED)
    return _walk_in(tap, view, policy, holder, now)


def _holder_refusal(  # noqa: PLR0911  one line a reason, in the order a person would ask
    tap: Tap, view: View, policy: Policy
) -> Reason | None:
    if identity_fault(tap.credential) is not None:
        return Reason.NOT_AN_IDENTITY
    if view.copy_at is None:
        return Reason.NO_SNAPSHOT
    if view.holder is None:
        return Reason.UNKNOWN_BADGE
    match view.holder.badge.state:
        case BadgeState.BLOCKED:
            return Reason.BLOCKED_BADGE
        case BadgeState.LOST:
            return Reason.LOST_BADGE
        case BadgeState.ACTIVE:
            pass
        case _ as state:
            assert_never(state)
    if tap.assurance < policy.assurance_min_collect:
        return Reason.ASSURANCE_TOO_LOW
    return None


def _is_waiting(order: Order, view: View) -> bool:
    return order.state is OrderState.RESERVED and order.id not in view.own.collected_at


def _served_refusal(view: View, holder: Holder) -> Refused | None:
    moments = [
        view.own.collected_at[order.id]
        for order in holder.orders
        if order.id in view.own.collected_at
    ]
    if view.own.walk_in_at is not None:
        moments.append(view.own.walk_in_at)
    if moments:
        return _refuse(view, Reason.ALREADY_SERVED, earlier_at=max(moments))
    if any(order.state is OrderState.COLLECTED for order in holder.orders):
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
    wallet = None if holder is None else _balance(view, holder)
    return Refused(facts=(fact,), reason=reason, wallet=wallet, earlier_at=earlier_at)


def _balance(view: View, holder: Holder) -> Money:
    return available(snapshot_balance=holder.wallets.general, unsettled=view.own.pupil_unsettled)


def _collect(
    tap: Tap, view: View, policy: Policy, holder: Holder, order: Order, now: datetime
) -> Accepted:
    product = view.products[order.product_id]
    fact = MealCollected(
        day=view.day,
        pupil=holder.pupil.id,
        order=order.id,
        product=product.id,
        price=order.price,
        badge=holder.badge.key,
        assurance=tap.assurance,
        receipt=view.next_receipt,
    )
    balance = _balance(view, holder)
    line = ReceiptLine(1, product.name, order.price, product.vat_permille)
    receipt = _receipt(ReceiptKind.COLLECTED, view, holder, line, balance, now)
    return Accepted(
        facts=(fact,),
        receipt=receipt if policy.print_collected else None,
        product=product,
        price=order.price,
        wallet_after=balance,
        is_sale=False,
        conflicts=product.allergens & holder.pupil.allergens,
    )


def _walk_in(tap: Tap, view: View, policy: Policy, holder: Holder, now: datetime) -> Decision:
    product_id = policy.walk_in_product
    if policy.walk_in is WalkIn.REFUSE or product_id is None or product_id not in view.products:
        return _refuse(view, Reason.NO_ORDER)
    product = view.products[product_id]
    price = product.price_for(holder.pupil.price_class)
    refusal = _sale_refusal(tap, view, policy, holder, price, now)
    if refusal is not None:
        return _refuse(view, refusal)
    return _sell(tap, view, policy, holder, product, price, now)


def _sale_refusal(
    tap: Tap, view: View, policy: Policy, holder: Holder, price: Money, now: datetime
) -> Reason | None:
    assert view.copy_at is not None, "a terminal without a copy refused before"
    if tap.assurance < policy.assurance_min_sale:
        return Reason.ASSURANCE_TOO_LOW
    if now - view.copy_at > policy.snapshot_stop:
        return Reason.SNAPSHOT_TOO_OLD
    if _is_over_limit(view, policy, price):
        return Reason.LIMIT
    if not can_pay(_balance(view, holder), price, overdraft_max=policy.overdraft_max):
        return Reason.NOT_ENOUGH_MONEY
    return None


def _is_over_limit(view: View, policy: Policy, price: Money) -> bool:
    own = view.own
    return (
        price > policy.sale_max
        or own.pupil_unsettled + price > policy.pupil_offline_max
        or own.terminal_unsettled + price > policy.terminal_offline_max
        or own.terminal_unsettled_count + 1 > policy.terminal_offline_count_max
    )


def _sell(
    tap: Tap,
    view: View,
    policy: Policy,
    holder: Holder,
    product: Product,
    price: Money,
    now: datetime,
) -> Accepted:
    line = SaleLine(
        product=product.id,
        category=product.category,
        quantity=1,
        unit_price=price,
        vat_permille=product.vat_permille,
        vat=vat_within(price, vat_permille=product.vat_permille),
    )
    fact = SaleMade(
        day=view.day,
        pupil=holder.pupil.id,
        price_class=holder.pupil.price_class,
        lines=(line,),
        total=price,
        badge=holder.badge.key,
        assurance=tap.assurance,
        receipt=view.next_receipt,
        is_walk_in=product.category in (Category.MEAL, Category.SANDWICH),
    )
    balance = _balance(view, holder) - price
    printed = ReceiptLine(1, product.name, price, product.vat_permille)
    receipt = _receipt(ReceiptKind.SALE, view, holder, printed, balance, now)
    return Accepted(
        facts=(fact,),
        receipt=receipt if policy.print_sales else None,
        product=product,
        price=price,
        wallet_after=balance,
        is_sale=True,
        conflicts=product.allergens & holder.pupil.allergens,
    )


def _receipt(
    kind: ReceiptKind,
    view: View,
    holder: Holder,
    line: ReceiptLine,
    balance: Money,
    now: datetime,
) -> Receipt:
    offset = now.astimezone(view.place.calendar.zone).utcoffset()
    assert offset is not None, "the school's zone knows its offset"
    return Receipt(
        kind=kind,
        number=view.next_receipt,
        at=now,
        zone_offset_minutes=offset // timedelta(minutes=1),
        school=view.place.school,
        terminal=view.place.terminal,
        operator="",
        person=holder.pupil.short_name,
        class_name=holder.pupil.class_name,
        badge_last4=holder.badge.last4,
        lines=(line,),
        wallet_after=balance,
        is_provisional=not view.is_online,
        reference=f"{view.epoch}-{view.next_seq}",
        language=holder.pupil.language,
    )
