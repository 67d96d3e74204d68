"""Taking back: undo within a minute, void before the closing, refund after it.

Each names the event it corrects and is possible once. Money goes back the way it came.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from core.basket import printed
from core.decision import Done, Outcome, Presence, Refused
from core.events import Event, Stamp, elapsed
from core.facts import (
    Correction,
    MealCollected,
    MealVoided,
    Reason,
    RefundLine,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    Tender,
    TopUpVoided,
    VoidKind,
    WalletToppedUp,
)
from core.money import Money, sum_money, vat_within
from core.paper import make_receipt
from core.policy import Policy
from core.receipt import ReceiptKind, ReceiptLine
from core.rights import right_refusal
from core.sale import balance_of
from core.staff import Right
from core.value import Value
from core.view import View

UNDO_WITHIN = timedelta(seconds=60)

Act = MealCollected | SaleMade | WalletToppedUp
"""What can be taken back."""


class Corrected(Value):
    """An act that somebody wants to correct, and what was corrected of it before.

    is_last: nothing but refusals followed it. is_open: its period is not closed. is_voided: it was
    taken back. refunded: pieces given back of each line, by the line's place.
    """

    event: Event
    act: Act
    is_last: bool
    is_open: bool
    is_voided: bool
    refunded: Mapping[int, int]


class Back(Value):
    """So many pieces of the line at a place of a sale (from 0) come back."""

    place: int
    quantity: int

    def __post_init__(self) -> None:
        assert self.place >= 0, "places count from 0"
        assert self.quantity >= 1, "at least one piece comes back"


def undo(
    wanted: Corrected | None, presence: Presence, view: View, policy: Policy, stamp: Stamp
) -> Outcome:
    """Return what becomes of taking back the last act, which needs no reason within a minute."""
    refusal = right_refusal(view, Right.SELL, is_needed=policy.needs_sign_in)
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    if wanted is None:
        return Refused(facts=(), reason=Reason.UNKNOWN_DOCUMENT)
    refusal = _void_refusal(wanted, view)
    if refusal is None and not wanted.is_last:
        refusal = Reason.NOT_THE_LAST
    if refusal is None and not _is_fresh(wanted.event.stamp, stamp):
        refusal = Reason.TOO_LATE
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    return _void(wanted, VoidKind.UNDO, presence, view, policy, stamp.at)


def void(
    wanted: Corrected | None, presence: Presence, view: View, policy: Policy, now: datetime
) -> Outcome:
    """Return what becomes of taking back an act of the period that is still open."""
    refusal = right_refusal(view, Right.VOID)
    if refusal is None and not presence.why:
        refusal = Reason.WHY_IS_MISSING
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    if wanted is None:
        return Refused(facts=(), reason=Reason.UNKNOWN_DOCUMENT)
    refusal = _void_refusal(wanted, view)
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    return _void(wanted, VoidKind.VOID, presence, view, policy, now)


def _is_fresh(earlier: Stamp, now: Stamp) -> bool:
    return timedelta(0) <= elapsed(earlier, now) <= UNDO_WITHIN


def _void_refusal(wanted: Corrected, view: View) -> Reason | None:
    if wanted.is_voided or any(wanted.refunded.values()):
        return Reason.ALREADY_CORRECTED
    if not wanted.is_open:
        return Reason.PERIOD_IS_CLOSED
    is_cash = _is_cash(wanted.act)
    return Reason.NO_SHIFT if is_cash and not view.has_shift else None


def _is_cash(act: Act) -> bool:
    match act:
        case SaleMade():
            return act.tender is Tender.CASH
        case WalletToppedUp():
            return True
        case MealCollected():
            return False
        case _:
            assert_never(act)


def _correction(wanted: Corrected, presence: Presence, view: View) -> Correction:
    return Correction(
        document=wanted.event.id,
        staff=None if view.operator is None else view.operator.id,
        why=presence.why,
        receipt=view.next_receipt,
        command=presence.command,
    )


def _void(
    wanted: Corrected,
    how: VoidKind,
    presence: Presence,
    view: View,
    policy: Policy,
    now: datetime,
) -> Done:
    correction = _correction(wanted, presence, view)
    act = wanted.act
    fact: MealVoided | SaleVoided | TopUpVoided
    tender: Tender | None
    match act:
        case MealCollected():
            fact = MealVoided(view.day, how, correction, act)
            lines: tuple[ReceiptLine, ...] = (
                ReceiptLine(1, _name(act, view), act.price, vat_permille=0),
            )
            tender, change = None, None
        case SaleMade():
            fact = SaleVoided(view.day, how, correction, act)
            lines = printed(act.lines, view.products)
            tender = act.tender
            change = act.total if tender is Tender.WALLET else None
        case WalletToppedUp():
            fact = TopUpVoided(view.day, how, correction, act)
            lines = (ReceiptLine(1, "", act.amount, vat_permille=0),)
            tender, change = Tender.CASH, -act.amount
        case _:
            assert_never(act)
    is_printed = policy.print_sales or _is_cash(act)
    receipt = make_receipt(
        ReceiptKind.VOID,
        view,
        lines,
        wallet_after=_wallet_after(view, change),
        now=now,
        tender=tender,
        corrects=act.receipt,
    )
    return Done((fact,), receipt if is_printed else None, opens_drawer=_is_cash(act))


def _name(meal: MealCollected, view: View) -> str:
    product = view.products.get(meal.product)
    return meal.product if product is None else product.name


def _wallet_after(view: View, change: Money | None) -> Money | None:
    """Return the wallet's balance after a change; None when no wallet changes or none is known."""
    if change is None or view.holder is None:
        return None
    return balance_of(view, view.holder) + change


def refund(
    wanted: Corrected | None,
    backs: tuple[Back, ...],
    presence: Presence,
    view: View,
    policy: Policy,
    now: datetime,
) -> Outcome:
    """Return what becomes of giving back products of a sale.

    backs: which lines, and how many pieces of each; empty: all that was not given back before.
    """
    refusal = right_refusal(view, Right.REFUND)
    if refusal is None and not presence.why:
        refusal = Reason.WHY_IS_MISSING
    if refusal is not None:
        return Refused(facts=(), reason=refusal)
    if wanted is None or not isinstance(wanted.act, SaleMade):
        return Refused(facts=(), reason=Reason.UNKNOWN_DOCUMENT)
    sale = wanted.act
    given = _given_back(wanted, sale, backs)
    if isinstance(given, Reason):
        return Refused(facts=(), reason=given)
    if sale.tender is Tender.CASH and not view.has_shift:
        return Refused(facts=(), reason=Reason.NO_SHIFT)
    total = sum_money(back.line.total for back in given)
    fact = SaleRefunded(
        day=view.day,
        correction=_correction(wanted, presence, view),
        pupil=sale.pupil,
        price_class=sale.price_class,
        tender=sale.tender,
        lines=given,
        total=total,
        sold_on=sale.day,
        is_to_settle=sale.is_to_settle,
    )
    is_cash = sale.tender is Tender.CASH
    receipt = make_receipt(
        ReceiptKind.REFUND,
        view,
        printed([back.line for back in given], view.products),
        wallet_after=_wallet_after(view, total if sale.tender is Tender.WALLET else None),
        now=now,
        tender=sale.tender,
        corrects=sale.receipt,
    )
    return Done((fact,), receipt if policy.print_sales or is_cash else None, opens_drawer=is_cash)


def _given_back(
    wanted: Corrected, sale: SaleMade, backs: tuple[Back, ...]
) -> tuple[RefundLine, ...] | Reason:
    if wanted.is_voided:
        return Reason.ALREADY_CORRECTED
    left = {
        place: line.quantity - wanted.refunded.get(place, 0)
        for place, line in enumerate(sale.lines)
    }
    if not any(left.values()):
        return Reason.ALREADY_CORRECTED
    backs = backs or tuple(Back(place, pieces) for place, pieces in left.items() if pieces)
    pieces_of: dict[int, int] = {}
    for back in backs:
        pieces_of[back.place] = pieces_of.get(back.place, 0) + back.quantity
    if any(pieces > left.get(place, 0) for place, pieces in pieces_of.items()):
        return Reason.MORE_THAN_SOLD
    return tuple(
        RefundLine(place, _part(sale.lines[place], pieces, wanted.refunded.get(place, 0)))
        for place, pieces in pieces_of.items()
    )


def _part(line: SaleLine, pieces: int, before: int) -> SaleLine:
    """Return some pieces of a line, with the VAT that they take from what is left of it.

    The VAT of a part is the difference of two rounded sums, so that the parts of a line add up to
    the VAT of the whole line, to the cent.
    """
    until = vat_within(line.unit_price * (before + pieces), vat_permille=line.vat_permille)
    earlier = vat_within(line.unit_price * before, vat_permille=line.vat_permille)
    return replace(line, quantity=pieces, vat=until - earlier)
