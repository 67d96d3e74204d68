"""Which business day it is, and whether the clock may say so.

A small machine has no clock battery: after a power cut its clock may stand at any past moment, and
with it the day whose meals are handed out. A clock that a time server set is believed. Any other
is believed unless it stands before a moment that is known to have passed, or jumped to another day
while the machine ran; then staff are asked, and what they say holds until the machine starts again
or the clock is set.
"""

from datetime import date, datetime, timedelta

from core.calendar import SchoolCalendar
from core.events import Stamp
from core.value import Value

TOLERANCE = timedelta(minutes=2)
"""Clocks that are set from time to time disagree by so much without anything being wrong."""


class ConfirmedDay(Value):
    """What staff said: the day, and the day that the clock of that start of the machine showed."""

    boot: str
    day: date
    clock_day: date


class Jump(Value):
    """The wall clock jumped: where it should have stood at a moment, and where it did."""

    boot: str
    mono_ms: int
    expected_at: datetime
    found_at: datetime

    def is_undone_by(self, later: "Jump") -> bool:
        """Say whether a later jump brought the clock back to where this one took it from."""
        if self.boot != later.boot:
            return False
        passed = timedelta(milliseconds=later.mono_ms - self.mono_ms)
        return abs(later.found_at - (self.expected_at + passed)) < TOLERANCE


class Day(Value):
    """A business day. is_known: False while staff have to say which it is; then it is a guess."""

    date: date
    is_known: bool = True


def day_of(
    stamp: Stamp,
    calendar: SchoolCalendar,
    *,
    newest_at: datetime | None,
    confirmed: ConfirmedDay | None,
    jump: Jump | None,
) -> Day:
    """Return the business day of a moment.

    newest_at: the latest moment that is known to have passed. confirmed: what staff said last.
    jump: the last jump of the clock in its present run.
    """
    clock_day = calendar.business_day(stamp.at)
    if stamp.is_synced:
        return Day(clock_day)
    if confirmed is not None and confirmed.boot == stamp.boot:
        return Day(confirmed.day + (clock_day - confirmed.clock_day))
    if newest_at is not None and stamp.at < newest_at - TOLERANCE:
        return Day(calendar.business_day(newest_at), is_known=False)
    if jump is not None and jump.boot == stamp.boot:
        passed = timedelta(milliseconds=stamp.mono_ms - jump.mono_ms)
        expected = calendar.business_day(jump.expected_at + passed)
        if expected != clock_day:
            return Day(expected, is_known=False)
    return Day(clock_day)
