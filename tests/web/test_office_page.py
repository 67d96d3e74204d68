"""The bursar's screen: found, seen, touched, typed, and read aloud."""

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Page
from web_rig import OpenTill, sign_in, type_amount

from core.batch import Flag
from core.kinds import Reason
from terminal.commands import ChooseProfile, GiveBadge, GiveTicket, MoveReserve, StopBadge, TopUp
from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

NOBODY = {
    "outcome": "shown",
    "pupil": None,
    "name": None,
    "class_name": None,
    "meal": None,
    "badge_last4": "E590",
    "badge_state": None,
}


@pytest.fixture
def office(open_till: OpenTill, terminal: TwinTerminal) -> Page:
    terminal.publish_status({"profile": "office", "is_chosen": False})
    page = open_till()
    page.wait_for_selector(".lists.locked")
    sign_in(page, shown=".find")
    return page


@pytest.fixture
def card(office: Page) -> Page:
    """Find a pupil by name, as the keyboard does."""
    office.locator(".find input").fill("léa")
    office.locator(".find [data-pupil=lea]").tap()
    office.wait_for_selector(".card[data-pupil=lea]")
    return office


def last_command(terminal: TwinTerminal) -> object:
    return terminal.counter.commands[-1]


def open_deed(page: Page, name: str) -> None:
    page.locator(f"[data-deed={name}]").tap()
    page.wait_for_selector(f"[data-panel={name}]")


# --- who ------------------------------------------------------------------------------------------


def test_nobody_is_looked_for_before_somebody_signs_in(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    terminal.publish_status({"profile": "office"})
    page = open_till()
    page.wait_for_selector(".lists.locked")
    assert page.locator(".find").count() == 0
    assert axe_violations(page) == []


def test_who_has_no_right_is_told_so_in_one_line(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    terminal.publish_status({"profile": "office"})
    page = open_till()
    sign_in(page, staff="marc", pin="135791", shown=".no-right")
    assert page.inner_text(".no-right") == "Marc D. n’a pas le droit d’ouvrir l’économat."
    assert page.locator(".find").count() == 0
    assert axe_violations(page) == []


def test_the_card_has_both_wallets_and_the_badges(card: Page) -> None:
    wallets = [card.inner_text(f".wallets .fact:nth-child({place})") for place in (1, 2)]
    assert ["23,40" in wallets[0], "15,00" in wallets[1]] == [True, True]
    assert "…E5F6 en service" in card.inner_text(".card")
    assert "…09AB perdu" in card.inner_text(".card")
    assert axe_violations(card) == []


def test_a_badge_opens_its_owners_card(office: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict({"outcome": "shown", "pupil": "zoe", "badge_last4": "E503"})
    office.wait_for_selector(".card[data-pupil=zoe]")


def test_nothing_of_a_pupil_stays_when_the_bursar_leaves(card: Page) -> None:
    card.locator(".leave").tap()
    card.wait_for_selector(".lists.locked")
    assert card.locator("[data-pupil]").count() == 0
    sign_in(card, shown=".find")
    assert card.locator(".card").count() == 0


# --- deeds ----------------------------------------------------------------------------------------


def test_the_reserve_is_moved_as_far_as_it_goes(card: Page, terminal: TwinTerminal) -> None:
    open_deed(card, "move")
    assert "15,00" in card.inner_text(".panel")
    assert axe_violations(card) == []
    for digit in "1501":
        card.locator(".panel .pad button", has_text=digit).tap()
    card.locator("[data-cents='1501']").wait_for()
    assert card.get_attribute(".panel .pad .main", "aria-disabled") == "true"
    card.locator(".panel .pad [aria-label]").tap()
    card.locator("[data-cents='150']").wait_for()
    card.locator(".panel .pad .main").tap()
    card.locator(".said", has_text="1,50").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, MoveReserve)
    assert (asked.amount_cents, asked.source, asked.customer.pupil) == (150, "reserve", "lea")
    card.wait_for_selector(".card")


def test_and_back_by_the_keyboard_alone(card: Page, terminal: TwinTerminal) -> None:
    card.locator("[data-deed=move]").focus()
    card.keyboard.press("Enter")
    card.wait_for_selector("[data-panel=move]")
    card.locator("[data-source=general]").focus()
    card.keyboard.press("Enter")
    card.locator("#panel-title").focus()
    card.keyboard.type("250")
    card.keyboard.press("Enter")
    card.locator(".said", has_text="2,50").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, MoveReserve)
    assert (asked.amount_cents, asked.source) == (250, "general")


def test_cash_is_signed_for(card: Page, terminal: TwinTerminal) -> None:
    card.locator(".bottom .cash").tap()
    type_amount(card, 5000)
    card.wait_for_selector(".card")
    open_deed(card, "top_up")
    type_amount(card, 2000)
    card.locator(".said", has_text="20,00").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, TopUp)
    assert (asked.amount_cents, asked.is_signed, asked.why) == (2000, True, "Au bureau")


def test_a_new_badge_is_laid_down_and_replaces_the_old(card: Page, terminal: TwinTerminal) -> None:
    open_deed(card, "badge")
    assert "Posez le nouveau badge" in card.inner_text(".panel")
    verdict = terminal.publish_verdict(NOBODY)
    card.locator(".give.main").wait_for()
    assert axe_violations(card) == []
    card.locator("[data-lost=true]").tap()
    card.locator(".said", has_text="…E590").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, GiveBadge)
    assert (asked.tap, asked.replaces, asked.is_lost) == (verdict["tap"], "k-active", True)
    # It is somebody's now: nobody is asked about it again.
    assert card.inner_text(".loose") == ""


def test_a_badge_of_somebody_else_is_refused_in_plain_words(
    card: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict(NOBODY)
    card.locator(".loose", has_text="…E590").wait_for()
    open_deed(card, "badge")
    terminal.counter.refuse_next = Reason.BADGE_TAKEN
    card.locator("[data-replaces='']").tap()
    card.locator(".said.refused", has_text="Badge déjà attribué").wait_for()


def test_a_badge_is_stopped(card: Page, terminal: TwinTerminal) -> None:
    open_deed(card, "badge")
    card.locator("[data-badge=E5F6] [data-stop=lost]").tap()
    card.locator(".said", has_text="…E5F6").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, StopBadge)
    assert (asked.badge, asked.state) == ("k-active", "lost")


def test_who_forgot_the_badge_gets_a_ticket(card: Page, terminal: TwinTerminal) -> None:
    open_deed(card, "ticket")
    assert axe_violations(card) == []
    card.locator(".panel .print").tap()
    card.locator(".said", has_text="Léa V.").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, GiveTicket)
    assert asked.why == "Badge oublié"


# --- what the terminal is -----------------------------------------------------------------------


def test_the_till_is_made_the_office_and_back(open_till: OpenTill, terminal: TwinTerminal) -> None:
    terminal.publish_status({"profile": "till", "is_chosen": False})
    page = open_till()
    sign_in(page)
    page.locator(".menu-button").tap()
    page.locator("[data-menu=profile]").tap()
    assert axe_violations(page) == []
    page.locator("[data-profile=office]").tap()
    page.wait_for_selector("#office .find")
    asked = last_command(terminal)
    assert isinstance(asked, ChooseProfile)
    assert asked.profile == "office"
    page.locator(".bottom .profile").tap()
    page.locator("[data-profile=timetable]").tap()
    page.wait_for_selector("#till .goods")


def test_who_sells_alone_is_offered_nothing_else(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    terminal.publish_status({"profile": "till", "is_chosen": False})
    page = open_till()
    sign_in(page, staff="marc", pin="135791")
    page.locator(".menu-button").tap()
    page.locator("[data-menu=profile]").tap()
    assert "Rien d’autre" in page.inner_text("[data-panel=menu]")


def test_every_target_is_large_enough_for_a_finger(card: Page) -> None:
    open_deed(card, "badge")
    small = card.evaluate(
        "() => [...document.querySelectorAll('button, a.button, input')]"
        ".filter((one) => one.offsetParent && one.getBoundingClientRect().height < 48)"
        ".map((one) => one.outerHTML.slice(0, 120))"
    )
    assert small == []


# --- what only the centre may answer ------------------------------------------------------------

MOVEMENTS = [
    {
        "day": "2026-11-24",
        "time": "12:07",
        "label": "Réserve <> général",
        "wallet": "reserve",
        "change_cents": -1200,
    },
    {
        "day": "2026-11-24",
        "time": "12:30",
        "label": "Vente: Eau",
        "wallet": "general",
        "change_cents": -80,
    },
]
ACCOUNT = {
    "state": "told",
    "is_whole": False,
    "movements": MOVEMENTS,
    "general_cents": 2340,
    "reserve_cents": 1500,
}
CASE = {
    "id": "e-1.overdraft",
    "flag": "overdraft",
    "detail": "the reserve wallet holds less than was moved out of it",
    "raised_at": "2026-11-24T10:45:00Z",
    "kind": "reserve.moved",
    "at": "2026-11-24T10:40:00Z",
    "name": "Léa Vermeulen",
    "class_name": "3B",
    "terminal": "Économat",
    "amount_cents": 500,
    "resolution": None,
}


def test_a_badge_that_was_found_again_takes_its_place_back(
    office: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict(
        {"outcome": "shown", "pupil": "lea", "badge_last4": "09AB", "badge_state": "lost"}
    )
    office.wait_for_selector(".card[data-pupil=lea]")
    assert "…09AB" in office.inner_text(".find .loose")
    open_deed(office, "badge")
    assert office.locator(".give").all_inner_texts() == ["Remettre en service à la place de …E5F6"]
    assert axe_violations(office) == []
    office.locator(".give").tap()
    office.locator(".said", has_text="09AB").wait_for()
    asked = last_command(terminal)
    assert isinstance(asked, GiveBadge)
    assert (asked.customer.pupil, asked.is_lost) == ("lea", False)
    assert asked.replaces


def test_an_access_is_printed_and_its_code_is_on_no_screen(
    card: Page, terminal: TwinTerminal
) -> None:
    office = terminal.office
    office.answers["access"] = [
        {"state": "choose", "accounts": ["maes.4821"]},
        {"state": "printed", "user": "maes.4821", "ends_at": "2026-12-08T11:00:00.000Z"},
    ]
    open_deed(card, "access")
    card.locator(".panel .main").tap()
    card.locator("[data-account='maes.4821']").wait_for()
    assert axe_violations(card) == []
    card.locator("[data-account='maes.4821']").tap()
    card.locator(".said", has_text="maes.4821").wait_for()
    assert office.asked == [("access", "lea", None), ("access", "lea", "maes.4821")]


def test_without_the_centre_it_is_said_in_one_sentence(card: Page) -> None:
    open_deed(card, "access")
    card.locator(".panel .main").tap()
    card.locator(".said.refused", has_text="ne répond pas").wait_for()
    assert card.locator("[data-panel=access]").count() == 1


def test_an_account_is_shown_and_printed_and_says_what_it_lacks(
    card: Page, terminal: TwinTerminal
) -> None:
    terminal.office.answers["accounts"] = [ACCOUNT, {**ACCOUNT, "is_whole": True}]
    open_deed(card, "account")
    card.locator(".show").tap()
    card.wait_for_selector(".movements")
    assert card.locator(".movements li").count() == 2
    assert "seulement ce que ce terminal sait" in card.inner_text(".panel")
    assert axe_violations(card) == []
    card.locator(".panel .print").tap()
    card.locator(".said", has_text="imprimé").wait_for()
    first, second = terminal.office.asked
    assert (first[1], str(first[2]), str(first[3]), first[4]) == (
        "lea",
        "2026-11-01",
        "2026-11-24",
        False,
    )
    assert second[4] is True


def test_every_exception_has_a_sentence_with_its_facts_in_each_language(
    office: Page, terminal: TwinTerminal
) -> None:
    flags = [*(flag.value for flag in Flag), "quarantined", "conflict", "revoked"]
    cases = [{**CASE, "id": f"e-{flag}", "flag": flag} for flag in flags]
    unread = {"kind": None, "at": None, "name": None, "class_name": None}
    cases[-1] |= unread
    old = {key: value for key, value in CASE.items() if key not in unread}
    cases += [{**old, "id": "e-old"}, {**CASE, "id": "e-new", "flag": "of a newer centre"}]
    for language in ("de", "en", "nl", "fr"):
        terminal.office.answers["cases"] = [{"state": "told", "cases": cases}] * (len(cases) + 1)
        office.locator(".bottom select").select_option(language)
        office.locator(".bottom .cases").tap()
        for case in cases:
            office.locator(f"[data-case='{case['id']}']").tap()
            told = office.locator(".panel .chosen").inner_text()
            if case["id"] in {"e-old", "e-new"}:
                assert CASE["detail"] in told
            else:
                assert "11:40" in told or case["id"] == "e-revoked", told
                assert "Économat" in told
                assert "{" not in told
            office.locator(".panel .close").tap()
            office.locator(".bottom .cases").tap()
        office.locator(".panel .close").tap()


def test_an_exception_is_settled_with_a_note(office: Page, terminal: TwinTerminal) -> None:
    twin = terminal.office
    twin.answers["cases"] = [
        {"state": "told", "cases": [CASE, {**CASE, "id": "e-2", "flag": "of a newer centre"}]},
        {"state": "told", "cases": []},
    ]
    twin.answers["resolutions"] = [
        {"state": "refused", "reason": "refused", "detail": "no money stands open"},
        {"state": "settled", **CASE, "resolution": "reversed"},
    ]
    office.locator(".bottom .cases").tap()
    office.locator("[data-case='e-1.overdraft']").wait_for()
    assert "Autre exception" in office.inner_text("[data-case=e-2]")
    assert axe_violations(office) == []
    office.locator("[data-case='e-1.overdraft']").tap()
    office.locator("[data-how=reversed]").tap()
    assert office.get_attribute(".settle", "aria-disabled") == "true"
    office.locator(".panel .why input").fill("trop retiré")
    assert axe_violations(office) == []
    office.locator(".settle").tap()
    office.locator(".said.refused", has_text="no money stands open").wait_for()
    office.locator(".settle").tap()
    office.locator(".said", has_text="Exception réglée").wait_for()
    office.locator(".panel", has_text="Rien n’attend").wait_for()
    assert twin.asked[-2] == ("resolutions", "e-1.overdraft", "reversed", "trop retiré", None)
