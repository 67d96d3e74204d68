"""How the copy of the school's data comes down: whole, by its changes, and with photos."""

from central.contract.parts import (
    SIGNED,
    TERMINAL,
    TERMINAL_PATH,
    Json,
    header,
    json_answer,
    object_of,
    problem_answers,
)
from core.photos import PHOTO_BYTES_MAX, PHOTO_TYPE
from core.wire import HEALTH_HEADER, SNAPSHOT_TYPE

_WAITING = [
    header("If-None-Match", "The ETag of the copy that the terminal has."),
    header("Prefer", "`wait=N`: hold the answer back for N seconds, until something changes."),
    header(
        HEALTH_HEADER,
        "How the terminal says it is, for people: parts `name=value` between semicolons, of which"
        " `version`, `queue` (events not booked yet), `oldest` (a moment) and `troubles`"
        " (`part.what`, between commas) are known. Parts may be missing, and the list grows.",
    ),
]

SCHEMAS: Json = {
    "Changes": object_of(
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

PATHS: Json = {
    f"{TERMINAL_PATH}/snapshot": {
        "parameters": [TERMINAL],
        "get": {
            "summary": "The whole copy for a terminal: a SQLite file, packed by gzip.",
            "security": SIGNED,
            "parameters": [
                *_WAITING,
                header("Range", "`bytes=N-`, to go on with a broken download."),
                header("If-Range", "The ETag of what was begun."),
            ],
            "responses": {
                "200": {"description": "The file.", "content": {SNAPSHOT_TYPE: {}}},
                "206": {"description": "Its rest.", "content": {SNAPSHOT_TYPE: {}}},
                "304": {"description": "The terminal's copy is still true."},
                **problem_answers(401, 403, 404),
            },
        },
    },
    f"{TERMINAL_PATH}/photos/{{digest}}": {
        "parameters": [
            TERMINAL,
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
            "security": SIGNED,
            "responses": {
                "200": {
                    "description": "The photo, signed as any reply.",
                    "content": {PHOTO_TYPE: {}},
                },
                **problem_answers(401, 403, 404),
            },
        },
    },
    f"{TERMINAL_PATH}/changes": {
        "parameters": [TERMINAL],
        "get": {
            "summary": "What changed since a place in the feed, in one page.",
            "security": SIGNED,
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
                "200": json_answer("Changes", "To be applied whole, in one transaction."),
                "304": {"description": "Nothing changed."},
                **problem_answers(401, 403, 404, 410),
            },
        },
    },
}
