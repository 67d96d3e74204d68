"""Makes facts durable: one transaction, one fsync, and only then are they true.

The recorder seals each fact to the journal's chain, stores it with the papers that document it,
and advances the till's own sums. If the journal fails, the till is stopped: what was not committed
has not happened.
"""

import os
from collections.abc import Callable, Sequence

from core.events import Basis, Event, Stamp, seal
from core.facts import Fact
from core.ids import EventId, uuid7
from core.receipt import Receipt
from core.till_state import TillState
from offline_cache.journal import Journal, SpoolJob
from printer.job import document_name, encode_document
from terminal.clock import Clock

IdSource = Callable[[Stamp], EventId]

_RANDOM_BYTES = 10
_MS_PER_S = 1000


def random_ids(stamp: Stamp) -> EventId:
    """Return a new event id: the moment, and chance from the operating system."""
    at_ms = int(stamp.at.timestamp() * _MS_PER_S)
    return uuid7(at_ms=at_ms, entropy=os.urandom(_RANDOM_BYTES))


class Recorder:
    """The journal and the sums over it, kept in step. Used by the till thread alone."""

    def __init__(
        self, journal: Journal, state: TillState, clock: Clock, ids: IdSource = random_ids
    ) -> None:
        self.journal = journal
        self.state = state
        self._clock = clock
        self._ids = ids

    @property
    def epoch(self) -> int:
        """The epoch in which the next event stands."""
        return max(1, self.journal.head.epoch)

    @property
    def next_seq(self) -> int:
        """The number that the next event has."""
        return self.journal.head.seq + 1

    def record(
        self, facts: Sequence[Fact], *, basis: Basis, receipt: Receipt | None = None
    ) -> tuple[Event, ...]:
        """Store facts, and the job to print a receipt for the first; return the events.

        When it returns, they are on the disk. Raises what the journal raises; then nothing was
        stored and nothing changed.
        """
        stamp = self._clock.stamp()
        prev_hash = self.journal.head.hash
        events, sealed = [], []
        for place, fact in enumerate(facts):
            event = Event(
                epoch=self.epoch,
                seq=self.next_seq + place,
                id=self._ids(stamp),
                stamp=stamp,
                basis=basis,
                fact=fact,
            )
            events.append(event)
            sealed.append(seal(event, prev_hash=prev_hash))
            prev_hash = sealed[-1].hash
        jobs = () if receipt is None else (_spool_job(events[0], receipt),)
        self.journal.append(sealed, jobs)
        for event in events:
            self.state.apply(event)
        return tuple(events)


def _spool_job(event: Event, receipt: Receipt) -> SpoolJob:
    return SpoolJob(
        document_id=event.id,
        kind=document_name(receipt),
        body=encode_document(receipt),
        event_epoch=event.epoch,
        event_seq=event.seq,
        created_at=event.stamp.at,
    )
