"""The daemon goes and comes back: the page says so in time, and never shows the past as now."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from web_rig import OpenTill, Serve

from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

DAEMON = Path(__file__).parent / "twin_daemon.py"
HOUSE = Path(__file__).parents[2]


class Daemon:
    """A terminal's twin in a process of its own, on one port for all its lives."""

    def __init__(self, key_path: Path) -> None:
        self._key_path = key_path
        self._port = 0
        self._process = None

    def start(self, boot: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, DAEMON, str(self._port), str(self._key_path), "once", boot],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(HOUSE), "PATH": "/usr/bin:/bin"},
        )
        self.address = self._process.stdout.readline().strip()
        self._port = urlsplit(self.address).port

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process.stdout.close()
            self._process = None


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "screens.key")
    daemon.start("first")
    yield daemon
    daemon.kill()


@pytest.fixture
def screen(open_till: OpenTill, daemon: Daemon) -> Page:
    page = open_till(url=f"{daemon.address}/?token=once")
    page.locator(".verdict .name", has_text="pupil of first").wait_for()
    return page


def test_a_killed_daemon_is_told_within_three_seconds_and_comes_back_by_itself(
    screen: Page, daemon: Daemon
) -> None:
    daemon.kill()
    began = time.monotonic()
    screen.locator("[data-line=gone]").wait_for()
    assert time.monotonic() - began < 3.0
    assert screen.locator(".verdict").count() == 0
    daemon.start("second")
    screen.locator(".verdict .name", has_text="pupil of second").wait_for()
    assert screen.locator("h1").inner_text().startswith("till of second")


def test_a_daemon_that_hangs_is_told_within_three_seconds(screen: Page, daemon: Daemon) -> None:
    daemon.send(signal.SIGSTOP)
    began = time.monotonic()
    screen.locator("[data-line=gone]").wait_for()
    assert time.monotonic() - began < 3.5
    daemon.send(signal.SIGCONT)
    screen.locator(".verdict .name", has_text="pupil of first").wait_for()


def test_a_session_that_has_ended_is_told(screen: Page, daemon: Daemon, tmp_path: Path) -> None:
    daemon.kill()
    (tmp_path / "screens.key").unlink()
    daemon.start("second")
    screen.locator("[data-line=locked]").wait_for()
    assert screen.get_by_role("heading", name="Écran verrouillé").count() == 1


def test_what_happened_while_the_line_was_broken_is_shown(
    serve: Serve, open_till: OpenTill, terminal: TwinTerminal, tmp_path: Path
) -> None:
    key_path = tmp_path / "screens.key"
    first = serve(key_path=key_path, socket_path=None)
    till = open_till(url=first.launch_url())
    terminal.publish_verdict({"name": "before"})
    till.locator(".verdict .name", has_text="before").wait_for()
    first.stop()
    till.locator("[data-line=gone]").wait_for()
    terminal.publish_verdict({"name": "meanwhile"})
    serve(key_path=key_path, socket_path=None, listen=first.address.removeprefix("http://"))
    till.locator(".verdict .name", has_text="meanwhile").wait_for()
    assert till.locator(".taps .name").all_inner_texts() == ["meanwhile", "before"]
