"""Finds a page by the first words of its address, where a list of a hundred would be tried."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

_WORDS: Final = 2


class Index:
    """Serves the routes, each tried in its order; what is none of them goes to `rest`.

    Endpoints answer their failures themselves: nothing stands around them.
    """

    def __init__(self, routes: Sequence[Route], rest: ASGIApp) -> None:
        self._routes: dict[tuple[str, ...], list[Route]] = {}
        self._open = [route for route in routes if _is_open(route.path)]
        self._rest = rest
        for route in routes:
            if not _is_open(route.path):
                self._routes.setdefault(_words(route.path), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        for route in (*self._routes.get(_words(scope["path"]), ()), *self._open):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                response = await route.endpoint(Request(scope, receive, send))
                await response(scope, receive, send)
                return
        await self._rest(scope, receive, send)


def _words(path: str) -> tuple[str, ...]:
    return tuple(path.split("/", _WORDS + 1)[1 : _WORDS + 1])


def _is_open(path: str) -> bool:
    """Say whether an address names something within its first words."""
    return any("{" in word for word in _words(path))
