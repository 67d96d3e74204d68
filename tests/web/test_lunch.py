"""A whole lunch on the screen, in four sizes: from the float to the Z, with all that goes wrong."""

import pytest
from playwright.sync_api import Page, expect
from web_rig import OpenTill, open_panel, sign_in, type_amount

from core.facts import Tender
from terminal.board import Board
from terminal.commands import ClosePeriod, MoveCash, Refund, Sell, SignOut, TopUp, Undo, Void
from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

SIZES = [(1280, 800), (1024, 600), (1920, 1080), (800, 1280)]
OFFLINE = {
    "is_online": False,
    "offline_since": "2026-11-24T10:02:00Z",
    "walk_in": {"risk_cents": 2350, "limit_cents": 15000, "count": 4, "count_limit": 30},
}
ONLINE = {"is_online": True, "offline_since": None}
JAMMED = {"printer": {"state": "paper_end", "detail": "", "waiting": 2, "questions": []}}
ASKING = {
    "printer": {
        "state": "ready",
        "detail": "",
        "waiting": 0,
        "questions": [
            {"job": "job-1", "receipt": 12, "event": "1-30", "at": "2026-11-24T10:50:00Z"}
        ],
    }
}


def reader_is(state: str) -> dict[str, object]:
    return {"readers": [{"name": "a", "state": state, "detail": "", "last_tap_s": None}]}


def commands(terminal: TwinTerminal, kind: type) -> list[object]:
    return [command for command in terminal.counter.commands if isinstance(command, kind)]


def touch(page: Page, product: int) -> None:
    kinds = {9: "snacks", 10: "snacks", 5: "drinks"}
    page.locator(f"[data-kind={kinds[product]}]").tap()
    page.locator(f"[data-product=product-{product}]").tap()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_lunch(
    open_till: OpenTill, terminal: TwinTerminal, board: Board, width: int, height: int
) -> None:
    page = open_till(width=width, height=height)
    page.locator(".sign-in").wait_for()
    morning(page, terminal)
    sell_and_take_back(page, terminal)
    trouble(page, terminal)
    evening(page, terminal)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]


def morning(page: Page, terminal: TwinTerminal) -> None:
    sign_in(page)
    expect(page.locator("[data-operator=fatima]")).to_be_visible()
    open_panel(page, "cash")
    type_amount(page, 5000)
    expect(page.locator(".said")).to_contain_text("50,00")
    terminal.publish_verdict({})
    expect(page.locator(".verdict.ok h2")).to_have_text("Repas réservé")
    expect(page.locator(".rate")).to_have_text("1/min")


def sell_and_take_back(page: Page, terminal: TwinTerminal) -> None:
    touch(page, 9)
    touch(page, 10)
    expect(page.locator("[data-total='150']")).to_be_visible()
    expect(page.locator(".after dd")).to_contain_text("21,90")
    page.locator(".debit").dblclick()
    expect(page.locator(".verdict h2")).to_have_text("Vendu")
    (sale,) = commands(terminal, Sell)
    assert (sale.customer.tap, sale.tender) == ("tap-1", Tender.WALLET)
    page.locator(".undo").tap()
    expect(page.locator(".said")).to_contain_text("Annulé")
    assert len(commands(terminal, Undo)) == 1

    touch(page, 5)
    page.locator(".guest").tap()
    page.locator(".pay .cash").tap()
    page.locator("[data-note='500']").tap()
    expect(page.locator("[data-change='370']")).to_contain_text("3,70")
    page.locator(".change .main").tap()
    expect(page.locator(".said")).to_contain_text("Invité")
    expect(page.locator(".said")).to_contain_text("À rendre 3,70")
    assert commands(terminal, Sell)[-1].customer.tap is None
    open_panel(page, "journal")
    page.locator(".act").first.tap()
    expect(page.locator("img.paper")).to_be_visible()
    page.locator(".deeds button").nth(1).tap()
    page.locator("[data-why=wrong_person]").tap()
    page.locator(".danger").tap()
    expect(page.locator(".act.voided")).to_have_count(2)
    assert commands(terminal, Void)[0].why == "Mauvaise personne"
    page.locator(".close").tap()


def trouble(page: Page, terminal: TwinTerminal) -> None:
    terminal.publish_status(OFFLINE)
    banner = page.locator(".banner.offline")
    expect(banner).to_contain_text("11:02")
    expect(banner).to_contain_text("23,50")
    touch(page, 9)
    touch(page, 9)
    page.locator(".debit").tap()
    expect(page.locator(".sale .empty")).to_be_visible()
    terminal.publish_status(ONLINE)
    expect(banner).to_have_count(0)
    terminal.publish_status(JAMMED | reader_is("unplugged"))
    expect(page.locator("[data-chip=printer].bad")).to_contain_text("papier épuisé")
    expect(page.locator("[data-chip=reader].bad")).to_contain_text("débranché")
    terminal.publish_status(ASKING | reader_is("up"))
    page.locator(".question").get_by_role("button", name="Oui").tap()
    expect(page.locator(".question")).to_have_count(0)
    assert terminal.answers == {"job-1": True}

    open_panel(page, "journal")
    page.locator(".act:not(.voided)").first.tap()
    page.locator(".deeds button").nth(2).tap()
    page.locator(".about .more").tap()
    page.locator("[data-why=returned]").tap()
    page.locator(".danger").tap()
    expect(page.locator(".act.part_refunded")).to_have_count(1)
    (refund,) = commands(terminal, Refund)
    assert [(back.place, back.quantity) for back in refund.backs] == [(0, 1)]
    page.locator(".close").tap()


def evening(page: Page, terminal: TwinTerminal) -> None:
    page.locator(".by-name").tap()
    page.locator(".search input").first.fill("3b")
    page.locator("[data-pupil=leo]").tap()
    page.locator("[data-why=forgotten]").tap()
    page.locator(".serve").tap()
    expect(page.locator(".verdict .name")).to_have_text("Léo M.")
    open_panel(page, "top_up")
    type_amount(page, 1000)
    expect(page.locator(".panel")).to_have_count(0)
    assert commands(terminal, TopUp)[0].amount_cents == 1000
    open_panel(page, "cash")
    page.locator("[data-cash=out]").tap()
    page.locator("[data-why=bank]").tap()
    type_amount(page, 2000)
    expect(page.locator(".said")).to_contain_text("20,00")
    assert len(commands(terminal, MoveCash)) == 1
    open_panel(page, "closing")
    expect(page.locator(".figures")).to_contain_text("Attendu en caisse")
    page.locator(".danger").tap()
    type_amount(page, 4000)
    expect(page.locator("#panel-title")).to_contain_text("clôturé")
    assert commands(terminal, ClosePeriod)[0].counted_cents == 4000
    page.locator(".menu-button").tap()
    page.locator("[data-menu=lock]").tap()
    expect(page.locator(".sign-in")).to_be_visible()
    assert len(commands(terminal, SignOut)) == 1
