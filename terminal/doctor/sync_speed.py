"""How fast the disk takes a fact: the very write that a tap waits for, measured many times."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from terminal.counters import percentile_us
from terminal.doctor.finding import Finding, degraded, failed, well

BLOCK_BYTES: Final = 4096
COUNT: Final = 500
_FILE_BLOCKS: Final = 64
_NAME: Final = "sync-speed.tmp"
SLOW_P99_US: Final = 100_000
"""A pupil who waits longer than a tenth of a second takes the badge away and taps again."""
STALLED_P99_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SyncSpeed:
    """How long `count` writes of 4 KB took until they were safe, in microseconds."""

    count: int
    p50_us: int
    p99_us: int
    max_us: int


def measure_syncs(
    folder: Path, *, count: int = COUNT, on_progress: Callable[[int], None] = lambda _done: None
) -> SyncSpeed:
    """Write and sync 4 KB blocks in a folder: half appended, half overwritten. Raises OSError.

    The file is removed again. The journal itself is not touched.
    """
    path = folder / _NAME
    durations = []
    block = os.urandom(BLOCK_BYTES)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        for turn in range(count):
            place = turn if turn < count // 2 else turn % min(_FILE_BLOCKS, count // 2 or 1)
            begin_ns = time.monotonic_ns()
            os.pwrite(descriptor, block, place * BLOCK_BYTES)
            os.fsync(descriptor)
            durations.append(time.monotonic_ns() - begin_ns)
            on_progress(turn + 1)
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)
    durations.sort()
    return SyncSpeed(
        count=count,
        p50_us=percentile_us(durations, 50),
        p99_us=percentile_us(durations, 99),
        max_us=percentile_us(durations, 100),
    )


def sync_finding(speed: SyncSpeed) -> Finding:
    """Return what a measurement means for the queue at the till."""
    what = (
        f"{speed.count} writes of 4 KB: half were safe within {_ms(speed.p50_us)} ms,"
        f" 99 % within {_ms(speed.p99_us)} ms, the slowest took {_ms(speed.max_us)} ms"
    )
    cure = "replace the card by an industrial one (A2, pSLC), or an SSD; then measure again"
    if speed.p99_us >= STALLED_P99_US:
        return failed(
            "sync", what, why="pupils wait more than a second for a green light", cure=cure
        )
    if speed.p99_us >= SLOW_P99_US:
        return degraded("sync", what, why="pupils wait for the green light", cure=cure)
    return well("sync", what)


def _ms(value_us: int) -> str:
    return f"{value_us // 1000}.{value_us % 1000 // 100}"
