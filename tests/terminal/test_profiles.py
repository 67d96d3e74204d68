"""A terminal that is several things in a day, at its counter."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from canteen import NOON
from till_rig import ALICE, BOB, STRANGER, Counter

from config.timetable import TimetableError, read_timetable
from core.profiles import Hours, Profile

LUNCH = read_timetable(["till 11:30-14:00", "closed else"])


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    counter = Counter(tmp_path, timetable=LUNCH)
    counter.learn()
    return counter


def test_a_badge_between_services_is_told_until_when(counter: Counter) -> None:
    counter.clock.advance(timedelta(hours=3))
    counter.start()
    said = counter.tap(ALICE)
    assert (said["outcome"], said["reason"], said["name"]) == ("refused", "no_service", "Alice V.")
    assert said["until"] == "2026-11-25T10:30:00.000Z"
    assert counter.durable()[-1] == (2, "tap.refused")
    counter.close()


def test_the_same_badge_is_served_once_it_opens(counter: Counter) -> None:
    counter.clock.advance(timedelta(hours=-2))
    counter.start()
    assert counter.tap(ALICE)["reason"] == "no_service"
    counter.clock.advance(timedelta(hours=2))
    assert counter.tap(ALICE)["outcome"] == "collected"
    counter.close()


def test_the_status_tells_what_it_is_and_until_when(counter: Counter) -> None:
    counter.start()
    status = counter.till.status()
    assert (status["profile"], status["profile_next"]) == ("till", "closed")
    assert status["profile_until"] == "2026-11-24T13:00:00.000Z"
    counter.clock.advance(timedelta(hours=3))
    assert counter.till.status()["profile"] == "closed"
    counter.close()


def test_a_terminal_without_a_timetable_is_a_till_for_ever(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.learn()
    counter.clock.advance(timedelta(hours=9))
    counter.start()
    assert counter.till.status()["profile"] == "till"
    assert counter.till.status()["profile_until"] is None
    assert counter.tap(STRANGER)["reason"] == "unknown_badge"
    assert counter.tap(BOB)["reason"] != "no_service"
    counter.close()


def test_a_clock_that_went_back_is_followed_at_the_next_tap(counter: Counter) -> None:
    counter.clock.advance(timedelta(hours=3))
    counter.start()
    assert counter.till.status()["profile"] == "closed"
    counter.clock.at -= timedelta(hours=3)
    assert counter.tap(ALICE)["outcome"] == "collected"
    counter.close()


# --- the settings ---------------------------------------------------------------------------------


def test_the_lines_of_the_settings_make_a_timetable() -> None:
    made = read_timetable(["till 11:30-14:00", "study 16:00-18:15 mon tue thu fri", "kiosk else"])
    assert made.otherwise is Profile.KIOSK
    assert made.hours == (
        Hours(Profile.TILL, 690, 840),
        Hours(Profile.STUDY, 960, 1095, frozenset({0, 1, 3, 4})),
    )
    assert read_timetable(["gate 00:00-24:00"]).at(NOON, UTC).profile is Profile.GATE
    assert read_timetable([]).at(datetime(2026, 1, 1, tzinfo=UTC), UTC).profile is Profile.TILL


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["bar 11:30-14:00"], 'no profile is called "bar"; there are till'),
        (["till 14:00-11:30"], "does not end after it begins"),
        (["till 11:30-24:01"], "does not end after it begins"),
        (["till 11:60-14:00"], "are no hours"),
        (["till 11:30-14:00", "study 13:00-15:00 wed"], "claims hours that another line has"),
        (["till else", "kiosk else"], "two lines say"),
    ],
)
def test_lines_that_make_none_say_why(lines: list[str], told: str) -> None:
    with pytest.raises(TimetableError, match=told):
        read_timetable(lines)
