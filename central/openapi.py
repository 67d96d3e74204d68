"""The contract of the wire as OpenAPI 3.1: served, checked in under docs/, tested against.

It only grows: within `/v1` a field is added, never taken away or given another meaning, and
readers pass over what they do not know. What must change otherwise gets `/v2` beside it.

What each group of routes says of itself is in `central.contract`; here it gets its order.
"""

from collections.abc import Iterable
from copy import deepcopy

from central.contract import copies, facts, office, orders, service, trust
from central.contract.parts import TERMINAL_PATH, Json
from core.wire import API

_GROUPS = (service, trust, facts, orders, office, copies)
_PATHS = (
    f"{API}/health",
    f"{API}/openapi.json",
    f"{API}/enrolments",
    f"{TERMINAL_PATH}/access",
    f"{TERMINAL_PATH}/cases",
    f"{TERMINAL_PATH}/resolutions",
    f"{TERMINAL_PATH}/accounts",
    f"{TERMINAL_PATH}/keys",
    f"{TERMINAL_PATH}/batches",
    f"{TERMINAL_PATH}/orders",
    TERMINAL_PATH,
    f"{TERMINAL_PATH}/snapshot",
    f"{TERMINAL_PATH}/epoch",
    f"{TERMINAL_PATH}/photos/{{digest}}",
    f"{TERMINAL_PATH}/changes",
)
_SCHEMAS = (
    "Problem",
    "Health",
    "Enrolment",
    "Enrolled",
    "Rotation",
    "Rotated",
    "TerminalView",
    "Batch",
    "BatchReply",
    "SignedReceipt",
    "DayReceipt",
    "EventVerdict",
    "Epoch",
    "OrderQuestion",
    "OrderAnswer",
    "OrderView",
    "AccessQuestion",
    "AccessAnswer",
    "CasesQuestion",
    "CasesAnswer",
    "Case",
    "ResolutionQuestion",
    "ResolutionAnswer",
    "AccountQuestion",
    "AccountAnswer",
    "AccountLine",
    "Changes",
)


def _ordered(names: tuple[str, ...], parts: Iterable[Json]) -> Json:
    found = {name: value for part in parts for name, value in part.items()}
    assert found.keys() == set(names), "each group's own stands in the contract, and once"
    return {name: deepcopy(found[name]) for name in names}


def contract() -> Json:
    """Return the contract as plain JSON values, which are the asker's own."""
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
        "paths": _ordered(_PATHS, (one.PATHS for one in _GROUPS)),
        "components": {
            "schemas": _ordered(_SCHEMAS, (one.SCHEMAS for one in _GROUPS)),
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
