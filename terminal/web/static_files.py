"""The files that pages load: packed once, kept in memory, and named by what is in them.

A page names each file with a word made from its bytes (`/static/screens.css?v=1f0c2a9b`), so that a
browser keeps it and never asks again; a new release has other words. A file of others in `vendor/`
changes its own name instead, since scripts and styles name it without a word.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.web.bundle import MODULES, bundle

PAGE_SCRIPTS: Final = ("till", "kiosk", "closed", "office", "study", "gate", "pupil")
FONT: Final = "vendor/atkinson-hyperlegible-next-5.3.0-latin.woff2"
LIBRARY: Final = "vendor/htm-preact-3.1.1.js"

_FOLDER: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY: Final = ".woff2"
_COMMENT: Final = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_INDENTATION: Final = re.compile(r"^\s+", re.MULTILINE)
_FOR_EVER: Final = "max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it goes over the wire. digest: the first 8 hex digits of its SHA-256."""

    body: bytes
    digest: str
    media_type: str
    is_packed: bool


def static_path(name: str) -> str:
    """Return the path of a file, or of a page's script (`till.js`), as a page names it."""
    return f"/static/{name}?v={_file(name).digest}"


def static_route() -> Route:
    """Return the route under which all of them are served."""
    return Route("/static/{name:path}", _answer, methods=["GET"])


async def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _names():
        return Response(status_code=HTTPStatus.NOT_FOUND)
    file = _file(name)
    is_named_by_content = request.query_params.get("v") == file.digest
    headers = {
        "cache-control": _FOR_EVER if is_named_by_content or "vendor/" in name else "no-cache",
        "etag": f'"{file.digest}"',
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = file.body
    if file.is_packed:
        headers["vary"] = "accept-encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
    return Response(body, media_type=file.media_type, headers=headers)


@cache
def _names() -> frozenset[str]:
    """Return what is served: the files but for the modules, and the scripts made from these."""
    files = {path for path in _FOLDER.rglob("*") if path.suffix in _MEDIA_TYPES}
    names = {str(path.relative_to(_FOLDER)) for path in files if path.parent != MODULES}
    return frozenset(names | {f"{page}.js" for page in PAGE_SCRIPTS})


def lean_style(text: str) -> str:
    """Return a stylesheet without its comments and indentation: the same rules.

    No text in ours holds the mark of a comment, or goes over a line.
    """
    return _INDENTATION.sub("", _COMMENT.sub("", text))


@cache
def _file(name: str) -> _File:
    page = name.removesuffix(".js")
    if page in PAGE_SCRIPTS:
        raw = bundle(page, vendor=f"/static/{LIBRARY}").encode()
    elif name.endswith(".css"):
        raw = lean_style((_FOLDER / name).read_text(encoding="utf-8")).encode()
    else:
        raw = (_FOLDER / name).read_bytes()
    suffix = Path(name).suffix
    is_packed = suffix != _PACKED_ALREADY
    # mtime: the same file makes the same bytes on every day.
    body = gzip.compress(raw, compresslevel=9, mtime=0) if is_packed else raw
    return _File(body, hashlib.sha256(raw).hexdigest()[:8], _MEDIA_TYPES[suffix], is_packed)
