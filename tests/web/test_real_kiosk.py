"""A morning at a real kiosk: its centre, its journal, its simulated reader, its printer.

The school's day is played by one clock for both, which the test sets: 08:58, 09:00:00, and later.
"""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from web_rig import OpenTill, until

from central.bank.communications import add_account, give_communications
from central.enrolment import create_code
from central.figures import disagreements
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import open_store
from central.twin import TwinCentre
from config.settings import Settings
from core.events import Stamp
from core.people import BadgeState, PriceClass
from core.tap import Credential
from sync.enrol import enrol
from terminal.daemon import Ready, Terminal

pytestmark = pytest.mark.browser

TODAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LONG_S = 30.0
SCHOOL = "demo"


class SchoolClock:
    """A clock that goes on by itself, from wherever it was set."""

    def __init__(self, at: datetime) -> None:
        self.is_synced = True
        self.set(at)

    def set(self, at: datetime) -> None:
        self._at, self._since_ns = at, time.monotonic_ns()

    def now(self) -> datetime:
        return self._at + timedelta(microseconds=(self.mono_ns() - self._since_ns) // 1000)

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def stamp(self) -> Stamp:
        at, mono_ms = self.now(), self.mono_ns() // 1_000_000
        return Stamp(at=at, mono_ms=mono_ms, boot="b", is_synced=self.is_synced)


class Hall:
    """A kiosk in a school's hall, and the centre that it asks."""

    def __init__(self, folder: Path) -> None:
        self.clock = SchoolClock(NINE - timedelta(minutes=3))
        self.school: DemoSchool = make_school(seed=7, today=TODAY)
        place = folder / "central.db"
        store = open_store(place)
        load_school(store, self.school)
        now = self.clock.now()
        give_communications(store, SCHOOL, year="2026-2027", who="test", now=now)
        add_account(store, SCHOOL, iban="BE72 0000 0000 1616", who="test", now=now)
        store.close()
        self.centre = TwinCentre(place, clock=self.clock.now)
        self.centre.start()
        code = create_code(self.centre.store, SCHOOL, terminal_name="Hall", now=now)
        self.folder = folder / "hall"
        identity = enrol(central_url=self.centre.url, code=code, folder=self.folder)
        settings = Settings(
            name="Hall",
            data=self.folder,
            readers=("simulated://",),
            printer=f"image://{self.folder / 'receipts'}",
            listen="127.0.0.1:0",
            timetable=("kiosk else",),
        )
        self._settings, self._identity = settings, identity
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._is_ready.wait(LONG_S)
        until(lambda: self.status()["copy_at"] is not None, within_s=LONG_S)

    def _run(self) -> None:
        self.terminal = Terminal(self._settings, self._identity, version="1.0", clock=self.clock)
        self.terminal.run(self._ready)

    def _ready(self, ready: Ready) -> None:
        self.page_url = ready.page
        self._is_ready.set()

    def close(self) -> None:
        self.terminal.stop()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()
        self.centre.stop()
        self.centre.store.close()

    def status(self) -> Any:
        return self.terminal.port.status()

    def somebody(self) -> tuple[str, Credential]:
        """Return a pupil with money, a good badge, and no order for today or tomorrow."""
        soon = {TODAY, TODAY + timedelta(days=1)}
        ordered = {order.pupil_id for order in self.school.orders if order.day in soon}
        active = {
            one.pupil_id for one in self.school.records if one.state is BadgeState.ACTIVE
        } - ordered
        for badge in self.school.badges:
            for pupil in self.school.pupils:
                is_theirs = badge.name.startswith(f"{pupil.first_name} {pupil.last_name}")
                is_plain = pupil.price_class is PriceClass.PUPIL and not pupil.allergens
                is_it = is_theirs and is_plain and pupil.id in active
                if is_it and self.balance(pupil.id) > 1500:
                    return pupil.id, badge.credential
        raise AssertionError("the demo school has such a pupil")

    def one(self, sql: str, *values: str) -> Any:
        with self.centre.store.database.reading() as session:
            row = session.row(sql, *values)
        return None if row is None else row[0]

    def balance(self, pupil: str) -> int:
        return self.one("SELECT general_cents FROM wallet WHERE pupil_id = ?", pupil)

    def orders(self, pupil: str) -> list[tuple[str, str]]:
        with self.centre.store.database.reading() as session:
            return session.rows(
                "SELECT day, state FROM meal_order WHERE pupil_id = ? AND day >= ? ORDER BY day",
                pupil,
                TODAY.isoformat(),
            )


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.close()


def tap(hall: Hall, page: Page, badge: Credential) -> None:
    hall.terminal.port.tap(badge, timeout_s=LONG_S)
    page.locator("[data-session]").wait_for(timeout=LONG_S * 1000)


def shown_cents(page: Page) -> int:
    return int(page.locator(".purse b").first.get_attribute("data-cents") or "0")


def choose(page: Page, day: date) -> None:
    page.locator(f"[data-day='{day.isoformat()}']").tap()
    page.locator(f"[data-chosen='{day.isoformat()}']").wait_for()


def test_a_morning_at_the_kiosk(hall: Hall, open_till: OpenTill) -> None:
    page = open_till(url=hall.page_url, clock_at=None)
    pupil, badge = hall.somebody()
    before = hall.balance(pupil)
    reserve_at_0858(hall, page, pupil, badge)
    refuse_at_nine(hall, page, pupil)
    top_up_slip(hall, page)
    page.locator(".session .leave").tap()
    page.locator(".call").wait_for()
    request_without_a_network(hall, page, pupil, badge)
    granted_when_it_is_heard(hall, page, pupil, badge)
    paid = sum(
        hall.one("SELECT price_cents FROM meal_order WHERE pupil_id = ? AND day = ?", pupil, day)
        for day, state in hall.orders(pupil)
        if state == "reserved" and day in (TODAY.isoformat(), "2026-11-25")
    )
    assert hall.balance(pupil) == before - paid
    with hall.centre.store.database.reading() as session:
        assert disagreements(session, SCHOOL) == []


def reserve_at_0858(hall: Hall, page: Page, pupil: str, badge: Credential) -> None:
    hall.clock.set(NINE - timedelta(minutes=2))
    before = hall.balance(pupil)
    tap(hall, page, badge)
    assert shown_cents(page) == before
    assert page.locator(".day").count() == 15
    choose(page, TODAY)
    page.locator(".deed.reserve").first.tap()
    expect(page.locator(".came.ok")).to_contain_text("Réservé et payé", timeout=LONG_S * 1000)
    # Debited at once, on the screen and in the books.
    assert shown_cents(page) == hall.balance(pupil) < before
    assert (TODAY.isoformat(), "reserved") in hall.orders(pupil)


def refuse_at_nine(hall: Hall, page: Page, pupil: str) -> None:
    before = hall.balance(pupil)
    hall.clock.set(NINE)
    page.locator(".deed.cancel").tap()
    expect(page.locator(".came.refused")).to_contain_text("jusqu’à 09:00", timeout=LONG_S * 1000)
    assert (TODAY.isoformat(), "reserved") in hall.orders(pupil)
    assert hall.balance(pupil) == before == shown_cents(page)


def top_up_slip(hall: Hall, page: Page) -> None:
    """The slip's code is what a banking app fills a transfer in with."""
    page.locator("[data-slip=top_up]").tap()
    expect(page.locator(".came.ok")).to_have_text("Prenez votre papier.")
    receipts = hall.folder / "receipts"
    until(lambda: list(receipts.glob("*top-up*.png")), within_s=LONG_S)
    (paper,) = receipts.glob("*top-up*.png")
    program = shutil.which("zbarimg")
    assert program, "zbarimg is missing; install the Debian package zbar-tools"
    command = [program, "-q", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", str(paper)]
    read = subprocess.run(command, capture_output=True, check=True, timeout=LONG_S).stdout.decode()
    lines = read.split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[6] == "BE72000000001616"
    assert re.fullmatch(r"\+{3}\d{3}/\d{4}/\d{5}\+{3}", lines[10])


def request_without_a_network(hall: Hall, page: Page, pupil: str, badge: Credential) -> None:
    before = hall.balance(pupil)
    hall.centre.stop()
    tap(hall, page, badge)
    choose(page, TODAY + timedelta(days=1))
    page.locator(".deed.reserve").first.tap()
    came = page.locator(".came.attention")
    expect(came).to_contain_text("rien n’est encore réservé ni payé", timeout=LONG_S * 1000)
    expect(page.locator("[data-request=waiting]")).to_be_visible()
    assert shown_cents(page) == before
    page.locator(".session .leave").tap()
    page.locator(".call").wait_for()


def granted_when_it_is_heard(hall: Hall, page: Page, pupil: str, badge: Credential) -> None:
    hall.centre.start()
    hall.terminal.port.sync_now()
    until(lambda: ("2026-11-25", "reserved") in hall.orders(pupil), within_s=LONG_S)
    # The copy follows, with what became of the request, and the debit.
    cursor = str(hall.one("SELECT cursor FROM school"))
    until(lambda: hall.status()["cursor"] == cursor, within_s=LONG_S)
    tap(hall, page, badge)
    choose(page, TODAY + timedelta(days=1))
    expect(page.locator("[data-request=granted]")).to_contain_text("acceptée")
    assert page.locator("[data-request=waiting]").count() == 0
    assert shown_cents(page) == hall.balance(pupil)


def test_a_kiosk_whose_clock_is_wrong_keeps_to_the_schools_nine(
    hall: Hall, open_till: OpenTill
) -> None:
    """The terminal wakes up in the week before; the centre's clock decides all the same."""
    hall.centre.app.faults.clear()
    pupil, badge = hall.somebody()
    page = open_till(url=hall.page_url, clock_at=None)
    true = SchoolClock(NINE + timedelta(seconds=1))
    hall.centre.stop()
    hall.centre._clock = true.now
    hall.centre.restart()
    hall.clock.is_synced = False
    hall.clock.set(NINE - timedelta(minutes=1))
    before = hall.balance(pupil)
    tap(hall, page, badge)
    choose(page, TODAY)
    page.locator(".deed.reserve").first.tap()
    expect(page.locator(".came.refused")).to_contain_text("09:00", timeout=LONG_S * 1000)
    assert hall.balance(pupil) == before
    assert hall.school.school.calendar.orders_close(TODAY) == NINE
