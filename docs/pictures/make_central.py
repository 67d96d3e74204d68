# ruff: noqa: INP001  a script, not a part of the house
"""Makes the pictures of the centre's pages: a real centre on loopback, a real Chromium before it.

Run `python docs/pictures/make_central.py [FOLDER]`; the furnished office is the one of the tests.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = Path(__file__).parent / "central"
DESK: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 360, "height": 780}
COLOURS: Final = 48
sys.path.insert(0, str(ROOT / "tests" / "rigs"))

from family_rig import add_parent  # noqa: E402  found just now
from furnished_office import (  # noqa: E402  found just now
    FurnishedOffice,
    OfficeClock,
    family_pages_of,
    furnish,
    pages_of,
)
from pages_rig import PASSWORD  # noqa: E402

from central.twin import TwinCentre  # noqa: E402


class Studio:
    """Takes pictures of one office."""

    def __init__(self, browser: Browser, office: FurnishedOffice, folder: Path) -> None:
        self._browser = browser
        self._office = office
        self._folder = folder

    def all(self, size: dict[str, int], *, ending: str = "", only: tuple[str, ...] = ()) -> None:
        """Sign in, and take a picture of every page."""
        page = self._browser.new_context(viewport=size, locale="fr-BE").new_page()
        url = self._office.twin.url
        page.goto(f"{url}/office")
        if not only:
            self._keep(page, f"sign-in{ending}")
        page.fill("#name", "anton")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".tiles")
        page.wait_for_load_state()
        for name, path in pages_of(self._office).items():
            if not only or name in only:
                page.goto(url + path)
                self._keep(page, f"{name}{ending}")
        page.context.close()

    def family(self, size: dict[str, int]) -> None:
        """Take a picture of all that a parent sees, from the letter on."""
        page = self._browser.new_context(viewport=size, locale="fr-BE").new_page()
        url = self._office.twin.url
        for name in ("welcome", "forgot"):
            page.goto(f"{url}/{name}")
            self._keep(page, f"family-{name}", whole=True)
        page.goto(f"{url}/family")
        page.fill("#name", "mother")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("section.child")
        page.wait_for_load_state()
        for name, path in family_pages_of(self._office).items():
            page.goto(url + path)
            self._keep(page, name)
        page.context.close()

    def letters(self, size: dict[str, int]) -> None:
        """Take a picture of the letter that the office prints, and of those of a class."""
        page = self._browser.new_context(viewport=size, locale="fr-BE").new_page()
        page.goto(f"{self._office.twin.url}/office/pupils/{self._office.lea}")
        page.fill("#name", "anton")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#parents")
        page.locator("details:has(#parent-name) summary").click()
        page.locator("details:has(#parent-name) button").click()
        page.wait_for_selector(".letter")
        self._keep(page, "letter", whole=True)
        page.goto(f"{self._office.twin.url}/office/families")
        page.locator("form[action$='/letters'] button").click()
        page.wait_for_selector(".letter")
        self._keep(page, "letters")
        page.context.close()

    def _keep(self, page: Page, name: str, *, whole: bool = False) -> None:
        shot = Image.open(BytesIO(page.screenshot(full_page=whole))).convert("RGB")
        shot.quantize(COLOURS, dither=Image.Dither.NONE).save(
            self._folder / f"{name}.png", optimize=True
        )


def main() -> None:
    """Make all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    clock = OfficeClock()
    with (
        tempfile.TemporaryDirectory() as place,
        TwinCentre(Path(place) / "central.db", clock=clock) as twin,
        sync_playwright() as playwright,
    ):
        office = furnish(twin, clock, Path(place))
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        studio = Studio(browser, office, folder)
        studio.all(DESK)
        studio.all(PHONE, ending="-phone", only=("day", "pupil", "exception"))
        add_parent(twin.store, office.school.school.id, "mother", office.lea, at=clock())
        studio.family(PHONE)
        studio.letters(DESK)
        browser.close()


if __name__ == "__main__":
    main()
