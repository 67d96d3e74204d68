"""What a bursar asks at a terminal."""

from central.contract.parts import (
    ID,
    IDEMPOTENCY,
    MOMENT,
    SIGNED,
    TERMINAL,
    TERMINAL_PATH,
    Json,
    body,
    json_answer,
    object_of,
    problem_answers,
    ref,
)
from central.exceptions import Resolution
from core.batch import Flag
from core.people import Language
from core.wallet import WalletKind
from core.wire import ID_LENGTH_MAX

_BURSAR: Json = {
    "command": {**ID, "description": "Made by the asker, once for each question."},
    "staff": {**ID, "description": "Who is signed in; must hold the right `office`."},
}
_CASE: Json = {
    "id": {"type": "string"},
    "flag": {"type": "string", "examples": [flag.value for flag in Flag]},
    "detail": {"type": "string"},
    "kind": {"type": ["string", "null"], "description": "Of the event; null where it is unread."},
    "at": {"anyOf": [MOMENT, {"type": "null"}], "description": "When it happened."},
    "name": {"type": ["string", "null"], "description": "Of the pupil whom it is about."},
    "class_name": {"type": ["string", "null"]},
    "raised_at": MOMENT,
    "terminal": {"type": "string"},
    "amount_cents": {"type": "integer", "description": "What stands open."},
    "resolution": {"type": ["string", "null"], "description": "None while it waits."},
}


def _asked_by_bursar(summary: str, name: str) -> Json:
    return {
        "parameters": [TERMINAL],
        "post": {
            "summary": summary,
            "security": SIGNED,
            "parameters": [IDEMPOTENCY],
            "requestBody": body(f"{name}Question"),
            "responses": {
                "200": json_answer(f"{name}Answer", "Told to a bursar's terminal."),
                **problem_answers(400, 401, 403, 404, 409, 413),
            },
        },
    }


SCHEMAS: Json = {
    "AccessQuestion": {
        **object_of(
            {
                **_BURSAR,
                "pupil": ID,
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
    "AccessAnswer": object_of(
        {
            "command": {"type": "string"},
            "state": {"enum": ["granted", "choose"]},
            "accounts": {"type": "array", "items": {"type": "string"}},
            "user": {"type": "string"},
            "code": {"type": "string", "description": "Works once, until `ends_at`."},
            "language": {"enum": [language.value for language in Language]},
            "ends_at": MOMENT,
            "address": {"type": "string", "description": "Of the page where it is used."},
            "server_time": MOMENT,
        },
        optional=("user", "code", "language", "ends_at", "address"),
    ),
    "CasesQuestion": object_of({**_BURSAR}),
    "CasesAnswer": object_of(
        {
            "command": {"type": "string"},
            "cases": {"type": "array", "items": ref("Case")},
            "server_time": MOMENT,
        }
    ),
    "Case": object_of(_CASE),
    "ResolutionQuestion": object_of(
        {
            **_BURSAR,
            "case": {"type": "string", "minLength": 1, "maxLength": 200},
            "how": {"enum": [how.value for how in Resolution]},
            "note": {"type": "string", "maxLength": 200},
            "pupil": {
                "anyOf": [ID, {"type": "null"}],
                "description": "Who pays; none: the one whose fact it was.",
            },
        },
        optional=("pupil",),
    ),
    "ResolutionAnswer": object_of({"command": {"type": "string"}, **_CASE, "server_time": MOMENT}),
    "AccountQuestion": object_of(
        {
            **_BURSAR,
            "pupil": ID,
            "since": {"type": "string", "format": "date"},
            "until": {"type": "string", "format": "date", "description": "The last day."},
        }
    ),
    "AccountAnswer": object_of(
        {
            "command": {"type": "string"},
            "movements": {"type": "array", "items": ref("AccountLine")},
            "general_cents": {"type": "integer"},
            "reserve_cents": {"type": "integer"},
            "server_time": MOMENT,
        }
    ),
    "AccountLine": object_of(
        {
            "at": MOMENT,
            "label": {"type": "string", "description": "In the pupil's language."},
            "wallet": {"enum": [kind.value for kind in WalletKind]},
            "change_cents": {"type": "integer"},
            "place": {"type": "string"},
            "who": {"type": "string"},
            "event": {"type": "string", "description": "The signed fact behind it, if one is."},
        }
    ),
}

PATHS: Json = {
    f"{TERMINAL_PATH}/access": _asked_by_bursar(
        "A fresh access for a parent. Its code is told once and nowhere kept.", "Access"
    ),
    f"{TERMINAL_PATH}/cases": _asked_by_bursar("The exceptions that wait.", "Cases"),
    f"{TERMINAL_PATH}/resolutions": _asked_by_bursar(
        "Settle an exception; the same again changes nothing.", "Resolution"
    ),
    f"{TERMINAL_PATH}/accounts": _asked_by_bursar(
        "A pupil's account of some days, line by line.", "Account"
    ),
}
