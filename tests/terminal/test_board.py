"""The board that the screens read, and what it remembers of taps."""

import threading

import pytest

from core.ids import TapId
from terminal.board import LAST_TAPS_MAX, RING_NOTES_MAX, Board, Note
from terminal.outcomes import Outcomes
from terminal.ports import TerminalBusyError


@pytest.fixture
def board() -> Board:
    return Board("boot-1")


def test_the_state_holds_the_last_of_each_topic(board):
    board.publish("status", {"till": "open"})
    board.publish("status", {"till": "red"})
    board.publish("verdict", {"tap": "1"})
    note_id, state = board.state()
    assert note_id == "boot-1-3"
    assert state == {
        "status": {"till": "red"},
        "verdict": {"tap": "1"},
        "last_taps": [{"tap": "1"}],
    }


def test_only_the_last_taps_are_kept_newest_first(board):
    for number in range(LAST_TAPS_MAX + 3):
        board.publish("verdict", {"tap": number})
        board.publish("repeat", {"tap": number})
    _, state = board.state()
    newest = LAST_TAPS_MAX + 2
    assert [tap["tap"] for tap in state["last_taps"]] == list(range(newest, 2, -1))


def test_a_screen_gets_what_it_missed(board):
    notes = [board.publish("status", {"n": n}) for n in range(5)]
    assert board.since("boot-1-0") == notes
    assert board.since(notes[2].id) == notes[3:]
    assert board.since(notes[-1].id) == []


@pytest.mark.parametrize(
    "note_id",
    ["boot-0-1", "boot-1-", "boot-1-x", "", "boot-1--1", "boot-1-4"],
    ids=["another start", "no number", "no digits", "nothing", "negative", "from the future"],
)
def test_a_screen_with_a_foreign_place_begins_anew(board, note_id):
    for n in range(3):
        board.publish("status", {"n": n})
    assert board.since(note_id) is None


def test_a_screen_that_missed_too_much_begins_anew(board):
    for n in range(RING_NOTES_MAX + 10):
        board.publish("status", {"n": n})
    assert board.since("boot-1-9") is None
    kept = board.since("boot-1-10")
    assert kept is not None
    assert len(kept) == RING_NOTES_MAX


def test_listeners_hear_until_they_stop(board):
    heard: list[Note] = []
    stop = board.listen(heard.append)
    first = board.publish("status", {})
    stop()
    stop()
    board.publish("status", {})
    assert heard == [first]


# --- outcomes -------------------------------------------------------------------------------------


def test_who_waits_for_a_tap_hears_what_became_of_it(board):
    outcomes = Outcomes(board)
    board.publish("status", {"till": "open"})
    board.publish("repeat", {"tap": "t1", "count": 1})
    assert outcomes.wait(TapId("t1"), timeout_s=1) == {"topic": "repeat", "tap": "t1", "count": 1}


def test_the_waiter_may_come_before_the_verdict(board):
    outcomes = Outcomes(board)
    publisher = threading.Thread(target=lambda: board.publish("verdict", {"tap": "t2"}))
    publisher.start()
    assert outcomes.wait(TapId("t2"), timeout_s=10)["topic"] == "verdict"
    publisher.join()


def test_a_tap_that_nobody_decides_is_told(board):
    with pytest.raises(TerminalBusyError, match="t3 was not decided in"):
        Outcomes(board).wait(TapId("t3"), timeout_s=0.001)


def test_outcomes_are_bounded(board):
    outcomes = Outcomes(board)
    for number in range(100):
        board.publish("declined", {"tap": f"t{number}", "alarm": None})
    with pytest.raises(TerminalBusyError):
        outcomes.wait(TapId("t0"), timeout_s=0.001)
    assert outcomes.wait(TapId("t99"), timeout_s=0.001)["topic"] == "declined"
