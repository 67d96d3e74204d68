"""The counter's screen: a basket, a second badge, a broken line, keys and a scanner."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from web_rig import OpenTill, open_panel, sign_in

from core.facts import Tender
from core.kinds import Reason
from terminal.commands import ConfirmDay, OpenShift, Sell, Serve, SignOut
from terminal.twin import TwinTerminal
from terminal.web.server import WebServer

pytestmark = pytest.mark.browser


def sales(terminal: TwinTerminal) -> list[Sell]:
    return [command for command in terminal.counter.commands if isinstance(command, Sell)]


@pytest.fixture
def counter(till: Page, terminal: TwinTerminal) -> Page:
    """A till with Fatima at it, an open shift, Léa's tap, and the snacks before it."""
    sign_in(till)
    terminal.counter.do(OpenShift(id="open", cash_cents=5000))
    terminal.publish_verdict({"allergens": ["peanuts"]})
    till.locator("[data-kind=snacks]").tap()
    return till


def tile(page: Page, number: int) -> None:
    page.locator(f"[data-product=product-{number}]").tap()


def test_a_dish_that_must_not_be_eaten_asks_once(counter: Page, terminal: TwinTerminal) -> None:
    hatched = counter.locator(".tile.conflict")
    expect(hatched).to_have_count(1)
    hatched.tap()
    expect(counter.locator(".ask")).to_contain_text("arachides")
    counter.locator(".ask .no").tap()
    expect(counter.locator(".sale .empty")).to_be_visible()
    hatched.tap()
    counter.locator(".ask .yes").tap()
    hatched.tap()
    expect(counter.locator("[data-line=product-12] output")).to_have_text("2")
    counter.locator(".debit").tap()
    expect(counter.locator(".sale .empty")).to_be_visible()
    assert sales(terminal)[0].accepts


def test_an_allergen_that_only_the_till_knows_is_asked_about(
    counter: Page, terminal: TwinTerminal
) -> None:
    tile(counter, 9)
    terminal.counter.refuse_next = Reason.ALLERGEN_STOP
    counter.locator(".debit").tap()
    counter.locator(".ask .yes").tap()
    expect(counter.locator(".sale .empty")).to_be_visible()
    assert [sale.accepts for sale in sales(terminal)] == [False, True]


def test_the_basket_stays_with_whom_it_was_begun_for(counter: Page, terminal: TwinTerminal) -> None:
    tile(counter, 9)
    terminal.publish_verdict({"name": "Noé D."})
    other = counter.locator(".owner .other")
    expect(other).to_contain_text("Noé D.")
    expect(counter.locator(".owner .name")).to_have_text("Léa V.")
    counter.locator(".debit").tap()
    expect(counter.locator(".sale .empty")).to_be_visible()
    tile(counter, 9)
    terminal.publish_verdict({"name": "Inès B."})
    other.tap()
    counter.locator(".debit").tap()
    expect(counter.locator(".sale .empty")).to_be_visible()
    taps = [sale.customer.tap for sale in sales(terminal)]
    assert taps[0] == "tap-1"
    assert taps[1] not in taps[:1]


def test_a_reload_keeps_the_basket_and_a_second_tab_has_its_own(counter: Page) -> None:
    tile(counter, 9)
    counter.reload()
    expect(counter.locator("[data-line=product-9]")).to_be_visible()
    second = counter.context.new_page()
    second.goto(counter.url)
    expect(second.locator(".sale .empty")).to_be_visible()
    second.close()


def test_a_sale_whose_answer_was_lost_is_asked_for_again_and_made_once(
    counter: Page, terminal: TwinTerminal
) -> None:
    tile(counter, 9)
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch())
        route.abort()

    counter.route("**/v1/commands", lose, times=1)
    counter.locator(".debit").tap()
    expect(counter.locator(".said.refused")).to_contain_text("rien ne sera fait deux fois")
    counter.locator(".debit").tap()
    expect(counter.locator(".sale .empty")).to_be_visible()
    assert len(lost) == 1
    assert len(sales(terminal)) == 1


def test_a_sale_that_a_reload_interrupted_is_settled_by_the_next_page(
    counter: Page, terminal: TwinTerminal
) -> None:
    tile(counter, 9)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    counter.route("**/v1/commands", lose, times=1)
    counter.locator(".debit").tap()
    counter.locator(".said.refused").wait_for()
    counter.reload()
    expect(counter.locator(".said.ok")).to_contain_text("Fait")
    expect(counter.locator(".sale .empty")).to_be_visible()
    assert len(sales(terminal)) == 1


def test_the_next_sale_of_the_same_is_another(counter: Page, terminal: TwinTerminal) -> None:
    for count in (1, 2):
        tile(counter, 9)
        counter.locator(".debit").tap()
        expect(counter.locator(".sale .empty")).to_be_visible()
        assert len({sale.id for sale in sales(terminal)}) == count


def test_a_tablet_whose_clock_is_days_off_debits_whoever_taps(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    """What the verdict's own time says, in the past by this page's clock, is the daemon's."""
    page = open_till()
    page.clock.set_fixed_time("2026-12-01T09:00:00Z")
    sign_in(page)
    terminal.publish_verdict({"name": "Zoé L."})
    page.locator("[data-kind=snacks]").tap()
    tile(page, 9)
    page.locator(".debit").tap()
    expect(page.locator(".sale .empty")).to_be_visible()
    assert [sale.customer.tap_id is None for sale in sales(terminal)] == [False]


@pytest.mark.parametrize("reason", [Reason.NOT_ENOUGH_MONEY, Reason.LIMIT, Reason.NO_RIGHT])
def test_a_refused_sale_keeps_its_basket_and_says_why(
    counter: Page, terminal: TwinTerminal, reason: Reason
) -> None:
    tile(counter, 9)
    terminal.counter.refuse_next = reason
    counter.locator(".debit").tap()
    expect(counter.locator(".said.refused")).to_be_visible()
    expect(counter.locator("[data-line=product-9]")).to_be_visible()


def test_keys_fill_count_pay_and_clear(counter: Page, terminal: TwinTerminal) -> None:
    for key in ("F1", "F2", "+", "+", "-"):
        counter.keyboard.press(key)
    expect(counter.locator("[data-line=product-10] output")).to_have_text("2")
    counter.keyboard.press("Escape")
    expect(counter.locator(".sale .empty")).to_be_visible()
    counter.keyboard.press("F1")
    counter.keyboard.press("Enter")
    expect(counter.locator(".sale .empty")).to_be_visible()
    counter.keyboard.press("Enter")
    assert [sale.tender for sale in sales(terminal)] == [Tender.WALLET]


SCAN = """(code) => [...code, "Enter"]
  .map((key) => new KeyboardEvent("keydown", { key, bubbles: true }))
  .forEach((stroke) => document.body.dispatchEvent(stroke))"""
"""All strokes are struck at once, however long the page takes over each."""


def test_a_scanner_finds_products_and_never_pays(counter: Page, terminal: TwinTerminal) -> None:
    counter.evaluate(SCAN, "product-10")
    expect(counter.locator("[data-line=product-10] output")).to_have_text("1")
    counter.evaluate(SCAN, "5410000000000")
    expect(counter.locator(".said.refused")).to_contain_text("5410000000000")
    assert sales(terminal) == []


def test_a_wrong_pin_says_so_and_ten_lock(till: Page, terminal: TwinTerminal) -> None:
    till.locator("[data-staff=fatima]").tap()
    for _ in range(5):
        for _ in range(6):
            till.keyboard.press("1")
        till.keyboard.press("Enter")
        till.locator("[data-typed='0']").wait_for(state="attached")
    expect(till.locator(".said")).to_contain_text("Code faux")
    till.keyboard.type("246810")
    till.keyboard.press("Enter")
    expect(till.locator(".said")).to_contain_text("Code bloqué (jusqu’à 11:52:30)")
    assert terminal.counter.pins_looked_at == 5
    assert till.evaluate("JSON.stringify(sessionStorage)").count("246810") == 0


def test_a_till_that_nobody_touches_locks_itself(counter: Page, terminal: TwinTerminal) -> None:
    expect(counter.locator(".sale")).to_be_visible()
    terminal.counter.now += timedelta(minutes=4, seconds=50)
    expect(counter.locator("time.clock")).to_have_text("11:56")
    counter.wait_for_timeout(1500)
    expect(counter.locator(".sale")).to_be_visible()
    terminal.counter.now += timedelta(seconds=11)
    expect(counter.locator(".sign-in")).to_be_visible()
    (out,) = [one for one in terminal.counter.commands if isinstance(one, SignOut)]
    assert out.is_idle


def test_an_allergy_stop_is_answered_on_the_card(counter: Page, terminal: TwinTerminal) -> None:
    stop = {"outcome": "refused", "tone": "attention", "reason": "allergen_stop", "asks": True}
    tap = terminal.publish_verdict(stop | {"conflicts": ["peanuts"]})["tap"]
    counter.locator(".answer .yes").tap()
    expect(counter.locator(".verdict.ok")).to_be_visible()
    (serve,) = [one for one in terminal.counter.commands if isinstance(one, Serve)]
    assert (serve.customer.tap, serve.accepts) == (tap, True)
    terminal.publish_verdict(stop)
    counter.locator(".answer .no").tap()
    expect(counter.locator(".answer")).to_have_count(0)


def test_the_day_is_asked_of_a_person(counter: Page, terminal: TwinTerminal) -> None:
    terminal.publish_status(
        {"day_question": {"clock_day": "1970-01-01", "suggested_day": "2026-11-24"}}
    )
    question = counter.locator(".question.day")
    expect(question).to_contain_text("jeudi 1 janvier")
    question.locator(".yes").tap()
    expect(question).to_have_count(0)
    (said,) = [one for one in terminal.counter.commands if isinstance(one, ConfirmDay)]
    assert said.day.isoformat() == "2026-11-24"


def test_a_rehearsal_cannot_be_taken_for_service(counter: Page) -> None:
    open_panel_training(counter, "training")
    expect(counter.locator(".banner.training")).to_contain_text("EXERCICE")
    open_panel_training(counter, "training_end")
    expect(counter.locator(".banner.training")).to_have_count(0)


def open_panel_training(page: Page, name: str) -> None:
    page.locator(".menu-button").tap()
    page.locator(f"[data-menu={name}]").tap()


def test_without_the_right_nothing_is_offered(till: Page) -> None:
    sign_in(till, staff="marc", pin="135791")
    expect(till.locator(".by-name[aria-disabled=true]")).to_be_visible()
    till.locator(".menu-button").tap()
    for name in ("cash", "closing", "top_up", "training", "release"):
        expect(till.locator(f"[data-menu={name}][aria-disabled=true]")).to_be_visible()


def test_nobody_sells_at_a_locked_till(till: Page, terminal: TwinTerminal) -> None:
    till.locator("[data-kind=snacks]").tap()
    till.locator("[data-product=product-9]").tap(force=True)
    expect(till.locator(".said")).to_contain_text("Personne n’a ouvert la caisse")
    till.keyboard.press("F2")
    till.keyboard.press("Enter")
    assert terminal.counter.commands == []


def test_a_script_in_a_dish_stays_text(
    open_till: OpenTill, terminal: TwinTerminal, server: WebServer
) -> None:
    script = "<img src=x onerror=alert(1)>"
    product = {"id": "p", "name": script, "category": "snack", "vat_permille": 60}
    terminal.till_changes = {
        "products": [product | {"allergens": [], "prices": {"pupil": 100}}],
        "staff": [{"id": "fatima", "name": "Fatima B.", "has_pin": True}],
    }
    page = open_till()
    page.on("dialog", lambda dialog: pytest.fail(f"a name ran: {dialog.message}"))
    sign_in(page)
    page.locator("[data-kind=snacks]").tap()
    page.locator(".tile").tap()
    expect(page.locator(".lines .label")).to_have_text(script)
    open_panel(page, "journal")
    assert page.locator("#till img").count() == 0


def test_cash_is_counted_and_the_change_said(counter: Page, terminal: TwinTerminal) -> None:
    counter.locator(".guest").tap()
    tile(counter, 9)
    counter.locator(".pay .cash").tap()
    assert sales(terminal) == []
    for digit in "100":
        counter.locator(".change .pad button", has_text=digit).first.tap()
    expect(counter.locator("[data-change='-50']")).to_contain_text("0,50")
    counter.locator(".change .main").tap(force=True)
    assert sales(terminal) == [], "what does not cover the sum is no payment"
    expect(counter.locator("[data-note]")).to_have_count(3)
    counter.locator("[data-note='2000']").tap()
    counter.locator(".change .main").tap()
    expect(counter.locator(".said")).to_contain_text("À rendre 18,50")
    (sale,) = sales(terminal)
    assert sale.tender is Tender.CASH


def test_cash_by_keys_alone(counter: Page, terminal: TwinTerminal) -> None:
    counter.locator(".guest").tap()
    counter.keyboard.press("F1")
    counter.keyboard.press("Enter")
    for key in "1000":
        counter.keyboard.press(key)
    counter.keyboard.press("Backspace")
    expect(counter.locator("[data-cents='100']")).to_be_visible()
    counter.keyboard.press("Escape")
    expect(counter.locator(".pay .cash")).to_be_visible()
    counter.keyboard.press("Enter")
    counter.keyboard.press("Enter")
    expect(counter.locator(".sale .empty")).to_be_visible()
    assert [sale.tender for sale in sales(terminal)] == [Tender.CASH]
    expect(counter.locator(".said")).not_to_contain_text("À rendre")


def test_a_scanner_does_not_end_an_amount(counter: Page, terminal: TwinTerminal) -> None:
    counter.locator(".guest").tap()
    tile(counter, 9)
    counter.locator(".pay .cash").tap()
    counter.evaluate(
        # All strokes are struck at once, as by a scanner, however long the page takes over each.
        """async () => {
          const strokes = [..."5449000000996", "Enter"].map((key) =>
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
          for (const stroke of strokes) {
            document.body.dispatchEvent(stroke);
            await new Promise((done) => setTimeout(done)); } }"""
    )
    expect(counter.locator("[data-cents='544900']")).to_be_visible()
    assert sales(terminal) == []
