"""The commands `/v1/...`: what the command line and the pages may ask of a running terminal."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.ports import TerminalPort
from terminal.web.answers import KEY_HEADER, Answers
from terminal.web.bodies import BadRequestError, parse_came_out, parse_reprint, parse_tap
from terminal.web.problems import problem

TAP_TIMEOUT_S: Final = 5.0


class Api:
    """Taps, papers and the state of one terminal."""

    def __init__(self, terminal: TerminalPort, answers: Answers) -> None:
        self._terminal = terminal
        self._answers = answers

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

    async def _status(self, _: Request) -> Response:
        return await self._answers.answer(self._terminal.status)

    async def _badges(self, _: Request) -> Response:
        return await self._answers.answer(self._badge_list)

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
        body = await request.body()
        try:
            credential, stays = parse_tap(body)
        except BadRequestError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))

        def tap() -> object:
            return self._terminal.tap(credential, timeout_s=TAP_TIMEOUT_S, stays=stays)

        return await self._answers.once(request.headers.get(KEY_HEADER), body, tap)

    async def _sync(self, _: Request) -> Response:
        return await self._answers.answer(self._sync_now)

    def _sync_now(self) -> object:
        self._terminal.sync_now()
        return {"is_asked": True}

    async def _reprint(self, request: Request) -> Response:
        body = await request.body()
        try:
            event = parse_reprint(body)
        except BadRequestError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))
        return await self._answers.once(
            request.headers.get(KEY_HEADER), body, lambda: self._terminal.reprint(event)
        )

    async def _paper(self, request: Request) -> Response:
        job, body = request.path_params["job"], await request.body()
        try:
            has_come_out = parse_came_out(body)
        except BadRequestError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))
        return await self._answers.once(
            request.headers.get(KEY_HEADER),
            job.encode() + body,
            lambda: self._terminal.answer_paper(job, has_come_out=has_come_out),
        )
