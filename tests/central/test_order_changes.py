"""Another dish in time, the cut-off over both changes of the clock, days that end by themselves."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from central.errors import BusyError
from central.nightly import NightWork, run_night
from central.orders import OrderRefusedError, cancel, change, close_past_days, reserve
from central.reconciliation import reconcile
from core.orders import OrderState
from core.people import PriceClass

TOMORROW = date(2026, 11, 25)


def offer(centre, day, *products):
    with centre.store.database.writing() as session:
        session.insert_many(
            "menu",
            ("school_id", "day", "product_id", "cursor"),
            [("demo", day.isoformat(), product, 0) for product in products],
        )


@pytest.fixture
def pupil(centre):
    ordered = {order.pupil_id for order in centre.school.orders if order.day == TOMORROW}
    return next(
        one.id
        for one in centre.school.pupils
        if one.id not in ordered
        and one.price_class is PriceClass.PUPIL
        and centre.balance(one.id) > 2000
    )


def prices(centre, day=TOMORROW):
    """The dishes of a day by what a pupil pays."""
    offered = {product for on, product in centre.school.menu if on == day}
    return sorted(
        (one.price_for(PriceClass.PUPIL), one.id)
        for one in centre.school.products
        if one.id in offered
    )


def order_of(centre, clock, pupil, product, day=TOMORROW, order="o-1", **more):
    return reserve(
        centre.store,
        "demo",
        order=order,
        pupil=pupil,
        product=product,
        day=day,
        now=clock(),
        **more,
    )


def test_another_dish_costs_the_difference_to_and_fro(centre, clock, pupil):
    (cheap_price, cheap), *_, (dear_price, dear) = prices(centre)
    assert cheap_price < dear_price
    before = centre.balance(pupil)
    order_of(centre, clock, pupil, cheap)
    for product, price in ((dear, dear_price), (dear, dear_price), (cheap, cheap_price)) * 2:
        done = change(centre.store, "demo", order="o-1", product=product, now=clock())
        assert (done.product_id, done.price) == (product, price)
        assert centre.balance(pupil) == before - price.cents
    assert cancel(centre.store, "demo", order="o-1", now=clock()).state is OrderState.CANCELLED
    assert centre.balance(pupil) == before
    centre.expect_sound()
    with centre.store.database.reading() as session:
        assert reconcile(session, "demo") == []


def test_a_change_is_refused_as_an_order_is(centre, clock, pupil):
    (_, cheap), *_, (_, dear) = prices(centre)
    order_of(centre, clock, pupil, cheap, who="anna")
    with pytest.raises(OrderRefusedError, match="not on the menu"):
        change(centre.store, "demo", order="o-1", product="waffle", now=clock())
    with pytest.raises(OrderRefusedError, match="no order"):
        change(centre.store, "demo", order="o-9", product=dear, now=clock())
    clock.now = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    with pytest.raises(OrderRefusedError, match="until 09:00"):
        change(centre.store, "demo", order="o-1", product=dear, now=clock())
    clock.now = datetime(2026, 11, 25, 7, 59, tzinfo=UTC)
    change(centre.store, "demo", order="o-1", product=dear, now=clock(), who="anna")
    cancel(centre.store, "demo", order="o-1", now=clock(), who="anna")
    with pytest.raises(OrderRefusedError, match="cancelled already; it cannot be changed"):
        change(centre.store, "demo", order="o-1", product=cheap, now=clock())
    assert [row[0] for row in centre.rows("SELECT what FROM audit ORDER BY id")] == [
        "order reserved",
        f"order changed to {dear}",
        "order cancelled",
    ]


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        # Brussels: summer time begins on Sunday 28 March 2027 and ends on Sunday 25 October 2026.
        (date(2027, 3, 26), datetime(2027, 3, 26, 8, 0, tzinfo=UTC)),
        (date(2027, 3, 29), datetime(2027, 3, 29, 7, 0, tzinfo=UTC)),
        (date(2026, 10, 23), datetime(2026, 10, 23, 7, 0, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)),
    ],
)
def test_nine_oclock_holds_over_the_change_of_the_clock(centre, clock, pupil, day, closes):
    offer(centre, day, "sandwich")
    clock.now = closes - timedelta(seconds=1)
    assert order_of(centre, clock, pupil, "sandwich", day).state is OrderState.RESERVED
    clock.now = closes
    with pytest.raises(OrderRefusedError, match="until 09:00"):
        cancel(centre.store, "demo", order="o-1", now=clock())
    with pytest.raises(OrderRefusedError, match="until 09:00"):
        order_of(centre, clock, pupil, "sandwich", day, order="o-2")


@pytest.mark.parametrize(
    ("first", "day"),
    [
        (datetime(2027, 3, 13, 23, 0, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2026, 10, 10, 22, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_fifteen_days_are_counted_on_the_schools_calendar(centre, clock, pupil, first, day):
    """From local midnight on, fifteen days before, whatever the clock does in between."""
    offer(centre, day, "sandwich")
    clock.now = first - timedelta(seconds=1)
    with pytest.raises(OrderRefusedError, match="at most 15 days ahead"):
        order_of(centre, clock, pupil, "sandwich", day)
    clock.now = first
    assert order_of(centre, clock, pupil, "sandwich", day).state is OrderState.RESERVED
    assert centre.one("SELECT state FROM meal_order WHERE id = 'o-1'") == "reserved"


def test_every_day_that_is_over_is_closed_once(centre, till, clock):
    clock.advance(days=2)
    done = close_past_days(centre.store, "demo", now=clock())
    assert [one.day for one in done] == [centre.school.today, TOMORROW]
    assert all(one.unclaimed > 0 for one in done)
    assert close_past_days(centre.store, "demo", now=clock()) == []
    centre.expect_sound()


def test_the_night_closes_days_and_checks_every_sum_once_a_day(centre, clock):
    night = NightWork(centre.store, clock)
    (first,) = night.look()
    assert (first.day, first.closed, first.disagreements) == (centre.school.today, (), ())
    assert night.look() == []
    clock.advance(days=1)
    (second,) = night.look()
    assert [one.day for one in second.closed] == [centre.school.today]
    assert second.disagreements == ()
    assert night.look() == []
    assert NightWork(centre.store, clock).look()[0].closed == ()


def test_the_night_tells_what_does_not_agree_and_the_service_goes_on(centre, clock, caplog):
    with centre.store.database.writing() as session:
        session.run(
            "UPDATE wallet SET general_cents = general_cents + 1 WHERE general_cents > 5000"
        )
    assert run_night(centre.store, "demo", now=clock()).disagreements
    night = NightWork(centre.store, clock)
    night.look()
    assert any("their legs sum to" in record.getMessage() for record in caplog.records)


def test_the_night_goes_on_after_a_failure_and_ends_when_it_is_told(centre, clock):
    class Failing(NightWork):
        tries = 0
        tried = threading.Event()

        def look(self):
            Failing.tries += 1
            if Failing.tries == 3:
                self.tried.set()
            raise RuntimeError if Failing.tries % 2 else BusyError("busy")

    night = Failing(centre.store, clock, look_again_s=0.001)
    night.start()
    assert night.tried.wait(60)
    night.stop()
    assert not night._thread.is_alive()


def test_a_meal_that_is_told_of_days_later_is_booked_from_the_unclaimed(centre, till, clock):
    order = centre.orders(1)[0]
    till.collect(order)
    clock.advance(days=3)
    close_past_days(centre.store, "demo", now=clock())
    assert centre.order_state(order) == "unclaimed"
    assert till.flags(till.send()) == [None]
    legs = centre.rows(
        "SELECT account, cents FROM leg WHERE booking_id = ? ORDER BY account",
        till.journal.events[0].id,
    )
    assert legs == [("meals.served", order.price.cents), ("meals.unclaimed", -order.price.cents)]
    assert close_past_days(centre.store, "demo", now=clock()) == []
    with centre.store.database.reading() as session:
        assert reconcile(session, "demo") == []
