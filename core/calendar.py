"""School days, opening hours of orders, and the day a moment belongs to, in the school's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.value import Value, field

_SATURDAY = 5


class SchoolCalendar(Value):
    """When a school serves, and until when a meal may be ordered, changed or cancelled.

    zone: the school's time zone (Europe/Brussels). day_starts_at: the local time at which a new
    business day begins, for a service that runs past midnight. orders_close_at: local time on the
    day itself. order_days_max: how many days ahead a meal can be ordered.
    """

    zone: tzinfo
    day_starts_at: time = time(0, 0)
    orders_close_at: time = time(9, 0)
    order_days_max: int = 15
    closed_days: frozenset[date] = field(default_factory=frozenset)

    def business_day(self, now: datetime) -> date:
        """Return the business day that a moment belongs to. now: aware."""
        assert now.tzinfo is not None, "a moment has a zone"
        local = now.astimezone(self.zone)
        if local.time() < self.day_starts_at:
            return local.date() - timedelta(days=1)
        return local.date()

    def is_service_day(self, day: date) -> bool:
        """Say whether the canteen serves on a day: Monday to Friday, unless it is closed."""
        return day.weekday() < _SATURDAY and day not in self.closed_days

    def orders_close(self, day: date) -> datetime:
        """Return the moment (UTC) from which the orders of a day can no longer be changed."""
        return datetime.combine(day, self.orders_close_at, self.zone).astimezone(UTC)

    def may_change_order(self, day: date, now: datetime) -> bool:
        """Say whether an order for a day may still be made, changed or cancelled at a moment."""
        if not self.is_service_day(day):
            return False
        if now >= self.orders_close(day):
            return False
        return (day - self.business_day(now)).days <= self.order_days_max

    def order_days(self, now: datetime) -> Iterator[date]:
        """Yield the days for which a meal may be ordered at a moment, the nearest first."""
        today = self.business_day(now)
        days = (today + timedelta(days=ahead) for ahead in range(self.order_days_max + 1))
        return (day for day in days if self.may_change_order(day, now))
