"""Makes facts durable: one transaction, one fsync, and only then are they true.

The recorder seals each fact to the journal's chain, stores it with the papers that document it,
and advances the till's own sums. If the journal fails, the till is stopped: what was not committed
has not happened.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from core.errors import MalformedEventError
from core.events import Basis, Event, SealedEvent, Stamp, read_event, seal
from core.facts import EpochStarted, Fact
from core.ids import EventId, uuid7
from core.receipt import Receipt
from core.replay import LeftOut
from core.till_state import BEFORE_ALL, TillState
from core.unsettled import Position, Unsettled
from offline_cache.connection import damaged
from offline_cache.journal import Journal, SpoolJob
from offline_cache.rebuild import no_collecting
from printer.job import document_name, encode_document
from terminal.clock import Clock

IdSource = Callable[[Stamp], EventId]

_RANDOM_BYTES = 10
_MS_PER_S = 1000


def random_ids(stamp: Stamp) -> EventId:
    """Return a new event id: the moment, and chance from the operating system."""
    at_ms = int(stamp.at.timestamp() * _MS_PER_S)
    return uuid7(at_ms=at_ms, entropy=os.urandom(_RANDOM_BYTES))


def _nobody_waits() -> None:
    """Tell nobody."""


class Recorder:
    """The journal and the sums over it, kept in step. Used by the till thread alone."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        ids: IdSource = random_ids,
        *,
        settled: Position = BEFORE_ALL,
    ) -> None:
        """Add the journal up. settled: how far the copy covers it. Raises what `rebuild` does."""
        self.journal = journal
        self.state = TillState()
        self._clock = clock
        self._ids = ids
        self._unacknowledged: deque[tuple[Position, datetime]] = deque()
        self.rebuild(settled=settled)

    def rebuild(self, *, settled: Position) -> None:
        """Make the sums anew from the journal; settled: how far the copy covers it.

        Events that can change no answer any more are not decoded (`core.replay`).
        Raises JournalError when an event cannot be read.
        """
        self.state = TillState(unsettled=Unsettled(settled=settled))
        self._unacknowledged.clear()
        with no_collecting():
            for found in self.journal.replay(covered=settled):
                if isinstance(found, LeftOut):
                    self.state.leave_out(found)
                else:
                    self._add(self.read(found))

    @property
    def oldest_unacknowledged_at(self) -> datetime | None:
        """When the oldest event happened that the centre has not confirmed; None without one."""
        self._forget_acknowledged()
        return self._unacknowledged[0][1] if self._unacknowledged else None

    @property
    def unacknowledged_count(self) -> int:
        """How many events the centre has not confirmed."""
        self._forget_acknowledged()
        return len(self._unacknowledged)

    def _forget_acknowledged(self) -> None:
        acknowledged = self.journal.acknowledged
        while self._unacknowledged and self._unacknowledged[0][0] <= acknowledged:
            self._unacknowledged.popleft()

    def now(self) -> datetime:
        """Return the wall time, as the next event will carry it."""
        return self._clock.now()

    @property
    def epoch(self) -> int:
        """The epoch in which the next event stands."""
        return max(1, self.journal.head.epoch)

    @property
    def next_seq(self) -> int:
        """The number that the next event has."""
        return self.journal.head.seq + 1

    def record(
        self,
        facts: Sequence[Fact],
        *,
        basis: Basis,
        receipt: Receipt | None = None,
        paper: tuple[str, bytes] | None = None,
        stamp: Stamp | None = None,
        when_durable: Callable[[], None] = _nobody_waits,
    ) -> tuple[Event, ...]:
        """Store facts, and the job to print a paper for the first; return the events.

        receipt: what is to be printed; paper: the same as it is stored, its kind and its bytes.
        stamp: the moment by which it was decided; None for now. when_durable: called once they are
        on the disk, before the sums take them: whoever waits at the reader is told first.
        When it returns, they are on the disk. Raises what the journal raises; then nothing was
        stored, nothing changed, and nobody was told.
        """
        stamp = stamp or self._clock.stamp()
        epoch, seq, prev_hash = self.epoch, self.next_seq, self.journal.head.hash
        events, sealed = [], []
        for place, fact in enumerate(facts):
            event = Event(epoch, seq + place, self._ids(stamp), stamp, basis, fact)
            events.append(event)
            sealed.append(seal(event, prev_hash=prev_hash))
            prev_hash = sealed[-1].hash
        if receipt is not None:
            paper = (document_name(receipt), encode_document(receipt))
        jobs = () if paper is None else (_spool_job(events[0], *paper),)
        self.journal.append(sealed, jobs)
        try:
            when_durable()
        finally:
            for event in events:
                self._add(event)
        return tuple(events)

    def store_paper(self, kind: str, body: bytes) -> EventId:
        """Store a paper that documents no fact, such as an X report; return its job's id.

        Durable on return. Raises what the journal raises.
        """
        stamp = self._clock.stamp()
        job_id = self._ids(stamp)
        job = SpoolJob(job_id, kind, body, self.epoch, self.journal.head.seq, stamp.at)
        self.journal.append([], [job])
        return job_id

    def event_of(self, event_id: EventId) -> tuple[Event, bytes] | None:
        """Return an event and its hash; None when this journal does not hold it.

        Raises JournalError when it cannot be read.
        """
        sealed = self.journal.event_of(event_id)
        return None if sealed is None else (self.read(sealed), sealed.hash)

    def read(self, sealed: SealedEvent) -> Event:
        """Return the event that stored bytes hold. Raises JournalError when they cannot be read."""
        try:
            return read_event(sealed.body)
        except MalformedEventError as error:
            raise damaged(self.journal.path, f"event {sealed.epoch}-{sealed.seq}") from error

    def start_epoch(self, epoch: int, fact: EpochStarted, *, basis: Basis) -> Event:
        """Begin another epoch with the fact that says why; durable on return.

        Raises what the journal raises; then the old epoch goes on.
        """
        stamp = self._clock.stamp()
        event = Event(epoch=epoch, seq=1, id=self._ids(stamp), stamp=stamp, basis=basis, fact=fact)
        self.journal.start_epoch(epoch, seal(event, prev_hash=self.journal.head.hash))
        self._add(event)
        return event

    def _add(self, event: Event) -> None:
        self.state.apply(event)
        position = (event.epoch, event.seq)
        if position > self.journal.acknowledged:
            self._unacknowledged.append((position, event.stamp.at))


def _spool_job(event: Event, kind: str, body: bytes) -> SpoolJob:
    return SpoolJob(
        event.id,
        kind,
        body,
        event.epoch,
        event.seq,
        event.stamp.at,
    )
