"""Text at 200 %: twice as large on every page, nothing beside the window, all of it in reach."""

from collections.abc import Iterator

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Browser, Page
from web_rig import sign_in

from terminal.twin import TwinTerminal
from terminal.twin_kiosk import SESSION, twin_view
from terminal.web.server import WebServer

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


@pytest.mark.parametrize("profile", ["till", "study", "gate"])
def test_who_serves_reaches_all(
    zoomed: Page, server: WebServer, terminal: TwinTerminal, profile: str
) -> None:
    terminal.publish_status({"profile": profile})
    zoomed.goto(server.launch_url())
    zoomed.locator("[data-staff]").first.wait_for()
    holds(zoomed)
    sign_in(zoomed, shown=".sale" if profile == "till" else ".leave")
    holds(zoomed)


def test_who_orders_reaches_all(zoomed: Page, server: WebServer, terminal: TwinTerminal) -> None:
    terminal.publish_status({"profile": "kiosk", "menu": ["Carbonnade"]})
    zoomed.goto(server.launch_url())
    zoomed.locator(".welcome .offer").wait_for()
    holds(zoomed)
    terminal.kiosk.views[SESSION] = twin_view()
    told = {"session": SESSION, "tap": "tap", "language": "fr", "outcome": "shown", "name": None}
    terminal.publish_verdict(told | {"t0_ms": zoomed.evaluate("Date.now()")})
    zoomed.locator(".session .day").first.wait_for()
    holds(zoomed)


def test_pupils_read_all(zoomed: Page, server: WebServer, terminal: TwinTerminal) -> None:
    terminal.publish_status({"menu": ["Carbonnade"]})
    zoomed.context.request.get(server.launch_url())
    zoomed.goto(f"{server.address}/pupil")
    zoomed.locator(".menu").wait_for()
    terminal.publish_verdict({"name": "Maximilien-Alexandre V."})
    zoomed.locator(".wish.ok").wait_for()
    wish = zoomed.locator(".wish")
    assert wish.evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")
    assert zoomed.evaluate("document.documentElement.scrollWidth") <= HALF["width"] + 1
    assert axe_violations(zoomed) == []


def test_the_technician_reads_all(zoomed: Page, server: WebServer) -> None:
    zoomed.context.request.get(server.launch_url())
    zoomed.goto(f"{server.address}/technician")
    zoomed.locator("h1").wait_for()
    assert zoomed.evaluate("document.documentElement.scrollWidth") <= HALF["width"] + 1
    assert zoomed.evaluate(UNREACHED) == []
    assert axe_violations(zoomed) == []
