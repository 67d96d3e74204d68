"""What the bursar's page asks beside commands."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.ids import CommandId, PupilId
from terminal.commands import Id, Why
from terminal.ports import NoDocumentError, OfficePort, TerminalPort
from terminal.web.answers import Answers
from terminal.web.problems import problem

T = TypeVar("T")
_Case = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that are not known are refused. command: made by the page, once for each wish."""

    command: Id


class AccessBody(_Shape, frozen=True):
    """For whose parents. account: empty for a new one; left out: not chosen yet."""

    pupil: Id
    account: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class CasesBody(_Shape, frozen=True):
    """Which exceptions wait."""


class ResolutionBody(_Shape, frozen=True):
    """How an exception is settled. pupil: who pays, where it is not the fact's own."""

    case: _Case
    how: Id
    note: Why
    pupil: Id | None = None


class AccountBody(_Shape, frozen=True):
    """Whose account of which days, the last one among them."""

    pupil: Id
    since: date
    until: date
    prints: bool = False


class OfficeApi:
    """The bursar's office of one terminal."""

    def __init__(self, terminal: TerminalPort, answers: Answers) -> None:
        self._terminal = terminal
        self._answers = answers

    def routes(self) -> list[Route]:
        """Return the questions as routes."""
        return [
            Route("/v1/office/pupils/{pupil}", self._card, methods=["GET"]),
            Route("/v1/office/access", self._access, methods=["POST"]),
            Route("/v1/office/cases", self._cases, methods=["POST"]),
            Route("/v1/office/resolutions", self._settle, methods=["POST"]),
            Route("/v1/office/accounts", self._account, methods=["POST"]),
        ]

    @property
    def _office(self) -> OfficePort:
        return self._terminal.office

    async def _card(self, request: Request) -> Response:
        pupil = PupilId(request.path_params["pupil"])

        def known() -> object:
            card = self._office.card(pupil)
            if card is None:
                raise NoDocumentError("the terminal knows no such pupil")
            return card

        return await self._answers.answer(known)

    async def _access(self, request: Request) -> Response:
        def grant(asked: AccessBody) -> object:
            command = CommandId(asked.command)
            return self._office.grant_access(PupilId(asked.pupil), asked.account, command)

        return await self._answer(request, AccessBody, grant)

    async def _cases(self, request: Request) -> Response:
        def tell(asked: CasesBody) -> object:
            return self._office.cases(CommandId(asked.command))

        return await self._answer(request, CasesBody, tell)

    async def _settle(self, request: Request) -> Response:
        def settle(asked: ResolutionBody) -> object:
            pupil = None if asked.pupil is None else PupilId(asked.pupil)
            command = CommandId(asked.command)
            return self._office.settle(asked.case, asked.how, asked.note, pupil, command)

        return await self._answer(request, ResolutionBody, settle)

    async def _account(self, request: Request) -> Response:
        def tell(asked: AccountBody) -> object:
            return self._office.account(
                PupilId(asked.pupil),
                asked.since,
                asked.until,
                CommandId(asked.command),
                prints=asked.prints,
            )

        return await self._answer(request, AccountBody, tell)

    async def _answer(
        self, request: Request, kind: type[T], work: Callable[[T], object]
    ) -> Response:
        try:
            asked = msgspec.json.decode(await request.body(), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return problem(HTTPStatus.BAD_REQUEST, f"this cannot be read: {error}")
        return await self._answers.answer(lambda: work(asked))
