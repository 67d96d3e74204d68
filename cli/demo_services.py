"""The demo's two services as child processes, its folder, and how it talks to them."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cli.output import CommandError
from cli.terminal_link import ask

if TYPE_CHECKING:
    from central.figures import Figures
    from central.seed import DemoBadge, DemoSchool
    from central.store import Store
    from cli.demo_lunch import LunchTap
    from core.ids import SchoolId

DEMO_FILE = "demo.json"
DATABASE_FILE = "central.db"
_LOCK_FILE = "demo.lock"
_PREVIOUS = "previous"
_SETTINGS_FILE = "terminal.toml"
OFFICE_USER = "demo"
FAMILY_USER = "famille"
_FAMILY_NAMES = ("Nolin", "Vermeiren")
_PASSWORD_BYTES = 9
_TERMINAL_NAME = "Caisse 1"
_DEMO_IBAN = "BE72 0000 0000 1616"
"""Its bank has no such accounts: nobody's money goes there."""
_START_S = 30.0
_STOP_S = 10.0
_POLL_S = 0.05
_SCREEN = "127.0.0.1:8750"
_ANY_SCREEN = "127.0.0.1:0"
_PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"


class DemoServices:
    """The centre and the terminal of a demo, from entering it until leaving it.

    folder: of all its files. is_new: put a demo that was played to its end aside and begin anew;
    one that was interrupted goes on either way, and so does one of the same seed and day.
    readers: addresses of the terminal's readers. profile: what the terminal is, at all hours;
    its word in settings. has_usual_screen: the screen is at its usual
    address, if that is free, for a person to find it; else at any free one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        today: date,
        is_new: bool,
        readers: Sequence[str] = ("simulated://",),
        has_usual_screen: bool = False,
        profile: str = "till",
    ) -> None:
        self.folder = folder
        self._seed = seed
        self._today = today
        self._is_new = is_new
        self._readers = readers
        self._has_usual_screen = has_usual_screen
        self._profile = profile
        self._children: list[subprocess.Popen[bytes]] = []
        self._lock: int | None = None
        self.badges: tuple[DemoBadge, ...] = ()
        self.special_count = 0
        self.centre_url = ""
        self.page = ""

    def __enter__(self) -> Self:
        """Make the school where there is none, and start both services."""
        try:
            self._take_folder()
            state = self._state()
            if state is None or self._is_over(state):
                self._put_aside()
                state = {"seed": self._seed, "day": self._today.isoformat(), "is_finished": False}
            school = self._school(state)
            self._start(school, state)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop both services in order: the terminal first, so that it can still send."""
        for child in reversed(self._children):
            if child.stdin is not None:
                child.stdin.close()
            try:
                child.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(_STOP_S)
            if child.stdout is not None:
                child.stdout.close()
        self._children.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def tap(self, tap: "LunchTap") -> dict[str, object]:
        """Tap a badge; return what became of it, once it is durable."""
        credential = tap.credential
        body = {
            "value": credential.hex,
            "technology": credential.technology.word,
            "stays": tap.stays,
        }
        return ask(self.folder, "POST", "/v1/tap", body)

    def status(self) -> dict[str, Any]:
        """Return how the terminal is."""
        return ask(self.folder, "GET", "/v1/status")

    def wait_for_copy(self, timeout_s: float) -> None:
        """Wait until the terminal knows the school."""
        self.wait_until(lambda status: status["copy_at"] is not None, timeout_s, "fetch the school")

    def kill(self) -> None:
        """Cut both services off where they are, as a power cut would (SIGKILL)."""
        for child in self._children:
            child.kill()
            child.wait(_STOP_S)

    def wait_until(
        self, is_done: Callable[[dict[str, Any]], bool], timeout_s: float, what: str
    ) -> dict[str, Any]:
        """Wait until the terminal's status is as wished, and return it.

        what: completes "the terminal did not …". Raises CommandError.
        """
        deadline_s = time.monotonic() + timeout_s
        pause = Event()
        while True:
            status = self.status()
            if is_done(status):
                return status
            if time.monotonic() > deadline_s:
                raise CommandError(
                    f"the terminal did not {what} within {timeout_s:g} s; its log is"
                    f" {self.folder / 'terminal.log'}"
                )
            pause.wait(_POLL_S)

    def wait_until_booked(self, timeout_s: float) -> dict[str, Any]:
        """Wait until all is booked at the centre and printed; return the terminal's status."""

        def is_done(status: dict[str, Any]) -> bool:
            return bool(status["queue"]["count"] == 0 and status["printer"]["waiting"] == 0)

        return self.wait_until(is_done, timeout_s, "book and print everything")

    def booked(self) -> "Figures":
        """Return what the centre's books add up to."""
        from central.figures import read_figures  # noqa: PLC0415  another layer loads late
        from central.store import open_store  # noqa: PLC0415

        store = open_store(str(self.folder / DATABASE_FILE), may_create=False)
        try:
            with store.database.reading() as session:
                return read_figures(session)
        finally:
            store.close()

    def open_office(self) -> str:
        """Let OFFICE_USER into the centre's pages; return the password, which a demo keeps."""
        from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
        from central.pages.users import Role, add_user  # noqa: PLC0415
        from core.people import Language  # noqa: PLC0415

        def open_to(store: "Store", school: "SchoolId", password: str) -> None:
            add_user(
                store,
                school,
                name=OFFICE_USER,
                role=Role.ADMIN,
                language=Language.FR,
                password=password,
                who="demo",
                at=wall_clock(),
            )

        return self._kept_password("office_password", open_to)

    def open_family(self) -> str:
        """Let FAMILY_USER see two of the school's children; return the password, which is kept."""
        from central.bank.communications import (  # noqa: PLC0415  another layer loads late
            add_account,
            give_communications,
            school_year,
        )
        from central.clock import wall_clock  # noqa: PLC0415
        from central.families.access import make_token, use_code  # noqa: PLC0415
        from central.office import Act  # noqa: PLC0415
        from core.ids import PupilId  # noqa: PLC0415

        def open_to(store: "Store", school: "SchoolId", password: str) -> None:
            now, code = wall_clock(), ""
            add_account(store, school, iban=_DEMO_IBAN, who="demo", now=now)
            year = school_year(now)
            give_communications(store, school, year=year, who="demo", now=now)
            with store.database.reading() as session:
                rows = session.rows_by(
                    "SELECT id FROM pupil WHERE school_id = ? AND last_name IN",
                    _FAMILY_NAMES,
                    school,
                )
            for row in rows:
                act, pupil = Act("demo", now), PupilId(row[0])
                code = make_token(store, school, pupil=pupil, name=FAMILY_USER, act=act).code
            use_code(store, name=FAMILY_USER, code=code, password=password, now=now)

        return self._kept_password("family_password", open_to)

    def _kept_password(self, key: str, open_to: "Callable[[Store, SchoolId, str], None]") -> str:
        """Return the password that the demo keeps under a key; open a door to it the first time."""
        from central.records import list_schools  # noqa: PLC0415  another layer loads late
        from central.store import open_store  # noqa: PLC0415

        state = self._state()
        assert state is not None, "a running demo has its file"
        if key in state:
            return str(state[key])
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        store = open_store(str(self.folder / DATABASE_FILE), may_create=False)
        try:
            with store.database.reading() as session:
                school = list_schools(session)[0]
            open_to(store, school, password)
        finally:
            store.close()
        self._write(DEMO_FILE, json.dumps(state | {key: password}))
        return password

    def wait_for_end(self) -> None:
        """Wait until somebody presses Ctrl-C or a service ends."""
        nobody = Event()
        with contextlib.suppress(KeyboardInterrupt):
            while all(child.poll() is None for child in self._children):
                nobody.wait(0.5)

    def note_finished(self) -> None:
        """Note that the service was played to its end: the next headless run begins anew."""
        state = self._state()
        assert state is not None, "a running demo has its file"
        self._write(DEMO_FILE, json.dumps(state | {"is_finished": True}))

    # --- the folder ------------------------------------------------------------------------

    def _take_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CommandError(
                f"{self.folder}: {error.strerror}; name a folder of yours with --data"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"a demo runs in {self.folder} already; end it, or name another folder with --data"
            ) from error

    def _state(self) -> dict[str, Any] | None:
        try:
            state: dict[str, Any] = json.loads(
                (self.folder / DEMO_FILE).read_text(encoding="utf-8")
            )
            date.fromisoformat(state["day"])
            # Only the file's own shape is asked of it here; what it lacks is a KeyError.
            return state | {key: state[key] for key in ("seed", "is_finished")}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CommandError(
                f"{self.folder / DEMO_FILE} cannot be read; move the folder aside and start again"
            ) from error

    def _is_over(self, state: dict[str, Any]) -> bool:
        is_other = (state["seed"], state["day"]) != (self._seed, self._today.isoformat())
        return is_other or bool(state["is_finished"] and self._is_new)

    def _put_aside(self) -> None:
        """Move the files of an earlier demo away; only the one before it is kept."""
        old = [path for path in self.folder.iterdir() if path.name not in (_LOCK_FILE, _PREVIOUS)]
        if not old:
            return
        if not (self.folder / DEMO_FILE).exists():
            raise CommandError(
                f"{self.folder} holds files that are no demo's ({old[0].name}); name an empty"
                " folder with --data"
            )
        previous = self.folder / _PREVIOUS
        shutil.rmtree(previous, ignore_errors=True)
        previous.mkdir(mode=0o700)
        for path in old:
            path.rename(previous / path.name)

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        fresh = path.with_name(name + ".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123  os.open gives the mode
            file.write(text)
        fresh.replace(path)
        return path

    # --- the school ------------------------------------------------------------------------

    def _school(self, state: dict[str, Any]) -> "DemoSchool":
        from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
        from central.load import load_school  # noqa: PLC0415
        from central.office import Act  # noqa: PLC0415
        from central.photos import write_photos  # noqa: PLC0415
        from central.portraits import demo_photos  # noqa: PLC0415
        from central.records import list_schools  # noqa: PLC0415
        from central.seed import make_school  # noqa: PLC0415
        from central.seed_activities import furnish_activities  # noqa: PLC0415
        from central.store import open_store  # noqa: PLC0415

        school = make_school(seed=state["seed"], today=date.fromisoformat(state["day"]))
        store = open_store(str(self.folder / DATABASE_FILE))
        try:
            with store.database.reading() as session:
                is_loaded = bool(list_schools(session))
            if not is_loaded:
                load_school(store, school)
                furnish_activities(store, school)
                act = Act("demo", wall_clock())
                photos = demo_photos(school, seed=state["seed"])
                write_photos(store, school.school.id, photos, act=act)
                _furnish_transfers(store, school)
        finally:
            store.close()
        return school

    # --- the services ----------------------------------------------------------------------

    def _start(self, school: "DemoSchool", state: dict[str, Any]) -> None:
        self.badges = school.badges
        self.special_count = school.special_count
        centre = self._spawn(
            ["central", "--database", str(self.folder / DATABASE_FILE), "--listen", "127.0.0.1:0"],
            "central.log",
        )
        self.centre_url = str(centre["url"])
        self._enrol()
        token = state.get("token") or secrets.token_urlsafe(16)
        special, others = school.badges[: self.special_count], school.badges[self.special_count :]
        staff = tuple(one.badge for one in school.staff)
        badges = [
            {
                "value": badge.credential.hex,
                "technology": badge.credential.technology.word,
                "name": badge.name,
                "expectation": badge.expectation,
            }
            for badge in (*special, *staff, *others)
        ]
        demo = state | {
            "token": token,
            "special_count": self.special_count + len(staff),
            "badges": badges,
        }
        demo_file = self._write(DEMO_FILE, json.dumps(demo))
        settings = self._write(_SETTINGS_FILE, self._settings())
        arguments = ["terminal", "--config", str(settings), "--demo", str(demo_file)]
        self.page = str(self._spawn(arguments, "terminal.log")["page"])

    def _enrol(self) -> None:
        from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
        from central.enrolment import create_code  # noqa: PLC0415
        from central.records import list_schools  # noqa: PLC0415
        from central.store import open_store  # noqa: PLC0415
        from sync.enrol import enrol  # noqa: PLC0415
        from sync.identity import load_identity  # noqa: PLC0415

        if load_identity(self.folder) is not None:
            return
        store = open_store(str(self.folder / DATABASE_FILE), may_create=False)
        try:
            with store.database.reading() as session:
                school = list_schools(session)[0]
            code = create_code(store, school, terminal_name=_TERMINAL_NAME, now=wall_clock())
        finally:
            store.close()
        enrol(central_url=self.centre_url, code=code, folder=self.folder)

    def _settings(self) -> str:
        values = {
            "name": _TERMINAL_NAME,
            "data": str(self.folder),
            "readers": list(self._readers),
            "printer": "image://",
            "central": self.centre_url,
            "timetable": [f"{self._profile} else"],
            "listen": _usual_screen() if self._has_usual_screen else _ANY_SCREEN,
        }
        # A JSON string or list of strings is also TOML.
        return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())

    def _spawn(self, arguments: list[str], log_name: str) -> dict[str, Any]:
        """Start one service; return what it says when it is ready."""
        log_path = self.folder / log_name
        environ = os.environ | {"REFECTORY_DATA": str(self.folder)}
        with log_path.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603  our own program, with our own words
                [
                    sys.executable,
                    "-P",
                    "-c",
                    _PROGRAM,
                    *arguments,
                    "--json",
                    "--until-stdin-closes",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environ,
                start_new_session=False,
            )
        self._children.append(child)
        assert child.stdout is not None, "its output is a pipe"
        line = child.stdout.readline()
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError as error:
            lines = log_path.read_text(encoding="utf-8", errors="replace").splitlines()
            last = lines[-1] if lines else "it said nothing"
            raise CommandError(f"the {arguments[0]} did not start: {last}") from error
        return said


def _usual_screen() -> str:
    """Return the screen's usual address, or one with a free port when it is taken."""
    host, _, port = _SCREEN.partition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return _ANY_SCREEN
    return _SCREEN


def _furnish_transfers(store: "Store", school: "DemoSchool") -> None:
    """Give the demo school an account, and each pupil the number to write on a transfer."""
    from central.bank.communications import (  # noqa: PLC0415  another layer loads late
        add_account,
        give_communications,
        school_year,
    )
    from central.clock import wall_clock  # noqa: PLC0415

    now, school_id = wall_clock(), school.school.id
    add_account(store, school_id, iban=_DEMO_IBAN, who="demo", now=now)
    give_communications(store, school_id, year=school_year(now), who="demo", now=now)
