"""The two applications: pages behind the guard, and commands for who owns the socket file."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from terminal.ports import TerminalPort
from terminal.upkeep import Upkeep
from terminal.web.answers import Answers
from terminal.web.api import Api
from terminal.web.counter_api import CounterApi
from terminal.web.guard import BodyTooLargeError, Guard, Limits, too_large
from terminal.web.kiosk_api import KioskApi
from terminal.web.metrics_route import metrics_route
from terminal.web.office_api import OfficeApi
from terminal.web.pages import Pages
from terminal.web.photo_route import photo_route
from terminal.web.problems import problem
from terminal.web.screen import Screen
from terminal.web.sessions import Sessions
from terminal.web.sockets import LOOPBACK_NAMES
from terminal.web.static_files import static_route
from terminal.web.stream import PUPIL_VIEW, STAFF_VIEW, BoardView, Stream
from terminal.web.technician import Technician

_FIRST_ASKED = frozenset({"/v1/till", "/v1/badges"})
"""What a page asks for before it is ready: lists of some kilobytes."""


def page_app(
    *,
    stream: Stream,
    terminal: TerminalPort,
    sessions: Sessions,
    screen: Screen,
    host: str,
    upkeep: Upkeep | None,
    scheme: str,
) -> ASGIApp:
    """Return the application behind the TCP socket."""
    answers = Answers()
    pages = Pages(sessions=sessions, screen=screen, profile=stream.profile)
    app = _app(
        [
            *[_packed(route) for route in pages.routes()],
            _events("/events", stream, STAFF_VIEW),
            _events("/pupil/events", stream, PUPIL_VIEW),
            *Technician(
                sessions=sessions,
                screen=screen,
                terminal=terminal,
                answers=answers,
                upkeep=upkeep,
            ).routes(),
            *map(_on_the_line, _commands(terminal, answers)),
            photo_route(terminal),
            *KioskApi(terminal, answers).routes(),
            *OfficeApi(terminal, answers).routes(),
            static_route(),
        ]
    )
    guard = Guard(app, sessions=sessions, hosts=LOOPBACK_NAMES | {host}, scheme=scheme)
    return Limits(guard, is_closing=lambda: stream.is_closing)


def command_app(*, stream: Stream, terminal: TerminalPort, launch: Callable[[], str]) -> ASGIApp:
    """Return the application behind the Unix socket, whose file only its owner may use."""

    async def session(_: Request) -> Response:
        return JSONResponse({"url": launch()})

    app = _app(
        [
            *_commands(terminal, Answers()),
            _events("/events", stream, STAFF_VIEW),
            Route("/v1/sessions", session, methods=["POST"]),
        ]
    )
    return Limits(app, is_closing=lambda: stream.is_closing)


def _events(path: str, stream: Stream, view: BoardView) -> Route:
    async def answer(request: Request) -> Response:
        last_id = request.headers.get("last-event-id")
        return StreamingResponse(stream.events(last_id, view), media_type="text/event-stream")

    return Route(path, answer, methods=["GET"])


def _on_the_line(route: Route) -> Route:
    """Return a route as pages ask it: what they load at their start is packed."""
    return _packed(route) if route.path in _FIRST_ASKED else route


def _packed(route: Route) -> Route:
    """Return a route whose answers are packed; none of them repeats what a request says."""
    return Route(
        route.path, route.endpoint, methods=["GET"], middleware=[Middleware(GZipMiddleware)]
    )


def _commands(terminal: TerminalPort, answers: Answers) -> list[Route]:
    return [
        *Api(terminal, answers).routes(),
        *CounterApi(terminal, answers).routes(),
        metrics_route(terminal, answers),
    ]


def _app(routes: Sequence[BaseRoute]) -> ASGIApp:
    return Starlette(
        routes=routes,
        exception_handlers={BodyTooLargeError: _too_large, HTTPException: _http_problem},
    )


def _too_large(_: Request, _error: Exception) -> Response:
    return too_large()


def _http_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for this class alone"
    return problem(HTTPStatus(error.status_code), error.detail)
