"""Routes of trust: a terminal's keys are pinned, and its next epoch is approved."""

from base64 import b64decode, b64encode
from datetime import datetime, timedelta

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from central.answers import decoded, plain_json, read_body
from central.centre import Centre
from central.enrolment import redeem_code, rotate_key
from central.epochs import read_going
from central.errors import Problem
from central.signatures import public_key_of
from central.terminals import find_terminal
from core.codec import moment_text, to_plain
from core.ids import TerminalId

_WRONG_CODES_MAX = 20
_WRONG_CODES_WINDOW = timedelta(minutes=1)


class Enrolment(msgspec.Struct, forbid_unknown_fields=False):
    """The body of an enrolment; keys and proof are base64."""

    code: str
    public_key: str
    proof: str


class Rotation(msgspec.Struct, forbid_unknown_fields=False):
    """The body of a key's rotation; key and proof are base64."""

    public_key: str
    proof: str


class TrustRoutes:
    """Enrolment, rotation, and what was approved."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._wrong_codes: list[datetime] = []

    async def enrol(self, request: Request) -> Response:
        """Pin a new terminal's key for a one-time code."""
        now = self._centre.clock()
        self._wrong_codes = [at for at in self._wrong_codes if now - at < _WRONG_CODES_WINDOW]
        if len(self._wrong_codes) >= _WRONG_CODES_MAX:
            raise Problem(
                "slow-down",
                status=429,
                detail="too many wrong codes; wait a minute",
                retry_after_s=int(_WRONG_CODES_WINDOW.total_seconds()),
            )
        asked = decoded(await read_body(request), Enrolment)
        public_key, proof = _read_keys(asked.public_key, asked.proof)
        try:
            enrolled = await run_in_threadpool(
                redeem_code,
                self._centre.store,
                code=asked.code,
                public_key=public_key,
                proof=proof,
                now=now,
            )
        except Problem as problem:
            if problem.kind == "code":
                self._wrong_codes.append(now)
            raise
        return plain_json(
            {
                "school_id": enrolled.school_id,
                "terminal_id": enrolled.terminal_id,
                "terminal_name": enrolled.terminal_name,
                "key_id": enrolled.key_id,
                "badge_key": b64encode(enrolled.badge_key).decode(),
                "centre_key": b64encode(public_key_of(self._centre.store.signing_key)).decode(),
                "server_time": moment_text(now),
            },
            status=201,
        )

    async def rotate(self, request: Request) -> Response:
        """Pin a terminal's next key, asked for with the old one."""
        body = await read_body(request)
        return await run_in_threadpool(self._rotate, request, body)

    def _rotate(self, request: Request, body: bytes) -> Response:
        now = self._centre.clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._centre.signed(request)
        self._centre.prove(signed, body=body, terminal=terminal, now=now)
        asked = decoded(body, Rotation)
        public_key, proof = _read_keys(asked.public_key, asked.proof)
        key_id, ends_at = rotate_key(
            self._centre.store, terminal, public_key=public_key, proof=proof, now=now
        )
        plain: dict[str, object] = {"key_id": key_id, "old_key_ends_at": moment_text(ends_at)}
        return self._centre.signed_json(signed, plain, now)

    async def tell_epoch(self, request: Request) -> Response:
        """Say whether a terminal may begin a new epoch, and where its numbers stand."""
        return await run_in_threadpool(self._tell_epoch, request)

    def _tell_epoch(self, request: Request) -> Response:
        now = self._centre.clock()
        named = TerminalId(request.path_params["terminal"])
        signed = self._centre.signed(request)
        self._centre.prove(signed, body=None, terminal=named, now=now)
        with self._centre.store.database.reading() as session:
            terminal = find_terminal(session, named)
            going = read_going(session, terminal)
        epoch, seq = terminal.high_water
        plain: dict[str, object] = {
            "epoch": epoch,
            "high_water": seq,
            "head_hash": terminal.head_hash.hex(),
            "approved": going.approved,
            "receipt": going.receipt,
            "closing": going.closing,
            "perpetual": to_plain(going.perpetual),
            "server_time": moment_text(now),
        }
        return self._centre.signed_json(signed, plain, now)


def _read_keys(public_key: str, proof: str) -> tuple[bytes, bytes]:
    try:
        return b64decode(public_key, validate=True), b64decode(proof, validate=True)
    except ValueError as error:
        detail = "the public key and the proof must be base64"
        raise Problem("malformed", status=400, detail=detail) from error
