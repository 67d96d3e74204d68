"""The routes of a bursar's terminal: asked while somebody waits, and never retried."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from central.answers import decoded, read_body
from central.centre import Centre
from central.exceptions import Resolution
from central.office_questions import (
    Asker,
    Plain,
    account_of,
    check_bursar,
    grant_access,
    open_cases,
    settle_case,
)
from central.records import read_school
from central.signatures import SignedRequest
from central.terminals import active_terminal
from core.codec import moment_text
from core.ids import PupilId, StaffId, TerminalId
from core.wire import ID_LENGTH_MAX, ID_PATTERN

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LENGTH_MAX, pattern=ID_PATTERN)]
_Name = Annotated[str, msgspec.Meta(max_length=ID_LENGTH_MAX)]
_Note = Annotated[str, msgspec.Meta(max_length=200)]


class _Question(msgspec.Struct, forbid_unknown_fields=False, kw_only=True):
    """What each question says. staff: who is signed in at the terminal."""

    command: _Id
    staff: _Id


class AccessQuestion(_Question, kw_only=True):
    """A fresh access for a parent. account: missing: not chosen; empty: a new one."""

    pupil: _Id
    account: _Name | None = None


class CasesQuestion(_Question, kw_only=True):
    """Which exceptions wait."""


class ResolutionQuestion(_Question, kw_only=True):
    """How one exception is settled. pupil: who pays, where that is not the fact's own."""

    case: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    how: Resolution
    note: _Note
    pupil: _Id | None = None


class AccountQuestion(_Question, kw_only=True):
    """A pupil's account of some days, the last one among them."""

    pupil: _Id
    since: date
    until: date


Q = TypeVar("Q", bound=_Question)
Work = Callable[[Asker, Q, SignedRequest], Plain]


class OfficeRoutes:
    """What a bursar's terminal asks."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def access(self) -> Callable[[Request], Awaitable[Response]]:
        """Return the route that makes a fresh access for a parent; its code is told once."""

        def grant(asker: Asker, asked: AccessQuestion, signed: SignedRequest) -> Plain:
            return grant_access(
                self._centre.store,
                asker,
                pupil=PupilId(asked.pupil),
                account=asked.account,
                address=_address(signed.url),
            )

        return self._route(AccessQuestion, grant)

    def cases(self) -> Callable[[Request], Awaitable[Response]]:
        """Return the route that lists the exceptions that wait."""

        def tell(asker: Asker, _asked: CasesQuestion, _signed: SignedRequest) -> Plain:
            with self._centre.store.database.reading() as session:
                return {"cases": open_cases(session, asker.school.id)}

        return self._route(CasesQuestion, tell)

    def resolutions(self) -> Callable[[Request], Awaitable[Response]]:
        """Return the route that settles an exception; the same again changes nothing."""

        def decide(asker: Asker, asked: ResolutionQuestion, _signed: SignedRequest) -> Plain:
            return settle_case(
                self._centre.store,
                asker,
                case=asked.case,
                how=asked.how,
                note=asked.note,
                pupil=None if asked.pupil is None else PupilId(asked.pupil),
            )

        return self._route(ResolutionQuestion, decide)

    def accounts(self) -> Callable[[Request], Awaitable[Response]]:
        """Return the route that tells a pupil's account, line by line."""

        def tell(asker: Asker, asked: AccountQuestion, _signed: SignedRequest) -> Plain:
            with self._centre.store.database.reading() as session:
                return account_of(
                    session,
                    asker.school,
                    pupil=PupilId(asked.pupil),
                    since=asked.since,
                    until=asked.until,
                )

        return self._route(AccountQuestion, tell)

    def _route(self, kind: type[Q], work: Work[Q]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            body = await read_body(request)
            return await run_in_threadpool(self._answer, request, body, kind, work)

        return answer

    def _answer(self, request: Request, body: bytes, kind: type[Q], work: Work[Q]) -> Response:
        now = self._centre.clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._centre.signed(request)
        self._centre.prove(signed, body=body, terminal=terminal, now=now)
        asked = decoded(body, kind)
        with self._centre.store.database.reading() as session:
            known = active_terminal(session, terminal)
            staff = StaffId(asked.staff)
            name = check_bursar(session, known.school_id, staff)
            asker = Asker(read_school(session, known.school_id), known, staff, name, now)
        told = work(asker, asked, signed)
        plain: Plain = {"command": asked.command, **told, "server_time": moment_text(now)}
        return self._centre.signed_json(signed, plain, now)


def _address(url: str) -> str:
    """Return a centre's own address, from that of a question."""
    return url.partition("/v1/")[0]
