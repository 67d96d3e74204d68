"""By which moment an order is decided: the school's 09:00, its 15 days, and clocks that lie."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendar import SchoolCalendar
from core.order_facts import Decline
from core.order_rules import day_decline, deciding_moment

CALENDAR = SchoolCalendar(ZoneInfo("Europe/Brussels"))
CLOSES = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
MADE = CLOSES - timedelta(minutes=2)
ARRIVED = CLOSES + timedelta(minutes=30)
HOUR = timedelta(hours=1)


def decide(made=MADE, arrived=ARRIVED, *, right=True, grace=HOUR):
    return deciding_moment(
        made_at=made, arrived_at=arrived, is_clock_right=right, closes_at=CLOSES, grace=grace
    )


def test_a_request_counts_when_it_was_made_if_the_clock_was_set():
    assert decide() == MADE


def test_it_counts_when_it_arrives_by_any_other_clock_or_rule():
    assert decide(right=False) == ARRIVED
    assert decide(grace=timedelta(0)) == ARRIVED
    assert decide(arrived=CLOSES + HOUR) == MADE
    late = CLOSES + HOUR + timedelta(milliseconds=1)
    assert decide(arrived=late) == late
    # A clock that is ahead gains nothing.
    assert decide(made=ARRIVED + timedelta(seconds=1)) == ARRIVED


def test_without_a_grace_what_arrives_before_closing_is_still_in_time():
    early = CLOSES - timedelta(seconds=1)
    assert decide(made=MADE, arrived=early, grace=timedelta(0)) == MADE


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        (date(2026, 10, 23), "07:00"),
        (date(2026, 10, 26), "08:00"),
        (date(2027, 3, 26), "08:00"),
        (date(2027, 3, 29), "07:00"),
    ],
)
def test_nine_oclock_is_the_schools_on_both_sides_of_each_change_of_the_clock(day, closes):
    hour, minute = map(int, closes.split(":"))
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    assert CALENDAR.orders_close(day) == at
    assert day_decline(CALENDAR, day, at - timedelta(milliseconds=1)) is None
    assert day_decline(CALENDAR, day, at) is Decline.TOO_LATE


@pytest.mark.parametrize("sunday", [date(2026, 10, 25), date(2027, 3, 28)])
def test_the_days_that_are_23_and_25_hours_long_are_one_day_each(sunday):
    """Fifteen days ahead are counted on the calendar: an hour more or less makes none."""
    zone = ZoneInfo("Europe/Brussels")
    first = datetime(sunday.year, sunday.month, sunday.day, tzinfo=zone)
    last = datetime(sunday.year, sunday.month, sunday.day, 23, 59, 59, tzinfo=zone)
    for moment in (first.astimezone(UTC), last.astimezone(UTC)):
        assert CALENDAR.business_day(moment) == sunday
        days = list(CALENDAR.order_days(moment))
        assert days[0] == sunday + timedelta(days=1)
        assert days[-1] == sunday + timedelta(days=15)
    monday = sunday + timedelta(days=1)
    before = last.astimezone(UTC)
    assert day_decline(CALENDAR, monday + timedelta(days=15), before) is Decline.TOO_EARLY
    after = before + timedelta(seconds=1)
    assert day_decline(CALENDAR, monday + timedelta(days=15), after) is None


def test_a_day_without_service_and_a_day_of_no_calendar_are_told_as_such():
    noon = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert day_decline(CALENDAR, date(2026, 11, 28), noon) is Decline.NO_SERVICE
    assert day_decline(CALENDAR, date.min, noon) is Decline.NO_SERVICE
    assert day_decline(CALENDAR, date.max, noon) is Decline.NO_SERVICE
