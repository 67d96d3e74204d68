"""SIGKILL in the middle of a service: no acknowledged tap is lost, and none is booked twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from real_day import real_day

from cli.demo_lunch import play_lunch
from cli.demo_services import DemoServices
from cli.output import CommandError
from offline_cache.journal_reader import JournalReader

PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"


def services_in(folder: Path) -> DemoServices:
    return DemoServices(folder, seed=7, today=real_day(), is_new=False)


def test_no_acknowledged_tap_is_lost_and_none_is_booked_twice(tmp_path: Path) -> None:
    acknowledged: dict[int, str] = {}
    for round_number, taps_until_cut in enumerate((7, 31, 64)):
        with services_in(tmp_path) as services:
            services.wait_for_copy(60)
            acknowledged |= _tap_until_cut(services, round_number, taps_until_cut)
    with services_in(tmp_path) as services:
        status = services.wait_until_booked(60)
        booked = services.booked()
    events = _journal(tmp_path)
    assert len(acknowledged) >= 90
    assert {seq: events[seq] for seq in acknowledged} == acknowledged
    assert sorted(events) == list(range(1, status["queue"]["seq"] + 1))
    assert booked.events == len(events)
    assert booked.ledger_sum_cents == 0
    assert booked.strays == booked.quarantined == 0
    _assert_each_event_has_its_legs_once(tmp_path)


def _tap_until_cut(services: DemoServices, seed: int, taps_until_cut: int) -> dict[int, str]:
    """Tap as fast as answers come; cut both services off while one more is on its way."""
    others = [badge.credential for badge in services.badges[services.special_count :]]
    special = [badge.credential for badge in services.badges[: services.special_count]]
    lunch = play_lunch(special=special, others=others, seed=seed, taps=500)
    acknowledged: dict[int, str] = {}
    for number in count(1):
        if number == taps_until_cut:
            threading.Timer(0.0005, services.kill).start()
        try:
            answer = services.tap(next(lunch))
        except CommandError:
            assert number >= taps_until_cut, "nothing fails before the cut"
            return acknowledged
        if answer["topic"] == "verdict":
            acknowledged[int(str(answer["seq"]))] = str(answer["outcome"])
    raise AssertionError


def _journal(folder: Path) -> dict[int, str]:
    outcomes = {
        "meal.collected": "collected",
        "sale.made": "sold",
        "tap.refused": "refused",
        "terminal.started": "started",
    }
    journal = JournalReader.open(folder / "journal.db")
    try:
        return {event.seq: outcomes[event.kind.value] for event in journal.events()}
    finally:
        journal.close()


def _assert_each_event_has_its_legs_once(folder: Path) -> None:
    books = sqlite3.connect(folder / "central.db")
    ids = [row[0] for row in books.execute("SELECT id FROM event")]
    assert max(Counter(ids).values()) == 1
    served = books.execute(
        "SELECT COUNT(*) FROM event WHERE kind = 'meal.collected' AND flag IS NULL"
    ).fetchone()[0]
    moved = books.execute(
        "SELECT COUNT(*) FROM leg WHERE account = 'meals.served' AND booking_id IN"
        " (SELECT id FROM event WHERE kind = 'meal.collected')"
    ).fetchone()[0]
    books.close()
    assert moved == served > 0


@pytest.mark.timeout(400)
def test_the_headless_run_goes_on_after_it_was_killed(tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-c", PROGRAM, "demo", "--headless", "--json"]
    words += ["--taps", "400", "--seed", "7", "--data", str(tmp_path)]
    real_day()  # the next day begins another demo
    first = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    watched = services_in(tmp_path)
    _wait_for_events(watched, 60)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(10)
    before = len(_journal(tmp_path))
    assert before >= 60

    second = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)
    assert second.returncode == 0, second.stderr
    assert not (tmp_path / "previous").exists()
    after = _journal(tmp_path)
    assert len(after) > before
    with services_in(tmp_path) as services:
        services.wait_until_booked(60)
        figures = services.booked()
    assert figures.ledger_sum_cents == 0
    assert figures.events == len(_journal(tmp_path))


def _wait_for_events(services: DemoServices, events: int) -> None:
    pause = threading.Event()
    for _ in range(1200):
        try:
            if services.status()["queue"]["seq"] >= events:
                return
        except CommandError:
            pass
        pause.wait(0.02)
    pytest.fail("the headless run did not get going")
