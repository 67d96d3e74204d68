"""The lane up: events leave in order, and count as sent only by the centre's own reply.

A batch that is tried again has the same bytes. Nothing is ever deleted here. A batch that the
centre cannot take as a whole (its bytes do not make a chain, or it fails at it again and again) is
halved until the one event at fault stands alone, which the centre then puts into quarantine.

Where the centre holds events of this terminal that its journal does not, an older image of the
card was restored, or the card was copied. The lane tells it and stops; it then asks now and then
whether a person has approved a new epoch, and goes on by itself once the journal has begun it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from core.batch import BATCH_EVENTS_MAX, Batch, Flag, Verdict, pack_batch
from core.codec import from_plain, moment_text
from core.events import SealedEvent
from core.shift_facts import Perpetual
from core.till_state import Position
from core.wire import API, BATCH_TYPE, CLOCK_HEADER
from sync.day_receipt import read_receipt
from sync.errors import RefusedError, TransientError
from sync.identity import Identity
from sync.intervals import Intervals
from sync.lane import LaneThread
from sync.ports import (
    Acknowledged,
    EpochApproved,
    EventVerdict,
    Forked,
    Lane,
    LaneState,
    Outbox,
    UplinkMessage,
)

if TYPE_CHECKING:
    from sync.channel import Channel

_FAULTS_BEFORE_HALVING = 3
_NOT_FOUND = 404
_HALVED = frozenset({"chain", "malformed", "too-large"})


class UpLane(LaneThread):
    """Sends what the outbox holds behind the acknowledged position."""

    lane = Lane.UP

    def __init__(
        self,
        identity: Identity,
        *,
        outbox: Outbox,
        acknowledged: Position,
        folder: Path,
        post: Callable[[UplinkMessage], None],
        clock: Callable[[], datetime],
        intervals: Intervals,
    ) -> None:
        super().__init__(identity, folder=folder, post=post, clock=clock, intervals=intervals)
        self._outbox = outbox
        self._acknowledged = acknowledged
        self._batch_max = BATCH_EVENTS_MAX
        self._fork: Forked | None = None
        self._channel: Channel

    @property
    def acknowledged(self) -> Position:
        """How far the centre has everything."""
        return self._acknowledged

    @property
    @override
    def rest_s(self) -> float:
        return self.intervals.up_s

    @property
    @override
    def stopped_rest_s(self) -> float | None:
        return None if self._fork is None else self.intervals.approval_s

    @override
    def open(self) -> None:
        from sync.channel import Channel  # noqa: PLC0415  heavy, see the package's promise

        self._channel = Channel(
            self.identity,
            ca_file=self.ca_file,
            clock=self.clock,
            timeout_s=self.intervals.timeout_s,
        )

    @override
    def close(self) -> None:
        self._channel.close()

    @override
    def work(self) -> None:
        if self._fork is not None:
            self._ask_for_epoch(self._fork)
        if not self._outbox.events_after(self._acknowledged, 1):
            self.tell(LaneState.IDLE, "everything is at the centre")
            return
        self.pause(self.intervals.gather_s)
        while events := self._next_events():
            if self._send(events):
                self._batch_max = min(self._batch_max * 2, BATCH_EVENTS_MAX)
            else:
                self._batch_max = max(1, len(events) // 2)
        self.tell(LaneState.IDLE, "everything is at the centre")

    def _next_events(self) -> Sequence[SealedEvent]:
        events = self._outbox.events_after(self._acknowledged, self._batch_max)
        return [event for event in events if event.epoch == events[0].epoch]

    def _send(self, events: Sequence[SealedEvent]) -> bool:
        """Send events until the centre has answered for them. False: they must be halved."""
        batch = pack_batch(self.identity.terminal_id, events)
        faults = 0

        def attempt() -> dict[str, object]:
            nonlocal faults
            try:
                return self._post_batch(batch)
            except TransientError as error:
                faults += error.is_centres_fault
                if len(events) > 1 and faults >= _FAULTS_BEFORE_HALVING:
                    raise _HalveError from error
                raise

        try:
            reply = self._persist(attempt)
        except _HalveError:
            return False
        except RefusedError as error:
            if error.problem in _HALVED and len(events) > 1:
                return False
            if error.problem == "gap" and self._rewind(error):
                return True
            if error.problem == "fork":
                self._note_fork(events, Forked(_before(events[0]), read_head(error.details)))
                return True
            raise
        self._acknowledge(reply, events)
        return True

    def _persist(self, attempt: Callable[[], dict[str, object]]) -> dict[str, object]:
        from sync.patience import persist  # noqa: PLC0415  heavy, see the package's promise

        return persist(
            attempt,
            wait_first_s=self.intervals.retry_first_s,
            wait_max_s=self.intervals.retry_max_s,
            pause=self.pause,
            on_failure=self.failed,
        )

    def _post_batch(self, batch: Batch) -> dict[str, object]:
        if self.health.state is not LaneState.OFFLINE:
            self.tell(LaneState.WORKING, "sending")
        return self._channel.post(
            f"{API}/terminals/{self.identity.terminal_id}/batches",
            body=batch.body,
            headers={
                "Content-Type": BATCH_TYPE,
                "Content-Encoding": "gzip",
                "Idempotency-Key": f'"{batch.idempotency_key}"',
                CLOCK_HEADER: moment_text(self.clock()),
            },
        )

    def _rewind(self, error: RefusedError) -> bool:
        """Go back to where the centre expects us, if that is behind what we thought it has."""
        expected = error.details.get("expected")
        if not isinstance(expected, dict):
            return False
        epoch, seq = expected.get("epoch"), expected.get("seq")
        if not isinstance(epoch, int) or not isinstance(seq, int):
            return False
        back = (epoch, seq - 1)
        if back >= self._acknowledged:
            return False
        self._acknowledged = back
        return True

    def _acknowledge(self, reply: dict[str, object], events: Sequence[SealedEvent]) -> None:
        receipt = read_receipt(reply.get("receipt"), self.identity)
        message = replace(read_reply(reply), receipt=receipt)
        if self._is_ours(message):
            self.post(message)
            self._acknowledged = message.high_water
            return
        answered = (events[-1].epoch, events[-1].seq)
        other = replace(message, is_ours=False, answered=answered)
        self._note_fork(events, Forked(_last_common(events, message), message.high_water), other)

    def _note_fork(
        self, events: Sequence[SealedEvent], fork: Forked, message: Acknowledged | None = None
    ) -> None:
        """Tell of a fork, and go on behind these events only if a new epoch was begun.

        The centre keeps them as strays. Raises RefusedError when a person must approve first.
        """
        last = events[-1]
        has_epoch = bool(self._outbox.events_after((last.epoch + 1, 0), 1))
        if not has_epoch:
            self._fork = fork
            self.post(fork)
        if message is not None:
            self.post(message)
        if not has_epoch:
            raise _fork_error(fork)
        self._acknowledged = (last.epoch, last.seq)

    def _ask_for_epoch(self, fork: Forked) -> None:
        """Ask whether a person has approved a new epoch. Raises RefusedError when nobody has."""
        path = f"{API}/terminals/{self.identity.terminal_id}/epoch"

        def ask() -> dict[str, object]:
            with self._channel.get(path, headers={}) as response:
                return self._channel.read_json(response)

        try:
            approved = read_epoch(self._persist(ask))
        except RefusedError as error:
            # A centre of before this question cannot answer it; it still takes an epoch.
            if error.status != _NOT_FOUND:
                raise
            approved = None
        if approved is not None:
            self.post(approved)
        if not self._outbox.events_after((fork.common[0] + 1, 0), 1):
            raise _fork_error(fork)
        self._fork = None

    def _is_ours(self, message: Acknowledged) -> bool:
        """Say whether this journal holds what the centre says is its last event."""
        epoch, seq = message.high_water
        found = self._outbox.events_after((epoch, seq - 1), 1)
        return bool(found) and (found[0].epoch, found[0].seq, found[0].hash) == (
            epoch,
            seq,
            message.head_hash,
        )


class _HalveError(Exception):
    """This batch is to be sent in two halves."""


def _before(event: SealedEvent) -> Position:
    return (event.epoch, event.seq - 1)


def _last_common(events: Sequence[SealedEvent], message: Acknowledged) -> Position:
    """Return the last place of a batch before the first that the centre holds otherwise."""
    others = [one.position for one in message.verdicts if one.verdict is Verdict.CONFLICT]
    if not others:
        return _before(events[0])
    epoch, seq = min(others)
    return (epoch, seq - 1)


def _fork_error(fork: Forked) -> RefusedError:
    epoch, seq = fork.high_water
    text = (
        f"the centre's last event of this terminal, {epoch}-{seq}, is not in this journal:"
        " a copied or restored card; ask the bursar to approve a new epoch, with"
        " `refectory central approve-epoch`"
    )
    return RefusedError(text, status=409, problem="fork", details={})


def read_head(plain: dict[str, object]) -> Position:
    """Return the place of the centre's last event, as a problem tells it; (0, 0) where it does not.

    Source: the members `epoch` and `high_water` of the problem `fork`.
    """
    epoch, seq = plain.get("epoch"), plain.get("high_water")
    return (epoch, seq) if isinstance(epoch, int) and isinstance(seq, int) else (0, 0)


def read_epoch(plain: dict[str, object]) -> EpochApproved | None:
    """Return the epoch that was approved; None while none is. Raises TransientError."""
    try:
        if plain.get("approved") is None:
            return None
        return EpochApproved(
            epoch=_whole(plain["approved"]),
            after=(_whole(plain["epoch"]), _whole(plain["high_water"])),
            after_hash=bytes.fromhex(str(plain["head_hash"])),
            receipt=_whole(plain["receipt"]),
            closing=_whole(plain["closing"]),
            perpetual=from_plain(Perpetual, plain["perpetual"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        words = " ".join(str(error).split())
        message = f"the centre's answer about the epoch cannot be read: {words}"
        raise TransientError(message) from error


def read_reply(reply: dict[str, object]) -> Acknowledged:
    """Return what the centre's reply to a batch says. Raises TransientError when it is none."""
    try:
        epoch, seq = _whole(reply["epoch"]), _whole(reply["high_water"])
        return Acknowledged(
            high_water=(epoch, seq),
            head_hash=bytes.fromhex(str(reply["head_hash"])),
            verdicts=tuple(_verdict(epoch, row) for row in _rows(reply["verdicts"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        words = " ".join(str(error).split())
        message = f"the centre's reply to a batch cannot be read: {words}"
        raise TransientError(message) from error


def _rows(plain: object) -> list[dict[str, object]]:
    if not isinstance(plain, list) or not all(isinstance(row, dict) for row in plain):
        message = "verdicts must be a list of objects"
        raise TypeError(message)
    return plain


def _verdict(epoch: int, row: dict[str, object]) -> EventVerdict:
    flag = row.get("exception")
    # A flag that this version does not know is a flag all the same, but has no name here.
    known = Flag(flag) if flag in {one.value for one in Flag} else None
    return EventVerdict((epoch, _whole(row["seq"])), Verdict(str(row["verdict"])), known)


def _whole(value: object) -> int:
    if type(value) is not int:
        message = f"{value!r} is not a whole number"
        raise TypeError(message)
    return value
