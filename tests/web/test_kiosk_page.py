"""The kiosk's page: seen, heard, touched low, left clean. A twin answers behind it."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Page, expect
from web_rig import OpenTill, Visitor, until

from core.ids import ProductId
from core.order_facts import KIOSK_SLIPS, OrderAct, SlipKind
from terminal.board import Board, Content
from terminal.twin import TwinTerminal
from terminal.twin_kiosk import SESSION, TwinKiosk, twin_dues, twin_order, twin_view

pytestmark = pytest.mark.browser

TALL = {"width": 800, "height": 1280}
FLAT = {"width": 1280, "height": 800}
TOMORROW = "2026-11-25"
NOBODY: Content = {
    "pupil": None,
    "name": None,
    "class_name": None,
    "wallet_cents": None,
    "reserve_cents": None,
    "meal": None,
    "price_cents": None,
    "outcome": "shown",
}
Enter = Callable[..., None]


@pytest.fixture
def kiosk(terminal: TwinTerminal) -> TwinKiosk:
    terminal.publish_status({"profile": "kiosk", "menu": ["Carbonnade", "Dahl de lentilles"]})
    return terminal.kiosk


@pytest.fixture
def page(open_till: OpenTill, kiosk: TwinKiosk) -> Page:
    return opened(open_till, FLAT)


def opened(open_till: OpenTill, size: dict[str, int]) -> Page:
    page = open_till(**size, clock_at=None, url=None)
    page.wait_for_selector(".welcome .call")
    return page


@pytest.fixture
def enter(terminal: TwinTerminal, kiosk: TwinKiosk) -> Enter:
    """Lay down a badge: its session is there, and the board says so."""

    def enter(page: Page, view: Content | None = None, session: str = SESSION) -> None:
        shown = {**(view or twin_view()), "session": session}
        kiosk.views[session] = shown
        now_ms = page.evaluate("Date.now()")
        told = {"session": session, "tap": session, "language": shown["language"]}
        terminal.publish_verdict(NOBODY | told | {"t0_ms": now_ms})
        page.locator("[data-session]").wait_for()

    return enter


def answer(state: str, *, moved: int = 0, reason: str | None = None, **changes: object) -> Content:
    return {
        "state": state,
        "reason": reason,
        "moved_cents": moved,
        "conflicts": changes.pop("conflicts", []),
        "view": changes.pop("view", None),
    }


def deed(page: Page, dish: str) -> None:
    page.locator(f"[data-dish={dish}] .deed").tap()


@pytest.mark.parametrize("size", [FLAT, TALL], ids=["flat", "tall"])
def test_the_page_is_clean_in_every_state(
    open_till: OpenTill, kiosk: TwinKiosk, enter: Enter, size: dict[str, int]
) -> None:
    page = opened(open_till, size)
    assert axe_violations(page) == []
    enter(page)
    assert axe_violations(page) == []
    for aid in ("large", "contrast"):
        page.locator(f"[data-aid={aid}]").tap()
    assert axe_violations(page) == []
    kiosk.answers = [answer("asks", conflicts=["milk"])]
    deed(page, "sandwich")
    page.locator(".dialog").wait_for()
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_wallets_days_dishes_and_allergens_are_shown(page: Page, enter: Enter) -> None:
    enter(page)
    assert page.locator(".purse b").all_inner_texts() == [
        "23,40\N{NO-BREAK SPACE}€",
        "40,00\N{NO-BREAK SPACE}€",
    ]
    days = page.locator(".day")
    assert days.count() == 15
    assert days.first.get_attribute("data-state") == "collected"
    assert days.last.get_attribute("data-state") == "early"
    # The first day that can still be ordered is open.
    assert page.locator(".dishes").get_attribute("data-chosen") == TOMORROW
    sandwich = page.locator("[data-dish=sandwich]")
    expect(sandwich.locator(".holds")).to_contain_text("gluten, œufs, lait")
    expect(sandwich.locator("[data-own]")).to_contain_text("lait")
    assert page.locator("[data-dish=main-1] [data-own]").count() == 0
    days.last.tap()
    expect(page.locator(".dishes .note")).to_contain_text("à partir du")
    assert page.locator(".deed").count() == 0


def test_a_reservation_its_change_and_its_cancellation_are_shown_at_once(
    page: Page, enter: Enter, kiosk: TwinKiosk
) -> None:
    enter(page)
    ordered = {TOMORROW: {"order": twin_order()}}
    other = {TOMORROW: {"order": twin_order("sandwich")}}
    kiosk.answers = [
        answer("granted", moved=-450, view=twin_view(days=ordered, general_cents=1890)),
        answer("granted", moved=100, view=twin_view(days=other, general_cents=1990)),
        answer("granted", moved=350, view=twin_view()),
    ]
    deed(page, "main-1")
    expect(page.locator(".came.ok")).to_have_text("Réservé et payé : 4,50 € débités.")
    expect(page.locator(".purse b").first).to_have_text("18,90 €")
    expect(page.locator("[data-dish=main-1].ordered")).to_be_visible()
    expect(page.locator(f"[data-day='{TOMORROW}']")).to_have_attribute("data-state", "reserved")
    deed(page, "sandwich")
    expect(page.locator(".came.ok")).to_have_text("Changé. Recrédité : 1,00 €.")
    deed(page, "sandwich")
    expect(page.locator(".came.ok")).to_have_text("Annulé : 3,50 € recrédités.")
    acts = [(one.act, one.day, one.product) for one in kiosk.orders]
    day = date(2026, 11, 25)
    assert acts == [
        (OrderAct.RESERVE, day, ProductId("main-1")),
        (OrderAct.CHANGE, day, ProductId("sandwich")),
        (OrderAct.CANCEL, day, None),
    ]
    assert len({one.command for one in kiosk.orders}) == 3


def test_a_request_is_never_called_paid_and_shows_its_state(
    page: Page, enter: Enter, kiosk: TwinKiosk
) -> None:
    enter(page)
    request = {"act": "reserve", "name": "Dahl de lentilles, riz", "state": "waiting", "why": None}
    waiting = {TOMORROW: {"requests": [request]}}
    kiosk.answers = [answer("waiting", view=twin_view(days=waiting))]
    deed(page, "vegetarian-1")
    expect(page.locator(".came.attention")).to_contain_text("rien n’est encore réservé ni payé")
    expect(page.locator("[data-request=waiting]")).to_contain_text("en attente de l’école")
    assert "payé :" not in page.inner_text("main")
    assert page.locator("[data-dish] .deed").count() == 0
    kiosk.answers = [answer("waiting", view=twin_view(days=waiting))]
    page.locator(".give-up").tap()
    until(lambda: kiosk.orders[-1].act is OrderAct.CANCEL)
    declined = request | {"state": "declined", "why": "not_enough_money"}
    enter(page, twin_view(days={TOMORROW: {"requests": [declined]}}), session="tap-2")
    expect(page.locator("[data-request=declined]")).to_contain_text("ne suffit pas")
    assert page.locator("[data-dish] .deed").count() == 3


def test_what_is_declined_says_why(page: Page, enter: Enter, kiosk: TwinKiosk) -> None:
    enter(page)
    kiosk.answers = [answer("declined", reason="too_late")]
    deed(page, "main-1")
    expect(page.locator(".came.refused")).to_have_text(
        "Trop tard : c’était possible jusqu’à 09:00 le jour même."
    )


def test_an_own_allergen_is_asked_about_once(page: Page, enter: Enter, kiosk: TwinKiosk) -> None:
    enter(page)
    kiosk.answers = [answer("asks", conflicts=["milk"])]
    deed(page, "sandwich")
    expect(page.locator(".dialog h2")).to_have_text("Ce plat contient : lait")
    page.locator(".dialog .no").tap()
    assert page.locator(".dialog").count() == 0
    ordered = twin_view(days={TOMORROW: {"order": twin_order("sandwich")}})
    kiosk.answers = [
        answer("asks", conflicts=["milk"]),
        answer("granted", moved=-350, view=ordered),
    ]
    deed(page, "sandwich")
    page.locator(".dialog .yes").tap()
    expect(page.locator(".came.ok")).to_be_visible()
    assert [one.accepts for one in kiosk.orders] == [False, False, True]


APPOINTMENT = {"at": "2026-12-03T16:10:00Z", "teacher": "M. Maes", "subject": "", "room": "B14"}


def test_each_slip_is_offered_to_whom_it_has_something_to_say(
    page: Page, enter: Enter, kiosk: TwinKiosk
) -> None:
    enter(page, twin_view(can_top_up=False))
    offered = "[...document.querySelectorAll('[data-slip]')].map((one) => one.dataset.slip)"
    assert page.evaluate(offered) == ["planning", "balance"]
    assert page.locator("[data-dues]").count() == 0
    enter(page, twin_view(dues=twin_dues(), appointments=[APPOINTMENT]), session="tap-2")
    page.locator("[data-dues]").wait_for()
    for slip in KIOSK_SLIPS:
        if slip is SlipKind.INVOICE:
            page.locator("[data-dues]").tap()
            page.locator(".dialog .print").tap()
        else:
            page.locator(f"[data-slip={slip.value}]").tap()
        until(lambda slip=slip: kiosk.slips[-1:] == [slip])
        expect(page.locator(".came.ok")).to_have_text("Prenez votre papier.")
    kiosk.has_printer = False
    page.locator("[data-slip=appointments]").tap()
    expect(page.locator(".came.refused")).to_be_visible()


@pytest.mark.parametrize("size", [FLAT, TALL], ids=["flat", "tall"])
def test_what_is_due_is_listed_with_its_instalments_and_how_they_stand(
    open_till: OpenTill, kiosk: TwinKiosk, enter: Enter, size: dict[str, int]
) -> None:
    page = opened(open_till, size)
    enter(page, twin_view(dues=twin_dues()))
    page.locator("[data-dues]").tap()
    dues = page.locator("[data-due]")
    expect(dues).to_have_count(2)
    rome, museum = dues.all()
    expect(rome.locator("h3")).to_contain_text("Voyage à Rome")
    parts = rome.locator("[data-part]").all_inner_texts()
    assert ["en retard" in part for part in parts] == [True, False, False]
    assert "vendredi 20 novembre" in parts[0]
    assert "120,00" in parts[0]
    expect(rome.locator(".now")).to_contain_text("120,00")
    expect(rome.locator(".digits")).to_have_text("+++090/9337/55493+++")
    expect(museum.locator("h3")).to_contain_text("payé")
    assert museum.locator(".now").count() == 0
    assert axe_violations(page) == []
    for aid in ("large", "contrast"):
        page.keyboard.press("Escape")
        page.locator(".dialog").wait_for(state="detached")
        page.locator(f"[data-aid={aid}]").tap()
        page.locator("[data-dues]").tap()
        # The first answer has the focus once the question hears keys.
        page.locator(".dialog :focus").wait_for()
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".dialog .print").tap()
    until(lambda: kiosk.slips == [SlipKind.INVOICE])
    assert page.locator(".dialog").count() == 0


def test_nobody_sees_the_dues_of_whoever_stood_there_before(page: Page, enter: Enter) -> None:
    enter(page, twin_view(dues=twin_dues()))
    page.locator("[data-dues]").tap()
    page.locator("[data-due]").first.wait_for()
    enter(page, twin_view(name="Roxane Y.", dues=twin_dues()), session="tap-2")
    expect(page.locator("h1")).to_contain_text("Roxane Y.")
    assert page.locator("[data-due]").count() == 0


# --- who sits, who does not see, who has no hands for a screen ------------------------------------


def test_on_a_tall_screen_everything_that_can_be_touched_lies_low(
    open_till: OpenTill, kiosk: TwinKiosk, enter: Enter
) -> None:
    page = opened(open_till, TALL)
    enter(page)
    boxes = [one.bounding_box() for one in page.locator("button:visible").all()]
    tops = [box["y"] for box in boxes if box is not None]
    assert len(tops) > 20
    assert min(tops) >= TALL["height"] * 0.4
    assert all(box["height"] >= 48 and box["width"] >= 48 for box in boxes if box is not None)


def test_large_text_and_strong_contrast_are_for_this_session(page: Page, enter: Enter) -> None:
    enter(page)
    size = "getComputedStyle(document.querySelector('.whose h1')).fontSize"
    paper = "getComputedStyle(document.querySelector('.dishes')).backgroundColor"
    before = float(page.evaluate(size).removesuffix("px"))
    page.locator("[data-aid=large]").tap()
    page.locator("[data-aid=contrast]").tap()
    until(lambda: float(page.evaluate(size).removesuffix("px")) > before * 1.25)
    until(lambda: page.evaluate(paper) == "rgb(0, 0, 0)")
    page.locator(".session .leave").tap()
    page.locator(".call").wait_for()
    assert page.locator("[aria-pressed=true][data-aid]").count() == 0


def test_the_whole_way_by_keyboard(page: Page, enter: Enter, kiosk: TwinKiosk) -> None:
    enter(page)
    ordered = twin_view(days={TOMORROW: {"order": twin_order()}})
    kiosk.answers = [
        answer("asks", conflicts=["milk"]),
        answer("granted", moved=-450, view=ordered),
    ]
    assert reached(page, "[data-act=reserve]")
    page.keyboard.press("Enter")
    page.locator(".dialog").wait_for()
    # The question holds the focus, and Escape is its no.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.dialog, body').className") in (
        "dialog allergy",
        "",
    )
    page.keyboard.press("Escape")
    expect(page.locator(".dialog")).to_have_count(0)
    until(lambda: page.evaluate("document.activeElement.dataset.act") == "reserve")
    page.keyboard.press("Enter")
    expect(page.locator(".came.ok")).to_be_visible()
    assert reached(page, "[data-slip=planning]")
    page.keyboard.press("Space")
    until(lambda: kiosk.slips == [SlipKind.PLANNING])
    page.keyboard.press("Escape")
    page.locator(".call").wait_for()


def reached(page: Page, selector: str) -> bool:
    """Press Tab until something has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return True
    return False


def test_speech_says_what_is_reached_and_what_came_of_it(
    page: Page, enter: Enter, kiosk: TwinKiosk
) -> None:
    said = kiosk.speaker.said
    page.locator("[data-aid=speech]").tap()
    until(lambda: len(said) == 1)
    assert said[0][1] == "fr"
    enter_spoken(page, enter, kiosk)
    kiosk.answers = [answer("granted", moved=-450, view=twin_view())]
    said.clear()
    page.locator("[data-dish=main-1] .deed").focus()
    until(lambda: heard(said) == "Réserver : Carbonnade à la flamande, frites, 4,50 €")
    page.keyboard.press("Enter")
    until(lambda: heard(said) == "Réservé et payé : 4,50 € débités.")
    page.locator("[data-aid=speech]").tap()
    until(lambda: said[-1][0] == "")


def heard(said: list[tuple[str, str]]) -> str:
    """Return what was said last, with plain blanks."""
    return " ".join(said[-1][0].split()) if said else ""


def enter_spoken(page: Page, enter: Enter, kiosk: TwinKiosk) -> None:
    """Come in and turn the voice on: nobody's choice is taken over from whoever came before."""
    enter(page)
    assert page.locator("[data-aid=speech]").get_attribute("aria-pressed") == "false"
    kiosk.speaker.said.clear()
    page.locator("[data-aid=speech]").tap()
    until(lambda: page.locator("[data-aid=speech]").get_attribute("aria-pressed") == "true")
    # What it says of itself has been heard, and cannot come behind what is said next.
    until(lambda: bool(kiosk.speaker.said))


def test_a_kiosk_without_a_voice_says_so(page: Page, kiosk: TwinKiosk) -> None:
    kiosk.speaker.can_speak = False
    page.locator("[data-aid=speech]").tap()
    expect(page.locator(".aid-note")).to_contain_text("pas installée")


def test_the_pupils_own_language_and_then_the_schools(page: Page, enter: Enter) -> None:
    enter(page, twin_view(language="nl"))
    expect(page.locator("h1")).to_contain_text("Dag Léa V.")
    assert page.evaluate("document.documentElement.lang") == "nl"
    page.locator(".session .leave").tap()
    expect(page.locator(".call h2")).to_have_text("Bienvenue")
    assert page.evaluate("document.documentElement.lang") == "fr"


# --- nothing stays --------------------------------------------------------------------------------


def test_after_45_s_it_asks_and_can_be_told_to_go_on_for_ever(
    open_till: OpenTill, kiosk: TwinKiosk, enter: Enter
) -> None:
    page = opened(open_till, FLAT)
    page.clock.install()
    enter(page)
    # Else its time runs on beside ours, however long the machine takes for a step.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    for _ in range(11):
        page.clock.run_for(43_000)
        assert page.locator(".dialog").count() == 0
        page.clock.run_for(3_000)
        page.locator(".dialog").wait_for()
        page.clock.run_for(10_000)
        assert 5 <= int(page.locator("[data-left]").get_attribute("data-left") or 0) <= 10
        page.locator(".stay").tap()
        expect(page.locator(".dialog")).to_have_count(0)
    assert kiosk.stays > 11
    page.clock.run_for(46_000)
    page.locator(".dialog").wait_for()
    page.clock.run_for(21_000)
    page.locator(".call").wait_for()
    until(lambda: kiosk.views == {})


def test_nothing_of_the_last_pupil_is_left(page: Page, enter: Enter, kiosk: TwinKiosk) -> None:
    length = page.evaluate("history.length")
    # Nobody among the demo's badges, which the page may offer, has this name.
    enter(page, twin_view(name="Quentin Z.", class_name="6Q"))
    after = twin_view(name="Quentin Z.", class_name="6Q", general_cents=1890)
    kiosk.answers = [answer("granted", moved=-450, view=after)]
    deed(page, "main-1")
    expect(page.locator(".came.ok")).to_be_visible()
    page.locator(".session .leave").tap()
    page.locator(".call").wait_for()
    until(lambda: kiosk.views == {})
    left = page.content() + page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href])"
    )
    # The port, and what is drawn by lot or from a file's content, may hold any four digits.
    told = re.sub(rf"{page.url}|[0-9a-f]{{8,}}", "", left)
    for word in ("Quentin", "6Q", "2340", "23,40", "1890", "18,90", SESSION):
        assert word not in told, word
    assert page.evaluate("history.length") == length
    page.go_back()
    assert "Quentin" not in page.content()


def test_the_next_badge_takes_the_place_of_the_one_before(
    page: Page, enter: Enter, terminal: TwinTerminal
) -> None:
    enter(page, twin_view(name="Quentin Z."))
    enter(page, twin_view(name="Roxane Y."), session="tap-2")
    expect(page.locator("h1")).to_contain_text("Roxane Y.")
    assert "Quentin" not in page.content()
    refused = NOBODY | {"outcome": "refused", "reason": "unknown_badge", "session": None}
    terminal.publish_verdict(refused | {"t0_ms": page.evaluate("Date.now()"), "tap": "tap-3"})
    expect(page.locator("[data-reason=unknown_badge]")).to_contain_text("Badge inconnu")
    assert "Roxane" not in page.content()


def test_a_session_that_the_terminal_ended_is_left(
    page: Page, enter: Enter, kiosk: TwinKiosk
) -> None:
    enter(page)
    kiosk.views.clear()
    deed(page, "main-1")
    page.locator(".call").wait_for()


def test_a_session_is_told_to_nobody_without_a_session_of_the_browser(
    stranger: Visitor, visitor: Visitor, kiosk: TwinKiosk, board: Board
) -> None:
    kiosk.views[SESSION] = twin_view()
    path = f"/v1/kiosk/sessions/{SESSION}"
    assert stranger.get(path).status == 401
    reply = visitor.get(path)
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")
    assert visitor.get("/v1/kiosk/sessions/another").status == 410
    bad = visitor.post(f"{path}/orders", {"command": "c", "act": "eat", "day": "2026-11-25"})
    assert bad.status == 400
    assert "Léa" not in str(board.state())
