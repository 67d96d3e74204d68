"""The supervisor over simulated readers: repeats, losses, full inboxes, bad luck in a driver."""

import contextlib
import logging
import queue
import threading
from collections.abc import Iterator

import pytest
from counter_inbox import Inbox, descriptors_open, eventually

from core.tap import Assurance, Credential, Feedback, Health, HealthState, Removed, Tap, Technology
from readers import watched
from readers.base import Post
from readers.counters import Outcome
from readers.errors import ReaderUnavailableError
from readers.simulated import SimulatedReader
from readers.supervisor import Supervisor

ALICE, BOB = (Credential(Technology.ULTRALIGHT, bytes([4, 1, 2, 3, 4, 5, who])) for who in (1, 2))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def supervisor(inbox: Inbox) -> Iterator[Supervisor]:
    made = Supervisor(["simulated://"], post=inbox.post)
    made.start()
    inbox.well()
    yield made
    made.stop()


def reader_of(supervisor: Supervisor) -> SimulatedReader:
    reader = supervisor.simulated()
    assert reader is not None
    return reader


def count(supervisor: Supervisor, outcome: Outcome) -> int:
    return supervisor.statuses()[0].counters.get(outcome, 0)


def test_a_tap_comes_through_under_the_id_it_was_promised(
    supervisor: Supervisor, inbox: Inbox
) -> None:
    promised = reader_of(supervisor).tap(ALICE)
    tap = inbox.tap()
    assert (tap.id, tap.reader, tap.credential) == (promised, "simulated", ALICE)
    assert tap.assurance is Assurance.UID
    inbox.removed()
    status = supervisor.statuses()[0]
    assert status.last_tap_mono_ns == tap.mono_ns
    assert status.counters == {Outcome.TAPS: 1}


def test_a_badge_left_on_the_reader_is_counted_not_decided_again(
    supervisor: Supervisor, inbox: Inbox
) -> None:
    reader = reader_of(supervisor)
    reader.present(ALICE)
    first = inbox.tap()
    for _ in range(50):
        reader.flicker()
    assert inbox.repeated().tap.credential == first.credential
    eventually(lambda: count(supervisor, Outcome.REPEATS) == 50, "fifty repeats are counted")
    assert inbox.events.qsize() == 0, "but the till hears of one a second at most"
    reader.remove()
    reader.tap(ALICE)
    assert inbox.tap().credential == ALICE


def test_two_pupils_one_after_the_other_are_never_debounced(
    supervisor: Supervisor, inbox: Inbox
) -> None:
    for _ in range(20):
        reader_of(supervisor).tap(ALICE)
        reader_of(supervisor).tap(BOB)
    taps = [inbox.tap().credential for _ in range(40)]
    assert taps == [ALICE, BOB] * 20


def test_a_lost_reader_is_logged_once_and_once_when_it_returns(
    supervisor: Supervisor, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="readers")
    reader = reader_of(supervisor)
    reader.unplug()
    reader.unplug()
    assert inbox.health(HealthState.UNPLUGGED).detail.endswith("plug the simulated reader in again")
    kept = reader.present(ALICE)
    reader.replug()
    assert "back after" in inbox.health(HealthState.RECOVERED).detail
    assert inbox.tap().id == kept, "a card laid on meanwhile is seen"
    messages = [record.message.partition(":")[0] for record in caplog.records]
    assert [text[:11] for text in messages] == ["reader lost", "reader back"]
    assert supervisor.statuses()[0].state is HealthState.RECOVERED


def test_a_badge_taken_off_while_the_reader_was_unplugged_taps_anew(
    supervisor: Supervisor, inbox: Inbox
) -> None:
    reader = reader_of(supervisor)
    reader.present(ALICE)
    inbox.tap()
    reader.unplug()
    reader.remove()
    reader.replug()
    reader.tap(ALICE)
    assert inbox.tap().credential == ALICE


def test_feedback_finds_the_reader_of_the_tap_and_ignores_strangers() -> None:
    inbox = Inbox()
    supervisor = Supervisor(["simulated://", "simulated://"], post=inbox.post)
    supervisor.start()
    supervisor.feedback("simulated-2", Feedback.REFUSED)
    supervisor.feedback("nobody", Feedback.ACCEPTED)
    first, second = supervisor.devices()
    assert isinstance(first, SimulatedReader)
    assert isinstance(second, SimulatedReader)
    assert (first.shown(), second.shown()) == ((), (Feedback.REFUSED,))
    supervisor.stop()


def test_a_random_uid_reaches_the_till_to_be_refused_aloud_and_is_counted(
    supervisor: Supervisor, inbox: Inbox
) -> None:
    reader_of(supervisor).tap(Credential(Technology.ISO14443_4, bytes.fromhex("08112233")))
    assert inbox.tap().credential.hex == "08112233"
    assert count(supervisor, Outcome.RANDOM_UID) == 1


def test_a_number_of_an_impossible_length_never_reaches_the_till(
    supervisor: Supervisor, inbox: Inbox
) -> None:
    reader_of(supervisor).tap(Credential(Technology.ISO14443_4, bytes.fromhex("0411")))
    reader_of(supervisor).tap(ALICE)
    assert inbox.tap().credential == ALICE
    assert count(supervisor, Outcome.BAD_LENGTH) == 1


def test_a_full_inbox_holds_taps_back_and_loses_none_of_sixteen() -> None:
    small: queue.Queue[object] = queue.Queue(1)
    supervisor = Supervisor(["simulated://"], post=small.put_nowait)
    supervisor.start()
    reader = reader_of(supervisor)
    promised = [reader.present(card) for card in [ALICE, BOB] * 4]
    eventually(lambda: count(supervisor, Outcome.TAPS) == 8, "all cards are read")
    taken: list[Tap] = []
    while len(taken) < 8:
        event = small.get(timeout=10)
        if isinstance(event, Tap):
            taken.append(event)
    assert [tap.id for tap in taken] == promised
    assert count(supervisor, Outcome.DROPPED) == 0
    supervisor.stop()


def test_a_till_that_takes_nothing_bounds_what_is_held_and_says_how_many_were_dropped() -> None:
    full: queue.Queue[object] = queue.Queue(1)
    full.put("stuck")
    supervisor = Supervisor(["simulated://"], post=full.put_nowait)
    supervisor.start()
    for _ in range(100):
        reader_of(supervisor).tap(ALICE)
    eventually(lambda: count(supervisor, Outcome.TAPS) == 100, "all cards are read")
    eventually(
        lambda: count(supervisor, Outcome.DROPPED) >= 100 - watched.HELD_EVENTS_MAX, "drops count"
    )
    assert len(supervisor._readers[0]._held) <= watched.HELD_EVENTS_MAX
    supervisor.stop()


def test_dropped_taps_are_told_once_an_overflow_with_their_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inbox: queue.Queue[object] = queue.Queue(1)
    supervisor = Supervisor(["simulated://"], post=inbox.put_nowait)
    supervisor.start()
    reader = reader_of(supervisor)
    for _ in range(2):
        with contextlib.suppress(queue.Full):
            inbox.put("stuck", timeout=0.2)
        dropped_before = count(supervisor, Outcome.DROPPED)
        for card in [ALICE, BOB] * 10:
            reader.present(card)
        eventually(
            lambda before=dropped_before: count(supervisor, Outcome.DROPPED) - before == 4,
            "sixteen of twenty are held",
        )
        status = supervisor.statuses()[0]
        assert status.state is HealthState.DEGRADED, "a screen that asks sees it at once"
        taken: list[object] = []
        while not (taken and "taps dropped" in getattr(taken[-1], "detail", "")):
            taken.append(inbox.get(timeout=10))
        health = taken[-1]
        assert isinstance(health, Health)
        assert health.state is HealthState.DEGRADED
        assert health.detail.startswith("simulated: 4 taps dropped")
        taps = [event for event in taken if isinstance(event, Tap)]
        assert len(taps) == 16, "each tap was either taken or is in the number told"
        assert sum("taps dropped" in getattr(event, "detail", "") for event in taken) == 1
    supervisor.stop()
    assert caplog.text.count("the oldest are dropped") == 2


def test_a_loss_that_the_full_inbox_never_heard_of_is_told_with_the_dropped_taps() -> None:
    inbox: queue.Queue[object] = queue.Queue(1)
    inbox.put("stuck")
    supervisor = Supervisor(["simulated://"], post=inbox.put_nowait)
    supervisor.start()
    reader = reader_of(supervisor)
    reader.unplug()
    reader.replug()
    for _ in range(30):
        reader.tap(ALICE)
    reader.unplug()
    reader.remove()
    eventually(
        lambda: supervisor.statuses()[0].state is HealthState.UNPLUGGED, "the reader is unplugged"
    )
    health = None
    while health is None or "taps dropped" not in health.detail:
        event = inbox.get(timeout=10)
        health = event if isinstance(event, Health) else health
    assert health.state is HealthState.UNPLUGGED
    assert "plug the simulated reader in again; 14 taps dropped" in health.detail
    supervisor.stop()


class PlainReader:
    """A reader that tells no removal, as a school's own might."""

    def __init__(self) -> None:
        self.name, self.url = "plain", "plain://"
        self.post: Post = lambda _event: None
        self.starts = 0

    def start(self, post: Post) -> None:
        self.starts += 1
        self.post = post

    def feedback(self, feedback: Feedback) -> None: ...

    def stop(self) -> None: ...


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> PlainReader:
    reader = PlainReader()
    monkeypatch.setattr(watched, "open_reader", lambda _url, **_name: reader)
    return reader


def test_two_cards_at_once_are_a_warning_that_the_next_clean_tap_clears(
    plain: PlainReader, inbox: Inbox
) -> None:
    supervisor = Supervisor(["plain://"], post=inbox.post)
    supervisor.start()
    plain.post(Health("plain", HealthState.UP, "plain: ready", 0))
    for card, at_ms in ((ALICE, 1), (BOB, 60)):
        plain.post(Tap("x", "plain", card, Assurance.UID, at_ms * 1_000_000))  # type: ignore[arg-type]
    assert inbox.tap().credential == ALICE
    assert "two cards at once" in inbox.health(HealthState.DEGRADED).detail
    assert inbox.tap().credential == BOB
    plain.post(Tap("x", "plain", ALICE, Assurance.UID, 10**10))  # type: ignore[arg-type]
    inbox.well()
    assert count(supervisor, Outcome.TWO_CARDS) == 1
    supervisor.stop()


def test_a_driver_that_cannot_be_loaded_is_health_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, inbox: Inbox
) -> None:
    real = PlainReader()
    answers: Iterator[object] = iter([False, False, True])

    def open_later(url: str, name: str) -> PlainReader:
        if next(answers):
            return real
        raise ReaderUnavailableError("plain://: its library is not installed; install it")

    monkeypatch.setattr(watched, "open_reader", open_later)
    supervisor = Supervisor(["plain://"], post=inbox.post)
    supervisor.start()
    assert "install it" in inbox.health(HealthState.NO_READER).detail
    eventually(lambda: real.starts == 1, "the driver starts once its library is there")
    supervisor.stop()


def test_a_driver_that_fails_to_start_leaves_the_others_running(
    monkeypatch: pytest.MonkeyPatch, inbox: Inbox
) -> None:
    real_open = watched.open_reader

    class Broken(PlainReader):
        def start(self, post: Post) -> None:
            raise RuntimeError("its maker never tried it")

    monkeypatch.setattr(
        watched,
        "open_reader",
        lambda url, name: Broken() if url == "plain://" else real_open(url, name=name),
    )
    supervisor = Supervisor(["plain://", "simulated://"], post=inbox.post)
    supervisor.start()
    assert "never tried" in inbox.health(HealthState.DEGRADED).detail
    reader_of(supervisor).tap(ALICE)
    assert inbox.tap().credential == ALICE
    supervisor.stop()


def test_ten_thousand_taps_leak_nothing(supervisor: Supervisor) -> None:
    import tracemalloc

    reader = reader_of(supervisor)
    supervisor._readers[0]._post = lambda _event: None

    def tap(times: int, total: int) -> None:
        for number in range(times):
            reader.tap(Credential(Technology.ULTRALIGHT, number.to_bytes(7, "big")))
        eventually(lambda: count(supervisor, Outcome.TAPS) == total, "all taps are taken")

    tap(2000, 2000)
    threads, descriptors = threading.active_count(), descriptors_open()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tap(10_000, 12_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 200_000
    assert threading.active_count() == threads
    assert descriptors_open() == descriptors


def test_removed_is_told_to_the_till(supervisor: Supervisor, inbox: Inbox) -> None:
    reader_of(supervisor).tap(ALICE)
    assert isinstance(inbox.removed(), Removed)
