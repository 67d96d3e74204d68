"""Long names on narrow tiles: they break where a reader expects it, with a hyphen."""

import pytest
from playwright.sync_api import Page, Route, expect
from web_rig import OpenTill, Serve, sign_in

from terminal.twin import TwinTerminal

pytestmark = pytest.mark.browser

BROKEN = [
    "Hähn-chen-schnit-zel mit Pommes",
    "Kar-tof-fel-sa-lat",
    "Apfel-stru-del",
    "Erd-beer-jo-ghurt",
    "Zucker-rü-ben-si-rup",
    "Groen-te-soep, groot",
    "Vlees-broodje",
    "Jus d’orange végé-ta-rienne",
    "Badge de rem-pla-ce-ment",
]
"""As they may break: words of more than ten letters, never near an end."""
MENU = {
    f"product-{number}": name for number, name in enumerate([*BROKEN, "Brustfilet", "Apfelsaft"], 5)
}
SOFT_HYPHEN = "\N{SOFT HYPHEN}"


@pytest.fixture
def till(open_till: OpenTill, serve: Serve, terminal: TwinTerminal) -> Page:
    def rename(route: Route) -> None:
        told = route.fetch().json()
        for product in told["products"]:
            if product["id"] in MENU:
                product["name"] = MENU[product["id"]].replace("-", "")
            product["category"] = "snack"
        route.fulfill(json=told)

    page = open_till(url=serve(language="de").launch_url(), width=1024, height=600)
    page.route("**/v1/till", rename)
    page.reload()
    sign_in(page)
    page.locator("[data-kind=snacks]").tap()
    return page


def test_a_long_word_has_places_to_break(till: Page) -> None:
    label = till.locator(".tile .label")
    expect(till.locator("[data-product=product-5] .label")).to_be_visible()
    told = [one.replace(SOFT_HYPHEN, "-") for one in label.all_text_contents()]
    assert set(MENU.values()) <= set(told)


def test_it_breaks_only_there(till: Page) -> None:
    """Every line that does not end a word ends in a hyphen that is shown."""
    till.locator("[data-product=product-5] .label").wait_for()
    cut = till.evaluate(
        """() => [...document.querySelectorAll(".tile .label")].flatMap((label) => {
          const text = label.firstChild, range = document.createRange(), cut = [];
          const top = (at) => (range.setStart(text, at), range.setEnd(text, at + 1),
            range.getBoundingClientRect().bottom);
          for (let at = 1; at < text.length; at += 1) {
            const [last, next] = [text.data[at - 1], text.data[at]];
            if (top(at) - top(at - 1) > 5 && !" -\\u00AD".includes(last) && next !== "\\u00AD")
              cut.push(`${text.data.slice(0, at)}|${text.data.slice(at)}`);
          }
          return cut;
        })"""
    )
    assert cut == []
