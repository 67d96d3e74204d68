"""systemd's watchdog hears the till loop itself, and nobody else."""

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from till_rig import ALICE, PATIENCE_S, Counter

from terminal.notify import Watchdog
from terminal.web.enrol_server import EnrolServer

LIMIT_S = 15
SECOND_NS = 1_000_000_000


class Systemd:
    """The end of the notification socket that systemd holds."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.asks: Mapping[str, str] = {
            "NOTIFY_SOCKET": str(path),
            "WATCHDOG_USEC": str(LIMIT_S * 1_000_000),
            "WATCHDOG_PID": str(os.getpid()),
        }

    def heard(self) -> list[bytes]:
        messages = []
        try:
            while True:
                messages.append(self.socket.recv(100))
        except BlockingIOError:
            return messages


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.socket.close()


def test_a_loop_that_turns_pings_three_times_within_the_limit(systemd: Systemd) -> None:
    watchdog = Watchdog(systemd.asks)
    told = [watchdog.pat(second * SECOND_NS) for second in range(LIMIT_S)]
    assert [second for second, was_told in enumerate(told) if was_told] == [0, 5, 10]
    assert systemd.heard() == [b"WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "change",
    [{"WATCHDOG_USEC": ""}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_PID": "1"}],
    ids=["not asked", "none", "nonsense", "another process is asked"],
)
def test_who_is_not_asked_says_nothing(systemd: Systemd, change: dict[str, str]) -> None:
    assert not Watchdog({**systemd.asks, **change}).pat(0)
    assert systemd.heard() == []


class Visitor:
    """Watches a till from another thread, as systemd does: turning, hanging, turning again."""

    def __init__(self, counter: Counter, systemd: Systemd) -> None:
        self._counter = counter
        self._systemd = systemd
        self._hangs, self._may_go_on = threading.Event(), threading.Event()
        self.heard: dict[str, list[bytes]] = {}

    def visit(self) -> None:
        try:
            self._let_it_turn()
            self.heard["turning"] = self._systemd.heard()
            self._counter.inbox.ask_later(self._hang)
            assert self._hangs.wait(PATIENCE_S)
            self._counter.clock.advance(timedelta(seconds=LIMIT_S))
            # Readers, web and commands go on: they publish and post, and none of it counts.
            self._counter.reader.tap(ALICE)
            self._counter.board.publish("status", {})
            self.heard["hanging"] = self._systemd.heard()
            self._may_go_on.set()
            self._let_it_turn()
            self.heard["turning again"] = self._systemd.heard()
        finally:
            self._may_go_on.set()
            self._counter.till.stop()

    def _hang(self) -> None:
        self._hangs.set()
        self._may_go_on.wait(PATIENCE_S)

    def _let_it_turn(self) -> None:
        self._counter.clock.advance(timedelta(seconds=LIMIT_S))
        # The second answer proves that the round of the first has ended.
        for _ in range(2):
            self._counter.inbox.ask(lambda: None, timeout_s=PATIENCE_S)


def test_a_till_that_hangs_is_silent_whatever_its_other_threads_do(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in systemd.asks.items():
        monkeypatch.setenv(name, value)
    counter = Counter(tmp_path)
    visitor = Visitor(counter, systemd)
    thread = threading.Thread(target=visitor.visit)
    counter.till.run(is_recovery=False, ready=thread.start)
    thread.join(PATIENCE_S)
    counter.close()
    assert b"WATCHDOG=1" in visitor.heard["turning"]
    assert visitor.heard["hanging"] == []
    assert b"WATCHDOG=1" in visitor.heard["turning again"]


def test_a_terminal_that_waits_for_its_code_is_alive_too(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in systemd.asks.items():
        monkeypatch.setenv(name, value)
    server = EnrolServer(
        listen="127.0.0.1:0", socket_path=tmp_path / "door", central=None, language="en"
    )
    systemd.socket.setblocking(True)
    systemd.socket.settimeout(PATIENCE_S)
    serving = threading.Thread(target=server.run, args=(lambda _: None,))
    serving.start()
    try:
        assert systemd.socket.recv(100) == b"WATCHDOG=1"
    finally:
        server.stop()
        serving.join()
