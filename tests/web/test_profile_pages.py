"""Each profile has its page: the first page leads to the active one, and follows the hours."""

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Page
from web_rig import OpenTill, sign_in

from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

CLOSED = {
    "profile": "closed",
    "profile_until": "2026-11-24T15:00:00Z",
    "profile_next": "study",
}


@pytest.fixture
def closed(open_till: OpenTill, terminal: TwinTerminal) -> Page:
    terminal.publish_status(CLOSED)
    page = open_till()
    page.wait_for_selector(".closed")
    return page


def test_between_services_the_page_says_when_and_what_opens(closed: Page) -> None:
    assert "Ouvre à 16:00 : Étude" in closed.inner_text("main")
    assert axe_violations(closed) == []


def test_a_badge_then_is_answered(closed: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(
        {
            "outcome": "refused",
            "tone": "attention",
            "reason": "no_service",
            "at": "2026-11-24T10:52:00Z",
            "until": "2026-11-24T15:00:00Z",
        }
    )
    closed.wait_for_selector(".closed.tapped")
    assert "Fermé en ce moment" in closed.inner_text("main")
    assert axe_violations(closed) == []


def test_another_day_is_told_with_its_day(closed: Page, terminal: TwinTerminal) -> None:
    terminal.publish_status({"profile_until": "2026-11-26T10:30:00Z", "profile_next": "till"})
    closed.get_by_text("jeudi 26 novembre à 11:30").first.wait_for()


def test_the_till_comes_when_its_hour_comes(closed: Page, terminal: TwinTerminal) -> None:
    terminal.publish_status({"profile": "till", "profile_until": None})
    closed.wait_for_selector("#till .goods")
    terminal.publish_status(CLOSED)
    closed.wait_for_selector(".closed")


def test_a_basket_is_not_lost_when_the_hour_ends(till: Page, terminal: TwinTerminal) -> None:
    sign_in(till)
    till.locator("[data-kind=snacks]").tap()
    till.locator("[data-product=product-9]").tap()
    till.wait_for_selector(".sale .lines [data-line]")
    terminal.publish_status(CLOSED)
    till.wait_for_timeout(300)
    assert till.locator(".sale .lines [data-line]").count() == 1
    till.keyboard.press("Escape")
    till.wait_for_selector(".closed")


def test_pupils_read_until_when_it_is_closed(open_till: OpenTill, terminal: TwinTerminal) -> None:
    page = open_till()
    page.goto(page.url.partition("?")[0].rstrip("/") + "/pupil")
    page.wait_for_selector("h1")
    terminal.publish_status(CLOSED)
    page.get_by_text("Fermé jusqu’à 16:00").first.wait_for()
