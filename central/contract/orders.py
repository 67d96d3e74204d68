"""How a kiosk asks for a meal."""

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
from core.order_facts import Decline, OrderAct, RequestState
from core.orders import OrderState

SCHEMAS: Json = {
    "OrderQuestion": {
        **object_of(
            {
                "command": {**ID, "description": "Made by the asker, once for each question."},
                "act": {"enum": [act.value for act in OrderAct]},
                "order": {**ID, "description": "A new id for a reservation, else the order's."},
                "pupil": ID,
                "day": {"type": "string", "format": "date", "description": "Of the meal."},
                "badge": {**ID, "description": "The keyed hash of the badge that was laid down."},
                "product": {
                    "anyOf": [ID, {"type": "null"}],
                    "description": "What is wanted; none for a cancellation.",
                },
            },
            optional=("product",),
        ),
        "description": "The same command again gets the same answer, and is done once: also when"
        " it comes as an event of the kind `order.requested`.",
    },
    "OrderAnswer": object_of(
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
            "order": {"oneOf": [{"type": "null"}, ref("OrderView")]},
            "cursor": {
                "type": "string",
                "description": "A copy whose cursor is as far holds all of it.",
            },
            "server_time": MOMENT,
        }
    ),
    "OrderView": object_of(
        {
            "id": {"type": "string"},
            "day": {"type": "string", "format": "date"},
            "product": {"type": "string"},
            "price_cents": {"type": "integer"},
            "state": {"enum": [state.value for state in OrderState]},
        }
    ),
}

PATHS: Json = {
    f"{TERMINAL_PATH}/orders": {
        "parameters": [TERMINAL],
        "post": {
            "summary": "Reserve, change or cancel an order, decided by the centre's clock.",
            "security": SIGNED,
            "parameters": [IDEMPOTENCY],
            "requestBody": body("OrderQuestion"),
            "responses": {
                "200": json_answer("OrderAnswer", "Granted or declined, once."),
                **problem_answers(400, 401, 403, 404, 409, 413),
            },
        },
    },
}
