"""The route of facts: a signed batch of a terminal's events is booked, and answered one by one."""

import logging
from datetime import datetime, timedelta

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from central.answers import read_body
from central.arrivals import BatchAnswer
from central.centre import Centre, revoked
from central.ingest import ingest, keep_revoked
from central.signatures import verify_request
from central.wire_batch import unpack_batch
from core.batch import BATCH_EVENTS_MAX
from core.codec import CodecError, moment_text, read_moment
from core.ids import TerminalId
from core.wire import CLOCK_HEADER

_LOG = logging.getLogger("central")
_CLOCK_OFFSET_NOTED = timedelta(minutes=5)
_AT_ONCE = 2
"""Batches in work at a time: while one waits for the database, another is proven and unpacked.

The others wait without a thread. More threads at one interpreter take turns with cold caches, each
batch costs more the more tills there are, and none is left for whoever asks for a copy or a page.
"""


class BatchRoutes:
    """Facts on their way up."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._threads = anyio.CapacityLimiter(_AT_ONCE)

    async def take_batch(self, request: Request) -> Response:
        """Book a batch of a terminal's events."""
        body = await read_body(request)
        return await anyio.to_thread.run_sync(
            self._take_batch, request, body, limiter=self._threads
        )

    def _take_batch(self, request: Request, body: bytes) -> Response:
        now = self._centre.clock()
        terminal = TerminalId(request.path_params["terminal"])
        signed = self._centre.signed(request)
        with self._centre.store.database.reading() as session:
            key = verify_request(session, signed, body=body, terminal=terminal, now=now)
        batch = unpack_batch(body)
        if key.revoked_at is not None:
            keep_revoked(self._centre.store, terminal, batch, now=now)
            raise revoked()
        answer = ingest(self._centre.store, terminal, batch, now=now)
        self._note_clock(request, terminal, now)
        return self._centre.signed_json(signed, _batch_plain(answer, now), now)

    def _note_clock(self, request: Request, terminal: TerminalId, now: datetime) -> None:
        try:
            told = read_moment(request.headers.get(CLOCK_HEADER))
        except (CodecError, ValueError):
            return
        if abs(told - now) > _CLOCK_OFFSET_NOTED:
            _LOG.warning("terminal %s: its clock is off by %s", terminal, told - now)


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
        "receipt": None if answer.receipt is None else answer.receipt.plain,
    }
