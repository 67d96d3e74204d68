"""The shift: cash in the drawer, top-ups, training, the closing and what it must say."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure_till import (
    ALICE,
    BOB,
    CHEF,
    HELP,
    SHOP,
    SOUP,
    STRANGER,
    WATER,
    PureTill,
    done,
    fact_of,
    reason_of,
    served,
)

from core.catalogue import Category
from core.closing import report_of
from core.closing_check import closing_faults
from core.facts import (
    Direction,
    EpochStarted,
    PeriodClosed,
    Perpetual,
    Reason,
    ReceiptReprinted,
    ShiftOpened,
    Tender,
    TrainingEnded,
    TrainingStarted,
    WalletToppedUp,
)
from core.ledger import AccountKind, cash_difference, legs_of
from core.money import ZERO, Money, sum_money
from core.period import Period
from core.report import ReportKind
from core.till_state import TillState


def till() -> PureTill:
    made = PureTill()
    made.sign_in(CHEF)
    return made


def closing_of(counter: PureTill) -> PeriodClosed:
    fact = counter.events[-1].fact
    assert isinstance(fact, PeriodClosed)
    return fact


# --- the drawer -----------------------------------------------------------------------------------


def test_a_till_is_opened_once_with_its_change() -> None:
    counter = till()
    fact_of(done(counter.open_shift(5000)), ShiftOpened)
    assert reason_of(counter.open_shift(5000)) is Reason.SHIFT_IS_OPEN
    assert counter.state.period.cash_expected == Money(5000)


@pytest.mark.parametrize(
    "act",
    [
        lambda counter: counter.open_shift(0),
        lambda counter: counter.move_cash(Direction.IN, 100),
        lambda counter: counter.open_drawer(),
        lambda counter: counter.top_up(BOB, 100),
        lambda counter: counter.close(),
        lambda counter: counter.train(),
        lambda counter: counter.release(CHEF),
    ],
)
def test_nobody_and_a_helper_may_do_none_of_it(act: object) -> None:
    counter = PureTill()
    assert reason_of(act(counter)) is Reason.NOT_SIGNED_IN  # type: ignore[operator]
    counter.sign_in(HELP)
    assert reason_of(act(counter)) is Reason.NO_RIGHT  # type: ignore[operator]
    assert len(counter.events) == 1


def test_cash_goes_in_and_out_for_a_reason_while_the_till_is_open() -> None:
    counter = till()
    assert reason_of(counter.move_cash(Direction.IN, 100)) is Reason.NO_SHIFT
    assert reason_of(counter.open_drawer()) is Reason.NO_SHIFT
    counter.open_shift(5000)
    assert reason_of(counter.move_cash(Direction.IN, 100, why="")) is Reason.WHY_IS_MISSING
    assert done(counter.move_cash(Direction.OUT, 2000)).opens_drawer
    done(counter.move_cash(Direction.IN, 300))
    assert done(counter.open_drawer()).opens_drawer
    assert counter.state.period.cash_expected == Money(3300)
    assert counter.state.period.drawer_openings == 1


def test_a_top_up_is_cash_in_the_drawer_and_money_in_the_wallet_at_once() -> None:
    counter = till()
    counter.policy = replace(SHOP, top_up_max=ZERO)
    assert reason_of(counter.top_up(BOB, 100)) is Reason.NOT_ALLOWED
    counter.policy = SHOP
    assert reason_of(counter.top_up(BOB, 5001)) is Reason.LIMIT
    assert reason_of(counter.top_up(BOB, 1000)) is Reason.NO_SHIFT
    counter.open_shift(0)
    assert reason_of(counter.top_up(STRANGER, 1000)) is Reason.UNKNOWN_PUPIL
    assert reason_of(counter.top_up(BOB, 1000, by_name=True)) is Reason.WHY_IS_MISSING
    topped = done(counter.top_up(BOB, 1000))
    fact_of(topped, WalletToppedUp)
    assert topped.opens_drawer
    assert topped.receipt is not None
    assert topped.receipt.wallet_after == counter.balance(BOB) == Money(3000)
    done(counter.top_up(BOB, 500, by_name=True, why="no badge"))
    assert counter.state.period.cash_expected == Money(1500)
    assert counter.state.unsettled.risk == ZERO


# --- training, and rights -------------------------------------------------------------------------


def test_a_training_begins_once_and_closes_no_period() -> None:
    counter = till()
    fact_of(done(counter.train()), TrainingStarted)
    assert counter.state.is_training
    counter.is_training = True
    assert reason_of(counter.train()) is Reason.IN_TRAINING
    assert reason_of(counter.close()) is Reason.IN_TRAINING
    fact_of(done(counter.serve_again()), TrainingEnded)
    assert not counter.state.is_training
    counter.is_training = False
    nobody = PureTill()
    assert done(nobody.serve_again()).facts == (TrainingEnded(None),)


def test_another_training_goes_on_in_numbers_alone() -> None:
    counter = till()
    served(counter.tap(BOB))
    anew = counter.state.begun_anew()
    assert (anew.head, anew.receipt_number) == (counter.state.head, 1)
    assert anew.walk_ins == {}


# --- the closing ----------------------------------------------------------------------------------


def day(counter: PureTill) -> None:
    counter.open_shift(5000)
    served(counter.tap(ALICE))
    served(counter.tap(BOB))
    served(counter.sell(BOB, (SOUP, 2), (WATER, 1)))
    counter.refund(counter.acts()[-1], (0, 1))
    served(counter.sell(None, (WATER, 1), tender=Tender.CASH))
    counter.void(counter.acts()[-1])
    done(counter.top_up(BOB, 1000))
    reason_of(counter.tap(STRANGER))
    counter.store([ReceiptReprinted(counter.acts()[0].id, 1, 1)])
    counter.open_drawer()


def test_a_closing_says_all_and_the_next_begins_with_nothing() -> None:
    counter = till()
    day(counter)
    first = counter.sealed[0]
    last = counter.sealed[-1]
    done(counter.close(6000))
    closing = closing_of(counter)
    figures = closing.figures
    assert (closing.number, closing.previous_hash) == (1, "")
    assert closing.head_hash == last.hash.hex()
    assert (figures.first_seq, figures.last_seq) == (first.seq, last.seq)
    assert figures.collected == 1
    assert [(total.tender, total.count, total.amount) for total in figures.tenders] == [
        (Tender.WALLET, 1, Money(450 + 295 - 105)),
        (Tender.CASH, 0, ZERO),
    ]
    assert {total.category: total.amount for total in figures.categories} == {
        Category.MEAL: Money(450),
        Category.DRINK: Money(85),
        Category.OTHER: Money(105),
    }
    assert [(rate.vat_permille, rate.gross.cents) for rate in figures.vat] == [
        (60, 535),
        (120, 105),
    ]
    assert (figures.voids.amount, figures.refunds.amount) == (Money(120), Money(105))
    assert (figures.reprints, figures.drawer_openings, figures.refused) == (1, 1, 1)
    assert (figures.cash_opening, figures.cash_expected) == (Money(5000), Money(6000))
    assert figures.perpetual == Perpetual(Money(450 + 295 + 120), Money(120), Money(105))
    assert cash_difference(closing) == ZERO
    assert counter.state.period.figures().perpetual == figures.perpetual
    assert counter.state.period.cash_opening is None
    done(counter.close())
    second = closing_of(counter)
    assert (second.number, second.figures.tenders, second.figures.first_seq) == (2, (), 0)
    assert second.previous_hash == counter.sealed[-2].hash.hex()


def test_a_wrong_count_is_a_difference_in_the_books() -> None:
    counter = till()
    counter.open_shift(5000)
    done(counter.close(4950))
    closing = closing_of(counter)
    assert cash_difference(closing) == Money(-50)
    accounts = {leg.account.kind: leg.amount for leg in legs_of(closing)}
    assert accounts == {AccountKind.CASH: Money(50), AccountKind.CASH_DIFFERENCES: Money(-50)}
    assert cash_difference(replace(closing, counted=None)) == ZERO


def test_a_restart_in_between_changes_no_sum() -> None:
    counter = till()
    day(counter)
    before = counter.state
    counter.restart()
    assert counter.state == before
    done(counter.close(6000))
    again = TillState()
    for event in counter.events:
        again.apply(event)
    assert again == counter.state


def test_the_papers_say_what_the_figures_say() -> None:
    counter = till()
    day(counter)
    books = counter.books()
    look = report_of(ReportKind.X, books, counter.view(), counter.now)
    assert (look.number, look.operator, look.cash is not None) == (1, CHEF.name, True)
    assert look.meals_collected == 1
    assert [count.label for count in look.tenders] == ["wallet", "cash"]
    assert look.cash is not None
    assert look.cash.difference is None
    closed = report_of(ReportKind.Z, books, counter.view(), counter.now, counted=Money(5990))
    assert closed.cash is not None
    assert closed.cash.difference == Money(-10)
    assert closed.grand_total == Money(865)
    nothing = report_of(ReportKind.X, PureTill().books(), PureTill().view(), counter.now)
    assert (nothing.cash, nothing.operator, nothing.opened_at) == (None, "", counter.now)


def test_a_closing_is_no_part_of_the_period_it_ends() -> None:
    counter = till()
    done(counter.close())
    with pytest.raises(AssertionError, match="another period"):
        Period().apply(counter.events[-1])


# --- whether a closing is true --------------------------------------------------------------------


def test_a_true_closing_has_no_fault_and_each_untrue_figure_is_named() -> None:
    counter = till()
    day(counter)
    before = TillState()
    for event in counter.events:
        before.apply(event)
    done(counter.close(6000))
    closing = closing_of(counter)
    assert closing_faults(before, closing) == []
    wrong_figures = {
        "collected": 7,
        "tenders": (),
        "vat": (),
        "perpetual": Perpetual(),
        "cash_expected": Money(1),
    }
    assert set(wrong_figures) <= {field.name for field in fields(closing.figures)}
    for name, value in wrong_figures.items():
        spoilt = replace(closing, figures=replace(closing.figures, **{name: value}))  # type: ignore[arg-type]
        assert closing_faults(before, spoilt) == [f"{name} differs from the sum of the events"]
    assert closing_faults(before, replace(closing, number=3)) == ["it is number 3, after number 0"]
    (words,) = closing_faults(before, replace(closing, receipt=99))
    assert words.startswith("the last receipt is number 99")
    assert closing_faults(TillState(), replace(closing, number=3)) == [], "what came first is gone"


def test_a_journal_pruned_up_to_a_closing_goes_on_with_the_same_numbers() -> None:
    counter = till()
    day(counter)
    done(counter.close(6000))
    counter.open_shift(100)
    served(counter.tap("prof"))
    closing_at = next(
        place for place, event in enumerate(counter.events) if isinstance(event.fact, PeriodClosed)
    )
    pruned = TillState()
    for event in counter.events[closing_at:]:
        pruned.apply(event)
    whole = counter.state
    assert pruned.period == whole.period
    for name in ("receipt_number", "closing_count", "closing_id", "period_began", "head"):
        assert getattr(pruned, name) == getattr(whole, name)


def test_a_new_epoch_gives_no_number_twice() -> None:
    counter = till()
    served(counter.tap(BOB))
    lost = Perpetual(Money(9000), Money(10), Money(20))
    started = EpochStarted(1, 40, "ab", receipt=12, closing=3, perpetual=lost)
    counter.store([started])
    assert (counter.state.receipt_number, counter.state.closing_count) == (12, 3)
    assert counter.state.period.perpetual == lost
    older = EpochStarted(1, 40, "ab", receipt=2, closing=1, perpetual=Perpetual(Money(1)))
    counter.store([older])
    assert (counter.state.receipt_number, counter.state.closing_count) == (12, 3)
    assert counter.state.period.perpetual == lost


def play(counter: PureTill, act: str, number: int) -> None:
    documents = counter.acts()
    chosen = documents[-1 - number] if number < len(documents) else None
    match act:
        case "s":
            counter.sell(BOB, (SOUP, 1 + number), (WATER, 1))
        case "S":
            counter.sell(None, (WATER, 1 + number), tender=Tender.CASH)
        case "v":
            counter.void(chosen)
        case "r":
            counter.refund(chosen, (0, 1))
        case "t":
            counter.top_up(BOB, 100 * (number + 1))
        case "x":
            counter.settle()
        case "c":
            counter.close(1000)
            counter.open_shift(1000)
        case _:
            counter.move_cash(Direction.OUT, 1 + number)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("sSvrtcwx"), st.integers(0, 3)), max_size=30))
def test_the_figures_of_a_period_are_the_sums_of_its_events(acts: list[tuple[str, int]]) -> None:
    counter = till()
    counter.open_shift(1000)
    counter.policy = replace(SHOP, pupil_offline_max=Money(10**6), terminal_offline_count_max=10**6)
    for act, number in acts:
        play(counter, act, number)
    figures = counter.state.period.figures()
    by_tender = sum_money(total.amount for total in figures.tenders)
    assert by_tender == sum_money(total.amount for total in figures.categories)
    assert by_tender == sum_money(total.amount for total in figures.price_classes)
    assert by_tender == sum_money(rate.gross for rate in figures.vat)
    booked: dict[AccountKind, Money] = {}
    for event in counter.events:
        for leg in legs_of(event.fact):
            booked[leg.account.kind] = booked.get(leg.account.kind, ZERO) + leg.amount
    assert sum_money(booked.values()) == ZERO
    perpetual = figures.perpetual
    sales = booked.get(AccountKind.SALES, ZERO)
    assert perpetual.sales - perpetual.voids - perpetual.refunds == sales
    wallet = booked.get(AccountKind.WALLET_GENERAL, ZERO)
    assert counter.balance(BOB) == Money(2000) + wallet
    unsettled = counter.state.unsettled
    assert unsettled.risk == sum_money(trust.amount for trust in unsettled.trusted.values())
    assert unsettled.risk >= ZERO
    before = counter.state
    counter.restart()
    assert counter.state == before
