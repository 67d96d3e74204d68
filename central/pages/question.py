"""A request as plain values, read to its end: what a page's thread needs to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request, cookie_parser

from central.pages.cookies import Cookies
from central.pages.guard import headers_of

_FIELDS_MAX = 40
_PLAIN = "application/x-www-form-urlencoded"
_TOKEN_LETTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class Question:
    """One request. token, guest: what its cookies hold, good or not; empty without."""

    path: str
    is_get: bool
    host: str
    port: int
    token: str
    guest: str
    accept_language: str
    is_from_elsewhere: bool
    ids: Mapping[str, str]
    asked: Mapping[str, str]
    form: Mapping[str, str]
    upload: bytes
    upload_name: str


async def read_question(request: Request, cookies: Cookies) -> Question:
    """Read a request. Raises BodyTooLargeError, and HTTPException for a form that is none."""
    form: dict[str, str] = {}
    upload, upload_name = b"", ""
    headers = headers_of(request.scope)
    if request.method == "POST":
        if headers.get("content-type", "").partition(";")[0].strip().lower() == _PLAIN:
            form = _fields(await request.body())
        else:
            try:
                async with request.form(max_files=1, max_fields=_FIELDS_MAX) as fields:
                    for name, value in fields.items():
                        if isinstance(value, UploadFile):
                            upload, upload_name = await value.read(), value.filename or ""
                        else:
                            form[name] = value
            except MultiPartException as error:
                raise HTTPException(400, error.message) from error
    server = request.scope.get("server") or ("", 0)
    port = int(server[1] or 0)
    sent = cookie_parser(headers.get("cookie", ""))
    return Question(
        path=request.scope["path"],
        is_get=request.method == "GET",
        host=headers.get("host", ""),
        port=port,
        token=_token(sent, cookies.session(port)),
        guest=_token(sent, cookies.guest(port)),
        accept_language=headers.get("accept-language", ""),
        is_from_elsewhere=headers.get("sec-fetch-site") == "cross-site",
        ids={name: str(value) for name, value in request.path_params.items()},
        asked=dict(request.query_params) if request.scope["query_string"] else {},
        form=form,
        upload=upload,
        upload_name=upload_name,
    )


def _fields(body: bytes) -> dict[str, str]:
    """Return the fields of a plain form; of a name that comes twice, the last one."""
    try:
        # By hand what a parser for bodies in pieces takes ten times as long for.
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="replace", max_num_fields=_FIELDS_MAX
        )
    except ValueError as error:
        raise HTTPException(400, "this form cannot be read") from error
    return dict(pairs)


def _token(sent: Mapping[str, str], name: str) -> str:
    value = sent.get(name, "")
    return value if len(value) <= _TOKEN_LETTERS_MAX else ""
