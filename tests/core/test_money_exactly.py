"""What the money modules say, to the letter: each name, sign, count and paper.

These stand here because a changed line of the code once passed every other test (docs/QUALITY.md).
"""

from dataclasses import replace
from datetime import timedelta

from canteen import STEW
from pure_till import (
    ALICE,
    BOB,
    CHEF,
    HELP,
    PROF,
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

from core.basket import printed
from core.catalogue import Category
from core.decide import serve
from core.decision import Accepted, Refused
from core.events import Event
from core.facts import (
    Circumstance,
    Direction,
    EpochStarted,
    MealCollected,
    Reason,
    ReceiptReprinted,
    SaleMade,
    SaleRefunded,
    SaleRefused,
    SaleVoided,
    Tally,
    Tender,
    VatFigure,
)
from core.ledger import Account, AccountKind, Leg, legs_of, wallet_account
from core.limits import Bought, Limits
from core.money import ZERO, Money
from core.people import Allergen, PriceClass
from core.policy import WalkIn
from core.receipt import ReceiptKind, ReceiptLine
from core.wallet import WalletKind


def till() -> PureTill:
    made = PureTill()
    made.sign_in(CHEF)
    made.open_shift(5000)
    return made


def legs(event: Event) -> set[tuple[str, AccountKind, str, int]]:
    return {
        (leg.name, leg.account.kind, leg.account.owner, leg.amount.cents)
        for leg in legs_of(event.fact)
    }


def test_every_leg_has_its_name_and_its_account() -> None:
    counter = till()
    wallet = (AccountKind.WALLET_GENERAL, BOB)
    served(counter.sell(BOB, (SOUP, 2), (WATER, 1)))
    other, drink = (AccountKind.SALES, "other"), (AccountKind.SALES, "drink")
    assert legs(counter.events[-1]) == {
        ("wallet", *wallet, -295),
        ("line.0", *other, 210),
        ("line.1", *drink, 85),
    }
    done(counter.refund(counter.acts()[0], (1, 1)))
    assert legs(counter.events[-1]) == {("wallet", *wallet, 85), ("line.1", *drink, -85)}
    served(counter.tap(BOB))
    done(counter.undo())
    meal = (AccountKind.SALES, "meal")
    assert legs(counter.events[-1]) == {("wallet", *wallet, 450), ("line.0", *meal, -450)}
    done(counter.top_up(BOB, 700))
    cash = (AccountKind.CASH, "")
    assert legs(counter.events[-1]) == {("source", *cash, -700), ("target", *wallet, 700)}
    done(counter.undo())
    assert legs(counter.events[-1]) == {("source", *cash, 700), ("target", *wallet, -700)}
    done(counter.move_cash(Direction.OUT, 300))
    safe = (AccountKind.SAFE, "")
    assert legs(counter.events[-1]) == {("drawer", *cash, 300), ("safe", *safe, -300)}
    done(counter.close(4690))
    found = (AccountKind.CASH_DIFFERENCES, "")
    assert legs(counter.events[-1]) == {("drawer", *cash, 10), ("found", *found, -10)}


def test_a_collected_meal_moves_from_where_it_was_paid() -> None:
    counter = till()
    served(counter.tap(ALICE))
    assert legs_of(counter.events[-1].fact, paid_from=AccountKind.EXCEPTIONS) == (
        Leg("source", Account(AccountKind.EXCEPTIONS), Money(-430)),
        Leg("target", Account(AccountKind.MEALS_SERVED), Money(430)),
    )
    assert wallet_account(WalletKind.GENERAL, "p") == Account(AccountKind.WALLET_GENERAL, "p")  # type: ignore[arg-type]
    assert wallet_account(WalletKind.RESERVE, "p") == Account(AccountKind.WALLET_RESERVE, "p")  # type: ignore[arg-type]


def test_the_period_counts_everything_more_than_once() -> None:
    counter = till()
    opened = counter.events[0].stamp.at
    counter.people[ALICE].orders.append(counter.order("o2", ALICE))
    for _ in range(2):
        served(counter.tap(ALICE))
    first_receipt = counter.state.receipt_number - 1
    for act in counter.acts():
        done(counter.void(act))
    assert (counter.state.period.collected, counter.state.period.meals_voided) == (0, 2)
    for _ in range(3):
        served(counter.tap(ALICE)) if counter.state.period.collected < 2 else counter.tap(ALICE)
        counter.open_drawer()
        counter.store([ReceiptReprinted(counter.acts()[0].id, 1, 1)])
        done(counter.top_up(BOB, 200))
    done(counter.undo())
    figures = counter.state.period.figures()
    assert (figures.collected, figures.drawer_openings, figures.reprints) == (2, 3, 3)
    assert figures.refused == 1
    assert figures.top_ups == Tally(2, Money(400))
    assert figures.opened_at == opened
    assert (figures.first_receipt, figures.last_receipt) == (
        first_receipt,
        counter.state.receipt_number,
    )
    counter.wait(hours=1)
    counter.tap(STRANGER)
    assert counter.state.period.refused == 2
    assert counter.state.period.opened_at == opened


def test_an_epoch_within_a_period_begins_its_numbers_and_not_its_time() -> None:
    counter = till()
    opened = counter.state.period.opened_at
    counter.wait(hours=1)
    started = EpochStarted(1, 2, "ab")
    event = replace(counter.events[-1], epoch=2, seq=1, fact=started, stamp=counter.stamp())
    counter.state.apply(event)
    period = counter.state.period
    assert (period.epoch, period.first_seq, period.last_seq) == (2, 1, 1)
    assert period.opened_at == opened
    counter.state.apply(replace(event, seq=2))
    assert (period.first_seq, period.last_seq) == (1, 2)


def test_what_is_given_back_of_a_sale_to_settle_is_settled_no_more() -> None:
    counter = till()
    settles = {(Circumstance.LOW_BALANCE, Category.MEAL): WalkIn.SETTLE}
    counter.policy = replace(SHOP, answers=settles, settle_max=Money(900))
    counter.people[BOB].general = ZERO
    served(counter.tap(BOB))
    assert counter.state.period.settled_later == Tally(1, Money(450))
    done(counter.refund(counter.acts()[0]))
    assert counter.state.period.settled_later == Tally(1, ZERO)
    served(counter.sell(PROF, (SOUP, 1)))
    done(counter.refund(counter.acts()[-1]))
    assert counter.state.period.settled_later == Tally(1, ZERO)


def test_what_is_taken_back_leaves_each_sum_as_it_was() -> None:
    counter = till()
    settles = {
        (Circumstance.LOW_BALANCE, Category.MEAL): WalkIn.SETTLE,
        (Circumstance.UNKNOWN_BADGE, Category.MEAL): WalkIn.SETTLE,
    }
    counter.policy = replace(SHOP, answers=settles, settle_max=Money(900))
    counter.people[BOB].general = ZERO
    served(counter.tap(BOB))
    served(counter.tap(STRANGER))
    assert counter.state.period.settled_later == Tally(2, Money(900))
    done(counter.void(counter.acts()[0]))
    assert counter.state.period.settled_later == Tally(1, Money(450))
    served(counter.sell(PROF, (SOUP, 2)))
    done(counter.undo())
    figures = counter.state.period.figures()
    assert {one.price_class: (one.count, one.amount) for one in figures.price_classes} == {
        PriceClass.PUPIL: (1, Money(450)),
        PriceClass.TEACHER: (0, ZERO),
    }
    assert figures.vat == (VatFigure(60, Money(450), Money(25)), VatFigure(120, ZERO, ZERO))
    assert figures.voids == Tally(2, Money(760))


def test_the_vat_of_several_sales_is_one_sum() -> None:
    counter = till()
    for _ in range(3):
        served(counter.sell(BOB, (WATER, 1)))
    assert counter.state.period.vat == {60: Money(15)}


def test_the_papers_of_what_is_taken_back() -> None:
    counter = till()
    served(counter.tap(ALICE))
    paper = done(counter.undo()).receipt
    assert paper is not None
    assert paper.lines == (ReceiptLine(1, STEW.name, Money(430), vat_permille=0),)
    done(counter.top_up(BOB, 700))
    paper = done(counter.undo()).receipt
    assert paper is not None
    assert paper.lines == (ReceiptLine(1, "", Money(700), vat_permille=0),)
    sold = served(counter.sell(BOB, (SOUP, 2), (WATER, 1)))
    lines = (
        ReceiptLine(2, "Soupe", Money(105), vat_permille=120),
        ReceiptLine(1, "Eau", Money(85), vat_permille=60),
    )
    assert sold.receipt is not None
    assert (sold.receipt.lines, sold.receipt.wallet_after) == (lines, Money(1705))
    paper = done(counter.refund(counter.acts()[-1], (0, 1))).receipt
    assert paper is not None
    assert (paper.kind, paper.tender) == (ReceiptKind.REFUND, "wallet")
    assert paper.corrects == sold.receipt.number
    assert paper.lines == (ReceiptLine(1, "Soupe", Money(105), vat_permille=120),)
    assert paper.wallet_after == Money(1810)
    served(counter.sell(BOB, (WATER, 1)))
    paper = done(counter.undo()).receipt
    assert paper is not None
    assert paper.lines == (ReceiptLine(1, "Eau", Money(85), vat_permille=60),)
    counter.policy = replace(SHOP, print_sales=False)
    assert done(counter.refund(counter.acts()[-2])).receipt is None


def test_a_cash_sale_to_a_pupil_says_nothing_of_the_wallet() -> None:
    counter = till()
    sold = served(counter.sell(BOB, (WATER, 1), tender=Tender.CASH))
    assert sold.receipt is not None
    assert (sold.wallet_after, sold.receipt.wallet_after) == (None, None)
    voided = done(counter.void(counter.acts()[-1])).receipt
    assert voided is not None
    assert (voided.wallet_after, voided.tender) == (None, "cash")
    served(counter.sell(BOB, (WATER, 1), tender=Tender.CASH))
    back = done(counter.refund(counter.acts()[-1])).receipt
    assert back is not None
    assert (back.wallet_after, back.tender) == (None, "cash")


def test_every_fact_names_who_and_why_and_what_it_was_called() -> None:
    counter = till()
    presence = replace(counter.presence("no badge", command="c-1"))
    counter.policy = replace(SHOP, print_sales=True)
    view = counter.view(BOB, by_name=True)
    sold = serve(presence, view, counter.policy, counter.now)
    assert isinstance(sold, Accepted)
    assert sold.is_sale is True
    fact = fact_of(sold, SaleMade)
    assert isinstance(fact, SaleMade)
    assert (fact.why, fact.command, fact.staff) == ("no badge", "c-1", CHEF.id)
    counter.store(sold.facts)
    voided = fact_of(done(counter.void(counter.acts()[0], command="v-1")), SaleVoided)
    assert isinstance(voided, SaleVoided)
    assert voided.correction.staff == CHEF.id
    assert (voided.correction.why, voided.correction.command) == ("wrong dish", "v-1")
    open_till = PureTill(replace(SHOP, needs_sign_in=False))
    served(open_till.tap(BOB))
    undone = fact_of(done(open_till.undo()), SaleVoided)
    assert isinstance(undone, SaleVoided)
    assert undone.correction.staff is None
    refused = fact_of(open_till.sell(BOB, (STEW, 3)), SaleRefused)
    assert isinstance(refused, SaleRefused)
    assert refused.staff is None


def test_a_refusal_shows_the_wallet_and_a_question_the_dishes() -> None:
    counter = till()
    known = counter.people[BOB]
    refused = counter.sell(BOB, (STEW, 3))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.wallet) == (Reason.LIMIT, Money(2000))
    allergens = frozenset({Allergen.CELERY})
    known.pupil = replace(known.pupil, allergens=allergens)
    warned = served(counter.sell(BOB, (SOUP, 1)))
    fact = fact_of(warned, SaleMade)
    assert isinstance(fact, SaleMade)
    assert (warned.conflicts, fact.accepted) == (allergens, ())
    known.limits = Limits(asks_allergens=True)
    question = counter.sell(BOB, (SOUP, 1), (STEW, 1))
    assert isinstance(question, Refused)
    assert question.label == f"Soupe, {STEW.name}"
    assert question.wallet == Money(1895)


def test_limits_hold_at_the_cent_and_at_the_second() -> None:
    counter = till()
    counter.policy = replace(SHOP, sale_max=Money(85))
    assert served(counter.sell(BOB, (WATER, 1)))
    counter.policy = SHOP
    counter.copy_at = counter.now - SHOP.snapshot_stop
    assert served(counter.sell(BOB, (WATER, 1)))
    counter.copy_at -= timedelta(microseconds=1)
    assert reason_of(counter.sell(BOB, (WATER, 1))) is Reason.SNAPSHOT_TOO_OLD


def test_a_drink_beside_a_meal_is_not_asked_for_an_order() -> None:
    counter = till()
    no_order = {
        (Circumstance.NO_ORDER, Category.DRINK): WalkIn.REFUSE,
        (Circumstance.NO_ORDER, Category.MEAL): WalkIn.SELL,
    }
    counter.policy = replace(SHOP, answers=no_order)
    assert served(counter.sell(BOB, (WATER, 1), (STEW, 1)))


def test_risk_is_of_a_pupil_and_of_the_terminal() -> None:
    counter = till()
    served(counter.sell(BOB, (WATER, 1)))
    served(counter.sell(PROF, (SOUP, 1)))
    unsettled = counter.state.unsettled
    assert unsettled.risk_of(counter.people[BOB].pupil.id) == Money(85)
    assert unsettled.risk_by == {BOB: Money(85), PROF: Money(155)}
    assert (unsettled.risk, unsettled.count) == (Money(240), 2)


def test_what_was_bought_is_counted_on_its_own_day() -> None:
    counter = till()
    today = counter.now.date()
    served(counter.sell(BOB, (WATER, 2)))
    served(counter.sell(BOB, (SOUP, 1)))
    counter.wait(days=1)
    counter.copy_at = counter.now
    served(counter.sell(BOB, (WATER, 1)))
    done(counter.void(counter.acts()[0]))
    done(counter.refund(counter.acts()[1]))
    bought = counter.state.unsettled.bought_of
    bob = counter.people[BOB].pupil.id
    assert bought(bob, today) == {WATER.id: Bought(0, ZERO), SOUP.id: Bought(0, ZERO)}
    assert bought(bob, today + timedelta(days=1)) == {WATER.id: Bought(1, Money(85))}
    assert all(type(one.quantity) is int for one in bought(bob, today).values())


def test_a_refund_of_the_oldest_journals_counts_on_its_own_day() -> None:
    counter = till()
    served(counter.sell(BOB, (WATER, 1)))
    done(counter.refund(counter.acts()[0]))
    old = counter.events[-1].fact
    assert isinstance(old, SaleRefunded)
    again = PureTill()
    for event in counter.events[:-1]:
        again.state.apply(event)
    again.wait(days=1)
    fact = replace(old, day=again.now.date(), sold_on=None)
    again.state.apply(replace(counter.events[-1], fact=fact))
    bob = counter.people[BOB].pupil.id
    assert again.state.unsettled.bought_of(bob, again.now.date()) == {
        WATER.id: Bought(-1, Money(-85))
    }


def test_a_correction_at_the_copys_own_place_is_held_by_it() -> None:
    counter = till()
    served(counter.sell(BOB, (WATER, 1)))
    served(counter.sell(BOB, (SOUP, 1)))
    done(counter.void(counter.acts()[0]))
    place = counter.position
    done(counter.refund(counter.acts()[1]))
    for settled in (place, counter.position):
        counter.state.unsettled.settled = settled
        counter.restart()
        assert counter.state.unsettled.owed_of(counter.people[BOB].pupil.id) == (
            Money(-105) if settled == place else ZERO
        )


def test_small_things_about_amounts() -> None:
    assert (ZERO.text(), Money(-1).text(), Money(1).text()) == ("0.00", "-0.01", "0.01")
    counter = till()
    fact = fact_of(served(counter.sell(BOB, (WATER, 2))), SaleMade)
    assert isinstance(fact, SaleMade)
    assert printed(fact.lines, {}) == (ReceiptLine(2, "water", Money(85), vat_permille=60),)
    assert isinstance(fact_of(served(counter.tap(ALICE)), MealCollected), MealCollected)
    counter.sign_in(HELP)
    assert reason_of(counter.void(counter.acts()[0])) is Reason.NO_RIGHT


def test_a_copy_that_holds_the_last_sale_holds_its_risk_too() -> None:
    counter = till()
    served(counter.sell(BOB, (WATER, 1)))
    counter.settle()
    unsettled = counter.state.unsettled
    assert (unsettled.risk, unsettled.count, unsettled.risk_by) == (ZERO, 0, {})
