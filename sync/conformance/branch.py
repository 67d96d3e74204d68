"""A journal that the kit makes up: refused taps, which move no money, sealed into a chain."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core.batch import Batch, pack_batch
from core.chain import canonical, link
from core.events import Basis, Event, SealedEvent, Stamp, seal
from core.facts import EventKind, Reason, TapRefused
from core.ids import EventId, TerminalId, uuid7
from core.till_state import Position

_ENTROPY_BYTES = 10


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

    epoch: int
    seq: int
    hash: bytes

    @property
    def position(self) -> Position:
        """Its place."""
        return (self.epoch, self.seq)


class Branch:
    """Makes the next events behind a head. Nothing is taken until `take` says so."""

    def __init__(self, terminal: TerminalId, head: Head, *, chance: Random, at: datetime) -> None:
        self._terminal = terminal
        self.head = head
        self._chance = chance
        self._at = at

    def events(self, count: int, *, behind: Head | None = None) -> list[SealedEvent]:
        """Return so many events behind the head, or behind another."""
        head = behind or self.head
        made: list[SealedEvent] = []
        for _ in range(count):
            made.append(self._sealed(head))
            head = head_of(made[-1])
        return made

    def of_bytes(self, body: bytes, *, behind: Head | None = None) -> SealedEvent:
        """Return whatever bytes as the event behind the head, or behind another."""
        head = behind or self.head
        return SealedEvent(
            epoch=head.epoch,
            seq=head.seq + 1,
            id=EventId(""),
            kind=EventKind.TAP_REFUSED,
            body=body,
            prev_hash=head.hash,
            hash=link(head.hash, body),
        )

    def changed(self, *, behind: Head | None = None, **changes: object) -> SealedEvent:
        """Return the next event with some of its members changed or added."""
        (event,) = self.events(1, behind=behind)
        return self.of_bytes(canonical(json.loads(event.body) | changes), behind=behind)

    def pack(self, events: Sequence[SealedEvent]) -> Batch:
        """Return events as a batch."""
        return pack_batch(self._terminal, events)

    def take(self, events: Sequence[SealedEvent]) -> None:
        """The server has booked these."""
        self.head = head_of(events[-1])

    def _sealed(self, head: Head) -> SealedEvent:
        self._at += timedelta(milliseconds=1)
        event_id = uuid7(
            at_ms=int(self._at.timestamp() * 1000), entropy=self._chance.randbytes(_ENTROPY_BYTES)
        )
        event = Event(
            epoch=head.epoch,
            seq=head.seq + 1,
            id=event_id,
            stamp=Stamp(self._at, head.seq + 1, "conformance", is_synced=True),
            basis=Basis(cursor="0", policy=1, is_online=True),
            fact=TapRefused(self._at.date(), Reason.UNKNOWN_BADGE, None, None),
        )
        return seal(event, prev_hash=head.hash)


def head_of(event: SealedEvent) -> Head:
    """Return the head that an event makes."""
    return Head(event.epoch, event.seq, event.hash)
