"""The decision at the till, told as what happens to a pupil who taps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import NOON, POLICY, STEW, Scene, order, pupil, tap

from core.decide import decide
from core.decision import Accepted, Decision, Refused
from core.facts import MealCollected, Reason, SaleMade, TapRefused
from core.ids import ProductId
from core.money import ZERO, Money
from core.orders import OrderState
from core.people import Allergen, BadgeState, PriceClass
from core.policy import CLOSED, Policy, WalkIn
from core.receipt import ReceiptKind
from core.tap import Assurance, Technology, identity_fault
from core.view import OwnSums


def decided(scene: Scene, policy: Policy = POLICY, **tap_changes: object) -> Decision:
    return decide(tap(**tap_changes), scene.view(), policy, NOON)  # type: ignore[arg-type]


def accepted(decision: Decision) -> Accepted:
    assert isinstance(decision, Accepted), decision
    return decision


def refused(decision: Decision, reason: Reason) -> Refused:
    assert isinstance(decision, Refused), decision
    assert decision.reason is reason
    (fact,) = decision.facts
    assert isinstance(fact, TapRefused)
    assert fact.reason is reason
    return decision


def test_a_reserved_meal_is_collected_and_moves_no_money() -> None:
    served = accepted(decided(Scene(orders=(order(),))))
    (fact,) = served.facts
    assert isinstance(fact, MealCollected)
    assert (fact.order, fact.price, fact.receipt) == ("o1", Money(430), 12)
    assert served.wallet_after == Money(2340)
    assert not served.is_sale


def test_the_receipt_of_a_meal_says_who_what_where_and_when() -> None:
    receipt = accepted(decided(Scene(orders=(order(),)))).receipt
    assert receipt is not None
    assert receipt.kind is ReceiptKind.COLLECTED
    assert (receipt.person, receipt.class_name, receipt.badge_last4) == ("Alice V.", "3B", "E5F6")
    assert (receipt.number, receipt.reference) == (12, "1-43")
    assert receipt.total == Money(430)
    assert receipt.zone_offset_minutes == 60
    assert not receipt.is_provisional


def test_offline_the_answer_is_the_same_and_the_balance_is_marked() -> None:
    online = accepted(decided(Scene(orders=(order(),), is_online=True)))
    offline = accepted(decided(Scene(orders=(order(),), is_online=False)))
    assert offline.facts == online.facts
    assert offline.receipt is not None
    assert offline.receipt.is_provisional


def test_without_an_order_the_dish_of_the_day_is_sold() -> None:
    sold = accepted(decided(Scene()))
    (fact,) = sold.facts
    assert isinstance(fact, SaleMade)
    assert fact.total == Money(450)
    assert fact.lines[0].vat == Money(25)
    assert fact.is_walk_in
    assert sold.wallet_after == Money(1890)
    assert sold.receipt is not None
    assert sold.receipt.kind is ReceiptKind.SALE


def test_a_reduced_price_is_taken_without_a_word() -> None:
    sold = accepted(decided(Scene(pupil=pupil(price_class=PriceClass.REDUCED))))
    assert sold.price == Money(225)


def test_a_class_without_its_own_price_pays_the_pupils() -> None:
    sold = accepted(decided(Scene(pupil=pupil(price_class=PriceClass.GUEST))))
    assert sold.price == Money(450)


def test_papers_are_printed_only_where_the_school_wants_them() -> None:
    quiet = replace(POLICY, print_collected=False, print_sales=False)
    assert accepted(decided(Scene(orders=(order(),)), quiet)).receipt is None
    assert accepted(decided(Scene(), quiet)).receipt is None


def test_an_allergen_in_the_dish_is_pointed_out() -> None:
    allergic = pupil(allergens=frozenset({Allergen.CELERY, Allergen.MILK}))
    served = accepted(decided(Scene(orders=(order(),), pupil=allergic)))
    assert served.conflicts == {Allergen.CELERY}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"copy_at": None}, Reason.NO_SNAPSHOT),
        ({"is_known": False}, Reason.UNKNOWN_BADGE),
        ({"badge_state": BadgeState.BLOCKED}, Reason.BLOCKED_BADGE),
        ({"badge_state": BadgeState.LOST}, Reason.LOST_BADGE),
        ({"orders": (order(state=OrderState.CANCELLED),)}, Reason.CANCELLED),
        ({"orders": (order(state=OrderState.COLLECTED),)}, Reason.ALREADY_SERVED),
        ({"general": Money(449)}, Reason.NOT_ENOUGH_MONEY),
    ],
)
def test_refusals(changes: dict[str, object], reason: Reason) -> None:
    refused(decided(Scene(**changes)), reason)


def test_a_random_uid_is_no_identity() -> None:
    random = tap(value="08010203", technology=Technology.MIFARE_CLASSIC)
    assert identity_fault(random.credential) is not None, "a view of it knows nobody"
    nobody = replace(Scene().view(), badge=None, holder=None)
    refused(decide(random, nobody, POLICY, NOON), Reason.NOT_AN_IDENTITY)


def test_a_typed_number_is_too_weak_for_a_meal() -> None:
    decision = decided(Scene(orders=(order(),)), assurance=Assurance.TYPED)
    refused(decision, Reason.ASSURANCE_TOO_LOW)


def test_a_uid_is_too_weak_where_sales_ask_for_more() -> None:
    strict = replace(POLICY, assurance_min_sale=Assurance.SUN_COUNTER)
    refused(decided(Scene(), strict), Reason.ASSURANCE_TOO_LOW)
    accepted(decided(Scene(orders=(order(),)), strict))


def test_a_meal_is_collected_once_and_the_time_is_told() -> None:
    earlier = NOON - timedelta(minutes=10)
    own = OwnSums({order().id: earlier}, None, ZERO, ZERO, ZERO, 0)
    decision = refused(decided(Scene(orders=(order(),), own=own)), Reason.ALREADY_SERVED)
    assert decision.earlier_at == earlier


def test_a_second_order_of_the_same_day_is_still_collected() -> None:
    own = OwnSums({order().id: NOON}, None, ZERO, ZERO, ZERO, 0)
    served = accepted(decided(Scene(orders=(order(), order("o2")), own=own)))
    assert isinstance(served.facts[0], MealCollected)
    assert served.facts[0].order == "o2"


def test_a_bought_meal_is_not_sold_twice() -> None:
    own = OwnSums({}, NOON, Money(450), Money(450), Money(450), 1)
    decision = refused(decided(Scene(own=own)), Reason.ALREADY_SERVED)
    assert decision.earlier_at == NOON
    assert decision.wallet == Money(1890)


@pytest.mark.parametrize(
    "policy",
    [
        replace(POLICY, walk_in=WalkIn.REFUSE),
        replace(POLICY, walk_in_product=None),
        replace(POLICY, walk_in_product=ProductId("gone")),
    ],
)
def test_no_order_where_nothing_can_be_sold(policy: Policy) -> None:
    refused(decided(Scene(), policy), Reason.NO_ORDER)


def test_an_old_copy_stops_sales_but_never_paid_meals() -> None:
    old = NOON - timedelta(hours=25)
    refused(decided(Scene(copy_at=old)), Reason.SNAPSHOT_TOO_OLD)
    accepted(decided(Scene(copy_at=old, orders=(order(),))))


@pytest.mark.parametrize(
    ("policy", "own"),
    [
        (replace(POLICY, sale_max=Money(449)), OwnSums({}, None, ZERO, ZERO, ZERO, 0)),
        (POLICY, OwnSums({}, None, Money(1051), Money(1051), Money(1051), 3)),
        (POLICY, OwnSums({}, None, ZERO, ZERO, Money(14551), 30)),
        (POLICY, OwnSums({}, None, ZERO, ZERO, Money(100), 40)),
    ],
)
def test_each_limit_stops_a_sale(policy: Policy, own: OwnSums) -> None:
    refused(decided(Scene(own=own, general=Money(9000)), policy), Reason.LIMIT)


@pytest.mark.parametrize(
    "own",
    [
        OwnSums({}, None, Money(1050), Money(1050), Money(1050), 3),
        OwnSums({}, None, ZERO, ZERO, Money(14550), 30),
        OwnSums({}, None, ZERO, ZERO, Money(100), 39),
    ],
)
def test_at_the_limit_a_sale_still_goes(own: OwnSums) -> None:
    accepted(decided(Scene(own=own, general=Money(9000))))


def test_what_was_sold_here_counts_before_the_centre_knows() -> None:
    own = OwnSums({}, None, Money(450), Money(450), Money(450), 1)
    refused(decided(Scene(general=Money(899), own=own)), Reason.NOT_ENOUGH_MONEY)
    assert accepted(decided(Scene(general=Money(900), own=own))).wallet_after == ZERO


def test_an_overdraft_goes_as_far_as_the_school_says() -> None:
    generous = replace(POLICY, overdraft_max=Money(450))
    assert accepted(decided(Scene(general=ZERO), generous)).wallet_after == Money(-450)
    refused(decided(Scene(general=Money(-1)), generous), Reason.NOT_ENOUGH_MONEY)


def test_a_drink_is_no_meal() -> None:
    from core.catalogue import Category

    view = Scene().view()
    drink = replace(STEW, category=Category.DRINK)
    sold = accepted(decide(tap(), replace(view, products={drink.id: drink}), POLICY, NOON))
    assert isinstance(sold.facts[0], SaleMade)
    assert not sold.facts[0].is_walk_in


def test_a_terminal_that_never_heard_from_its_centre_sells_nothing() -> None:
    refused(decided(Scene(), CLOSED), Reason.NO_ORDER)
    accepted(decided(Scene(orders=(order(),)), CLOSED))
