# ruff: noqa: INP001  a script, not a part of the house
"""Makes the pictures of the screens in docs/pictures/screens, in a real Chromium.

Usage: python docs/pictures/make_screens.py [FOLDER]
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import office_scenes
import presence_scenes
from counter_scenes import play
from kiosk_scenes import play_kiosk
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from central.portraits import portrait
from core.ids import PupilId
from core.photos import photo_digest
from terminal.board import Board, Content
from terminal.clock import SystemClock
from terminal.commands import SignIn
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.ports import DemoBadge
from terminal.twin import UNKNOWN_BADGE, TwinTerminal, card
from terminal.upkeep import Upkeep
from terminal.web.server import WebServer

FOLDER = Path(__file__).parent / "screens"
# The pictures show an invented lunch; the page's own clock stands at its hour.
COLOURS = 96
# A drawn face: there is no picture of a person in this house.
FACE = portrait(PupilId("lea"), seed=4)
PHOTO = photo_digest(FACE)
NOON = "2026-11-24T10:52:20Z"
TILL = {"width": 1280, "height": 800}
SMALL = {"width": 1024, "height": 600}
WIDE = {"width": 1920, "height": 1080}
PORTRAIT = {"width": 800, "height": 1280}

Scenes = Callable[[Page, TwinTerminal, Callable[[str], None]], None]
"""Brings a page from state to state, and has a picture taken of each by its name."""

LUNCH: tuple[Content, ...] = (
    {"name": "Noé D.", "class_name": "1A"},
    {"name": "Inès B.", "class_name": "2C"},
    {"name": "Jan V.", "outcome": "refused", "tone": "attention", "reason": "not_enough_money"},
    {"name": "Zoé L.", "outcome": "refused", "tone": "refused", "reason": "blocked_badge"},
    UNKNOWN_BADGE,
    {"name": "Maximilien-Alexandre de B.", "class_name": "5D"},
    {"name": "Łucja S.", "outcome": "sold", "price_cents": 520},
)
ACCEPTED: Content = {
    "name": "Léa V.",
    "class_name": "3B",
    "photo": PHOTO,
    "meal": "Spaghetti bolognaise",
    "allergens": ["peanuts"],
    "diet": "halal",
}
CONFLICT: Content = ACCEPTED | {
    "tone": "attention",
    "meal": "Nouilles sautées au poulet, sauce satay",
    "allergens": ["peanuts", "sesame"],
    "conflicts": ["peanuts"],
}
SOLD: Content = {
    "outcome": "sold",
    "name": "Łucja S.",
    "class_name": "6A",
    "meal": "Menu chaud",
    "price_cents": 520,
    "wallet_cents": 1380,
    "receipt": 142,
    "is_provisional": True,
}
SERVED: Content = ACCEPTED | {
    "outcome": "refused",
    "tone": "attention",
    "reason": "already_served",
    "earlier_at": "2026-11-24T10:31:00Z",
    "meal": None,
    "price_cents": None,
}
BLOCKED: Content = SERVED | {
    "tone": "refused",
    "reason": "blocked_badge",
    "earlier_at": None,
    "name": "Zoé L.",
}
TROUBLE: Content = {
    "printer": {"state": "paper_end", "detail": "kitchen: out of paper", "waiting": 3},
    "is_online": False,
    "offline_since": "2026-11-24T10:02:00Z",
    "queue": {"count": 12, "oldest_at": "2026-11-24T10:34:00Z"},
    "walk_in": {"risk_cents": 3640, "limit_cents": 20000},
}
ALARM: Content = {
    "alarm": {"text": "The clock is wrong. Is it Tuesday 24 November? Ask the office."}
}
BADGES: tuple[tuple[str, str], ...] = (
    ("Léa V.", "repas réservé"),
    ("Noé D.", "repas réservé"),
    ("Inès B.", "repas réservé"),
    ("Hugo M.", "repas réservé"),
    ("Emma P.", "repas réservé"),
    ("Liam T.", "allergie dans le plat du jour"),
    ("Łucja S.", "pas de réservation, solde suffisant"),
    ("Jan V.", "pas de réservation, solde trop bas"),
    ("Zoé L.", "badge bloqué"),
    ("Tom W.", "repas annulé à temps"),
    ("Carte inconnue", "badge inconnu"),
)


def demo_badges() -> tuple[DemoBadge, ...]:
    """Return a few badges as the demo school offers them."""
    return tuple(
        DemoBadge(card(f"04A1B2C3D4E5{number:02X}"), name, expectation)
        for number, (name, expectation) in enumerate(BADGES)
    )


class Found(Upkeep):
    """What a technician could find at lunch time."""

    def findings(self) -> list[Finding]:
        """Return one finding of each grade."""
        return [
            failed(
                "printer",
                "kitchen: out of paper",
                why="3 receipts wait; they are printed when there is paper",
                cure="put in a roll of 80 mm, printed side up, and close the cover",
            ),
            degraded(
                "centre",
                "nothing was sent for 18 minutes: the name cannot be resolved",
                why="sales go on within the school's offline limits",
                cure="refectory sync now, and look at the network cable",
            ),
            well("journal", "4,312 events, chained from the first to the last"),
            well("disk", "8.1 GB free"),
        ]

    def log_lines(self) -> list[str]:
        """Return a few lines of a log."""
        return [
            "2026-11-24 10:34:11Z warning the printer kitchen is out of paper",
            "2026-11-24 10:33:52Z warning the uplink waits 32 s: the name cannot be resolved",
            "2026-11-24 06:58:02Z info the reader hall is up",
        ]


@contextmanager
def serving(
    terminal: TwinTerminal,
    *,
    language: str = "fr",
    screen_mm: int = 257,
    upkeep: Upkeep | None = None,
) -> Iterator[WebServer]:
    """Serve the screens of a twin."""
    server = WebServer(
        listen="127.0.0.1:0",
        socket_path=None,
        board=terminal.board,
        terminal=terminal,
        now=lambda: terminal.counter.now,
        language=language,
        screen_mm=screen_mm,
        upkeep=upkeep,
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()


def in_trouble() -> TwinTerminal:
    """Return a till without paper and network, on a day with a menu."""
    terminal = TwinTerminal(Board(boot="picture"))
    menu = ["Potage aux légumes", "Spaghetti bolognaise", "Lasagne végétarienne"]
    terminal.publish_status(TROUBLE | {"menu": menu})
    return terminal


class Studio:
    """A server with a twin behind it, and a browser before it."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    def picture(
        self,
        name: str,
        *,
        verdict: Content | None,
        status: Content | None = None,
        size: dict[str, int] = TILL,
        language: str = "fr",
        has_demo: bool = True,
        screen_mm: int = 257,
    ) -> None:
        """Take one picture of the till."""
        board = Board(boot="picture")
        terminal = TwinTerminal(board, demo_badges() if has_demo else ())
        terminal.photos[PHOTO] = FACE
        terminal.publish_status({"served": 142, "reserved": 180} | dict(status or {}))
        if not has_demo:
            terminal.publish_status({"mode": "live"})
        if verdict:
            terminal.counter.do(SignIn(id="in", staff="fatima", pin="246810"))
        for tap in LUNCH if verdict else ():
            terminal.publish_verdict(tap)
        if verdict:
            terminal.publish_verdict(verdict)
        with serving(terminal, language=language, screen_mm=screen_mm) as server:
            self._shoot(name, server, size)

    def _shoot(self, name: str, server: WebServer, size: dict[str, int]) -> None:
        page = self._page(size)
        page.goto(server.launch_url())
        page.wait_for_selector(".chip")
        if page.locator(".photo img").count():
            page.locator(".photo img").evaluate("(img) => img.decode()")
        self._keep(page, name)

    def counter(self) -> None:
        """Take the pictures of the counter, one state after the other."""
        terminal = TwinTerminal(Board(boot="picture"))
        terminal.publish_status({"mode": "live", "served": 142, "reserved": 180})
        for tap in LUNCH:
            terminal.publish_verdict(tap)
        self._series(terminal, play)

    def presence(self) -> None:
        """Take the pictures of the study room, the gate, and the closed terminal."""
        terminal = TwinTerminal(Board(boot="picture"))
        terminal.publish_status({"mode": "live"})
        self._series(terminal, presence_scenes.play)

    def office(self, size: dict[str, int] = TILL, language: str = "fr") -> None:
        """Take the pictures of the bursar's terminal."""
        terminal = TwinTerminal(Board(boot="picture"))
        terminal.publish_status({"mode": "live", "terminal": "Économat"})
        self._series(terminal, office_scenes.play, size=size, language=language)

    def kiosk(self, size: dict[str, int], name: str) -> None:
        """Take the pictures of the kiosk, one state after the other."""
        terminal = TwinTerminal(Board(boot="picture"))
        menu = ["Carbonnade à la flamande, frites", "Dahl de lentilles, riz"]
        terminal.publish_status({"mode": "live", "profile": "kiosk", "menu": menu})
        self._series(terminal, play_kiosk, size=size, prefix=f"{name}-")

    def _series(
        self,
        terminal: TwinTerminal,
        scenes: Scenes,
        *,
        size: dict[str, int] = TILL,
        prefix: str = "",
        language: str = "fr",
    ) -> None:
        with serving(terminal, language=language) as server:
            page = self._page(size)
            page.goto(server.launch_url())
            page.wait_for_selector("h1")
            scenes(page, terminal, lambda state: self._take(page, f"{prefix}{state}"))
            page.context.close()

    def gone(self, name: str) -> None:
        """Take one picture of a till whose daemon has ended."""
        terminal = in_trouble()
        page = self._page(TILL)
        with serving(terminal) as server:
            page.goto(server.launch_url())
            page.wait_for_selector(".chip")
            for tap in LUNCH:
                terminal.publish_verdict(tap)
            page.wait_for_selector("[data-seq]")
        page.clock.run_for(4000)
        page.wait_for_selector("[data-line=gone]")
        self._keep(page, name)

    def pupil(self, name: str, verdict: Content | None) -> None:
        """Take one picture of the pupils' screen."""
        terminal = in_trouble()
        with serving(terminal) as server:
            page = self._page(TILL)
            page.goto(server.launch_url())
            page.wait_for_selector(".chip")
            page.goto(f"{server.address}/pupil")
            page.wait_for_selector(".menu")
            if verdict is not None:
                terminal.publish_verdict(verdict)
                page.wait_for_selector("[data-seq]")
            self._keep(page, name)

    def technician(self, name: str) -> None:
        """Take one picture of the technician's page."""
        upkeep = Found(Path("/nowhere"), status=dict, now=SystemClock().now)
        with serving(in_trouble(), upkeep=upkeep) as server:
            page = self._page(TILL)
            page.goto(server.launch_url())
            page.wait_for_selector(".chip")
            page.goto(f"{server.address}/technician")
            self._keep(page, name)

    def _keep(self, page: Page, name: str) -> None:
        self._take(page, name)
        page.context.close()

    def _take(self, page: Page, name: str) -> None:
        page.locator("body").evaluate("document.fonts.ready.then(() => true)")
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        shot.quantize(COLOURS, dither=Image.Dither.NONE).save(
            self._folder / f"{name}.png", optimize=True
        )

    def _page(self, size: dict[str, int]) -> Page:
        context = self._browser.new_context(
            viewport=size, screen=size, locale="fr-BE", has_touch=True
        )
        page = context.new_page()
        page.clock.install(time=NOON)
        return page


def main() -> None:
    """Make all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        studio = Studio(browser, folder)
        studio.picture("till-idle", verdict=None)
        studio.picture("till-collected", verdict=ACCEPTED)
        studio.picture("till-allergy", verdict=CONFLICT)
        studio.picture("till-sold-offline", verdict=SOLD, status=TROUBLE)
        studio.picture("till-already-served", verdict=SERVED)
        studio.picture("till-refused", verdict=BLOCKED)
        studio.picture("till-unknown", verdict=UNKNOWN_BADGE, language="nl")
        studio.picture("till-small", verdict=CONFLICT, status=TROUBLE, size=SMALL)
        studio.picture("till-portrait", verdict=CONFLICT, status=TROUBLE, size=PORTRAIT)
        studio.picture("till-wide", verdict=SOLD, status=TROUBLE, size=WIDE, language="en")
        studio.picture("till-live", verdict=ACCEPTED, has_demo=False, language="de")
        studio.picture("till-alarm", verdict=ACCEPTED, status=ALARM, language="en")
        studio.picture("till-seven-inch", verdict=CONFLICT, size=SMALL, screen_mm=178)
        studio.counter()
        studio.kiosk(TILL, "kiosk")
        studio.kiosk(PORTRAIT, "kiosk-tall")
        studio.presence()
        studio.office()
        studio.gone("till-gone")
        studio.pupil("pupil-idle", None)
        studio.pupil("pupil-ok", ACCEPTED)
        studio.pupil("pupil-balance", ACCEPTED | {"shows_balance": True})
        studio.pupil("pupil-ask", SERVED)
        studio.technician("technician")
        browser.close()


if __name__ == "__main__":
    main()
