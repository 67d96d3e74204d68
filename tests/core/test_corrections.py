"""Taking back: undo within a minute, void before the closing, refund after it, each once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure_till import (
    ALICE,
    BOB,
    BOOK,
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
from core.documents import COMMANDS_MAX
from core.facts import (
    Circumstance,
    Direction,
    DrawerOpened,
    MealCollected,
    MealVoided,
    Reason,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    Tender,
    TopUpVoided,
    VoidKind,
)
from core.ids import CommandId, ProductId
from core.ledger import legs_of
from core.money import ZERO, Money, sum_money, vat_within
from core.policy import WalkIn
from core.receipt import ReceiptKind


def till() -> PureTill:
    made = PureTill()
    made.sign_in(CHEF)
    made.open_shift(5000)
    return made


# --- undo -----------------------------------------------------------------------------------------


def test_the_last_act_is_taken_back_at_a_touch_and_once() -> None:
    counter = till()
    served(counter.tap(BOB))
    undone = done(counter.undo())
    fact = fact_of(undone, SaleVoided)
    assert isinstance(fact, SaleVoided)
    assert (fact.how, fact.correction.document) == (VoidKind.UNDO, counter.acts()[0].id)
    assert undone.receipt is not None
    assert (undone.receipt.kind, undone.receipt.corrects) == (ReceiptKind.VOID, 1)
    assert undone.receipt.wallet_after == Money(2000) == counter.balance(BOB)
    assert reason_of(counter.undo()) is Reason.UNKNOWN_DOCUMENT
    assert counter.balance(BOB) == Money(2000)
    assert counter.state.unsettled.risk == ZERO


def test_an_undo_does_not_reach_the_act_before_the_last() -> None:
    counter = till()
    served(counter.tap(ALICE))
    served(counter.tap(BOB))
    done(counter.undo())
    assert reason_of(counter.undo()) is Reason.UNKNOWN_DOCUMENT
    document = replace(counter.document(counter.acts()[0]), is_last=False)
    assert not document.is_last


def test_a_refusal_in_between_changes_nothing() -> None:
    counter = till()
    served(counter.tap(ALICE))
    reason_of(counter.tap(ALICE))
    assert isinstance(fact_of(done(counter.undo()), MealVoided), MealVoided)
    assert served(counter.tap(ALICE))


def test_a_minute_by_the_monotonic_clock_whatever_the_wall_clock_does() -> None:
    counter = till()
    served(counter.tap(BOB))
    counter.wait(seconds=60)
    done(counter.undo())
    served(counter.tap(BOB))
    counter.wait(seconds=60, milliseconds=1)
    assert reason_of(counter.undo()) is Reason.TOO_LATE
    served(counter.sell(BOB, (WATER, 1)))
    counter.now = counter.now.replace(year=2031)
    done(counter.undo())


def test_after_a_restart_the_wall_clock_counts_and_a_clock_that_went_back_is_too_late() -> None:
    counter = till()
    served(counter.tap(BOB))
    counter.restart()
    counter.now = counter.now.replace(year=2020)
    assert reason_of(counter.undo()) is Reason.TOO_LATE
    again = till()
    served(again.tap(BOB))
    again.restart()
    again.wait(seconds=30)
    done(again.undo())


def test_what_is_not_the_last_is_not_undone() -> None:
    from core.correct import undo

    counter = till()
    served(counter.tap(ALICE))
    first = counter.acts()[0]
    served(counter.tap(BOB))
    wanted = counter.document(first)
    outcome = undo(wanted, counter.presence(), counter.view(ALICE), SHOP, counter.stamp())
    assert reason_of(outcome) is Reason.NOT_THE_LAST


def test_nobody_signed_in_undoes_nothing_where_a_sign_in_is_needed() -> None:
    counter = PureTill()
    served(counter.tap(ALICE))
    assert reason_of(counter.undo()) is Reason.NOT_SIGNED_IN
    counter.policy = replace(SHOP, needs_sign_in=False)
    done(counter.undo())


# --- void -----------------------------------------------------------------------------------------


def test_a_void_needs_a_right_a_reason_and_a_document() -> None:
    counter = till()
    served(counter.tap(BOB))
    act = counter.acts()[0]
    counter.sign_in(HELP)
    assert reason_of(counter.void(act)) is Reason.NO_RIGHT
    counter.sign_in(CHEF)
    assert reason_of(counter.void(act, why="")) is Reason.WHY_IS_MISSING
    assert reason_of(counter.void(None)) is Reason.UNKNOWN_DOCUMENT
    done(counter.void(act))
    assert reason_of(counter.void(act)) is Reason.ALREADY_CORRECTED
    assert reason_of(counter.refund(act)) is Reason.ALREADY_CORRECTED


def test_after_the_closing_only_a_refund_is_left() -> None:
    counter = till()
    served(counter.tap(BOB))
    done(counter.close())
    act = counter.acts()[0]
    assert reason_of(counter.void(act)) is Reason.PERIOD_IS_CLOSED
    assert reason_of(counter.undo()) is Reason.PERIOD_IS_CLOSED
    done(counter.refund(act))
    assert counter.balance(BOB) == Money(2000)


def test_cash_goes_back_as_cash_and_only_while_the_drawer_is_open() -> None:
    counter = till()
    served(counter.sell(None, (WATER, 1), tender=Tender.CASH))
    sold = counter.acts()[0]
    done(counter.top_up(BOB, 1000))
    topped = counter.acts()[1]
    undone = done(counter.undo())
    assert undone.opens_drawer
    assert undone.receipt is not None
    assert (undone.receipt.tender, undone.receipt.wallet_after) == ("cash", Money(2000))
    assert isinstance(undone.facts[0], TopUpVoided)
    assert counter.balance(BOB) == Money(2000)
    voided = done(counter.void(sold))
    assert voided.opens_drawer
    assert counter.state.period.cash_expected == Money(5000)
    no_drawer = PureTill()
    no_drawer.sign_in(CHEF)
    wanted = replace(no_drawer_document(counter, topped), is_open=True, is_voided=False)
    assert voids(no_drawer, wanted) is Reason.NO_SHIFT


def no_drawer_document(counter: PureTill, event: object) -> object:
    return counter.document(event)  # type: ignore[arg-type]  an event of this counter


def voids(counter: PureTill, wanted: object) -> Reason:
    from core.correct import void

    presence = counter.presence("wrong")
    return reason_of(void(wanted, presence, counter.view(), SHOP, counter.now))  # type: ignore[arg-type]


def test_the_paper_of_a_voided_meal_names_the_dish_and_no_money_of_the_pupils() -> None:
    counter = till()
    served(counter.tap(ALICE))
    paper = done(counter.undo()).receipt
    assert paper is not None
    assert paper.lines[0].label == "Carbonnade à la flamande"
    assert paper.wallet_after is None
    counter.policy = replace(SHOP, print_sales=False)
    served(counter.tap(ALICE))
    act = counter.acts()[-1]
    assert isinstance(act.fact, MealCollected)
    gone = replace(act, fact=replace(act.fact, product=ProductId("gone")))
    assert done(counter.void(gone)).receipt is None


# --- refund ---------------------------------------------------------------------------------------


def basket(counter: PureTill, who: str | None = BOB, tender: Tender = Tender.WALLET) -> object:
    served(counter.sell(who, (SOUP, 3), (BOOK, 1), (WATER, 2), tender=tender))
    return counter.acts()[-1]


def test_a_refund_needs_a_right_a_reason_and_a_sale() -> None:
    counter = till()
    act = basket(counter)
    counter.sign_in(HELP)
    assert reason_of(counter.refund(act)) is Reason.NO_RIGHT  # type: ignore[arg-type]
    counter.sign_in(CHEF)
    assert reason_of(counter.refund(act, why="")) is Reason.WHY_IS_MISSING  # type: ignore[arg-type]
    assert reason_of(counter.refund(None)) is Reason.UNKNOWN_DOCUMENT
    served(counter.tap(ALICE))
    assert reason_of(counter.refund(counter.acts()[-1])) is Reason.UNKNOWN_DOCUMENT


def test_pieces_come_back_once_each_and_then_the_rest() -> None:
    counter = till()
    act = basket(counter)
    back = done(counter.refund(act, (0, 1), (2, 1), (0, 1)))  # type: ignore[arg-type]
    fact = fact_of(back, SaleRefunded)
    assert isinstance(fact, SaleRefunded)
    assert [(line.place, line.line.quantity) for line in fact.lines] == [(0, 2), (2, 1)]
    assert fact.total == Money(2 * 105 + 85)
    assert fact.sold_on == counter.now.date()
    assert reason_of(counter.refund(act, (0, 2))) is Reason.MORE_THAN_SOLD  # type: ignore[arg-type]
    assert reason_of(counter.refund(act, (7, 1))) is Reason.MORE_THAN_SOLD  # type: ignore[arg-type]
    assert reason_of(counter.void(act)) is Reason.ALREADY_CORRECTED  # type: ignore[arg-type]
    rest = fact_of(done(counter.refund(act)), SaleRefunded)  # type: ignore[arg-type]
    assert isinstance(rest, SaleRefunded)
    assert [(line.place, line.line.quantity) for line in rest.lines] == [(0, 1), (1, 1), (2, 1)]
    assert reason_of(counter.refund(act)) is Reason.ALREADY_CORRECTED  # type: ignore[arg-type]
    assert counter.balance(BOB) == Money(2000)
    assert counter.state.unsettled.trusted == {}


def test_a_cash_refund_needs_an_open_drawer_and_opens_it() -> None:
    counter = till()
    act = basket(counter, None, Tender.CASH)
    done(counter.close(5000 + 3 * 105 + 333 + 2 * 120))
    assert reason_of(counter.refund(act)) is Reason.NO_SHIFT  # type: ignore[arg-type]
    counter.open_shift(1000)
    back = done(counter.refund(act))  # type: ignore[arg-type]
    assert back.opens_drawer
    assert back.receipt is not None
    assert back.receipt.wallet_after is None
    assert counter.state.period.cash_expected == Money(1000 - 888)


def test_what_a_stranger_got_on_trust_can_be_taken_back() -> None:
    settles = {(Circumstance.UNKNOWN_BADGE, Category.MEAL): WalkIn.SETTLE}
    counter = till()
    counter.policy = replace(SHOP, answers=settles, settle_max=Money(900), print_sales=False)
    served(counter.tap(STRANGER))
    assert done(counter.refund(counter.acts()[0])).receipt is None
    assert counter.state.unsettled.risk == ZERO
    served(counter.tap("another"))
    done(counter.void(counter.acts()[1]))
    assert counter.state.unsettled.count == 0


def test_taking_back_a_sale_that_the_centre_booked_hides_no_risk() -> None:
    counter = till()
    served(counter.tap(BOB))
    counter.settle()
    served(counter.sell(ALICE, (BOOK, 1)))
    done(counter.void(counter.acts()[0]))
    unsettled = counter.state.unsettled
    assert (unsettled.risk, unsettled.count) == (Money(333), 1)
    assert counter.balance(BOB) == Money(2000)
    counter.refund(counter.acts()[1])
    assert (unsettled.risk, unsettled.count) == (ZERO, 0)
    counter.settle()
    assert not unsettled.entries
    assert not unsettled.of_pupil


@settings(deadline=None, max_examples=60)
@given(
    cents=st.integers(1, 999),
    quantity=st.integers(1, 99),
    rate=st.sampled_from([0, 60, 120, 210]),
    parts=st.lists(st.integers(1, 20), max_size=12),
)
def test_the_vat_of_the_parts_adds_up_to_that_of_the_line_to_the_cent(
    cents: int, quantity: int, rate: int, parts: list[int]
) -> None:
    counter = till()
    price = Money(cents)
    served(counter.sell(BOB, (WATER, 1)))
    event = counter.acts()[0]
    sale = event.fact
    assert isinstance(sale, SaleMade)
    vat = vat_within(price * quantity, vat_permille=rate)
    line = replace(sale.lines[0], quantity=quantity, unit_price=price, vat_permille=rate, vat=vat)
    event = replace(event, fact=replace(sale, lines=(line,), total=line.total))
    given_back: list[SaleRefunded] = []
    left = quantity
    for part in [*parts, 99]:
        pieces = min(part, left)
        if pieces:
            counter.state.unsettled.trusted.clear()
            fact = fact_of(done(counter.refund(event, (0, pieces))), SaleRefunded)
            assert isinstance(fact, SaleRefunded)
            given_back.append(fact)
            left -= pieces
    lines = [back.line for fact in given_back for back in fact.lines]
    assert sum(one.quantity for one in lines) == quantity
    assert sum_money(one.vat for one in lines) == vat
    assert sum_money(fact.total for fact in given_back) == price * quantity
    assert all(one.vat >= ZERO for one in lines)


@pytest.mark.parametrize("correct", ["void", "refund"])
@pytest.mark.parametrize("who", [BOB, None])
def test_what_is_taken_back_is_booked_with_every_sign_turned(who: str | None, correct: str) -> None:
    counter = till()
    act = basket(counter, who, Tender.WALLET if who else Tender.CASH)
    getattr(counter, correct)(act)
    sums: dict[object, Money] = {}
    for event in counter.events[-2:]:
        for leg in legs_of(event.fact):
            sums[leg.account] = sums.get(leg.account, ZERO) + leg.amount
    assert set(sums.values()) == {ZERO}
    assert len(sums) == 3, "the payer, and two kinds of products"


def test_a_meal_and_a_top_up_are_booked_back_too() -> None:
    counter = till()
    served(counter.tap(ALICE))
    done(counter.undo())
    done(counter.top_up(BOB, 500))
    done(counter.undo())
    done(counter.move_cash(Direction.IN, 700))
    done(counter.move_cash(Direction.OUT, 700))
    sums: dict[object, Money] = {}
    for event in counter.events:
        for leg in legs_of(event.fact):
            sums[leg.account] = sums.get(leg.account, ZERO) + leg.amount
    assert set(sums.values()) == {ZERO}
    assert len(sums) == 5


def test_a_command_that_comes_twice_is_known_and_the_oldest_are_forgotten() -> None:
    counter = till()
    served(counter.sell(BOB, (WATER, 1)))
    act = counter.acts()[0]
    done(counter.void(act, command="v-1"))
    assert counter.state.documents.done == {"v-1": counter.events[-1].id}
    for number in range(COMMANDS_MAX):
        opened = DrawerOpened(counter.now.date(), CHEF.id, "x", CommandId(f"d-{number}"))
        counter.store([opened])
    known = counter.state.documents.done
    assert len(known) == COMMANDS_MAX
    assert "v-1" not in known
    assert "d-0" in known
