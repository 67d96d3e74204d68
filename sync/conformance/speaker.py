"""One terminal that can speak wrongly: every part of a request and of its signature is a choice.

Import this module late: it needs httpx and cryptography.
"""

import contextlib
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from typing_extensions import override

from core.wire import (
    API,
    BATCH_TYPE,
    PROBLEM_TYPE,
    READ_COMPONENTS,
    REPLY_COMPONENTS,
    SIGNATURE_TAG,
    WRITE_COMPONENTS,
)
from sync.channel import open_client
from sync.conformance.report import Unexpected, expect
from sync.errors import TransientError
from sync.identity import Identity

TIMEOUT_S = 30.0
_SHOWN = 120


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=365 * 200)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @override
    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._identity.private_key)

    @override
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self._identity.centre_key)


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is signed. body: the bytes as they travel; None for a GET."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the reply whole, and the request that it answers as it was sent."""

    response: httpx.Response
    content: bytes

    @property
    def status(self) -> int:
        """The status of the reply."""
        return self.response.status_code

    def told(self) -> dict[str, Any]:
        """Return the JSON object of the reply."""
        plain = json.loads(self.content)
        if not isinstance(plain, dict):
            raise Unexpected(f"{self.summary()}: no JSON object")
        return plain

    def summary(self) -> str:
        """Return the reply in one short line."""
        text = " ".join(self.content[:_SHOWN].decode("utf-8", "replace").split())
        return f"status {self.status}, {text!r}"


class Line:
    """A connection to a server, without a word about who speaks."""

    def __init__(self, url: str, *, ca_file: Path | None) -> None:
        self.url = url.rstrip("/")
        self.ca_file = ca_file
        self.client = open_client(url, ca_file, timeout_s=TIMEOUT_S)

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def send(self, request: httpx.Request) -> Answer:
        """Send what stands there. Raises TransientError when nothing answers."""
        try:
            response = self.client.send(request, stream=True)
            try:
                content = b"".join(response.iter_raw())
            finally:
                response.close()
        except httpx.HTTPError as error:
            words = " ".join(str(error).split()) or type(error).__name__
            raise TransientError(words) from error
        return Answer(response, content)

    def plain(self, method: str, path: str, body: object | None = None) -> Answer:
        """Send something that needs no signature; body: sent as JSON."""
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        built = self.client.build_request(method, self.url + path, headers=headers, content=content)
        return self.send(built)


class Speaker(Line):
    """Sends requests as one terminal. now: the server's time, as far as it is known."""

    def __init__(self, identity: Identity, *, now: datetime, ca_file: Path | None) -> None:
        super().__init__(identity.central_url, ca_file=ca_file)
        self.identity = identity
        self.now = now

    def learn_time(self) -> None:
        """Sign by the server's own clock from now on, as terminals do."""
        told = self.plain("GET", f"{API}/health").response.headers.get("date", "")
        with contextlib.suppress(ValueError):
            self.now = parsedate_to_datetime(told).astimezone(UTC)

    def path(self, end: str) -> str:
        """Return the path of one of this terminal's resources."""
        return f"{API}/terminals/{self.identity.terminal_id}/{end}"

    def batch(self, body: bytes, *, key: str = "conformance") -> Request:
        """Return the request that carries a packed batch."""
        return Request(
            "POST",
            self.path("batches"),
            body,
            {
                "Content-Type": BATCH_TYPE,
                "Content-Encoding": "gzip",
                "Idempotency-Key": f'"{key}"',
            },
        )

    def ask(self, request: Request) -> Answer:
        """Sign a request as a terminal does, and send it."""
        return self.send(self.signed(request))

    def signed(
        self,
        request: Request,
        *,
        identity: Identity | None = None,
        key_id: str | None = None,
        components: tuple[str, ...] | None = None,
        off: timedelta = timedelta(0),
    ) -> httpx.Request:
        """Return a request with its signature. off: how far from now it says that it was made."""
        signer_of = identity or self.identity
        built = self.client.build_request(
            request.method,
            self.url + request.path,
            headers=dict(request.headers),
            content=request.body,
        )
        needed = READ_COMPONENTS if request.body is None else WRITE_COMPONENTS
        signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=_Keys(signer_of)
        )
        signer.sign(
            built,
            key_id=key_id or signer_of.key_id,
            created=self.now + off,
            label="terminal",
            tag=SIGNATURE_TAG,
            covered_component_ids=components or needed,
            body=request.body if "content-digest" in (components or needed) else None,
        )
        return built

    def changed(
        self,
        sent: httpx.Request,
        *,
        method: str | None = None,
        url: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """Return a signed request with something changed on its way."""
        kept = {name: value for name, value in sent.headers.items() if name != "content-length"}
        return self.client.build_request(
            method or sent.method,
            url or sent.url,
            headers=kept | dict(headers or {}),
            content=sent.content if body is None else body,
        )

    def prove(self, answer: Answer, components: tuple[str, ...] = REPLY_COMPONENTS) -> None:
        """Check that the pinned key signed a reply, bound to its request. Raises Unexpected."""
        verifier = _Verifier(
            signature_algorithm=algorithms.ED25519, key_resolver=_Keys(self.identity)
        )
        body = answer.content if "content-digest" in components else None
        try:
            verifier.verify(
                answer.response,
                max_age=None,
                expect_tag=SIGNATURE_TAG,
                require_components=components,
                body=body,
            )
        except (InvalidSignature, HTTPMessageSignaturesException) as error:
            words = " ".join(str(error).split())
            raise Unexpected(f"a reply without the centre's signature: {words}") from error

    def proved(self, answer: Answer, *, status: int = 200) -> dict[str, Any]:
        """Return what a signed reply says. Raises Unexpected for another status or signature."""
        expect(holds=answer.status == status, came=answer.summary())
        self.prove(answer)
        return answer.told()


def expect_problem(answer: Answer, status: int, kind: str) -> dict[str, Any]:
    """Return the problem that a refusal tells (RFC 9457). Raises Unexpected for any other."""
    expect(holds=answer.status == status, came=answer.summary())
    content_type = answer.response.headers.get("content-type", "none")
    is_problem = content_type.startswith("application/problem+json")
    expect(holds=is_problem, came=f"content type {content_type}")
    told = answer.told()
    expect(
        holds=told.get("type") == PROBLEM_TYPE + kind and told.get("status") == status,
        came=f"problem {told.get('type')!r} with status {told.get('status')!r}",
    )
    return told


def packed(text: bytes) -> bytes:
    """Return bytes as gzip."""
    return gzip.compress(text, mtime=0)
