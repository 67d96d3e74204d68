"""By which moment an order is decided, and why it is declined: the school's rules, pure."""

from datetime import date, datetime, timedelta
from typing import Final

from core.calendar import SchoolCalendar
from core.order_facts import Decline

YEARS: Final = range(2000, 2200)
"""Outside these a day is no day of a school, and near the calendar's ends arithmetic fails."""


def deciding_moment(
    *,
    made_at: datetime,
    arrived_at: datetime,
    is_clock_right: bool,
    closes_at: datetime,
    grace: timedelta,
) -> datetime:
    """Return the moment by which a request is granted or declined.

    made_at: by the terminal's clock; arrived_at: by the centre's. It counts when it was made if a
    time server had set the terminal's clock, and if it arrives within the school's grace after the
    orders of its day close (closes_at): later the kitchen cannot cook any more. All else counts
    when it arrives: a clock that nobody set proves nothing, and one that is ahead gains nothing.
    """
    assert grace >= timedelta(0), "a grace is no negative length"
    is_early_enough = arrived_at <= closes_at + grace
    if is_clock_right and made_at <= arrived_at and is_early_enough:
        return made_at
    return arrived_at


def day_decline(calendar: SchoolCalendar, day: date, moment: datetime) -> Decline | None:
    """Return why the orders of a day cannot be made or changed at a moment; None when they can."""
    if day.year not in YEARS or not calendar.is_service_day(day):
        return Decline.NO_SERVICE
    if moment >= calendar.orders_close(day):
        return Decline.TOO_LATE
    return None if calendar.may_change_order(day, moment) else Decline.TOO_EARLY
