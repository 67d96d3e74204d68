"""What arrives in a batch, each event read at its place, and what is answered for each.

An event that cannot be read keeps its place, its bytes and its hash: it is quarantined, and
nothing behind it waits.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count, repeat
from typing import cast, overload

import msgspec
from typing_extensions import override

from central.errors import Problem
from central.event_cuts import Pieces
from central.kept_books import Kept
from central.plausible import refuse_absurd
from central.quick_events import Quick
from central.records import Standing
from central.terminals import Terminal
from central.wire_batch import ReceivedBatch
from core.batch import Verdict
from core.chain import chain_hashes
from core.day_receipt import SignedReceipt
from core.errors import MalformedEventError
from core.events import Event, read_event
from core.till_state import Position

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class EventAnswer(msgspec.Struct, frozen=True, gc=False):
    """What was done with one event."""

    seq: int
    verdict: Verdict
    flag: str | None


class BatchAnswer(msgspec.Struct, frozen=True):
    """What was done with a batch, and how far the terminal's facts are booked now.

    receipt: of the terminal's newest closing.
    """

    high_water: Position
    head_hash: bytes
    verdicts: tuple[EventAnswer, ...]
    receipt: SignedReceipt | None = None


class Item(msgspec.Struct, frozen=True, gc=False):
    """One event of the batch at its place. event: None when it cannot be read, and why.

    quick: stands for the event where it can be booked from its fields.
    """

    seq: int
    body: bytes
    hash: bytes
    event: Event | None
    fault: str
    quick: Quick | None = None


class Arrivals(Sequence[Item]):
    """Events of consecutive places, in columns: an item is made when somebody looks at it.

    Nobody looks at the facts of a lunch one by one as long as all of them are well. slow: the items
    of the others, by their place. hashes: of all. lunch: what all of them are, if all are facts of
    a lunch; else nothing.
    """

    def __init__(
        self,
        first_seq: int,
        pieces: Pieces,
        hashes: Sequence[bytes],
        quick: Sequence[Quick | None],
        slow: Mapping[int, Item],
    ) -> None:
        self.first_seq = first_seq
        self.hashes = hashes
        self.lunch = () if None in quick else cast("Sequence[Quick]", quick)
        self._pieces = pieces
        self._quick = quick
        self._slow = slow

    @override
    def __len__(self) -> int:
        return len(self.hashes)

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> "Arrivals": ...
    @override
    def __getitem__(self, place: int | slice) -> "Item | Arrivals":
        if isinstance(place, slice):
            start, _, step = place.indices(len(self))
            assert step == 1, "places follow each other"
            pieces = Pieces(self._pieces.begin, self._pieces.rests[place])
            hashes, quick = self.hashes[place], self._quick[place]
            return Arrivals(self.first_seq + start, pieces, hashes, quick, self._slow)
        body = self._pieces.begin + self._pieces.rests[place]
        digest, quick_one = self.hashes[place], self._quick[place]
        seq = self.first_seq + place + (len(self) if place < 0 else 0)
        return self._slow.get(seq) or Item(seq, body, digest, None, "", quick_one)

    @override
    def __iter__(self) -> Iterator[Item]:
        seqs, bodies = count(self.first_seq), self._pieces.bodies
        made = map(Item, seqs, bodies, self.hashes, repeat(None), repeat(""), self._quick)
        return (self._slow.get(item.seq, item) for item in made) if self._slow else made


def lunch_of(items: Sequence[Item]) -> Sequence[Quick]:
    """Return what events are, if all are facts of a lunch; else nothing."""
    return items.lunch if isinstance(items, Arrivals) else ()


class Incoming(msgspec.Struct, frozen=True):
    """Whose batch it is, as the terminal's row stood when it was locked.

    now: the centre's time, and as it is stored. signing_key: the centre's, for the receipt of a
    closing. asks_ids: the books are asked first whether an id was used before; else a batch in
    which one was cannot be written (TakenError). kept: what batches before read of the school's
    books; None where it cannot be known whether they still are so. packed: the batch's bytes as
    they arrived; empty for what comes from no batch. standing: of the school, where it was read
    with the terminal.
    """

    terminal: Terminal
    epoch: int
    now: datetime
    now_text: str
    signing_key: bytes
    asks_ids: bool = True
    kept: Kept | None = None
    packed: bytes = b""
    standing: Standing | None = None


def read_items(batch: ReceivedBatch) -> Arrivals:
    """Return the events of a batch, each at its place and with its hash.

    Raises Problem `chain` when several events do not make the chain that the batch names.
    """
    first, pieces, quick = batch.first_seq, batch.pieces, batch.quick
    hashes = chain_hashes(batch.prev_hash, pieces.rests, begin=pieces.begin)
    if hashes[-1] == batch.head_hash:
        places = [place for place, fact in enumerate(quick) if fact is None]
        slow = [
            _slow_item(
                first + place, pieces.begin + pieces.rests[place], hashes[place], batch.epoch
            )
            for place in places
        ]
        return Arrivals(first, pieces, hashes, quick, {item.seq: item for item in slow})
    if len(hashes) > 1:
        raise Problem(
            "chain",
            status=400,
            detail="the events do not make the chain that the batch names; send them one by one",
        )
    # A single event whose bytes are not those that were sealed: it cannot be believed, but it has
    # its place, and the terminal's chain goes on from the hash that it names.
    fault = "its bytes do not give the hash it was sealed with"
    item = Item(first, batch.bodies[0], batch.head_hash, None, fault)
    return Arrivals(first, pieces, (batch.head_hash,), (None,), {first: item})


def _slow_item(seq: int, body: bytes, digest: bytes, epoch: int) -> Item:
    try:
        return Item(seq, body, digest, read_checked(body, epoch, seq), "")
    except Exception as error:  # noqa: BLE001  whatever a poisoned event does, it blocks nothing
        words = " ".join(str(error).split())[:200]
        return Item(seq, body, digest, None, words or type(error).__name__)


def read_whole(item: Item, epoch: int) -> Item:
    """Return an item with its event, of which the fields were read at most."""
    event = read_checked(item.body, epoch, item.seq)
    return Item(item.seq, item.body, item.hash, event, "")


def read_checked(body: bytes, epoch: int, seq: int) -> Event:
    """Return the event at a place. Raises MalformedEventError when it cannot be booked as one."""
    event = read_event(body)
    if (event.epoch, event.seq) != (epoch, seq):
        message = f"it says it is event {event.epoch}-{event.seq}"
        raise MalformedEventError(message)
    if _UUID.fullmatch(event.id) is None:
        message = "its id is no UUID in its canonical form"
        raise MalformedEventError(message)
    _refuse_unstorable(body)
    refuse_absurd(event.fact)
    return event


def _refuse_unstorable(body: bytes) -> None:
    """Refuse text that no database can hold: half a surrogate pair, or a zero character."""
    if b"\\u" not in body:
        return
    text = json.dumps(json.loads(body), ensure_ascii=False)
    text.encode()
    if "\\u0000" in text:
        message = "it holds a zero character"
        raise MalformedEventError(message)
