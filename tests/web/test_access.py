"""Everybody can use the page: axe, fingers, contrast, keys, large text, forced colours."""

from collections.abc import Iterator

import pytest
from chromium_rig import axe_violations
from playwright.sync_api import Browser, Page
from web_rig import OpenTill, Serve, open_panel, sign_in

from terminal.commands import OpenShift
from terminal.twin import TwinTerminal
from terminal.web.catalogue import words
from terminal.web.server import WebServer

pytestmark = pytest.mark.browser

SIZES = [(1280, 800), (1024, 600), (1920, 1080), (800, 1280)]
TROUBLE = {
    "printer": {"state": "paper_end", "detail": "", "waiting": 3},
    "is_online": False,
    "queue": {"count": 12, "oldest_at": "2026-01-01T00:00:00Z"},
    "walk_in": {"risk_cents": 3640, "limit_cents": 20000},
    "alarm": {"text": "L'horloge n'est pas à l'heure"},
}
STATES = {
    "collected": {"allergens": ["milk"], "diet": "halal", "receipt": 3},
    "allergy": {"tone": "attention", "allergens": ["peanuts"], "conflicts": ["peanuts"]},
    "refused": {"outcome": "refused", "tone": "refused", "reason": "blocked_badge", "meal": None},
    "old": {"at": "2026-11-24T10:50:00Z", "allergens": ["milk"]},
    "unknown": {
        "outcome": "refused",
        "tone": "unknown",
        "reason": "unknown_badge",
        "name": None,
        "class_name": None,
        "meal": None,
        "wallet_cents": None,
    },
}


def show(page: Page, terminal: TwinTerminal, state: str) -> None:
    terminal.publish_status(TROUBLE)
    verdict = terminal.publish_verdict(STATES[state])
    page.wait_for_selector(f"[data-seq='{verdict['seq']}']")
    page.wait_for_selector(".alarm")


PANELS = ["journal", "cash", "top_up", "closing"]
DAY = {"clock_day": "2026-01-01", "suggested_day": "2026-11-24"}


def open_states(page: Page, terminal: TwinTerminal) -> Iterator[str]:
    """Bring the till into each of its states; yield the state's name."""
    yield "locked"
    page.locator("[data-staff=fatima]").tap()
    page.locator(".pad").wait_for()
    yield "pin"
    page.locator(".pin .back").tap()
    sign_in(page)
    terminal.counter.do(OpenShift(id="open", cash_cents=5000))
    yield from verdict_states(page, terminal)
    page.locator("[data-kind=snacks]").tap()
    for product in (9, 10, 12):
        page.locator(f"[data-product=product-{product}]").tap()
    page.locator(".ask").wait_for()
    yield "basket that asks"
    page.locator(".ask .no").tap()
    page.locator(".guest").tap()
    page.locator(".pay .cash").tap()
    page.locator(".change").wait_for()
    yield "cash that is counted"
    page.locator(".change .main").tap()
    page.locator(".said.ok").wait_for()
    yield "sold"
    yield from panel_states(page)
    terminal.publish_status({"is_training": True, "day_question": DAY})
    page.locator(".question.day").wait_for()
    yield "training, and a question"


def verdict_states(page: Page, terminal: TwinTerminal) -> Iterator[str]:
    for state in STATES:
        show(page, terminal, state)
        yield state
    terminal.publish_verdict(STATES["allergy"] | {"asks": True, "is_to_settle": True})
    page.locator(".answer").wait_for()
    yield "a verdict that asks"
    terminal.publish_status({"alarm": None})


def panel_states(page: Page) -> Iterator[str]:
    page.locator(".menu-button").tap()
    page.locator(".menu-items").wait_for()
    yield "menu"
    page.locator(".menu-button").tap()
    for name in PANELS:
        open_panel(page, name)
        page.locator(".panel .act, .panel .pad, .panel .figures").first.wait_for()
        yield name
        if name == "journal":
            page.locator(".act").first.tap()
            page.locator(".deeds button").nth(2).tap()
            page.locator(".why").wait_for()
            yield "refund"
        if name == "closing":
            page.locator(".danger").tap()
            page.locator(".difference").wait_for()
            yield "Z"
        page.locator(".close").tap()
    page.locator(".by-name").tap()
    page.locator(".search input").first.fill("3b")
    page.locator("[data-pupil=leo]").tap()
    page.locator(".chosen dl").wait_for()
    yield "search"
    page.locator(".close").tap()


def test_axe_finds_nothing_in_any_state(till: Page, terminal: TwinTerminal) -> None:
    assert axe_violations(till) == []
    found = {state: axe_violations(till) for state in open_states(till, terminal)}
    assert {state: rules for state, rules in found.items() if rules} == {}
    assert len(found) > 15


def test_axe_finds_nothing_on_the_locked_page(chromium: Browser, server: WebServer) -> None:
    page = chromium.new_page()
    page.goto(server.address)
    assert axe_violations(page) == []
    page.close()


@pytest.mark.parametrize("path", ["/technician", "/pupil"])
def test_axe_finds_nothing_on_the_other_pages(
    till: Page, server: WebServer, terminal: TwinTerminal, path: str
) -> None:
    till.goto(f"{server.address}{path}")
    till.wait_for_selector("h1")
    assert axe_violations(till) == []
    if path == "/pupil":
        for verdict in STATES.values():
            seq = terminal.publish_verdict(verdict)["seq"]
            till.wait_for_selector(f"[data-seq='{seq}']")
            assert axe_violations(till) == []


def test_every_word_of_the_page_comes_from_the_catalogue(
    till: Page, terminal: TwinTerminal
) -> None:
    """A pseudo-locale: longer words in brackets; whatever is not in brackets was forgotten."""
    wide = {key: f"[{text} ~~~]" for key, text in words("en").items()}
    till.route("**/static/words/en.json", lambda route: route.fulfill(json=wide))
    till.locator(".menu-button").tap()
    till.get_by_role("combobox").select_option("en")
    till.locator(".strip .label", has_text="[").first.wait_for()
    till.locator(".close").tap()
    bare = {}
    for state in open_states(till, terminal):
        bare[state] = till.evaluate(BARE)
        assert till.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), state
    assert {state: texts for state, texts in bare.items() if texts} == {}


BARE = """() => {
  const own = ".name, .class, .meal, .clock, time, h1, option, b[data-wallet], .badges, h3, kbd,"
    + " .alarm, .fact dd, .who, .staff, .back, .tile, .lines .label, .price, .act .label, .photo,"
    + " .undo small, output, .about p, .found, td, .owner,"
    + " .top-up p";
  const till = document.querySelector("#till");
  const walk = document.createTreeWalker(till, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    const isOwn = walk.currentNode.parentElement.closest(own);
    if (/\\p{L}/u.test(text) && !text.includes("[") && !isOwn) found.push(text);
  }
  return found; }"""


def test_axe_would_find_something(till: Page) -> None:
    till.evaluate("document.querySelector('.chips').append(document.createElement('img'))")
    assert axe_violations(till)


SMALL_TARGETS = """(leastPx) =>
  [...document.querySelectorAll("button, input, select, a")].map(e => {
    const box = e.getBoundingClientRect();
    return [box.width, box.height, e.outerHTML.slice(0, 120)]; })
  .filter(([width, height]) => Math.min(width, height) < leastPx)"""
CUT = """() => {
  const parts = ".verdict .body, .verdict dl, .chips, .strip, .tabs, .pay, body";
  return [...document.querySelectorAll(parts)]
    .filter((e) => e.scrollWidth > e.clientWidth + 1
      || (e.matches(".body") && e.scrollHeight > e.clientHeight + 1))
    .map((e) => [e.className, e.scrollWidth, e.clientWidth, e.scrollHeight]); }"""


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("screen_mm", [178, 257])
def test_a_gloved_finger_hits_every_target_and_nothing_important_is_cut_off(
    serve: Serve,
    open_till: OpenTill,
    terminal: TwinTerminal,
    width: int,
    height: int,
    screen_mm: int,
) -> None:
    server = serve(screen_mm=screen_mm, socket_path=None)
    page = open_till(url=server.launch_url(), width=width, height=height)
    page.wait_for_selector("[data-badge]")
    mm_per_px = screen_mm / (width**2 + height**2) ** 0.5
    least_px = max(48, 9 / mm_per_px) - 0.5
    small = {state: page.evaluate(SMALL_TARGETS, least_px) for state in open_states(page, terminal)}
    assert {state: targets for state, targets in small.items() if targets} == {}
    terminal.publish_status({"is_training": False, "day_question": None})
    terminal.publish_verdict(
        STATES["allergy"]
        | {
            "name": "Maximilien-Alexandre-Théodore van der B.",
            "meal": "Nouilles sautées au poulet, sauce satay",
            "diet": "halal",
        }
    )
    page.locator(".verdict .name", has_text="Maximilien").wait_for()
    assert page.evaluate(CUT) == []


def test_text_at_200_percent_is_twice_as_large_and_stays_reachable(
    chromium: Browser, server: WebServer, terminal: TwinTerminal
) -> None:
    # A browser at 200 % has half the pixels for the same screen.
    context = chromium.new_context(
        viewport={"width": 640, "height": 400}, screen={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.goto(server.launch_url())
    page.wait_for_selector(".chip")
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 24
    assert page.evaluate("document.documentElement.scrollWidth") <= 641
    show(page, terminal, "allergy")
    assert axe_violations(page) == []
    context.close()


def test_the_whole_page_works_by_keys(till: Page, terminal: TwinTerminal) -> None:
    till.locator("[data-badge]").first.wait_for()
    reached = []
    for _ in range(60):
        till.keyboard.press("Tab")
        reached.append(
            till.evaluate(
                "document.activeElement.dataset.badge ?? document.activeElement.className"
            )
        )
        if reached[-1] == "menu-button":
            break
    assert "04A1B2C3D4E501" in reached
    assert reached[-1] == "menu-button"
    outline = till.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "4px"
    till.keyboard.press("Enter")
    till.locator(".menu-items").wait_for()
    till.keyboard.press("Escape")
    till.locator(".menu-items").wait_for(state="detached")
    assert till.evaluate("document.activeElement.className") == "menu-button"


def test_nothing_moves(till: Page) -> None:
    moving = till.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => {
          const s = getComputedStyle(e);
          return s.transitionDuration !== "0s" || s.animationName !== "none"; }).length"""
    )
    assert moving == 0


LUMINANCE = """
const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const parse = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
const light = (text) => { const [r, g, b] = parse(text).map(channel);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05); };
const ground = (e) => { for (; e; e = e.parentElement) {
  const c = getComputedStyle(e).backgroundColor; if (!c.endsWith(", 0)")) return c; }
  return "rgb(255, 255, 255)"; };
"""


def test_borders_and_signs_stand_out(till: Page, terminal: TwinTerminal) -> None:
    """What axe does not look at: at least 3 to 1 for what is not text (WCAG 1.4.11)."""
    weak = {state: till.evaluate(WEAK) for state in open_states(till, terminal)}
    assert {state: parts for state, parts in weak.items() if parts} == {}


WEAK = f"""() => {{ {LUMINANCE}
        const found = [];
        for (const e of document.querySelectorAll("button, input, select, .verdict")) {{
          const value = ratio(getComputedStyle(e).borderTopColor, ground(e.parentElement));
          if (value < 3) found.push(["border", value, e.outerHTML.slice(0, 80)]);
        }}
        for (const e of document.querySelectorAll(".icon")) {{
          const value = ratio(getComputedStyle(e).stroke, ground(e));
          if (value < 3) found.push(["sign", value, e.outerHTML.slice(0, 80)]);
        }}
        return found; }}"""


def test_forced_colours_keep_signs_borders_and_words(
    open_till: OpenTill, terminal: TwinTerminal
) -> None:
    page = open_till(forced_colors="active")
    for tone, border in {"ok": "solid", "refused": "double", "unknown": "dotted"}.items():
        terminal.publish_verdict({"tone": tone})
        card = page.locator(f".verdict.{tone}")
        card.wait_for()
        assert card.evaluate("e => getComputedStyle(e).borderTopStyle") == border
        stroke, ground = card.locator(".head .icon").evaluate(
            """e => [getComputedStyle(e).stroke,
              getComputedStyle(e.closest(".head")).backgroundColor]"""
        )
        assert stroke != ground
