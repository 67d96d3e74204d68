# ruff: noqa: INP001  a part of a script, not of the house
"""The kiosk from a badge to the next, one picture a state."""

from collections.abc import Callable

from playwright.sync_api import Page

from terminal.board import Content
from terminal.twin import TwinTerminal
from terminal.twin_kiosk import SESSION, twin_dues, twin_order, twin_view

NOBODY: Content = {
    "pupil": None,
    "name": None,
    "class_name": None,
    "wallet_cents": None,
    "reserve_cents": None,
    "meal": None,
    "price_cents": None,
    "outcome": "shown",
    "language": "fr",
}
TOMORROW, THURSDAY, FRIDAY, MONDAY = "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"
WAITING: Content = {
    "act": "reserve",
    "name": "Dahl de lentilles, riz",
    "state": "waiting",
    "why": None,
}
DECLINED: Content = WAITING | {"state": "declined", "why": "not_enough_money"}
DAYS: dict[str, Content] = {
    THURSDAY: {"order": twin_order("sandwich")},
    FRIDAY: {"requests": [WAITING]},
    MONDAY: {"requests": [DECLINED]},
}
NO_CENTRE: Content = {"state": "waiting", "reason": None, "moved_cents": 0, "conflicts": []}


def play_kiosk(page: Page, terminal: TwinTerminal, take: Callable[[str], None]) -> None:
    """Play a pupil at the kiosk. take: keeps a picture under a name."""
    kiosk = terminal.kiosk
    page.wait_for_selector(".call")
    take("welcome")
    refused = NOBODY | {"outcome": "refused", "reason": "blocked_badge", "session": None}
    terminal.publish_verdict(refused | {"t0_ms": page.evaluate("Date.now()"), "tap": "refused"})
    page.wait_for_selector("[data-reason]")
    take("refused")
    kiosk.views[SESSION] = twin_view(days=DAYS, dues=twin_dues())
    told = {"session": SESSION, "tap": SESSION, "t0_ms": page.evaluate("Date.now()")}
    terminal.publish_verdict(NOBODY | told)
    page.wait_for_selector("[data-session]")
    take("session")
    ordered = twin_view(
        days=DAYS | {TOMORROW: {"order": twin_order()}}, general_cents=1890, dues=twin_dues()
    )
    kiosk.answers = [
        {"state": "asks", "reason": None, "moved_cents": 0, "conflicts": ["milk"], "view": None},
        NO_CENTRE | {"state": "granted", "moved_cents": -450, "view": ordered},
        NO_CENTRE | {"state": "declined", "reason": "too_late", "view": None},
        NO_CENTRE | {"view": None},
    ]
    page.locator("[data-dish=sandwich] .deed").tap()
    page.wait_for_selector(".dialog")
    take("allergen")
    page.locator(".dialog .no").tap()
    page.locator("[data-dish=main-1] .deed").tap()
    page.wait_for_selector(".came.ok")
    take("reserved")
    page.locator("[data-dish=main-1] .deed").tap()
    page.wait_for_selector(".came.refused")
    take("too-late")
    page.locator(f"[data-day='{FRIDAY}']").tap()
    page.locator(".give-up").tap()
    page.wait_for_selector(".came.attention")
    take("request")
    page.locator(f"[data-day='{MONDAY}']").tap()
    page.wait_for_selector("[data-request=declined]")
    take("declined")
    page.locator("[data-slip=planning]").tap()
    page.wait_for_selector(".came.ok")
    take("slip")
    kiosk.views["dues"] = twin_view(days=DAYS, dues=twin_dues()) | {"session": "dues"}
    told = {"session": "dues", "tap": "dues", "t0_ms": page.evaluate("Date.now()")}
    terminal.publish_verdict(NOBODY | told)
    page.locator("[data-dues]").tap()
    page.wait_for_selector("[data-due]")
    take("dues")
    page.keyboard.press("Escape")
    page.wait_for_selector(".dialog", state="detached")
    page.locator("[data-aid=large]").tap()
    page.locator("[data-aid=contrast]").tap()
    page.wait_for_selector("[data-aid=contrast][aria-pressed=true]")
    take("large-strong")
    page.clock.run_for(50_000)
    page.wait_for_selector("[data-left]")
    take("warning")
