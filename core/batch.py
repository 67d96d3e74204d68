"""A batch: events on their way to the centre, as bytes that never change between two tries.

The events travel as the very bytes that were hashed; the receiver recomputes the chain from
`prev_hash` and compares its end with `hash`. When it was sent and by which clock goes into the
request's headers, so that a batch of the same events always has the same bytes.
"""

import gzip
import hashlib
from collections.abc import Sequence
from enum import StrEnum

from core.events import SealedEvent
from core.ids import TerminalId
from core.value import Value

BATCH_EVENTS_MAX = 200
BATCH_BYTES_MAX = 4 * 1024 * 1024
"""The most that an unpacked batch may hold; a receiver reads no further."""


class Verdict(StrEnum):
    """What the centre did with one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


class Flag(StrEnum):
    """The rule that a booked event broke; on the wire it is the verdict's `exception`."""

    OVERDRAFT = "overdraft"
    DOUBLE_COLLECTION = "double_collection"
    AFTER_CANCEL = "after_cancel"
    CLOCK_SKEW = "clock_skew"
    UNKNOWN_BADGE = "unknown_badge"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_PUPIL = "unknown_pupil"
    TO_SETTLE = "to_settle"
    BLOCKED_BADGE = "blocked_badge"
    UNKNOWN_DOCUMENT = "unknown_document"
    CORRECTED_TWICE = "corrected_twice"
    CLOSING_DIFFERS = "closing_differs"


class Batch(Value):
    """Consecutive events of one epoch, packed. `body`: gzip of the JSON text."""

    epoch: int
    first_seq: int
    last_seq: int
    body: bytes
    idempotency_key: str


def pack_batch(terminal: TerminalId, events: Sequence[SealedEvent]) -> Batch:
    """Return consecutive events of one epoch as a batch, always with the same bytes."""
    assert 1 <= len(events) <= BATCH_EVENTS_MAX, "a batch holds 1 to 200 events"
    first, last = events[0], events[-1]
    assert last.seq - first.seq == len(events) - 1, "a batch has no gap"
    assert first.epoch == last.epoch, "a batch has one epoch"
    head = (
        f'{{"epoch":{first.epoch},"first_seq":{first.seq},"hash":"{last.hash.hex()}",'
        f'"last_seq":{last.seq},"prev_hash":"{first.prev_hash.hex()}","events":['
    )
    text = head.encode() + b",".join(event.body for event in events) + b"]}"
    digest = hashlib.sha256(text).hexdigest()[:8]
    return Batch(
        epoch=first.epoch,
        first_seq=first.seq,
        last_seq=last.seq,
        body=gzip.compress(text, mtime=0),
        idempotency_key=f"{terminal}.{first.epoch}.{first.seq}-{last.seq}.{digest}",
    )
