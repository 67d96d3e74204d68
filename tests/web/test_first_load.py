"""What a page loads: little, once, and the same as its modules would be."""

import gzip
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route
from web_rig import Serve, Visitor

from terminal.twin import TwinTerminal
from terminal.web import static_files
from terminal.web.bundle import MODULES
from terminal.web.catalogue import LANGUAGES, words
from terminal.web.server import WebServer
from terminal.web.static_files import FONT, LIBRARY, PAGE_SCRIPTS, lean_style, static_path

WIRE_BYTES_MAX = 80_000
FILES_MAX = 7
"""The page, its style (the kiosk has a second), its script and its library, the font, the sign."""
PAGES = {
    "till": ("[data-staff]", "[data-badge]"),
    "kiosk": (".welcome .offer", "[data-badge]"),
    "study": ("[data-staff]", ".chip"),
    "gate": ("[data-staff]", ".chip"),
    "closed": (".closed", ".chip"),
    "office": (".lists.locked", ".chip"),
    "pupil": (".wish .menu",),
}
"""The pages, and what shows that one is ready."""


@pytest.fixture
def fresh(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that was never here."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def load(page: Page, server: WebServer, name: str) -> Page:
    """Load a page; the pupils' one in a browser that has its session already."""
    if name == "pupil":
        page.context.request.get(server.launch_url())
        page.goto(f"{server.address}/pupil")
    else:
        page.goto(server.launch_url())
    for sign in PAGES[name]:
        page.locator(sign).first.wait_for()
    return page


def test_no_page_is_left_out() -> None:
    assert set(PAGES) == set(PAGE_SCRIPTS)


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_a_first_load_is_light(
    fresh: BrowserContext, server: WebServer, terminal: TwinTerminal, name: str
) -> None:
    """All bytes with their headers, of whatever was fetched on the way from the printed address."""
    terminal.publish_status(
        {"profile": "till" if name == "pupil" else name, "menu": ["Carbonnade"]}
    )
    page = fresh.new_page()
    line = fresh.new_cdp_session(page)
    line.send("Network.enable")
    # What the page that takes the token has asked for already would come from memory, and its own
    # weight is told to nobody when the next page is there before it.
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    paths: dict[str, str] = {}
    weights: dict[str, int] = {}

    def hear(event: dict) -> None:
        paths[event["requestId"]] = urlsplit(event["response"]["url"]).path

    def end(event: dict) -> None:
        path = paths[event["requestId"]]
        weights[path] = max(weights.get(path, 0), int(event["encodedDataLength"]))

    line.on("Network.responseReceived", hear)
    line.on("Network.loadingFinished", end)
    load(page, server, name)
    page.evaluate("document.fonts.ready")
    statics = [path for path in weights if path.startswith("/static/")]
    assert f"/static/{FONT}" in statics
    assert len(statics) <= FILES_MAX - 1
    assert min(weights.values()) > 0, "each was carried over the line"
    assert sum(weights.values()) <= WIRE_BYTES_MAX, weights


@pytest.mark.browser
@pytest.mark.parametrize("name", ["till", "kiosk", "gate", "pupil"])
def test_the_joined_script_is_what_its_modules_are(
    fresh: BrowserContext, server: WebServer, terminal: TwinTerminal, name: str
) -> None:
    terminal.publish_status(
        {"profile": "till" if name == "pupil" else name, "menu": ["Carbonnade"]}
    )
    faults: list[str] = []
    fetched: list[str] = []

    def page_of() -> str:
        page = fresh.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.clock.set_fixed_time("2026-11-24T10:52:20Z")
        text = load(page, server, name).locator("body").inner_html()
        return re.sub(r' id="told">.*?</script>|\?v=\w+', "", text)

    joined = page_of()

    def module(route: Route) -> None:
        path = MODULES / urlsplit(route.request.url).path.rpartition("/")[2]
        fetched.append(path.stem)
        route.fulfill(path=path, content_type="text/javascript")

    entry = f'import "/static/app/{name}.js";'
    fresh.route("**/static/app/*.js", module)
    fresh.route(
        f"**/static/{name}.js?v=*",
        lambda route: route.fulfill(body=entry, content_type="text/javascript"),
    )
    assert page_of() == joined
    assert {name, "link", "icons", "words", "screen"} <= set(fetched)
    assert faults == []


RULES = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText);
}"""
"""What a browser reads in a stylesheet."""


@pytest.mark.browser
@pytest.mark.parametrize("name", ["screens.css", "kiosk.css"])
def test_a_style_without_its_comments_is_what_it_was(fresh: BrowserContext, name: str) -> None:
    whole = (MODULES.parent / name).read_text(encoding="utf-8")
    lean = lean_style(whole)
    page = fresh.new_page()
    rules = page.evaluate(RULES, whole)
    assert len(rules) > 50
    assert page.evaluate(RULES, lean) == rules
    assert "/*" in whole
    assert "/*" not in lean
    assert page.evaluate(RULES, lean.replace("display: flex", "", 1)) != rules, "the control"


def test_what_a_page_asks_first_is_packed_on_the_line_alone(
    visitor: Visitor, terminal: TwinTerminal
) -> None:
    for path in ("/v1/till", "/v1/badges"):
        plain, packed = visitor.get(path), visitor.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body
        assert len(packed.body) * 2 < len(plain.body)


def test_a_browser_keeps_what_is_named_by_its_content(visitor: Visitor) -> None:
    for path in (static_path("screens.css"), static_path("till.js"), f"/static/{FONT}"):
        assert "immutable" in visitor.get(path).headers["cache-control"]


def test_it_asks_again_for_what_is_not(visitor: Visitor) -> None:
    first = visitor.get("/static/screens.css?v=00000000")
    assert first.headers["cache-control"] == "no-cache"
    again = visitor.get("/static/screens.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_new_release_has_new_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    before = static_path("till.js")
    monkeypatch.setattr(static_files, "bundle", lambda *_, **__: "other")
    static_files._file.cache_clear()
    after = static_path("till.js")
    static_files._file.cache_clear()
    assert before != after


@pytest.mark.parametrize("name", ["screens.css", "till.js", LIBRARY, FONT])
def test_a_file_is_packed_for_who_can_open_it(visitor: Visitor, name: str) -> None:
    plain = visitor.get(f"/static/{name}")
    packed = visitor.get(f"/static/{name}", headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    if name == FONT:
        assert packed.body == plain.body
    else:
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("name", ["app/link.js", "vendor/README.md", "nothing.js", ""])
def test_nothing_else_is_served(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/static/{name}").status == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_told_the_words_of_its_own_areas(
    serve: Serve, terminal: TwinTerminal, language: str
) -> None:
    server = serve(language=language)
    pupils = Visitor(urlsplit(server.address).netloc).enter().get("/pupil").body.decode()
    assert '"pupil.idle"' in pupils
    assert "reason." not in pupils
    for profile, has, lacks in (("till", "sale", "kiosk"), ("kiosk", "kiosk", "sale")):
        terminal.publish_status({"profile": profile})
        page = Visitor(urlsplit(server.address).netloc).enter().get("/").body.decode()
        areas = {key.partition(".")[0] for key in words(language) if f'"{key}"' in page}
        assert has in areas
        assert lacks not in areas
        assert "technician" not in areas
