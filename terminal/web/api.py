"""The commands `/v1/...`: what the command line and the pages may ask of a running terminal."""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.tap import Credential, Technology
from terminal.ports import (
    NoPaperError,
    NoSimulatedReaderError,
    TerminalBusyError,
    TerminalPort,
)
from terminal.web.problems import problem

TAP_TIMEOUT_S: Final = 5.0
KEY_HEADER: Final = "idempotency-key"
_ANSWERS_MAX = 64
_THREADS_MAX = 4
_VALUE_BYTES_MAX = 256
_EVENT_MAX = 64

_TECHNOLOGIES = {technology.word: technology for technology in Technology}

T = TypeVar("T")


class BadRequestError(Exception):
    """A request does not say what it must say."""


class Api:
    """The commands of one terminal. Its calls may block, so they run in a few worker threads."""

    def __init__(self, terminal: TerminalPort) -> None:
        self._terminal = terminal
        self._answers: dict[str, asyncio.Future[Response]] = {}
        self._threads = anyio.CapacityLimiter(_THREADS_MAX)

    def routes(self) -> list[Route]:
        """Return the commands as routes."""
        return [
            Route("/v1/status", self._status, methods=["GET"]),
            Route("/v1/badges", self._badges, methods=["GET"]),
            Route("/v1/tap", self._tap, methods=["POST"]),
            Route("/v1/sync", self._sync, methods=["POST"]),
            Route("/v1/reprint", self._reprint, methods=["POST"]),
            Route("/v1/papers/{job}", self._paper, methods=["POST"]),
        ]

    async def run(self, call: Callable[[], T]) -> T:
        """Make a call that may block."""
        return await anyio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._threads)

    async def _status(self, _: Request) -> Response:
        return await self._answer(self._terminal.status)

    async def _badges(self, _: Request) -> Response:
        return await self._answer(self._badge_list)

    def _badge_list(self) -> object:
        return [
            {
                "value": badge.credential.hex,
                "technology": badge.credential.technology.word,
                "name": badge.name,
                "expectation": badge.expectation,
            }
            for badge in self._terminal.demo_badges()
        ]

    async def _tap(self, request: Request) -> Response:
        try:
            credential, stays = parse_tap(await request.body())
        except BadRequestError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))

        def tap() -> object:
            return self._terminal.tap(credential, timeout_s=TAP_TIMEOUT_S, stays=stays)

        return await self._answer_once(request.headers.get(KEY_HEADER), tap)

    async def _sync(self, _: Request) -> Response:
        return await self._answer(self._sync_now)

    def _sync_now(self) -> object:
        self._terminal.sync_now()
        return {"is_asked": True}

    async def _reprint(self, request: Request) -> Response:
        try:
            event = parse_reprint(await request.body())
        except BadRequestError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))
        return await self._answer_once(
            request.headers.get(KEY_HEADER), lambda: self._terminal.reprint(event)
        )

    async def _paper(self, request: Request) -> Response:
        job = request.path_params["job"]
        try:
            has_come_out = parse_came_out(await request.body())
        except BadRequestError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))
        return await self._answer_once(
            request.headers.get(KEY_HEADER),
            lambda: self._terminal.answer_paper(job, has_come_out=has_come_out),
        )

    async def _answer_once(self, key: str | None, call: Callable[[], object]) -> Response:
        """Make a call once for a key: who sends the same command again gets the same answer."""
        if key is None:
            return await self._answer(call)
        answer = self._answers.get(key)
        if answer is None:
            answer = asyncio.ensure_future(self._answer(call))
            self._answers[key] = answer
            while len(self._answers) > _ANSWERS_MAX:
                del self._answers[next(iter(self._answers))]
        return await asyncio.shield(answer)

    async def _answer(self, call: Callable[[], object]) -> Response:
        try:
            return JSONResponse(await self.run(call))
        except NoSimulatedReaderError:
            return problem(
                HTTPStatus.CONFLICT,
                "no reader of this terminal is simulated; lay the badge on a real one, or start"
                " the terminal with the reader simulated://",
            )
        except NoPaperError as error:
            return problem(HTTPStatus.NOT_FOUND, str(error))
        except TerminalBusyError:
            return problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the terminal did not answer in time; look at its screen before you try again",
            )


def parse_tap(body: bytes) -> tuple[Credential, bool]:
    """Return the card that a request for a tap names, and whether it stays on the reader.

    body: JSON, `{"value": "04A1…", "technology": "iso14443a", "stays": false}`; all but the value
    may be left out. Raises BadRequestError.
    """
    wanted = _object_in(body, example='{"value": "04A1B2C3D4E5F6"}')
    word = wanted.get("technology", Technology.ISO14443A.word)
    technology = _TECHNOLOGIES.get(word) if isinstance(word, str) else None
    if technology is None:
        raise BadRequestError(f"technology is one of {', '.join(_TECHNOLOGIES)}")
    stays = wanted.get("stays", False)
    if not isinstance(stays, bool):
        raise BadRequestError("stays is true or false")
    return Credential(technology, _value_bytes(wanted.get("value"))), stays


def parse_reprint(body: bytes) -> str:
    """Return the event whose receipt a request wants: `{"event": "1-42"}`, or `last` for none.

    Raises BadRequestError.
    """
    event = _object_in(body, example='{"event": "last"}').get("event", "last")
    if not isinstance(event, str) or not 0 < len(event) <= _EVENT_MAX or not event.isprintable():
        raise BadRequestError('event is the reference on the receipt, such as "1-42", or "last"')
    return event


def parse_came_out(body: bytes) -> bool:
    """Return what a request says of a paper: `{"came_out": true}`. Raises BadRequestError."""
    came_out = _object_in(body, example='{"came_out": true}').get("came_out")
    if not isinstance(came_out, bool):
        raise BadRequestError("came_out is true or false")
    return came_out


def _object_in(body: bytes, *, example: str) -> dict[str, object]:
    try:
        wanted = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"send JSON: {example}") from error
    if not isinstance(wanted, dict):
        raise BadRequestError(f"send a JSON object: {example}")
    return wanted


def _value_bytes(text: object) -> bytes:
    try:
        value = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        value = b""
    if not 0 < len(value) <= _VALUE_BYTES_MAX:
        raise BadRequestError("value is the card's number in hexadecimal, at most 256 bytes")
    return value
