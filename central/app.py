"""The centre's web application: the wire of terminals, each answer signed or a plain problem."""

import asyncio
import logging
import re
import tempfile
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from central.changes import read_changes
from central.clock import Clock, wall_clock
from central.enrolment import redeem_code, rotate_key
from central.errors import BusyError, CentralError, Problem
from central.ingest import BatchAnswer, ingest, keep_revoked
from central.openapi import contract
from central.signatures import (
    SignedRequest,
    content_digest,
    public_key_of,
    sign_reply,
    verify_request,
)
from central.snapshot_file import Copy, CopyRoom
from central.store import Store
from central.terminals import find_terminal, note_seen
from central.wire_batch import unpack_batch
from core.batch import BATCH_BYTES_MAX, BATCH_EVENTS_MAX
from core.codec import CodecError, moment_text, read_moment
from core.ids import TerminalId
from core.wire import (
    API,
    CLOCK_HEADER,
    COPY_COMPONENTS,
    PROBLEM_TYPE,
    REPLY_COMPONENTS,
    SNAPSHOT_TYPE,
    UNCHANGED_COMPONENTS,
)

_LOG = logging.getLogger("central")
_PIECE_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{1,15})-")
_WRONG_CODES_MAX = 20
_WRONG_CODES_WINDOW = timedelta(minutes=1)
_CLOCK_OFFSET_NOTED = timedelta(minutes=5)

_WAIT = re.compile(r"wait=(\d{1,4})")
_WAIT_MAX_S = 55
_LOOK_AGAIN_S = 0.5
_SEEN_EVERY = timedelta(seconds=30)

T = TypeVar("T")
Answer = Callable[[Request], Awaitable[Response]]


class Enrolment(msgspec.Struct, forbid_unknown_fields=False):
    """The body of an enrolment; keys and proof are base64."""

    code: str
    public_key: str
    proof: str


class Rotation(msgspec.Struct, forbid_unknown_fields=False):
    """The body of a key's rotation; key and proof are base64."""

    public_key: str
    proof: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A proved request for a copy. known: the ETag that the terminal has."""

    terminal: TerminalId
    signed: SignedRequest
    known: str | None


def make_app(
    store: Store, *, clock: Clock = wall_clock, public_url: str | None = None
) -> Starlette:
    """Return the web application.

    public_url: the address by which terminals know this centre, where a proxy stands before it:
    signatures cover the full address. None: what the request itself names. Whoever stops the
    service sets `app.state.stopping`, so that nobody waits for a change any longer.
    """
    centre = _Centre(store, clock, public_url)
    app = centre.app()
    app.state.stopping = centre.stopping
    return app


class _Centre:
    def __init__(self, store: Store, clock: Clock, public_url: str | None) -> None:
        self._store = store
        self._clock = clock
        self._public_url = None if public_url is None else public_url.rstrip("/")
        self._wrong_codes: list[datetime] = []
        self._copies: CopyRoom | None = None
        self.stopping = threading.Event()

    @property
    def _room(self) -> CopyRoom:
        assert self._copies is not None, "the application has started"
        return self._copies

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(f"{API}/health", self._answer(self.health)),
                Route(f"{API}/openapi.json", self._answer(self.tell_contract)),
                Route(f"{API}/enrolments", self._answer(self.enrol), methods=["POST"]),
                Route(
                    f"{API}/terminals/{{terminal}}/batches",
                    self._answer(self.take_batch),
                    methods=["POST"],
                ),
                Route(
                    f"{API}/terminals/{{terminal}}/keys",
                    self._answer(self.rotate),
                    methods=["POST"],
                ),
                Route(f"{API}/terminals/{{terminal}}/snapshot", self._answer(self.send_copy)),
                Route(f"{API}/terminals/{{terminal}}/changes", self._answer(self.send_changes)),
            ],
            exception_handlers={HTTPException: self._http_problem},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="refectory-copies-") as folder:
            self._copies = CopyRoom(self._store, Path(folder))
            yield

    # --- every answer ----------------------------------------------------------------------

    def _answer(self, handler: Answer) -> Answer:
        async def answer(request: Request) -> Response:
            try:
                response = await handler(request)
            except Problem as problem:
                response = _problem_response(problem)
            except BusyError as error:
                response = _problem_response(
                    Problem("busy", status=503, detail=str(error), retry_after_s=1)
                )
            except ClientDisconnect:
                response = Response(status_code=499)
            except CentralError as error:
                _LOG.error("%s: %s", request.url.path, error)
                response = _problem_response(
                    Problem("internal", status=500, detail="the centre failed; see its log")
                )
            except Exception:  # noqa: BLE001  whatever fails, the terminal gets a plain answer
                _LOG.exception("%s failed", request.url.path)
                response = _problem_response(
                    Problem("internal", status=500, detail="the centre failed; see its log")
                )
            self._date(response)
            return response

        return answer

    async def _http_problem(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "only these are routed here"
        kind = {404: "not-found", 405: "method"}.get(error.status_code, "http")
        response = _problem_response(
            Problem(kind, status=error.status_code, detail=str(error.detail))
        )
        response.headers.update(error.headers or {})
        self._date(response)
        return response

    def _date(self, response: Response) -> None:
        # Terminals set their clocks by this, so it is our clock's and not the web server's.
        now = self._clock().astimezone(UTC)
        response.headers["Date"] = format_datetime(now, usegmt=True)

    # --- what can be asked -----------------------------------------------------------------

    async def health(self, _request: Request) -> Response:
        """Say that the centre and its database answer."""

        def ask() -> None:
            with self._store.database.reading() as session:
                session.row("SELECT 1")

        await run_in_threadpool(ask)
        return _json({"status": "ok", "server_time": moment_text(self._clock())})

    async def tell_contract(self, _request: Request) -> Response:
        """Send the contract of this wire."""
        return _json(contract())

    async def enrol(self, request: Request) -> Response:
        """Pin a new terminal's key for a one-time code."""
        now = self._clock()
        self._wrong_codes = [at for at in self._wrong_codes if now - at < _WRONG_CODES_WINDOW]
        if len(self._wrong_codes) >= _WRONG_CODES_MAX:
            raise Problem(
                "slow-down",
                status=429,
                detail="too many wrong codes; wait a minute",
                retry_after_s=int(_WRONG_CODES_WINDOW.total_seconds()),
            )
        asked = _decoded(await _read_body(request), Enrolment)
        public_key, proof = _read_keys(asked.public_key, asked.proof)
        try:
            enrolled = await run_in_threadpool(
                redeem_code,
                self._store,
                code=asked.code,
                public_key=public_key,
                proof=proof,
                now=now,
            )
        except Problem as problem:
            if problem.kind == "code":
                self._wrong_codes.append(now)
            raise
        return _json(
            {
                "school_id": enrolled.school_id,
                "terminal_id": enrolled.terminal_id,
                "terminal_name": enrolled.terminal_name,
                "key_id": enrolled.key_id,
                "badge_key": b64encode(enrolled.badge_key).decode(),
                "centre_key": b64encode(public_key_of(self._store.signing_key)).decode(),
                "server_time": moment_text(now),
            },
            status=201,
        )

    async def rotate(self, request: Request) -> Response:
        """Pin a terminal's next key, asked for with the old one."""
        body = await _read_body(request)
        return await run_in_threadpool(self._rotate, request, body)

    def _rotate(self, request: Request, body: bytes) -> Response:
        now = self._clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._signed(request)
        with self._store.database.reading() as session:
            key = verify_request(session, signed, body=body, terminal=terminal, now=now)
        if key.revoked_at is not None:
            raise _revoked()
        asked = _decoded(body, Rotation)
        public_key, proof = _read_keys(asked.public_key, asked.proof)
        key_id, ends_at = rotate_key(
            self._store, terminal, public_key=public_key, proof=proof, now=now
        )
        plain: dict[str, object] = {"key_id": key_id, "old_key_ends_at": moment_text(ends_at)}
        return self._signed_json(signed, plain, now)

    async def take_batch(self, request: Request) -> Response:
        """Book a batch of a terminal's events."""
        body = await _read_body(request)
        return await run_in_threadpool(self._take_batch, request, body)

    def _take_batch(self, request: Request, body: bytes) -> Response:
        now = self._clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._signed(request)
        with self._store.database.reading() as session:
            key = verify_request(session, signed, body=body, terminal=terminal, now=now)
        batch = unpack_batch(body)
        if key.revoked_at is not None:
            keep_revoked(self._store, terminal, batch, now=now)
            raise _revoked()
        answer = ingest(self._store, terminal, batch, now=now)
        self._note_clock(request, terminal, now)
        return self._signed_json(signed, _batch_plain(answer, now), now)

    def _note_clock(self, request: Request, terminal: TerminalId, now: datetime) -> None:
        try:
            told = read_moment(request.headers.get(CLOCK_HEADER))
        except (CodecError, ValueError):
            return
        if abs(told - now) > _CLOCK_OFFSET_NOTED:
            _LOG.warning("terminal %s: its clock is off by %s", terminal, told - now)

    async def send_copy(self, request: Request) -> Response:
        """Send the copy for a terminal, whole or from a byte on, or say that it is unchanged."""
        asked = await run_in_threadpool(self._who_asks, request)
        if asked.known is not None and await self._is_unchanged(request, asked):
            return self._unchanged(asked.signed, asked.known, self._clock())
        return await run_in_threadpool(self._send_copy, request, asked)

    def _send_copy(self, request: Request, asked: "_Asked") -> Response:
        now = self._clock()
        copy = self._room.copy_for(asked.terminal, now=now)
        return self._copy(request, asked.signed, copy, now)

    async def send_changes(self, request: Request) -> Response:
        """Send what changed after a place in the feed, or say that nothing did."""
        asked = await run_in_threadpool(self._who_asks, request)
        if asked.known is not None and await self._is_unchanged(request, asked):
            return self._unchanged(asked.signed, asked.known, self._clock())
        return await run_in_threadpool(self._send_changes, request, asked)

    def _send_changes(self, request: Request, asked: "_Asked") -> Response:
        now = self._clock()
        after = request.query_params.get("after", "")
        with self._store.database.reading() as session:
            terminal = find_terminal(session, asked.terminal)
            changes = read_changes(session, terminal, after=after, now=now)
        return self._signed_json(
            asked.signed,
            {
                "cursor": changes.cursor,
                "etag": changes.etag,
                "meta": changes.meta,
                "upserts": changes.rows,
                "removed": {},
            },
            now,
        )

    def _who_asks(self, request: Request) -> "_Asked":
        now = self._clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._signed(request)
        with self._store.database.reading() as session:
            key = verify_request(session, signed, body=None, terminal=terminal, now=now)
            seen_at = find_terminal(session, terminal).last_seen_at
        if key.revoked_at is not None:
            raise _revoked()
        if seen_at is None or now - seen_at > _SEEN_EVERY:
            with self._store.database.writing() as session:
                note_seen(session, find_terminal(session, terminal), at=now)
        return _Asked(terminal, signed, request.headers.get("if-none-match"))

    async def _is_unchanged(self, request: Request, asked: "_Asked") -> bool:
        """Say whether a copy is still true; wait for a change as long as the terminal prefers."""
        until = monotonic() + _wait_s(request)
        while True:
            now = self._clock()
            etag = await run_in_threadpool(self._room.etag_now, asked.terminal, now=now)
            if etag != asked.known:
                return False
            left = until - monotonic()
            if left <= 0 or self.stopping.is_set() or await request.is_disconnected():
                return True
            await asyncio.sleep(min(left, _LOOK_AGAIN_S))

    def _unchanged(self, signed: SignedRequest, etag: str, now: datetime) -> Response:
        headers = {"ETag": etag}
        sign_reply(
            self._store.signing_key,
            signed,
            status=304,
            headers=headers,
            components=UNCHANGED_COMPONENTS,
            now=now,
        )
        return Response(status_code=304, headers=headers)

    def _copy(self, request: Request, signed: SignedRequest, copy: Copy, now: datetime) -> Response:
        file = copy.path.open("rb")
        size = copy.path.stat().st_size
        start = _start_of(request, copy, size)
        file.seek(start)
        headers = {
            "ETag": copy.etag,
            "Repr-Digest": copy.digest,
            "Accept-Ranges": "bytes",
            "Content-Length": str(size - start),
            "Content-Type": SNAPSHOT_TYPE,
        }
        if start:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        status = 206 if start else 200
        sign_reply(
            self._store.signing_key,
            signed,
            status=status,
            headers=headers,
            components=COPY_COMPONENTS,
            now=now,
        )

        async def pieces() -> AsyncIterator[bytes]:
            with file:
                while piece := await run_in_threadpool(file.read, _PIECE_BYTES):
                    yield piece

        return StreamingResponse(pieces(), status_code=status, headers=headers)

    # --- signatures ------------------------------------------------------------------------

    def _signed(self, request: Request) -> SignedRequest:
        url = str(request.url)
        if self._public_url is not None:
            url = self._public_url + request.url.path
            url += f"?{request.url.query}" if request.url.query else ""
        return SignedRequest(request.method, url, request.headers)

    def _signed_json(
        self, signed: SignedRequest, plain: dict[str, object], now: datetime
    ) -> Response:
        body = msgspec.json.encode(plain)
        headers = {
            "Content-Type": "application/json",
            "Content-Digest": content_digest(body),
        }
        sign_reply(
            self._store.signing_key,
            signed,
            status=200,
            headers=headers,
            components=REPLY_COMPONENTS,
            now=now,
        )
        return Response(body, headers=headers)


def _batch_plain(answer: BatchAnswer, now: datetime) -> dict[str, object]:
    epoch, seq = answer.high_water
    return {
        "epoch": epoch,
        "high_water": seq,
        "head_hash": answer.head_hash.hex(),
        "server_time": moment_text(now),
        "next": {"max_batch": BATCH_EVENTS_MAX, "after_ms": 0},
        "verdicts": [
            {"seq": one.seq, "verdict": one.verdict.value, "exception": one.flag}
            for one in answer.verdicts
        ],
    }


def _revoked() -> Problem:
    return Problem("revoked", status=403, detail="this terminal was revoked; enrol it anew")


def _read_keys(public_key: str, proof: str) -> tuple[bytes, bytes]:
    try:
        return b64decode(public_key, validate=True), b64decode(proof, validate=True)
    except ValueError as error:
        detail = "the public key and the proof must be base64"
        raise Problem("malformed", status=400, detail=detail) from error


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        words = " ".join(str(error).split())
        detail = f"this request cannot be read: {words}"
        raise Problem("malformed", status=400, detail=detail) from error


def _wait_s(request: Request) -> int:
    """Return how long a request prefers to wait for a change (RFC 7240, section 4.3)."""
    preferred = _WAIT.search(request.headers.get("prefer", ""))
    return 0 if preferred is None else min(int(preferred.group(1)), _WAIT_MAX_S)


def _start_of(request: Request, copy: Copy, size: int) -> int:
    """Return the byte from which a copy is asked for: 0 when it is not the same copy any more."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range") != copy.etag:
        return 0
    start = int(asked.group(1))
    return start if start < size else 0


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BATCH_BYTES_MAX:
            raise Problem(
                "too-large",
                status=413,
                detail=f"a request holds {BATCH_BYTES_MAX} bytes at most",
            )
    return bytes(body)


def _json(plain: dict[str, Any], *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(plain), status, media_type="application/json")


def _problem_response(problem: Problem) -> Response:
    plain = {
        "type": PROBLEM_TYPE + problem.kind,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    headers = {}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    return Response(
        msgspec.json.encode(plain),
        problem.status,
        media_type="application/problem+json",
        headers=headers,
    )
