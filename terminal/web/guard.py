"""What every request to the pages must pass, and the headers that every answer carries.

Host: a page of another name that resolves to this machine (DNS rebinding) is refused. Commands:
the browser must say that our own page sent them (Sec-Fetch-Site, or Origin where it is missing),
and the page must prove that it could be read: it sends the session's word, a script in a header and
a form without script in its address. Everything but the files that all pages share, and the first
page, needs a session.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from terminal.web.metrics_route import is_metrics_from_here
from terminal.web.problems import problem
from terminal.web.sessions import Sessions

CSRF_HEADER: Final = "x-refectory-csrf"
BODY_BYTES_MAX: Final = 16_384

_READ_METHODS = frozenset({"GET", "HEAD"})
_HEADERS: Final = {
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_PAGE_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " font-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
        " trusted-types 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
}
_PARTS_OF_PAGES: Final = ("text/javascript", "text/css", "font/woff2")
"""What no browser shows as a page: the page's headers would say nothing there, only weigh."""


class Limits:
    """Bounds that hold on both doors: bodies end at 16 KiB, and a stop is answered, not raised."""

    def __init__(self, app: ASGIApp, *, is_closing: Callable[[], bool]) -> None:
        self._app = app
        self._is_closing = is_closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            return
        length = Headers(scope=scope).get("content-length", "0")
        if not (length.isascii() and length.isdecimal() and int(length) <= BODY_BYTES_MAX):
            await too_large()(scope, receive, _Answer(send))
            return
        answer = _Answer(send)
        try:
            await self._app(scope, _Bounded(receive), answer)
        except asyncio.CancelledError:
            if not self._is_closing():
                raise
            stopping = problem(HTTPStatus.SERVICE_UNAVAILABLE, "the terminal is stopping")
            await answer.end(stopping, scope, receive)


def too_large() -> Response:
    """Return the answer to a body that does not end in time."""
    return problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {BODY_BYTES_MAX} bytes"
    )


class BodyTooLargeError(Exception):
    """A request went on beyond its bound."""


class _Bounded:
    """A request's body, counted: it may come in pieces and say no length."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > BODY_BYTES_MAX:
            raise BodyTooLargeError
        return message


class _Answer:
    """The way back, with our headers on it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_started = True
            headers = MutableHeaders(scope=message)
            is_part = headers.get("content-type", "").startswith(_PARTS_OF_PAGES)
            for name, value in (_HEADERS if is_part else _HEADERS | _PAGE_HEADERS).items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await self._send(message)

    async def end(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Give an answer in place of the one that was not begun."""
        if not self._is_started:
            await response(scope, receive, self)


class Guard:
    """The page's door: host, origin, session and the session's word."""

    def __init__(
        self, app: ASGIApp, *, sessions: Sessions, hosts: frozenset[str], scheme: str
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._hosts = hosts
        self._scheme = scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        refusal = self._refusal(scope)
        answer = self._app if refusal is None else refusal
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self._hosts:
            return problem(HTTPStatus.BAD_REQUEST, "this host name is not served here")
        is_command = scope["method"] not in _READ_METHODS
        if is_command and not is_same_origin(headers, self._scheme):
            return problem(HTTPStatus.FORBIDDEN, "commands come from the terminal's own pages")
        is_open = scope["path"] == "/" or scope["path"].startswith("/static/")
        if is_open or is_metrics_from_here(scope):
            return None
        cookie = self._sessions.cookie_in(headers.get("cookie", ""))
        if cookie is None or not self._sessions.is_open(cookie):
            return problem(
                HTTPStatus.UNAUTHORIZED, "open the screen with the address the terminal printed"
            )
        word = headers.get(CSRF_HEADER) or QueryParams(scope["query_string"]).get("csrf", "")
        if is_command and not self._sessions.is_csrf(cookie, word):
            return problem(HTTPStatus.FORBIDDEN, "the page is out of date; load it again")
        return None


def host_name(host: str) -> str:
    """Return the name in a Host header; empty where it holds none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_same_origin(headers: Headers, scheme: str = "http") -> bool:
    """Say whether a browser tells that our own page sent a request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and origin == f"{scheme}://{headers.get('host', '')}"
