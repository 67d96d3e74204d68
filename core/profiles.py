"""What a terminal is at an hour: till, kiosk, office, study, gate, or closed between services.

A timetable is of the school's local time: weekdays, and minutes since midnight as a clock on the
wall shows them. From it follows, for any moment, the profile and the moments between which it
holds; on the days when the clock changes, those of the wall clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.staff import Right
from core.value import Value

MINUTES_A_DAY: Final = 24 * 60
_DAYS_AHEAD: Final = 8
"""Within a week and a day each weekday has come once more."""


class Profile(StrEnum):
    """What a terminal is; each has its screen, its rights and its verdicts."""

    TILL = "till"
    KIOSK = "kiosk"
    OFFICE = "office"
    STUDY = "study"
    GATE = "gate"
    CLOSED = "closed"
    """Between services: whoever taps is told when it opens."""


class Hours(Value):
    """A profile's hours on some weekdays: local minutes since midnight, the end not included.

    weekdays: 0 is Monday.
    """

    profile: Profile
    starts: int
    ends: int
    weekdays: frozenset[int] = frozenset(range(7))

    def __post_init__(self) -> None:
        assert 0 <= self.starts < self.ends <= MINUTES_A_DAY, "hours lie within one day"
        assert self.weekdays, "hours have a day"

    def overlaps(self, other: "Hours") -> bool:
        """Say whether two lines of a timetable claim the same minute."""
        is_same_day = bool(self.weekdays & other.weekdays)
        return is_same_day and self.starts < other.ends and other.starts < self.ends


class Span(Value):
    """A profile, and between which moments (UTC) it holds; None: without an end.

    following: what the terminal is after it. is_chosen: staff said so, not the timetable.
    """

    profile: Profile
    since: datetime | None = None
    until: datetime | None = None
    following: Profile | None = None
    is_chosen: bool = False

    def holds(self, now: datetime) -> bool:
        """Say whether a moment lies in it; also a clock that went back is noticed."""
        return (self.until is None or now < self.until) and (
            self.since is None or self.since <= now
        )


class Timetable(Value):
    """When a terminal is what. otherwise: outside all hours."""

    hours: tuple[Hours, ...] = ()
    otherwise: Profile = Profile.TILL

    def __post_init__(self) -> None:
        assert not any(
            one.overlaps(other)
            for place, one in enumerate(self.hours)
            for other in self.hours[:place]
        ), "a terminal is one thing at a time"

    @property
    def profiles(self) -> frozenset[Profile]:
        """All that this terminal is at some time."""
        return frozenset(one.profile for one in self.hours) | {self.otherwise}

    def at(self, now: datetime, zone: tzinfo, *, days_off: int = 0) -> Span:
        """Return what a terminal is at a moment, and until when.

        now: aware. zone: the school's. days_off: how many days the true day lies behind the one
        that the clock shows, where staff said so; its hours are believed.
        """
        assert now.tzinfo is not None, "a moment has a zone"
        if not self.hours:
            return Span(self.otherwise)
        now, away = now.astimezone(UTC), timedelta(days=days_off)
        today = now.astimezone(zone).date()
        # Of what changes at one moment, as at midnight, the last counts.
        changes = dict(self._changes(today, away, zone))
        horizon = moment_of(today + timedelta(days=_DAYS_AHEAD), MINUTES_A_DAY, zone)
        current, since = self.otherwise, None
        for at, profile in changes.items():
            if profile is current:
                continue
            if now < at < horizon:
                return Span(current, since, at, profile)
            if at <= now:
                current, since = profile, at
        return Span(current, since)

    def _changes(
        self, today: date, away: timedelta, zone: tzinfo
    ) -> Iterator[tuple[datetime, Profile]]:
        """Yield the moments of the clock at which a profile begins, in their order."""
        for ahead in range(-_DAYS_AHEAD, _DAYS_AHEAD + 1):
            clock_day = today + timedelta(days=ahead)
            weekday = (clock_day + away).weekday()
            ended = -1
            for one in sorted(self.hours, key=lambda hours: hours.starts):
                if weekday not in one.weekdays:
                    continue
                if ended not in (-1, one.starts):
                    yield moment_of(clock_day, ended, zone), self.otherwise
                yield moment_of(clock_day, one.starts, zone), one.profile
                ended = one.ends
            if ended != -1:
                yield moment_of(clock_day, ended, zone), self.otherwise


def moment_of(day: date, minutes: int, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a wall clock shows so many minutes since midnight.

    1440 is the next day's midnight. A time that the clock skips is the moment of the jump; of one
    that comes twice the first is meant (PEP 495).
    """
    days, rest = divmod(minutes, MINUTES_A_DAY)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    moment = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while _wall(moment, zone) < wall:
        moment += timedelta(minutes=1)
    return moment


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


ALWAYS_TILL: Final = Timetable()
"""The timetable of a terminal whose settings say nothing."""


class Choice(Value):
    """What staff said the terminal is, and when."""

    profile: Profile
    at: datetime


def chosen_span(span: Span, choice: Choice | None) -> Span:
    """Return what a terminal is, where staff may have chosen: until the timetable's next change."""
    if choice is None or not span.holds(choice.at):
        return span
    return replace(span, profile=choice.profile, is_chosen=True)


OPENED_BY: Final[Mapping[Profile, Right]] = MappingProxyType(
    {
        Profile.TILL: Right.SELL,
        Profile.OFFICE: Right.OFFICE,
        Profile.STUDY: Right.SERVE_BY_NAME,
        Profile.GATE: Right.SERVE_BY_NAME,
    }
)
"""What a terminal may be made by hand, and the right that opens it. A kiosk, or one that is closed,
has no place at which staff could undo it."""
