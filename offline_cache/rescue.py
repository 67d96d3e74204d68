"""What can be read of a damaged journal: every event that its own bytes still prove.

An event is whole when its bytes give its hash and say the place at which it stands; a flipped bit
anywhere in it is seen. It is chained when the one before it is there, whole, and has the hash that
it names. What is neither is told as well, as it was found: a person may still read it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from core.chain import GENESIS, canonical, link
from core.till_state import Position
from offline_cache.connection import Value, file_error
from offline_cache.errors import JournalMissingError
from offline_cache.leaf_pages import Page, pages_of, rows_of

_HASH_BYTES: Final = 32
_EPOCH_MAX: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Salvaged:
    """One event that was found. fault: why it is not whole; None when it is.

    is_chained: whether it stands, proven, behind the event before it. source: where it lay.
    """

    epoch: int
    seq: int
    id: str
    kind: str
    body: bytes
    prev_hash: bytes
    hash: bytes
    source: str
    fault: str | None
    is_chained: bool = False

    @property
    def position(self) -> Position:
        """Its place in the journal."""
        return (self.epoch, self.seq)


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was found: in the order of the journal, each place once where it is whole."""

    pages: int
    events: tuple[Salvaged, ...]

    @property
    def whole(self) -> tuple[Salvaged, ...]:
        """The events that prove themselves."""
        return tuple(event for event in self.events if event.fault is None)

    @property
    def gaps(self) -> tuple[tuple[Position, Position], ...]:
        """The first and last place of what is missing between whole events of an epoch."""
        found = [event.position for event in self.whole]
        return tuple(
            ((before[0], before[1] + 1), (after[0], after[1] - 1))
            for before, after in pairwise(found)
            if before[0] == after[0] and after[1] > before[1] + 1
        )


def rescue(path: Path, *, on_progress: Callable[[int, int], None] = lambda _a, _b: None) -> Rescue:
    """Read what can be read of a journal and its WAL; the files are only read.

    on_progress: how many of how many pages were looked at. Raises JournalError when the file
    cannot be read at all.
    """
    if not path.is_file():
        raise JournalMissingError(f"there is no file {path}; name the damaged journal")
    try:
        pages = pages_of(path)
    except OSError as error:
        raise file_error(error, path) from error
    # A frame of the WAL is newer than the page of the same number: it goes last.
    latest = {page.number: page for page in pages}
    found: dict[tuple[Position, bytes], Salvaged] = {}
    for index, page in enumerate(pages, start=1):
        for event in _events_in(page, latest):
            key = (event.position, event.body if event.fault else event.hash)
            found.setdefault(key, event)
        on_progress(index, len(pages))
    ordered = sorted(found.values(), key=lambda one: (one.position, one.fault is not None))
    whole = {event.position for event in ordered if event.fault is None}
    kept = [event for event in ordered if event.fault is None or event.position not in whole]
    return Rescue(len(pages), tuple(_chained(kept)))


def _events_in(page: Page, latest: dict[int, Page]) -> Iterator[Salvaged]:
    for row in rows_of(page, latest):
        event = _event(row, page.place)
        if event is not None:
            yield event


def _event(row: tuple[Value, ...], source: str) -> Salvaged | None:
    """Return the event that a row holds; None for a row of another table."""
    match row:
        case (
            None,
            int(epoch),
            int(seq),
            str(event_id),
            str(kind),
            bytes(body),
            bytes(prev_hash),
            bytes(digest),
        ) if 0 < epoch < _EPOCH_MAX and seq > 0:
            fault = _fault(epoch, seq, event_id, kind, body, prev_hash, digest)
            return Salvaged(epoch, seq, event_id, kind, body, prev_hash, digest, source, fault)
        case _:
            return None


def _fault(
    epoch: int, seq: int, event_id: str, kind: str, body: bytes, prev_hash: bytes, digest: bytes
) -> str | None:
    if len(prev_hash) != _HASH_BYTES or link(prev_hash, body) != digest:
        return "its bytes do not give its hash"
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or canonical(told) != body:
        return "its bytes are not those of an event"
    place = {"epoch": epoch, "seq": seq, "id": event_id, "kind": kind}
    if any(told.get(key) != value for key, value in place.items()):
        return "its columns say something else than its bytes"
    return None


def _chained(events: list[Salvaged]) -> Iterator[Salvaged]:
    hashes = {event.hash for event in events if event.fault is None}
    for event in events:
        is_first = event.prev_hash == GENESIS
        if event.fault is None and (is_first or event.prev_hash in hashes):
            yield replace(event, is_chained=True)
        else:
            yield event


def rescue_line(event: Salvaged) -> bytes:
    """Return an event as one line, in the form of `offline_cache.export` with what was proven."""
    head = {
        "epoch": event.epoch,
        "seq": event.seq,
        "prev_hash": event.prev_hash.hex(),
        "hash": event.hash.hex(),
        "is_whole": event.fault is None,
        "is_chained": event.is_chained,
        "fault": event.fault,
        "source": event.source,
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    if event.fault is None:
        return text[:-1].encode() + b',"event":' + event.body + b"}"
    broken = json.dumps({"bytes": event.body.decode("utf-8", "backslashreplace")})
    return text[:-1].encode() + b"," + broken[1:].encode()
