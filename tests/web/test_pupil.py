"""The pupils' screen: a name and a wish, and nothing that is nobody's business."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page
from web_rig import OpenTill, Visitor, next_event, stream_of

from terminal.board import Content, Note
from terminal.twin import BASE_STATUS, BASE_VERDICT, TwinTerminal
from terminal.web.pupil import pupil_note, pupil_state
from terminal.web.server import WebServer

SECRETS: Content = {
    "name": "Léa V.",
    "class_name": "3B-secret",
    "meal": "Secret stew",
    "allergens": ["peanuts"],
    "diet": "halal",
    "price_cents": 98765,
    "wallet_cents": 12345,
    "language": "nl",
}
REFUSED: Content = SECRETS | {
    "outcome": "refused",
    "tone": "attention",
    "reason": "not_enough_money",
}


@pytest.fixture
def display(open_till: OpenTill, server: WebServer, terminal: TwinTerminal) -> Page:
    terminal.publish_status({"menu": ["Potage", "Spaghetti"]})
    page = open_till()
    page.goto(f"{server.address}/pupil")
    page.wait_for_selector(".menu")
    return page


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Léa V.", "Léa"),
        ("Jean Paul V.", "Jean Paul"),
        ("Léa", "Léa"),
        ("Anne Marie", "Anne Marie"),
        ("V.", "V."),
        (None, None),
    ],
)
def test_a_first_name_goes_without_its_initial(name: str | None, first: str | None) -> None:
    note = pupil_note(Note("b-1", "verdict", dict(BASE_VERDICT) | {"name": name}))
    assert note is not None
    assert note.content["first_name"] == first


def test_a_balance_is_told_only_where_the_schools_rules_say_so() -> None:
    def told(verdict: Content) -> object:
        note = pupil_note(Note("b-1", "verdict", dict(BASE_VERDICT) | dict(verdict)))
        assert note is not None
        return note.content["balance_cents"]

    assert told({}) is None
    assert told({"shows_balance": True}) == 2340
    assert told({"shows_balance": 1}) is None
    assert told({"shows_balance": True, "outcome": "refused", "tone": "attention"}) is None
    assert told({"shows_balance": True, "tone": "attention", "conflicts": ["peanuts"]}) is None


@pytest.mark.browser
def test_the_balance_stands_below_the_wish(display: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict({"name": "Noé D."})
    display.locator(".wish.ok").wait_for()
    assert display.locator(".balance").count() == 0
    terminal.publish_verdict({"name": "Noé D.", "shows_balance": True})
    display.locator(".balance", has_text="Solde : 23,40").wait_for()


@pytest.mark.parametrize("verdict", [SECRETS, REFUSED], ids=["served", "refused"])
def test_nothing_personal_leaves_the_daemon_towards_pupils(
    visitor: Visitor, terminal: TwinTerminal, verdict: Content
) -> None:
    terminal.publish_verdict(verdict)
    with stream_of(visitor, "/pupil/events") as line:
        heard = [next_event(line)]
        terminal.publish_verdict(verdict)
        heard.append(next_event(line))
    said = json.dumps(heard)
    for secret in ("3B-secret", "stew", "peanuts", "halal", "98765", "12345", "V.", "money"):
        assert secret not in said
    assert ("Léa" in json.loads(said)[1]["data"].values()) == (verdict is SECRETS)


def test_an_allergy_in_the_dish_is_not_told_in_public() -> None:
    verdict = dict(BASE_VERDICT) | SECRETS | {"tone": "attention", "conflicts": ["peanuts"]}
    shown = pupil_state({"verdict": verdict, "status": BASE_STATUS, "last_taps": [verdict]})
    assert "peanuts" not in json.dumps(shown)
    assert "Léa" not in json.dumps(shown)


def test_topics_of_staff_are_not_passed_on() -> None:
    assert pupil_note(Note("b-1", "repeat", {"tap": "x", "count": 2})) is None
    assert pupil_state({"last_taps": []}) == {}


@pytest.mark.browser
def test_a_pupil_is_wished_well_in_their_own_language(
    display: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict(SECRETS)
    display.get_by_role("heading", name="Smakelijk, Léa!").wait_for()
    terminal.publish_verdict(SECRETS | {"language": "de"})
    display.get_by_role("heading", name="Guten Appetit, Léa!").wait_for()


@pytest.mark.browser
def test_a_refused_pupil_is_sent_to_the_till_without_a_reason(
    display: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict(REFUSED)
    display.locator(".wish.ask").wait_for()
    assert display.locator("main").inner_text().strip() == "Vois avec la caisse"


@pytest.mark.browser
@pytest.mark.parametrize(("verdict", "stays_s"), [(SECRETS, 5), (REFUSED, 8)], ids=["ok", "ask"])
def test_the_screen_forgets_a_pupil_in_time(
    display: Page, terminal: TwinTerminal, verdict: Content, stays_s: int
) -> None:
    page = display
    page.clock.install()
    page.reload()
    page.locator(".menu").wait_for()
    terminal.publish_verdict(verdict)
    page.locator(".wish:not(.idle)").wait_for()
    page.clock.run_for((stays_s - 1) * 1000)
    assert page.locator(".wish:not(.idle)").count() == 1
    page.clock.run_for(1500)
    page.locator(".wish.idle").wait_for()


@pytest.mark.browser
def test_between_pupils_the_menu_is_shown(display: Page, terminal: TwinTerminal) -> None:
    terminal.publish_status({"menu": ["Potage", "Lasagne"]})
    display.get_by_text("Lasagne").wait_for()
    assert display.locator(".menu li").all_inner_texts() == ["Potage", "Lasagne"]


@pytest.mark.browser
def test_a_reload_does_not_bring_a_pupil_back(display: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(SECRETS)
    display.locator(".wish.ok").wait_for()
    display.reload()
    display.locator(".wish.idle").wait_for()
    assert "Léa" not in display.content()


def test_the_page_needs_a_session(stranger: Visitor) -> None:
    assert stranger.get("/pupil").status == 401
    assert stranger.get("/pupil/events").status == 401


def test_the_script_of_pupils_knows_no_staff_words() -> None:
    folder = Path(__file__).parents[2] / "terminal" / "web" / "static" / "app"
    source = (folder / "pupil.js").read_text()
    for word in ("allergen", "wallet", "diet", "class_name", "reason"):
        assert word not in source
