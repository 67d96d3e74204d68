"""Double entry: every booking is legs between accounts that sum to zero.

A positive leg puts money into an account, a negative one takes it out. A wallet's balance is the
sum of its legs. An order is paid when it is reserved (wallet to meals paid in advance) and only
changes account when the meal is collected (meals paid in advance to meals served). Cash and bank
are where money comes from: what the school holds there is their balance with its sign turned.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never
from uuid import UUID, uuid5

from core.facts import (
    ArrivedLate,
    CashMoved,
    CorrectionFact,
    DrawerOpened,
    Fact,
    MachineFact,
    MealCollected,
    MealVoided,
    OfficeFact,
    OrderFact,
    PeriodClosed,
    PresenceFact,
    PresenceWithdrawn,
    ReserveMoved,
    SaleFact,
    SaleMade,
    SaleRefunded,
    SaleRefused,
    SaleVoided,
    ShiftFact,
    ShiftOpened,
    StaffFact,
    StudyEntered,
    StudyLeft,
    TapRefused,
    Tender,
    TopUpVoided,
    WalletToppedUp,
)
from core.ids import EventId, PupilId
from core.money import ZERO, Money, sum_money
from core.value import Value
from core.wallet import WalletKind


class AccountKind(StrEnum):
    """The accounts of a school."""

    WALLET_GENERAL = "wallet.general"
    WALLET_RESERVE = "wallet.reserve"
    MEALS_PREPAID = "meals.prepaid"
    MEALS_SERVED = "meals.served"
    MEALS_UNCLAIMED = "meals.unclaimed"
    SALES = "sales"
    BANK = "bank"
    BANK_UNMATCHED = "bank.unmatched"
    """Came in by transfer, and nobody knows yet for whom."""
    INVOICES = "invoices"
    """What parents owe: an invoice's balance is below zero by what is due."""
    ACTIVITIES = "activities"
    """What trips and activities bring in, from the day they are invoiced."""
    CASH = "cash"
    SAFE = "safe"
    """The cash that is not in a till's drawer."""
    CASH_DIFFERENCES = "cash.differences"
    STUDY = "study"
    """What evening study brings in, by session."""
    TO_SETTLE = "to_settle"
    """Served to somebody whom nobody knew: the bursar finds out who pays."""
    EXCEPTIONS = "exceptions"
    ADJUSTMENTS = "adjustments"
    """What the bursar gave or took, with a reason."""
    WAIVED = "waived"
    """What the school carries itself, because nobody is to pay it."""


class Account(Value):
    """An account.

    owner: a pupil's id for a wallet, a product category for sales, a session for study, an
    invoice's or an activity's id for theirs; else empty.
    """

    kind: AccountKind
    owner: str = ""


class Leg(Value):
    """One side of a booking. `name` is unique within its booking."""

    name: str
    account: Account
    amount: Money


Legs = tuple[Leg, ...]


def balanced(legs: Iterable[Leg]) -> Legs:
    """Return legs that sum to zero, without those that move nothing."""
    kept = tuple(leg for leg in legs if leg.amount)
    assert sum_money(leg.amount for leg in kept) == ZERO, "the legs of a booking sum to zero"
    assert len({leg.name for leg in kept}) == len(kept), "legs of one booking have other names"
    return kept


def leg_id(event_id: EventId, leg_name: str) -> str:
    """Return a leg's id: the same however often its event is booked (RFC 9562 UUIDv5)."""
    return str(uuid5(UUID(event_id), leg_name))


def wallet_account(kind: WalletKind, pupil: PupilId) -> Account:
    """Return the account of one of a pupil's wallets."""
    match kind:
        case WalletKind.GENERAL:
            return Account(AccountKind.WALLET_GENERAL, pupil)
        case WalletKind.RESERVE:
            return Account(AccountKind.WALLET_RESERVE, pupil)
        case _:
            assert_never(kind)


def transfer(*, source: Account, target: Account, amount: Money) -> Legs:
    """Return the two legs that move an amount from one account to another."""
    return balanced((Leg("source", source, -amount), Leg("target", target, amount)))


def reservation(pupil: PupilId, price: Money) -> Legs:
    """Return the legs of a meal that is reserved, and so paid."""
    return transfer(
        source=wallet_account(WalletKind.GENERAL, pupil),
        target=Account(AccountKind.MEALS_PREPAID),
        amount=price,
    )


def legs_of(fact: Fact, *, paid_from: AccountKind = AccountKind.MEALS_PREPAID) -> Legs:
    """Return how a terminal's fact is booked; no legs when it moves no money.

    paid_from: what pays a collected meal, and gets its money back when that is voided. It is the
    meals paid in advance, or the exceptions when that order's money is gone: already served
    elsewhere, or cancelled and credited back.
    """
    if isinstance(fact, SaleFact):
        return _sale_legs(fact, paid_from)
    if isinstance(fact, CorrectionFact):
        return _correction_legs(fact, paid_from)
    if isinstance(fact, ShiftFact):
        return _shift_legs(fact)
    if isinstance(fact, PresenceFact):
        return _presence_legs(fact)
    if isinstance(fact, OfficeFact):
        return _office_legs(fact)
    if isinstance(fact, StaffFact | MachineFact | OrderFact):
        return ()
    assert_never(fact)


def _sale_legs(fact: SaleFact, paid_from: AccountKind) -> Legs:
    match fact:
        case MealCollected():
            served = Account(AccountKind.MEALS_SERVED)
            return transfer(source=Account(paid_from), target=served, amount=fact.price)
        case SaleMade():
            return _sale(fact)
        case WalletToppedUp():
            wallet = wallet_account(WalletKind.GENERAL, fact.pupil)
            return transfer(source=Account(AccountKind.CASH), target=wallet, amount=fact.amount)
        case TapRefused() | SaleRefused():
            return ()
        case _:
            assert_never(fact)


def _correction_legs(fact: CorrectionFact, paid_from: AccountKind) -> Legs:
    match fact:
        case MealVoided(meal=meal):
            return _turned(_sale_legs(meal, paid_from))
        case SaleVoided(sale=sale):
            return _turned(_sale(sale))
        case TopUpVoided(top_up=top_up):
            return _turned(_sale_legs(top_up, paid_from))
        case SaleRefunded():
            return _refund(fact)
        case _:
            assert_never(fact)


def _presence_legs(fact: PresenceFact) -> Legs:
    match fact:
        case StudyEntered(session=session):
            wallet = wallet_account(WalletKind.GENERAL, fact.pupil)
            study = Account(AccountKind.STUDY, session)
            return transfer(source=wallet, target=study, amount=fact.price)
        case PresenceWithdrawn(session=session):
            wallet = wallet_account(WalletKind.GENERAL, fact.pupil)
            study = Account(AccountKind.STUDY, session or "")
            return transfer(source=study, target=wallet, amount=fact.price)
        case StudyLeft() | ArrivedLate():
            return ()
        case _:
            assert_never(fact)


def _office_legs(fact: OfficeFact) -> Legs:
    if not isinstance(fact, ReserveMoved):
        return ()
    return transfer(
        source=wallet_account(fact.source, fact.pupil),
        target=wallet_account(fact.target, fact.pupil),
        amount=fact.amount,
    )


def _shift_legs(fact: ShiftFact) -> Legs:
    drawer = Account(AccountKind.CASH)
    match fact:
        case CashMoved():
            safe = Account(AccountKind.SAFE)
            return balanced((Leg("drawer", drawer, -fact.change), Leg("safe", safe, fact.change)))
        case PeriodClosed():
            difference = cash_difference(fact)
            found = Account(AccountKind.CASH_DIFFERENCES)
            return balanced((Leg("drawer", drawer, -difference), Leg("found", found, difference)))
        case ShiftOpened() | DrawerOpened():
            return ()
        case _:
            assert_never(fact)


def cash_difference(closing: PeriodClosed) -> Money:
    """Return what was counted too much (or, negative, too little); ZERO without a count."""
    expected = closing.figures.cash_expected
    if closing.counted is None or expected is None:
        return ZERO
    return closing.counted - expected


def payer_account(tender: Tender, pupil: PupilId | None) -> Account:
    """Return the account that a means of payment takes from."""
    match tender:
        case Tender.WALLET:
            assert pupil is not None, "a wallet has an owner"
            return wallet_account(WalletKind.GENERAL, pupil)
        case Tender.CASH:
            return Account(AccountKind.CASH)
        case Tender.LATER:
            return Account(AccountKind.TO_SETTLE)
        case _:
            assert_never(tender)


def _sale(fact: SaleMade) -> Legs:
    payer = payer_account(fact.tender, fact.pupil)
    sold = (
        Leg(f"line.{place}", Account(AccountKind.SALES, line.category), line.total)
        for place, line in enumerate(fact.lines)
    )
    return balanced((Leg("wallet", payer, -fact.total), *sold))


def _refund(fact: SaleRefunded) -> Legs:
    payer = payer_account(fact.tender, fact.pupil)
    given = (
        Leg(f"line.{back.place}", Account(AccountKind.SALES, back.line.category), -back.line.total)
        for back in fact.lines
    )
    return balanced((Leg("wallet", payer, fact.total), *given))


def _turned(legs: Legs) -> Legs:
    return tuple(Leg(leg.name, leg.account, -leg.amount) for leg in legs)
