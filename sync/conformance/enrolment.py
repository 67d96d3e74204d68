"""Questions about enrolment, and about the key that takes the place of another."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.ids import SchoolId, TerminalId
from core.wire import API, enrolment_proof, plain_code
from sync.conformance.report import Notes, expect
from sync.conformance.speaker import Answer, Line, Request, Speaker, expect_problem
from sync.identity import Identity

_PATH = f"{API}/enrolments"
_CREATED, _MALFORMED, _FORBIDDEN = 201, 400, 403
_UNKNOWN_CODE = "0000-0000"
_FIELDS = ("school_id", "terminal_id", "terminal_name", "key_id", "badge_key", "centre_key")


def fresh_key() -> Ed25519PrivateKey:
    """Return a new key."""
    return Ed25519PrivateKey.generate()


def enrol(notes: Notes, line: Line, code: str) -> Identity | None:
    """Ask about enrolment, and enrol; None when the server does not."""
    key = fresh_key()
    with notes.check("enrolment-malformed", "400 `malformed` for a body that is none"):
        expect_problem(line.plain("POST", _PATH, {}), _MALFORMED, "malformed")
    with notes.check("enrolment-wrong-code", "403 `code` for a code that nobody gave out"):
        expect_problem(_ask(line, _UNKNOWN_CODE, key), _FORBIDDEN, "code")
    with notes.check("enrolment-bad-proof", "400 `proof` when another key has signed"):
        expect_problem(_ask(line, code, key, signer=fresh_key()), _MALFORMED, "proof")
    identity: Identity | None = None
    told: dict[str, object] = {}
    with notes.check("enrolment", "201 with the terminal's ids and the keys"):
        answer = _ask(line, code, key)
        expect(holds=answer.status == _CREATED, came=answer.summary())
        told = answer.told()
        identity = _identity(told, line, key)
    if identity is None:
        return None
    with notes.check("enrolment-repeated", "the same answer for the same code and key"):
        again = _ask(line, code, key)
        same = again.status == _CREATED and all(
            again.told().get(name) == told[name] for name in _FIELDS
        )
        expect(holds=same, came=again.summary())
    with notes.check("enrolment-code-once", "403 `code` for the same code with another key"):
        expect_problem(_ask(line, code, fresh_key()), _FORBIDDEN, "code")
    return identity


def _ask(
    line: Line, code: str, key: Ed25519PrivateKey, signer: Ed25519PrivateKey | None = None
) -> Answer:
    return line.plain("POST", _PATH, {"code": code, **_proved(plain_code(code), key, signer)})


def _proved(
    code: str, key: Ed25519PrivateKey, signer: Ed25519PrivateKey | None = None
) -> dict[str, str]:
    public_key = key.public_key().public_bytes_raw()
    proof = (signer or key).sign(enrolment_proof(code=code, public_key=public_key))
    return {"public_key": b64encode(public_key).decode(), "proof": b64encode(proof).decode()}


def _identity(told: dict[str, object], line: Line, key: Ed25519PrivateKey) -> Identity:
    return Identity(
        school_id=SchoolId(str(told["school_id"])),
        terminal_id=TerminalId(str(told["terminal_id"])),
        terminal_name=str(told["terminal_name"]),
        central_url=line.url,
        key_id=str(told["key_id"]),
        private_key=key.private_bytes_raw(),
        badge_key=b64decode(str(told["badge_key"]), validate=True),
        centre_key=b64decode(str(told["centre_key"]), validate=True),
    )


def rotate(notes: Notes, speaker: Speaker, *, is_alive: Callable[[], None]) -> None:
    """Ask about rotation. is_alive: asks something signed, and raises when it is refused."""
    key, old = fresh_key(), speaker.identity
    with notes.check("rotation-bad-proof", "400 `proof` when another key has signed"):
        answer = speaker.ask(_rotation(speaker, key, signer=fresh_key()))
        expect_problem(answer, _MALFORMED, "proof")
    key_id = ""
    with notes.check("rotation", "200 with the new key's id"):
        key_id = str(speaker.proved(speaker.ask(_rotation(speaker, key)))["key_id"])
    if not key_id:
        return
    with notes.check("rotation-repeated", "the same answer for the same key"):
        told = speaker.proved(speaker.ask(_rotation(speaker, key)))
        expect(holds=told["key_id"] == key_id, came=f"key {told['key_id']}")
    with notes.check("rotation-old-key", "the old key is believed for some days more"):
        is_alive()
    speaker.identity = replace(old, private_key=key.private_bytes_raw(), key_id=key_id)
    with notes.check("rotation-new-key", "the new key is believed at once"):
        is_alive()


def _rotation(
    speaker: Speaker, key: Ed25519PrivateKey, signer: Ed25519PrivateKey | None = None
) -> Request:
    body = json.dumps(_proved(speaker.identity.terminal_id, key, signer)).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": '"rotation"'}
    return Request("POST", speaker.path("keys"), body, headers)
