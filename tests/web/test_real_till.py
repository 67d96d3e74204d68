"""The same lunch on a real terminal, with its centre, its journal and its printer of pictures."""

import json
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from real_day import real_day
from web_rig import OpenTill, open_panel, sign_in, type_amount, until

from cli.demo_services import DemoServices

pytestmark = pytest.mark.browser


def kinds(folder: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True)) as journal:
        return [kind for (kind,) in journal.execute("SELECT kind FROM event ORDER BY epoch, seq")]


def badge(page: Page, words: str) -> None:
    page.locator("[data-kind=badges]").tap()
    page.get_by_role("searchbox").fill(words)
    page.locator("[data-badge]").first.tap()


def test_a_lunch_on_a_real_till(open_till: OpenTill, tmp_path: Path) -> None:
    with DemoServices(tmp_path, seed=7, today=real_day(), is_new=True) as services:
        services.wait_for_copy(60)
        page = open_till(url=services.page, clock_at=None)
        annick = page.locator(".staff button", has_text="Annick").get_attribute("data-staff")
        sign_in(page, staff=annick, pin="975310")
        open_panel(page, "cash")
        type_amount(page, 5000)
        expect(page.locator(".panel")).to_have_count(0)
        badge(page, "it is collected")
        expect(page.locator(".verdict.ok h2")).to_have_text("Repas réservé")
        page.locator("[data-kind=drinks]").tap()
        page.locator(".tile", has_text="Jus").tap()
        page.locator(".debit").tap()
        expect(page.locator(".verdict h2")).to_have_text("Vendu")
        page.locator(".undo", has_text="Jus").tap()
        expect(page.locator(".said.ok")).to_contain_text("Annulé")
        page.locator(".tile", has_text="Limonade").tap()
        page.locator(".guest").tap()
        page.locator(".pay .cash").tap()
        page.locator(".change .main").tap()
        expect(page.locator(".said.ok")).to_contain_text("Limonade")
        look_and_void(page)
        assert real_day().isoformat() in json.dumps(services.status())
        x_and_z(page)
        services.wait_until_booked(60)
        page.locator(".menu-button").tap()
        page.locator("[data-menu=lock]").tap()
        expect(page.locator(".sign-in")).to_be_visible()
        found = kinds(tmp_path)
        killed_and_back(page, services)
    for kind in ("shift.opened", "meal.collected", "sale.made", "sale.voided", "period.closed"):
        assert kind in found
    assert found.count("sale.made") == found.count("sale.voided") == 2


def look_and_void(page: Page) -> None:
    open_panel(page, "journal")
    page.locator(".act", has_text="Limonade").tap()
    paper = page.locator("img.paper")
    until(lambda: paper.evaluate("image => image.naturalWidth") > 100)
    page.locator(".deeds button").nth(1).tap()
    page.locator("[data-why=not_taken]").tap()
    page.locator(".danger").tap()
    expect(page.locator(".act.voided", has_text="Limonade")).to_be_visible()
    page.locator(".close").tap()


def x_and_z(page: Page) -> None:
    open_panel(page, "closing")
    expect(page.locator(".figures")).to_contain_text("50,00")
    page.locator(".danger").tap()
    type_amount(page, 5000)
    expect(page.locator("#panel-title")).to_contain_text("clôturé")
    page.locator(".close").tap()


def killed_and_back(page: Page, services: DemoServices) -> None:
    """A daemon that hangs is told, and told again when it is back."""
    pid = int(str(services.status()["pid"]))
    os.kill(pid, signal.SIGSTOP)
    try:
        page.locator("[data-line=gone]").wait_for(timeout=10_000)
    finally:
        os.kill(pid, signal.SIGCONT)
    page.locator(".verdict").wait_for(timeout=10_000)
    until(lambda: page.locator(".chip").count() > 0)
