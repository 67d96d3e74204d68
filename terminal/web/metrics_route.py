"""`/metrics`: the terminal's figures, for a collector on this machine alone."""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from terminal.metrics import CONTENT_TYPE, metrics_text
from terminal.ports import TerminalBusyError, TerminalPort
from terminal.web.answers import Answers
from terminal.web.problems import problem

METRICS_PATH: Final = "/metrics"


def is_metrics_from_here(scope: Scope) -> bool:
    """Say whether a request asks for the figures from this very machine: it needs no session."""
    client = scope.get("client")
    if scope["path"] != METRICS_PATH or client is None:
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False


def metrics_route(terminal: TerminalPort, answers: Answers) -> Route:
    """Return the figures as a route."""

    async def metrics(_: Request) -> Response:
        try:
            status = await answers.run(terminal.status)
        except TerminalBusyError as error:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        content = await answers.run(lambda: metrics_text(status))
        return Response(content, media_type=CONTENT_TYPE)

    return Route(METRICS_PATH, metrics, methods=["GET"])
