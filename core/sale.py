"""Selling: from the general wallet or for cash, within the limits of school and parents.

The rules stand in the order in which a person at the till would ask. Some of them the school may
answer otherwise than by refusing (`Circumstance`): what was answered stands in the fact.
"""

from collections.abc import Iterable
from datetime import datetime

from core.basket import MEALS, Item, has_meal, priced, printed
from core.decision import Accepted, Outcome, Presence, Refused
from core.facts import Circumstance, Reason, SaleLine, SaleMade, SaleRefused, Tender
from core.ids import ProductId
from core.limits import conflicts_of, limit_reason
from core.money import Money
from core.paper import make_receipt
from core.people import BadgeState, PriceClass
from core.policy import Policy, WalkIn
from core.receipt import ReceiptKind
from core.rights import right_refusal
from core.sale_facts import total_of
from core.staff import Right
from core.tap import Assurance
from core.value import Value
from core.view import Holder, View
from core.wallet import available, can_pay


class Wanted(Value):
    """What is to be sold and how it is paid. price_class: for who is no pupil of the copy."""

    items: tuple[Item, ...]
    tender: Tender = Tender.WALLET
    price_class: PriceClass = PriceClass.GUEST

    def __post_init__(self) -> None:
        assert self.items, "a basket has something in it"

    @property
    def products(self) -> list[ProductId]:
        """What is to be sold, without how much of it."""
        return [item.product for item in self.items]


class Terms(Value):
    """On which terms a sale may be made."""

    circumstances: tuple[Circumstance, ...] = ()
    is_to_settle: bool = False


def sell(wanted: Wanted, presence: Presence, view: View, policy: Policy, now: datetime) -> Outcome:
    """Return what becomes of a basket that staff want to debit."""
    refusal = _command_refusal(wanted, presence, view, policy)
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    lines = lines_of(wanted, view)
    holder = view.holder
    stop = None if holder is None else allergen_stop(wanted.products, presence, view, holder)
    if stop is not None:
        return stop
    if wanted.tender is Tender.CASH:
        return made(wanted, lines, Terms(), presence, view, policy, now)
    assert holder is not None, "a sale on a wallet without a pupil was refused"
    terms = terms_of(lines, presence, view, policy, holder, now)
    if isinstance(terms, Reason):
        return _refuse(view, holder, terms, total_of(lines))
    return made(wanted, lines, terms, presence, view, policy, now)


def _command_refusal(  # noqa: PLR0911  one line a reason, in the order a person would ask
    wanted: Wanted, presence: Presence, view: View, policy: Policy
) -> Reason | None:
    refusal = right_refusal(view, Right.SELL, is_needed=policy.needs_sign_in)
    if refusal is not None:
        return refusal
    if view.copy_at is None:
        return Reason.NO_SNAPSHOT
    if not view.is_day_known:
        return Reason.DAY_NOT_KNOWN
    if any(item.product not in view.products for item in wanted.items):
        return Reason.UNKNOWN_PRODUCT
    if wanted.tender is Tender.LATER:
        return Reason.NOT_ALLOWED
    if wanted.tender is Tender.CASH:
        if not policy.takes_cash:
            return Reason.NOT_ALLOWED
        return None if view.has_shift else Reason.NO_SHIFT
    if view.holder is None:
        return Reason.UNKNOWN_BADGE if view.badge else Reason.UNKNOWN_PUPIL
    if view.holder.badge is None:
        return by_name_refusal(presence, view)
    return Reason.LOST_BADGE if view.holder.badge.state is BadgeState.LOST else None


def by_name_refusal(presence: Presence, view: View) -> Reason | None:
    """Return why a pupil without a badge may not be served by name; None when they may."""
    if presence.assurance is Assurance.TICKET:
        return None  # the office answers for them, and the ticket for itself
    refusal = right_refusal(view, Right.SERVE_BY_NAME)
    if refusal is not None:
        return refusal
    return None if presence.why else Reason.WHY_IS_MISSING


def lines_of(wanted: Wanted, view: View) -> tuple[SaleLine, ...]:
    """Return the priced lines of a basket whose products are all known."""
    holder = view.holder
    price_class = wanted.price_class if holder is None else holder.pupil.price_class
    return priced(wanted.items, view.products, price_class)


def allergen_stop(
    dishes: Iterable[ProductId], presence: Presence, view: View, holder: Holder
) -> Refused | None:
    """Return the question about the pupil's own allergens, if it has to be asked (again)."""
    if presence.accepts or not holder.limits.asks_allergens:
        return None
    products = [view.products[dish] for dish in dishes if dish not in view.own.accepted]
    conflicts = conflicts_of(products, holder.pupil)
    if not conflicts:
        return None
    label = ", ".join(product.name for product in products)
    return Refused(
        facts=(),
        reason=Reason.ALLERGEN_STOP,
        wallet=balance_of(view, holder),
        conflicts=conflicts,
        label=label,
    )


def terms_of(  # noqa: PLR0911  one line a reason
    lines: tuple[SaleLine, ...],
    presence: Presence,
    view: View,
    policy: Policy,
    holder: Holder,
    now: datetime,
) -> Terms | Reason:
    """Return on which terms a pupil's wallet may pay, or the reason why it may not."""
    assert view.copy_at is not None, "a terminal without a copy refused before"
    total = total_of(lines)
    met: list[Circumstance] = []
    answers: set[WalkIn] = set()
    for circumstance, reason in _against(lines, view, policy, holder, now):
        answer = answer_to(circumstance, lines, policy)
        if answer is WalkIn.REFUSE:
            return reason
        met.append(circumstance)
        answers.add(answer)
    if holder.badge is not None and presence.assurance < policy.assurance_min_sale:
        return Reason.ASSURANCE_TOO_LOW
    may_settle = WalkIn.SETTLE in answers
    limit = limit_reason(holder.limits, view.own.bought, lines)
    # No child goes without a meal; what parents allow of anything else is the parents' to say.
    if limit is not None and not (may_settle and has_meal(lines)):
        return limit
    if is_over_limit(view, policy, total) and not may_settle:
        return Reason.LIMIT
    balance = balance_of(view, holder)
    if can_pay(balance, total, overdraft_max=policy.overdraft_max):
        return Terms(tuple(met))
    if not may_settle:
        if answer_to(Circumstance.LOW_BALANCE, lines, policy) is not WalkIn.SETTLE:
            return Reason.NOT_ENOUGH_MONEY
        met.append(Circumstance.LOW_BALANCE)
    if not can_pay(balance, total, overdraft_max=policy.settle_max):
        return Reason.NOT_ENOUGH_MONEY
    return Terms(tuple(met), is_to_settle=True)


def _against(
    lines: tuple[SaleLine, ...], view: View, policy: Policy, holder: Holder, now: datetime
) -> Iterable[tuple[Circumstance, Reason]]:
    """Yield what stands against a sale, and the reason if it is refused for that."""
    assert view.copy_at is not None, "a terminal without a copy refused before"
    if holder.badge is not None and holder.badge.state is not BadgeState.ACTIVE:
        yield Circumstance.BLOCKED_BADGE, Reason.BLOCKED_BADGE
    if has_meal(lines):
        yield Circumstance.NO_ORDER, Reason.NO_ORDER
    if now - view.copy_at > policy.snapshot_stop:
        yield Circumstance.STALE_COPY, Reason.SNAPSHOT_TOO_OLD


def answer_to(circumstance: Circumstance, lines: Iterable[SaleLine], policy: Policy) -> WalkIn:
    """Return the school's answer for a basket: the strictest of its products' kinds."""
    strictest = WalkIn.SETTLE
    for line in lines:
        if circumstance is Circumstance.NO_ORDER and line.category not in MEALS:
            continue
        answer = policy.answer(circumstance, line.category)
        if answer is WalkIn.REFUSE:
            return answer
        if answer is WalkIn.SELL:
            strictest = answer
    return strictest


def is_over_limit(view: View, policy: Policy, total: Money) -> bool:
    """Say whether a sale passes a floor limit: per sale, per pupil, or of the whole terminal."""
    own = view.own
    return (
        total > policy.sale_max
        or own.pupil_risk + total > policy.pupil_offline_max
        or own.terminal_risk + total > policy.terminal_offline_max
        or own.terminal_risk_count + 1 > policy.terminal_offline_count_max
    )


def balance_of(view: View, holder: Holder) -> Money:
    """Return what a pupil's general wallet holds now."""
    return available(snapshot_balance=holder.wallets.general, unsettled=view.own.pupil_unsettled)


def reserve_of(view: View, holder: Holder) -> Money:
    """Return what a pupil's reserve wallet holds now."""
    return available(
        snapshot_balance=holder.wallets.reserve, unsettled=view.own.pupil_reserve_unsettled
    )


def made(
    wanted: Wanted,
    lines: tuple[SaleLine, ...],
    terms: Terms,
    presence: Presence,
    view: View,
    policy: Policy,
    now: datetime,
) -> Accepted:
    """Return a sale that nothing stands against any more: its fact and its receipt."""
    holder = view.holder
    total = total_of(lines)
    products = [view.products[line.product] for line in lines]
    conflicts = frozenset() if holder is None else conflicts_of(products, holder.pupil)
    is_paid_by_wallet = wanted.tender is Tender.WALLET
    after = None
    if holder is not None and is_paid_by_wallet:
        after = balance_of(view, holder) - total
    fact = SaleMade(
        day=view.day,
        pupil=None if holder is None else holder.pupil.id,
        price_class=wanted.price_class if holder is None else holder.pupil.price_class,
        lines=lines,
        total=total,
        badge=view.badge,
        assurance=presence.assurance,
        receipt=view.next_receipt,
        is_walk_in=has_meal(lines),
        tender=wanted.tender,
        is_to_settle=terms.is_to_settle,
        staff=presence.staff,
        why=presence.why,
        accepted=tuple(sorted(conflicts)) if presence.accepts else (),
        circumstances=terms.circumstances,
        command=presence.command,
    )
    receipt = None
    if policy.print_sales or wanted.tender is Tender.CASH:
        receipt = make_receipt(
            ReceiptKind.SALE,
            view,
            printed(lines, view.products),
            wallet_after=after,
            now=now,
            tender=wanted.tender,
        )
    return Accepted(
        facts=(fact,),
        receipt=receipt,
        label=label_of(lines, products_names=[product.name for product in products]),
        price=total,
        wallet_after=after,
        is_sale=True,
        conflicts=conflicts,
        is_to_settle=terms.is_to_settle,
    )


def label_of(lines: Iterable[SaleLine], *, products_names: Iterable[str]) -> str:
    """Return what was sold in one line of text: `Stew, 2 x Water`."""
    return ", ".join(
        name if line.quantity == 1 else f"{line.quantity} × {name}"  # noqa: RUF001  "times"
        for line, name in zip(lines, products_names, strict=True)
    )


def _refuse(view: View, holder: Holder, reason: Reason, total: Money) -> Refused:
    fact = SaleRefused(
        day=view.day,
        reason=reason,
        pupil=holder.pupil.id,
        total=total,
        staff=None if view.operator is None else view.operator.id,
    )
    return Refused(facts=(fact,), reason=reason, wallet=balance_of(view, holder))
