"""Events as JSON lines: what a journal says, for whoever checks it without this program.

One line an event: its place, the two hashes in hex, and under `event` the very bytes that were
hashed. They stand last, from behind `"event":` up to the closing brace, so that they can be cut
out unread. The last line is the end mark; a file without one was cut short. The format only grows.
docs/verify_journal.py checks it.
"""

import json
from collections.abc import Iterable, Iterator

from core.events import SealedEvent
from offline_cache.journal_reader import EMPTY_HEAD, Head


def event_line(event: SealedEvent) -> bytes:
    """Return an event as one line, without the line's end."""
    head = {
        "epoch": event.epoch,
        "seq": event.seq,
        "prev_hash": event.prev_hash.hex(),
        "hash": event.hash.hex(),
    }
    text = json.dumps(head, separators=(",", ":"))
    return text[:-1].encode() + b',"event":' + event.body + b"}"


def end_line(head: Head, *, events: int) -> bytes:
    """Return the end mark. events: how many lines stand before it."""
    end = {"epoch": head.epoch, "seq": head.seq, "hash": head.hash.hex(), "events": events}
    return json.dumps({"end": end}, separators=(",", ":")).encode()


def export_lines(events: Iterable[SealedEvent]) -> Iterator[bytes]:
    """Yield events as lines, and the end mark behind them."""
    count = 0
    newest = EMPTY_HEAD
    for event in events:
        yield event_line(event)
        count += 1
        newest = Head(event.epoch, event.seq, event.hash)
    yield end_line(newest, events=count)


def event_body(line: bytes) -> bytes | None:
    """Return the very bytes of the event in a line; None for the end mark."""
    _, found, rest = line.rstrip(b"\n").partition(b'"event":')
    return rest[:-1] if found else None
