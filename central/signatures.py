"""RFC 9421 signatures: requests are proved against pinned keys, replies are signed.

The digest covers the bytes as they came, before anything is unpacked. All components must be
covered, or a signature over the method alone would pass. The library's own clock check is opened
wide and replaced by ours, which uses the clock that was given: a terminal whose clock is wrong
gets the answer `clock` with the centre's time, corrects itself and signs again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from typing_extensions import override

from central.database import Session
from central.errors import Problem
from central.terminals import PinnedKey, find_key
from core.codec import moment_text
from core.ids import TerminalId
from core.wire import READ_COMPONENTS, SIGNATURE_TAG, WRITE_COMPONENTS

CREATED_WINDOW = timedelta(minutes=10)
_CENTRE_KEY_ID = "centre"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it came. url: the full address that the terminal asked for."""

    method: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Reply:
    status_code: int
    headers: dict[str, str]
    request: SignedRequest


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=365 * 200)


class _PinnedKeys(HTTPSignatureKeyResolver):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.found: PinnedKey | None = None

    @override
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        self.found = find_key(self._session, key_id)
        if self.found is None:
            return None
        return Ed25519PublicKey.from_public_bytes(self.found.public_key)


def verify_request(
    session: Session,
    request: SignedRequest,
    *,
    body: bytes | None,
    terminal: TerminalId,
    now: datetime,
) -> PinnedKey:
    """Return the key that signed a request, when it is this terminal's and the request is whole.

    body: the raw bytes received; None for a request without one. Raises Problem: `signature`,
    `clock` or `revoked`. A revoked key's facts are told apart by the caller: see `revoked_at`.
    """
    keys = _PinnedKeys(session)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    required = READ_COMPONENTS if body is None else WRITE_COMPONENTS
    try:
        results = verifier.verify(
            request,
            max_age=None,
            expect_tag=SIGNATURE_TAG,
            require_components=required,
            body=body,
        )
    except (InvalidSignature, HTTPMessageSignaturesException) as error:
        words = " ".join(str(error).split())
        raise _refused(f"the request's signature does not hold: {words}") from error
    key = keys.found
    assert key is not None, "a verified signature has a key"
    if len(results) != 1:
        raise _refused("the request must carry one signature")
    if key.terminal_id != terminal:
        raise _refused("the key belongs to another terminal")
    _check_times(results[0].parameters, key, now)
    return key


def _check_times(parameters: Mapping[str, Any], key: PinnedKey, now: datetime) -> None:
    created = datetime.fromtimestamp(parameters["created"], UTC)
    if abs(created - now) > CREATED_WINDOW:
        raise Problem(
            "clock",
            status=401,
            detail="the signature was made at another time; correct the clock and sign again",
            members={"server_time": moment_text(now)},
        )
    if key.ends_at is not None and now >= key.ends_at:
        raise _refused("this key was replaced by a newer one")


def _refused(detail: str) -> Problem:
    return Problem("signature", status=401, detail=detail)


def content_digest(body: bytes) -> str:
    """Return the Content-Digest of bytes (RFC 9530)."""
    digest: str = ContentDigest.create(body)
    return digest


def sign_reply(
    signing_key: bytes,
    request: SignedRequest,
    *,
    status: int,
    headers: dict[str, str],
    components: tuple[str, ...],
    now: datetime,
) -> None:
    """Add the centre's signature to a reply's headers, bound to the request that it answers."""
    key = Ed25519PrivateKey.from_private_bytes(signing_key)
    resolver = _CentreKey(key)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=resolver)
    signer.sign(
        _Reply(status, headers, request),
        key_id=_CENTRE_KEY_ID,
        created=now,
        label="centre",
        tag=SIGNATURE_TAG,
        covered_component_ids=components,
        use_existing_digest="Content-Digest" in headers,
    )


class _CentreKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @override
    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key


def sign_bytes(signing_key: bytes, body: bytes) -> bytes:
    """Return the centre's signature of bytes: 64 bytes, always the same for the same (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(body)


def public_key_of(signing_key: bytes) -> bytes:
    """Return the 32 bytes that terminals pin."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()
