"""A clock that cannot be believed: staff say which day it is, and nobody's meal is lost by it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from canteen import NOON, TODAY
from staffed_rig import StaffedCounter
from till_rig import ALICE, BOB

YESTERDAY = TODAY - timedelta(days=1)


def unsynced(counter: StaffedCounter, at: datetime, boot: str = "boot-2") -> None:
    """Have the machine come up with another clock."""
    counter.clock.at, counter.clock.boot, counter.clock.is_synced = at, boot, False


def test_a_clock_from_the_past_asks_for_the_day(staffed: StaffedCounter) -> None:
    unsynced(staffed, datetime(2026, 3, 1, 8, tzinfo=UTC))
    assert staffed.tap(ALICE)["reason"] == "day_not_known"
    status = staffed.status()
    assert status["day_question"] == {"clock_day": "2026-03-01", "suggested_day": "2026-11-24"}
    assert status["clock"] == {"state": "jumped"}
    assert staffed.command("confirm_day", day="2026-11-24")["outcome"] == "done"
    assert staffed.status()["day_question"] is None
    assert staffed.tap(ALICE)["outcome"] == "collected"
    assert "day.confirmed" in staffed.facts()


def test_the_confirmed_day_goes_on_with_the_clock(staffed: StaffedCounter) -> None:
    unsynced(staffed, datetime(2026, 3, 1, 22, 30, tzinfo=UTC))
    staffed.command("confirm_day", day=YESTERDAY.isoformat())
    assert staffed.status()["day"] == YESTERDAY.isoformat()
    staffed.clock.advance(timedelta(hours=1))
    assert staffed.status()["day"] == TODAY.isoformat()


def test_it_is_asked_again_after_the_next_start(staffed: StaffedCounter) -> None:
    unsynced(staffed, datetime(2026, 3, 1, 8, tzinfo=UTC))
    staffed.command("confirm_day", day=TODAY.isoformat())
    unsynced(staffed, datetime(2026, 3, 1, 9, tzinfo=UTC), boot="boot-3")
    assert staffed.tap(ALICE)["reason"] == "day_not_known"


def test_a_time_server_ends_the_question(staffed: StaffedCounter) -> None:
    unsynced(staffed, datetime(2026, 3, 1, 8, tzinfo=UTC))
    assert staffed.status()["day_question"] is not None
    staffed.clock.at, staffed.clock.is_synced = NOON + timedelta(minutes=3), True
    assert staffed.status()["day_question"] is None
    assert staffed.tap(ALICE)["outcome"] == "collected"


def test_a_clock_that_is_right_is_not_asked_about(staffed: StaffedCounter) -> None:
    unsynced(staffed, NOON + timedelta(minutes=1))
    assert staffed.tap(ALICE)["outcome"] == "collected"
    refused = staffed.command("confirm_day", day=TODAY.isoformat())
    assert (refused["outcome"], refused["reason"]) == ("refused", "not_allowed")


@pytest.mark.parametrize("day", ["2026-01-01", "2028-01-01"])
def test_a_day_far_off_is_a_slip_of_the_finger(staffed: StaffedCounter, day: str) -> None:
    unsynced(staffed, datetime(2020, 1, 1, 8, tzinfo=UTC))
    outcome = staffed.command("confirm_day", day=day)["outcome"]
    assert outcome == ("done" if day == "2026-01-01" else "refused")


def test_a_jump_to_another_day_while_it_runs_is_noticed(staffed: StaffedCounter) -> None:
    staffed.clock.is_synced = False
    staffed.clock.at += timedelta(days=40)
    staffed.let_time_pass(6)
    assert "clock.changed" in staffed.facts()
    assert staffed.tap(ALICE)["reason"] == "day_not_known"
    assert staffed.status()["day_question"]["suggested_day"] == TODAY.isoformat()
    staffed.clock.at -= timedelta(days=40)
    staffed.let_time_pass(6)
    status = staffed.status()
    assert (status["day"], status["day_question"]) == (TODAY.isoformat(), None), "it is back"


def test_a_jump_within_the_day_is_a_fact_and_no_question(staffed: StaffedCounter) -> None:
    staffed.clock.is_synced = False
    staffed.clock.at += timedelta(minutes=20)
    staffed.let_time_pass(6)
    assert staffed.facts()[-1] == "clock.changed"
    assert staffed.tap(ALICE)["outcome"] == "collected"


def test_a_clock_set_right_by_a_time_server_is_a_fact_too(staffed: StaffedCounter) -> None:
    staffed.clock.at -= timedelta(minutes=20)
    staffed.let_time_pass(6)
    assert staffed.facts()[-1] == "clock.changed"
    assert staffed.tap(BOB)["outcome"] == "sold"


def test_a_basket_waits_for_the_day_as_well(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    tap = staffed.tap(ALICE)
    unsynced(staffed, datetime(2026, 3, 1, 8, tzinfo=UTC))
    sold = staffed.command(
        "sell", customer={"tap": tap["tap"]}, items=[{"product": "water", "quantity": 1}]
    )
    assert sold["reason"] == "day_not_known"


def test_the_order_of_the_journal_is_not_the_clocks(tmp_path: Path) -> None:
    counter = StaffedCounter(tmp_path)
    counter.learn_staffed()
    counter.start()
    counter.tap(ALICE)
    counter.clock.at -= timedelta(hours=5)
    counter.tap(BOB)
    assert [seq for seq, _ in counter.durable()] == list(range(1, len(counter.durable()) + 1))
    counter.close()
