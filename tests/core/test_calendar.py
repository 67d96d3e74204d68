"""School days and opening hours of orders, on ordinary days and on those when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendar import SchoolCalendar

BRUSSELS = ZoneInfo("Europe/Brussels")
CALENDAR = SchoolCalendar(zone=BRUSSELS, closed_days=frozenset({date(2026, 11, 11)}))
TUESDAY = date(2026, 11, 24)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


def test_orders_close_at_nine_in_the_schools_zone() -> None:
    assert CALENDAR.orders_close(TUESDAY) == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert CALENDAR.orders_close(date(2026, 6, 9)) == datetime(2026, 6, 9, 7, 0, tzinfo=UTC)


def test_one_second_before_nine_is_in_time_and_nine_is_not() -> None:
    assert CALENDAR.may_change_order(TUESDAY, at("2026-11-24T08:59:59"))
    assert not CALENDAR.may_change_order(TUESDAY, at("2026-11-24T09:00:00"))


def test_fifteen_days_ahead_and_not_sixteen() -> None:
    now = at("2026-11-24T12:00:00")
    assert CALENDAR.may_change_order(TUESDAY + timedelta(days=15), now)
    assert not CALENDAR.may_change_order(TUESDAY + timedelta(days=16), now)


def test_no_orders_for_weekends_and_closed_days() -> None:
    now = at("2026-11-05T12:00:00")
    assert not CALENDAR.may_change_order(date(2026, 11, 7), now)
    assert not CALENDAR.may_change_order(date(2026, 11, 11), now)
    assert CALENDAR.may_change_order(date(2026, 11, 12), now)


def test_the_days_that_can_be_ordered() -> None:
    days = list(CALENDAR.order_days(at("2026-11-24T09:30:00")))
    assert days[0] == date(2026, 11, 25)
    assert days[-1] == date(2026, 12, 9)
    assert len(days) == 11


@pytest.mark.parametrize("day", [date(2026, 3, 30), date(2026, 10, 26)])
def test_nine_o_clock_after_a_change_of_clocks(day: date) -> None:
    assert CALENDAR.orders_close(day).astimezone(BRUSSELS).time() == time(9, 0)


def test_fifteen_days_across_a_change_of_clocks() -> None:
    now = at("2026-10-20T23:30:00")
    assert CALENDAR.may_change_order(date(2026, 11, 4), now)
    assert not CALENDAR.may_change_order(date(2026, 11, 5), now)


def test_a_service_past_midnight_belongs_to_the_day_before() -> None:
    late = SchoolCalendar(zone=BRUSSELS, day_starts_at=time(4, 0))
    assert late.business_day(at("2026-11-25T01:30:00")) == TUESDAY
    assert late.business_day(at("2026-11-25T04:00:00")) == date(2026, 11, 25)
    assert CALENDAR.business_day(at("2026-11-25T00:00:00")) == date(2026, 11, 25)


def test_the_day_is_the_schools_not_the_machines() -> None:
    assert CALENDAR.business_day(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == date(2026, 11, 25)


def test_the_29th_of_february_is_a_day() -> None:
    assert CALENDAR.may_change_order(date(2028, 2, 29), at("2028-02-14T12:00:00"))
