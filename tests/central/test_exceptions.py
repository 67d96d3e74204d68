"""What a person must look at is listed until it is settled, and what is settled is a posting."""

import pytest
from shift_till import ShiftTill, Tender

from central.errors import RecordError
from central.exceptions import (
    Resolution,
    find_exception,
    list_exceptions,
    open_amount,
    settle,
)
from central.office import Act
from core.money import ZERO, Money
from core.orders import OrderState

SCHOOL = "demo"


@pytest.fixture
def counter(till):
    return ShiftTill(till)


@pytest.fixture
def pupils(centre):
    return [one.pupil_id for one in centre.orders(200) if centre.balance(one.pupil_id) > 2000]


class Desk:
    def __init__(self, centre, clock):
        self.centre, self.clock = centre, clock

    def cases(self, *, is_open=True, flag=None):
        with self.centre.store.database.reading() as session:
            return list_exceptions(session, SCHOOL, is_open=is_open, flag=flag)

    def settle(self, case, how, *, pupil=None, why="looked at it", who="anna"):
        act = Act(who, self.clock(), why)
        return settle(self.centre.store, SCHOOL, case=case.id, how=how, act=act, pupil=pupil)

    def open_amount(self, case):
        with self.centre.store.database.reading() as session:
            return open_amount(session, SCHOOL, case)

    def account(self, kind):
        return self.centre.one("SELECT COALESCE(SUM(cents), 0) FROM leg WHERE account = ?", kind)


@pytest.fixture
def desk(centre, clock):
    return Desk(centre, clock)


def test_every_flag_is_listed_with_who_when_and_where(centre, till, counter, desk, pupils):
    order = centre.orders(1)[0]
    cancelled = centre.orders(1, OrderState.CANCELLED)[0]
    for one in (order, order, cancelled):
        till.collect(one)
    counter.sell(pupils[5], (999_99, 1))
    counter.sell(None, (450, 1), tender=Tender.LATER)
    counter.sell("nobody", (100, 1))
    counter.close(collected=77)
    till.clock.advance(hours=-1)
    till.refuse()
    till.clock.advance(hours=1)
    till.send()
    cases = desk.cases()
    assert {one.flag for one in cases} == {
        "double_collection",
        "after_cancel",
        "overdraft",
        "to_settle",
        "unknown_pupil",
        "unknown_badge",
        "closing_differs",
        "clock_skew",
    }
    assert {one.terminal_name for one in cases} == {"Till 1"}
    assert {one.raised_at for one in cases} == {till.clock()}
    assert all(one.is_open and one.resolution is None for one in cases)
    assert {one.flag for one in desk.cases(flag="overdraft")} == {"overdraft"}
    assert desk.cases(is_open=False) == []


def test_a_case_that_needs_no_money_is_accepted_once(centre, till, desk, clock):
    till.clock.advance(hours=-1)
    till.refuse()
    till.refuse()
    till.clock.advance(hours=1)
    till.clock.advance(days=-9)
    till.refuse()
    till.clock.advance(days=9)
    till.send()
    (case,) = desk.cases()
    for _ in range(2):
        done = desk.settle(case, Resolution.ACCEPTED, why="the battery was changed")
        assert (done.resolution, done.settled_by) == (Resolution.ACCEPTED, "anna")
        assert (done.settled_at, done.note) == (clock(), "the battery was changed")
    assert desk.cases() == []
    assert len(desk.cases(is_open=False)) == 1
    with pytest.raises(RecordError, match="accepted by anna already"):
        desk.settle(case, Resolution.WAIVED)
    with pytest.raises(RecordError, match="reason"):
        desk.settle(case, Resolution.ACCEPTED, why=" ")
    assert centre.one("SELECT COUNT(*) FROM audit WHERE what LIKE 'exception clock_skew%'") == 1


def test_a_meal_collected_twice_is_waived_or_charged(centre, till, desk, pupils):
    first, second = centre.orders(2)
    for order in (first, first, second, second):
        till.collect(order)
    till.send()
    cases = desk.cases(flag="double_collection")
    prices = sorted((first.price, second.price))
    assert sorted(desk.open_amount(one) for one in cases) == prices
    before = {one.pupil_id: centre.balance(one.pupil_id) for one in (first, second)}
    desk.settle(cases[0], Resolution.WAIVED)
    desk.settle(cases[1], Resolution.CHARGED)
    assert desk.account("exceptions") == 0
    after = {one.pupil_id: centre.balance(one.pupil_id) for one in (first, second)}
    charged = [before[one] - after[one] for one in before]
    assert sorted(charged) == [0, desk.open_amount(cases[1]).cents]
    assert desk.account("waived") < 0
    centre.expect_sound()


def test_what_was_served_to_settle_is_charged_to_the_pupil_who_is_named(
    centre, counter, desk, pupils
):
    counter.sell(None, (450, 1), tender=Tender.LATER)
    counter.send()
    (case,) = desk.cases()
    assert desk.open_amount(case) == Money(450)
    with pytest.raises(RecordError, match="name the pupil"):
        desk.settle(case, Resolution.CHARGED)
    with pytest.raises(RecordError, match="no pupil nobody"):
        desk.settle(case, Resolution.CHARGED, pupil="nobody")
    assert desk.cases() == [case]
    before = centre.balance(pupils[0])
    for _ in range(2):
        desk.settle(case, Resolution.CHARGED, pupil=pupils[0])
    assert centre.balance(pupils[0]) == before - 450
    assert (desk.account("to_settle"), desk.open_amount(case)) == (0, Money(450))
    centre.expect_sound()


def test_an_overdraft_that_the_school_carries_goes_back_into_the_wallet(
    centre, counter, desk, pupils
):
    before = centre.balance(pupils[3])
    counter.sell(pupils[3], (before + 900, 1))
    counter.send()
    (case,) = desk.cases()
    desk.settle(case, Resolution.WAIVED)
    assert centre.balance(pupils[3]) == before
    assert desk.account("waived") == -(before + 900)
    centre.expect_sound()


def test_a_sale_on_somebody_nobody_knows_is_charged_to_the_right_pupil(
    centre, counter, desk, pupils
):
    counter.sell("nobody", (300, 1))
    counter.send()
    cases = {one.flag: one for one in desk.cases()}
    assert set(cases) == {"overdraft", "unknown_pupil", "unknown_badge"}
    before = centre.balance(pupils[1])
    desk.settle(cases["unknown_pupil"], Resolution.CHARGED, pupil=pupils[1])
    assert centre.balance(pupils[1]) == before - 300
    assert centre.balance("nobody") == 0
    with pytest.raises(RecordError, match="settled with another exception"):
        desk.settle(cases["unknown_badge"], Resolution.WAIVED)
    desk.settle(cases["unknown_badge"], Resolution.ACCEPTED)
    centre.expect_sound()


def test_what_was_corrected_twice_is_booked_back(centre, counter, desk, pupils):
    before = centre.balance(pupils[2])
    sale = counter.sell(pupils[2], (300, 1))
    counter.void(sale)
    counter.void(sale)
    counter.send()
    assert centre.balance(pupils[2]) == before + 300
    (case,) = desk.cases()
    desk.settle(case, Resolution.REVERSED)
    assert centre.balance(pupils[2]) == before
    centre.expect_sound()


def test_cash_that_left_the_drawer_is_not_booked_back(centre, counter, desk):
    counter.open_shift()
    sale = counter.sell(None, (300, 1), tender=Tender.CASH)
    counter.void(sale)
    counter.void(sale)
    counter.send()
    cash = desk.account("cash")
    (case,) = desk.cases()
    desk.settle(case, Resolution.REVERSED)
    assert desk.account("cash") == cash
    assert desk.account("waived") == -300
    centre.expect_sound()


def test_a_collected_order_is_not_booked_back_and_nothing_is_moved_where_nothing_is_open(
    centre, till, desk
):
    order, other = centre.orders(2)
    event = till.collect(order)
    from dataclasses import replace

    from core.events import read_event

    fact = read_event(event.body).fact
    till.journal.append(
        replace(fact, order=other.id, pupil=other.pupil_id, price=other.price, badge="ab" * 16),
        at=till.clock(),
    )
    till.send()
    (case,) = desk.cases()
    assert (case.flag, desk.open_amount(case)) == ("unknown_badge", ZERO)
    with pytest.raises(RecordError, match="waive its price"):
        desk.settle(case, Resolution.REVERSED)
    with pytest.raises(RecordError, match="no money of this event stands open"):
        desk.settle(case, Resolution.WAIVED)
    assert desk.settle(case, Resolution.ACCEPTED).resolution is Resolution.ACCEPTED
    centre.expect_sound()


def test_two_people_at_once_settle_it_once(centre, counter, desk, pupils):
    import threading

    counter.sell(None, (450, 1), tender=Tender.LATER)
    counter.send()
    (case,) = desk.cases()
    before = centre.balance(pupils[0])
    outcomes = []

    def act(who):
        try:
            outcomes.append(desk.settle(case, Resolution.CHARGED, pupil=pupils[0], who=who))
        except RecordError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=act, args=(who,)) for who in ("anna", "ben", "cleo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 3
    assert centre.balance(pupils[0]) == before - 450
    centre.expect_sound()


def test_another_schools_case_is_not_found(centre, till, desk):
    till.clock.advance(hours=-1)
    till.refuse()
    till.clock.advance(days=3)
    till.refuse()
    till.clock.advance(days=-3)
    till.send()
    case = desk.cases()[0]
    with centre.store.database.reading() as session:
        assert list_exceptions(session, "other") == []
        with pytest.raises(RecordError, match="no exception"):
            find_exception(session, "other", case.id)
    for how in Resolution:
        with pytest.raises(RecordError, match="no exception"):
            settle(centre.store, "other", case=case.id, how=how, act=Act("eve", till.clock(), "x"))
    assert desk.cases()[0].is_open
