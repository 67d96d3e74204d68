"""A journal in memory, as the uplink sees it: a twin that can be told to fail.

For tests of the uplink and of the centre, and for simulations: it makes real events, sealed and
chained like those of a terminal, without a file.
"""

import threading
from collections.abc import Sequence
from datetime import datetime
from random import Random

from core.chain import GENESIS
from core.events import Basis, Event, SealedEvent, Stamp, seal
from core.facts import Fact
from core.ids import uuid7
from core.till_state import BEFORE_ALL, Position

_ENTROPY_BYTES = 10


class MemoryOutbox:
    """Events of one terminal, in memory. chance: where their ids come from."""

    def __init__(self, chance: Random, *, boot: str = "boot-1") -> None:
        self._chance = chance
        self._boot = boot
        self._lock = threading.Lock()
        self._events: list[SealedEvent] = []
        self._failures: list[Exception] = []
        self._epoch = 1
        self._mono_ms = 0

    @property
    def events(self) -> tuple[SealedEvent, ...]:
        """All events, in order."""
        with self._lock:
            return tuple(self._events)

    @property
    def head(self) -> Position:
        """The place of the last event."""
        with self._lock:
            return self._head()

    def append(self, fact: Fact, *, at: datetime, is_synced: bool = True) -> SealedEvent:
        """Add the next event."""
        with self._lock:
            self._mono_ms += 1000
            entropy = self._chance.randbytes(_ENTROPY_BYTES)
            last = self._events[-1] if self._events else None
            starts = last is None or last.epoch != self._epoch
            event = Event(
                epoch=self._epoch,
                seq=1 if starts or last is None else last.seq + 1,
                id=uuid7(at_ms=int(at.timestamp() * 1000), entropy=entropy),
                stamp=Stamp(at=at, mono_ms=self._mono_ms, boot=self._boot, is_synced=is_synced),
                basis=Basis(cursor="0", policy=1, is_online=False),
                fact=fact,
            )
            sealed = seal(event, prev_hash=GENESIS if last is None else last.hash)
            self._events.append(sealed)
            return sealed

    def replace(self, place: int, event: SealedEvent) -> None:
        """Put another event where one stands: a journal that was damaged or tampered with."""
        with self._lock:
            self._events[place] = event

    def start_epoch(self, epoch: int) -> None:
        """Let the next event begin a new epoch."""
        with self._lock:
            self._epoch = epoch

    def image(self) -> "MemoryOutbox":
        """Return a copy of this journal as it is now: what a card image holds."""
        copy = MemoryOutbox(Random(self._chance.random()), boot=self._boot)  # noqa: S311
        with self._lock:
            copy._events = list(self._events)
            copy._epoch = self._epoch
            copy._mono_ms = self._mono_ms
        return copy

    def fail(self, *errors: Exception) -> None:
        """Let the next questions fail with these errors, one each."""
        with self._lock:
            self._failures.extend(errors)

    def events_after(self, position: Position, limit: int) -> Sequence[SealedEvent]:
        """Return the events behind a position, at most `limit`."""
        with self._lock:
            if self._failures:
                raise self._failures.pop(0)
            found = (event for event in self._events if (event.epoch, event.seq) > position)
            return [event for event, _ in zip(found, range(limit), strict=False)]

    def _head(self) -> Position:
        if not self._events:
            return BEFORE_ALL
        return (self._events[-1].epoch, self._events[-1].seq)
