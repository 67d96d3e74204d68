"""What every answer of the centre has: the date, a signature or a plain problem, bounded input."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from central.clock import Clock
from central.errors import BusyError, CentralError, Problem
from core.batch import BATCH_BYTES_MAX
from core.wire import PROBLEM_TYPE

_LOG = logging.getLogger("central")

T = TypeVar("T")
Answer = Callable[[Request], Awaitable[Response]]


class Answering:
    """Wraps whatever answers a request, so that every failure gets a plain answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def around(self, handler: Answer) -> Answer:
        """Return a handler that answers problems as problems, and dates each answer."""

        async def answer(request: Request) -> Response:
            try:
                response = await handler(request)
            except Problem as problem:
                response = problem_response(problem)
            except BusyError as error:
                response = problem_response(
                    Problem("busy", status=503, detail=str(error), retry_after_s=1)
                )
            except ClientDisconnect:
                response = Response(status_code=499)
            except CentralError as error:
                _LOG.error("%s: %s", request.url.path, error)
                response = problem_response(
                    Problem("internal", status=500, detail="the centre failed; see its log")
                )
            except Exception:  # noqa: BLE001  whatever fails, the terminal gets a plain answer
                _LOG.exception("%s failed", request.url.path)
                response = problem_response(
                    Problem("internal", status=500, detail="the centre failed; see its log")
                )
            self._date(response)
            return response

        return answer

    async def http_problem(self, _request: Request, error: Exception) -> Response:
        """Answer what no route answers."""
        assert isinstance(error, HTTPException), "only these are routed here"
        kind = {404: "not-found", 405: "method"}.get(error.status_code, "http")
        response = problem_response(
            Problem(kind, status=error.status_code, detail=str(error.detail))
        )
        response.headers.update(error.headers or {})
        self._date(response)
        return response

    def _date(self, response: Response) -> None:
        # Terminals set their clocks by this, so it is our clock's and not the web server's.
        now = self._clock().astimezone(UTC)
        response.headers["Date"] = format_datetime(now, usegmt=True)


def decoded(body: bytes, kind: type[T]) -> T:
    """Return a JSON body as a value of a kind. Raises Problem `malformed`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        words = " ".join(str(error).split())
        detail = f"this request cannot be read: {words}"
        raise Problem("malformed", status=400, detail=detail) from error


async def read_body(request: Request) -> bytes:
    """Return a request's body. Raises Problem `too-large` beyond what a batch may hold."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BATCH_BYTES_MAX:
            raise Problem(
                "too-large",
                status=413,
                detail=f"a request holds {BATCH_BYTES_MAX} bytes at most",
            )
    return bytes(body)


def plain_json(plain: dict[str, Any], *, status: int = 200) -> Response:
    """Return an answer that is not signed."""
    return Response(msgspec.json.encode(plain), status, media_type="application/json")


def problem_response(problem: Problem) -> Response:
    """Return a problem as its answer (RFC 9457)."""
    plain = {
        "type": PROBLEM_TYPE + problem.kind,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    headers = {}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    return Response(
        msgspec.json.encode(plain),
        problem.status,
        media_type="application/problem+json",
        headers=headers,
    )
