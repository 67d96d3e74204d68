"""An event: a fact with its place in the journal, its time, and what the terminal knew.

`seal` makes the bytes that are stored, hashed and sent; nobody ever writes them a second time.
`read_event` reads them back, at the terminal and at the centre.
"""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from core.chain import link
from core.codec import (
    CodecError,
    from_plain,
    moment_text,
    plain_values,
    read_moment,
    written_key,
)
from core.errors import MalformedEventError
from core.facts import FACTS, EventKind, Fact, SaleLine
from core.ids import EventId
from core.value import Value
from core.written import Forms, Twin, write_in_order

_scan = json.JSONDecoder().raw_decode


class Stamp(Value):
    """When something happened, by every clock there is.

    at: wall time, aware. mono_ms: the monotonic clock, in milliseconds since `boot`, the id of
    the machine's start. is_synced: whether the wall clock was set by a time server.
    """

    at: datetime
    mono_ms: int
    boot: str
    is_synced: bool


def elapsed(earlier: Stamp, later: Stamp) -> timedelta:
    """Return the time between two stamps: by the monotonic clock while the machine ran through."""
    if earlier.boot == later.boot:
        return timedelta(milliseconds=later.mono_ms - earlier.mono_ms)
    return later.at - earlier.at


class Basis(Value):
    """What the terminal knew when it decided: the copy's cursor, the policy, the connection."""

    cursor: str
    policy: int
    is_online: bool


_FORMS = Forms(
    key=written_key, words={datetime: moment_text}, omits_defaults=True, often=(SaleLine,)
)
_twin_of = _FORMS.twin_of
_basis_twin = lru_cache(16)(_twin_of)


class Event(Value):
    """One fact of a terminal's journal. `seq` counts from 1 without gaps within `epoch`."""

    epoch: int
    seq: int
    id: EventId
    stamp: Stamp
    basis: Basis
    fact: Fact


class SealedEvent(Value):
    """An event as stored: its canonical bytes, and the hash that ties it to the one before."""

    epoch: int
    seq: int
    id: EventId
    kind: EventKind
    body: bytes
    prev_hash: bytes
    hash: bytes


class _Written(Value):
    """An event as it is written. The fields stand in the order of the canonical keys."""

    at: str
    basis: Twin
    boot: str
    data: Twin
    epoch: int
    id: str
    kind: EventKind
    mono_ms: int
    seq: int
    synced: bool


def seal(event: Event, *, prev_hash: bytes) -> SealedEvent:
    """Return an event's canonical bytes, chained to the event before it."""
    assert event.epoch >= 1, "epochs count from 1"
    assert event.seq >= 1, "events count from 1"
    stamp, fact = event.stamp, event.fact
    body = write_in_order(
        _Written(
            moment_text(stamp.at),
            _basis_twin(event.basis),
            stamp.boot,
            _twin_of(fact),
            event.epoch,
            event.id,
            fact.kind,
            stamp.mono_ms,
            event.seq,
            stamp.is_synced,
        )
    )
    return SealedEvent(
        event.epoch,
        event.seq,
        event.id,
        fact.kind,
        body,
        prev_hash,
        link(prev_hash, body),
    )


class _Envelope(Value):
    epoch: int
    seq: int
    id: str
    mono_ms: int
    boot: str
    synced: bool


def read_event(body: bytes) -> Event:
    """Return the event that canonical bytes describe.

    Raises MalformedEventError, naming the key, when they do not describe one. Keys that this
    version does not know are passed over.
    """
    try:
        plain = _parsed(body)
        epoch, seq, event_id, mono_ms, boot, synced = plain_values(_Envelope, plain)
        fact_type = FACTS[EventKind(plain.get("kind"))]
        return Event(
            epoch,
            seq,
            EventId(event_id),
            Stamp(read_moment(plain.get("at")), mono_ms, boot, synced),
            from_plain(Basis, plain.get("basis")),
            from_plain(fact_type, plain.get("data")),
        )
    except CodecError as error:
        message = f"event cannot be read: {error}"
        raise MalformedEventError(message) from error
    except (ValueError, RecursionError, AssertionError) as error:
        message = f"event cannot be read: {_one_line(error)}"
        raise MalformedEventError(message) from error


def _parsed(body: bytes) -> Any:  # noqa: ANN401  JSON may be anything
    """Return what `json.loads` does, in two thirds of its time for bytes that `canonical` wrote."""
    if body.startswith(b'{"'):
        text = body.decode("utf-8", "surrogatepass")
        plain, end = _scan(text, 0)
        if end == len(text):
            return plain
    return json.loads(body)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
