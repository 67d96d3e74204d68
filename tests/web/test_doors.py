"""The two doors: who may listen where, and what the command line gets."""

import logging
import socket
import stat
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from web_rig import Serve, Visitor, unix_ask

from terminal.board import Content
from terminal.twin import TwinTerminal
from terminal.web.errors import WebAddressError
from terminal.web.server import WebServer
from terminal.web.sockets import parse_listen

TAP = {"value": "04A1B2C3D4E501", "technology": "iso14443a"}


def test_the_command_line_taps_and_hears_the_verdict(
    server: WebServer, socket_path: Path, terminal: TwinTerminal
) -> None:
    reply = unix_ask(socket_path, "POST", "/v1/tap", TAP)
    assert reply.status == 200
    assert reply.json["name"] == "Léa V."
    assert [credential.hex for credential in terminal.taps] == ["04A1B2C3D4E501"]


def test_the_command_line_reads_the_status_and_asks_for_a_sync(
    server: WebServer, socket_path: Path, terminal: TwinTerminal
) -> None:
    assert unix_ask(socket_path, "GET", "/v1/status").json["terminal"] == "Caisse 1"
    assert unix_ask(socket_path, "POST", "/v1/sync").status == 200
    assert terminal.sync_count == 1


def test_the_command_line_gets_an_address_for_one_more_screen(
    server: WebServer, socket_path: Path
) -> None:
    url = unix_ask(socket_path, "POST", "/v1/sessions").json["url"]
    assert url.startswith(server.address)
    assert (
        Visitor(urlsplit(server.address).netloc).get(url.removeprefix(server.address)).status == 200
    )


@pytest.mark.parametrize(
    ("trouble", "status"), [({"has_simulated_reader": False}, 409), ({"is_busy": True}, 503)]
)
def test_a_tap_that_cannot_be_says_why(
    server: WebServer,
    socket_path: Path,
    terminal: TwinTerminal,
    trouble: dict[str, bool],
    status: int,
) -> None:
    for name, value in trouble.items():
        setattr(terminal, name, value)
    reply = unix_ask(socket_path, "POST", "/v1/tap", TAP)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["detail"]


def test_the_socket_file_is_its_owners_alone(server: WebServer, socket_path: Path) -> None:
    mode = socket_path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_pages_are_not_served_on_the_socket(server: WebServer, socket_path: Path) -> None:
    for path in ("/", "/pupil/events", "/technician", "/static/screens.css"):
        assert unix_ask(socket_path, "GET", path).status == 404


def test_a_socket_file_of_a_killed_terminal_is_replaced(serve: Serve, socket_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_path))
    assert socket_path.exists()
    serve()
    assert unix_ask(socket_path, "GET", "/v1/status").status == 200


def test_a_socket_on_which_a_terminal_answers_is_left_alone(
    serve: Serve, socket_path: Path
) -> None:
    serve()
    with pytest.raises(WebAddressError, match="already answers"):
        serve()
    assert unix_ask(socket_path, "GET", "/v1/status").status == 200


def test_a_socket_may_lie_deep_in_a_tree(serve: Serve, tmp_path: Path) -> None:
    deep = tmp_path / ("a-folder-with-a-long-name-" * 5) / "till.sock"
    deep.parent.mkdir()
    serve(socket_path=deep)
    assert stat.S_IMODE(deep.stat().st_mode) == 0o600
    with pytest.raises(WebAddressError, match="already answers"):
        serve(socket_path=deep)


def test_a_file_in_the_sockets_place_is_left_alone(serve: Serve, socket_path: Path) -> None:
    socket_path.write_text("precious")
    with pytest.raises(WebAddressError, match="is no socket"):
        serve()
    assert socket_path.read_text() == "precious"


@pytest.mark.parametrize(
    "path", ["/nowhere/at/all.sock", pytest.param("/tmp/" + "x" * 300, id="long")]
)
def test_a_socket_that_cannot_be_made_is_one_line(serve: Serve, path: str) -> None:
    with pytest.raises(WebAddressError) as caught:
        serve(socket_path=Path(path))
    assert "\n" not in str(caught.value)


def test_a_port_in_use_is_named_with_the_cure(serve: Serve) -> None:
    taken = serve()
    port = urlsplit(taken.address).port
    with pytest.raises(WebAddressError, match=r"another program serves .* set another port"):
        serve(listen=f"127.0.0.1:{port}", socket_path=None)


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:99999", "a:b", "x:-1"]
)
def test_a_malformed_address_is_refused(text: str) -> None:
    with pytest.raises(WebAddressError, match="HOST:PORT"):
        parse_listen(text, is_network_allowed=False)


@pytest.mark.parametrize("host", ["192.168.1.4", "canteen.example"])
def test_the_network_is_refused_unless_it_is_asked_for(host: str) -> None:
    with pytest.raises(WebAddressError, match="to the network"):
        parse_listen(f"{host}:8750", is_network_allowed=False)
    assert parse_listen(f"{host}:8750", is_network_allowed=True).port == 8750


def test_version_six_has_brackets(serve: Serve) -> None:
    server = serve(listen="[::1]:0", socket_path=None)
    assert server.address.startswith("http://[::1]:")
    assert Visitor(urlsplit(server.address).netloc).enter().get("/v1/status").status == 200


def test_a_stop_ends_within_two_seconds_and_says_nothing(
    serve: Serve, stranger: Visitor, caplog: pytest.LogCaptureFixture, socket_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    server = serve(socket_path=None)
    netloc = urlsplit(server.address).netloc
    inside = Visitor(netloc).enter()
    line = socket.create_connection(("127.0.0.1", int(netloc.rpartition(":")[2])), timeout=5)
    line.sendall(
        f"GET /events HTTP/1.1\r\nHost: {netloc}\r\n"
        f"Cookie: {inside.with_cookie(inside.cookie)['Cookie']}\r\n\r\n".encode()
    )
    assert line.recv(4096).startswith(b"HTTP/1.1 200")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 2.0
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    line.close()


def test_a_stop_does_not_wait_for_a_command_that_hangs(
    serve: Serve, terminal: TwinTerminal, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(socket_path=None)
    inside = Visitor(urlsplit(server.address).netloc).enter()
    is_in, may_go = threading.Event(), threading.Event()

    def hang() -> Content:
        is_in.set()
        may_go.wait(10)
        return {}

    terminal.status = hang
    replies = []
    asking = threading.Thread(target=lambda: replies.append(inside.get("/v1/status").status))
    asking.start()
    assert is_in.wait(5)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 2.0
    asking.join(5)
    may_go.set()
    assert replies == [503]
    assert "Traceback" not in caplog.text


def test_a_stop_before_the_first_request_and_twice_is_fine(serve: Serve) -> None:
    server = serve()
    server.stop()
    server.stop()


def test_sessions_outlive_a_restart_when_the_key_is_kept(serve: Serve, tmp_path: Path) -> None:
    key_path = tmp_path / "screens.key"
    first = serve(key_path=key_path, socket_path=None)
    inside = Visitor(urlsplit(first.address).netloc).enter()
    first.stop()
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600
    second = serve(key_path=key_path, socket_path=None)
    inside.netloc = urlsplit(second.address).netloc
    assert inside.get("/v1/status").status == 200
    third = serve(socket_path=None)
    inside.netloc = urlsplit(third.address).netloc
    assert inside.get("/v1/status").status == 401


def test_a_spoilt_key_is_one_line(serve: Serve, tmp_path: Path) -> None:
    key_path = tmp_path / "screens.key"
    key_path.write_bytes(b"short")
    with pytest.raises(WebAddressError, match="delete it"):
        serve(key_path=key_path)


def test_the_server_loads_nothing_heavy_before_it_starts() -> None:
    import subprocess
    import sys

    heavy = "{'uvicorn', 'starlette', 'jinja2'}"
    code = f"import sys, terminal.web.server; print({heavy} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=Path.cwd(),
    )
    assert run.stdout.strip() == "set()"
