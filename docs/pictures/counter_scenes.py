# ruff: noqa: INP001  a script, not a part of the house
"""The states of the counter, one after the other, each brought about by touches."""

from collections.abc import Callable

from playwright.sync_api import Page

from terminal.twin import TwinTerminal

Keep = Callable[[str], None]

QUESTION = {"clock_day": "1970-01-01", "suggested_day": "2026-11-24"}
ASKS = {
    "outcome": "refused",
    "tone": "attention",
    "reason": "allergen_stop",
    "asks": True,
    "allergens": ["peanuts", "sesame"],
    "conflicts": ["peanuts"],
}


def play(page: Page, terminal: TwinTerminal, keep: Keep) -> None:
    """Bring the till into each state; `keep` takes a picture under a name."""
    page.locator(".sign-in").wait_for()
    keep("till-locked")
    page.locator("[data-staff=fatima]").tap()
    page.locator(".pad").wait_for()
    for digit in "24":
        page.keyboard.press(digit)
    keep("till-pin")
    for digit in "6810":
        page.keyboard.press(digit)
    page.keyboard.press("Enter")
    page.locator(".sale").wait_for()
    _cash(page, keep)
    terminal.publish_verdict({"allergens": ["peanuts"], "diet": "halal", "reserve_cents": 1500})
    _basket(page, keep)
    _panels(page, keep)
    terminal.publish_verdict(ASKS)
    page.locator(".answer").wait_for()
    keep("till-allergen-stop")
    terminal.publish_status({"is_training": True, "day_question": QUESTION})
    page.locator(".question.day").wait_for()
    keep("till-day-and-training")


def _cash(page: Page, keep: Keep) -> None:
    _open(page, "cash")
    keep("till-shift")
    for digit in "5000":
        page.keyboard.press(digit)
    page.locator("[data-cents='5000']").wait_for()
    page.keyboard.press("Enter")
    page.locator(".tiles").wait_for()


def _basket(page: Page, keep: Keep) -> None:
    page.locator("[data-kind=snacks]").tap()
    page.locator("[data-product=product-9]").tap()
    page.locator("[data-product=product-10]").tap()
    page.locator("[data-line=product-10]").wait_for()
    keep("till-basket")
    page.locator("[data-product=product-12]").tap()
    page.locator(".ask").wait_for()
    keep("till-allergen-tile")
    page.locator(".ask .no").tap()
    page.locator(".debit").tap()
    page.locator(".said.ok").wait_for()
    keep("till-sold")
    page.locator("[data-kind=drinks]").tap()
    page.locator("[data-product=product-5]").tap()
    page.locator(".guest").tap()
    page.locator(".cash.main").wait_for()
    keep("till-guest")
    page.locator(".pay .cash").tap()
    page.locator("[data-note='500']").tap()
    page.locator("[data-change='370']").wait_for()
    keep("till-change")
    page.locator(".change .main").tap()
    page.locator(".sale .empty").wait_for()


def _panels(page: Page, keep: Keep) -> None:
    page.locator(".menu-button").tap()
    page.locator(".menu-items").wait_for()
    keep("till-menu")
    page.locator(".menu-button").tap()
    _open(page, "journal")
    page.locator(".act").first.wait_for()
    keep("till-journal")
    page.locator(".act").nth(1).tap()
    page.locator("img.paper").wait_for()
    page.wait_for_timeout(300)
    keep("till-paper")
    page.locator(".deeds button").nth(2).tap()
    page.locator(".why").wait_for()
    page.locator(".about .more").first.tap()
    page.locator("[data-why=returned]").tap()
    keep("till-refund")
    _open(page, "cash")
    page.locator("[data-cash=out]").tap()
    keep("till-cash")
    _open(page, "top_up")
    keep("till-top-up")
    _open(page, "closing")
    page.locator(".figures").wait_for()
    keep("till-x")
    page.locator(".danger").tap()
    page.locator(".pad").wait_for()
    for digit in "5080":
        page.keyboard.press(digit)
    page.locator("[data-cents='5080']").wait_for()
    keep("till-z")
    page.locator(".by-name").tap()
    page.locator(".search input").first.fill("3b")
    page.locator("[data-pupil=leo]").tap()
    page.locator(".chosen dl").wait_for()
    page.locator("[data-why=forgotten]").tap()
    keep("till-search")
    page.locator(".close").tap()


def _open(page: Page, name: str) -> None:
    page.locator(".menu-button").tap()
    page.locator(f"[data-menu={name}]").tap()
    page.locator(f"[data-panel={name.replace('_', '-')}]").wait_for()
