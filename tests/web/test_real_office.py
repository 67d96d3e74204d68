"""A morning at a real bursar's terminal, a till that loses its network, and the centre of both."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from school_day_rig import LONG_MS, LONG_S, SCHOOL, TODAY, DayClock, at
from serial_rig import SerialLine
from web_rig import OpenTill, sign_in, type_amount, until

from central.enrolment import create_code
from central.families.access import use_code
from central.figures import disagreements
from central.load import load_school
from central.pages.movements import movements
from central.seed import DemoSchool, make_school
from central.store import open_store
from central.twin import TwinCentre
from config.settings import Settings
from core.ids import PupilId
from core.money import Money
from core.orders import OrderState
from core.people import BadgeState, Language
from core.tap import Credential, Technology
from sync.enrol import enrol
from terminal.daemon import Ready, Terminal

pytestmark = pytest.mark.browser

NEW = Credential(Technology.ISO14443A, bytes.fromhex("04FEEDFACE0190"))
MOVED = 600


class Counter:
    """One terminal of the school, as a daemon in a thread of its own."""

    def __init__(self, school: "School", name: str, *readers: str, hours: tuple[str, ...] = ()):
        self.folder = school.folder / name
        now = school.clock.now()
        code = create_code(school.centre.store, SCHOOL, terminal_name=name, now=now)
        identity = enrol(central_url=school.centre.url, code=code, folder=self.folder)
        self.receipts = self.folder / "receipts"
        settings = Settings(
            name=name,
            data=self.folder,
            readers=("simulated://", *readers),
            printer=f"image://{self.receipts}",
            listen="127.0.0.1:0",
            timetable=hours,
        )
        is_ready = threading.Event()

        def ready(said: Ready) -> None:
            self.page_url = said.page
            is_ready.set()

        def run() -> None:
            self.terminal = Terminal(settings, identity, version="1.0", clock=school.clock)
            self.terminal.run(ready)

        self._thread = threading.Thread(target=run)
        self._thread.start()
        assert is_ready.wait(LONG_S)
        until(lambda: self.status()["copy_at"] is not None, within_s=LONG_S)

    def status(self) -> Any:
        return self.terminal.port.status()

    def tap(self, credential: Credential) -> Any:
        return self.terminal.port.tap(credential, timeout_s=LONG_S)

    def papers(self, words: str) -> list[Path]:
        """Return the papers on which some words stand."""
        found = self.receipts.glob("*.txt")
        return [one.with_suffix(".png") for one in found if words in one.read_text()]

    def has_sent_all(self) -> bool:
        return self.status()["queue"]["count"] == 0

    def close(self) -> None:
        self.terminal.stop()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()


class School:
    """The bursar's terminal, a till with a scanner beside its reader, and their centre."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = DayClock(at("10:00"))
        self.school: DemoSchool = make_school(seed=7, today=TODAY)
        store = open_store(folder / "central.db")
        load_school(store, self.school)
        store.close()
        self.centre = TwinCentre(folder / "central.db", clock=self.clock.now)
        self.centre.start()
        self.scanner = SerialLine(folder / "scanner")
        self.office = Counter(self, "office", hours=("office else",))
        self.till = Counter(self, "till", f"serial://{self.scanner.path}?frame=qr")
        self.nadia = next(one for one in self.school.staff if one.member.name == "Nadia K.")

    def close(self) -> None:
        self.office.close()
        self.till.close()
        self.scanner.pull()
        self.centre.stop()
        self.centre.store.close()

    def rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        with self.centre.store.database.reading() as session:
            return session.rows(sql, *values)

    def wallets(self, pupil: str) -> tuple[int, int]:
        sql = "SELECT general_cents, reserve_cents FROM wallet WHERE pupil_id = ?"
        return self.rows(sql, pupil)[0]

    def hungry(self) -> list[tuple[PupilId, str, Credential]]:
        """Return pupils who have a meal today, money put aside, a badge, and speak French."""
        waiting = {
            order.pupil_id
            for order in self.school.orders
            if order.day == TODAY and order.state is OrderState.RESERVED
        }
        good = {one.pupil_id for one in self.school.records if one.state is BadgeState.ACTIVE}
        asked = set(self.school.limits)
        named = {
            f"{one.first_name} {one.last_name}, {one.class_name}": one.id
            for one in self.school.pupils
            if one.id in waiting & good - asked
            and one.language is Language.FR
            and not one.allergens
        }
        return [
            (named[badge.name], badge.name.partition(",")[0], badge.credential)
            for badge in self.school.badges
            if badge.name in named and self.wallets(named[badge.name])[1] >= MOVED
        ]

    def all_heard(self) -> None:
        """Wait until the centre has booked everything and both copies hold it."""
        until(lambda: self.office.has_sent_all() and self.till.has_sent_all(), within_s=LONG_S)
        cursor = str(self.rows("SELECT cursor FROM school")[0][0])
        for counter in (self.office, self.till):
            until(lambda one=counter: one.status()["cursor"] == cursor, within_s=LONG_S)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    school = School(tmp_path)
    yield school
    school.close()


def test_a_morning_at_the_bursars(school: School, open_till: OpenTill) -> None:
    (first, name, old), (second, other, _) = school.hungry()[:2]
    page = open_till(url=school.office.page_url, clock_at=None)
    sign_in(page, staff=f"'{school.nadia.member.id}'", pin=school.nadia.pin, shown=".find")
    open_card(page, first, name)
    reserve_to_general(school, page, first)
    replace_badge(school, page, old)
    print_access(school, page, first)
    open_card(page, second, other)
    ticket_without_a_network(school, page)
    the_books_agree(school, first)


def open_card(page: Page, pupil: str, name: str) -> None:
    page.locator(".find input").fill(name)
    page.locator(f".find [data-pupil='{pupil}']").tap()
    page.locator(f".card[data-pupil='{pupil}']").wait_for()


def open_deed(page: Page, deed: str) -> None:
    page.locator(f"[data-deed={deed}]").tap()
    page.locator(f"[data-panel={deed}]").wait_for()


def reserve_to_general(school: School, page: Page, pupil: str) -> None:
    general, reserve = school.wallets(pupil)
    open_deed(page, "move")
    type_amount(page, MOVED)
    expect(page.locator(".wallets dd").first).to_have_attribute(
        "data-cents", str(general + MOVED), timeout=LONG_MS
    )
    until(lambda: school.wallets(pupil) == (general + MOVED, reserve - MOVED), within_s=LONG_S)
    until(lambda: school.office.papers("RÉSERVE > GÉNÉRAL"), within_s=LONG_S)


def replace_badge(school: School, page: Page, old: Credential) -> None:
    """The new badge is served and the old one is not: here at once, elsewhere once it is heard."""
    school.office.tap(NEW)
    page.locator(".loose").wait_for()
    open_deed(page, "badge")
    page.locator(".give.main").tap()
    expect(page.locator(".card")).to_contain_text(f"…{NEW.hex[-4:]} en service", timeout=LONG_MS)
    assert school.office.tap(old)["badge_state"] == "blocked"
    school.all_heard()
    assert school.till.tap(old)["reason"] == "blocked_badge"
    assert school.till.tap(NEW)["outcome"] == "collected"
    page.locator(".card").wait_for()


def print_access(school: School, page: Page, pupil: str) -> None:
    """The paper has a code that works once; no file but the paper has it."""
    open_deed(page, "access")
    page.locator(".panel .main").tap()
    expect(page.locator(".said")).to_contain_text("imprimé", timeout=LONG_MS)
    until(lambda: school.office.papers("ACCÈS DES PARENTS"), within_s=LONG_S)
    (paper,) = school.office.papers("ACCÈS DES PARENTS")
    text = paper.with_suffix(".txt").read_text()
    found = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", text)
    assert found
    code = found.group()
    (user,) = school.rows("SELECT user_name FROM family_pupil WHERE pupil_id = ?", pupil)[0]
    assert user in text
    assert code not in page.content()
    for path in school.folder.rglob("*"):
        if path.is_file() and path.parent != school.office.receipts:
            assert code.encode() not in path.read_bytes(), path
    word, now = "a long enough word", school.clock.now()
    used = {"name": user, "code": code, "password": word, "now": now}
    assert use_code(school.centre.store, **used) is not None
    assert use_code(school.centre.store, **used) is None


def ticket_without_a_network(school: School, page: Page) -> None:
    """Printed here, scanned there as a code on a serial line, while nobody hears of it."""
    school.centre.stop()
    open_deed(page, "ticket")
    page.locator(".panel .print").tap()
    until(lambda: school.office.papers("TICKET DU JOUR"), within_s=LONG_S)
    (paper,) = school.office.papers("TICKET DU JOUR")
    program = shutil.which("zbarimg")
    assert program, "zbarimg is missing; install the Debian package zbar-tools"
    command = [program, "-q", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", str(paper)]
    code = subprocess.run(command, capture_output=True, check=True, timeout=LONG_S).stdout.strip()
    before = school.till.status()["counters"]
    school.scanner.write(code + b"\r\n")
    until(lambda: counted(school, "collected") == before["collected"] + 1, within_s=LONG_S)
    school.scanner.write(code[:-1] + (b"A" if code[-1:] != b"A" else b"B") + b"\r\n")
    until(lambda: counted(school, "refused") == before["refused"] + 1, within_s=LONG_S)
    until(lambda: not school.till.status()["is_online"], within_s=LONG_S)
    # What only the centre may answer is said in one sentence, and nothing is made up.
    open_deed(page, "access")
    page.locator(".panel .main").tap()
    expect(page.locator(".said.refused")).to_contain_text("ne répond pas", timeout=LONG_MS)
    page.locator(".panel .close").tap()
    school.centre.start()
    school.office.terminal.port.sync_now()
    school.till.terminal.port.sync_now()
    school.all_heard()


def counted(school: School, what: str) -> int:
    return int(school.till.status()["counters"][what])


def the_books_agree(school: School, pupil: PupilId) -> None:
    kinds = {row[0] for row in school.rows("SELECT kind FROM event WHERE school_id = ?", SCHOOL)}
    assert {"reserve.moved", "badge.given", "ticket.given", "slip.printed"} <= kinds
    assert school.rows("SELECT * FROM exception WHERE school_id = ?", SCHOOL) == []
    with school.centre.store.database.reading() as session:
        assert disagreements(session, SCHOOL) == []
        told = movements(session, SCHOOL, pupil, {})
    moved = [one.entry.change for one in told if one.entry.kind == "reserve.moved"]
    assert sorted(moved) == [Money(-MOVED), Money(MOVED)]
