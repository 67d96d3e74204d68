"""Reserved is paid, cancelled in time is credited, left is left."""

from datetime import UTC, date, datetime

import pytest

from central.badges import set_badge_state
from central.errors import RecordError
from central.orders import OrderRefusedError, cancel, close_day, reserve
from core.money import Money
from core.orders import OrderState
from core.people import BadgeState, PriceClass

TOMORROW = date(2026, 11, 25)


@pytest.fixture
def pupil(centre):
    ordered = {order.pupil_id for order in centre.school.orders if order.day == TOMORROW}
    return next(
        one
        for one in centre.school.pupils
        if one.id not in ordered
        and one.price_class is PriceClass.PUPIL
        and centre.balance(one.id) > 1000
    )


@pytest.fixture
def order_meal(centre, clock, pupil):
    def order_meal(order="o-1", *, who=pupil.id, day=TOMORROW, product=None):
        offered = [product for on, product in centre.school.menu if on == day]
        return reserve(
            centre.store,
            "demo",
            order=order,
            pupil=who,
            product=product or (offered[0] if offered else "main-1"),
            day=day,
            now=clock(),
        )

    return order_meal


def test_a_meal_is_paid_when_it_is_reserved(centre, pupil, order_meal):
    before = centre.balance(pupil.id)
    order = order_meal()
    assert (order.state, order.price) == (OrderState.RESERVED, Money(450))
    assert centre.balance(pupil.id) == before - 450
    assert order_meal() == order
    assert centre.balance(pupil.id) == before - 450
    centre.expect_sound()


def test_a_meal_cancelled_in_time_is_credited_once(centre, clock, pupil, order_meal):
    before = centre.balance(pupil.id)
    order = order_meal()
    clock.now = datetime(2026, 11, 25, 7, 59, tzinfo=UTC)
    for _ in range(2):
        assert cancel(centre.store, "demo", order=order.id, now=clock()).state is (
            OrderState.CANCELLED
        )
    assert centre.balance(pupil.id) == before
    centre.expect_sound()


def test_nine_oclock_is_nine_oclock_at_the_school(centre, clock, pupil, order_meal):
    order = order_meal()
    clock.now = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    with pytest.raises(OrderRefusedError, match="until 09:00"):
        cancel(centre.store, "demo", order=order.id, now=clock())
    with pytest.raises(OrderRefusedError, match="until 09:00"):
        order_meal("o-2")
    centre.expect_sound()


def test_what_is_not_offered_or_not_payable_is_refused(centre, clock, pupil, order_meal):
    with pytest.raises(OrderRefusedError, match="not on the menu"):
        order_meal(product="waffle")
    with pytest.raises(OrderRefusedError, match="not on the menu"):
        order_meal(day=date(2026, 11, 28))
    with pytest.raises(OrderRefusedError, match="no pupil"):
        order_meal(who="nobody")
    poor = next(one for one in centre.school.pupils if 0 <= centre.balance(one.id) < 200)
    with pytest.raises(OrderRefusedError, match="general wallet holds"):
        order_meal(who=poor.id)
    order_meal()
    with pytest.raises(OrderRefusedError, match="another order"):
        order_meal(who=poor.id)
    centre.expect_sound()


def test_a_served_meal_cannot_be_cancelled(centre, till, clock):
    order = centre.orders(1)[0]
    till.collect(order)
    till.send()
    clock.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    with pytest.raises(OrderRefusedError, match="collected already"):
        cancel(centre.store, "demo", order=order.id, now=clock())
    with pytest.raises(OrderRefusedError, match="no order"):
        cancel(centre.store, "demo", order="o-404", now=clock())


def test_what_is_left_at_the_end_of_the_day_is_unclaimed(centre, till, clock):
    order, other = centre.orders(2)
    till.collect(order)
    till.send()
    left = len(centre.orders(10_000)) - 1
    with pytest.raises(OrderRefusedError, match="not over yet"):
        close_day(centre.store, "demo", day=centre.school.today, now=clock())
    till.collect(other)
    clock.advance(days=1)
    done = close_day(centre.store, "demo", day=centre.school.today, now=clock())
    everything = [
        one
        for one in centre.school.orders
        if one.day == centre.school.today and one.state is OrderState.RESERVED
    ]
    assert done.unclaimed == len(everything) - 1 >= left
    assert close_day(centre.store, "demo", day=centre.school.today, now=clock()).unclaimed == 0
    assert centre.order_state(other) == "unclaimed"
    # A till that was away during the closing tells of a meal that it did hand out.
    reply = till.send(2, 2)
    assert till.flags(reply) == [None]
    assert centre.order_state(other) == "collected"
    unclaimed = centre.one("SELECT SUM(cents) FROM leg WHERE account = 'meals.unclaimed'")
    history = sum(
        one.price.cents for one in centre.school.orders if one.state is OrderState.UNCLAIMED
    )
    assert unclaimed == done.amount.cents - other.price.cents + history
    centre.expect_sound()


def test_a_late_cancellation_that_a_stale_till_served_is_flagged(centre, till, clock):
    clock.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    order = centre.orders(1)[0]
    till.collect(order)
    before = centre.balance(order.pupil_id)
    cancel(centre.store, "demo", order=order.id, now=clock())
    assert till.flags(till.send()) == ["after_cancel"]
    assert centre.balance(order.pupil_id) == before + order.price.cents
    centre.expect_sound()


def test_a_badge_is_blocked_once_and_the_log_says_by_whom(centre, clock):
    badge = next(one for one in centre.school.records if one.state is BadgeState.ACTIVE)
    for _ in range(2):
        set_badge_state(
            centre.store, "demo", badge=badge.key, state=BadgeState.BLOCKED, who="anna", at=clock()
        )
    assert centre.one("SELECT state FROM badge WHERE key = ?", badge.key) == "blocked"
    assert centre.rows("SELECT who, what FROM audit") == [("anna", "badge blocked")]
    with pytest.raises(RecordError, match="no badge"):
        set_badge_state(
            centre.store, "demo", badge="ff", state=BadgeState.LOST, who="anna", at=clock()
        )


def test_a_price_of_another_class_is_the_one_paid(centre, clock, order_meal):
    teacher = next(
        one
        for one in centre.school.pupils
        if one.price_class is PriceClass.TEACHER and centre.balance(one.id) > 1000
    )
    assert order_meal(who=teacher.id).price == Money(600)
