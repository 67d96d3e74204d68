"""The routes of the copy: whole, from a byte on, or what changed; and waiting for a change."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from central.centre import Centre, revoked
from central.changes import read_changes
from central.signatures import SignedRequest, sign_reply, verify_request
from central.snapshot_file import Copy, CopyRoom
from central.terminal_health import note_health
from central.terminals import find_terminal, note_seen
from core.codec import moment_text
from core.health import read_health
from core.ids import TerminalId
from core.wire import COPY_COMPONENTS, HEALTH_HEADER, SNAPSHOT_TYPE, UNCHANGED_COMPONENTS

_PIECE_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{1,15})-")
_WAIT = re.compile(r"wait=(\d{1,4})")
_WAIT_MAX_S = 55
_LOOK_AGAIN_S = 0.5
_SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A proved request for a copy. known: the ETag that the terminal has."""

    terminal: TerminalId
    signed: SignedRequest
    known: str | None


class CopyRoutes:
    """What the centre knows on its way down. `room` is set when the application has started."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self.room: CopyRoom | None = None

    @property
    def _room(self) -> CopyRoom:
        assert self.room is not None, "the application has started"
        return self.room

    async def tell_terminal(self, request: Request) -> Response:
        """Tell a terminal how the centre knows it."""
        return await run_in_threadpool(self._tell_terminal, request)

    def _tell_terminal(self, request: Request) -> Response:
        now = self._centre.clock()
        asked = self._who_asks(request)
        with self._centre.store.database.reading() as session:
            terminal = find_terminal(session, asked.terminal)
        epoch, seq = terminal.high_water
        plain: dict[str, object] = {
            "terminal_id": terminal.id,
            "terminal_name": terminal.name,
            "state": terminal.state.value,
            "epoch": epoch,
            "high_water": seq,
            "head_hash": terminal.head_hash.hex(),
            "next_epoch": terminal.next_epoch,
            "server_time": moment_text(now),
        }
        return self._centre.signed_json(asked.signed, plain, now)

    async def send_copy(self, request: Request) -> Response:
        """Send the copy for a terminal, whole or from a byte on, or say that it is unchanged."""
        asked = await run_in_threadpool(self._who_asks, request)
        if asked.known is not None and await self._is_unchanged(request, asked):
            return self._unchanged(asked.signed, asked.known, self._centre.clock())
        return await run_in_threadpool(self._send_copy, request, asked)

    def _send_copy(self, request: Request, asked: "_Asked") -> Response:
        now = self._centre.clock()
        copy = self._room.copy_for(asked.terminal, now=now)
        return self._copy(request, asked.signed, copy, now)

    async def send_changes(self, request: Request) -> Response:
        """Send what changed after a place in the feed, or say that nothing did."""
        asked = await run_in_threadpool(self._who_asks, request)
        if asked.known is not None and await self._is_unchanged(request, asked):
            return self._unchanged(asked.signed, asked.known, self._centre.clock())
        return await run_in_threadpool(self._send_changes, request, asked)

    def _send_changes(self, request: Request, asked: "_Asked") -> Response:
        now = self._centre.clock()
        after = request.query_params.get("after", "")
        with self._centre.store.database.reading() as session:
            terminal = find_terminal(session, asked.terminal)
            changes = read_changes(session, terminal, after=after, now=now)
        return self._centre.signed_json(
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
        now = self._centre.clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._centre.signed(request)
        with self._centre.store.database.reading() as session:
            key = verify_request(session, signed, body=None, terminal=terminal, now=now)
            seen_at = find_terminal(session, terminal).last_seen_at
        if key.revoked_at is not None:
            raise revoked()
        if seen_at is None or now - seen_at > _SEEN_EVERY:
            with self._centre.store.database.writing() as session:
                known = find_terminal(session, terminal)
                note_seen(session, known, at=now)
                told = read_health(request.headers.get(HEALTH_HEADER, ""))
                note_health(session, known, told, at=now)
        return _Asked(terminal, signed, request.headers.get("if-none-match"))

    async def _is_unchanged(self, request: Request, asked: "_Asked") -> bool:
        """Say whether a copy is still true; wait for a change as long as the terminal prefers."""
        until = monotonic() + _wait_s(request)
        while True:
            now = self._centre.clock()
            etag = await run_in_threadpool(self._room.etag_now, asked.terminal, now=now)
            if etag != asked.known:
                return False
            left = until - monotonic()
            if left <= 0 or self._centre.stopping.is_set() or await request.is_disconnected():
                return True
            await asyncio.sleep(min(left, _LOOK_AGAIN_S))

    def _unchanged(self, signed: SignedRequest, etag: str, now: datetime) -> Response:
        headers = {"ETag": etag}
        sign_reply(
            self._centre.store.signing_key,
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
            self._centre.store.signing_key,
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
