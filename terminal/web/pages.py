"""The pages that browsers load, and the files beside them.

`/?token=…` opens a session and leads to the page proper by a refresh, not by a redirect: after a
click on a link elsewhere, a browser would follow a redirect without the strict cookie it just got.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from terminal.web.catalogue import LANGUAGES, words
from terminal.web.screen import Screen
from terminal.web.sessions import Sessions
from terminal.web.sounds import SOUNDS, wav

_FOLDER: Final = Path(__file__).parent
_ENROLLED_S: Final = 400 * 24 * 3600  # the most that a browser keeps (RFC 6265bis)
# Told to the browser at once, so that it fetches all of them together.
_SHARED_MODULES: Final = ("link", "words", "icons", "screen")
_ROOM_MODULES: Final = (
    *("asked", "board", "desk", "follow", "gone", "language", "pad", "panel", "room", "search"),
    *("sign_in", "sound", "status", "verdict"),
)
_OWN_MODULES: Final = {
    "till": (
        *(
            "asked",
            "basket",
            "board",
            "change",
            "demo",
            "desk",
            "follow",
            "foot",
            "gone",
            "keys",
            "language",
            "pad",
            "panels",
        ),
        *("sale", "selling", "sign_in", "sound", "status", "tiles", "verdict"),
    ),
    "kiosk": (
        *("board", "demo", "follow", "gone", "language", "sound"),
        *("kiosk_ask", "kiosk_comfort", "kiosk_days", "kiosk_idle", "kiosk_modal"),
        *("kiosk_session", "kiosk_tools", "kiosk_welcome"),
    ),
    "closed": ("board", "follow", "gone", "language", "sound", "status"),
    "study": _ROOM_MODULES,
    "gate": _ROOM_MODULES,
    "pupil": (),
}
_SERVER_SIDE_WORDS: Final = ("technician.", "enrol.")
_OTHERS_WORDS: Final = {
    "kiosk.": ("kiosk",),
    **dict.fromkeys(("study.", "gate.", "late.", "room."), ("study", "gate")),
}
"""The words that only some pages say."""


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
        return self._scripted(profile if profile in _OWN_MODULES else "till", told)

    async def _pupil(self, _: Request) -> Response:
        return self._scripted("pupil", self._told())

    def _scripted(self, name: str, told: dict[str, object]) -> Response:
        own_words = words(self._screen.language)
        told["words"] = {key: text for key, text in own_words.items() if _is_said(key, name)}
        modules = _SHARED_MODULES + _OWN_MODULES[name]
        return html_page("screen.html", name=name, told=told, words=own_words, modules=modules)

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
        page = html_page("entered.html", language=self._screen.language, target="/")
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
        catalogue = {code: words(code) for code in order}
        return html_page("locked.html", status=401, language=language, catalogue=catalogue)

    async def _sound(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in SOUNDS:
            return Response(status_code=404)
        return Response(wav(name), media_type="audio/wav")


def _is_said(key: str, page: str) -> bool:
    """Say whether a page may say a word: what only others say would be a tenth of what it loads."""
    area = key.partition(".")[0] + "."
    return area not in _SERVER_SIDE_WORDS and page in _OTHERS_WORDS.get(area, (page,))


def html_page(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page from a template; whatever stands in the values stays text."""
    text = _templates().get_template(template).render(values)
    return HTMLResponse(text, status_code=status)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, auto_reload=False
    )


class _Files(StaticFiles):
    """Files that a browser asks about each time, so that a new release shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def static_files() -> StaticFiles:
    """Return the files that pages load: style, scripts, words, font."""
    return _Files(directory=_FOLDER / "static")
