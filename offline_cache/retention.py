"""Archives: events written to a file of JSON lines before they leave the journal.

A period may leave once a closing ended it, the centre and the copy hold it, a signed receipt of the
day covers it, and it is 90 days old. The journal then begins with that closing, which holds every
number that runs on: a till that starts on what is left has the same sums.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Final, Protocol

from core.chain import link
from core.day_receipt import SignedReceipt, signed_from_plain
from core.events import SealedEvent, read_event
from core.kinds import EventKind
from core.till_state import BEFORE_ALL, Position
from offline_cache.connection import file_error
from offline_cache.durable import sync_to_disk
from offline_cache.errors import DiskBrokenError
from offline_cache.export import event_body, export_lines
from offline_cache.journal_reader import Head

RECEIPT_MARK: Final = "receipt_of_the_day"
KEPT_AT_LEAST: Final = timedelta(days=90)
_EVENTS_A_FILE: Final = 5000
_EVENTS_A_STEP: Final = 200


class EventSource(Protocol):
    """The part of a journal that an archive is written from."""

    path: Path

    def events(
        self, after: Position = BEFORE_ALL, limit: int | None = None
    ) -> Iterator[SealedEvent]:
        """Yield the stored events in order."""
        ...


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that holds events, and the last event of each step in which they can be removed."""

    path: Path
    steps: tuple[Head, ...]


class ReceiptJournal(EventSource, Protocol):
    """The part of a journal that keeps the centre's receipt."""

    @property
    def acknowledged(self) -> Position:
        """How far the centre has said that it holds this journal."""
        ...

    def mark(self, name: str, value: str, *, is_lazy: bool = False) -> None:
        """Keep one small fact beside the events."""
        ...

    def marks(self) -> Mapping[str, str]:
        """Return the small facts by name."""
        ...


def note_receipt(journal: ReceiptJournal, receipt: SignedReceipt) -> None:
    """Keep the newest signed receipt of the day, with the next transaction; once for each."""
    text = json.dumps(receipt.plain, sort_keys=True)
    if journal.marks().get(RECEIPT_MARK) != text:
        journal.mark(RECEIPT_MARK, text, is_lazy=True)


def kept_receipt(marks: Mapping[str, str]) -> SignedReceipt | None:
    """Return the receipt that a journal keeps; None before the first closing was booked."""
    text = marks.get(RECEIPT_MARK)
    return None if text is None else signed_from_plain(json.loads(text))


def prunable_through(
    journal: ReceiptJournal, *, settled: Position, now: datetime
) -> Position | None:
    """Return the last event of the oldest closed period, if that may leave; None when not.

    settled: how far the copy's balances hold the journal, which must cover the closing, as the
    centre's receipt must. now: aware; the closing is ninety days old. It is the place before the
    closing, which itself stays. Raises JournalError or MalformedEventError.
    """
    receipt = kept_receipt(journal.marks())
    if receipt is None:
        return None
    covered = (receipt.receipt.epoch, receipt.receipt.seq)
    limit = min(covered, settled, journal.acknowledged)
    last: Position | None = None
    for event in journal.events():
        place = (event.epoch, event.seq)
        if place > limit:
            return None
        if event.kind is EventKind.PERIOD_CLOSED and last is not None:
            is_old = read_event(event.body).stamp.at <= now - KEPT_AT_LEAST
            return last if is_old else None
        last = place
    return None


def place_text(position: Position) -> str:
    """Return a place in a journal as people write it: `1-120`."""
    return f"{position[0]}-{position[1]}"


def archive_events(journal: EventSource, through: Position, *, folder: Path) -> Archive | None:
    """Write events up to a position to a file in a folder; None when there are none.

    At most 5000 go into one file. It is durable and was read back when this returns; its name
    tells what is in it.
    Raises JournalError, also when the disk did not give back what it was given.
    """
    wanted = takewhile(
        lambda event: (event.epoch, event.seq) <= through, journal.events(limit=_EVENTS_A_FILE)
    )
    events = list(wanted)
    if not events:
        return None
    first, last = (place_text((event.epoch, event.seq)) for event in (events[0], events[-1]))
    target = folder / f"journal-{first}-to-{last}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(target, events)
        digest = _read_back(target, events[0].prev_hash)
    except OSError as error:
        raise file_error(error, target) from error
    if digest != events[-1].hash:
        raise DiskBrokenError(
            f"archive {target}: the disk did not give back what it was given; nothing was removed;"
            " look for disk errors with `journalctl -k`"
        )
    ends = [*range(_EVENTS_A_STEP - 1, len(events) - 1, _EVENTS_A_STEP), len(events) - 1]
    steps = tuple(Head(events[end].epoch, events[end].seq, events[end].hash) for end in ends)
    return Archive(target, steps)


def _write(target: Path, events: list[SealedEvent]) -> None:
    unfinished = target.with_name(target.name + ".part")
    with unfinished.open("wb") as file:
        file.writelines(line + b"\n" for line in export_lines(events))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)
    sync_to_disk(target.parent)


def _read_back(target: Path, prev_hash: bytes) -> bytes:
    """Return the hash at the end of a file's chain, which begins behind another."""
    with target.open("rb") as file:
        for line in file:
            body = event_body(line)
            if body is not None:
                prev_hash = link(prev_hash, body)
    return prev_hash
