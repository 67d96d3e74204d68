"""Errors as RFC 9457 problems."""

import json
from http import HTTPStatus

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


def problem(status: HTTPStatus, detail: str) -> Response:
    """Return an answer that says what is wrong and what to do about it."""
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return Response(json.dumps(body), status_code=status, media_type=MEDIA_TYPE)
