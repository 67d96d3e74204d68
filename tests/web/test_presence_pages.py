"""The study room's screen and the gate's: seen, touched, typed, and read aloud."""

from typing import Any

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Page
from web_rig import OpenTill, sign_in

from terminal.board import Content
from terminal.commands import WithdrawPresence
from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

AT = "2026-11-24T10:52:10Z"
MISSING = {"entered_at": None, "left_at": None, "is_enrolled": True}
INES = {"id": "lea", "name": "Inès B.", "class_name": "1A"}
SHORT: dict[str, Any] = {
    "id": "short",
    "name": "Étude courte",
    "starts": "16:05",
    "ends": "17:15",
    "wants_out": False,
    "price_cents": 100,
    "is_now": True,
    "inside": 1,
    "left": 1,
    "missing": 2,
    "pupils": [
        {"id": "zoe", "name": "Zoé L.", "class_name": "2C", **MISSING},
        {"id": "leo", "name": "Jan V.", "class_name": "4D", **MISSING},
        {**INES, **MISSING, "entered_at": AT, "is_noted_here": True},
        {
            "id": "p5",
            "name": "Maximilien-Alexandre de B.",
            "class_name": "5D",
            "entered_at": AT,
            "left_at": AT,
            "is_enrolled": False,
        },
    ],
}
LONG = SHORT | {"id": "long", "name": "Étude longue", "ends": "18:00", "missing": 7, "pupils": []}
STUDY: Content = {"day": "2026-11-24", "has_names": True, "sessions": [SHORT, LONG]}
GATE: Content = {
    "day": "2026-11-24",
    "begins_at": "08:25",
    "asks_why": True,
    "has_names": True,
    "late_count": 1,
    "absent_count": 2,
    "late": [
        {
            **INES,
            "at": "2026-11-24T07:37:00Z",
            "due_at": "2026-11-24T07:25:00Z",
            "said": "transport",
            "is_noted_here": True,
        }
    ],
    "absent": [
        {
            "id": "zoe",
            "name": "Zoé L.",
            "class_name": "2C",
            "state": "announced",
            "came": False,
        },
        {"id": "p4", "name": "Inès B.", "class_name": "1A", "state": "unexcused", "came": True},
    ],
}
ENTERED = {
    "outcome": "entered",
    "tone": "ok",
    "name": "Zoé L.",
    "class_name": "2C",
    "meal": "Étude courte",
    "about": "short",
    "price_cents": 100,
    "receipt": None,
    "allergens": [],
    "at": AT,
}
LATE = ENTERED | {
    "outcome": "late",
    "tone": "attention",
    "meal": None,
    "about": None,
    "due_at": "2026-11-24T10:40:00Z",
    "earlier_at": None,
    "wallet_cents": None,
    "price_cents": 0,
}


@pytest.fixture
def study(open_till: OpenTill, terminal: TwinTerminal) -> Page:
    terminal.study_script = {**STUDY}
    terminal.publish_status({"profile": "study"})
    page = open_till()
    page.wait_for_selector(".tally")
    sign_in(page, shown=".leave")
    page.wait_for_selector(".rosters")
    return page


@pytest.fixture
def gate(open_till: OpenTill, terminal: TwinTerminal) -> Page:
    terminal.gate_script = {**GATE}
    terminal.publish_status({"profile": "gate"})
    page = open_till()
    sign_in(page, shown=".leave")
    page.wait_for_selector(".rosters")
    return page


# --- study ----------------------------------------------------------------------------------------


def test_the_room_is_told_in_numbers_and_names(study: Page) -> None:
    counts = {
        state: study.inner_text(f"[data-count={state}]") for state in ("missing", "inside", "left")
    }
    assert counts == {"missing": "2", "inside": "1", "left": "1"}
    assert study.locator(".roster.is-missing [data-pupil]").count() == 2
    assert "non inscrit" in study.inner_text(".roster.is-left")
    assert "Présents\xa01, manquants\xa02" in study.inner_text(".bottom")


def test_who_taps_is_greeted_and_the_lists_follow(study: Page, terminal: TwinTerminal) -> None:
    here = {**SHORT["pupils"][0], "entered_at": AT}
    terminal.study_script = STUDY | {
        "sessions": [SHORT | {"missing": 1, "inside": 2, "pupils": [here, *SHORT["pupils"][1:]]}]
    }
    terminal.publish_verdict(ENTERED)
    study.wait_for_selector("[data-tone=ok]")
    assert "PRÉSENT" in study.inner_text(".verdict h2")
    study.locator("[data-count=missing]", has_text="1").wait_for()


def test_what_one_may_not_eat_is_nobodys_business_here(study: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(ENTERED | {"allergens": ["peanuts"], "diet": "halal"})
    study.wait_for_selector("[data-tone=ok]")
    assert "Arachides" not in study.inner_text(".verdict")
    assert "halal" not in study.inner_text(".verdict")


def test_another_session_is_one_touch_away(study: Page) -> None:
    study.locator("[data-session=long]").tap()
    study.locator("[data-count=missing]", has_text="7").wait_for()


def test_a_pupil_without_a_badge_is_let_in_by_name_with_keys_alone(
    study: Page, terminal: TwinTerminal
) -> None:
    study.wait_for_selector(".roster.is-missing button[data-pupil=zoe]")
    study.locator(".roster.is-missing [data-pupil=zoe]").focus()
    study.keyboard.press("Enter")
    study.locator("[data-why=forgotten]").focus()
    study.keyboard.press("Enter")
    study.locator("[data-deed=enter_study]").focus()
    study.keyboard.press("Enter")
    study.wait_for_selector(".panel", state="detached")
    study.wait_for_selector("[data-tone=ok]")
    assert "Zoé" in study.inner_text(".verdict .person")


def test_who_was_noted_by_mistake_is_taken_out_with_keys_alone(
    study: Page, terminal: TwinTerminal
) -> None:
    study.locator(".roster.is-inside button[data-pupil=lea]").focus()
    study.keyboard.press("Enter")
    study.locator(".mistake button").focus()
    study.keyboard.press("Enter")
    study.locator("[data-deed=withdraw_presence][aria-disabled=true]").wait_for()
    assert study.locator("[data-deed=leave_study]").count() == 0
    assert axe_violations(study) == []
    study.locator("[data-why=wrong_person]").focus()
    study.keyboard.press("Enter")
    study.locator("[data-deed=withdraw_presence]").focus()
    study.keyboard.press("Enter")
    study.wait_for_selector(".panel", state="detached")
    study.wait_for_selector("[data-tone=attention]")
    assert "RETIRÉ" in study.inner_text(".verdict h2")
    asked = terminal.counter.commands[-1]
    assert isinstance(asked, WithdrawPresence)
    assert (asked.customer.pupil, asked.session, asked.why) == ("lea", "short", "Mauvaise personne")


def test_who_may_not_take_back_is_not_offered_it(study: Page, terminal: TwinTerminal) -> None:
    # Noted at another terminal: nothing to take back here.
    study.locator(".roster.is-left [data-pupil=p5]").tap()
    study.wait_for_selector(".panel [data-deed=enter_study]")
    assert study.locator(".mistake").count() == 0
    study.locator(".panel .close").tap()
    study.locator(".leave").tap()
    sign_in(study, staff="marc", pin="135791", shown=".leave")
    study.wait_for_selector(".roster.is-inside div[data-pupil=lea]")


def test_who_is_not_signed_in_reads_numbers_and_no_name(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    terminal.study_script = {**STUDY}
    terminal.publish_status({"profile": "study"})
    page = open_till()
    page.wait_for_selector(".tally")
    assert page.locator(".roster").count() == 0
    assert "Zoé" not in page.inner_text("main")
    assert page.locator(".by-name").get_attribute("aria-disabled") == "true"
    assert axe_violations(page) == []


def test_a_day_without_study_says_so(open_till: OpenTill, terminal: TwinTerminal) -> None:
    terminal.study_script = STUDY | {"sessions": []}
    terminal.publish_status({"profile": "study"})
    page = open_till()
    page.get_by_text("Aucune étude aujourd’hui").first.wait_for()


def test_the_study_page_is_accessible_in_each_state(study: Page, terminal: TwinTerminal) -> None:
    assert axe_violations(study) == []
    terminal.publish_verdict(ENTERED)
    study.wait_for_selector("[data-tone=ok]")
    assert axe_violations(study) == []
    study.locator(".by-name").tap()
    study.wait_for_selector(".panel")
    assert axe_violations(study) == []


# --- gate -----------------------------------------------------------------------------------------


def test_a_late_pupil_is_asked_why_with_big_buttons(gate: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(LATE)
    gate.wait_for_selector(".why-late")
    assert "12 minutes" in gate.inner_text(".verdict")
    heights = gate.evaluate(
        "[...document.querySelectorAll('.why-late button')].map(one => one.offsetHeight)"
    )
    assert len(heights) == 6
    assert min(heights) >= 64
    gate.locator("[data-said=doctor]").tap()
    gate.wait_for_selector(".why-late", state="detached")
    gate.get_by_text("Noté : Médecin").first.wait_for()


def test_an_arrival_by_mistake_is_taken_back(gate: Page, terminal: TwinTerminal) -> None:
    gate.locator(".roster.is-late button[data-pupil=lea]").tap()
    gate.locator(".mistake button").tap()
    gate.locator("[data-why=not_here]").tap()
    gate.locator("[data-deed=withdraw_presence]").tap()
    gate.wait_for_selector(".panel", state="detached")
    asked = terminal.counter.commands[-1]
    assert isinstance(asked, WithdrawPresence)
    assert (asked.session, asked.why) == (None, "N’était pas là")


def test_a_key_answers_too_and_only_once(gate: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(LATE)
    gate.wait_for_selector(".why-late")
    gate.keyboard.press("3")
    gate.get_by_text("Noté : Réveil").first.wait_for()
    assert gate.locator(".why-late").count() == 0


def test_a_school_that_does_not_ask_shows_no_question(gate: Page, terminal: TwinTerminal) -> None:
    terminal.gate_script = GATE | {"asks_why": False}
    terminal.publish_status({"cursor": "another"})
    terminal.publish_verdict(LATE)
    gate.wait_for_selector("[data-tone=attention]")
    gate.wait_for_timeout(600)
    assert gate.locator(".why-late").count() == 0


def test_the_gate_shows_who_is_late_and_who_is_away(gate: Page) -> None:
    late, absent = gate.inner_text(".roster.is-late"), gate.inner_text(".roster.is-absent")
    assert "Inès B." in late
    assert "08:37" in late
    assert "Transport" in late
    assert "annoncé" in absent
    assert "arrivé" in absent


def test_the_gate_page_is_accessible_in_each_state(gate: Page, terminal: TwinTerminal) -> None:
    assert axe_violations(gate) == []
    terminal.publish_verdict(LATE)
    gate.wait_for_selector(".why-late")
    assert axe_violations(gate) == []


@pytest.mark.parametrize(("width", "height"), [(1024, 600), (800, 1280)])
@pytest.mark.parametrize("profile", ["study", "gate"])
def test_on_other_panels_nothing_hangs_out(
    open_till: OpenTill, terminal: TwinTerminal, profile: str, width: int, height: int
) -> None:
    terminal.study_script, terminal.gate_script = {**STUDY}, {**GATE}
    terminal.publish_status({"profile": profile})
    terminal.publish_verdict(LATE if profile == "gate" else ENTERED)
    page = open_till(width=width, height=height)
    sign_in(page, shown=".leave")
    page.wait_for_selector(".rosters")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_pupils_are_greeted_for_what_they_came_for(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    terminal.publish_status({"profile": "study"})
    page = open_till()
    page.goto(page.url.partition("?")[0].rstrip("/") + "/pupil")
    page.wait_for_selector("h1")
    terminal.publish_verdict(ENTERED)
    page.get_by_text("Bonne étude, Zoé !").first.wait_for()
