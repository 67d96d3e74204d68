"""Who is at the till: by badge or PIN, until they leave, are away, or typed too many wrong ones."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from staffed_rig import FATIMA_BADGE, NOOR_BADGE, StaffedCounter, fatima
from till_rig import ALICE, SCHOOL_KEY

from core.staff import FREE_TRIES, RELEASE_AFTER
from terminal.pins import PinCheck


def operator(counter: StaffedCounter) -> str | None:
    who = counter.status()["operator"]
    return None if who is None else who["id"]


def test_a_staff_badge_on_the_reader_signs_in(staffed: StaffedCounter) -> None:
    tap = staffed.reader.tap(FATIMA_BADGE)
    staffed.serve(lambda: "act" in staffed.topics())
    act = [note for note in staffed.notes if note.topic == "act"][-1].content
    assert (act["command"], act["word"], act["name"]) == (tap, "sign_in", "Fatima")
    assert operator(staffed) == "fatima"
    assert staffed.facts()[-1] == "staff.signed_in"


def test_the_same_badge_again_is_no_second_fact(staffed: StaffedCounter) -> None:
    for _ in range(2):
        seen = staffed.topics().count("act")
        staffed.reader.tap(FATIMA_BADGE)
        staffed.serve(lambda seen=seen: staffed.topics().count("act") > seen)
    assert staffed.facts().count("staff.signed_in") == 1


def test_another_badge_takes_over(staffed: StaffedCounter) -> None:
    for badge in (FATIMA_BADGE, NOOR_BADGE):
        seen = staffed.topics().count("act")
        staffed.reader.tap(badge)
        staffed.serve(lambda seen=seen: staffed.topics().count("act") > seen)
    assert operator(staffed) == "noor"


def test_a_pin_signs_in_and_a_restart_remembers(staffed: StaffedCounter) -> None:
    assert staffed.sign_in()["outcome"] == "done"
    staffed.recorder.rebuild(settled=staffed.recorder.state.settled)
    assert operator(staffed) == "fatima"
    assert staffed.command("sign_out")["outcome"] == "done"
    assert operator(staffed) is None
    assert staffed.command("sign_out")["outcome"] == "done", "nobody has to be signed in for it"
    assert staffed.facts().count("staff.signed_out") == 1


def test_five_wrong_pins_make_wait_twice_as_long_each_time(staffed: StaffedCounter) -> None:
    for _ in range(FREE_TRIES):
        wrong = staffed.sign_in("0000")
        assert (wrong["outcome"], wrong["reason"]) == ("refused", "wrong_pin")
    assert wrong["wait_until"] is not None
    locked = staffed.sign_in()
    assert (locked["reason"], locked["wait_until"]) == ("pin_locked", wrong["wait_until"])
    assert staffed.facts().count("staff.pin_refused") == FREE_TRIES, "a locked try is no fact"
    staffed.let_time_pass(31)
    assert staffed.sign_in("0000")["reason"] == "wrong_pin"
    staffed.let_time_pass(31)
    assert staffed.sign_in()["reason"] == "pin_locked", "60 seconds now"
    staffed.let_time_pass(31)
    assert staffed.sign_in()["outcome"] == "done"
    assert staffed.sign_in("0000")["wait_until"] is None, "a right one begins anew"


def test_a_restart_forgets_no_wrong_pin(staffed: StaffedCounter) -> None:
    for _ in range(FREE_TRIES):
        staffed.sign_in("0000")
    staffed.recorder.rebuild(settled=staffed.recorder.state.settled)
    assert staffed.sign_in()["reason"] == "pin_locked"


def test_after_ten_somebody_else_has_to_release_it(staffed: StaffedCounter) -> None:
    for _ in range(RELEASE_AFTER):
        staffed.sign_in("0000", "noor")
        staffed.let_time_pass(3600)
    locked = staffed.sign_in("0815", "noor")
    assert (locked["reason"], locked["wait_until"]) == ("pin_locked", None)
    staffed.sign_in()
    assert staffed.command("release_pin", staff="noor")["outcome"] == "done"
    assert staffed.sign_in("0815", "noor")["outcome"] == "done"


def test_tries_at_many_names_are_counted_together(staffed: StaffedCounter) -> None:
    reasons = [staffed.sign_in("1234", f"nobody{number}")["reason"] for number in range(12)]
    assert reasons == ["wrong_pin"] * 10 + ["pin_locked"] * 2


def test_ten_thousand_tries_find_nothing_and_write_little(staffed: StaffedCounter) -> None:
    looked_at = 0
    real = staffed.service.pins.is_right

    def count(*of: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return real(*of)

    staffed.service.pins.is_right = count  # type: ignore[method-assign]
    for pin in range(10_000):
        staffed.sign_in(f"{pin:04}")
        staffed.clock.advance(timedelta(seconds=1))
    assert operator(staffed) is None
    assert looked_at == RELEASE_AFTER, "all others waited, and then for a person"


def test_a_till_that_is_left_alone_locks_itself(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.let_time_pass(299)
    assert operator(staffed) == "fatima"
    staffed.let_time_pass(6)
    assert operator(staffed) is None
    assert staffed.facts()[-1] == "staff.signed_out"


def test_taps_alone_do_not_keep_staff_signed_in(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    for _ in range(4):
        staffed.let_time_pass(80)
        staffed.tap(ALICE)
    assert operator(staffed) is None


def test_nobody_is_signed_in_for_longer_than_a_shift(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    for _ in range(12 * 15):
        staffed.let_time_pass(240)
        staffed.service.sign_in.touch()
    staffed.let_time_pass(10)
    assert operator(staffed) is None


def test_who_left_the_school_is_nobody(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.learn()
    assert operator(staffed) is None


@pytest.mark.parametrize("spoil", [lambda h: "", lambda h: h[:-3], lambda _: "no hash"])
def test_a_spoilt_hash_lets_nobody_in(spoil: Callable[[str], str]) -> None:
    member = fatima()
    pins = PinCheck(SCHOOL_KEY)
    assert pins.is_right(member.id, "4711", member.pin_hash), "the control"
    assert not pins.is_right(member.id, "4711", spoil(member.pin_hash))
    assert not PinCheck(b"another pepper!!").is_right(member.id, "4711", member.pin_hash)
