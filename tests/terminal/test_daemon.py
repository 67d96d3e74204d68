"""The whole daemon in one process: reader, till, printer, screens, uplink, and a real centre."""

import http.client
import json
import queue
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from counter_inbox import eventually
from journal_rig import SCHOOL, filled
from real_day import real_day
from till_rig import school_copy

from central.clock import wall_clock
from central.enrolment import create_code
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.twin import TwinCentre
from config.settings import Settings
from core.events import read_event
from core.facts import TerminalStarted
from offline_cache.journal_reader import JournalReader
from printer.emulator import Emulator, Faults
from sync.enrol import enrol
from sync.identity import Identity
from terminal.clock import ManualClock
from terminal.daemon import Demo, Ready, Terminal
from terminal.ports import DemoBadge, NoSimulatedReaderError, TerminalBusyError
from terminal.twin import BASE_STATUS
from terminal.web.errors import WebError

LONG_S = 20.0


class Daemon:
    """One terminal in a thread of its own, which makes, runs and ends it."""

    def __init__(self, settings: Settings, identity: Identity, **more: Any) -> None:
        self._said: queue.Queue[tuple[Terminal, Ready] | BaseException] = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(settings, identity, more))
        self._thread.start()
        said = self._said.get(timeout=LONG_S)
        if isinstance(said, BaseException):
            self._thread.join()
            raise said
        self.terminal, self.ready = said
        self.port = self.terminal.port

    def _run(self, settings: Settings, identity: Identity, more: dict[str, Any]) -> None:
        try:
            terminal = Terminal(settings, identity, version="1.0", **more)
            terminal.run(lambda ready: self._said.put((terminal, ready)))
        except BaseException as error:  # noqa: BLE001  raised in the test's own thread
            self._said.put(error)

    def stop(self) -> None:
        self.terminal.stop()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()

    def status(self) -> Any:
        return self.port.status()

    def wait_for(self, fits: Callable[[Any], bool], what: str) -> None:
        eventually(lambda: fits(self.status()), what, within_s=LONG_S)


@pytest.fixture(scope="module")
def school() -> DemoSchool:
    return make_school(seed=7, today=real_day())


@pytest.fixture
def centre(tmp_path: Path, school: DemoSchool) -> Iterator[TwinCentre]:
    with TwinCentre(tmp_path / "central.db") as centre:
        load_school(centre.store, school)
        yield centre


@pytest.fixture
def identity(tmp_path: Path, centre: TwinCentre, school: DemoSchool) -> Identity:
    code = create_code(centre.store, school.school.id, terminal_name="Till 1", now=wall_clock())
    return enrol(central_url=centre.url, code=code, folder=tmp_path / "till")


def settings_of(folder: Path, **changes: Any) -> Settings:
    values = {
        "name": "Till 1",
        "data": folder,
        "readers": ("simulated://",),
        "printer": "image://",
        "listen": "127.0.0.1:0",
    }
    return Settings(**(values | changes))


@pytest.fixture
def run(centre: TwinCentre) -> Iterator[Callable[..., Daemon]]:
    """Start daemons; they are stopped before their centre is."""
    assert centre.url
    running: list[Daemon] = []

    def start(*parts: Any, **more: Any) -> Daemon:
        running.append(Daemon(*parts, **more))
        return running[-1]

    yield start
    for daemon in running:
        daemon.stop()


def starts(folder: Path) -> list[bool]:
    """Return, of each start in a journal, whether it was a recovery."""
    reader = JournalReader.open(folder / "journal.db")
    try:
        found = [read_event(event.body).fact for event in reader.events()]
    finally:
        reader.close()
    return [fact.is_recovery for fact in found if isinstance(fact, TerminalStarted)]


# --- a day ----------------------------------------------------------------------------------------


def test_a_badge_becomes_a_receipt_and_a_booking(run, tmp_path, identity, centre, school) -> None:
    alice = school.badges[0]
    demo = Demo((DemoBadge(alice.credential, alice.name, alice.expectation),), "t" * 22)
    daemon = run(settings_of(tmp_path / "till"), identity, demo=demo)
    assert daemon.port.demo_badges() == demo.badges
    daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
    verdict = daemon.port.tap(alice.credential, timeout_s=LONG_S)
    assert (verdict["topic"], verdict["outcome"]) == ("verdict", "collected")
    assert daemon.port.tap(alice.credential, timeout_s=LONG_S)["reason"] == "already_served"
    daemon.wait_for(lambda status: status["queue"]["count"] == 0, "all was booked")
    daemon.wait_for(lambda status: status["printer"]["waiting"] == 0, "all was printed")
    (picture,) = (tmp_path / "till/receipts").glob("*.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    with centre.store.database.reading() as session:
        booked = session.rows("SELECT kind, verdict FROM event ORDER BY place")
    assert [tuple(row) for row in booked] == [
        ("terminal.started", "accepted"),
        ("meal.collected", "accepted"),
        ("tap.refused", "accepted"),
    ]
    status = daemon.status()
    assert status["mode"] == "demo"
    assert status["counters"]["collected"] == 1
    assert (status["served"], status["is_online"]) == (1, True)
    assert status["pupils"] == len(school.pupils)
    daemon.port.sync_now()


def test_the_status_has_the_keys_that_the_screens_read(run, tmp_path, identity, centre) -> None:
    daemon = run(settings_of(tmp_path / "till"), identity)
    daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
    asked = daemon.status()
    # The twin is what the screens are tested with: whatever it tells, the real one tells too.
    for status in (asked, daemon.terminal._board.state()[1]["status"]):
        assert BASE_STATUS.keys() <= status.keys()
        assert BASE_STATUS["readers"][0].keys() <= status["readers"][0].keys()
        for key in ("printer", "queue", "walk_in"):
            assert BASE_STATUS[key].keys() <= status[key].keys()
        for lane in ("up", "down"):
            assert BASE_STATUS["network"][lane].keys() <= status["network"][lane].keys()
        assert {"till", "menu", "pupils", "at"} <= status.keys()
        json.dumps(status)
    assert asked["mode"] == "live"
    assert {"taps", "tap_us"} <= asked["counters"].keys()


def test_the_page_and_the_socket_answer(run, tmp_path, identity) -> None:
    daemon = run(settings_of(tmp_path / "till"), identity)
    page = urlsplit(daemon.ready.page)
    connection = http.client.HTTPConnection(page.netloc, timeout=LONG_S)
    connection.request("GET", f"{page.path}?{page.query}")
    assert connection.getresponse().status in (200, 303)
    connection.close()
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(LONG_S)
        door.connect(str(tmp_path / "till/terminal.sock"))
        door.sendall(b"GET /v1/status HTTP/1.1\r\nHost: terminal\r\nConnection: close\r\n\r\n")
        assert door.recv(12) == b"HTTP/1.1 200"


# --- starts and stops -----------------------------------------------------------------------------


def test_a_stop_in_order_is_no_recovery_and_a_kill_is(tmp_path, identity) -> None:
    folder = tmp_path / "till"
    first = Daemon(settings_of(folder), identity)
    first.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
    assert not first.ready.is_recovery
    # What a kill leaves at this moment, to be started later.
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("journal.db", "journal.db-wal", "snapshot.db"):
        shutil.copy(folder / name, killed / name)
    copy_at = first.status()["copy_at"]
    first.stop()
    assert not (folder / "terminal.sock").exists()

    second = Daemon(settings_of(folder), identity)
    assert not second.ready.is_recovery
    assert second.status()["copy_at"] >= copy_at, "the copy is no older than when it was left"
    second.stop()
    third = Daemon(settings_of(killed), identity)
    assert third.ready.is_recovery
    third.stop()
    assert starts(folder) == [False, False]
    assert starts(killed) == [False, True]


def test_a_daemon_that_cannot_write_at_its_start_comes_up_red_and_recovers(
    run, tmp_path, identity, school
) -> None:
    folder = tmp_path / "till"
    filled(folder / "journal.db", 1)
    # The disk fails for the first thing that is written, and for nothing after it.
    with closing(sqlite3.connect(folder / "journal.db")) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON event WHEN NEW.kind = 'terminal.started'"
            " BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    clock = ManualClock(at=wall_clock())
    daemon = run(settings_of(folder), identity, clock=clock)
    assert daemon.status()["till"] == "red"
    alice = school.badges[0].credential
    declined = daemon.port.tap(alice, timeout_s=LONG_S)
    assert declined["topic"] == "declined"
    assert str(folder / "journal.db") in declined["alarm"]
    clock.advance(timedelta(seconds=6))
    daemon.wait_for(lambda status: status["till"] == "open", "the till serves again")
    assert daemon.status()["alarm"] is None
    assert daemon.port.tap(alice, timeout_s=LONG_S)["topic"] == "verdict"


def test_a_stopped_terminal_answers_that_it_has_stopped(tmp_path, identity) -> None:
    daemon = Daemon(settings_of(tmp_path / "till"), identity)
    daemon.stop()
    with pytest.raises(TerminalBusyError, match="has stopped"):
        daemon.port.status()


def test_a_stop_in_the_middle_of_a_paper_leaves_no_thread_and_no_process(
    tmp_path, identity, school, monkeypatch
) -> None:
    monkeypatch.setattr("terminal.daemon._PAPER_ENDS_S", 0.05)
    printer = Emulator(Faults(paper_out_after=100))
    address = f"{printer.listen()}?fence=id&has_status=true"
    daemon = Daemon(settings_of(tmp_path / "till", printer=address), identity)
    try:
        daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
        buyer = next(one for one in school.badges if "no order today, and" in one.expectation)
        assert daemon.port.tap(buyer.credential, timeout_s=LONG_S)["outcome"] == "sold"
        daemon.wait_for(lambda status: status["printer"]["state"] == "paper_end", "the paper ended")
        composer, spool = daemon.terminal._composer, daemon.terminal._around.spool
        assert composer.pid is not None
        assert spool.status().is_running
    finally:
        daemon.stop()
        printer.close()
    assert composer.pid is None
    assert spool.stop(0.0), "its thread has ended by then"


@pytest.mark.parametrize("what", ["of another school", "damaged"])
def test_a_copy_that_cannot_be_used_is_put_aside(run, tmp_path, identity, what, caplog) -> None:
    folder = tmp_path / "till"
    filled(folder / "journal.db", 0)
    copy = school_copy(folder / "snapshot.db", school_id=SCHOOL)
    if what == "damaged":
        copy.write_bytes(b"SQLite format 3\0" + b"\xa5" * 9000)
    daemon = run(settings_of(folder), identity)
    assert (folder / "snapshot.db.bad").exists()
    assert "put aside" in caplog.text
    daemon.wait_for(lambda status: status["pupils"] > 500, "the right copy came")


def test_settings_name_another_centre(run, tmp_path, identity) -> None:
    daemon = run(settings_of(tmp_path / "till", central="http://127.0.0.1:9"), identity)
    daemon.wait_for(
        lambda status: status["network"]["up"]["state"] == "offline", "nobody answers there"
    )
    assert not daemon.status()["is_online"]


def test_without_printer_and_simulated_reader(run, tmp_path, identity, school) -> None:
    line = tmp_path / "no-device"
    changes = {"readers": (f"serial://{line}?frame=rdm6300",), "printer": "none://"}
    daemon = run(settings_of(tmp_path / "till", **changes), identity)
    with pytest.raises(NoSimulatedReaderError):
        daemon.port.tap(school.badges[0].credential, timeout_s=1)
    assert daemon.status()["till"] == "open", "a broken reader leaves the rest working"


def test_a_real_printers_profile_is_taken(run, tmp_path, identity) -> None:
    file = tmp_path / "lp0"
    file.touch()
    changes = {"printer": f"file://{file}", "printer_profile": "TM-T20II", "columns": 42}
    daemon = run(settings_of(tmp_path / "till", **changes), identity)
    assert daemon.terminal._printer.url == f"file://{file}"


def test_a_taken_port_is_told_before_anything_is_promised(tmp_path, identity) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WebError, match=str(port)):
            Daemon(settings_of(tmp_path / "till", listen=f"127.0.0.1:{port}"), identity)
