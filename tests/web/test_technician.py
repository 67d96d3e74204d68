"""The technician's page: all that the terminal says of itself, without a script."""

import json
import logging
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from web_rig import TOKEN, Serve, Visitor

from terminal.board import Content
from terminal.doctor.finding import Grade
from terminal.ports import TerminalBusyError
from terminal.twin import TwinTerminal
from terminal.upkeep import Upkeep
from terminal.web.server import WebServer
from terminal.web.technician import Row, status_rows

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


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


def does_not_answer() -> Content:
    raise TerminalBusyError("the till did not answer in time")


def test_the_findings_readers_and_log_stand_on_the_page(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("{}")  # enrolled, and its daemon does not answer
    upkeep = Upkeep(tmp_path, status=does_not_answer, now=lambda: NOON)
    upkeep.open()
    try:
        logging.getLogger("refectory.test").warning("the reader <b>hall</b>\nwent away")
        server = serve(upkeep=upkeep, socket_path=None)
        visitor = Visitor(urlsplit(server.address).netloc).enter()
        page = visitor.get("/technician").body.decode()
    finally:
        upkeep.close()
    assert "failed · daemon" in page
    assert "<code>" in page
    assert "the reader &lt;b&gt;hall&lt;/b&gt; went away" in page
    assert "simulated" in page
    failed = [finding for finding in upkeep.findings() if finding.grade is Grade.FAILED]
    assert failed == upkeep.findings()[: len(failed)] != []


def test_the_printer_is_tried_by_the_last_receipt(visitor: Visitor, terminal: TwinTerminal) -> None:
    reply = visitor.post(f"/technician/print?csrf={visitor.csrf}")
    assert reply.headers["location"] == "/technician?said=printed"
    assert terminal.reprints == ["last"]
    terminal.is_busy = True
    reply = visitor.post(f"/technician/print?csrf={visitor.csrf}")
    assert reply.headers["location"] == "/technician?said=none"
    visitor.csrf = None
    assert visitor.post("/technician/print").status == 403


def test_what_an_address_says_is_no_text_of_the_page(visitor: Visitor) -> None:
    assert "attack" not in visitor.get("/technician?said=attack").body.decode()


@pytest.mark.browser
def test_the_support_bundle_is_downloaded_without_a_script(
    chromium: Browser, serve: Serve, tmp_path: Path
) -> None:
    upkeep = Upkeep(
        tmp_path,
        status=does_not_answer,
        now=lambda: NOON,
        settings_texts=lambda: {"terminal.toml": "name = 'hall'"},
    )
    upkeep.open()
    logging.getLogger("refectory.test").warning("a badge 04A1B2C3D4E5F6 was laid down")
    server = serve(upkeep=upkeep, socket_path=None)
    context = chromium.new_context(java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{server.address}/?token={TOKEN}")
    page.wait_for_url(f"{server.address}/")
    page.goto(f"{server.address}/technician")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le dossier").click()
    assert download.value.suggested_filename == "refectory-support-20261124-110000.tar.gz"
    with tarfile.open(download.value.path()) as archive:
        texts = {name: archive.extractfile(name).read().decode() for name in archive.getnames()}
    context.close()
    upkeep.close()
    assert texts["refectory-support/settings/terminal.toml"] == "name = 'hall'"
    assert "a badge [badge] was laid down" in texts["refectory-support/recent.txt"]
    assert json.loads(texts["refectory-support/doctor.json"])


def test_a_support_bundle_needs_the_word_of_the_session(serve: Serve, tmp_path: Path) -> None:
    upkeep = Upkeep(tmp_path, status=does_not_answer, now=lambda: NOON)
    server = serve(upkeep=upkeep, socket_path=None)
    visitor = Visitor(urlsplit(server.address).netloc).enter()
    assert visitor.get("/technician/support-bundle").status == 405
    visitor.csrf = None
    assert visitor.post("/technician/support-bundle").status == 403


def test_without_files_there_is_no_bundle(visitor: Visitor) -> None:
    assert "support-bundle" not in visitor.get("/technician").body.decode()
    reply = visitor.post(f"/technician/support-bundle?csrf={visitor.csrf}")
    assert reply.status == 404
