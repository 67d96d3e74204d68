"""The demo from end to end, as ./run --headless plays it."""

import fcntl
import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from counter_inbox import eventually
from real_day import real_day
from school_day_rig import SCHOOL, TODAY, DayClock, at
from web_rig import Visitor

from central.enrolment import create_code
from central.pages.passwords import is_password
from central.pages.users import stored_password
from central.store import open_store
from central.twin import TwinCentre
from cli.demo import _PROFILES
from cli.demo_services import DemoServices
from cli.output import EXIT_FAILED, EXIT_WELL
from cli.terminal_link import ask
from config.load import load_settings
from config.settings import Settings
from sync.enrol import enrol
from sync.identity import Identity
from terminal.clock import Clock
from terminal.daemon import Terminal

HOUSE = Path(__file__).parents[2]
PROGRAM = "import sys, cli.main; sys.exit(cli.main.main(sys.argv[1:]))"
KEYS = [
    "taps",
    "collected",
    "sold",
    "refused",
    "duplicates_ignored",
    "receipts",
    "events",
    "acknowledged",
    "unsynced",
    "ledger_sum_cents",
    "tap_ms",
    "receipts_dir",
    "journal",
    "central_database",
]


@pytest.fixture(autouse=True)
def time_enough() -> None:
    """A demo that midnight overtakes has no order for the new day."""
    real_day()


def test_a_lunch_is_played_booked_and_printed(typed, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = ("demo", "--headless", "--taps", "30", "--seed", "7", "--json", "--data", folder)
    answer = typed(*words)
    assert (answer.code, answer.err) == (EXIT_WELL, "")
    summary = json.loads(answer.out)
    assert list(summary) == KEYS
    assert summary["taps"] == 30
    counts = ("collected", "sold", "refused", "duplicates_ignored")
    assert sum(summary[key] for key in counts) == 30
    assert all(summary[key] > 0 for key in counts)
    assert summary["receipts"] == summary["collected"] + summary["sold"]
    assert summary["receipts"] == len(list(Path(summary["receipts_dir"]).glob("*.png")))
    # Each tap but the repeats, and the start.
    assert summary["events"] == 30 - summary["duplicates_ignored"] + 1
    assert (summary["acknowledged"], summary["unsynced"]) == (summary["events"], 0)
    assert summary["ledger_sum_cents"] == 0
    assert typed("journal", "verify", summary["journal"]).code == EXIT_WELL


def test_a_visitor_is_told_how_to_reach_the_screen_and_the_office(tmp_path: Path) -> None:
    passwords = []
    for profile, became in (("till", "collected"), ("study", "entered")):
        with demo(tmp_path, "--profile", profile) as child:
            said = json.loads(child.stdout.readline())
            assert tapped(tmp_path) == became
            passwords.append(said["office_password"])
            office = http.client.HTTPConnection(urlsplit(said["centre"]).netloc, timeout=20)
            with closing(office):
                office.request("GET", "/office")
                assert office.getresponse().getheader("location") == "/sign-in?next=/office"
            with closing(open_store(str(tmp_path / "central.db"), may_create=False)) as store:
                with store.database.reading() as session:
                    stored = stored_password(session, said["office_user"])
                    children = session.rows(
                        "SELECT 1 FROM family_pupil WHERE user_name = ?", said["family_user"]
                    )
                    theirs = stored_password(session, said["family_user"])
                assert is_password(stored, passwords[-1])
                assert is_password(theirs, said["family_password"])
                assert len(children) == 2
    assert passwords[0] == passwords[1]
    for name in ("terminal.log", "central.log"):
        assert passwords[0] not in (tmp_path / name).read_text()


AT_NOON = {
    "till": "collected",
    "kiosk": "shown",
    "office": "shown",
    "study": "entered",
    "gate": "late",
}
"""What becomes of the demo's first badge at each of its terminals."""


def test_what_a_demo_can_be_it_becomes_and_answers(tmp_path: Path) -> None:
    """By the demo's own folder and settings, one after the other, in this one process."""
    clock = DayClock(at("12:05"))
    services = DemoServices(tmp_path, seed=7, today=TODAY, is_new=False)
    school = services._school({"seed": 7, "day": TODAY.isoformat()})
    with TwinCentre(tmp_path / "central.db", clock=clock.now) as centre:
        services.centre_url = centre.url
        code = create_code(centre.store, SCHOOL, terminal_name="Caisse 1", now=clock.now())
        identity = enrol(central_url=centre.url, code=code, folder=tmp_path)
        for profile in _PROFILES:
            services._profile = profile
            path = services._write("terminal.toml", services._settings())
            settings = load_settings(path, environ={})
            with running(settings, identity, clock) as ready:
                port = ready.terminal.port
                eventually(lambda at=port: at.status()["copy_at"], "the copy came", within_s=60)
                became = port.tap(school.badges[0].credential, timeout_s=60)["outcome"]
                told = (port.status()["profile"], became, page_of(ready.page))
            assert told == (profile, AT_NOON[profile], profile)


@dataclass
class Running:
    """A terminal in a thread of its own. page: its screen's address."""

    terminal: Terminal
    page: str


@contextmanager
def running(settings: Settings, identity: Identity, clock: Clock) -> Iterator[Running]:
    said: queue.Queue[Running] = queue.Queue()

    def run() -> None:
        terminal = Terminal(settings, identity, version="1", clock=clock)
        terminal.run(lambda ready: said.put(Running(terminal, ready.page)))

    thread = threading.Thread(target=run)
    thread.start()
    ready = said.get(timeout=60)
    try:
        yield ready
    finally:
        ready.terminal.stop()
        thread.join(60)
        assert not thread.is_alive()


def page_of(launch: str) -> str:
    """Return which page a terminal opens with."""
    address = urlsplit(launch)
    inside = Visitor(address.netloc).enter(address.query.partition("=")[2])
    told = inside.get("/").body.decode().partition('id="told">')[2].partition("</script>")[0]
    return str(json.loads(told)["profile"])


def tapped(folder: Path) -> str:
    """Tap the first badge of the demo; return what became of it."""
    eventually(
        lambda: ask(folder, "GET", "/v1/status")["copy_at"] is not None,
        "the terminal knows the school",
        within_s=60,
    )
    first = json.loads((folder / "demo.json").read_text())["badges"][0]
    body = {"value": first["value"], "technology": first["technology"], "stays": False}
    return str(ask(folder, "POST", "/v1/tap", body)["outcome"])


@contextmanager
def demo(folder: Path, *more: str) -> "Iterator[subprocess.Popen[str]]":
    words = [sys.executable, "-P", "-c", PROGRAM, "demo", "--json", "--data", str(folder), *more]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=HOUSE) as child:
        try:
            yield child
        finally:
            child.send_signal(signal.SIGINT)
            assert child.wait(60) == EXIT_WELL


def test_one_demo_a_folder(typed, tmp_path: Path) -> None:
    lock = os.open(tmp_path / "demo.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    typed("demo", "--data", tmp_path).expect_one_line(
        EXIT_FAILED, f"a demo runs in {tmp_path} already", "--data"
    )
    os.close(lock)
