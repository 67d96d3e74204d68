"""A whole daemon in a thread, its real files, and a real centre that can be stopped."""

import queue
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from counter_inbox import eventually

from central.clock import wall_clock
from central.enrolment import create_code
from central.epochs import approve_epoch
from central.seed import DemoSchool
from central.terminals import find_terminal
from central.twin import TwinCentre
from config.settings import Settings
from core.events import Event, read_event
from core.facts import Fact
from offline_cache.journal_reader import JournalReader
from sync.enrol import enrol
from sync.identity import Identity
from terminal.daemon import Ready, Terminal

LONG_S = 30.0
FILES = ("journal.db", "journal.db-wal", "snapshot.db")


class Daemon:
    """The terminal in a thread of its own."""

    def __init__(self, settings: Settings, identity: Identity) -> None:
        self._said: queue.Queue[tuple[Terminal, Ready] | BaseException] = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(settings, identity))
        self._thread.start()
        said = self._said.get(timeout=LONG_S)
        if isinstance(said, BaseException):
            raise said
        self.terminal, self.ready = said

    def _run(self, settings: Settings, identity: Identity) -> None:
        try:
            terminal = Terminal(settings, identity, version="1.0")
            terminal.run(lambda ready: self._said.put((terminal, ready)))
        except BaseException as error:  # noqa: BLE001  raised in the test's own thread
            self._said.put(error)

    def stop(self) -> None:
        self.terminal.stop()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()

    def status(self) -> Any:
        return self.terminal.port.status()

    def tap(self, badge: Any) -> Any:
        return self.terminal.port.tap(badge.credential, timeout_s=LONG_S)

    def wait_for(self, fits: Callable[[Any], bool], what: str) -> Any:
        eventually(lambda: fits(self.status()), what, within_s=LONG_S)
        return self.status()


class Canteen:
    """A terminal's folder, its centre, and the cards that are put in."""

    def __init__(self, folder: Path, centre: TwinCentre, school: DemoSchool) -> None:
        self.folder = folder / "till"
        self.image = folder / "image"
        self.centre = centre
        plain = [badge for badge in school.badges if badge.expectation.startswith("has ")]
        self.badges = [one for one in plain if one.expectation.startswith("has a meal ordered")]
        self.buyers = [
            one for one in plain if one.expectation.startswith("has no order today, and")
        ]
        self.daemons: list[Daemon] = []
        code = create_code(centre.store, school.school.id, terminal_name="T", now=wall_clock())
        self.identity = enrol(central_url=centre.url, code=code, folder=self.folder)
        self.school = school.school.id

    def start(self, folder: Path | None = None, identity: Identity | None = None) -> Daemon:
        settings = Settings(
            name="T",
            data=folder or self.folder,
            readers=("simulated://",),
            printer="none://",
            listen="127.0.0.1:0",
        )
        self.daemons.append(Daemon(settings, identity or self.identity))
        return self.daemons[-1]

    def close(self) -> None:
        for daemon in self.daemons:
            daemon.stop()

    def keep_image(self) -> None:
        """Copy the card while the daemon runs, as after a power cut."""
        self.image.mkdir()
        for name in FILES:
            shutil.copy(self.folder / name, self.image / name)

    def restore_image(self) -> None:
        for name in (*FILES, "journal.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        for path in self.image.iterdir():
            shutil.copy(path, self.folder / path.name)

    def approve(self) -> int:
        with self.centre.store.database.writing() as session:
            terminal = find_terminal(session, self.identity.terminal_id, lock=True)
            return approve_epoch(session, terminal, who="bursar", at=wall_clock())

    def events(self) -> list[Event]:
        reader = JournalReader.open(self.folder / "journal.db")
        try:
            return [read_event(event.body) for event in reader.events()]
        finally:
            reader.close()

    def facts(self, kind: type[Fact]) -> list[Fact]:
        return [event.fact for event in self.events() if isinstance(event.fact, kind)]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.centre.store.database.reading() as session:
            return [tuple(row) for row in session.rows(sql)]


def all_booked(status: Any) -> bool:
    """Say whether the centre has everything, and its lane is well."""
    return status["queue"]["count"] == 0 and status["network"]["up"]["state"] == "idle"
