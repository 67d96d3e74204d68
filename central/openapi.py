"""The contract of the wire as OpenAPI 3.1: served, checked in under docs/, tested against.

It only grows: within `/v1` a field is added, never taken away or given another meaning, and
readers pass over what they do not know. What must change otherwise gets `/v2` beside it.
"""

from typing import Any

from central.exceptions import Resolution
from core.batch import BATCH_EVENTS_MAX, Flag, Verdict
from core.order_facts import Decline, OrderAct, RequestState
from core.orders import OrderState
from core.people import Language
from core.photos import PHOTO_BYTES_MAX, PHOTO_TYPE
from core.wallet import WalletKind
from core.wire import (
    API,
    CLOCK_HEADER,
    HEALTH_HEADER,
    ID_LENGTH_MAX,
    ID_PATTERN,
    PROBLEM_TYPE,
    SNAPSHOT_TYPE,
)

Json = dict[str, Any]

_MOMENT: Json = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
    "description": "UTC with milliseconds.",
    "examples": ["2026-11-24T11:01:00.120Z"],
}
_HASH: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_BASE64: Json = {"type": "string", "contentEncoding": "base64"}
_ID: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": ID_LENGTH_MAX,
    "pattern": ID_PATTERN,
}
_SEQ: Json = {"type": "integer", "minimum": 0, "maximum": 2**53}


def _object(properties: Json, *, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_BURSAR: Json = {
    "command": {**_ID, "description": "Made by the asker, once for each question."},
    "staff": {**_ID, "description": "Who is signed in; must hold the right `office`."},
}
_CASE: Json = {
    "id": {"type": "string"},
    "flag": {"type": "string", "examples": [flag.value for flag in Flag]},
    "detail": {"type": "string"},
    "raised_at": _MOMENT,
    "terminal": {"type": "string"},
    "amount_cents": {"type": "integer", "description": "What stands open."},
    "resolution": {"type": ["string", "null"], "description": "None while it waits."},
}


_SCHEMAS: Json = {
    "Problem": {
        **_object(
            {
                "type": {"type": "string", "pattern": f"^{PROBLEM_TYPE}[a-z-]+$"},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string"},
            }
        ),
        "description": "RFC 9457. Further members belong to the type.",
    },
    "Health": _object({"status": {"const": "ok"}, "server_time": _MOMENT}),
    "Enrolment": _object(
        {
            "code": {"type": "string", "description": "The one-time code, in any spelling."},
            "public_key": {**_BASE64, "description": "Ed25519, 32 bytes."},
            "proof": {
                **_BASE64,
                "description": "The new key's signature of `refectory enrolment`, a zero byte,"
                " the code in capitals and digits, a zero byte, and the public key.",
            },
        }
    ),
    "Enrolled": _object(
        {
            "school_id": {"type": "string"},
            "terminal_id": {"type": "string"},
            "terminal_name": {"type": "string"},
            "key_id": {"type": "string"},
            "badge_key": {**_BASE64, "description": "Secret for the keyed hash of a badge."},
            "centre_key": {**_BASE64, "description": "The key to pin, Ed25519, 32 bytes."},
            "server_time": _MOMENT,
        }
    ),
    "Rotation": _object({"public_key": _BASE64, "proof": _BASE64}),
    "Rotated": _object({"key_id": {"type": "string"}, "old_key_ends_at": _MOMENT}),
    "TerminalView": _object(
        {
            "terminal_id": {"type": "string"},
            "terminal_name": {"type": "string"},
            "state": {
                "type": "string",
                "examples": ["active", "frozen"],
                "description": "The list grows.",
            },
            "epoch": _SEQ,
            "high_water": {**_SEQ, "description": "The last event that is booked."},
            "head_hash": _HASH,
            "next_epoch": {
                "type": ["integer", "null"],
                "description": "The epoch that a person has approved to begin.",
            },
            "server_time": _MOMENT,
        }
    ),
    "Batch": {
        **_object(
            {
                "epoch": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
                "first_seq": {**_SEQ, "minimum": 1},
                "last_seq": {**_SEQ, "minimum": 1},
                "prev_hash": {**_HASH, "description": "Of the event before the first."},
                "hash": {**_HASH, "description": "Of the last event."},
                "events": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": BATCH_EVENTS_MAX,
                    "items": {"type": "object"},
                    "description": "Each event's own canonical bytes, as they were hashed.",
                },
            }
        ),
        "description": "Consecutive events of one epoch. It travels as gzip, of which the"
        " Content-Digest is made.",
    },
    "BatchReply": _object(
        {
            "epoch": _SEQ,
            "high_water": {**_SEQ, "description": "The last event that is booked."},
            "head_hash": _HASH,
            "server_time": _MOMENT,
            "next": _object({"max_batch": {"type": "integer"}, "after_ms": {"type": "integer"}}),
            "verdicts": {"type": "array", "items": _ref("EventVerdict")},
            "receipt": {
                "oneOf": [{"type": "null"}, _ref("SignedReceipt")],
                "description": "Of the terminal's newest closing; it covers those before it.",
            },
        },
        optional=("receipt",),
    ),
    "SignedReceipt": {
        **_object({"receipt": _ref("DayReceipt"), "signature": _BASE64}),
        "description": "The signature (Ed25519, the centre's key) is over the text `refectory"
        " receipt of the day`, a zero byte, and the receipt as canonical JSON: keys sorted, no"
        " blanks, UTF-8.",
    },
    "DayReceipt": _object(
        {
            "school": {"type": "string"},
            "terminal": {"type": "string"},
            "epoch": _SEQ,
            "seq": {**_SEQ, "description": "The place of the closing's event."},
            "closing": {"type": "string", "description": "The id of the closing's event."},
            "number": {"type": "integer", "minimum": 1},
            "day": {"type": "string", "format": "date"},
            "head_hash": {"type": "string", "description": "Of the last event that it covers."},
            "events": {"type": "integer", "minimum": 0},
            "collected": {"type": "integer"},
            "sales_cents": {"type": "integer"},
            "cash_cents": {"type": "integer"},
            "differences": {
                "type": "integer",
                "minimum": 0,
                "description": "How many sums of the closing the books do not confirm.",
            },
            "booked_at": _MOMENT,
        }
    ),
    "EventVerdict": _object(
        {
            "seq": _SEQ,
            "verdict": {"enum": [verdict.value for verdict in Verdict]},
            "exception": {
                "type": ["string", "null"],
                "examples": [flag.value for flag in Flag],
                "description": "The rule that the booked event broke; the list grows.",
            },
        }
    ),
    "Epoch": _object(
        {
            "epoch": _SEQ,
            "high_water": {**_SEQ, "description": "The last event that is booked."},
            "head_hash": _HASH,
            "approved": {
                "type": ["integer", "null"],
                "description": "The epoch that a person has approved; null: none.",
            },
            "receipt": {**_SEQ, "description": "The highest receipt number given."},
            "closing": {**_SEQ, "description": "The number of the last closing."},
            "perpetual": _object(
                {
                    name: {"type": "integer"}
                    for name in ("sales_cents", "voids_cents", "refunds_cents")
                },
                optional=("sales_cents", "voids_cents", "refunds_cents"),
            ),
            "server_time": _MOMENT,
        }
    ),
    "OrderQuestion": {
        **_object(
            {
                "command": {**_ID, "description": "Made by the asker, once for each question."},
                "act": {"enum": [act.value for act in OrderAct]},
                "order": {**_ID, "description": "A new id for a reservation, else the order's."},
                "pupil": _ID,
                "day": {"type": "string", "format": "date", "description": "Of the meal."},
                "badge": {**_ID, "description": "The keyed hash of the badge that was laid down."},
                "product": {
                    "anyOf": [_ID, {"type": "null"}],
                    "description": "What is wanted; none for a cancellation.",
                },
            },
            optional=("product",),
        ),
        "description": "The same command again gets the same answer, and is done once: also when"
        " it comes as an event of the kind `order.requested`.",
    },
    "OrderAnswer": _object(
        {
            "command": {"type": "string"},
            "state": {"enum": [RequestState.GRANTED.value, RequestState.DECLINED.value]},
            "reason": {
                "type": ["string", "null"],
                "examples": [why.value for why in Decline],
                "description": "Why it was declined; the list grows.",
            },
            "moved_cents": {
                "type": "integer",
                "description": "What the general wallet gained by it: negative for a debit.",
            },
            "general_cents": {"type": "integer"},
            "reserve_cents": {"type": "integer"},
            "order": {"oneOf": [{"type": "null"}, _ref("OrderView")]},
            "cursor": {
                "type": "string",
                "description": "A copy whose cursor is as far holds all of it.",
            },
            "server_time": _MOMENT,
        }
    ),
    "OrderView": _object(
        {
            "id": {"type": "string"},
            "day": {"type": "string", "format": "date"},
            "product": {"type": "string"},
            "price_cents": {"type": "integer"},
            "state": {"enum": [state.value for state in OrderState]},
        }
    ),
    "AccessQuestion": {
        **_object(
            {
                **_BURSAR,
                "pupil": _ID,
                "account": {
                    "type": ["string", "null"],
                    "maxLength": ID_LENGTH_MAX,
                    "description": "Whose code is made anew; empty: of a new account; none: told"
                    " the pupil's accounts first, where there are some.",
                },
            },
            optional=("account",),
        ),
        "description": "Asked again it makes another code, and ends the one before.",
    },
    "AccessAnswer": _object(
        {
            "command": {"type": "string"},
            "state": {"enum": ["granted", "choose"]},
            "accounts": {"type": "array", "items": {"type": "string"}},
            "user": {"type": "string"},
            "code": {"type": "string", "description": "Works once, until `ends_at`."},
            "language": {"enum": [language.value for language in Language]},
            "ends_at": _MOMENT,
            "address": {"type": "string", "description": "Of the page where it is used."},
            "server_time": _MOMENT,
        },
        optional=("user", "code", "language", "ends_at", "address"),
    ),
    "CasesQuestion": _object({**_BURSAR}),
    "CasesAnswer": _object(
        {
            "command": {"type": "string"},
            "cases": {"type": "array", "items": _ref("Case")},
            "server_time": _MOMENT,
        }
    ),
    "Case": _object(_CASE),
    "ResolutionQuestion": _object(
        {
            **_BURSAR,
            "case": {"type": "string", "minLength": 1, "maxLength": 200},
            "how": {"enum": [how.value for how in Resolution]},
            "note": {"type": "string", "maxLength": 200},
            "pupil": {
                "anyOf": [_ID, {"type": "null"}],
                "description": "Who pays; none: the one whose fact it was.",
            },
        },
        optional=("pupil",),
    ),
    "ResolutionAnswer": _object({"command": {"type": "string"}, **_CASE, "server_time": _MOMENT}),
    "AccountQuestion": _object(
        {
            **_BURSAR,
            "pupil": _ID,
            "since": {"type": "string", "format": "date"},
            "until": {"type": "string", "format": "date", "description": "The last day."},
        }
    ),
    "AccountAnswer": _object(
        {
            "command": {"type": "string"},
            "movements": {"type": "array", "items": _ref("AccountLine")},
            "general_cents": {"type": "integer"},
            "reserve_cents": {"type": "integer"},
            "server_time": _MOMENT,
        }
    ),
    "AccountLine": _object(
        {
            "at": _MOMENT,
            "label": {"type": "string", "description": "In the pupil's language."},
            "wallet": {"enum": [kind.value for kind in WalletKind]},
            "change_cents": {"type": "integer"},
            "place": {"type": "string"},
            "who": {"type": "string"},
            "event": {"type": "string", "description": "The signed fact behind it, if one is."},
        }
    ),
    "Changes": _object(
        {
            "cursor": {"type": "string"},
            "etag": {"type": "string"},
            "meta": {"type": "object", "additionalProperties": {"type": "string"}},
            "upserts": {
                "type": "object",
                "additionalProperties": {
                    "type": "array",
                    "items": {"type": "array", "items": {"type": ["string", "integer", "null"]}},
                },
            },
            "removed": {"type": "object"},
        }
    ),
}


def _json_answer(schema: str, text: str) -> Json:
    return {"description": text, "content": {"application/json": {"schema": _ref(schema)}}}


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


def _problem_answers(*statuses: int) -> Json:
    return {
        str(status): {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
        for status in (*statuses, 500, 503)
    }


def _header(name: str, text: str, *, required: bool = False) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": text,
        "schema": {"type": "string"},
    }


_TERMINAL: Json = {
    "name": "terminal",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9._-]+$"},
}
_IDEMPOTENCY = _header("Idempotency-Key", "A quoted text; the same for the same body.")
_SIGNED: list[Json] = [{"signature": []}]
_WAITING = [
    _header("If-None-Match", "The ETag of the copy that the terminal has."),
    _header("Prefer", "`wait=N`: hold the answer back for N seconds, until something changes."),
    _header(
        HEALTH_HEADER,
        "How the terminal says it is, for people: parts `name=value` between semicolons, of which"
        " `version`, `queue` (events not booked yet), `oldest` (a moment) and `troubles`"
        " (`part.what`, between commas) are known. Parts may be missing, and the list grows.",
    ),
]


def _body(schema: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": _ref(schema)}}}


def _paths() -> Json:
    terminal = f"{API}/terminals/{{terminal}}"
    return {
        f"{API}/health": {
            "get": {
                "summary": "Whether the centre and its database answer.",
                "responses": {"200": _json_answer("Health", "They do."), **_problem_answers()},
            }
        },
        f"{API}/openapi.json": {
            "get": {
                "summary": "This contract.",
                "responses": {
                    "200": {
                        "description": "OpenAPI 3.1.",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    },
                    **_problem_answers(),
                },
            }
        },
        f"{API}/enrolments": {
            "post": {
                "summary": "Pin a new terminal's key for a one-time code.",
                "requestBody": _body("Enrolment"),
                "responses": {
                    "201": _json_answer("Enrolled", "Enrolled; the same key again: the same."),
                    **_problem_answers(400, 403, 413, 429),
                },
            }
        },
        f"{terminal}/access": _asked_by_bursar(
            "A fresh access for a parent. Its code is told once and nowhere kept.", "Access"
        ),
        f"{terminal}/cases": _asked_by_bursar("The exceptions that wait.", "Cases"),
        f"{terminal}/resolutions": _asked_by_bursar(
            "Settle an exception; the same again changes nothing.", "Resolution"
        ),
        f"{terminal}/accounts": _asked_by_bursar(
            "A pupil's account of some days, line by line.", "Account"
        ),
        f"{terminal}/keys": {
            "parameters": [_TERMINAL],
            "post": {
                "summary": "Pin the next key, asked for with the old one, which ends a week later.",
                "security": _SIGNED,
                "parameters": [_IDEMPOTENCY],
                "requestBody": _body("Rotation"),
                "responses": {
                    "200": _json_answer("Rotated", "Pinned."),
                    **_problem_answers(400, 401, 403, 404, 413),
                },
            },
        },
        f"{terminal}/batches": {
            "parameters": [_TERMINAL],
            "post": {
                "summary": "Book a batch of events, exactly once however often it is sent.",
                "security": _SIGNED,
                "parameters": [
                    _IDEMPOTENCY,
                    _header("Content-Encoding", "`gzip`, always."),
                    _header(CLOCK_HEADER, "The terminal's own time when it sent."),
                ],
                "requestBody": _body("Batch"),
                "responses": {
                    "200": _json_answer("BatchReply", "A verdict for each event."),
                    **_problem_answers(400, 401, 403, 404, 409, 413),
                },
            },
        },
        f"{terminal}/orders": {
            "parameters": [_TERMINAL],
            "post": {
                "summary": "Reserve, change or cancel an order, decided by the centre's clock.",
                "security": _SIGNED,
                "parameters": [_IDEMPOTENCY],
                "requestBody": _body("OrderQuestion"),
                "responses": {
                    "200": _json_answer("OrderAnswer", "Granted or declined, once."),
                    **_problem_answers(400, 401, 403, 404, 409, 413),
                },
            },
        },
        terminal: {
            "parameters": [_TERMINAL],
            "get": {
                "summary": "How the centre knows this terminal: its name, state and last event.",
                "security": _SIGNED,
                "responses": {
                    "200": _json_answer("TerminalView", "As it is now."),
                    **_problem_answers(401, 403, 404),
                },
            },
        },
        f"{terminal}/snapshot": {
            "parameters": [_TERMINAL],
            "get": {
                "summary": "The whole copy for a terminal: a SQLite file, packed by gzip.",
                "security": _SIGNED,
                "parameters": [
                    *_WAITING,
                    _header("Range", "`bytes=N-`, to go on with a broken download."),
                    _header("If-Range", "The ETag of what was begun."),
                ],
                "responses": {
                    "200": {"description": "The file.", "content": {SNAPSHOT_TYPE: {}}},
                    "206": {"description": "Its rest.", "content": {SNAPSHOT_TYPE: {}}},
                    "304": {"description": "The terminal's copy is still true."},
                    **_problem_answers(401, 403, 404),
                },
            },
        },
        f"{terminal}/epoch": {
            "parameters": [_TERMINAL],
            "get": {
                "summary": "Whether a terminal whose card was restored may begin a new epoch.",
                "security": _SIGNED,
                "responses": {
                    "200": _json_answer("Epoch", "What is approved, and where its numbers stand."),
                    **_problem_answers(401, 403, 404),
                },
            },
        },
        f"{terminal}/photos/{{digest}}": {
            "parameters": [
                _TERMINAL,
                {
                    "name": "digest",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    "description": "SHA-256 of the photo's bytes, as the table `pupil_photo` of"
                    " the copy names it. A centre without photos leaves that table empty.",
                },
            ],
            "get": {
                "summary": "A pupil's photo: a JPEG of at most"
                f" {PHOTO_BYTES_MAX} bytes, of the terminal's own school alone.",
                "security": _SIGNED,
                "responses": {
                    "200": {
                        "description": "The photo, signed as any reply.",
                        "content": {PHOTO_TYPE: {}},
                    },
                    **_problem_answers(401, 403, 404),
                },
            },
        },
        f"{terminal}/changes": {
            "parameters": [_TERMINAL],
            "get": {
                "summary": "What changed since a place in the feed, in one page.",
                "security": _SIGNED,
                "parameters": [
                    {
                        "name": "after",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "The cursor of the copy that the terminal has.",
                    },
                    *_WAITING,
                ],
                "responses": {
                    "200": _json_answer("Changes", "To be applied whole, in one transaction."),
                    "304": {"description": "Nothing changed."},
                    **_problem_answers(401, 403, 404, 410),
                },
            },
        },
    }


def _asked_by_bursar(summary: str, name: str) -> Json:
    return {
        "parameters": [_TERMINAL],
        "post": {
            "summary": summary,
            "security": _SIGNED,
            "parameters": [_IDEMPOTENCY],
            "requestBody": _body(f"{name}Question"),
            "responses": {
                "200": _json_answer(f"{name}Answer", "Told to a bursar's terminal."),
                **_problem_answers(400, 401, 403, 404, 409, 413),
            },
        },
    }


def contract() -> Json:
    """Return the contract as plain JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Refectory, terminal to centre",
            "version": "1.0.0",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": (
                "Facts go up in batches and are booked exactly once; the copy of the school's"
                " data comes down. Requests of terminals are signed by RFC 9421 (Ed25519, tag"
                " `refectory`) over `@method`, `@target-uri` and, with a body, `content-digest`"
                " and `idempotency-key`. Replies are signed by the centre's pinned key, bound to"
                " the request's own signature. Within `/v1` the contract only grows."
            ),
        },
        "paths": _paths(),
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": "RFC 9421, together with `Signature-Input`.",
                }
            },
        },
    }
