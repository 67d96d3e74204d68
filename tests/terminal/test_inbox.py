"""The till's one inbox: taps before chores, bounded, and nobody waits for ever."""

import queue
import threading

import pytest
from canteen import tap

from terminal.inbox import CHORES_MAX, TAPS_MAX, Chore, Inbox, TillGoneError


def serve_one(inbox: Inbox) -> threading.Thread:
    """Play the till thread for one chore."""

    def serve() -> None:
        message = inbox.take(10)
        assert isinstance(message, Chore)
        message.run()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_tap_never_waits_behind_a_chore():
    inbox = Inbox()
    inbox.ask_later(lambda: None)
    inbox.ask_later(lambda: None)
    pupil = tap()
    inbox.post(pupil)
    assert inbox.take(0) is pupil
    assert isinstance(inbox.take(0), Chore)
    assert isinstance(inbox.take(0), Chore)
    assert inbox.take(0) is None


def test_a_full_inbox_refuses_and_the_reader_keeps_the_tap():
    inbox = Inbox()
    for _ in range(TAPS_MAX):
        inbox.post(tap())
    with pytest.raises(queue.Full):
        inbox.post(tap())
    inbox.take(0)
    inbox.post(tap())


def test_chores_are_bounded_too_and_do_not_keep_taps_out():
    inbox = Inbox()
    for _ in range(CHORES_MAX):
        inbox.ask_later(lambda: None)
    with pytest.raises(queue.Full):
        inbox.ask_later(lambda: None)
    with pytest.raises(TillGoneError, match="too much to do"):
        inbox.ask(lambda: None, timeout_s=1)
    pupil = tap()
    inbox.post(pupil)
    assert inbox.take(0) is pupil


def test_who_asks_gets_the_answer():
    inbox = Inbox()
    till = serve_one(inbox)
    assert inbox.ask(lambda: 6 * 7, timeout_s=10) == 42
    till.join()


def test_who_asks_gets_the_error():
    inbox = Inbox()
    till = serve_one(inbox)
    with pytest.raises(ZeroDivisionError):
        inbox.ask(lambda: 1 // 0, timeout_s=10)
    till.join()


def test_a_till_that_does_not_answer_is_not_waited_for():
    with pytest.raises(TillGoneError, match="in time"):
        Inbox().ask(lambda: None, timeout_s=0.001)


def test_closing_ends_those_who_wait_and_refuses_those_who_come():
    inbox = Inbox()
    errors: list[Exception] = []

    def ask() -> None:
        try:
            inbox.ask(lambda: None, timeout_s=10)
        except TillGoneError as error:
            errors.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while not inbox._chores:
        threading.Event().wait(0.001)
    inbox.close()
    waiting.join(10)
    assert [str(error) for error in errors] == ["the till has stopped"]
    with pytest.raises(TillGoneError, match="has stopped"):
        inbox.ask(lambda: None, timeout_s=10)
    # A tap that comes now stays, for a till that is read to its end.
    inbox.post(tap())
    assert inbox.take(0) is not None
