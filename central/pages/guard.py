"""What every request to the pages must pass, and the headers that every answer carries.

Host: a foreign name that resolves to this machine (DNS rebinding) is refused. Forms: the browser
must say that our own page sent them (Sec-Fetch-Site, or Origin where it is missing); that the page
could be read, the form's own word proves later (`central.pages.sessions`). Bodies end where their
page says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_BYTES_MAX: Final = 64 * 1024

_READ_METHODS = frozenset({"GET", "HEAD"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
# One small file of ours says that something is new; it asks us alone, and writes no HTML.
_FAMILY_POLICY: Final = (
    f"{_POLICY}; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
)
_FAMILY: Final = "/family"
_HEADERS: Final = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_CSP: Final = "content-security-policy"
_NO_STORE: Final = {"cache-control": "no-store"}


class BodyTooLargeError(Exception):
    """A request went on beyond its bound."""


class Guard:
    """The door of the pages.

    public_url: where people reach them when a proxy stands before; None: any name of loopback.
    bytes_max: how large the body of a request to a path may be. is_open: whether a form may come
    to a path from anywhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        public_url: str | None,
        bytes_max: Callable[[str], int],
        is_open: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        self._app = app
        self._public = None if public_url is None else urlsplit(public_url)
        self._bytes_max = bytes_max
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _with_headers(scope, send)
        limit = self._bytes_max(scope["path"])
        refusal = self._refusal(scope, limit)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        await self._app(scope, _bounded(receive, limit), answer)

    def _refusal(self, scope: Scope, limit: int) -> ASGIApp | None:
        headers = headers_of(scope)
        if not self._is_served(headers.get("host", "")):
            return PlainTextResponse("this host name is not served here", 400)
        is_form = scope["method"] not in _READ_METHODS
        if is_form and not (self._is_ours(headers) or self._is_open(scope["path"])):
            return PlainTextResponse("forms come from the centre's own pages", 403)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal() and int(length) <= limit):
            return PlainTextResponse(f"a request has at most {limit} bytes here", 413)
        return None

    def _is_served(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in _LOOPBACK or (self._public is not None and name == self._public.hostname)

    def _is_ours(self, headers: Mapping[str, str]) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        own = {f"http://{headers.get('host', '')}"}
        if self._public is not None:
            own.add(f"{self._public.scheme}://{self._public.netloc}")
        return headers.get("origin") in own


def headers_of(scope: Scope) -> Mapping[str, str]:
    """Return a request's headers by their names in lower case; of those that come twice, the first.

    Looked through once, where each question to Starlette's looks through them all.
    """
    sent: Sequence[tuple[bytes, bytes]] = scope["headers"]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(sent)}


def _bounded(receive: Receive, limit: int) -> Receive:
    """Count a body: it may come in pieces and say no length."""
    taken = 0

    async def next_piece() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise BodyTooLargeError
        return message

    return next_piece


def _raw(headers: Mapping[str, str]) -> Mapping[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in headers.items()}


_OF_FILES: Final = _raw({**_HEADERS, _CSP: _POLICY})
_OF_PAGES: Final = _raw({**_HEADERS, _CSP: _POLICY, **_NO_STORE})
_OF_FAMILY: Final = _raw({**_HEADERS, _CSP: _FAMILY_POLICY, **_NO_STORE})


def _headers_of(path: str) -> Mapping[bytes, bytes]:
    if path.startswith("/static/"):
        return _OF_FILES
    return _OF_FAMILY if path == _FAMILY or path.startswith(f"{_FAMILY}/") else _OF_PAGES


def _with_headers(scope: Scope, send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = _headers_of(scope["path"])
            kept = [one for one in message.get("headers", ()) if one[0] not in ours]
            message["headers"] = [*kept, *ours.items()]
        await send(message)

    return answer
