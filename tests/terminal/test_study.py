"""Evening study at its terminal: who comes in, what it costs, who goes, with or without network."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from canteen import TODAY
from staffed_rig import CASH_POLICY, by_tap, fatima
from study_rig import AT_STUDY, LONG, SHORT, StudyRoom, enrolled
from till_rig import ALICE, BOB, CHLOE, DAVID, EMMA, STRANGER

from core.codec import moment_text
from core.events import read_event
from core.facts import PresenceWithdrawn, StudyEntered
from core.money import ZERO, Money
from core.tap import Credential, Technology
from offline_cache.journal_reader import JournalReader
from terminal.attendance import study_content

HALL_PASS = Credential(Technology.ULTRALIGHT, bytes.fromhex("08A1B2C3"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[StudyRoom]:
    room = StudyRoom(tmp_path)
    room.start()
    yield room
    room.close()


def test_an_enrolled_pupil_comes_in_and_a_euro_is_taken(room: StudyRoom) -> None:
    said = room.tap(ALICE)
    assert (said["outcome"], said["tone"], said["name"]) == ("entered", "ok", "Alice V.")
    assert (said["meal"], said["about"], said["price_cents"]) == ("Étude courte", "short", 100)
    assert said["wallet_cents"] == 2340 - 100
    assert room.facts()[-1] == "study.entered"
    assert room.owed(1) == 100


def test_who_taps_again_is_there_already_and_pays_nothing_more(room: StudyRoom) -> None:
    room.tap(ALICE)
    room.clock.advance(20 * MINUTE)
    said = room.tap(ALICE)
    assert (said["outcome"], said["tone"]) == ("present", "attention")
    assert said["earlier_at"] == moment_text(AT_STUDY)
    assert room.facts().count("study.entered") == 1
    assert room.owed(1) == 100


def test_where_the_school_wants_it_they_tap_out_and_may_come_back_for_nothing(
    room: StudyRoom,
) -> None:
    room.tap(CHLOE)
    # A second tap at once is not a pupil who leaves.
    assert room.tap(CHLOE)["outcome"] == "present"
    room.clock.advance(70 * MINUTE)
    assert room.tap(CHLOE)["outcome"] == "left"
    room.clock.advance(5 * MINUTE)
    said = room.tap(CHLOE)
    assert (said["outcome"], said["price_cents"]) == ("entered", 0)
    assert room.owed(3) == 100


def test_a_pupil_who_is_not_enrolled_is_told_so_and_staff_may_let_them_in(
    room: StudyRoom,
) -> None:
    said = room.tap(EMMA)
    assert (said["outcome"], said["reason"]) == ("refused", "not_enrolled")
    customer = {"pupil": "p5"}
    refused = room.command("enter_study", customer=customer, session="short", why="mère prévenue")
    assert refused["reason"] == "not_signed_in"
    room.sign_in()
    without = room.command("enter_study", customer=customer, session="short")
    assert without["reason"] == "why_is_missing"
    done = room.command("enter_study", customer=customer, session="short", why="mère prévenue")
    assert (done["outcome"], done["price_cents"], done["name"]) == ("entered", 100, "Emma V.")
    assert room.owed(5) == 100


def test_the_same_command_twice_is_one_presence(room: StudyRoom) -> None:
    room.sign_in()
    asked = {"customer": {"pupil": "p5"}, "session": "short", "why": "x", "name": "twice"}
    assert room.command("enter_study", **asked)["outcome"] == "entered"
    assert room.command("enter_study", **asked)["is_repeat"]
    assert room.owed(5) == 100


def test_staff_write_somebody_out_who_forgot_to_tap(room: StudyRoom) -> None:
    room.sign_in()
    ask = {"customer": {"pupil": "p3"}, "session": "long", "why": "parti sans badge"}
    assert room.command("leave_study", **ask)["reason"] == "not_present"
    room.tap(CHLOE)
    assert room.command("leave_study", **ask)["outcome"] == "left"
    assert room.facts()[-1] == "study.left"


# --- noted by mistake -----------------------------------------------------------------------------


def take_back(room: StudyRoom, number: int, session: str = "short", **more: Any) -> dict[str, Any]:
    customer = {"pupil": f"p{number}"}
    asked = {"customer": customer, "session": session, "why": "wrong twin", **more}
    return room.command("withdraw_presence", **asked)


def roster(room: StudyRoom, session: str = "short") -> Any:
    told: Any = study_content(room.service.desk, room.clock.stamp())
    return next(one for one in told["sessions"] if one["id"] == session)


def test_a_presence_by_mistake_is_taken_back_with_its_euro(room: StudyRoom) -> None:
    room.tap(ALICE)
    room.sign_in()
    assert roster(room)["inside"] == 1
    room.clock.advance(MINUTE)
    said = take_back(room, 1)
    assert (said["outcome"], said["price_cents"], said["wallet_cents"]) == ("withdrawn", 100, 2340)
    assert room.owed(1) == 0
    entered, withdrawn = (
        event
        for sealed in room.journal.events()
        if isinstance((event := read_event(sealed.body)).fact, StudyEntered | PresenceWithdrawn)
    )
    fact = withdrawn.fact
    assert isinstance(fact, PresenceWithdrawn)
    assert (fact.presence, fact.why, fact.staff) == (entered.id, "wrong twin", fatima().id)
    assert (roster(room)["inside"], roster(room)["missing"]) == (0, 2)
    # Once: nothing stands any more.
    assert take_back(room, 1)["reason"] == "not_present"
    assert room.facts().count("presence.withdrawn") == 1


def test_who_comes_after_that_is_noted_and_pays_anew(room: StudyRoom) -> None:
    room.tap(ALICE)
    room.sign_in()
    room.clock.advance(MINUTE)
    take_back(room, 1)
    room.clock.advance(MINUTE)
    said = room.tap(ALICE)
    assert (said["outcome"], said["price_cents"]) == ("entered", 100)
    assert (room.owed(1), roster(room)["inside"]) == (100, 1)
    room.clock.advance(MINUTE)
    assert take_back(room, 1)["outcome"] == "withdrawn"
    assert room.owed(1) == 0


def test_taking_back_needs_a_right_a_reason_and_a_session(room: StudyRoom) -> None:
    room.tap(ALICE)
    assert take_back(room, 1)["reason"] == "not_signed_in"
    room.sign_in("0815", "noor")
    assert take_back(room, 1)["reason"] == "no_right"
    room.sign_in()
    assert take_back(room, 1, why=" ")["reason"] == "why_is_missing"
    assert take_back(room, 1, session="none")["reason"] == "no_session"
    assert take_back(room, 1, "long")["reason"] == "not_present"
    assert room.owed(1) == 100


def test_what_was_taken_back_here_stays_so_whatever_an_older_copy_says(room: StudyRoom) -> None:
    room.tap(ALICE)
    room.sign_in()
    room.clock.advance(MINUTE)
    take_back(room, 1)
    row = ("p1", TODAY.isoformat(), "short", moment_text(AT_STUDY), None)
    room.learn_study(presence={"study_presence": [row]})
    assert (roster(room)["inside"], roster(room)["missing"]) == (0, 2)
    assert room.tap(BOB)["outcome"] == "entered"
    room.clock.advance(MINUTE)
    assert room.tap(ALICE)["outcome"] == "entered"


def test_what_the_office_takes_back_leaves_the_list_with_the_next_copy(room: StudyRoom) -> None:
    room.sign_in()
    room.tap(ALICE)
    room.command(
        "enter_study", customer={"pupil": "p5"}, session="short", why="mère prévenue", name="emma"
    )
    at = moment_text(AT_STUDY + MINUTE)
    rows = {
        "study_presence": [
            (f"p{n}", TODAY.isoformat(), "short", moment_text(AT_STUDY), None) for n in (1, 5)
        ],
        "presence_withdrawal": [(f"p{n}", TODAY.isoformat(), "short", at) for n in (1, 5)],
    }
    room.learn_study(presence=rows)
    assert (roster(room)["inside"], roster(room)["missing"]) == (0, 2)
    assert take_back(room, 1)["reason"] == "not_present"
    assert take_back(room, 5)["reason"] == "not_present"
    room.clock.advance(2 * MINUTE)
    assert room.tap(ALICE)["price_cents"] == 100


def test_what_another_terminal_noted_is_taken_back_there(room: StudyRoom) -> None:
    row = ("p1", TODAY.isoformat(), "short", moment_text(AT_STUDY), None)
    room.learn_study(presence={"study_presence": [row]})
    room.sign_in()
    assert take_back(room, 1)["reason"] == "noted_elsewhere"
    (alice,) = [one for one in roster(room)["pupils"] if one["id"] == "p1"]
    assert (alice["entered_at"], alice["is_noted_here"]) == (moment_text(AT_STUDY), False)


def test_after_a_restart_the_journal_says_the_same(tmp_path: Path) -> None:
    room = StudyRoom(tmp_path)
    room.start()
    room.tap(ALICE)
    room.tap(BOB)
    room.sign_in()
    room.clock.advance(MINUTE)
    take_back(room, 1, name="back")
    before = roster(room)
    room.close()
    again = StudyRoom(tmp_path, at=room.clock.at)
    again.start()
    again.sign_in()
    assert roster(again) == before
    assert (again.owed(1), again.owed(2)) == (0, 100)
    assert take_back(again, 1, name="back")["is_repeat"]
    again.close()


@pytest.mark.parametrize(
    ("badge", "reason"),
    [(STRANGER, "unknown_badge"), (DAVID, "lost_badge"), (HALL_PASS, "not_an_identity")],
)
def test_a_badge_that_says_nobody_is_refused(
    room: StudyRoom, badge: Credential, reason: str
) -> None:
    assert room.tap(badge)["reason"] == reason
    assert room.facts()[-1] == "tap.refused"


def test_out_of_its_hours_there_is_no_session(room: StudyRoom) -> None:
    room.clock.at = AT_STUDY - 31 * MINUTE
    said = room.tap(ALICE)
    assert (said["reason"], said["meal"]) == ("no_session", "Étude courte")
    room.clock.at = AT_STUDY - 30 * MINUTE
    assert room.tap(ALICE)["outcome"] == "entered"


def test_on_a_wednesday_nobody_is_expected(room: StudyRoom) -> None:
    room.clock.at = AT_STUDY + timedelta(days=1)
    assert room.tap(ALICE)["reason"] == "not_enrolled"


def test_a_short_wallet_pays_below_zero_only_if_the_policy_says_so(room: StudyRoom) -> None:
    strict = replace(CASH_POLICY, study_below_zero=False, overdraft_max=ZERO)
    poor = [replace(enrolled(1, SHORT), price=Money(2341))]
    room.learn_study(strict, places=poor)
    said = room.tap(ALICE)
    assert (said["reason"], said["meal"]) == ("not_enough_money", "Étude courte")
    room.sign_in()
    done = room.command(
        "enter_study", customer=by_tap(said), session="short", why="reste quand même", accepts=True
    )
    assert (done["outcome"], done["wallet_cents"]) == ("entered", -1)
    reader = JournalReader.open(room.path)
    entered = [event for event in reader.events() if event.kind.value == "study.entered"]
    reader.close()
    assert b'"is_to_settle":true' in entered[-1].body


def test_below_zero_is_no_question_where_the_policy_allows_it(room: StudyRoom) -> None:
    room.learn_study(places=[replace(enrolled(1, SHORT), price=Money(9000))])
    assert room.tap(ALICE)["wallet_cents"] == 2340 - 9000


def test_an_enrolment_has_a_price_and_an_end_of_its_own(room: StudyRoom) -> None:
    over = enrolled(2, SHORT, until=TODAY - timedelta(days=1))
    room.learn_study(places=[replace(enrolled(1, SHORT), price=ZERO), over])
    assert room.tap(ALICE)["price_cents"] == 0
    assert room.tap(BOB)["reason"] == "not_enrolled"


def test_it_works_offline_and_with_an_old_copy(room: StudyRoom) -> None:
    room.knowledge.is_online = False
    room.learn_study(made_at=AT_STUDY - timedelta(days=30))
    said = room.tap(ALICE)
    assert (said["outcome"], said["is_provisional"]) == ("entered", True)


def test_a_restart_forgets_nobody(tmp_path: Path) -> None:
    room = StudyRoom(tmp_path)
    room.start()
    room.tap(ALICE)
    room.close()
    again = StudyRoom(tmp_path)
    again.start()
    assert again.tap(ALICE)["outcome"] == "present"
    assert again.owed(1) == 100
    again.close()


def test_who_came_in_at_another_terminal_is_there(room: StudyRoom) -> None:
    seen = (("p3", TODAY.isoformat(), "long", moment_text(AT_STUDY - 10 * MINUTE), None),)
    room.learn_study(presence={"study_presence": seen})
    assert room.tap(CHLOE)["outcome"] == "left"
    assert room.owed(3) == 0


def test_once_the_copy_holds_it_the_euro_is_counted_once(room: StudyRoom) -> None:
    room.tap(ALICE)
    seen = (("p1", TODAY.isoformat(), "short", moment_text(AT_STUDY), None),)
    room.learn_study(settled=(1, room.journal.head.seq), presence={"study_presence": seen})
    assert room.owed(1) == 0


def test_a_clock_that_cannot_be_trusted_asks_for_the_day_and_then_believes_no_hour(
    room: StudyRoom,
) -> None:
    room.clock.is_synced = False
    room.clock.at = AT_STUDY - timedelta(days=400)
    assert room.tap(ALICE)["reason"] == "day_not_known"
    room.sign_in()
    room.clock.at -= timedelta(hours=7)
    assert room.command("confirm_day", day=TODAY.isoformat())["outcome"] == "done"
    assert room.tap(ALICE)["outcome"] == "entered"


def test_the_figures_of_the_till_are_not_touched(room: StudyRoom) -> None:
    before = room.recorder.state.period.figures()
    room.tap(ALICE)
    room.clock.advance(MINUTE)
    after = room.recorder.state.period.figures()
    assert replace(after, last_seq=before.last_seq) == before


def test_the_screen_is_told_who_is_in_who_is_missing_and_who_left(room: StudyRoom) -> None:
    room.tap(ALICE)
    room.tap(CHLOE)
    room.clock.advance(60 * MINUTE)
    room.tap(CHLOE)
    told = told_study(room)
    assert not told["has_names"]
    short, long = told["sessions"]
    assert (short["inside"], short["missing"], short["left"]) == (1, 1, 0)
    assert (long["inside"], long["missing"], long["left"]) == (0, 0, 1)
    assert (short["starts"], short["ends"], short["pupils"]) == ("16:05", "17:15", [])
    room.sign_in()
    named = told_study(room)["sessions"]
    assert [pupil["name"] for pupil in named[0]["pupils"]] == ["Alice V.", "Bob V."]
    assert named[0]["pupils"][1]["entered_at"] is None
    assert named[1]["pupils"][0]["left_at"] is not None


def told_study(room: StudyRoom) -> dict:

    return dict(study_content(room.service.desk, room.clock.stamp()))


def test_the_pupils_of_a_session_that_is_not_enrolled_in_are_shown_too(room: StudyRoom) -> None:
    room.sign_in()
    room.command("enter_study", customer={"pupil": "p6"}, session=LONG.id, why="remplace")
    pupils = {one["id"]: one for one in told_study(room)["sessions"][1]["pupils"]}
    assert not pupils["p6"]["is_enrolled"]
    assert pupils["p3"]["is_enrolled"]
