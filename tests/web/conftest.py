"""A terminal's twin behind a real server, and a real Chromium before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response
from web_rig import TOKEN, OpenTill, Serve, Visitor

from terminal.board import Board
from terminal.ports import DemoBadge
from terminal.twin import TwinTerminal, card
from terminal.web.server import WebServer

# Two hours after the twin's lunch: what a page shows of the daemon's moments is told by its clock.
WRONG_AT = datetime(2026, 11, 24, 12, 52, tzinfo=UTC)
LEA = card("04A1B2C3D4E501")
ZOE = card("04A1B2C3D4E502")
EVIL = card("04A1B2C3D4E503")
SCRIPT_NAME = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def board() -> Board:
    return Board(boot="boot1")


@pytest.fixture
def terminal(board: Board) -> TwinTerminal:
    badges = (
        DemoBadge(LEA, "Léa V.", "repas réservé"),
        DemoBadge(ZOE, "Zoé L.", "badge bloqué"),
        DemoBadge(EVIL, SCRIPT_NAME, "un nom qui attaque"),
        *(
            DemoBadge(card(f"04C0FFEE0000{n:02X}"), f"Élève {n}", "repas réservé")
            for n in range(30)
        ),
    )
    twin = TwinTerminal(board, badges)
    twin.script(LEA, {"t0_ms": 0, "name": "Léa V."})
    twin.script(
        ZOE,
        {
            "outcome": "refused",
            "tone": "refused",
            "reason": "blocked_badge",
            "name": "Zoé L.",
            "meal": None,
            "price_cents": None,
        },
    )
    twin.script(EVIL, {"name": SCRIPT_NAME, "meal": SCRIPT_NAME, "class_name": SCRIPT_NAME})
    twin.publish_status({"served": 142, "reserved": 180})
    return twin


@pytest.fixture
def socket_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s") / "till.sock"


@pytest.fixture
def serve(
    board: Board, terminal: TwinTerminal, socket_path: Path
) -> Iterator[Callable[..., WebServer]]:
    servers = []

    def start(**more: object) -> WebServer:
        settings = {
            "listen": "127.0.0.1:0",
            "socket_path": socket_path,
            "board": board,
            "terminal": terminal,
            "now": lambda: terminal.counter.now,
            "language": "fr",
            "screen_mm": 257,
            "token": TOKEN,
            "keeps_token": True,
        }
        server = WebServer(**(settings | more))
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Serve) -> WebServer:
    return serve()


@pytest.fixture
def stranger(server: WebServer) -> Visitor:
    return Visitor(urlsplit(server.address).netloc)


@pytest.fixture
def visitor(stranger: Visitor) -> Visitor:
    return stranger.enter()


# --- the browser ----------------------------------------------------------------------------------


WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Watch:
    """What must stay empty while a page is open."""

    foreign: list[str]
    errors: list[str]


@pytest.fixture
def open_till(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[OpenTill]:
    """Open the till page, as a browser that was just given its address; watch it to the end."""
    opened = []

    def open_page(
        *,
        width: int = 1280,
        height: int = 800,
        url: str | None = None,
        clock_at: datetime | None = WRONG_AT,
        **more: object,
    ) -> Page:
        size = {"width": width, "height": height}
        context = chromium.new_context(
            viewport=size, screen=size, has_touch=True, locale="fr-BE", **more
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        if clock_at is not None:
            page.clock.set_fixed_time(clock_at)
        watch = Watch(foreign=[], errors=[])
        address = url or request.getfixturevalue("server").launch_url()
        origin = address.partition("/?")[0]

        def see(sent: Request) -> None:
            if not sent.url.startswith(f"{origin}/"):
                watch.foreign.append(sent.url)

        def hear(response: Response) -> None:
            if response.status == 404:
                watch.errors.append(f"not found: {response.url}")

        page.on("request", see)
        page.on("response", hear)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("console", lambda said: watch.errors.append(said.text) if _is_bad(said) else None)
        opened.append((page, watch))
        page.goto(address)
        # The page of the token leads on by itself, and would end whatever a test begins on it.
        page.wait_for_url(lambda reached: "token=" not in reached)
        page.wait_for_selector("h1")
        return page

    yield open_page
    for page, watch in opened:
        violations = page.evaluate("window.violations")
        page.context.close()
        assert violations == []
        assert watch.foreign == []
        assert watch.errors == []


def _is_bad(said: ConsoleMessage) -> bool:
    # Refusals and broken lines are asked for by tests; what is not found is caught above.
    return said.type == "error" and not said.text.startswith("Failed to load resource")


@pytest.fixture
def till(open_till: OpenTill) -> Page:
    page = open_till()
    page.wait_for_selector(".chip")
    return page
