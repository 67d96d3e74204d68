"""What the kiosk's page asks: a session's own things, orders, slips, speech."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.ids import CommandId, ProductId
from core.kiosk import Wanted
from core.order_facts import OrderAct, SlipKind
from core.people import Language
from terminal.commands import Id
from terminal.ports import KioskPort, NoSessionError, TerminalPort
from terminal.speech import TEXT_MAX
from terminal.web.answers import Answers
from terminal.web.problems import problem

T = TypeVar("T")
_GONE: Final = HTTPStatus.GONE


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that are not known are refused."""


class OrderBody(_Shape, frozen=True):
    """What a pupil touched. command: made by the page, once for each touch."""

    command: Id
    act: OrderAct
    day: date
    product: Id | None = None
    accepts: bool = False


class SlipBody(_Shape, frozen=True):
    """Which slip is wanted."""

    command: Id
    slip: SlipKind


class SpeechBody(_Shape, frozen=True):
    """What to say; nothing: be silent."""

    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
    language: Language


class KioskApi:
    """The kiosk of one terminal."""

    def __init__(self, terminal: TerminalPort, answers: Answers) -> None:
        self._terminal = terminal
        self._answers = answers

    def routes(self) -> list[Route]:
        """Return the questions as routes."""
        return [
            Route("/v1/kiosk/speech", self._say, methods=["POST"]),
            Route("/v1/kiosk/sessions/{session}", self._look, methods=["GET"]),
            Route("/v1/kiosk/sessions/{session}/orders", self._order, methods=["POST"]),
            Route("/v1/kiosk/sessions/{session}/slips", self._slip, methods=["POST"]),
            Route("/v1/kiosk/sessions/{session}/stay", self._stay, methods=["POST"]),
            Route("/v1/kiosk/sessions/{session}/end", self._end, methods=["POST"]),
        ]

    @property
    def _kiosk(self) -> KioskPort:
        return self._terminal.kiosk

    async def _look(self, request: Request) -> Response:
        session = request.path_params["session"]
        return await self._answer(lambda: self._kiosk.look(session))

    async def _order(self, request: Request) -> Response:
        session, body = request.path_params["session"], await request.body()
        asked = _parsed(body, OrderBody)
        if isinstance(asked, Response):
            return asked
        wanted = Wanted(
            command=CommandId(asked.command),
            act=asked.act,
            day=asked.day,
            product=None if asked.product is None else ProductId(asked.product),
            accepts=asked.accepts,
        )
        return await self._answer(lambda: self._kiosk.order(session, wanted))

    async def _slip(self, request: Request) -> Response:
        session, body = request.path_params["session"], await request.body()
        asked = _parsed(body, SlipBody)
        if isinstance(asked, Response):
            return asked
        command = CommandId(asked.command)
        return await self._answer(lambda: self._kiosk.print_slip(session, asked.slip, command))

    async def _stay(self, request: Request) -> Response:
        session = request.path_params["session"]
        return await self._answer(lambda: self._kiosk.stay(session))

    async def _end(self, request: Request) -> Response:
        session = request.path_params["session"]
        return await self._answer(lambda: self._kiosk.end(session))

    async def _say(self, request: Request) -> Response:
        asked = _parsed(await request.body(), SpeechBody)
        if isinstance(asked, Response):
            return asked

        def say() -> object:
            self._kiosk.say(asked.text, asked.language.value)
            return {"can_speak": self._kiosk.can_speak}

        return await self._answer(say)

    async def _answer(self, call: Callable[[], object]) -> Response:
        """Answer with what a call returns; a session that is over is gone for good."""

        def tell() -> object:
            try:
                return call()
            except NoSessionError as error:
                return error

        told = await self._answers.run(tell)
        if isinstance(told, NoSessionError):
            return problem(_GONE, str(told))
        return await self._answers.answer(lambda: told)


def _parsed(body: bytes, kind: type[T]) -> T | Response:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return problem(HTTPStatus.BAD_REQUEST, f"this cannot be read: {error}")
