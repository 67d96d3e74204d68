"""What the journal costs: bytes on the card for a tap, and the time to start on a long one.

Bytes are counted by the kernel on an ext4 file system of our own in a file (needs root and a loop
device), for each page size with `psow=0`, as the terminal runs, and with `psow=1` beside it. A tap
is one event with a receipt's paper, whose `done` rides with the next tap, checkpoints included.
The start is measured on a journal of many mixed days, as the daemon makes it: open it, and add up
what the sums need. The rebuild reads, decodes, adds up and checks every event of the same journal.
Usage: python -m benchmarks.journal [--taps 600] [--events 100000] [--json]
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.mixed_days import mixed_days
from core.events import Basis, Event, SealedEvent, Stamp, seal
from core.facts import MealCollected
from core.ids import BadgeKey, OrderId, ProductId, PupilId, uuid7
from core.money import Money
from core.tap import Assurance
from core.till_state import BEFORE_ALL, Position
from offline_cache import schema
from offline_cache.journal import Journal, JournalReader, SpoolJob
from offline_cache.rebuild import rebuild
from terminal.clock import SystemClock
from terminal.recorder import Recorder

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
PAPER = b"x" * 508
"""As long as the receipt of a meal."""
BOOT = "6f1c9f2e-4c39-4b7e-9d0e-3a1b5c7d9e0f"
SECTOR_BYTES = 512
START_S_MAX, REBUILD_PER_S_MIN = 2, 20_000


def next_events(journal: Journal, count: int) -> list[SealedEvent]:
    """Return so many meals that follow the journal's head."""
    events: list[SealedEvent] = []
    prev_hash = journal.head.hash
    for seq in range(journal.head.seq + 1, journal.head.seq + 1 + count):
        at = NOON + timedelta(seconds=seq)
        fact = MealCollected(
            day=NOON.date(),
            pupil=PupilId(f"p{seq:07}"),
            order=OrderId(f"o{seq:09}"),
            product=ProductId("stew"),
            price=Money(430),
            badge=BadgeKey(f"{seq:032x}"),
            assurance=Assurance.UID,
            receipt=seq,
        )
        event = Event(
            epoch=1,
            seq=seq,
            id=uuid7(at_ms=seq, entropy=seq.to_bytes(10, "big")),
            stamp=Stamp(at=at, mono_ms=seq * 1000, boot=BOOT, is_synced=True),
            basis=Basis(cursor="88121", policy=3, is_online=True),
            fact=fact,
        )
        events.append(seal(event, prev_hash=prev_hash))
        prev_hash = events[-1].hash
    return events


def serve(journal: Journal, taps: int) -> None:
    """Serve so many pupils, as fast as it goes, with an idle moment every hundred."""
    for number in range(taps):
        (event,) = next_events(journal, 1)
        job = SpoolJob(event.id, "receipt", PAPER, event.epoch, event.seq, NOON)
        journal.append([event], [job])
        journal.job_state(event.id, "done", 0, NOON, is_lazy=True)
        if number % 100 == 0:
            journal.checkpoint()


@contextmanager
def own_disk() -> Iterator[tuple[Path, str]]:
    """Give a new ext4 file system and the name of its block device, such as `loop0`."""
    with tempfile.TemporaryDirectory(prefix="card-") as name:
        image, place = Path(name, "image"), Path(name, "card")
        place.mkdir()
        with image.open("wb") as file:
            file.truncate(256 * 1024 * 1024)
        run("mkfs.ext4", "-q", "-F", str(image))
        run("mount", "-o", "loop", str(image), str(place))
        try:
            device = run("findmnt", "-n", "-o", "SOURCE", str(place)).strip()
            yield place, Path(device).name
        finally:
            run("umount", str(place))


def run(*command: str) -> str:
    """Run a program and return what it printed."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def written(device: str) -> tuple[int, int]:
    """Return the bytes and the flushes that a block device has had (Linux, block/stat)."""
    os.sync()
    fields = Path(f"/sys/block/{device}/stat").read_text(encoding="ascii").split()
    return int(fields[6]) * SECTOR_BYTES, int(fields[15])


def bytes_a_tap(place: Path, device: str, *, page_bytes: int, psow: int, taps: int) -> dict:
    """Return what a tap writes to the card, once the WAL has its size."""

    def connect(path: Path) -> sqlite3.Connection:
        uri = f"{path.as_uri()}?psow={psow}"
        return sqlite3.connect(uri, uri=True, isolation_level=None)

    usual, schema.PAGE_BYTES = schema.PAGE_BYTES, page_bytes
    path = place / f"{page_bytes}-{psow}.db"
    try:
        journal = Journal.open(path, connect=connect)
        serve(journal, 2 * taps)
        before = written(device)
        serve(journal, taps)
        after = written(device)
        journal.close()
    finally:
        schema.PAGE_BYTES = usual
        path.unlink()
    return {
        "page_bytes": page_bytes,
        "psow": psow,
        "bytes_per_tap": round((after[0] - before[0]) / taps),
        "flushes_per_tap": round((after[1] - before[1]) / taps, 2),
    }


def card_bytes(taps: int) -> list[dict] | None:
    """Return the bytes for each page size and both psow; None where nobody may mount."""
    if os.geteuid() != 0:
        return None
    try:
        with own_disk() as (place, device):
            return [
                bytes_a_tap(place, device, page_bytes=page, psow=psow, taps=taps)
                for page in (1024, 2048, 4096)
                for psow in (0, 1)
            ]
    except (OSError, subprocess.SubprocessError):
        return None


def start(count: int) -> dict[str, object]:
    """Return how long a till takes to know what it did, on a journal of so many mixed events."""
    with tempfile.TemporaryDirectory(prefix="start-", dir="/var/tmp") as folder:
        path = Path(folder, "journal.db")
        with closing(Journal.open(path)) as journal:
            days = mixed_days(count)
            while chunk := list(islice(days, 1000)):
                journal.append(chunk)
            head = (journal.head.epoch, journal.head.seq)
            journal.acknowledge(head)
        found = {
            "events": count,
            "bytes": path.stat().st_size,
            "start": timed_start(path, settled=head),
            "start_without_copy": timed_start(path, settled=BEFORE_ALL),
        }
        with closing(JournalReader.open(path)) as reader:
            wall, cpu = time.perf_counter(), time.process_time()
            rebuilt = rebuild(reader.events())
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert rebuilt.is_good, rebuilt.faults
        assert rebuilt.events == count, "all of them were read"
    return found | {
        "rebuild_events_per_s": round(count / wall),
        "rebuild_events_per_cpu_s": round(count / cpu),
    }


def timed_start(path: Path, *, settled: Position) -> dict[str, float]:
    """Return the seconds from opening a journal until its sums are known, as the daemon does it."""
    wall, cpu = time.perf_counter(), time.process_time()
    with closing(Journal.open(path)) as journal:
        recorder = Recorder(journal, SystemClock(), settled=settled)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert recorder.state.head == (journal.head.epoch, journal.head.seq)
    return {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--taps", type=int, default=600)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    result = {
        "card": card_bytes(parsed.taps),
        "start": start(parsed.events),
        "load": os.getloadavg()[0],
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
    }
    if parsed.json:
        print(json.dumps(result))
        return 0
    for row in result["card"] or ():
        mark = "  <- the terminal's" if (row["page_bytes"], row["psow"]) == (4096, 0) else ""
        print(
            f"page {row['page_bytes']}, psow={row['psow']}: {row['bytes_per_tap']} bytes and "
            f"{row['flushes_per_tap']} flushes a tap{mark}"
        )
    if result["card"] is None:
        print("bytes on the card: not measured (needs root and a loop device)")
    found = result["start"]
    with_copy, without = found["start"], found["start_without_copy"]
    print(
        f"start on {found['events']} events ({found['bytes']} bytes): {with_copy['wall_s']} s,"
        f" CPU {with_copy['cpu_s']} s (gate: {START_S_MAX} s); without a copy, so that each is"
        f" decoded: {without['wall_s']} s, CPU {without['cpu_s']} s"
    )
    print(
        f"rebuild: {found['rebuild_events_per_s']} events/s, {found['rebuild_events_per_cpu_s']} a"
        f" CPU second (gate: {REBUILD_PER_S_MIN}); load {result['load']:.1f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
