"""Which profile is active: by the timetable, the school's clock, and what staff said of the day.

A tap asks only whether the span that was worked out still holds: three comparisons. Once a second,
with the status, it is worked out anew, so that a new zone or another day is followed. Used by the
till thread alone.
"""

from core.codec import moment_text
from core.events import Stamp
from core.profiles import Profile, Span, Timetable, chosen_span
from terminal.board import Board, Content
from terminal.desk import Desk
from terminal.profiles.base import Counter, CounterParts, open_counter


class Profiles:
    """The counters of a terminal, and which of them a tap is for."""

    def __init__(self, timetable: Timetable, desk: Desk, board: Board) -> None:
        """Load the counters that a timetable names, and the one that staff chose."""
        self._timetable = timetable
        self._desk = desk
        self.span = self._worked_out(desk.clock.stamp())
        self._parts = CounterParts(desk, board, span=lambda: self.span)
        self._counters: dict[Profile, Counter] = {
            profile: open_counter(profile, self._parts)
            for profile in timetable.profiles | {self.span.profile}
        }

    def counter(self, stamp: Stamp) -> Counter:
        """Return who takes a tap at a moment."""
        is_chosen_anew = self._desk.live.state.choice is not self._choice
        if is_chosen_anew or not self.span.holds(stamp.at):
            self.follow(stamp)
        return self._counters[self.span.profile]

    def counter_of(self, profile: Profile) -> Counter | None:
        """Return the counter of a profile; None when it never was one here."""
        return self._counters.get(profile)

    def follow(self, stamp: Stamp) -> Span:
        """Work out anew what is active, and return it."""
        self.span = self._worked_out(stamp)
        if self.span.profile not in self._counters:
            # Staff made it something that its timetable does not know.
            self._counters[self.span.profile] = open_counter(self.span.profile, self._parts)
        return self.span

    def _worked_out(self, stamp: Stamp) -> Span:
        calendar = self._desk.knowledge.place.calendar
        days_off = (self._desk.day(stamp).date - calendar.business_day(stamp.at)).days
        span = self._timetable.at(stamp.at, calendar.zone, days_off=days_off)
        self._choice = self._desk.live.state.choice
        return chosen_span(span, self._choice)


def profile_content(span: Span) -> Content:
    """Return the part of the status that is about the profile: what, until when, and what then."""
    return {
        "profile": span.profile.value,
        "profile_until": None if span.until is None else moment_text(span.until),
        "is_chosen": span.is_chosen,
        "profile_next": None if span.following is None else span.following.value,
    }
