"""The technician's page, as plain HTML that needs no script.

The doctor's findings with their cures, readers and printer to try, the newest log lines, and what
`refectory status` says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from terminal.board import Content
from terminal.ports import NoPaperError, TerminalBusyError, TerminalPort
from terminal.readiness import readiness
from terminal.readiness_words import readiness_rows, readiness_title
from terminal.upkeep import Upkeep
from terminal.web.answers import Answers
from terminal.web.catalogue import words
from terminal.web.pages import html_page
from terminal.web.problems import problem
from terminal.web.screen import Screen
from terminal.web.sessions import Sessions

_NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the status. name: its keys, with blanks; a name alone heads what is below it."""

    name: str
    value: str | None
    depth: int


class Technician:
    """The page of one terminal, and its commands."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        screen: Screen,
        terminal: TerminalPort,
        answers: Answers,
        upkeep: Upkeep | None,
    ) -> None:
        self._sessions = sessions
        self._screen = screen
        self._terminal = terminal
        self._answers = answers
        self._upkeep = upkeep

    def routes(self) -> list[Route]:
        """Return the page and its commands as routes."""
        return [
            Route("/technician", self._page, methods=["GET"]),
            Route("/technician/sync", self._sync, methods=["POST"]),
            Route("/technician/print", self._print, methods=["POST"]),
            Route("/technician/support-bundle", self._bundle, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        cookie = self._sessions.cookie_in(request.headers.get("cookie", ""))
        assert cookie is not None, "the guard lets nobody in without a session"
        status = await self._status()
        upkeep, language = self._upkeep, self._screen.language
        findings = [] if upkeep is None else await self._answers.run(upkeep.findings)
        found = readiness(status) if status else None
        return html_page(
            "technician.html",
            csrf=self._sessions.csrf(cookie),
            language=language,
            findings=findings,
            ready_title=None if found is None else readiness_title(found, language),
            ready_rows=[]
            if found is None
            else readiness_rows(found, language, zone=self._screen.time_zone),
            readers=status.get("readers", []),
            rows=status_rows(status) if status else [],
            log_lines=[] if upkeep is None else upkeep.log_lines(),
            has_bundle=upkeep is not None,
            said=request.query_params.get("said"),
            words=words(language),
        )

    async def _status(self) -> Content:
        try:
            return await self._answers.run(self._terminal.status)
        except TerminalBusyError:
            return {}

    async def _sync(self, _: Request) -> Response:
        await self._answers.run(self._terminal.sync_now)
        return RedirectResponse("/technician", status_code=HTTPStatus.SEE_OTHER)

    async def _print(self, _: Request) -> Response:
        """Print the last receipt once more: paper, cutter and cable are tried by a real one."""
        try:
            await self._answers.run(lambda: self._terminal.reprint("last"))
        except (NoPaperError, TerminalBusyError):
            return RedirectResponse("/technician?said=none", status_code=HTTPStatus.SEE_OTHER)
        return RedirectResponse("/technician?said=printed", status_code=HTTPStatus.SEE_OTHER)

    async def _bundle(self, _: Request) -> Response:
        """Answer with the support bundle, as a file to keep."""
        if self._upkeep is None:
            return problem(HTTPStatus.NOT_FOUND, "this terminal keeps no files")
        name, packed = await self._answers.run(self._upkeep.bundle)
        kept = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(packed, media_type="application/gzip", headers=kept)


def status_rows(status: object, *, name: str = "", depth: int = -1) -> list[Row]:
    """Return a status as lines, in its own order; what is empty is shown as a dash."""
    match status:
        case Mapping():
            head = [Row(name, None, depth)] if depth >= 0 else []
            parts = [(str(key), value) for key, value in status.items()]
        case Sequence() if not isinstance(status, str):
            head = [] if status else [Row(name, _NOTHING, depth)]
            parts = [(f"{name} {number}", value) for number, value in enumerate(status, start=1)]
            depth -= 1
        case _:
            return [Row(_plain(name), _text(status), max(depth, 0))]
    rows = [
        row
        for part, value in parts
        for row in status_rows(value, name=_plain(part), depth=depth + 1)
    ]
    return head + rows


def _plain(key: str) -> str:
    return key.replace("_", " ")


def _text(value: object) -> str:
    match value:
        case None | "":
            return _NOTHING
        case True:
            return "yes"
        case False:
            return "no"
        case _:
            return str(value)
