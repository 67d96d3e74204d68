"""The gate: in time or late, why, the slip for the teacher, and who was thought to be away."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from canteen import TODAY
from staffed_rig import CASH_POLICY, by_tap
from study_rig import AT_THE_BELL, StudyRoom
from till_rig import ALICE, BOB, DAVID, STRANGER

from core.codec import moment_text
from core.profiles import Profile
from terminal.attendance import gate_content

MINUTE = timedelta(minutes=1)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[StudyRoom]:
    gate = StudyRoom(tmp_path, Profile.GATE, at=AT_THE_BELL + 12 * MINUTE)
    gate.start()
    yield gate
    gate.close()


def slips(gate: StudyRoom) -> list[dict]:
    jobs = [one.job for one in gate.journal.pending_jobs()]
    return [json.loads(job.body)["content"] for job in jobs if job.kind == "notice"]


def test_before_the_bell_nobody_is_noted(gate: StudyRoom) -> None:
    gate.clock.at = AT_THE_BELL - timedelta(seconds=1)
    said = gate.tap(ALICE)
    assert (said["outcome"], said["tone"]) == ("shown", "ok")
    assert "arrival.late" not in gate.facts()


def test_from_the_bell_on_an_arrival_is_late(gate: StudyRoom) -> None:
    gate.clock.at = AT_THE_BELL
    said = gate.tap(ALICE)
    assert (said["outcome"], said["due_at"]) == ("late", moment_text(AT_THE_BELL))
    assert gate.facts()[-1] == "arrival.late"


def test_the_reason_is_asked_once_and_the_slip_comes_with_it(gate: StudyRoom) -> None:
    said = gate.tap(ALICE)
    assert slips(gate) == []
    answer = gate.command("say_why_late", customer=by_tap(said), said="transport")
    assert answer["outcome"] == "late"
    (slip,) = slips(gate)
    assert (slip["person"], slip["class_name"], slip["title"]) == (
        "Alice V.",
        "3B",
        "ARRIVÉE TARDIVE",
    )
    assert [line["right"] for line in slip["lines"]][:4] == [
        "08:37",
        "08:25",
        "12 min",
        "transport",
    ]
    assert gate.facts().count("arrival.late") == 2


def test_where_nobody_is_asked_the_slip_comes_at_once(gate: StudyRoom) -> None:
    gate.learn_study(replace(CASH_POLICY, asks_late_why=False))
    gate.tap(ALICE)
    (slip,) = slips(gate)
    assert slip["lines"][3]["right"] == "non donné"


def test_a_school_without_slips_prints_none(gate: StudyRoom) -> None:
    gate.learn_study(replace(CASH_POLICY, prints_late=False))
    said = gate.tap(ALICE)
    gate.command("say_why_late", customer=by_tap(said), said="doctor")
    assert slips(gate) == []


def test_who_taps_again_is_known(gate: StudyRoom) -> None:
    gate.tap(ALICE)
    gate.clock.advance(3 * MINUTE)
    said = gate.tap(ALICE)
    assert (said["outcome"], said["earlier_at"]) == (
        "present",
        moment_text(AT_THE_BELL + 12 * MINUTE),
    )
    assert gate.facts().count("arrival.late") == 1


def test_who_was_noted_at_another_gate_is_known(gate: StudyRoom) -> None:
    bell = moment_text(AT_THE_BELL)
    known = (("p1", TODAY.isoformat(), moment_text(AT_THE_BELL + MINUTE), bell, "family"),)
    gate.learn_study(presence={"late_arrival": known})
    assert gate.tap(ALICE)["outcome"] == "present"


@pytest.mark.parametrize(("badge", "reason"), [(STRANGER, "unknown_badge"), (DAVID, "lost_badge")])
def test_a_badge_that_says_nobody_is_refused(gate: StudyRoom, badge: object, reason: str) -> None:
    assert gate.tap(badge)["reason"] == reason


def test_a_pupil_without_a_badge_is_noted_by_name(gate: StudyRoom) -> None:
    ask = {"customer": {"pupil": "p2"}, "why": "badge oublié"}
    assert gate.command("arrive_late", **ask)["reason"] == "not_signed_in"
    gate.sign_in()
    assert gate.command("arrive_late", customer={"pupil": "p2"}, why=" ")["reason"] == (
        "why_is_missing"
    )
    assert gate.command("arrive_late", **ask)["outcome"] == "late"
    answer = gate.command("say_why_late", customer={"pupil": "p2"}, said="overslept")
    assert answer["outcome"] == "late"
    assert slips(gate)[0]["lines"][3]["right"] == "réveil"


def test_a_reason_without_an_arrival_is_refused(gate: StudyRoom) -> None:
    answer = gate.command("say_why_late", customer={"pupil": "p2"}, said="family")
    assert answer["reason"] == "not_present"
    assert gate.command("say_why_late", customer={}, said="family")["reason"] == "unknown_pupil"


def test_a_restart_forgets_nobody(tmp_path: Path) -> None:
    gate = StudyRoom(tmp_path, Profile.GATE, at=AT_THE_BELL + MINUTE)
    gate.start()
    gate.tap(BOB)
    gate.close()
    again = StudyRoom(tmp_path, Profile.GATE, at=AT_THE_BELL + 2 * MINUTE)
    again.start()
    assert again.tap(BOB)["outcome"] == "present"
    again.close()


def test_an_arrival_by_mistake_is_taken_back_and_the_next_is_noted_again(gate: StudyRoom) -> None:
    gate.sign_in()
    gate.tap(ALICE)
    gate.tap(BOB)
    gate.clock.advance(MINUTE)
    ask = {"customer": {"pupil": "p1"}, "why": "wrong person"}
    said = gate.command("withdraw_presence", **ask)
    assert (said["outcome"], said["wallet_cents"]) == ("withdrawn", None)
    assert late_names(gate) == ["Bob V."]
    # A copy from before that changes nothing, and the sentence for a second time is plain.
    day, at, due = TODAY.isoformat(), AT_THE_BELL + 12 * MINUTE, moment_text(AT_THE_BELL)
    rows = [(f"p{n}", day, moment_text(at), due, "not_said") for n in (1, 3)]
    gate.learn_study(presence={"late_arrival": rows})
    assert late_names(gate) == ["Bob V.", "Chloé V."]
    assert gate.command("withdraw_presence", **ask)["reason"] == "not_present"
    chloe = {"customer": {"pupil": "p3"}, "why": "wrong person"}
    assert gate.command("withdraw_presence", **chloe)["reason"] == "noted_elsewhere"
    gate.clock.advance(MINUTE)
    assert gate.tap(ALICE)["outcome"] == "late"


def test_what_the_office_took_back_leaves_the_gates_list_with_the_copy(gate: StudyRoom) -> None:
    gate.sign_in()
    gate.tap(ALICE)
    at = moment_text(gate.clock.at + MINUTE)
    gate.learn_study(presence={"presence_withdrawal": [("p1", TODAY.isoformat(), "", at)]})
    assert late_names(gate) == []
    gate.clock.advance(2 * MINUTE)
    assert gate.tap(ALICE)["outcome"] == "late"


def late_names(gate: StudyRoom) -> list[str]:
    told: Any = gate_content(gate.service.desk, gate.clock.stamp())
    return sorted(row["name"] for row in told["late"])


def test_the_screen_is_told_who_is_late_and_who_is_away(gate: StudyRoom) -> None:
    day = TODAY.isoformat()
    away = (("p5", day, "announced"), ("p1", day, "announced"), ("p6", day, "withdrawn"))
    gate.learn_study(presence={"absence": away})
    gate.tap(ALICE)
    told = gate_content(gate.service.desk, gate.clock.stamp())
    assert (told["late_count"], told["absent_count"], told["late"]) == (1, 2, [])
    gate.sign_in()
    told = gate_content(gate.service.desk, gate.clock.stamp())
    assert [row["name"] for row in told["late"]] == ["Alice V."]
    assert {row["id"]: row["came"] for row in told["absent"]} == {"p1": True, "p5": False}


@pytest.mark.parametrize(
    ("day", "bell"),
    [(datetime(2026, 3, 29, tzinfo=UTC), 6), (datetime(2026, 10, 25, tzinfo=UTC), 7)],
)
def test_the_bell_rings_by_the_wall_on_both_days_that_the_clock_changes(
    gate: StudyRoom, day: datetime, bell: int
) -> None:
    gate.clock.at = day.replace(hour=bell, minute=24, second=59)
    assert gate.tap(ALICE)["outcome"] == "shown"
    gate.clock.at = day.replace(hour=bell, minute=25)
    assert gate.tap(ALICE)["outcome"] == "late"
