"""The pages that browsers load.

`/?token=…` opens a session and leads to the page proper by a refresh, not by a redirect: after a
click on a link elsewhere, a browser would follow a redirect without the strict cookie it just got.
"""

import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from terminal.web.bundle import bundle
from terminal.web.catalogue import LANGUAGES, words
from terminal.web.plain_pages import entered_page, locked_page, screen_page
from terminal.web.screen import Screen
from terminal.web.sessions import Sessions
from terminal.web.sounds import SOUNDS, wav
from terminal.web.static_files import PAGE_SCRIPTS, static_path

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER: Final = Path(__file__).parent
_ENROLLED_S: Final = 400 * 24 * 3600  # the most that a browser keeps (RFC 6265bis)


class Pages:
    """The pages of one terminal."""

    def __init__(self, *, sessions: Sessions, screen: Screen, profile: Callable[[], str]) -> None:
        """Take what pages are made from. profile: what the terminal is now."""
        self._sessions = sessions
        self._profile = profile
        self._screen = screen

    def routes(self) -> list[Route]:
        """Return the pages as routes."""
        return [
            Route("/", self._first, methods=["GET"]),
            Route("/pupil", self._pupil, methods=["GET"]),
            Route("/sounds/{name}.wav", self._sound, methods=["GET"]),
        ]

    async def _first(self, request: Request) -> Response:
        token = request.query_params.get("token")
        if token is not None and request.method == "GET":
            return self._enter(token)
        cookie = self._sessions.cookie_in(request.headers.get("cookie", ""))
        if cookie is None or not self._sessions.is_open(cookie):
            return self._locked()
        profile = self._profile()
        told = self._told() | {"csrf": self._sessions.csrf(cookie), "profile": profile}
        name = profile if profile in PAGE_SCRIPTS else "till"
        told["words"] = _said_words(name, self._screen.language)
        return self._scripted(name, told)

    async def _pupil(self, _: Request) -> Response:
        # Each pupil is greeted in their own language, so all of them are at hand.
        tongues = {code: _words_for_pupils(code) for code in LANGUAGES}
        return self._scripted("pupil", self._told() | {"tongues": tongues})

    def _scripted(self, name: str, told: dict[str, object]) -> Response:
        language = self._screen.language
        notice = words(language)["gone.text"]
        return HTMLResponse(screen_page(name, told, language=language, notice=notice))

    def _told(self) -> dict[str, object]:
        language = self._screen.language
        names = [{"code": code, "name": words(code)["language.name"]} for code in LANGUAGES]
        return {
            "language": language,
            "languages": names,
            "screen_mm": self._screen.screen_mm,
            "time_zone": self._screen.time_zone,
        }

    def _enter(self, token: str) -> Response:
        cookie = self._sessions.open(token)
        if cookie is None:
            return self._locked()
        page = HTMLResponse(entered_page(language=self._screen.language, target="/"))
        page.set_cookie(
            self._sessions.cookie,
            cookie,
            max_age=_ENROLLED_S if self._sessions.outlives_browser else None,
            path="/",
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return page

    def _locked(self) -> Response:
        language = self._screen.language
        order = [language, *(code for code in LANGUAGES if code != language)]
        notices = {
            code: (words(code)["gone.locked_title"], words(code)["gone.locked_text"])
            for code in order
        }
        return HTMLResponse(locked_page(notices), status_code=HTTPStatus.UNAUTHORIZED)

    async def _sound(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in SOUNDS:
            return Response(status_code=404)
        return Response(wav(name), media_type="audio/wav")


@cache
def _said_words(page: str, language: str) -> dict[str, str]:
    """Return the words of the areas that a page's script names: others are half of all."""
    script = bundle(page, vendor="")
    areas = {key.partition(".")[0] for key in words(language)}
    said = {area for area in areas if re.search(rf'["`]{area}[".]', script)}
    return {key: text for key, text in words(language).items() if key.partition(".")[0] in said}


def _words_for_pupils(language: str) -> dict[str, str]:
    return {key: text for key, text in words(language).items() if key.startswith("pupil.")}


def html_page(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page with lists and cases; whatever stands in the values stays text."""
    text = _templates().get_template(template).render(values)
    return HTMLResponse(text, status_code=status)


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415  see `plain_pages`

    templates = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, auto_reload=False
    )
    templates.globals["static"] = static_path
    return templates
