"""A batch as it arrives: unpacked no further than its limit, its events kept as raw bytes."""

from collections.abc import Sequence
from typing import Final

import msgspec

from central.errors import Problem
from central.event_cuts import Pieces, are_proven, cut_events, whole
from central.gunzip import GunzipError, gunzip
from central.quick_events import Quick, read_quick
from core.batch import BATCH_BYTES_MAX, BATCH_EVENTS_MAX
from core.chain import GENESIS

_HASH_BYTES = len(GENESIS)
_EPOCH_MAX = 2**31 - 1


class _Wire(msgspec.Struct):
    epoch: int
    first_seq: int
    hash: str
    last_seq: int
    prev_hash: str
    events: list[msgspec.Raw]


_WIRE: Final = msgspec.json.Decoder(_Wire)


class ReceivedBatch(msgspec.Struct, frozen=True):
    """Consecutive events of one epoch. head_hash: what the terminal says the chain ends with.

    pieces: their own bytes. quick: what `read_quick` made of each. packed: the bytes as they
    arrived, of which `unpack_batch` makes the same again.
    """

    epoch: int
    first_seq: int
    prev_hash: bytes
    head_hash: bytes
    pieces: Pieces
    quick: Sequence[Quick | None]
    packed: bytes

    @property
    def bodies(self) -> tuple[bytes, ...]:
        """Their own bytes, each in one."""
        return self.pieces.bodies


def unpack_batch(packed: bytes) -> ReceivedBatch:
    """Return the batch in a request's gzip body. Raises Problem: `malformed` or `too-large`."""
    text = _unzip(packed)
    return _cut(text, packed) or _sliced(text, packed)


def _cut(text: bytes, packed: bytes) -> ReceivedBatch | None:
    """Read a batch by the form in which terminals write it; None where that is not proven."""
    cut = cut_events(text, most=BATCH_EVENTS_MAX)
    if cut is None:
        return None
    around, pieces = cut
    try:
        wire = _WIRE.decode(around)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    quick = read_quick(pieces, epoch=wire.epoch, first_seq=wire.first_seq)
    return _checked(wire, pieces, quick, packed) if are_proven(pieces, quick) else None


def _sliced(text: bytes, packed: bytes) -> ReceivedBatch:
    """Read any batch: find where its events end, then read them."""
    try:
        wire = _WIRE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        lone = _lone_event(text, packed)
        if lone is not None:
            return lone
        raise _malformed(str(error)) from error
    pieces = whole(list(map(bytes, wire.events)))
    quick = read_quick(pieces, epoch=wire.epoch, first_seq=wire.first_seq)
    return _checked(wire, pieces, quick, packed)


def _unzip(packed: bytes) -> bytes:
    try:
        text = gunzip(packed, bytes_max=BATCH_BYTES_MAX)
    except GunzipError as error:
        raise _malformed(str(error)) from error
    if text is None:
        raise Problem(
            "too-large",
            status=413,
            detail=f"a batch unpacks to {BATCH_BYTES_MAX} bytes at most; send fewer events",
        )
    return text


def _lone_event(text: bytes, packed: bytes) -> ReceivedBatch | None:
    """Read a batch of one event whose own bytes are no JSON, by the fixed form of its head.

    Several events whose text is no JSON cannot be told apart: the terminal sends them one by one.
    """
    head, mark, rest = text.partition(b'"events":[')
    if not mark or not rest.endswith(b"]}"):
        return None
    try:
        wire = msgspec.json.decode(head + mark + b"]}", type=_Wire)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if wire.last_seq != wire.first_seq:
        return None
    return _checked(wire, whole([rest.removesuffix(b"]}")]), [None], packed)


def _checked(
    wire: _Wire, pieces: Pieces, quick: Sequence[Quick | None], packed: bytes
) -> ReceivedBatch:
    count = len(pieces.rests)
    if not 1 <= count <= BATCH_EVENTS_MAX:
        raise _malformed(f"it holds {count} events, not 1 to {BATCH_EVENTS_MAX}")
    if not (1 <= wire.epoch <= _EPOCH_MAX and 1 <= wire.first_seq <= 2**53):
        raise _malformed("epoch and first_seq count from 1")
    if wire.last_seq - wire.first_seq != count - 1:
        raise _malformed("first_seq and last_seq do not count its events")
    return ReceivedBatch(
        epoch=wire.epoch,
        first_seq=wire.first_seq,
        prev_hash=_hash(wire.prev_hash),
        head_hash=_hash(wire.hash),
        pieces=pieces,
        quick=quick,
        packed=packed,
    )


def _hash(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise _malformed("a hash is not hexadecimal") from error
    if len(value) != _HASH_BYTES:
        raise _malformed(f"a hash has {_HASH_BYTES} bytes")
    return value


def _malformed(reason: str) -> Problem:
    words = " ".join(reason.split())
    return Problem("malformed", status=400, detail=f"this batch cannot be read: {words}")
