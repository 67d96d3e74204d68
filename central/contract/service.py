"""Whether the centre is there, and what it says of itself."""

from central.contract.parts import MOMENT, Json, json_answer, object_of, problem_answers
from core.wire import API, PROBLEM_TYPE

SCHEMAS: Json = {
    "Problem": {
        **object_of(
            {
                "type": {"type": "string", "pattern": f"^{PROBLEM_TYPE}[a-z-]+$"},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string"},
            }
        ),
        "description": "RFC 9457. Further members belong to the type.",
    },
    "Health": object_of({"status": {"const": "ok"}, "server_time": MOMENT}),
}

PATHS: Json = {
    f"{API}/health": {
        "get": {
            "summary": "Whether the centre and its database answer.",
            "responses": {"200": json_answer("Health", "They do."), **problem_answers()},
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
                **problem_answers(),
            },
        }
    },
}
