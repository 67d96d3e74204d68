"""Everybody can use the page: axe, fingers, contrast, keys, large text, forced colours."""

import pytest
from playwright.sync_api import Browser, Page
from web_rig import OpenTill, Serve

from terminal.twin import TwinTerminal
from terminal.web.catalogue import words
from terminal.web.server import WebServer

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
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


def axe_violations(page: Page) -> list[tuple[str, list[tuple[str, str]]]]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return [
        (rule["id"], [(node["html"], node["failureSummary"]) for node in rule["nodes"]])
        for rule in found
    ]


def show(page: Page, terminal: TwinTerminal, state: str) -> None:
    terminal.publish_status(TROUBLE)
    verdict = terminal.publish_verdict(STATES[state])
    page.wait_for_selector(f"[data-seq='{verdict['seq']}']")
    page.wait_for_selector(".alarm")


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(till: Page, terminal: TwinTerminal, state: str) -> None:
    show(till, terminal, state)
    assert axe_violations(till) == []


def test_axe_finds_nothing_while_nothing_has_happened(till: Page) -> None:
    assert axe_violations(till) == []


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
    till.get_by_role("combobox").select_option("en")
    till.locator(".strip .label", has_text="[").first.wait_for()
    show(till, terminal, "allergy")
    bare = till.evaluate(
        """() => {
          const own = ".name, .class, .meal, .school, .clock, time, h1, option, b[data-wallet],"
            + " .badges, h3, .alarm, .fact dd";
          const till = document.querySelector("#till");
          const walk = document.createTreeWalker(till, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walk.nextNode()) {
            const text = walk.currentNode.textContent.trim();
            const isOwn = walk.currentNode.parentElement.closest(own);
            if (/\\p{L}/u.test(text) && !text.includes("[") && !isOwn) found.push(text);
          }
          return found; }"""
    )
    assert bare == []
    assert till.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_axe_would_find_something(till: Page) -> None:
    till.evaluate("document.querySelector('.chips').append(document.createElement('img'))")
    assert axe_violations(till)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("screen_mm", [178, 257])
def test_a_gloved_finger_hits_every_target(
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
    sizes = page.eval_on_selector_all(
        "button, input, select, a",
        """all => all.map(e => {
          const box = e.getBoundingClientRect();
          return [box.width, box.height, e.outerHTML]; })""",
    )
    assert len(sizes) > 5
    assert [size for size in sizes if min(size[:2]) < least_px] == []


@pytest.mark.parametrize("screen_mm", [178, 257])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_important_is_cut_off_in_any_size(
    serve: Serve,
    open_till: OpenTill,
    terminal: TwinTerminal,
    width: int,
    height: int,
    screen_mm: int,
) -> None:
    server = serve(screen_mm=screen_mm, socket_path=None)
    page = open_till(url=server.launch_url(), width=width, height=height)
    terminal.publish_status({k: v for k, v in TROUBLE.items() if k != "alarm"})
    terminal.publish_verdict(
        STATES["allergy"]
        | {
            "name": "Maximilien-Alexandre-Théodore van der B.",
            "meal": "Nouilles sautées au poulet, sauce satay",
            "diet": "halal",
        }
    )
    page.wait_for_selector(".alert")
    cut = page.evaluate(
        """() => {
          const parts = ".verdict .body, .verdict dl, .chips, .strip, body";
          return [...document.querySelectorAll(parts)]
            .filter((e) => e.scrollWidth > e.clientWidth + 1
              || (e.matches(".body") && e.scrollHeight > e.clientHeight + 1))
            .map((e) => [e.className, e.scrollWidth, e.clientWidth, e.scrollHeight]); }"""
    )
    assert cut == []


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
    reached = []
    for _ in range(60):
        till.keyboard.press("Tab")
        reached.append(
            till.evaluate(
                "document.activeElement.dataset.badge ?? document.activeElement.className"
            )
        )
        if reached[-1] == "sound":
            break
    assert "04A1B2C3D4E501" in reached
    assert reached[-1] == "sound"
    outline = till.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "4px"


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


@pytest.mark.parametrize("state", STATES)
def test_borders_and_signs_stand_out(till: Page, terminal: TwinTerminal, state: str) -> None:
    """What axe does not look at: at least 3 to 1 for what is not text (WCAG 1.4.11)."""
    show(till, terminal, state)
    weak = till.evaluate(
        f"""() => {{ {LUMINANCE}
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
    )
    assert weak == []


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
