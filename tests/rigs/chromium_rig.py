"""Debian's Chromium, and what must stay empty while a page is open.

The tests drive its shell without windows: the same engine of the same package, which does not also
draw a window's own bars, themselves pages, beside each page of a test: 1.0 s of CPU, not 2.7.
`./test --system` tries the browser that a till runs.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
AXE_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Browser]":
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing: apt-get install chromium-headless-shell"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import expect, sync_playwright

    # What never comes is missed as well after 15 s; on two busy cores 5 s missed what came.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            # Its libraries leave things in there: a folder for sound, on a machine without any.
            env={**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("browser"))},
            args=[
                "--no-sandbox",  # the tests may run as root; a till never has this flag
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        browser.close()


WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".scroll, .unseen, .skip"))
  .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 80))"""
"""What is wider than the window, but for what scrolls in a frame of its own."""
SMALL = """() => [...document.querySelectorAll("button, select, input:not([type=hidden]), nav a")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
  .filter(([one]) => !one.matches(".choice input"))
  .map(([one]) => one.outerHTML.slice(0, 80))"""
"""What a finger cannot hit: below 24 CSS pixels (WCAG 2.5.8)."""


@dataclass
class Watched:
    """A page, and what it did that it must not."""

    context: "BrowserContext"
    origin: str
    page: "Page" = field(init=False)
    faults: list[str] = field(default_factory=list)
    status: int = 0

    def __post_init__(self) -> None:
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self._said(said.type, said.text))

    def go(self, path: str) -> "Page":
        """Open a page of the origin, and keep what the policy refused on the one before."""
        self.collect()
        answer = self.page.goto(self.origin + path)
        self.status = 0 if answer is None else answer.status
        return self.page

    def collect(self) -> None:
        """Keep what the policy refused on this page."""
        self.faults += self.page.evaluate("window.violations || []")

    def _request(self, request: Any) -> None:
        if not request.url.startswith(f"{self.origin}/"):
            self.faults.append(f"asked {request.url}")

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.faults.append(text)


def axe_violations(page: "Page") -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what axe finds, by rule: the element and the summary."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=AXE_RULES).response["violations"]
    return [
        (rule["id"], [(node["html"], node["failureSummary"]) for node in rule["nodes"]])
        for rule in found
    ]
