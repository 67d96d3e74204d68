"""One signed HTTP connection to the centre: requests go out signed, replies are proved.

Import this module late: it needs httpx and cryptography. Every lane has a channel of its own, so
that neither can hold up the other.

The channel knows the centre's clock: each answer tells the time, and what is signed next is
signed by the corrected clock, so that a machine that woke up in 1970 can still be heard.
"""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import override

from core.wire import (
    PROBLEM_TYPE,
    READ_COMPONENTS,
    REPLY_COMPONENTS,
    SIGNATURE_TAG,
    WRITE_COMPONENTS,
)
from sync.errors import IdentityFileError, RefusedError, TransientError
from sync.identity import Identity
from sync.place_holder import left_out

# A terminal's requests wait in threads of their own: the library's other half stays out.
with left_out(
    "httpcore._async",
    *("AsyncConnectionInterface", "AsyncConnectionPool", "AsyncHTTP11Connection"),
    *("AsyncHTTP2Connection", "AsyncHTTPConnection", "AsyncHTTPProxy", "AsyncSOCKSProxy"),
):
    import httpcore  # noqa: F401  httpx imports it when it is first used

# Our keys are bytes in a file of ours: what reads PEM and SSH keys, with their ciphers, stays out.
with left_out(
    "cryptography.hazmat.primitives.serialization", "load_pem_private_key", "load_pem_public_key"
):
    from http_message_signatures import (
        HTTPMessageSigner,
        HTTPMessageVerifier,
        HTTPSignatureKeyResolver,
        InvalidSignature,
        algorithms,
    )
    from http_message_signatures.exceptions import HTTPMessageSignaturesException

_AGAIN = frozenset({408, 425, 429})
_SERVER_FAULTS = 500
_CLIENT_FAULTS = 400
_CONNECT_S = 5.0
_PROBLEM_BYTES_MAX = 64 * 1024
_RETRY_AFTER_MAX_S = 3600.0


class _Verifier(HTTPMessageVerifier):
    # A reply is bound to the request that it answers: its age proves nothing more.
    max_clock_skew = timedelta(days=365 * 200)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, identity: Identity) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(identity.private_key)
        self._centre = Ed25519PublicKey.from_public_bytes(identity.centre_key)

    @override
    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._private

    @override
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        return self._centre


def open_client(url: str, ca_file: Path | None, *, timeout_s: float) -> httpx.Client:
    """Return an HTTP client that trusts one private authority, or the system's without one.

    Raises IdentityFileError when the authority's file cannot be used.
    """
    verify: ssl.SSLContext | bool = True
    if url.startswith("http://"):
        # Nothing to verify on this machine's own loopback; loading the authorities takes memory.
        verify = False
    elif ca_file is not None:
        try:
            verify = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            words = " ".join(str(error).split())
            message = f"{ca_file}: {words}; put the authority's certificate there, as PEM"
            raise IdentityFileError(message) from error
    # Proxy variables of the environment would take even loopback traffic.
    return httpx.Client(
        trust_env=False, timeout=httpx.Timeout(timeout_s, connect=_CONNECT_S), verify=verify
    )


class Channel:
    """A lane's connection. Raises TransientError and RefusedError, and nothing of httpx."""

    def __init__(
        self,
        identity: Identity,
        *,
        ca_file: Path | None,
        clock: Callable[[], datetime],
        timeout_s: float = 30.0,
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._offset = timedelta(0)
        self._timeout_s = timeout_s
        self._keys = _Keys(identity)
        self._signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=self._keys
        )
        self._verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=self._keys)
        self._client = open_client(identity.central_url, ca_file, timeout_s=timeout_s)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def now(self) -> datetime:
        """The time now, corrected by what the centre last told."""
        return self._clock() + self._offset

    def post(self, path: str, *, body: bytes, headers: Mapping[str, str]) -> dict[str, object]:
        """Send a body and return the JSON object of the reply, proved."""
        with self._exchange("POST", path, headers=headers, body=body) as response:
            return self.read_json(response)

    @contextmanager
    def get(
        self, path: str, *, headers: Mapping[str, str], wait_s: float = 0.0
    ) -> Iterator[httpx.Response]:
        """Ask for something; the reply's content is not read yet, nor its signature proved.

        wait_s: how long the centre was asked to hold back its answer.
        """
        with self._exchange("GET", path, headers=headers, body=None, wait_s=wait_s) as response:
            yield response

    def read_json(self, response: httpx.Response) -> dict[str, object]:
        """Return the JSON object of a reply whose signature covers its content."""
        content = response.read()
        self._prove(response, REPLY_COMPONENTS, body=content)
        return _json_object(content)

    def read_content(self, response: httpx.Response, *, bytes_max: int) -> bytes:
        """Return a reply's bytes, whose signature covers them; too many end it early."""
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > bytes_max:
                message = f"{response.url} answered with more than {bytes_max} bytes"
                raise TransientError(message)
        self._prove(response, REPLY_COMPONENTS, body=bytes(content))
        return bytes(content)

    def prove(self, response: httpx.Response, components: tuple[str, ...]) -> None:
        """Check the centre's signature of a reply's headers."""
        self._prove(response, components, body=None)

    @contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        wait_s: float = 0.0,
    ) -> Iterator[httpx.Response]:
        try:
            response = self._send(method, path, headers, body, wait_s)
            try:
                problem = _problem_of(response)
                if problem.get("type") == PROBLEM_TYPE + "clock":
                    # The clock is corrected now: signed again, once, with the same body.
                    response.close()
                    response = self._send(method, path, headers, body, wait_s)
                    problem = _problem_of(response)
                _raise_for_status(response, problem)
                yield response
            finally:
                response.close()
        except httpx.HTTPError as error:
            words = " ".join(str(error).split()) or type(error).__name__
            message = f"centre {self._identity.central_url}: {words}"
            raise TransientError(message) from error

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        wait_s: float,
    ) -> httpx.Response:
        url = self._identity.central_url.rstrip("/") + path
        timeout = httpx.Timeout(self._timeout_s + wait_s, connect=_CONNECT_S)
        request = self._client.build_request(
            method, url, headers=dict(headers), content=body, timeout=timeout
        )
        self._signer.sign(
            request,
            key_id=self._identity.key_id,
            created=self.now,
            label="terminal",
            tag=SIGNATURE_TAG,
            covered_component_ids=READ_COMPONENTS if body is None else WRITE_COMPONENTS,
            body=body,
        )
        response = self._client.send(request, stream=True)
        self._learn_time(response)
        return response

    def _learn_time(self, response: httpx.Response) -> None:
        try:
            told = parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError):
            return
        self._offset = told - self._clock()

    def _prove(
        self, response: httpx.Response, components: tuple[str, ...], *, body: bytes | None
    ) -> None:
        try:
            self._verifier.verify(
                response,
                max_age=None,
                expect_tag=SIGNATURE_TAG,
                require_components=components,
                body=body,
            )
        except (InvalidSignature, HTTPMessageSignaturesException) as error:
            # Something between us and the centre answered, such as a guest network's login page:
            # it may be gone the next time, and nothing it said is believed.
            words = " ".join(str(error).split())
            message = f"{response.url} did not answer with the centre's signature: {words}"
            raise TransientError(message) from error


def _raise_for_status(response: httpx.Response, problem: dict[str, Any]) -> None:
    status = response.status_code
    if status < _CLIENT_FAULTS:
        return
    kind = str(problem.get("type", "")).removeprefix(PROBLEM_TYPE)
    detail = " ".join(str(problem.get("detail", response.reason_phrase)).split())
    message = f"{response.url} answered {status}: {detail}"
    if status in _AGAIN or status >= _SERVER_FAULTS:
        raise TransientError(
            message,
            retry_after_s=_retry_after_s(response),
            is_centres_fault=status >= _SERVER_FAULTS and status != 503,  # noqa: PLR2004
        )
    raise RefusedError(message, status=status, problem=kind, details=problem)


def _problem_of(response: httpx.Response) -> dict[str, Any]:
    """Return the problem that a reply tells (RFC 9457), read once; empty where it tells none."""
    if response.status_code < _CLIENT_FAULTS:
        return {}
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        return {}
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > _PROBLEM_BYTES_MAX:
            return {}
    try:
        return _json_object(bytes(content))
    except TransientError:
        return {}


def _retry_after_s(response: httpx.Response) -> float | None:
    """Return the wait that a Retry-After field asks for (RFC 9110, section 10.2.3)."""
    written = response.headers.get("retry-after")
    if written is None:
        return None
    if written.strip().isdecimal():
        return min(float(written), _RETRY_AFTER_MAX_S)
    try:
        until = parsedate_to_datetime(written)
        told = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
    return min(max((until - told).total_seconds(), 0.0), _RETRY_AFTER_MAX_S)


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(content)
    except ValueError as error:
        message = "the centre's answer is no JSON"
        raise TransientError(message) from error
    if not isinstance(plain, dict):
        message = "the centre's answer is no JSON object"
        raise TransientError(message)
    return plain
