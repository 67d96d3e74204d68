"""Selling at the counter: baskets, cash, guests, what the school allows, what parents allow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import STEW
from pure_till import (
    ALICE,
    BOB,
    BOOK,
    CHEF,
    HELP,
    PROF,
    SHOP,
    SOUP,
    STRANGER,
    WATER,
    PureTill,
    fact_of,
    reason_of,
    served,
)

from core.basket import Item, merged, printed
from core.catalogue import Category
from core.decision import Presence
from core.facts import Circumstance, MealCollected, Reason, SaleMade, SaleRefused, Tender
from core.ids import ProductId
from core.limits import Bought, Limits, limit_reason
from core.money import ZERO, Money
from core.orders import OrderState
from core.people import Allergen, BadgeState, PriceClass
from core.policy import Policy, WalkIn
from core.sale import by_name_refusal
from core.sale_facts import SaleLine
from core.tap import Assurance


def till(policy: Policy = SHOP, *, is_signed_in: bool = True) -> PureTill:
    made = PureTill(policy)
    if is_signed_in:
        made.sign_in(CHEF)
    return made


def answers(*wanted: tuple[Circumstance, Category, WalkIn], **changes: object) -> Policy:
    table = {(met, category): answer for met, category, answer in wanted}
    return replace(SHOP, answers=table, **changes)  # type: ignore[arg-type]  named by the test


# --- baskets --------------------------------------------------------------------------------------


def test_a_basket_is_debited_at_once_with_the_vat_of_each_rate() -> None:
    counter = till()
    sold = served(counter.sell(BOB, (SOUP, 2), (WATER, 1), (BOOK, 1)))
    fact = fact_of(sold, SaleMade)
    assert isinstance(fact, SaleMade)
    assert [line.vat.cents for line in fact.lines] == [23, 5, 58]
    assert fact.total == Money(2 * 105 + 85 + 333)
    assert sold.wallet_after == Money(2000 - 628) == counter.balance(BOB)
    assert sold.label == "2 × Soupe, Eau, Cahier"
    assert not fact.is_walk_in
    assert fact.staff == CHEF.id


def test_each_class_of_prices_pays_its_own_and_the_pupils_where_there_is_none() -> None:
    counter = till()
    assert served(counter.sell(PROF, (SOUP, 1))).price == Money(155)
    assert served(counter.sell(PROF, (WATER, 1))).price == Money(85)
    guest = served(counter.sell(BOB, (WATER, 1)))
    assert guest.price == Money(85)


def test_the_same_product_twice_is_one_line_and_at_most_99() -> None:
    items = (Item(WATER.id, 60), Item(SOUP.id, 1), Item(WATER.id, 60))
    assert merged(items) == (Item(WATER.id, 99), Item(SOUP.id, 1))


def test_a_product_that_is_gone_goes_by_its_id_on_a_receipt() -> None:
    line = SaleLine(ProductId("gone"), Category.OTHER, 1, Money(100), 60, Money(6))
    assert printed([line], {})[0].label == "gone"


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda counter: counter.sell(BOB, (WATER, 1)), Reason.NOT_SIGNED_IN),
        (lambda counter: counter.sell(None, (WATER, 1)), Reason.NOT_SIGNED_IN),
    ],
)
def test_nobody_at_the_till_sells_nothing(prepare: object, reason: Reason) -> None:
    counter = till(is_signed_in=False)
    assert reason_of(prepare(counter)) is reason  # type: ignore[operator]


def test_a_school_may_sell_without_anybody_signed_in() -> None:
    counter = till(replace(SHOP, needs_sign_in=False), is_signed_in=False)
    assert served(counter.sell(BOB, (WATER, 1))).price == Money(85)


def test_what_stands_before_a_basket_in_the_order_in_which_a_person_asks() -> None:
    counter = till()
    counter.copy_at = None
    assert reason_of(counter.sell(BOB, (WATER, 1))) is Reason.NO_SNAPSHOT
    counter.copy_at = counter.now
    counter.is_day_known = False
    assert reason_of(counter.sell(BOB, (WATER, 1))) is Reason.DAY_NOT_KNOWN
    counter.is_day_known = True
    gone = replace(WATER, id=ProductId("gone"))
    assert reason_of(counter.sell(BOB, (gone, 1))) is Reason.UNKNOWN_PRODUCT
    assert reason_of(counter.sell(STRANGER, (WATER, 1))) is Reason.UNKNOWN_BADGE
    assert reason_of(counter.sell(None, (WATER, 1))) is Reason.UNKNOWN_PUPIL
    assert reason_of(counter.sell(BOB, (WATER, 1), by_name=True)) is Reason.WHY_IS_MISSING
    assert reason_of(counter.sell(BOB, (WATER, 1), tender=Tender.LATER)) is Reason.NOT_ALLOWED
    counter.people[BOB].badge = BadgeState.LOST
    assert reason_of(counter.sell(BOB, (WATER, 1))) is Reason.LOST_BADGE
    assert served(counter.sell(BOB, (WATER, 1), by_name=True, why="lost it")).price == Money(85)


def test_a_ticket_of_the_office_serves_without_a_right_or_a_reason() -> None:
    view = till(is_signed_in=False).view(BOB, by_name=True)
    assert by_name_refusal(Presence(Assurance.TICKET), view) is None
    assert by_name_refusal(Presence(Assurance.TYPED, why="lost it"), view) is Reason.NOT_SIGNED_IN


def test_a_helper_may_sell_and_not_serve_by_name() -> None:
    counter = till(is_signed_in=False)
    counter.sign_in(HELP)
    assert served(counter.sell(BOB, (WATER, 1))).price == Money(85)
    assert reason_of(counter.by_name(BOB)) is Reason.NO_RIGHT
    assert reason_of(counter.sell(BOB, (WATER, 1), by_name=True, why="x")) is Reason.NO_RIGHT


def test_a_refused_basket_is_journalled_with_its_sum() -> None:
    counter = till()
    refused = counter.sell(BOB, (BOOK, 4))
    assert reason_of(refused) is Reason.LIMIT
    fact = fact_of(refused, SaleRefused)
    assert isinstance(fact, SaleRefused)
    assert (fact.total, fact.staff) == (Money(1332), CHEF.id)
    assert counter.state.period.refused == 1


# --- cash -----------------------------------------------------------------------------------------


def test_a_guest_pays_in_cash_where_the_school_takes_it_and_the_drawer_is_open() -> None:
    counter = till()
    assert reason_of(counter.sell(None, (WATER, 1), tender=Tender.CASH)) is Reason.NO_SHIFT
    counter.open_shift(5000)
    sold = served(counter.sell(None, (WATER, 2), tender=Tender.CASH))
    assert (sold.price, sold.wallet_after) == (Money(240), None)
    assert sold.receipt is not None
    assert sold.receipt.tender == "cash"
    assert counter.state.period.cash_expected == Money(5240)
    assert counter.state.unsettled.risk == ZERO
    closed_school = till(replace(SHOP, takes_cash=False))
    closed_school.open_shift(0)
    refused = closed_school.sell(None, (WATER, 1), tender=Tender.CASH)
    assert reason_of(refused) is Reason.NOT_ALLOWED


def test_cash_gets_a_receipt_also_where_sales_get_none() -> None:
    counter = till(replace(SHOP, print_sales=False))
    counter.open_shift(0)
    assert served(counter.sell(BOB, (WATER, 1))).receipt is None
    assert served(counter.sell(BOB, (WATER, 1), tender=Tender.CASH)).receipt is not None


def test_a_pupil_who_pays_in_cash_is_asked_about_allergens_too() -> None:
    counter = till()
    counter.open_shift(0)
    allergic(counter)
    assert reason_of(counter.sell(ALICE, (SOUP, 1), tender=Tender.CASH)) is Reason.ALLERGEN_STOP
    assert served(counter.sell(ALICE, (SOUP, 1), tender=Tender.CASH, accepts=True))
    assert counter.balance(ALICE) == Money(2000)


# --- by name, and by a badge that nobody knows ----------------------------------------------------


def test_an_order_is_collected_by_name_with_who_and_why() -> None:
    counter = till()
    assert reason_of(counter.by_name(ALICE, why="")) is Reason.WHY_IS_MISSING
    assert reason_of(counter.by_name("nobody")) is Reason.UNKNOWN_PUPIL
    fact = fact_of(served(counter.by_name(ALICE)), MealCollected)
    assert isinstance(fact, MealCollected)
    assert (fact.badge, fact.staff, fact.why) == (None, CHEF.id, "badge at home")
    assert reason_of(counter.tap(ALICE)) is Reason.ALREADY_SERVED


def test_a_stranger_is_refused_unless_the_school_settles_and_only_once_a_day() -> None:
    assert reason_of(till().tap(STRANGER)) is Reason.UNKNOWN_BADGE
    settles = answers(
        (Circumstance.UNKNOWN_BADGE, Category.MEAL, WalkIn.SETTLE), settle_max=Money(450)
    )
    counter = till(settles)
    fact = fact_of(served(counter.tap(STRANGER)), SaleMade)
    assert isinstance(fact, SaleMade)
    assert (fact.tender, fact.is_to_settle, fact.pupil) == (Tender.LATER, True, None)
    assert fact.circumstances == (Circumstance.UNKNOWN_BADGE,)
    assert counter.state.unsettled.risk == Money(450)
    assert reason_of(counter.tap(STRANGER)) is Reason.ALREADY_SERVED
    assert served(counter.tap("another stranger")).is_to_settle


@pytest.mark.parametrize(
    "changes",
    [
        {"settle_max": Money(449)},
        {"terminal_offline_count_max": 0},
        {"walk_in_product": None},
        {"walk_in_product": ProductId("gone")},
    ],
)
def test_a_stranger_is_not_served_past_a_cap(changes: dict[str, object]) -> None:
    settles = answers((Circumstance.UNKNOWN_BADGE, Category.MEAL, WalkIn.SETTLE), **changes)
    settles = replace(settles, settle_max=changes.get("settle_max", Money(1000)))
    assert reason_of(till(settles).tap(STRANGER)) is Reason.UNKNOWN_BADGE


# --- circumstances and answers --------------------------------------------------------------------


def no_order(counter: PureTill) -> None:
    """Bob has none, as it is."""


def blocked(counter: PureTill) -> None:
    counter.people[BOB].badge = BadgeState.BLOCKED


def poor(counter: PureTill) -> None:
    counter.people[BOB].general = Money(100)


def stale(counter: PureTill) -> None:
    counter.copy_at = counter.now - timedelta(hours=25)


STANDS = [
    (Circumstance.NO_ORDER, no_order, Reason.NO_ORDER, WalkIn.REFUSE),
    (Circumstance.BLOCKED_BADGE, blocked, Reason.BLOCKED_BADGE, WalkIn.SELL),
    (Circumstance.LOW_BALANCE, poor, Reason.NOT_ENOUGH_MONEY, WalkIn.SELL),
    (Circumstance.STALE_COPY, stale, Reason.SNAPSHOT_TOO_OLD, WalkIn.SELL),
]


@pytest.mark.parametrize("answer", list(WalkIn))
@pytest.mark.parametrize(("met", "arrange", "reason", "walk_in"), STANDS)
def test_each_circumstance_has_three_answers(
    met: Circumstance, arrange: object, reason: Reason, walk_in: WalkIn, answer: WalkIn
) -> None:
    policy = answers((met, Category.MEAL, answer), walk_in=walk_in, settle_max=Money(500))
    counter = till(policy)
    arrange(counter)  # type: ignore[operator]
    outcome = counter.tap(BOB)
    # Nothing can be sold for money that is not there: there, selling is no answer.
    is_refused = answer is WalkIn.REFUSE or (
        met is Circumstance.LOW_BALANCE and answer is WalkIn.SELL
    )
    if is_refused:
        assert reason_of(outcome) is reason
        return
    fact = fact_of(served(outcome), SaleMade)
    assert isinstance(fact, SaleMade)
    assert met in fact.circumstances
    assert fact.is_to_settle == (met is Circumstance.LOW_BALANCE)


def test_nobody_answers_is_a_refusal_and_no_order_the_general_answer() -> None:
    assert SHOP.answer(Circumstance.STALE_COPY, Category.DRINK) is WalkIn.REFUSE
    assert SHOP.answer(Circumstance.NO_ORDER, Category.DRINK) is WalkIn.SELL


def test_the_strictest_product_of_a_basket_answers_for_all() -> None:
    policy = answers(
        (Circumstance.STALE_COPY, Category.DRINK, WalkIn.SELL),
        (Circumstance.STALE_COPY, Category.OTHER, WalkIn.REFUSE),
    )
    counter = till(policy)
    stale(counter)
    assert served(counter.sell(BOB, (WATER, 1))).price == Money(85)
    assert reason_of(counter.sell(BOB, (WATER, 1), (SOUP, 1))) is Reason.SNAPSHOT_TOO_OLD


def test_serve_and_settle_ends_at_the_schools_cap() -> None:
    policy = answers(
        (Circumstance.LOW_BALANCE, Category.MEAL, WalkIn.SETTLE), settle_max=Money(349)
    )
    counter = till(policy)
    poor(counter)
    assert reason_of(counter.tap(BOB)) is Reason.NOT_ENOUGH_MONEY
    counter.people[BOB].general = Money(101)
    assert served(counter.tap(BOB)).is_to_settle
    assert counter.balance(BOB) == Money(-349)


def test_who_is_settled_for_lack_of_an_order_may_pass_a_floor_limit_and_not_the_cap() -> None:
    policy = replace(SHOP, walk_in=WalkIn.SETTLE, settle_max=Money(500), sale_max=Money(100))
    counter = till(policy)
    assert not served(counter.tap(BOB)).is_to_settle
    poor_one = till(policy)
    poor(poor_one)
    assert served(poor_one.tap(BOB)).is_to_settle


def test_an_order_is_collected_with_a_blocked_badge_where_the_school_allows() -> None:
    counter = till(answers((Circumstance.BLOCKED_BADGE, Category.MEAL, WalkIn.SELL)))
    counter.people[ALICE].badge = BadgeState.BLOCKED
    fact = fact_of(served(counter.tap(ALICE)), MealCollected)
    assert isinstance(fact, MealCollected)
    assert fact.circumstances == (Circumstance.BLOCKED_BADGE,)


def test_a_weak_badge_collects_and_does_not_pay() -> None:
    policy = replace(SHOP, assurance_min_sale=Assurance.MUTUAL_AES)
    assert served(till(policy).tap(ALICE))
    assert reason_of(till(policy).tap(BOB)) is Reason.ASSURANCE_TOO_LOW
    strict = replace(SHOP, assurance_min_collect=Assurance.MUTUAL_AES)
    assert reason_of(till(strict).tap(ALICE)) is Reason.ASSURANCE_TOO_LOW
    # Found by name, staff answer for who it is.
    assert served(till(strict).by_name(ALICE))
    assert served(till(policy).by_name(BOB))


def test_the_limits_of_the_terminal_stop_walk_ins_and_never_a_paid_meal() -> None:
    counter = till(replace(SHOP, terminal_offline_count_max=1))
    assert served(counter.tap(BOB))
    assert reason_of(counter.tap(PROF)) is Reason.LIMIT
    assert served(counter.tap(ALICE))
    counter.settle()
    assert served(counter.tap(PROF))


# --- what parents allow ---------------------------------------------------------------------------


def allergic(counter: PureTill) -> None:
    known = counter.people[ALICE]
    known.pupil = replace(known.pupil, allergens=frozenset({Allergen.CELERY, Allergen.NUTS}))
    known.limits = Limits(asks_allergens=True)


def test_staff_are_asked_once_about_a_pupils_own_allergens() -> None:
    counter = till()
    allergic(counter)
    question = counter.tap(ALICE)
    assert reason_of(question) is Reason.ALLERGEN_STOP
    assert question.conflicts == {Allergen.CELERY}
    assert question.label == STEW.name  # type: ignore[union-attr]
    assert counter.state.period.refused == 1
    fact = fact_of(served(counter.tap(ALICE, accepts=True)), MealCollected)
    assert isinstance(fact, MealCollected)
    assert fact.accepted == (Allergen.CELERY,)
    counter.people[ALICE].orders.append(counter.order("o2", ALICE))
    assert served(counter.tap(ALICE)), "asked about this dish today already"
    assert reason_of(counter.sell(ALICE, (SOUP, 1))) is Reason.ALLERGEN_STOP, "another dish"
    assert served(counter.sell(ALICE, (SOUP, 1), (WATER, 1), accepts=True))
    assert served(counter.sell(ALICE, (SOUP, 1)))
    assert served(counter.sell(ALICE, (WATER, 1)))
    counter.wait(days=1)
    counter.copy_at = counter.now
    assert reason_of(counter.sell(ALICE, (SOUP, 1))) is Reason.ALLERGEN_STOP, "another day"


def test_a_walk_in_is_asked_about_too_and_without_the_parents_wish_only_warned() -> None:
    counter = till()
    allergic(counter)
    counter.people[ALICE].orders.clear()
    assert reason_of(counter.tap(ALICE)) is Reason.ALLERGEN_STOP
    counter.people[ALICE].limits = Limits()
    assert served(counter.tap(ALICE)).conflicts == {Allergen.CELERY}


def test_a_daily_limit_counts_here_elsewhere_and_what_came_back() -> None:
    counter = till()
    elsewhere = {SOUP.id: Bought(1, Money(105))}
    counter.people[BOB].limits = Limits(daily_max=Money(400), bought=elsewhere)
    assert served(counter.sell(BOB, (WATER, 2)))
    assert reason_of(counter.sell(BOB, (SOUP, 2))) is Reason.DAILY_LIMIT
    counter.refund(counter.acts()[0], (0, 1))
    assert served(counter.sell(BOB, (SOUP, 2)))
    assert counter.state.unsettled.bought_of(BOB, counter.now.date()) == {
        WATER.id: Bought(1, Money(85)),
        SOUP.id: Bought(2, Money(210)),
    }
    assert counter.state.unsettled.bought_of(BOB, counter.now.date() - timedelta(days=1)) == {}


def test_a_product_limit_counts_pieces_and_zero_is_never() -> None:
    counter = till()
    counter.people[BOB].limits = Limits(product_max={WATER.id: 2, BOOK.id: 0})
    assert served(counter.sell(BOB, (WATER, 1), (SOUP, 1)))
    assert reason_of(counter.sell(BOB, (WATER, 2))) is Reason.PRODUCT_LIMIT
    assert reason_of(counter.sell(BOB, (BOOK, 1))) is Reason.PRODUCT_LIMIT
    assert served(counter.sell(BOB, (WATER, 1)))


def test_lines_of_the_same_product_are_counted_together() -> None:
    line = SaleLine(WATER.id, Category.DRINK, 1, Money(85), 60, Money(5))
    limits = Limits(product_max={WATER.id: 1})
    assert limit_reason(limits, {}, [line]) is None
    assert limit_reason(limits, {}, [line, line]) is Reason.PRODUCT_LIMIT


def test_no_child_goes_without_a_meal_for_a_limit_where_the_school_settles() -> None:
    policy = answers(
        (Circumstance.NO_ORDER, Category.MEAL, WalkIn.SETTLE),
        (Circumstance.STALE_COPY, Category.DRINK, WalkIn.SETTLE),
    )
    counter = till(policy)
    counter.people[BOB].limits = Limits(daily_max=Money(10), product_max={WATER.id: 0})
    assert served(counter.tap(BOB))
    stale(counter)
    assert reason_of(counter.sell(BOB, (WATER, 1))) is Reason.DAILY_LIMIT


# --- what was taken back and the copy -------------------------------------------------------------


def test_a_meal_that_was_taken_back_waits_again_whatever_the_copy_says() -> None:
    counter = till()
    served(counter.tap(ALICE))
    counter.settle()
    assert counter.people[ALICE].orders[0].state is OrderState.COLLECTED
    counter.void(counter.acts()[0])
    fact = fact_of(served(counter.tap(ALICE)), MealCollected)
    assert isinstance(fact, MealCollected)
    assert reason_of(counter.tap(ALICE)) is Reason.ALREADY_SERVED
    counter.void(counter.acts()[-1])
    counter.settle()
    assert counter.state.given_back == {}
    assert served(counter.tap(ALICE))


def test_what_was_taken_back_before_a_copy_is_forgotten_with_it() -> None:
    counter = till()
    served(counter.tap(ALICE))
    served(counter.tap(BOB))
    counter.refund(counter.acts()[1])
    counter.void(counter.acts()[0])
    counter.settle()
    before = counter.state
    counter.restart()
    assert counter.state == before
    assert counter.state.given_back == {}
    assert counter.state.unsettled.owed_of(BOB) == ZERO


def test_the_control_a_meal_collected_elsewhere_stays_collected() -> None:
    counter = till()
    counter.people[ALICE].orders = [counter.order("o1", ALICE, OrderState.COLLECTED)]
    assert reason_of(counter.tap(ALICE)) is Reason.ALREADY_SERVED


def test_of_two_walk_ins_one_taken_back_leaves_the_other() -> None:
    counter = till()
    served(counter.tap(BOB))
    served(counter.sell(BOB, (STEW, 1)))
    counter.void(counter.acts()[1])
    assert reason_of(counter.tap(BOB)) is Reason.ALREADY_SERVED
    counter.void(counter.acts()[0])
    assert served(counter.tap(BOB))


def test_nobody_is_asked_the_price_class_of_a_pupil() -> None:
    counter = till()
    fact = fact_of(served(counter.sell(PROF, (SOUP, 1))), SaleMade)
    assert isinstance(fact, SaleMade)
    assert fact.price_class is PriceClass.TEACHER


def test_on_a_day_that_nobody_knows_a_tap_serves_nobody() -> None:
    counter = till()
    counter.is_day_known = False
    assert reason_of(counter.tap(ALICE)) is Reason.DAY_NOT_KNOWN
