"""Text at 200 %: twice as large on every page, nothing beside the window, all of it in reach."""

from collections.abc import Iterable, Iterator
from functools import partial

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Browser, Page
from web_rig import sign_in

from terminal.twin import TwinTerminal
from terminal.twin_kiosk import SESSION, twin_view
from terminal.web.server import WebServer
from terminal.web.static_files import PAGE_SCRIPTS

pytestmark = pytest.mark.browser

# A browser at 200 % has half the pixels for the same screen.
SCREEN = {"width": 1280, "height": 800}
HALF = {"width": 640, "height": 400}
UNREACHED = """() => [...document.querySelectorAll("button, select, input, a")]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    one.scrollIntoView({ block: "nearest", inline: "nearest" });
    const box = one.getBoundingClientRect();
    return box.left < -1 || box.top < -1
      || box.right > window.innerWidth + 1 || box.bottom > window.innerHeight + 1;
  })
  .map((one) => one.outerHTML.slice(0, 80))"""
"""What scrolling does not bring whole into the window."""


@pytest.fixture
def zoomed(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=HALF, screen=SCREEN, has_touch=True)
    yield context.new_page()
    context.close()


def holds(page: Page) -> None:
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 24
    assert page.evaluate("document.documentElement.scrollWidth") <= HALF["width"] + 1
    assert page.evaluate(UNREACHED) == []
    assert axe_violations(page) == []


def opened(page: Page, server: WebServer, shown: str) -> None:
    page.goto(server.launch_url())
    page.locator(shown).first.wait_for()
    holds(page)


def serve(page: Page, server: WebServer, terminal: TwinTerminal, *, shown: str) -> None:
    """Take the screen over. shown: what is there then."""
    opened(page, server, "[data-staff]")
    sign_in(page, shown=shown)
    holds(page)


def settle(page: Page, server: WebServer, terminal: TwinTerminal) -> None:
    """Find a pupil at the office, and look at the card."""
    serve(page, server, terminal, shown=".find")
    page.locator(".find input").fill("léa")
    page.locator(".find [data-pupil=lea]").tap()
    page.locator(".card[data-pupil=lea]").wait_for()
    holds(page)


def order(page: Page, server: WebServer, terminal: TwinTerminal) -> None:
    """Look at the days that one may order for."""
    terminal.publish_status({"menu": ["Carbonnade"]})
    opened(page, server, ".welcome .offer")
    terminal.kiosk.views[SESSION] = twin_view()
    told = {"session": SESSION, "tap": "tap", "language": "fr", "outcome": "shown", "name": None}
    terminal.publish_verdict(told | {"t0_ms": page.evaluate("Date.now()")})
    page.locator(".session .day").first.wait_for()
    holds(page)


def wait(page: Page, server: WebServer, terminal: TwinTerminal) -> None:
    """Read what opens next, and when."""
    terminal.publish_status({"profile_until": "2026-11-24T15:00:00Z", "profile_next": "study"})
    opened(page, server, ".closed")


def read(page: Page, server: WebServer, terminal: TwinTerminal) -> None:
    """Read the pupils' screen, and a long name on it."""
    terminal.publish_status({"profile": "till", "menu": ["Carbonnade"]})
    page.context.request.get(server.launch_url())
    page.goto(f"{server.address}/pupil")
    page.locator(".menu").wait_for()
    terminal.publish_verdict({"name": "Maximilien-Alexandre V."})
    page.locator(".wish.ok").wait_for()
    wish = page.locator(".wish")
    assert wish.evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= HALF["width"] + 1
    assert axe_violations(page) == []


WAYS = {
    "till": partial(serve, shown=".sale"),
    "study": partial(serve, shown=".leave"),
    "gate": partial(serve, shown=".leave"),
    "office": settle,
    "kiosk": order,
    "closed": wait,
    "pupil": read,
}
"""What is done on each page."""


def left_out(pages: Iterable[str]) -> set[str]:
    return set(pages) - set(WAYS)


@pytest.mark.parametrize("name", WAYS)
def test_all_of_a_page_is_in_reach(
    zoomed: Page, server: WebServer, terminal: TwinTerminal, name: str
) -> None:
    terminal.publish_status({"profile": name})
    WAYS[name](zoomed, server, terminal)


def test_no_page_is_left_out() -> None:
    assert left_out(PAGE_SCRIPTS) == set()
    assert left_out((*PAGE_SCRIPTS, "new")) == {"new"}, "the control"


def test_the_technician_reads_all(zoomed: Page, server: WebServer) -> None:
    zoomed.context.request.get(server.launch_url())
    zoomed.goto(f"{server.address}/technician")
    zoomed.locator("h1").wait_for()
    assert zoomed.evaluate("document.documentElement.scrollWidth") <= HALF["width"] + 1
    assert zoomed.evaluate(UNREACHED) == []
    assert axe_violations(zoomed) == []
