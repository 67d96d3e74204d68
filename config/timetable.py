"""The timetable of a terminal as its settings write it, such as `till 11:30-14:00`.

A line is a profile and its hours, and the weekdays if not all: `study 16:00-18:15 mon tue thu fri`.
The line `kiosk else` says what the terminal is outside all hours; without it, a till.
"""

import re
from collections.abc import Sequence
from typing import Final

from core.profiles import MINUTES_A_DAY, Hours, Profile, Timetable

LINE_PATTERN: Final = (
    r"^[a-z]+ ([0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}( (mon|tue|wed|thu|fri|sat|sun))*|else)\Z"
)
"""A line's shape. Which profiles there are and whether hours make sense is said by `read`."""

_HOURS: Final = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])\Z")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class TimetableError(Exception):
    """Lines that make no timetable; the text says which and why, in a few words."""


def read_timetable(lines: Sequence[str]) -> Timetable:
    """Return the timetable that lines of the settings describe. Raises TimetableError."""
    hours: list[Hours] = []
    otherwise: Profile | None = None
    for line in lines:
        word, _, rest = line.partition(" ")
        profile = _profile(word)
        if rest == "else":
            if otherwise is not None:
                raise TimetableError("two lines say what it is else")
            otherwise = profile
            continue
        one = _hours(profile, rest)
        if any(one.overlaps(other) for other in hours):
            raise TimetableError(f'"{line}" claims hours that another line has')
        hours.append(one)
    return Timetable(tuple(hours), otherwise or Profile.TILL)


def _profile(word: str) -> Profile:
    try:
        return Profile(word)
    except ValueError:
        known = ", ".join(profile.value for profile in Profile)
        raise TimetableError(f'no profile is called "{word}"; there are {known}') from None


def _hours(profile: Profile, text: str) -> Hours:
    clock, *days = text.split(" ")
    found = _HOURS.match(clock)
    if found is None:
        raise TimetableError(f'"{clock}" are no hours')
    hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
    starts, ends = hour * 60 + minute, end_hour * 60 + end_minute
    if not starts < ends <= MINUTES_A_DAY:
        raise TimetableError(f'"{clock}" does not end after it begins, on the same day')
    weekdays = frozenset(_WEEKDAYS.index(day) for day in days) or frozenset(range(7))
    return Hours(profile, starts, ends, weekdays)
