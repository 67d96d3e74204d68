"""Which business day it is, with a clock that cannot always be believed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from canteen import NOON, TODAY
from pure_till import PureTill

from core.calendar import SchoolCalendar
from core.day import ConfirmedDay, Day, Jump, day_of
from core.events import Stamp
from core.facts import ClockChanged, DayConfirmed, TerminalStarted, Trouble, TroubleNoted

BRUSSELS = SchoolCalendar(zone=ZoneInfo("Europe/Brussels"))
LATER = NOON + timedelta(days=3)


def stamp(at: datetime = NOON, *, mono_ms: int = 0, boot: str = "b", synced: bool = False) -> Stamp:
    return Stamp(at, mono_ms, boot, is_synced=synced)


def day(
    now: Stamp,
    *,
    newest_at: datetime | None = None,
    confirmed: ConfirmedDay | None = None,
    jump: Jump | None = None,
    calendar: SchoolCalendar = BRUSSELS,
) -> Day:
    return day_of(now, calendar, newest_at=newest_at, confirmed=confirmed, jump=jump)


def test_a_clock_that_nothing_speaks_against_is_believed() -> None:
    assert day(stamp()) == Day(TODAY)
    assert day(stamp(), newest_at=NOON - timedelta(days=90)) == Day(TODAY)
    assert day(stamp(), newest_at=NOON + timedelta(minutes=1)) == Day(TODAY)


def test_a_clock_before_a_moment_that_has_passed_asks_for_the_day() -> None:
    assert day(stamp(), newest_at=LATER) == Day(LATER.date(), is_known=False)
    assert day(stamp(synced=True), newest_at=LATER) == Day(TODAY), "set by a time server"


def test_what_staff_say_holds_for_this_start_and_moves_on_at_midnight() -> None:
    said = ConfirmedDay("b", date(2026, 11, 27), TODAY)
    assert day(stamp(), newest_at=LATER, confirmed=said) == Day(date(2026, 11, 27))
    tomorrow = stamp(NOON + timedelta(days=1))
    assert day(tomorrow, newest_at=LATER, confirmed=said) == Day(date(2026, 11, 28))
    restarted = stamp(boot="another")
    assert not day(restarted, newest_at=LATER, confirmed=said).is_known


def test_a_jump_to_another_day_asks_and_one_within_the_day_does_not() -> None:
    jump = Jump("b", 0, expected_at=NOON, found_at=LATER)
    assert day(stamp(LATER, mono_ms=60_000), jump=jump) == Day(TODAY, is_known=False)
    next_day = stamp(LATER + timedelta(days=1), mono_ms=24 * 3600 * 1000)
    assert day(next_day, jump=jump) == Day(TODAY + timedelta(days=1), is_known=False)
    assert day(stamp(LATER, boot="another"), jump=jump) == Day(LATER.date())
    within = Jump("b", 0, expected_at=NOON, found_at=NOON + timedelta(hours=1))
    assert day(stamp(NOON + timedelta(hours=1)), jump=within) == Day(TODAY)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),  # before the hour is lost
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2028, 2, 29, 23, 30, tzinfo=UTC), date(2028, 3, 1)),
    ],
)
def test_the_day_is_the_schools_in_summer_in_winter_and_in_a_leap_year(
    at: datetime, expected: date
) -> None:
    assert day(stamp(at)) == Day(expected)


def test_a_service_past_midnight_belongs_to_the_day_on_which_it_began() -> None:
    late = replace(BRUSSELS, day_starts_at=time(4, 0))
    at = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    assert day(stamp(at), calendar=late) == Day(TODAY)
    assert day(stamp(at)) == Day(date(2026, 11, 25)), "the control"


def test_the_journal_holds_what_staff_said_and_how_the_clock_jumped() -> None:
    counter = PureTill()
    counter.store([TerminalStarted("1", is_recovery=False)])
    counter.store([DayConfirmed(date(2026, 11, 27), TODAY, None)])
    assert counter.state.confirmed_day == ConfirmedDay("boot-1", date(2026, 11, 27), TODAY)
    counter.wait(hours=1)
    jumped = ClockChanged(counter.now, counter.now + timedelta(days=2), is_synced=False)
    counter.store([jumped])
    assert counter.state.jump is not None
    assert counter.state.jump.found_at == jumped.found_at
    counter.store([TroubleNoted(Trouble.DISK_LOW, counter.now, is_over=False)])
    counter.wait(hours=1)
    back = ClockChanged(jumped.found_at + timedelta(hours=1), counter.now, is_synced=True)
    counter.store([back])
    assert counter.state.jump is None


def test_a_jump_that_a_later_one_took_back_asks_nobody_any_more() -> None:
    counter = PureTill()
    start = counter.now
    counter.store([ClockChanged(start, start + timedelta(days=2), is_synced=False)])
    assert counter.state.jump is not None
    assert not counter.state.jump.is_undone_by(Jump("boot-9", counter.mono_ms, LATER, start))
    counter.wait(minutes=10)
    jumped = start + timedelta(days=2, minutes=10)
    halfway = ClockChanged(jumped, counter.now + timedelta(hours=5), is_synced=False)
    again = PureTill()
    again.store([ClockChanged(start, start + timedelta(days=2), is_synced=False), halfway])
    assert again.state.jump is not None, "it went back, but not to where it was"
    counter.store([ClockChanged(jumped, counter.now, is_synced=False)])
    assert counter.state.jump is None
