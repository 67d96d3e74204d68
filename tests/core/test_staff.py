"""Staff at the till: who is signed in, and how long a wrong PIN locks."""

from datetime import timedelta

import pytest
from canteen import NOON
from pure_till import CHEF, HELP, PureTill, done

from core.facts import PinReleased, Proof, StaffSignedOut
from core.ids import StaffId
from core.staff import FREE_TRIES, RELEASE_AFTER, PinLock, WrongPins, pin_lock, pin_secret


def lock_of(counter: PureTill, member: StaffId = HELP.id) -> PinLock | None:
    sign_in = counter.state.sign_in
    return pin_lock(member, sign_in.wrong, sign_in.at_terminal, counter.now)


def typed(counter: PureTill, times: int, member: object = HELP) -> None:
    for _ in range(times):
        counter.wrong_pin(member)  # type: ignore[arg-type]  a member of staff


def test_five_are_free_then_each_waits_twice_as_long() -> None:
    counter = PureTill()
    typed(counter, FREE_TRIES - 1)
    assert lock_of(counter) is None
    for wait_s in (30, 60, 120, 240, 480):
        counter.wrong_pin(HELP)
        assert lock_of(counter) == PinLock(counter.now + timedelta(seconds=wait_s))
        counter.wait(seconds=wait_s - 1)
        assert lock_of(counter) is not None
        counter.wait(seconds=1)
        assert lock_of(counter) is None
    counter.wrong_pin(HELP)
    assert counter.state.sign_in.wrong[HELP.id].count == RELEASE_AFTER
    assert lock_of(counter) == PinLock(until=None)
    counter.wait(days=400)
    assert lock_of(counter) == PinLock(until=None)


def test_a_lock_survives_a_restart_and_holds_nobody_else() -> None:
    counter = PureTill()
    typed(counter, FREE_TRIES)
    before = lock_of(counter)
    counter.restart()
    assert lock_of(counter) == before is not None
    assert lock_of(counter, CHEF.id) is None


def test_a_supervisor_releases_and_a_right_pin_forgets() -> None:
    counter = PureTill()
    typed(counter, RELEASE_AFTER)
    counter.sign_in(CHEF)
    assert isinstance(done(counter.release(HELP)).facts[0], PinReleased)
    counter.wait(minutes=30)
    assert lock_of(counter) is None
    typed(counter, FREE_TRIES)
    counter.sign_in(HELP, Proof.BADGE)
    assert lock_of(counter) is not None, "a badge says nothing about the PIN that is being tried"
    counter.sign_in(HELP, Proof.PIN)
    assert lock_of(counter) is None
    assert counter.state.sign_in.at_terminal is None


def test_trying_many_members_locks_the_terminal() -> None:
    counter = PureTill()
    for number in range(10):
        assert lock_of(counter) is None
        counter.wrong_pin(CHEF if number % 2 else HELP)
        counter.state.sign_in.wrong.clear()
    assert lock_of(counter) == PinLock(counter.now + timedelta(seconds=30))


def test_no_wait_is_longer_than_half_an_hour() -> None:
    wrong = WrongPins(99, NOON)
    lock = pin_lock(HELP.id, {}, wrong, NOON)
    assert lock == PinLock(NOON + timedelta(minutes=30))


@pytest.mark.parametrize(("ahead", "is_locked"), [(29, True), (31, False), (9_999_999, False)])
def test_a_clock_that_stood_in_the_future_locks_nobody_until_then(
    ahead: int, *, is_locked: bool
) -> None:
    wrong = {HELP.id: WrongPins(FREE_TRIES, NOON + timedelta(minutes=ahead))}
    assert (pin_lock(HELP.id, wrong, None, NOON) is not None) == is_locked


def test_the_till_is_locked_by_signing_out() -> None:
    counter = PureTill()
    counter.sign_in(CHEF)
    assert counter.state.sign_in.operator == CHEF.id
    counter.store([StaffSignedOut(CHEF.id, is_idle=True)])
    assert counter.state.sign_in.operator is None


def test_what_is_hashed_is_the_members_own_and_the_schools() -> None:
    secret = pin_secret(CHEF.id, "123456", pepper=b"p" * 16)
    assert len(secret) == 64
    others = {
        pin_secret(HELP.id, "123456", pepper=b"p" * 16),
        pin_secret(CHEF.id, "123457", pepper=b"p" * 16),
        pin_secret(CHEF.id, "123456", pepper=b"q" * 16),
    }
    assert len(others | {secret}) == 4
