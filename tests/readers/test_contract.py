"""What every reader does alike, run on all of them: real lines, a real pcscd, a real nfcpy."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from counter_inbox import Inbox, descriptors_open, eventually
from reader_benches import BENCHES, Bench, PcscBench, bench_of

from core.tap import Feedback, HealthState, Tap
from readers.base import BadgeReader
from readers.supervisor import Supervisor

LOST = (HealthState.UNPLUGGED, HealthState.NO_READER, HealthState.NO_SERVICE)
PCSC = pytest.param("pcsc", marks=pytest.mark.pcsc)
KINDS = [*BENCHES, PCSC]
# A recording has no plug, and plays by itself; what is asked of it instead is in test_replay.py.
WITH_A_PLUG = pytest.mark.parametrize(
    "bench", [*(kind for kind in BENCHES if kind != "replay"), PCSC], indirect=True
)


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "pcsc":
        yield PcscBench(request.getfixturevalue("pcsc"))
        return
    with bench_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def reader(bench: Bench, inbox: Inbox) -> Iterator[BadgeReader]:
    opened = bench.open()
    yield opened
    opened.stop()


def threads_of(reader: BadgeReader) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == f"reader-{reader.name}"]


def test_says_that_it_is_up(bench: Bench, reader: BadgeReader, inbox: Inbox) -> None:
    reader.start(inbox.post)
    health = inbox.health(HealthState.UP)
    assert health.reader == reader.name
    assert reader.name in health.detail


def test_a_card_laid_on_it_is_one_tap_with_its_number(
    bench: Bench, reader: BadgeReader, inbox: Inbox
) -> None:
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    bench.lay(0)
    tap = inbox.tap()
    assert tap.credential.hex == bench.uid(0)
    assert tap.credential.technology is bench.technology
    assert tap.reader.partition("/")[0] == reader.name
    assert 0 <= time.monotonic_ns() - tap.mono_ns < 10_000_000_000


def test_three_cards_one_after_the_other_are_three_taps_in_order(
    bench: Bench, reader: BadgeReader, inbox: Inbox
) -> None:
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    taps: list[Tap] = []
    for number in range(3):
        bench.lay(number)
        taps.append(inbox.tap())
        bench.take()
    assert [tap.credential.hex for tap in taps] == [bench.uid(number) for number in range(3)]
    assert len({tap.id for tap in taps}) == 3


@WITH_A_PLUG
def test_a_pulled_plug_is_said_once_and_a_put_back_one_gives_taps_again(
    bench: Bench, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="readers")
    supervisor = supervised(bench, inbox)
    try:
        inbox.well()
        bench.pull()
        inbox.health(*LOST)
        bench.plug()
        inbox.health(HealthState.RECOVERED)
        bench.lay(1)
        assert inbox.tap().credential.hex == bench.uid(1)
    finally:
        supervisor.stop()
    assert [record.levelname for record in caplog.records if "reader lost" in record.message] == [
        "WARNING"
    ]
    assert caplog.text.count("reader back") == 1


def supervised(bench: Bench, inbox: Inbox) -> Supervisor:
    """Start a supervisor over a bench's own reader."""
    supervisor = Supervisor([bench.url], post=inbox.post)
    watched = supervisor._readers[0]
    watched.device = bench.open()
    supervisor.start()
    return supervisor


@WITH_A_PLUG
def test_a_device_that_is_not_there_is_health_and_not_an_error(
    bench: Bench, reader: BadgeReader, inbox: Inbox
) -> None:
    bench.pull()
    began = time.monotonic()
    reader.start(inbox.post)
    assert time.monotonic() - began < 0.5
    inbox.health(*LOST)
    bench.plug()
    inbox.well()
    bench.lay(2)
    assert inbox.tap().credential.hex == bench.uid(2)


def test_stops_within_two_seconds_and_leaves_nothing_behind(
    bench: Bench, reader: BadgeReader, inbox: Inbox
) -> None:
    descriptors = descriptors_open()
    for _ in range(2):
        reader.start(inbox.post)
        inbox.health(HealthState.UP)
        began = time.monotonic()
        reader.stop()
        assert time.monotonic() - began < 2
        assert threads_of(reader) == []
    events = inbox.events.qsize()
    if bench.is_live:
        bench.lay(1)
    assert inbox.events.qsize() == events
    if bench.url.startswith("wedge"):
        return
    eventually(lambda: descriptors_open() <= descriptors, "every file descriptor is closed")


def test_may_be_stopped_before_it_is_started_and_twice(bench: Bench, inbox: Inbox) -> None:
    reader = bench.open()
    reader.stop()
    reader.start(inbox.post)
    reader.start(inbox.post)
    assert len(threads_of(reader)) == 1
    reader.stop()
    reader.stop()


def test_feedback_never_blocks_whatever_the_reader_does(
    bench: Bench, reader: BadgeReader, inbox: Inbox
) -> None:
    began = time.monotonic()
    for feedback in Feedback:
        reader.feedback(feedback)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    for feedback in Feedback:
        reader.feedback(feedback)
    reader.stop()
    reader.feedback(Feedback.REFUSED)
    assert time.monotonic() - began < 5


@WITH_A_PLUG
def test_a_till_that_fails_to_take_an_event_does_not_end_the_reader(
    bench: Bench, reader: BadgeReader, inbox: Inbox
) -> None:
    failures = iter([True])

    def post(event: object) -> None:
        if isinstance(event, Tap) and next(failures, False):
            raise RuntimeError("the till is confused")
        inbox.post(event)  # type: ignore[arg-type]

    reader.start(post)
    inbox.health(HealthState.UP)
    bench.lay(0)
    inbox.health(HealthState.DEGRADED)
    bench.take()
    inbox.well()
    bench.lay(1)
    while inbox.tap().credential.hex != bench.uid(1):
        continue
