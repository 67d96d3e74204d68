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
from core.receipt import ReceiptKind, ReceiptLine
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


class Priced(Value):
    """What is to be sold, with its prices and their sum."""

    wanted: Wanted
    lines: tuple[SaleLine, ...]
    total: Money


class Terms(Value):
    """On which terms a sale may be made. balance: of the wallet that pays; None without one."""

    circumstances: tuple[Circumstance, ...] = ()
    balance: Money | None = None
    is_to_settle: bool = False


# By names of this module, as in `core.decide`.
_CASH = Tender.CASH
_REFUSE, _SELL, _SETTLE = WalkIn.REFUSE, WalkIn.SELL, WalkIn.SETTLE
_NO_ORDER, _ACTIVE, _RECEIPT = Circumstance.NO_ORDER, BadgeState.ACTIVE, ReceiptKind.SALE


def sell(wanted: Wanted, presence: Presence, view: View, policy: Policy, now: datetime) -> Outcome:
    """Return what becomes of a basket that staff want to debit."""
    refusal = _command_refusal(wanted, presence, view, policy)
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    basket = price_of(wanted, view)
    holder = view.holder
    stop = None if holder is None else allergen_stop(wanted.products, presence, view, holder)
    if stop is not None:
        return stop
    if wanted.tender is _CASH:
        return made(basket, Terms(), presence, view, policy, now)
    assert holder is not None, "a sale on a wallet without a pupil was refused"
    terms = terms_of(basket, presence, view, policy, holder, now)
    if not isinstance(terms, Terms):
        return _refuse(view, holder, terms, basket.total)
    return made(basket, terms, presence, view, policy, now)


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
    if wanted.tender is _CASH:
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


def price_of(wanted: Wanted, view: View) -> Priced:
    """Return a basket with its prices; its products are all known."""
    holder = view.holder
    price_class = wanted.price_class if holder is None else holder.pupil.price_class
    lines = priced(wanted.items, view.products, price_class)
    return Priced(wanted, lines, total_of(lines))


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
    basket: Priced,
    presence: Presence,
    view: View,
    policy: Policy,
    holder: Holder,
    now: datetime,
) -> Terms | Reason:
    """Return on which terms a pupil's wallet may pay, or the reason why it may not."""
    assert view.copy_at is not None, "a terminal without a copy refused before"
    lines, total = basket.lines, basket.total
    met: list[Circumstance] = []
    may_settle = False
    for circumstance, reason in _against(lines, view, policy, holder, now):
        answer = answer_to(circumstance, lines, policy)
        if answer is _REFUSE:
            return reason
        met.append(circumstance)
        may_settle = may_settle or answer is _SETTLE
    if holder.badge is not None and presence.assurance < policy.assurance_min_sale:
        return Reason.ASSURANCE_TOO_LOW
    limit = limit_reason(holder.limits, view.own.bought, lines)
    # No child goes without a meal; what parents allow of anything else is the parents' to say.
    if limit is not None and not (may_settle and has_meal(lines)):
        return limit
    if is_over_limit(view, policy, total) and not may_settle:
        return Reason.LIMIT
    balance = balance_of(view, holder)
    if can_pay(balance, total, overdraft_max=policy.overdraft_max):
        return Terms(tuple(met), balance)
    if not may_settle:
        if answer_to(Circumstance.LOW_BALANCE, lines, policy) is not _SETTLE:
            return Reason.NOT_ENOUGH_MONEY
        met.append(Circumstance.LOW_BALANCE)
    if not can_pay(balance, total, overdraft_max=policy.settle_max):
        return Reason.NOT_ENOUGH_MONEY
    return Terms(tuple(met), balance, is_to_settle=True)


def _against(
    lines: tuple[SaleLine, ...], view: View, policy: Policy, holder: Holder, now: datetime
) -> Iterable[tuple[Circumstance, Reason]]:
    """Yield what stands against a sale, and the reason if it is refused for that."""
    assert view.copy_at is not None, "a terminal without a copy refused before"
    if holder.badge is not None and holder.badge.state is not _ACTIVE:
        yield Circumstance.BLOCKED_BADGE, Reason.BLOCKED_BADGE
    if has_meal(lines):
        yield _NO_ORDER, Reason.NO_ORDER
    if now - view.copy_at > policy.snapshot_stop:
        yield Circumstance.STALE_COPY, Reason.SNAPSHOT_TOO_OLD


def answer_to(circumstance: Circumstance, lines: Iterable[SaleLine], policy: Policy) -> WalkIn:
    """Return the school's answer for a basket: the strictest of its products' kinds."""
    strictest = _SETTLE
    for line in lines:
        if circumstance is _NO_ORDER and line.category not in MEALS:
            continue
        answer = policy.answer(circumstance, line.category)
        if answer is _REFUSE:
            return answer
        if answer is _SELL:
            strictest = answer
    return strictest


def is_over_limit(view: View, policy: Policy, total: Money) -> bool:
    """Say whether a sale passes a floor limit: per sale, per pupil, or of the whole terminal."""
    own, cents = view.own, total.cents
    return (
        cents > policy.sale_max.cents
        or own.pupil_risk.cents + cents > policy.pupil_offline_max.cents
        or own.terminal_risk.cents + cents > policy.terminal_offline_max.cents
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
    basket: Priced,
    terms: Terms,
    presence: Presence,
    view: View,
    policy: Policy,
    now: datetime,
) -> Accepted:
    """Return a sale that nothing stands against any more: its fact and its receipt."""
    holder, wanted = view.holder, basket.wanted
    lines, total = basket.lines, basket.total
    products = [view.products[line.product] for line in lines]
    conflicts = frozenset() if holder is None else conflicts_of(products, holder.pupil)
    after = None if terms.balance is None else terms.balance - total
    fact = SaleMade(
        view.day,
        None if holder is None else holder.pupil.id,
        wanted.price_class if holder is None else holder.pupil.price_class,
        lines,
        total,
        view.badge,
        presence.assurance,
        view.next_receipt,
        has_meal(lines),
        wanted.tender,
        terms.is_to_settle,
        presence.staff,
        presence.why,
        tuple(sorted(conflicts)) if presence.accepts else (),
        terms.circumstances,
        presence.command,
    )
    shown = printed(lines, view.products)
    receipt = None
    if policy.print_sales or wanted.tender is _CASH:
        receipt = make_receipt(
            _RECEIPT,
            view,
            shown,
            wallet_after=after,
            now=now,
            tender=wanted.tender,
        )
    return Accepted(
        (fact,),
        receipt,
        label_of(shown),
        total,
        after,
        True,  # noqa: FBT003  it is a sale
        conflicts,
        terms.is_to_settle,
    )


def label_of(lines: Iterable[ReceiptLine]) -> str:
    """Return what was sold in one line of text: `Stew, 2 x Water`."""
    return ", ".join([_in_words(line.quantity, line.label) for line in lines])


def _in_words(quantity: int, label: str) -> str:
    return label if quantity == 1 else f"{quantity} × {label}"  # noqa: RUF001  "times"


def _refuse(view: View, holder: Holder, reason: Reason, total: Money) -> Refused:
    fact = SaleRefused(
        day=view.day,
        reason=reason,
        pupil=holder.pupil.id,
        total=total,
        staff=None if view.operator is None else view.operator.id,
    )
    return Refused(facts=(fact,), reason=reason, wallet=balance_of(view, holder))
