# ruff: noqa: INP001  a script, not a part of the house
"""The scenes of the study room, the gate and the closed terminal, for `make_screens.py`."""

from collections.abc import Callable

from playwright.sync_api import Page

from terminal.board import Content
from terminal.commands import SignIn, SignOut
from terminal.twin import TwinTerminal

_AT = "2026-11-24T15:05:10Z"
_NAMES = (("zoe", "Zoé L.", "4A"), ("leo", "Léo M.", "3B"), ("i", "Inès B.", "1A"))


def _pupil(row: tuple[str, str, str], entered: str | None, left: str | None = None) -> Content:
    pupil, name, class_name = row
    told = {"id": pupil, "name": name, "class_name": class_name, "is_enrolled": True}
    return {**told, "entered_at": entered, "left_at": left, "is_noted_here": bool(entered)}


_SHORT: Content = {
    "id": "short",
    "name": "Étude courte",
    "starts": "16:05",
    "ends": "17:15",
    "wants_out": True,
    "price_cents": 100,
    "is_now": True,
    "missing": 1,
    "inside": 1,
    "left": 1,
    "pupils": [
        _pupil(_NAMES[0], None),
        _pupil(_NAMES[1], _AT),
        _pupil(_NAMES[2], _AT, "2026-11-24T15:50:00Z"),
    ],
}
_GATE: Content = {
    "begins_at": "08:25",
    "asks_why": True,
    "has_names": True,
    "late_count": 1,
    "absent_count": 1,
    "late": [{**_pupil(_NAMES[1], None), "at": "2026-11-24T07:31:00Z", "said": "transport"}],
    "absent": [{**_pupil(_NAMES[2], None), "state": "announced", "came": False}],
}
_NOTED: Content = {
    "name": "Léo M.",
    "class_name": "3B",
    "at": "2026-11-24T10:52:10Z",
    "allergens": [],
    "receipt": None,
}


def play(page: Page, terminal: TwinTerminal, shoot: Callable[[str], None]) -> None:
    """Bring an open till page into each scene. shoot: takes the picture under a name."""
    terminal.study_script = {"has_names": True, "sessions": [_SHORT]}
    terminal.gate_script = _GATE
    terminal.do(SignOut(id="presence-0"))
    terminal.publish_status({"profile": "study"})
    page.wait_for_selector(".lists.locked")
    shoot("study-locked")
    terminal.do(SignIn(id="presence-1", staff="fatima", pin="246810"))
    page.wait_for_selector(".rosters")
    entered = {"outcome": "entered", "tone": "ok", "meal": "Étude courte", "price_cents": 100}
    terminal.publish_verdict({**_NOTED, **entered, "about": "short", "wallet_cents": 2240})
    page.wait_for_selector("[data-tone=ok]")
    shoot("study")
    page.locator(".by-name").tap()
    page.wait_for_selector(".panel")
    page.fill(".panel input", "Zoé")
    page.wait_for_selector(".results .found")
    page.locator(".results .found").first.tap()
    shoot("study-by-name")
    page.locator(".panel .close").tap()
    page.locator(".roster.is-inside [data-pupil=leo]").tap()
    page.locator(".mistake button").tap()
    page.locator("[data-why=wrong_person]").tap()
    shoot("study-mistake")
    page.locator(".panel .close").tap()
    terminal.publish_status({"profile": "gate"})
    page.wait_for_selector(".roster.is-absent")
    late = {"outcome": "late", "tone": "attention", "meal": None, "wallet_cents": None}
    due = {"due_at": "2026-11-24T10:40:00Z", "earlier_at": None}
    terminal.publish_verdict({**_NOTED, **late, **due})
    page.wait_for_selector(".why-late")
    shoot("gate-late")
    closed = {"profile": "closed", "profile_next": "study"}
    terminal.publish_status({**closed, "profile_until": "2026-11-24T15:00:00Z"})
    page.wait_for_selector(".closed")
    shoot("closed")
