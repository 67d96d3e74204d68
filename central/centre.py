"""The centre behind its routes: its store, its clock, and the signatures on both ways."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from central.clock import Clock
from central.errors import Problem
from central.signatures import SignedRequest, content_digest, sign_reply, verify_request
from central.store import Store
from core.ids import TerminalId
from core.wire import REPLY_COMPONENTS


@dataclass(frozen=True, slots=True)
class Centre:
    """What all routes share. public_url: the address that signatures cover; None: the request's.

    stopping: set when the service ends, so that nobody waits for a change any longer.
    """

    store: Store
    clock: Clock
    public_url: str | None
    stopping: threading.Event = field(default_factory=threading.Event)

    def signed(self, request: Request) -> SignedRequest:
        """Return a request as the terminal signed it."""
        url = str(request.url)
        if self.public_url is not None:
            url = self.public_url + request.url.path
            url += f"?{request.url.query}" if request.url.query else ""
        return SignedRequest(request.method, url, request.headers)

    def prove(
        self, signed: SignedRequest, *, body: bytes | None, terminal: TerminalId, now: datetime
    ) -> None:
        """Prove that a terminal asks, by a key that holds. Raises Problem, also `revoked`."""
        with self.store.database.reading() as session:
            key = verify_request(session, signed, body=body, terminal=terminal, now=now)
        if key.revoked_at is not None:
            raise revoked()

    def signed_json(
        self, signed: SignedRequest, plain: dict[str, object], now: datetime
    ) -> Response:
        """Return an answer that proves who gave it, and to which request."""
        body = msgspec.json.encode(plain)
        return self.signed_content(signed, body, kind="application/json", now=now)

    def signed_content(
        self, signed: SignedRequest, body: bytes, *, kind: str, now: datetime
    ) -> Response:
        """Return an answer of any kind (its media type), signed in the same way."""
        headers = {
            "Content-Type": kind,
            "Content-Digest": content_digest(body),
        }
        sign_reply(
            self.store.signing_key,
            signed,
            status=200,
            headers=headers,
            components=REPLY_COMPONENTS,
            now=now,
        )
        return Response(body, headers=headers)


def revoked() -> Problem:
    """Return what a revoked terminal is told."""
    return Problem(
        "revoked", status=403, detail="this terminal was revoked or retired; enrol it anew"
    )
