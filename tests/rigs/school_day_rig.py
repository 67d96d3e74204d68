"""A whole school for one day: its centre, its hall, its till and its bursar's office, with readers
on real lines, and the browsers of pupils, staff, the bursar and a parent. One clock, which the test
moves, is everybody's but the browsers'.
"""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bank_files import SCHOOL_IBAN
from chromium_rig import Watched
from counter_inbox import eventually
from family_rig import add_parent
from pages_rig import PASSWORD, add_clerks
from pcsc_rig import PcscRig
from serial_rig import SerialLine

from central.activities.invoices import invoices_of_pupil
from central.activities.participants import enrol as enrol_in_trip
from central.bank.communications import add_account, give_communications, school_year
from central.enrolment import create_code
from central.load import load_school
from central.office import Act
from central.seed import DemoSchool, make_school
from central.seed_activities import furnish_activities
from central.study import enrol as enrol_in_study
from central.study import put_session
from central.twin import TwinCentre
from config.settings import Settings
from core.events import Event, Stamp, read_event
from core.ids import SchoolId, SessionId
from core.money import Money
from core.people import BadgeState, Language, PriceClass, Pupil
from core.study import StudyEnrolment, StudySession
from core.tap import Credential
from offline_cache.journal_reader import JournalReader
from sync.enrol import enrol
from sync.identity import Identity
from terminal.daemon import Ready, Terminal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("Europe/Brussels")
SCHOOL = SchoolId("demo")
TRIP = "demo-sea"
OFFICE = "Économat"
LONG_S = 60.0
LONG_MS = LONG_S * 1000
STUDY = StudySession(
    SessionId("short"),
    "Étude courte",
    frozenset({0, 1, 3, 4}),
    16 * 60 + 5,
    17 * 60 + 15,
    Money(100),
)
HALL_HOURS = ("gate 07:30-08:45", "study 15:45-18:15 mon tue thu fri", "kiosk else")
_RICH = 2000
_NTAG_BYTES = 7
_REPEAT_S = 1.6


def at(clock: str) -> datetime:
    """Return the moment at which the school's clock shows so, as `08:24` or `09:00:00`."""
    return datetime.combine(TODAY, wall_time.fromisoformat(clock), ZONE)


class DayClock:
    """Goes on by itself and is moved ahead, as for a machine that has been on since the morning."""

    def __init__(self, begins: datetime) -> None:
        self._begins, self._since_ns = begins, time.monotonic_ns()
        self._ahead_ns = 0

    def move_to(self, moment: datetime) -> None:
        """Let time pass until a moment that is still to come."""
        ahead = moment - self.now()
        assert ahead.total_seconds() >= 0, f"{moment} has gone by; it is {self.now()}"
        self._ahead_ns += int(ahead.total_seconds() * 1e9)

    def now(self) -> datetime:
        passed = timedelta(microseconds=(self.mono_ns() - self._since_ns) // 1000)
        return (self._begins + passed).astimezone(UTC)

    def mono_ns(self) -> int:
        return time.monotonic_ns() + self._ahead_ns

    def stamp(self) -> Stamp:
        return Stamp(at=self.now(), mono_ms=self.mono_ns() // 1_000_000, boot="b", is_synced=True)


class Counter:
    """One terminal: its folder, its daemon in a thread of its own, and its page in a browser."""

    def __init__(self, day: "SchoolDay", name: str, reader: str, hours: tuple[str, ...]) -> None:
        self.name = name
        self.folder = day.folder / name
        code = create_code(day.centre.store, SCHOOL, terminal_name=name, now=day.clock.now())
        self.identity: Identity = enrol(central_url=day.centre.url, code=code, folder=self.folder)
        self._clock = day.clock
        self._settings = Settings(
            name=name,
            data=self.folder,
            readers=(reader,),
            printer="image://",
            listen="127.0.0.1:0",
            timetable=hours,
        )
        self._said: queue.Queue[tuple[Terminal, Ready] | BaseException] = queue.Queue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        said = self._said.get(timeout=LONG_S)
        if isinstance(said, BaseException):
            raise said
        self.terminal, ready = said
        self._launch = urlsplit(ready.page)
        self.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
        self.wait_for(
            lambda status: all(one["state"] in ("up", "recovered") for one in status["readers"]),
            "the reader is up",
        )

    def _run(self) -> None:
        try:
            terminal = Terminal(self._settings, self.identity, version="1.0", clock=self._clock)
            terminal.run(lambda ready: self._said.put((terminal, ready)))
        except BaseException as error:  # noqa: BLE001  raised in the test's own thread
            self._said.put(error)

    def browse(self, day: "SchoolDay") -> "Page":
        """Open the terminal's own screen."""
        origin = f"{self._launch.scheme}://{self._launch.netloc}"
        page = day.browser(origin, width=1280, height=800).go(
            f"{self._launch.path}?{self._launch.query}"
        )
        page.wait_for_selector("h1")
        return page

    def stop(self) -> None:
        self.terminal.stop()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()

    def status(self) -> Any:
        return self.terminal.port.status()

    def wait_for(self, fits: Callable[[Any], bool], what: str) -> None:
        eventually(lambda: fits(self.status()), f"{self.name}: {what}", within_s=LONG_S)

    def papers(self, kind: str) -> list[Path]:
        """Return the papers of a kind that came out, as pictures."""
        return sorted((self.folder / "receipts").glob(f"*{kind}*.png"))

    def events(self) -> list[tuple[Event, bytes]]:
        """Return the journal: each event with its hash."""
        reader = JournalReader.open(self.folder / "journal.db")
        try:
            return [(read_event(event.body), event.hash) for event in reader.events()]
        finally:
            reader.close()


class SchoolDay:
    """The school. pupil: the one whose day it is; badge: their card, until it is lost."""

    def __init__(self, folder: Path, pcsc: PcscRig, chromium: "Browser") -> None:
        self.folder, self._pcsc, self._chromium = folder, pcsc, chromium
        self._put_away = ExitStack()
        self.clock = DayClock(at("08:00"))
        self.school = self._school()
        self.centre = TwinCentre(folder / "central.db", clock=self.clock.now)
        self._put_away.callback(self.centre.store.close)
        self._put_away.callback(self.centre.stop)
        self.centre.start()
        self.pupil, self.badge = self._somebody()
        self._furnish()
        self._lines: dict[str, SerialLine] = {}
        for name in ("Hall", OFFICE):
            self._lines[name] = self._line()
        self._shown_s = dict.fromkeys(self._lines, 0.0)
        self.hall = self._open("Hall", self._at_a_line("Hall"), HALL_HOURS)
        self.till = self._open("Caisse 1", "pcsc://", ())
        self.office = self._open(OFFICE, self._at_a_line(OFFICE), ("office else",))
        self.opening = self.wallets()

    @property
    def counters(self) -> tuple[Counter, ...]:
        """The terminals of the school."""
        return (self.hall, self.till, self.office)

    def close(self) -> None:
        """Stop what runs, terminals before their centre."""
        self._put_away.close()

    @staticmethod
    def _school() -> DemoSchool:
        """Return the demo school; it begins at twenty past eight."""
        made = make_school(seed=7, today=TODAY)
        policy = replace(made.school.policy, school_begins_at=wall_time(8, 20))
        return replace(made, school=replace(made.school, policy=policy))

    def _furnish(self) -> None:
        """Add what is not about meals: transfers, clerks, a parent, study, a trip, an evening."""
        store, now = self.centre.store, self.clock.now()
        load_school(store, self.school)
        add_account(store, SCHOOL, iban=SCHOOL_IBAN, who="test", now=now)
        give_communications(store, SCHOOL, year=school_year(now), who="test", now=now)
        add_clerks(store, SCHOOL, now)
        add_parent(store, SCHOOL, "mother", self.pupil.id, at=now)
        put_session(store, SCHOOL, STUDY, who="test", now=now)
        place = StudyEnrolment(self.pupil.id, STUDY.id, date(2026, 9, 1))
        enrol_in_study(store, SCHOOL, place, who="test", now=now)
        furnish_activities(store, self.school)
        act = Act("test", now)
        enrol_in_trip(store, SCHOOL, activity=TRIP, pupils=[self.pupil.id], act=act)
        with store.database.reading() as session:
            (self.invoice,) = invoices_of_pupil(session, SCHOOL, self.pupil.id)

    def _line(self) -> SerialLine:
        line = SerialLine(self.folder / f"ttyUSB{len(self._lines)}")
        self._put_away.callback(line.pull)
        return line

    def _at_a_line(self, name: str) -> str:
        return f"serial://{self._lines[name].path}?frame=promag"

    def _open(self, name: str, reader: str, hours: tuple[str, ...]) -> Counter:
        counter = Counter(self, name, reader, hours)
        self._put_away.callback(counter.stop)
        return counter

    def _somebody(self) -> tuple[Pupil, Credential]:
        """Return one with money in both wallets, a card of seven bytes, and no meal today."""
        eats_today = {order.pupil_id for order in self.school.orders if order.day == TODAY}
        active = {one.pupil_id for one in self.school.records if one.state is BadgeState.ACTIVE}
        held = self.school.wallets()
        for pupil, badge in zip(self.school.pupils, self._plain(), strict=False):
            is_plain = pupil.price_class is PriceClass.PUPIL and pupil.language is Language.FR
            is_rich = min(held[pupil.id].general.cents, held[pupil.id].reserve.cents) >= _RICH
            is_free = pupil.id in active - eats_today and pupil.id not in self.school.limits
            is_ntag = len(badge.credential.value) == _NTAG_BYTES
            # The demo school's first class has a study of its own.
            is_other = pupil.class_name != self.school.pupils[0].class_name
            if is_plain and is_rich and is_free and is_ntag and is_other and not pupil.allergens:
                assert badge.name.startswith(f"{pupil.first_name} {pupil.last_name}")
                return pupil, badge.credential
        raise AssertionError("the demo school has such a pupil")

    def _plain(self) -> tuple[Any, ...]:
        return self.school.badges[self.school.special_count :]

    # --- hands ----------------------------------------------------------------------------------

    def lay(self, badge: Credential, counter: Counter) -> None:
        """Show a card to the reader of the hall or of the office, until it was decided.

        A reader of this kind tells no removal: the same card is another tap once it was away for
        a while, by the clock that the reader's own driver looks at.
        """
        name = counter.name
        away_s = _REPEAT_S - (time.monotonic() - self._shown_s[name])
        threading.Event().wait(max(away_s, 0.0))
        taps = self._taps(counter)
        self._lines[name].write(b"\x02" + badge.hex.encode() + b"\r\n\x03\r\n")
        counter.wait_for(lambda _: self._taps(counter) > taps, "the card was decided")
        self._shown_s[name] = time.monotonic()

    def tap_till(self, badge: Credential) -> None:
        """Lay a card on the reader of the till, until it was decided, and take it off."""
        taps = self._taps(self.till)
        self._pcsc.insert("ntag", badge.hex)
        self.till.wait_for(lambda _: self._taps(self.till) > taps, "the card was decided")
        self._pcsc.remove()

    @staticmethod
    def _taps(counter: Counter) -> int:
        """Return how many taps were decided; one that is read again while it lies there is none."""
        counters = counter.status()["counters"]
        return int(counters["taps"] - counters["duplicates_ignored"])

    def browser(self, origin: str, *, width: int, height: int) -> Watched:
        """Open a browser on an origin; what it did that it must not is told at the end."""
        size = {"width": width, "height": height}
        context = self._chromium.new_context(viewport=size, has_touch=True, locale="fr-BE")
        watched = Watched(context, origin)

        def put_away() -> None:
            watched.collect()
            context.close()
            assert watched.faults == []

        self._put_away.callback(put_away)
        return watched

    def sign_in(self, watched: Watched, name: str, path: str) -> "Page":
        """Open a page of the centre as somebody; their session may have ended meanwhile."""
        page = watched.go(path)
        if page.locator("#password").count():
            page.fill("#name", name)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_selector("nav")
            page.wait_for_load_state()
            page = watched.go(path)
        return page

    # --- what is known --------------------------------------------------------------------------

    def wallets(self) -> tuple[int, int]:
        """Return what the centre's two wallets of the pupil hold, in cents."""
        with self.centre.store.database.reading() as session:
            row = session.row(
                "SELECT general_cents, reserve_cents FROM wallet WHERE pupil_id = ?", self.pupil.id
            )
        assert row is not None, "a pupil has wallets"
        return row[0], row[1]

    def one(self, sql: str, *values: object) -> Any:
        with self.centre.store.database.reading() as session:
            row = session.row(sql, *values)
        return None if row is None else row[0]

    def caught_up(self, counter: Counter) -> None:
        """Wait until a terminal has sent all, and its copy is the centre's newest word."""
        counter.terminal.port.sync_now()
        counter.wait_for(lambda status: status["queue"]["count"] == 0, "all is booked")
        cursor = str(self.one("SELECT cursor FROM school"))
        counter.wait_for(lambda status: status["cursor"] == cursor, "the copy is the newest")
