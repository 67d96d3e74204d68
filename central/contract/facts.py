"""How facts go up: a batch, a verdict for each event, and the receipt of the day."""

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
    header,
    json_answer,
    object_of,
    problem_answers,
    ref,
)
from core.batch import BATCH_EVENTS_MAX, Flag, Verdict
from core.wire import CLOCK_HEADER

SCHEMAS: Json = {
    "Batch": {
        **object_of(
            {
                "epoch": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
                "first_seq": {**SEQ, "minimum": 1},
                "last_seq": {**SEQ, "minimum": 1},
                "prev_hash": {**HASH, "description": "Of the event before the first."},
                "hash": {**HASH, "description": "Of the last event."},
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
    "BatchReply": object_of(
        {
            "epoch": SEQ,
            "high_water": {**SEQ, "description": "The last event that is booked."},
            "head_hash": HASH,
            "server_time": MOMENT,
            "next": object_of({"max_batch": {"type": "integer"}, "after_ms": {"type": "integer"}}),
            "verdicts": {"type": "array", "items": ref("EventVerdict")},
            "receipt": {
                "oneOf": [{"type": "null"}, ref("SignedReceipt")],
                "description": "Of the terminal's newest closing; it covers those before it.",
            },
        },
        optional=("receipt",),
    ),
    "SignedReceipt": {
        **object_of({"receipt": ref("DayReceipt"), "signature": BASE64}),
        "description": "The signature (Ed25519, the centre's key) is over the text `refectory"
        " receipt of the day`, a zero byte, and the receipt as canonical JSON: keys sorted, no"
        " blanks, UTF-8.",
    },
    "DayReceipt": object_of(
        {
            "school": {"type": "string"},
            "terminal": {"type": "string"},
            "epoch": SEQ,
            "seq": {**SEQ, "description": "The place of the closing's event."},
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
            "booked_at": MOMENT,
        }
    ),
    "EventVerdict": object_of(
        {
            "seq": SEQ,
            "verdict": {"enum": [verdict.value for verdict in Verdict]},
            "exception": {
                "type": ["string", "null"],
                "examples": [flag.value for flag in Flag],
                "description": "The rule that the booked event broke; the list grows.",
            },
        }
    ),
}

PATHS: Json = {
    f"{TERMINAL_PATH}/batches": {
        "parameters": [TERMINAL],
        "post": {
            "summary": "Book a batch of events, exactly once however often it is sent.",
            "security": SIGNED,
            "parameters": [
                IDEMPOTENCY,
                header("Content-Encoding", "`gzip`, always."),
                header(CLOCK_HEADER, "The terminal's own time when it sent."),
            ],
            "requestBody": body("Batch"),
            "responses": {
                "200": json_answer("BatchReply", "A verdict for each event."),
                **problem_answers(400, 401, 403, 404, 409, 413),
            },
        },
    },
}
