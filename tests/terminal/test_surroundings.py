"""What the screens and commands are told of everything around the till."""

import threading

import pytest
from canteen import POLICY
from till_rig import ALICE, BOB, PATIENCE_S, Counter

from core.tap import Feedback
from printer.profile import PICTURE
from printer.registry import open_printer
from printer.spool import Spool
from terminal.board import Content
from terminal.papers import Papers
from terminal.ports import NoSimulatedReaderError, TerminalBusyError
from terminal.surroundings import Surroundings


def test_with_nothing_around_it_a_till_still_tells(bare: Counter) -> None:
    alone = Surroundings(
        clock=bare.clock, knowledge=bare.knowledge, recorder=bare.recorder, is_demo=True
    )
    alone.feedback("nobody", Feedback.ACCEPTED)
    alone.committed()
    alone.copy_lost()
    status = alone.status()
    assert status["mode"] == "demo"
    assert status["readers"] == []
    nothing = {"state": "none", "detail": "", "waiting": 0, "done": 0, "questions": []}
    assert status["printer"] == nothing
    assert status["network"]["up"] == {"state": "idle", "detail": "", "since": None}
    assert status["queue"]["count"] == 0
    assert status["copy_at"] is None
    assert (status["served"], status["reserved"], status["pupils"]) == (0, 0, 0)


def test_the_days_numbers(counter: Counter) -> None:
    counter.tap(ALICE)
    counter.tap(BOB)
    status = counter.status()
    # Bob had no meal reserved: his counts as sold, not as one of those that were waited for.
    assert (status["served"], status["pupils"]) == (1, 6)
    assert status["menu"] == ["Carbonnade à la flamande"]
    assert status["walk_in"] == {
        "risk_cents": 450,
        "limit_cents": POLICY.terminal_offline_max.cents,
        "count": 1,
        "count_limit": POLICY.terminal_offline_count_max,
    }
    assert status["school"] == "Athénée"
    assert status["mode"] == "live"
    (reader,) = status["readers"]
    assert (reader["name"], reader["state"]) == ("simulated", "up")
    assert isinstance(reader["last_tap_s"], int)


def test_the_port_taps_and_waits_until_it_is_durable(counter: Counter) -> None:
    answers: list[Content] = []
    ended = threading.Event()

    def tap() -> None:
        try:
            answers.append(counter.port.tap(ALICE, timeout_s=PATIENCE_S, stays=True))
            answers.append(counter.port.tap(ALICE, timeout_s=PATIENCE_S, stays=True))
            answers.append(counter.port.status())
            counter.port.sync_now()
        finally:
            ended.set()
            counter.inbox.ask_later(lambda: None)

    asker = threading.Thread(target=tap)
    asker.start()
    counter.serve(ended.is_set)
    asker.join(PATIENCE_S)
    first, again, status = answers
    assert (first["topic"], first["outcome"]) == ("verdict", "collected")
    assert again["topic"] == "repeat"
    assert status["counters"]["duplicates_ignored"] == 1
    assert status["till"] == "open"
    assert status["alarm"] is None
    assert counter.port.demo_badges() == ()


def test_a_till_that_does_not_answer_is_told(counter: Counter) -> None:
    with pytest.raises(TerminalBusyError, match="was not decided in"):
        counter.port.tap(ALICE, timeout_s=0.01)
    counter.lights.readers = None
    with pytest.raises(NoSimulatedReaderError):
        counter.port.tap(ALICE, timeout_s=1)
    counter.inbox.close()
    with pytest.raises(TerminalBusyError, match="has stopped"):
        counter.port.status()


def test_the_alarm_of_a_red_till_is_in_its_status(counter: Counter) -> None:
    counter.disk.fill_the_disk()
    counter.tap(ALICE)
    status = counter.port._whole_status()
    assert status["till"] == "red"
    assert "disk is full" in status["alarm"]["text"]


def test_the_spool_and_its_papers(counter: Counter) -> None:
    printer = open_printer(
        "image://",
        profile=PICTURE,
        picture_folder=counter.folder / "receipts",
        profile_folder=counter.folder / "printers",
    )
    papers = Papers(counter.inbox, counter.recorder, counter.clock)
    spool = Spool(printer, papers, clock=counter.clock.now)
    counter.lights.spool = spool
    counter.tap(ALICE)
    assert counter.status()["printer"]["waiting"] == 1
    spool.start()
    counter.serve(lambda: counter.status()["printer"]["waiting"] == 0)
    assert len(list((counter.folder / "receipts").glob("*.png"))) == 1
    counter.inbox.close()
    assert spool.stop(PATIENCE_S)
