"""A screen whose own clock is hours or days off goes by the daemon's, wherever time is told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from web_rig import OpenTill, Serve, sign_in

from core.codec import moment_text
from terminal.board import Board
from terminal.twin import TwinTerminal
from terminal.web.bundle import MODULES

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
TABLETS = [
    pytest.param(timedelta(hours=-2), id="behind"),
    pytest.param(timedelta(hours=2), id="ahead"),
    pytest.param(timedelta(days=-9000), id="of-another-century"),
]


OWN_CLOCK = re.compile(r"Date\.now\(|new Date\(\)")


def test_one_module_asks_the_screens_own_clock() -> None:
    """And the desk, for what must outlive a reload; see there."""
    asking = {path.name for path in MODULES.glob("*.js") if OWN_CLOCK.search(path.read_text())}
    assert asking == {"clock.js", "desk.js"}


@pytest.fixture(params=TABLETS)
def tablet(request: pytest.FixtureRequest, open_till: OpenTill, terminal: TwinTerminal) -> Page:
    terminal.counter.now = NOON
    page = open_till(clock_at=NOON + request.param)
    page.wait_for_selector(".chip")
    return page


def test_the_till_tells_the_daemons_time(tablet: Page, terminal: TwinTerminal) -> None:
    expect(tablet.locator("time.clock")).to_have_text("12:00")
    queue = {"count": 3, "oldest_at": moment_text(NOON - timedelta(minutes=18))}
    terminal.publish_status({"queue": queue})
    expect(tablet.locator(".chip.warn[data-chip=queue]")).to_contain_text("18 min")


def test_what_can_be_undone_is_counted_down(tablet: Page, terminal: TwinTerminal) -> None:
    sign_in(tablet)
    terminal.publish_verdict({"at": moment_text(NOON)})
    tablet.locator("[data-kind=snacks]").tap()
    tablet.locator("[data-product=product-9]").tap()
    tablet.locator(".debit").tap()
    expect(tablet.locator(".undo small")).to_have_text("60 s")
    terminal.counter.now += timedelta(seconds=53)
    expect(tablet.locator(".undo small")).to_have_text("7 s")
    terminal.counter.now += timedelta(seconds=7)
    expect(tablet.locator(".undo small")).to_have_count(0)


def test_a_verdict_grows_old_by_the_daemons_clock(tablet: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict({"at": moment_text(NOON)})
    expect(tablet.locator(".verdict.ok:not(.old)")).to_be_visible()
    terminal.counter.now += timedelta(seconds=31)
    expect(tablet.locator(".verdict.ok.old")).to_be_visible()
    # A clock that was set back makes nobody of this morning the next to pay.
    terminal.counter.now -= timedelta(hours=3)
    expect(tablet.locator(".verdict.idle")).to_be_visible()


def test_whose_touch_was_just_now_is_not_locked_out(tablet: Page, terminal: TwinTerminal) -> None:
    sign_in(tablet)
    expect(tablet.locator(".sale")).to_be_visible()
    # Two beats after the operator was known, each of which looks at the last touch.
    tablet.wait_for_timeout(2500)
    expect(tablet.locator(".sale")).to_be_visible()
    terminal.counter.now += timedelta(minutes=5, seconds=6)
    expect(tablet.locator(".sign-in")).to_be_visible()


@pytest.mark.parametrize("off", [timedelta(hours=-13), timedelta(days=3)], ids=["behind", "ahead"])
def test_what_opens_today_opens_today(
    open_till: OpenTill, serve: Serve, terminal: TwinTerminal, board: Board, off: timedelta
) -> None:
    terminal.counter.now = NOON
    terminal.publish_status(
        {
            "profile": "closed",
            "profile_next": "till",
            "profile_until": moment_text(NOON + timedelta(minutes=90)),
        }
    )
    page = open_till(clock_at=NOON + off)
    expect(page.locator(".closed p")).to_contain_text("13:30")
    expect(page.locator(".closed p")).not_to_contain_text("novembre")
