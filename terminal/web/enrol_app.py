"""The one page of a terminal that is not enrolled yet: type the code, or scan it.

It needs no session, since there is nothing to see but the question; the code is the secret, and
only our own page may send it. `/v1/enrolment` is the same for scripts and for the command line.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sync.errors import SyncError
from terminal.enrol_desk import EnrolDesk
from terminal.web.catalogue import words
from terminal.web.guard import BodyTooLargeError, Limits, host_name, is_same_origin, too_large
from terminal.web.pages import html_page
from terminal.web.problems import problem
from terminal.web.static_files import static_route

ENROLMENT_PATH: Final = "/v1/enrolment"


def enrol_page_app(
    desk: EnrolDesk, *, language: str, hosts: frozenset[str], is_closing: Callable[[], bool]
) -> ASGIApp:
    """Return the application behind the TCP socket. hosts: the names it is served under."""
    page = _Page(desk, language)
    routes = [
        Route("/", page.show, methods=["GET"]),
        Route("/", page.take, methods=["POST"]),
        *_commands(desk),
        static_route(),
    ]
    return Limits(_Door(_app(routes), hosts), is_closing=is_closing)


def enrol_command_app(
    desk: EnrolDesk, *, address: Callable[[], str], is_closing: Callable[[], bool]
) -> ASGIApp:
    """Return the application behind the Unix socket: the kiosk asks it where the page is."""

    async def session(_: Request) -> Response:
        return JSONResponse({"url": address()})

    routes = [*_commands(desk), Route("/v1/sessions", session, methods=["POST"])]
    return Limits(_app(routes), is_closing=is_closing)


def _app(routes: list[Route]) -> Starlette:
    return Starlette(
        routes=routes,
        exception_handlers={BodyTooLargeError: _too_large, HTTPException: _not_yet},
    )


def _commands(desk: EnrolDesk) -> list[Route]:
    async def tell(_: Request) -> Response:
        return JSONResponse(desk.told())

    async def take(request: Request) -> Response:
        try:
            wanted = json.loads(await request.body())
            code, central = wanted["code"], wanted.get("central")
        except (ValueError, KeyError, TypeError, RecursionError):
            return problem(HTTPStatus.BAD_REQUEST, 'send JSON: {"code": "ABCD-EFGH"}')
        if not isinstance(code, str) or not isinstance(central, str | None):
            return problem(HTTPStatus.BAD_REQUEST, "code and central are texts")
        try:
            return JSONResponse(await _call(lambda: desk.enrol(code, central=central)))
        except SyncError as error:
            return problem(HTTPStatus.CONFLICT, str(error))

    return [
        Route(ENROLMENT_PATH, tell, methods=["GET"]),
        Route(ENROLMENT_PATH, take, methods=["POST"]),
    ]


async def _call(work: Callable[[], object]) -> object:
    return await anyio.to_thread.run_sync(work)


class _Page:
    """The page as a person sees it; it works without scripts."""

    def __init__(self, desk: EnrolDesk, language: str) -> None:
        self._desk = desk
        self._language = language

    async def show(self, _: Request) -> Response:
        """Ask for the code."""
        return self._page()

    async def take(self, request: Request) -> Response:
        """Try a code that was typed."""
        body = (await request.body()).decode("utf-8", "replace")
        told = parse_qs(body, max_num_fields=8)
        code, central = told.get("code", [""])[0], told.get("central", [""])[0]
        try:
            await _call(lambda: self._desk.enrol(code, central=central))
        except SyncError as error:
            return self._page(fault=str(error), code=code, central=central)
        return self._page()

    def _page(self, *, fault: str = "", code: str = "", central: str = "") -> Response:
        return html_page(
            "enrol.html",
            status=HTTPStatus.CONFLICT if fault else HTTPStatus.OK,
            language=self._language,
            words=words(self._language),
            told=self._desk.told(),
            fault=fault,
            code=code,
            central=central,
        )


class _Door:
    """Lets in who names this machine, and commands of our own page alone."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        answer: ASGIApp = self._app
        if host_name(request.headers.get("host", "")) not in self._hosts:
            answer = problem(HTTPStatus.BAD_REQUEST, "this host name is not served here")
        elif request.method not in ("GET", "HEAD") and not is_same_origin(request.headers):
            answer = problem(HTTPStatus.FORBIDDEN, "commands come from the terminal's own pages")
        await answer(scope, receive, send)


def _too_large(_: Request, _error: Exception) -> Response:
    return too_large()


def _not_yet(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for this class alone"
    return problem(
        HTTPStatus(error.status_code),
        "this terminal is not enrolled yet; type the code on its screen, or: refectory enrol",
    )
