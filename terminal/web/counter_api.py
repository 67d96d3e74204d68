"""What staff do at the counter: `/v1/commands`, and what the till's dialogs read."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.ids import PupilId
from terminal.commands import BadCommandError, parse_command
from terminal.ports import NoDocumentError, TerminalPort
from terminal.web.answers import Answers
from terminal.web.bodies import is_wanted
from terminal.web.problems import problem

SEARCH_MAX: Final = 60
DOCUMENTS_MAX: Final = 200
_DOCUMENTS_UNASKED = "40"


class CounterApi:
    """The counter of one terminal."""

    def __init__(self, terminal: TerminalPort, answers: Answers) -> None:
        self._terminal = terminal
        self._answers = answers

    def routes(self) -> list[Route]:
        """Return the commands and questions as routes."""
        return [
            Route("/v1/commands", self._command, methods=["POST"]),
            Route("/v1/till", self._till, methods=["GET"]),
            Route("/v1/pupils", self._pupils, methods=["GET"]),
            Route("/v1/pupils/{pupil}", self._pupil, methods=["GET"]),
            Route("/v1/study", self._study, methods=["GET"]),
            Route("/v1/gate", self._gate, methods=["GET"]),
            Route("/v1/documents", self._documents, methods=["GET"]),
            Route("/v1/documents/{wanted}", self._document, methods=["GET"]),
            Route("/v1/documents/{wanted}/paper.png", self._picture, methods=["GET"]),
            Route("/v1/report", self._report, methods=["GET"]),
        ]

    async def _command(self, request: Request) -> Response:
        """Carry out a command. Its id is its idempotency key: the till keeps it for good.

        Here it only joins requests that come twice at once; one that the till did not answer can be
        sent again.
        """
        body = await request.body()
        try:
            command = parse_command(body)
        except BadCommandError as error:
            return problem(HTTPStatus.BAD_REQUEST, str(error))
        key = f"command {command.id}"
        answer = await self._answers.once(key, body, lambda: self._terminal.do(command))
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self._answers.forget(key)
        return answer

    async def _till(self, _: Request) -> Response:
        return await self._answers.answer(self._terminal.till)

    async def _pupils(self, request: Request) -> Response:
        text = request.query_params.get("q", "").strip()
        if not text or len(text) > SEARCH_MAX:
            return problem(HTTPStatus.BAD_REQUEST, f"q is a name or a class, at most {SEARCH_MAX}")
        return await self._answers.answer(lambda: self._terminal.pupils(text))

    async def _pupil(self, request: Request) -> Response:
        pupil = PupilId(request.path_params["pupil"])
        return await self._answers.answer(lambda: self._known_pupil(pupil))

    def _known_pupil(self, pupil_id: PupilId) -> object:
        pupil = self._terminal.pupil(pupil_id)
        if pupil is None:
            raise NoDocumentError("the terminal knows no such pupil")
        return pupil

    async def _study(self, _: Request) -> Response:
        return await self._answers.answer(self._terminal.study)

    async def _gate(self, _: Request) -> Response:
        return await self._answers.answer(self._terminal.gate)

    async def _documents(self, request: Request) -> Response:
        text = request.query_params.get("limit", _DOCUMENTS_UNASKED)
        limit = int(text) if text.isascii() and text.isdecimal() and len(text) < len("1000") else 0
        if not 0 < limit <= DOCUMENTS_MAX:
            return problem(HTTPStatus.BAD_REQUEST, f"limit is a number from 1 to {DOCUMENTS_MAX}")
        return await self._answers.answer(lambda: self._terminal.documents(limit))

    async def _document(self, request: Request) -> Response:
        wanted = request.path_params["wanted"]
        if not is_wanted(wanted):
            return problem(HTTPStatus.NOT_FOUND, "no act has such a name")
        return await self._answers.answer(lambda: self._terminal.document(wanted))

    async def _picture(self, request: Request) -> Response:
        wanted = request.path_params["wanted"]
        if not is_wanted(wanted):
            return problem(HTTPStatus.NOT_FOUND, "no act has such a name")
        return await self._answers.answer(lambda: self._terminal.paper_picture(wanted))

    async def _report(self, _: Request) -> Response:
        return await self._answers.answer(self._terminal.report)
