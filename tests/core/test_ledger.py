"""Double entry: each booking sums to zero, and money is where it should be afterwards."""

from dataclasses import replace

import pytest
from canteen import TODAY
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Category
from core.facts import (
    MealCollected,
    PresenceWithdrawn,
    Reason,
    ReceiptReprinted,
    SaleLine,
    SaleMade,
    StudyEntered,
    StudyLeft,
    TapRefused,
    Tender,
    TerminalStarted,
)
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId, SessionId, StaffId
from core.ledger import (
    Account,
    AccountKind,
    Leg,
    balanced,
    leg_id,
    legs_of,
    payer_account,
    reservation,
    wallet_account,
)
from core.money import ZERO, Money, sum_money
from core.people import PriceClass
from core.tap import Assurance
from core.wallet import WalletKind, available, can_pay

P1 = PupilId("p1")
COLLECTED = MealCollected(
    TODAY, P1, OrderId("o1"), ProductId("stew"), Money(450), BadgeKey("k"), Assurance.UID, 1
)

lines = st.builds(
    lambda quantity, cents, category: SaleLine(
        ProductId("x"), category, quantity, Money(cents), 60, ZERO
    ),
    st.integers(1, 20),
    st.integers(0, 5000),
    st.sampled_from(Category),
)


def sale(sold: tuple[SaleLine, ...]) -> SaleMade:
    total = sum_money(line.total for line in sold)
    return SaleMade(
        TODAY, P1, PriceClass.PUPIL, sold, total, BadgeKey("k"), Assurance.UID, 1, is_walk_in=False
    )


@given(st.lists(lines, min_size=1, max_size=8).map(tuple))
def test_a_sale_takes_from_the_wallet_what_its_categories_get(sold: tuple[SaleLine, ...]) -> None:
    fact = sale(sold)
    legs = legs_of(fact)
    assert sum_money(leg.amount for leg in legs) == ZERO
    wallet = wallet_account(WalletKind.GENERAL, P1)
    assert sum_money(leg.amount for leg in legs if leg.account == wallet) == -fact.total
    for category in Category:
        got = sum_money(
            leg.amount for leg in legs if leg.account == Account(AccountKind.SALES, category)
        )
        assert got == sum_money(line.total for line in sold if line.category is category)


def test_a_meal_is_paid_when_reserved_and_only_moves_on_when_collected() -> None:
    legs = reservation(P1, Money(450)) + legs_of(COLLECTED)
    sums = {
        leg.account: sum_money(x.amount for x in legs if x.account == leg.account) for leg in legs
    }
    assert sums == {
        wallet_account(WalletKind.GENERAL, P1): Money(-450),
        Account(AccountKind.MEALS_PREPAID): ZERO,
        Account(AccountKind.MEALS_SERVED): Money(450),
    }


def test_a_place_in_the_study_is_paid_to_its_session() -> None:
    entered = StudyEntered(
        TODAY, SessionId("s1"), P1, BadgeKey("k"), Assurance.UID, price=Money(150)
    )
    sums = {leg.account: leg.amount for leg in legs_of(entered)}
    assert sums == {
        wallet_account(WalletKind.GENERAL, P1): Money(-150),
        Account(AccountKind.STUDY, SessionId("s1")): Money(150),
    }
    assert legs_of(replace(entered, price=ZERO)) == ()


def test_a_meal_whose_money_is_gone_is_paid_by_the_exceptions() -> None:
    legs = legs_of(COLLECTED, paid_from=AccountKind.EXCEPTIONS)
    assert legs[0].account == Account(AccountKind.EXCEPTIONS)
    assert sum_money(leg.amount for leg in legs) == ZERO


def test_facts_that_move_no_money_have_no_legs() -> None:
    assert legs_of(TapRefused(TODAY, Reason.NO_ORDER, None, None)) == ()
    assert legs_of(TerminalStarted("0.1.0", is_recovery=False)) == ()
    assert legs_of(ReceiptReprinted(EventId("e1"), duplicate=1, receipt=7)) == ()
    assert legs_of(replace(COLLECTED, price=ZERO)) == ()


def test_a_booking_that_makes_money_is_our_own_mistake() -> None:
    bank = Account(AccountKind.BANK)
    with pytest.raises(AssertionError, match="sum to zero"):
        balanced((Leg("a", bank, Money(1)),))
    with pytest.raises(AssertionError, match="other names"):
        balanced((Leg("a", bank, Money(1)), Leg("a", bank, Money(-1))))


def test_the_id_of_a_leg_never_changes() -> None:
    event = EventId("01a20d37-5658-7000-8000-000000000001")
    assert leg_id(event, "wallet") == leg_id(event, "wallet")
    assert leg_id(event, "wallet") != leg_id(event, "line.0")
    assert leg_id(event, "wallet") == "1e6b948a-ff5d-5691-b6b6-ba6a2a9eed9b"


def test_two_wallets_are_two_accounts() -> None:
    general = wallet_account(WalletKind.GENERAL, P1)
    assert general != wallet_account(WalletKind.RESERVE, P1)


def test_what_was_sold_here_is_subtracted_once() -> None:
    assert available(snapshot_balance=Money(1000), unsettled=Money(450)) == Money(550)


@pytest.mark.parametrize(
    ("balance", "overdraft", "may"),
    [(450, 0, True), (449, 0, False), (0, 450, True), (-1, 450, False)],
)
def test_a_wallet_pays_down_to_its_limit(balance: int, overdraft: int, *, may: bool) -> None:
    assert can_pay(Money(balance), Money(450), overdraft_max=Money(overdraft)) is may


def test_what_a_stranger_got_waits_until_somebody_pays() -> None:
    assert payer_account(Tender.LATER, None) == Account(AccountKind.TO_SETTLE)
    assert payer_account(Tender.CASH, None) == Account(AccountKind.CASH)


def test_a_presence_taken_back_brings_its_price_back_and_a_late_arrival_nothing() -> None:
    back = PresenceWithdrawn(
        TODAY, EventId("e"), P1, SessionId("short"), StaffId("f"), "mistake", Money(100)
    )
    took, gave = legs_of(back)
    assert (took.account, took.amount) == (Account(AccountKind.STUDY, "short"), Money(-100))
    assert (gave.account.kind, gave.amount) == (AccountKind.WALLET_GENERAL, Money(100))
    assert legs_of(replace(back, session=None, price=ZERO)) == ()
    with pytest.raises(AssertionError, match="costs nothing"):
        replace(back, session=None)


def test_who_leaves_the_study_room_moves_nothing() -> None:
    assert legs_of(StudyLeft(TODAY, SessionId("short"), P1, None, Assurance.TYPED)) == ()
