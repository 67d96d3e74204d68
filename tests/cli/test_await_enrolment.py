"""A new terminal asks for its code on the screen, and becomes a till in the same process."""

import http.client
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from central.clock import wall_clock
from central.enrolment import create_code
from central.twin import TwinCentre
from cli.output import CommandError
from cli.terminal_link import ask
from core.ids import SchoolId
from sync.enrol_link import enrol_link
from terminal.files import REPLACING_NAME

LOOKS_S = 2.5
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def centre(seeded: Path, tmp_path: Path) -> Iterator[TwinCentre]:
    path = tmp_path / "central.db"
    path.write_bytes(seeded.read_bytes())
    with TwinCentre(path) as twin:
        yield twin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new-till"


@pytest.fixture
def waiting(serve: Callable[..., Any], tmp_path: Path, folder: Path):
    """Start a terminal that has no identity."""

    def start(*lines: str) -> Any:
        path = tmp_path / "new.toml"
        own = [f'data = "{folder}"', 'readers = ["simulated://"]', 'listen = "127.0.0.1:0"']
        path.write_text("\n".join([*own, 'language = "nl"', *lines]) + "\n")
        return serve("terminal", "--config", path, "--await-enrolment")

    return start


def code_of(centre: TwinCentre) -> str:
    return create_code(centre.store, SchoolId("demo"), terminal_name="Kassa 1", now=wall_clock())


def browse(
    page: str, method: str = "GET", told: dict[str, str] | None = None, **headers: str
) -> tuple[int, str]:
    parts = urlsplit(page)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    with closing(connection):
        body = None if told is None else urlencode(told)
        connection.request(method, parts.path or "/", body, headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


def becomes_a_till(service: Any, folder: Path) -> None:
    line = service.process.stdout.readline()
    assert json.loads(line)["ready"] is True
    assert ask(folder, "GET", "/v1/status")["till"] == "open"


def test_a_code_typed_on_the_page(waiting, centre, folder: Path) -> None:
    service = waiting()
    assert service.said["ready"] is False
    page = service.said["page"]
    status, text = browse(page)
    assert status == 200
    assert "Kassa nog niet aangemeld" in text
    assert 'name="central"' in text, "no settings name the centre"
    told = {"code": "ABCD-EFGH", "central": centre.url}
    status, text = browse(page, "POST", told, **FORM)
    assert status == 409
    assert "Dat is niet gelukt." in text
    assert "this code is unknown or too old" in text
    status, text = browse(page, "POST", told | {"code": code_of(centre)}, **FORM)
    assert status == 200, text
    assert "Aangemeld: Kassa 1" in text
    becomes_a_till(service, folder)


def test_a_scanned_code_needs_nothing_else(waiting, centre, folder: Path) -> None:
    service = waiting()
    link = enrol_link(code=code_of(centre), central=centre.url)
    said = ask(folder, "POST", "/v1/enrolment", {"code": link})
    assert said == {"state": "enrolled", "central": None, "terminal": "Kassa 1"}
    becomes_a_till(service, folder)


def test_a_code_alone_where_the_settings_name_the_centre(waiting, centre, folder: Path) -> None:
    service = waiting(f'central = "{centre.url}"')
    assert 'name="central"' not in browse(service.said["page"])[1]
    assert ask(folder, "GET", "/v1/enrolment")["state"] == "waiting"
    assert ask(folder, "POST", "/v1/sessions")["url"] == service.said["page"], "for the kiosk"
    ask(folder, "POST", "/v1/enrolment", {"code": code_of(centre)})
    becomes_a_till(service, folder)


def test_what_is_wrong_is_told_and_it_goes_on_waiting(waiting, centre, folder: Path) -> None:
    service = waiting()
    for body, words in (
        ({"code": "ABCD-EFGH"}, "name the centre's address"),
        ({"code": "https://example.org/"}, "another program's link"),
        ({"code": 7}, "are texts"),
        ([], "send JSON"),
    ):
        with pytest.raises(CommandError, match=words):
            ask(folder, "POST", "/v1/enrolment", body)
    with pytest.raises(CommandError, match="not enrolled yet"):
        ask(folder, "GET", "/v1/status")
    assert ask(folder, "GET", "/v1/enrolment")["state"] == "waiting"
    assert "Traceback" not in service.end()


def test_another_page_cannot_send_a_code(waiting, centre) -> None:
    page = waiting().said["page"]
    told = {"code": code_of(centre), "central": centre.url}
    assert browse(page, "POST", told, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert browse(page, "POST", told)[0] == 403
    assert browse(page, "GET", None, Host="evil.example")[0] == 400
    assert browse(page + "v1/enrolment", "POST", told)[0] == 403


def test_a_command_enrols_it_while_it_waits(waiting, typed, centre, folder: Path) -> None:
    service = waiting()
    # A spare that does not hold the dead one's journal yet is no terminal.
    (folder / REPLACING_NAME).touch()
    done = typed("enrol", "--central", centre.url, "--code", code_of(centre), "--data", folder)
    assert done.code == 0, done.err
    threading.Event().wait(LOOKS_S)
    assert ask(folder, "GET", "/v1/enrolment")["state"] == "waiting"
    typed("terminal", "--data", folder).expect_one_line(3, "refectory replace --resume")
    (folder / REPLACING_NAME).unlink()
    becomes_a_till(service, folder)


def test_it_comes_up_with_the_settings_of_now(waiting, centre, folder: Path, tmp_path) -> None:
    service = waiting()
    settings = tmp_path / "new.toml"
    settings.write_text(settings.read_text() + 'name = "Later"\n')
    pid = service.said["pid"]
    os.kill(pid, signal.SIGHUP)
    again = json.loads(service.process.stdout.readline())
    assert (again["ready"], again["pid"]) == (False, pid)
    link = enrol_link(code=code_of(centre), central=centre.url)
    ask(folder, "POST", "/v1/enrolment", {"code": link})
    becomes_a_till(service, folder)
    assert ask(folder, "GET", "/v1/status")["terminal"] == "Later"


def test_without_the_flag_it_ends_as_ever(typed, tmp_path: Path, folder: Path) -> None:
    typed("terminal", "--data", folder).expect_one_line(3, "is not enrolled", "refectory enrol")
