"""Speaks to a terminal's web server without a browser, over TCP and over its socket file."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from terminal.web.server import WebServer
from terminal.web.sessions import cookie_name

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.sync_api import Page

TOKEN = "a-token-for-tests"


Body = str | bytes | Iterator[bytes] | None


class Serve(Protocol):
    """Starts a server with other settings than the usual ones."""

    def __call__(self, **changes: object) -> WebServer: ...


class OpenTill(Protocol):
    """Opens the till page in a browser and watches it to the end of the test.

    clock_at: where the browser's clock stands still, hours from the daemon's unless a test says
    otherwise; None: it goes on.
    """

    def __call__(
        self,
        *,
        width: int = 1280,
        height: int = 800,
        url: str | None = None,
        clock_at: "datetime | None" = ...,
        **more: object,
    ) -> "Page": ...


@dataclass
class Reply:
    """An answer, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Visitor:
    """Speaks plain HTTP to a server, with just the headers it is given."""

    netloc: str
    cookie: str | None = None
    csrf: str | None = None

    def with_cookie(self, cookie: str | None) -> dict[str, str]:
        """Return the header that carries a cookie to this server."""
        name = cookie_name(int(self.netloc.rpartition(":")[2]))
        return {"Cookie": f"{name}={cookie}"}

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        own: bool = True,
    ) -> Reply:
        """Send a request; `own`: with what our own page sends of itself."""
        sent = self.with_cookie(self.cookie) if self.cookie and own else {}
        if own and method != "GET":
            sent |= {"Sec-Fetch-Site": "same-origin", "X-Refectory-CSRF": self.csrf or ""}
        connection = http.client.HTTPConnection(self.netloc, timeout=30)
        try:
            connection.request(method, path, body=body, headers=sent | (headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, own: bool = True
    ) -> Reply:
        """Read a path."""
        return self.ask("GET", path, headers=headers, own=own)

    def post(
        self,
        path: str,
        content: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        own: bool = True,
    ) -> Reply:
        """Send a command."""
        return self.ask("POST", path, body=json.dumps(content), headers=headers, own=own)

    def enter(self, token: str = TOKEN) -> "Visitor":
        """Return a visitor with a session of their own."""
        reply = self.get(f"/?token={token}")
        assert reply.status == 200, reply
        cookie = reply.headers["set-cookie"].partition("=")[2].partition(";")[0]
        inside = Visitor(self.netloc, cookie)
        page = inside.get("/").body.decode()
        told = page.partition('id="told">')[2].partition("</script>")[0]
        inside.csrf = json.loads(told)["csrf"]
        return inside


def page_routes() -> list[tuple[str, str]]:
    """Return all that the pages' door answers: each method with the path as its route has it."""
    from terminal.board import Board
    from terminal.twin import TwinTerminal
    from terminal.web.app import page_app
    from terminal.web.screen import Screen
    from terminal.web.sessions import Sessions
    from terminal.web.stream import Stream

    board = Board(boot="none")
    terminal = TwinTerminal(board, ())
    app = page_app(
        stream=Stream(board, now=lambda: terminal.counter.now),
        terminal=terminal,
        sessions=Sessions(bytes(32)),
        screen=Screen(language="fr", screen_mm=257, time_zone="Europe/Brussels"),
        host="127.0.0.1",
        upkeep=None,
        scheme="http",
    )
    inside = app._app._app  # Limits, Guard, and what they guard
    return [
        (method, route.path) for route in inside.routes for method in sorted(route.methods or ())
    ]


def sign_in(
    page: "Page", *, staff: str = "fatima", pin: str = "246810", shown: str = ".sale"
) -> None:
    """Take over the twin's till by a PIN, typed on its pad. shown: what then is there."""
    page.locator(f"[data-staff={staff}]").tap()
    for digit in pin:
        page.locator(".pad button", has_text=digit).tap()
    page.locator(".pad .main").tap()
    page.locator(shown).wait_for()


def open_panel(page: "Page", name: str) -> None:
    """Open a panel by the menu."""
    page.locator(".menu-button").tap()
    page.locator(f"[data-menu={name}]").tap()
    page.locator(f"[data-panel={name.replace('_', '-')}]").wait_for()


def type_amount(page: "Page", cents: int) -> None:
    """Type an amount on a panel's pad, and end it."""
    for digit in str(cents):
        page.locator(".panel .pad button", has_text=digit).tap()
    page.locator(f"[data-cents='{cents}']").wait_for()
    page.locator(".panel .pad .main").tap()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("terminal", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))


def unix_ask(path: Path, method: str, target: str, content: object = None) -> Reply:
    """Send a request through a socket file, as the command line does."""
    connection = _UnixConnection(path)
    try:
        connection.request(method, target, body=None if content is None else json.dumps(content))
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def until(is_so: Callable[[], object], *, within_s: float = 30.0) -> None:
    """Wait for what another thread does; fails when it does not come in time."""
    end = time.monotonic() + within_s
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        pause.wait(0.01)


@contextmanager
def stream_of(
    visitor: Visitor, path: str, *, last_id: str | None = None
) -> Iterator[http.client.HTTPResponse]:
    """Hold a stream of events open."""
    connection = http.client.HTTPConnection(visitor.netloc, timeout=30)
    headers = visitor.with_cookie(visitor.cookie)
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def next_event(line: http.client.HTTPResponse, *, passes_beats: bool = True) -> dict[str, Any]:
    """Read the next event of a stream: its id, event and data. passes_beats: over what is none."""
    while True:
        event = _event(line)
        if event["event"] != "beat" or not passes_beats:
            return event


def _event(line: http.client.HTTPResponse) -> dict[str, Any]:
    event: dict[str, Any] = {}
    for raw in line:
        text = raw.decode().rstrip("\n")
        if not text:
            return event
        name, _, value = text.partition(": ")
        event[name] = json.loads(value) if name == "data" else value
    raise AssertionError("the stream ended")
