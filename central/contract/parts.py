"""What the routes of the contract share: kinds of values, headers, and the problems."""

from typing import Any

from core.wire import API, ID_LENGTH_MAX, ID_PATTERN

Json = dict[str, Any]
TERMINAL_PATH = f"{API}/terminals/{{terminal}}"

MOMENT: Json = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
    "description": "UTC with milliseconds.",
    "examples": ["2026-11-24T11:01:00.120Z"],
}
HASH: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
BASE64: Json = {"type": "string", "contentEncoding": "base64"}
ID: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": ID_LENGTH_MAX,
    "pattern": ID_PATTERN,
}
SEQ: Json = {"type": "integer", "minimum": 0, "maximum": 2**53}


def object_of(properties: Json, *, optional: tuple[str, ...] = ()) -> Json:
    """Return an object with these properties; those that are not optional must be there."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def ref(name: str) -> Json:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_answer(schema: str, text: str) -> Json:
    """Return an answer whose body is a schema."""
    return {"description": text, "content": {"application/json": {"schema": ref(schema)}}}


_PROBLEMS: dict[int, str] = {
    400: "`malformed`, `chain` or `proof`: the request does not say what it must.",
    401: "`signature`: not believed. `clock`: signed at another time; correct it and sign again.",
    403: "`revoked`, or `code`: not any more, or not with this code.",
    404: "`unknown-terminal`, or `unknown-photo`.",
    409: "`gap`: send from `expected` on. `fork`: the centre holds other events. `command`: its id"
    " belongs to another question. `frozen`: a person must look at this terminal first.",
    410: "`gone`: take a whole copy.",
    413: "`too-large`.",
    429: "`slow-down`: wait as long as `Retry-After` says.",
    500: "`internal`: the centre failed; nothing was booked.",
    503: "`busy`: try again.",
}


def problem_answers(*statuses: int) -> Json:
    """Return the problems that a route may answer with, and those of every route."""
    return {
        str(status): {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": ref("Problem")}},
        }
        for status in (*statuses, 500, 503)
    }


def header(name: str, text: str, *, required: bool = False) -> Json:
    """Return a header of a request."""
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": text,
        "schema": {"type": "string"},
    }


TERMINAL: Json = {
    "name": "terminal",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9._-]+$"},
}
IDEMPOTENCY = header("Idempotency-Key", "A quoted text; the same for the same body.")
SIGNED: list[Json] = [{"signature": []}]


def body(schema: str) -> Json:
    """Return a request body that must be there."""
    return {"required": True, "content": {"application/json": {"schema": ref(schema)}}}
