"""What a terminal is at an hour: the timetable against a plain reading of the wall clock."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.profiles import (
    ALWAYS_TILL,
    Choice,
    Hours,
    Profile,
    Span,
    Timetable,
    chosen_span,
    moment_of,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
SCHOOL_WEEK = frozenset({0, 1, 3, 4})
TILL = Hours(Profile.TILL, 11 * 60 + 30, 14 * 60)
STUDY = Hours(Profile.STUDY, 16 * 60, 18 * 60 + 15, SCHOOL_WEEK)
SCHOOL = Timetable((TILL, STUDY), Profile.CLOSED)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("wall", "profile", "until", "following"),
    [
        ("2026-11-23T08:00", Profile.CLOSED, "2026-11-23T11:30", Profile.TILL),
        ("2026-11-23T11:29:59", Profile.CLOSED, "2026-11-23T11:30", Profile.TILL),
        ("2026-11-23T11:30", Profile.TILL, "2026-11-23T14:00", Profile.CLOSED),
        ("2026-11-23T13:59:59", Profile.TILL, "2026-11-23T14:00", Profile.CLOSED),
        ("2026-11-23T14:00", Profile.CLOSED, "2026-11-23T16:00", Profile.STUDY),
        ("2026-11-23T18:00", Profile.STUDY, "2026-11-23T18:15", Profile.CLOSED),
        # On Wednesdays there is no study: closed until the next day's lunch.
        ("2026-11-25T16:30", Profile.CLOSED, "2026-11-26T11:30", Profile.TILL),
    ],
)
def test_a_school_day_by_the_hour(
    wall: str, profile: Profile, until: str, following: Profile
) -> None:
    span = SCHOOL.at(at(wall), BRUSSELS)
    assert (span.profile, span.until, span.following) == (profile, at(until), following)


def test_who_sets_nothing_has_a_till_for_ever() -> None:
    assert ALWAYS_TILL.at(at("2026-11-23T03:00"), BRUSSELS) == Span(Profile.TILL)
    assert ALWAYS_TILL.profiles == {Profile.TILL}
    assert SCHOOL.profiles == {Profile.TILL, Profile.STUDY, Profile.CLOSED}


def test_one_profile_follows_another_without_a_minute_between() -> None:
    both = Timetable((TILL, Hours(Profile.KIOSK, 14 * 60, 24 * 60)), Profile.OFFICE)
    span = both.at(at("2026-11-23T12:00"), BRUSSELS)
    assert (span.until, span.following) == (at("2026-11-23T14:00"), Profile.KIOSK)
    kiosk = both.at(at("2026-11-23T23:59"), BRUSSELS)
    assert (kiosk.until, kiosk.following) == (at("2026-11-24T00:00"), Profile.OFFICE)


def test_a_timetable_that_never_changes_has_no_end() -> None:
    always = Timetable((Hours(Profile.GATE, 0, 24 * 60),), Profile.TILL)
    span = always.at(at("2026-11-23T12:00"), BRUSSELS)
    assert (span.profile, span.until, span.following) == (Profile.GATE, None, None)


def test_a_span_that_begins_before_its_day_knows_since_when() -> None:
    span = SCHOOL.at(at("2026-11-25T16:30"), BRUSSELS)
    assert span.since == at("2026-11-25T14:00")
    assert span.holds(at("2026-11-25T14:00"))
    assert not span.holds(at("2026-11-25T13:59:59"))
    assert not span.holds(at("2026-11-26T11:30"))


def test_what_staff_say_of_the_day_moves_the_weekday_and_not_the_hour() -> None:
    # The clock shows a Wednesday; it is the Thursday after it.
    wednesday = at("2026-11-25T16:30")
    assert SCHOOL.at(wednesday, BRUSSELS).profile is Profile.CLOSED
    assert SCHOOL.at(wednesday, BRUSSELS, days_off=1).profile is Profile.STUDY
    assert SCHOOL.at(wednesday, BRUSSELS, days_off=1).until == at("2026-11-25T18:15")


def test_hours_that_overlap_are_no_timetable() -> None:
    with pytest.raises(AssertionError, match="one thing at a time"):
        Timetable((TILL, Hours(Profile.KIOSK, 13 * 60, 15 * 60, frozenset({2}))))


# --- the days on which the clock changes ----------------------------------------------------------


@pytest.mark.parametrize(("day", "utc"), [(SPRING, 9), (AUTUMN, 10)])
def test_lunch_is_at_half_past_eleven_by_the_wall_on_both_days(day: date, utc: int) -> None:
    span = SCHOOL.at(datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC), BRUSSELS)
    assert span.until == datetime(day.year, day.month, day.day, utc, 30, tzinfo=UTC)


def test_a_time_that_the_clock_skips_is_the_moment_of_the_jump() -> None:
    assert moment_of(SPRING, 2 * 60 + 30, BRUSSELS) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    night = Timetable((Hours(Profile.GATE, 150, 200),), Profile.CLOSED)
    assert night.at(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), BRUSSELS).following is Profile.GATE
    assert night.at(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), BRUSSELS).profile is Profile.GATE


def test_a_time_that_comes_twice_is_its_first() -> None:
    assert moment_of(AUTUMN, 2 * 60 + 30, BRUSSELS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# --- against a plain reading of the wall clock ----------------------------------------------------

minutes = st.integers(0, 24 * 60)
days = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    cuts = sorted(draw(st.sets(minutes, min_size=2, max_size=8)))
    hours = [
        Hours(draw(st.sampled_from(Profile)), starts, ends, draw(days))
        for starts, ends in pairwise(cuts)
        if draw(st.booleans())
    ]
    return Timetable(tuple(hours), draw(st.sampled_from(Profile)))


def plainly(timetable: Timetable, now: datetime) -> Profile:
    wall = now.astimezone(BRUSSELS)
    minute = wall.hour * 60 + wall.minute
    for one in timetable.hours:
        if wall.weekday() in one.weekdays and one.starts <= minute < one.ends:
            return one.profile
    return timetable.otherwise


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(timetables(), moments)
def test_the_profile_is_what_the_wall_clock_says(timetable: Timetable, now: datetime) -> None:
    if now.astimezone(BRUSSELS).fold or now.date() in {SPRING, AUTUMN}:
        return  # an hour that comes twice or never has a rule of its own, tested above
    span = timetable.at(now, BRUSSELS)
    assert span.profile is plainly(timetable, now)
    assert span.holds(now)
    if span.until is not None:
        assert span.following is not span.profile
        assert timetable.at(span.until - timedelta(seconds=1), BRUSSELS).profile is span.profile
        assert timetable.at(span.until, BRUSSELS).profile is span.following


def test_a_choice_holds_until_the_timetable_changes() -> None:
    noon = at("2026-11-23T12:00")
    choice = Choice(Profile.OFFICE, noon)
    lunch = SCHOOL.at(noon, BRUSSELS)
    chosen = chosen_span(lunch, choice)
    assert (chosen.profile, chosen.until, chosen.is_chosen) == (Profile.OFFICE, lunch.until, True)
    afternoon = SCHOOL.at(at("2026-11-23T14:00"), BRUSSELS)
    assert chosen_span(afternoon, choice) == afternoon
    assert chosen_span(lunch, None) == lunch
