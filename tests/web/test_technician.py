"""The technician's page: all that the terminal says of itself, without a script."""

import pytest
from playwright.sync_api import Browser
from web_rig import TOKEN, Visitor

from terminal.twin import TwinTerminal
from terminal.web.server import WebServer
from terminal.web.technician import Row, status_rows


def test_a_status_becomes_lines() -> None:
    status = {
        "version": "1.0",
        "is_online": False,
        "alarm": None,
        "readers": [{"name": "hall", "last_tap_s": 3}],
        "waiting": [],
    }
    assert status_rows(status) == [
        Row("version", "1.0", 0),
        Row("is online", "no", 0),
        Row("alarm", "\N{EN DASH}", 0),
        Row("readers 1", None, 0),
        Row("name", "hall", 1),
        Row("last tap s", "3", 1),
        Row("waiting", "\N{EN DASH}", 0),
    ]


def test_a_name_that_attacks_stays_text(visitor: Visitor, terminal: TwinTerminal) -> None:
    terminal.publish_status({"terminal": "<script>alert(1)</script>"})
    page = visitor.get("/technician").body.decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_busy_terminal_still_has_a_page(visitor: Visitor, terminal: TwinTerminal) -> None:
    terminal.is_busy = True
    reply = visitor.get("/technician")
    assert reply.status == 200
    assert "pas répondu" in reply.body.decode()


@pytest.mark.parametrize("path", ["/technician/sync", "/technician/sync?csrf=wrong"])
def test_a_sync_needs_the_word_of_the_session(
    visitor: Visitor, terminal: TwinTerminal, path: str
) -> None:
    visitor.csrf = None
    assert visitor.post(path).status == 403
    assert terminal.sync_count == 0


@pytest.mark.browser
def test_it_works_without_a_script(
    chromium: Browser, server: WebServer, terminal: TwinTerminal
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.address}/?token={TOKEN}")
    page.wait_for_url(f"{server.address}/")
    page.goto(f"{server.address}/technician")
    page.get_by_role("button", name="Synchroniser maintenant").click()
    page.wait_for_url(f"{server.address}/technician")
    assert terminal.sync_count == 1
    assert page.get_by_role("cell", name="Institut Sainte-Claire").count() == 1
    context.close()
