"""Voids, refunds and cash at the centre: booked once, and flagged where they break a rule."""

import pytest
from shift_till import Direction, ShiftTill, Tender

from central.orders import close_day


@pytest.fixture
def counter(till):
    return ShiftTill(till)


@pytest.fixture
def pupil(centre):
    return next(one.pupil_id for one in centre.orders(50) if centre.balance(one.pupil_id) > 2000)


def account(centre, kind):
    return centre.one("SELECT COALESCE(SUM(cents), 0) FROM leg WHERE account = ?", kind)


def exceptions(centre):
    return sorted(row[0] for row in centre.rows("SELECT flag FROM exception"))


def test_a_voided_sale_gives_the_money_back_once(centre, counter, pupil):
    before = centre.balance(pupil)
    sale = counter.sell(pupil, (150, 2), (100, 1))
    counter.void(sale)
    assert counter.send() == [None, None]
    assert counter.send() == [None, None]
    assert centre.balance(pupil) == before
    assert account(centre, "sales") == 0
    centre.expect_sound()


@pytest.mark.parametrize("is_in_one_batch", [True, False])
def test_what_is_voided_twice_is_booked_and_flagged(centre, counter, pupil, is_in_one_batch):
    before = centre.balance(pupil)
    sale = counter.sell(pupil, (150, 2))
    counter.void(sale)
    if not is_in_one_batch:
        counter.send()
    counter.void(sale)
    assert counter.send() == [None, None, "corrected_twice"]
    assert counter.send() == [None, None, "corrected_twice"]
    assert centre.balance(pupil) == before + 300
    assert exceptions(centre) == ["corrected_twice"]
    centre.expect_sound()


def test_a_refund_gives_back_no_more_than_was_sold(centre, counter, pupil):
    before = centre.balance(pupil)
    sale = counter.sell(pupil, (150, 3), (100, 1))
    counter.refund(sale, 0, 2)
    counter.send()
    counter.refund(sale, 0, 1)
    counter.refund(sale, 1, 1)
    assert counter.send() == [None] * 4
    assert centre.balance(pupil) == before
    counter.refund(sale, 0, 1)
    assert counter.send()[-1] == "corrected_twice"
    assert centre.balance(pupil) == before + 150
    centre.expect_sound()


def test_a_refund_after_a_void_and_a_void_after_a_refund_are_flagged(centre, counter, pupil):
    one, other = counter.sell(pupil, (150, 1)), counter.sell(pupil, (200, 1))
    counter.void(one)
    counter.refund(one)
    counter.refund(other)
    counter.void(other)
    assert counter.send() == [None, None, None, "corrected_twice", None, "corrected_twice"]
    centre.expect_sound()


def test_what_corrects_something_that_was_never_booked_is_booked_and_flagged(
    centre, counter, pupil
):
    before = centre.balance(pupil)
    sale = counter.sell(pupil, (150, 2))
    stranger = "01a20d37-5658-7000-8000-000000000001"
    counter.refund(sale, names=stranger)
    counter.void(sale, names=stranger)
    assert counter.send() == [None, "unknown_document", "unknown_document"]
    assert centre.balance(pupil) == before - 300 + 150 + 300
    assert exceptions(centre) == ["unknown_document"] * 2
    centre.expect_sound()


def test_a_void_that_arrives_before_its_sale_ends_even(centre, counter, pupil):
    """Another till's journal holds the sale: it comes later, and both are booked."""
    before = centre.balance(pupil)
    first = ShiftTill(centre.till("Till 2"))
    sale = first.sell(pupil, (150, 2))
    counter.void(sale)
    assert counter.send() == ["unknown_document"]
    assert centre.balance(pupil) == before + 300
    assert first.send() == [None]
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_a_void_that_tells_another_sale_than_was_made_is_flagged(centre, counter, pupil):
    cheap, dear = counter.sell(pupil, (100, 1)), counter.sell(pupil, (900, 1))
    counter.void(dear, names=cheap.id)
    assert counter.send() == [None, None, "unknown_document"]
    centre.expect_sound()


def test_a_voided_meal_waits_again(centre, counter, till):
    order = centre.orders(1)[0]
    meal = till.collect(order)
    counter.void(meal)
    assert counter.send() == [None, None]
    assert centre.order_state(order) == "reserved"
    till.collect(order)
    assert counter.send() == [None, None, None]
    assert centre.order_state(order) == "collected"
    centre.expect_sound()


def test_a_meal_voided_twice_moves_the_reserved_money_once(centre, counter, till):
    order = centre.orders(1)[0]
    meal = till.collect(order)
    counter.void(meal)
    counter.void(meal)
    assert counter.send() == [None, None, "corrected_twice"]
    assert centre.order_state(order) == "reserved"
    assert account(centre, "exceptions") == order.price.cents
    centre.expect_sound()


def test_the_void_of_a_second_collection_leaves_the_first(centre, counter, till):
    order = centre.orders(1)[0]
    till.collect(order)
    again = till.collect(order)
    counter.send()
    assert account(centre, "exceptions") == -order.price.cents
    counter.void(again)
    assert counter.send() == [None, "double_collection", None]
    assert account(centre, "exceptions") == 0
    assert centre.order_state(order) == "collected"
    centre.expect_sound()


def test_a_void_of_a_meal_that_was_never_booked_leaves_the_order(centre, counter, till):
    order = centre.orders(1)[0]
    other = centre.till("Till 2")
    meal = other.collect(order)
    counter.void(meal)
    assert counter.send() == ["unknown_document"]
    assert centre.order_state(order) == "reserved"
    assert other.flags(other.send()) == [None]
    assert centre.order_state(order) == "collected"
    centre.expect_sound()


def test_a_meal_collected_late_and_voided_is_unclaimed_again(centre, counter, till, clock):
    order = centre.orders(1)[0]
    meal = till.collect(order)
    clock.advance(days=1)
    close_day(centre.store, "demo", day=centre.school.today, now=clock())
    counter.send()
    assert centre.order_state(order) == "collected"
    counter.void(meal)
    counter.send()
    assert centre.order_state(order) == "unclaimed"
    centre.expect_sound()


def test_cash_is_counted_into_the_drawer_and_out_of_it(centre, counter, pupil):
    before = centre.balance(pupil)
    counter.open_shift(5000)
    counter.sell(None, (250, 2), tender=Tender.CASH)
    top_up = counter.top_up(pupil, 2000)
    counter.move_cash(1500)
    counter.move_cash(200, Direction.IN)
    assert counter.send() == [None] * 5
    assert centre.balance(pupil) == before + 2000
    assert account(centre, "cash") == -500 - 2000 + 1500 - 200
    assert account(centre, "safe") == -1500 + 200
    counter.void(top_up)
    counter.close(counted=5000 + 500 - 1500 + 200 - 30)
    assert counter.send()[-2:] == [None, None]
    assert centre.balance(pupil) == before
    assert account(centre, "cash.differences") == -30
    centre.expect_sound()


def test_what_is_settled_later_waits_for_the_bursar(centre, counter):
    counter.sell(None, (450, 1), tender=Tender.LATER)
    assert counter.send() == ["to_settle"]
    assert account(centre, "to_settle") == -450
    centre.expect_sound()


def test_a_blocked_badge_that_the_rules_served_is_told(centre, counter, pupil):
    from dataclasses import replace

    from core.facts import Circumstance

    sale = counter.fact(counter.sell(pupil, (100, 1)))
    counter.write(replace(sale, receipt=99, circumstances=(Circumstance.BLOCKED_BADGE,)))
    assert counter.send() == [None, "blocked_badge"]
