"""How a terminal is trusted: enrolled, known, given its next key, and its next epoch."""

from central.contract.parts import (
    BASE64,
    HASH,
    IDEMPOTENCY,
    MOMENT,
    SEQ,
    SIGNED,
    TERMINAL,
    TERMINAL_PATH,
    Json,
    body,
    json_answer,
    object_of,
    problem_answers,
)
from core.wire import API

SCHEMAS: Json = {
    "Enrolment": object_of(
        {
            "code": {"type": "string", "description": "The one-time code, in any spelling."},
            "public_key": {**BASE64, "description": "Ed25519, 32 bytes."},
            "proof": {
                **BASE64,
                "description": "The new key's signature of `refectory enrolment`, a zero byte,"
                " the code in capitals and digits, a zero byte, and the public key.",
            },
        }
    ),
    "Enrolled": object_of(
        {
            "school_id": {"type": "string"},
            "terminal_id": {"type": "string"},
            "terminal_name": {"type": "string"},
            "key_id": {"type": "string"},
            "badge_key": {**BASE64, "description": "Secret for the keyed hash of a badge."},
            "centre_key": {**BASE64, "description": "The key to pin, Ed25519, 32 bytes."},
            "server_time": MOMENT,
        }
    ),
    "Rotation": object_of({"public_key": BASE64, "proof": BASE64}),
    "Rotated": object_of({"key_id": {"type": "string"}, "old_key_ends_at": MOMENT}),
    "TerminalView": object_of(
        {
            "terminal_id": {"type": "string"},
            "terminal_name": {"type": "string"},
            "state": {
                "type": "string",
                "examples": ["active", "frozen"],
                "description": "The list grows.",
            },
            "epoch": SEQ,
            "high_water": {**SEQ, "description": "The last event that is booked."},
            "head_hash": HASH,
            "next_epoch": {
                "type": ["integer", "null"],
                "description": "The epoch that a person has approved to begin.",
            },
            "server_time": MOMENT,
        }
    ),
    "Epoch": object_of(
        {
            "epoch": SEQ,
            "high_water": {**SEQ, "description": "The last event that is booked."},
            "head_hash": HASH,
            "approved": {
                "type": ["integer", "null"],
                "description": "The epoch that a person has approved; null: none.",
            },
            "receipt": {**SEQ, "description": "The highest receipt number given."},
            "closing": {**SEQ, "description": "The number of the last closing."},
            "perpetual": object_of(
                {
                    name: {"type": "integer"}
                    for name in ("sales_cents", "voids_cents", "refunds_cents")
                },
                optional=("sales_cents", "voids_cents", "refunds_cents"),
            ),
            "server_time": MOMENT,
        }
    ),
}

PATHS: Json = {
    f"{API}/enrolments": {
        "post": {
            "summary": "Pin a new terminal's key for a one-time code.",
            "requestBody": body("Enrolment"),
            "responses": {
                "201": json_answer("Enrolled", "Enrolled; the same key again: the same."),
                **problem_answers(400, 403, 413, 429),
            },
        }
    },
    f"{TERMINAL_PATH}/keys": {
        "parameters": [TERMINAL],
        "post": {
            "summary": "Pin the next key, asked for with the old one, which ends a week later.",
            "security": SIGNED,
            "parameters": [IDEMPOTENCY],
            "requestBody": body("Rotation"),
            "responses": {
                "200": json_answer("Rotated", "Pinned."),
                **problem_answers(400, 401, 403, 404, 413),
            },
        },
    },
    TERMINAL_PATH: {
        "parameters": [TERMINAL],
        "get": {
            "summary": "How the centre knows this terminal: its name, state and last event.",
            "security": SIGNED,
            "responses": {
                "200": json_answer("TerminalView", "As it is now."),
                **problem_answers(401, 403, 404),
            },
        },
    },
    f"{TERMINAL_PATH}/epoch": {
        "parameters": [TERMINAL],
        "get": {
            "summary": "Whether a terminal whose card was restored may begin a new epoch.",
            "security": SIGNED,
            "responses": {
                "200": json_answer("Epoch", "What is approved, and where its numbers stand."),
                **problem_answers(401, 403, 404),
            },
        },
    },
}
