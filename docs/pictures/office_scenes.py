# ruff: noqa: INP001  a script, not a part of the house
"""The scenes of the bursar's terminal, for `make_screens.py`."""

from collections.abc import Callable

from playwright.sync_api import Page

from terminal.commands import OpenShift, SignIn, SignOut
from terminal.twin import TwinTerminal

_LOOSE = {
    "outcome": "shown",
    "pupil": None,
    "name": None,
    "class_name": None,
    "meal": None,
    "badge_last4": "E590",
    "badge_state": None,
}
_FOUND = {
    "outcome": "shown",
    "pupil": "lea",
    "name": "Léa V.",
    "class_name": "3B",
    "meal": None,
    "badge_last4": "09AB",
    "badge_state": "lost",
}
_ROWS = (
    ("02", "12:04", "Boulets, frites", "general", -450),
    ("09", "08:30", "Virement bancaire", "general", 2500),
    ("24", "12:07", "Réserve ↔ général", "reserve", -1200),
    ("24", "12:07", "Réserve ↔ général", "general", 1200),
)
_ACCOUNT = {
    "state": "told",
    "is_whole": True,
    "movements": [
        {
            "day": f"2026-11-{day}",
            "time": time,
            "label": label,
            "wallet": wallet,
            "change_cents": cents,
        }
        for day, time, label, wallet, cents in _ROWS
    ],
    "general_cents": 2340,
    "reserve_cents": 1500,
}
_CASES = [
    {
        "id": f"e-{flag}",
        "flag": flag,
        "detail": detail,
        "raised_at": "2026-11-24T10:40:00Z",
        "kind": "reserve.moved" if flag == "overdraft" else "meal.collected",
        "at": "2026-11-24T10:38:00Z",
        "name": "Léa Vermeulen",
        "class_name": "3B",
        "terminal": "Caisse 2",
        "amount_cents": cents,
        "resolution": None,
    }
    for flag, detail, cents in (
        ("double_collection", "this meal was collected before", 450),
        ("overdraft", "the reserve wallet holds less than was moved out of it", 0),
    )
]


def _open(page: Page, name: str) -> None:
    page.locator(f"[data-deed={name}]").tap()
    page.wait_for_selector(f"[data-panel={name}]")


def _close(page: Page) -> None:
    page.locator(".panel .close").tap()
    page.wait_for_selector(".card")


def _find_again(page: Page, terminal: TwinTerminal, shoot: Callable[[str], None]) -> None:
    """Lay down a badge of the pupil's that was lost."""
    terminal.publish_verdict(_FOUND)
    page.locator(".loose", has_text="09AB").wait_for()
    _open(page, "badge")
    page.locator(".panel .give").first.wait_for()
    shoot("office-badge-found")
    _close(page)


def play(page: Page, terminal: TwinTerminal, shoot: Callable[[str], None]) -> None:
    """Bring an open till page into each scene. shoot: takes the picture under a name."""
    terminal.publish_status({"profile": "office", "is_chosen": False})
    page.wait_for_selector(".lists.locked")
    terminal.do(SignIn(id="office-1", staff="marc", pin="135791"))
    page.wait_for_selector(".no-right")
    shoot("office-no-right")
    terminal.do(SignOut(id="office-2"))
    terminal.do(SignIn(id="office-3", staff="fatima", pin="246810"))
    page.wait_for_selector(".find")
    page.fill(".find input", "l")
    page.wait_for_selector(".find .found")
    shoot("office-find")
    page.locator(".find [data-pupil=lea]").tap()
    page.wait_for_selector(".card")
    shoot("office-card")
    _open(page, "move")
    for digit in "1200":
        page.locator(".panel .pad button", has_text=digit).tap()
    shoot("office-move")
    _close(page)
    terminal.do(OpenShift(id="office-4", cash_cents=5000))
    _open(page, "top_up")
    shoot("office-top-up")
    _close(page)
    terminal.publish_verdict(_LOOSE)
    page.locator(".loose", has_text="E590").wait_for()
    _open(page, "badge")
    shoot("office-badge")
    _close(page)
    _find_again(page, terminal, shoot)
    _open(page, "ticket")
    shoot("office-ticket")
    _close(page)
    office = terminal.office
    office.answers["access"] = [{"state": "choose", "accounts": ["vermeulen.4821"]}]
    _open(page, "access")
    page.locator(".panel .main").tap()
    page.wait_for_selector("[data-account='vermeulen.4821']")
    shoot("office-access")
    _close(page)
    office.answers["accounts"] = [_ACCOUNT]
    _open(page, "account")
    page.locator(".show").tap()
    page.wait_for_selector(".movements")
    shoot("office-account")
    _close(page)
    office.answers["cases"] = [{"state": "told", "cases": _CASES}]
    page.locator(".bottom .cases").tap()
    page.wait_for_selector("[data-case]")
    shoot("office-cases")
    page.locator("[data-case]").first.tap()
    page.wait_for_selector(".settle")
    shoot("office-case")
    page.locator(".panel .close").tap()
    page.locator(".bottom .profile").tap()
    page.wait_for_selector("[data-panel=profile]")
    shoot("office-profile")
    page.locator(".panel .close").tap()
