"""The till page at the counter: what staff see, hear and touch."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from web_rig import OpenTill, Serve

from core.codec import moment_text
from terminal.board import Board, Content
from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

VERDICTS = [
    pytest.param({}, "ok", "Repas réservé", "solid", id="collected"),
    pytest.param(
        {"outcome": "sold", "price_cents": 520, "wallet_cents": 1820},
        "ok",
        "Vendu",
        "solid",
        id="sold",
    ),
    pytest.param(
        {"tone": "attention", "allergens": ["peanuts"], "conflicts": ["peanuts"]},
        "attention",
        "Repas réservé",
        "dashed",
        id="allergy",
    ),
    pytest.param(
        {"outcome": "refused", "tone": "refused", "reason": "blocked_badge"},
        "refused",
        "Badge bloqué",
        "double",
        id="blocked",
    ),
    pytest.param(
        {
            "outcome": "refused",
            "tone": "attention",
            "reason": "already_served",
            "earlier_at": "2026-11-24T10:31:00Z",
        },
        "attention",
        "Déjà servi à 11:31",
        "dashed",
        id="served",
    ),
    pytest.param(
        {"outcome": "refused", "tone": "unknown", "reason": "unknown_badge", "name": None},
        "unknown",
        "Badge inconnu",
        "dotted",
        id="unknown",
    ),
]


@pytest.mark.parametrize(("verdict", "tone", "title", "border"), VERDICTS)
def test_each_verdict_is_told_by_sign_word_and_border(
    till: Page, terminal: TwinTerminal, verdict: Content, tone: str, title: str, border: str
) -> None:
    terminal.publish_verdict(verdict)
    card = till.locator(f".verdict.{tone}")
    card.wait_for()
    assert card.locator("h2").inner_text() == title
    assert card.evaluate("element => getComputedStyle(element).borderTopStyle") == border
    assert card.locator(".head .icon path").get_attribute("d")


def test_each_tone_has_a_sign_of_its_own(till: Page, terminal: TwinTerminal) -> None:
    signs = set()
    for tone in ("ok", "refused", "attention", "unknown"):
        terminal.publish_verdict({"tone": tone})
        signs.add(till.locator(f".verdict.{tone} .head .icon path").get_attribute("d"))
    assert len(signs) == 4


def test_a_verdict_shows_who_what_and_how_much(till: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(
        {"allergens": ["peanuts", "milk"], "diet": "halal", "wallet_cents": -150, "receipt": 7}
    )
    text = till.locator(".verdict.ok").inner_text()
    for part in ("Léa V.", "3B", "Spaghetti bolognaise", "arachides", "lait", "halal", "Reçu n° 7"):
        assert part in text
    assert till.locator("[data-wallet='-150']").inner_text().replace("\xa0", " ") == "-1,50 €"


def test_an_allergy_in_the_dish_is_called_out(till: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict(
        {"tone": "attention", "allergens": ["peanuts", "milk"], "conflicts": ["peanuts"]}
    )
    alert = till.locator(".verdict .alert")
    assert alert.inner_text() == "Allergie\u202f! Dans ce plat\u202f: arachides"
    assert till.locator(".allergens b.conflict").all_inner_texts() == ["arachides"]


def test_a_balance_that_the_centre_has_not_confirmed_says_so(
    till: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict({"outcome": "sold", "is_provisional": True})
    assert "provisoire" in till.locator(".verdict.ok").inner_text()


def test_a_badge_left_on_the_reader_is_counted_not_judged(
    till: Page, terminal: TwinTerminal, board: Board
) -> None:
    tap = terminal.publish_verdict({})["tap"]
    board.publish("repeat", {"tap": tap, "count": 3})
    till.get_by_text("Même badge encore sur le lecteur (3 ×, ignoré)").wait_for()
    terminal.publish_verdict({"name": "Noé D."})
    till.get_by_text("Noé D.").first.wait_for()
    assert till.get_by_text("Même badge").count() == 0


def test_a_verdict_fades_after_half_a_minute_and_keeps_its_words(
    till: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict({"at": "2026-11-24T10:51:32Z"})
    till.locator(".verdict.ok:not(.old)").wait_for()
    terminal.publish_verdict({"at": "2026-11-24T10:51:28Z"})
    till.locator(".verdict.ok.old").wait_for()
    assert "Repas réservé" in till.locator(".verdict").inner_text()


def test_the_last_eight_taps_stay_in_sight(till: Page, terminal: TwinTerminal) -> None:
    for number in range(10):
        terminal.publish_verdict({"name": f"Élève {number}"})
    till.locator(".verdict .name", has_text="Élève 9").wait_for()
    names = till.locator(".taps .name").all_inner_texts()
    assert names == [f"Élève {number}" for number in range(9, 1, -1)]


def test_a_demo_badge_is_laid_on_by_a_finger(till: Page, terminal: TwinTerminal) -> None:
    till.locator("[data-badge='04A1B2C3D4E502']").tap()
    till.locator(".verdict.refused").wait_for()
    assert [credential.hex for credential in terminal.taps] == ["04A1B2C3D4E502"]


def test_a_demo_badge_is_found_by_name_without_accents_and_laid_on_by_keys(
    till: Page, terminal: TwinTerminal
) -> None:
    till.get_by_role("searchbox").focus()
    till.keyboard.type("zoe", delay=60)
    till.locator("[data-badge='04A1B2C3D4E502']:only-child").wait_for()
    till.keyboard.press("Tab")
    till.keyboard.press("Enter")
    till.locator(".verdict.refused").wait_for()


def test_a_busy_terminal_says_what_to_do(till: Page, terminal: TwinTerminal) -> None:
    terminal.is_busy = True
    till.locator("[data-badge='04A1B2C3D4E501']").tap()
    till.get_by_text("the terminal did not answer in time").wait_for()


def test_a_script_in_a_name_stays_text(till: Page) -> None:
    till.on("dialog", lambda dialog: pytest.fail(f"a name ran: {dialog.message}"))
    till.locator("[data-badge='04A1B2C3D4E503']").tap()
    name = till.locator(".verdict .name")
    name.wait_for(timeout=5000)
    assert name.inner_text().startswith("<img src=x")
    assert till.locator("#till img, #till script").count() == 0


def test_trouble_is_named_in_the_strip(till: Page, terminal: TwinTerminal) -> None:
    terminal.publish_status(
        {
            "readers": [
                {"name": "a", "state": "up", "detail": "", "last_tap_s": 3},
                {"name": "b", "state": "unplugged", "detail": "b: unplugged", "last_tap_s": None},
            ],
            "printer": {"state": "paper_end", "detail": "", "waiting": 3},
            "is_online": False,
            "queue": {"count": 12, "oldest_at": "2026-01-01T00:00:00Z"},
            "alarm": {"text": "La copie est celle d'une autre école"},
        }
    )
    chip = "[data-chip={}].bad"
    till.locator(chip.format("printer")).get_by_text("papier épuisé (3)").wait_for()
    assert "débranché" in till.locator(chip.format("reader")).inner_text()
    assert "12" in till.locator(chip.format("queue")).inner_text()
    assert "hors ligne" in till.locator("[data-chip=network].warn").inner_text()
    assert "autre école" in till.locator(".alarm").inner_text()


def test_outside_the_demo_no_badge_is_offered(
    board: Board, serve: Serve, open_till: OpenTill
) -> None:
    from terminal.twin import TwinTerminal

    live = TwinTerminal(board)
    live.publish_status({"mode": "live"})
    other = serve(terminal=live, socket_path=None)
    page = open_till(url=other.launch_url())
    page.wait_for_selector(".chip")
    assert page.locator(".demo").count() == 0


def test_another_language_is_chosen_on_the_page_and_kept(
    till: Page, terminal: TwinTerminal
) -> None:
    terminal.publish_verdict({"outcome": "refused", "tone": "refused", "reason": "lost_badge"})
    till.locator(".menu-button").tap()
    till.get_by_role("combobox").select_option("nl")
    till.get_by_role("heading", name="Badge als verloren gemeld").wait_for()
    assert till.evaluate("document.documentElement.lang") == "nl"
    till.reload()
    till.get_by_role("heading", name="Badge als verloren gemeld").wait_for()


def test_sounds_play_once_the_button_was_touched(till: Page) -> None:
    till.locator(".menu-button").tap()
    till.locator("button.sound").tap()
    till.locator("button.sound[aria-pressed=true]").wait_for()
    till.locator("button.sound").tap()
    till.locator("button.sound[aria-pressed=false]").wait_for()


def test_two_terminals_on_one_machine_do_not_end_each_others_sessions(
    till: Page, serve: Serve
) -> None:
    other = serve(socket_path=None)
    second = till.context.new_page()
    second.goto(other.launch_url())
    second.wait_for_selector(".chip")
    for page in (second, till):
        page.reload()
        page.wait_for_selector(".chip")


def test_a_double_touch_is_one_tap(till: Page, terminal: TwinTerminal) -> None:
    till.locator("[data-badge='04A1B2C3D4E502']").dblclick()
    till.locator(".verdict.refused").wait_for()
    till.locator("[data-badge='04A1B2C3D4E501']").click()
    till.locator(".verdict.ok").wait_for()
    assert [credential.hex[-2:] for credential in terminal.taps] == ["02", "01"]


def test_a_reload_and_a_second_tab_show_the_same(till: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict({"name": "Noé D."})
    till.reload()
    till.locator(".verdict .name", has_text="Noé D.").wait_for()
    second = till.context.new_page()
    second.goto(till.url)
    second.locator(".verdict .name", has_text="Noé D.").wait_for()
    terminal.publish_verdict({"name": "Inès B."})
    for page in (till, second):
        page.locator(".verdict .name", has_text="Inès B.").wait_for()


def test_before_the_queue_comes_the_till_says_what_is_loaded(
    till: Page, terminal: TwinTerminal
) -> None:
    idle = till.locator(".verdict.idle")
    terminal.publish_status({"reserved": 486})
    expect(idle).to_contain_text("612 élèves, 486 repas d’aujourd’hui chargés à 08:00")
    expect(idle.locator("h2")).to_have_text("Prêt")
    lacks = ["no_reader", "offline"]
    terminal.publish_status({"ready": {"is_ready": False, "lacks": lacks}, "copy_at": None})
    expect(idle.locator("h2")).to_have_text("PAS prêt à servir")
    expect(idle.locator("li")).to_have_count(2)
    expect(idle).not_to_contain_text("612")


def test_whoever_was_served_long_ago_is_no_longer_shown(till: Page, terminal: TwinTerminal) -> None:
    terminal.publish_verdict({"at": moment_text(terminal.counter.now)})
    expect(till.locator(".verdict.ok:not(.old)")).to_contain_text("Léa")
    terminal.counter.now += timedelta(minutes=30)
    expect(till.locator(".verdict.ok.old")).to_be_visible()
    terminal.counter.now += timedelta(seconds=1)
    expect(till.locator(".verdict.idle")).to_be_visible()
    expect(till.locator(".verdict")).not_to_contain_text("Léa")
    till.reload()
    expect(till.locator(".verdict.idle")).to_be_visible()
