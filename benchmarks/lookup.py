"""Is a badge found as fast among a million pupils as among a thousand?

Builds a copy of each size in a temporary folder, then looks badges up in rounds, the sizes in
another order each round, and prints the ratio of the medians and of the CPU time.
Usage: python -m benchmarks.lookup [--pupils 1000 1000000] [--rounds 200] [--json]
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from core import snapshot as rows
from core.ids import BadgeKey, SchoolId, TerminalId
from core.policy import CLOSED
from core.receipt import SchoolHeader
from core.snapshot import Meta
from offline_cache.snapshot import Snapshot

TODAY = date(2026, 11, 24)
CALLS_A_ROUND = 20


def build(path: Path, count: int) -> None:
    """Write a copy of so many pupils, each with a badge and an order on each of two days."""
    meta = Meta(
        format=rows.FORMAT,
        school_id=SchoolId("school"),
        terminal_id=TerminalId("till"),
        terminal_name="till",
        cursor="1",
        settled=(0, 0),
        made_at=datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
        school=SchoolHeader("School", "Street 1", "0123.456.749"),
        zone="Europe/Brussels",
        day_starts_at=clock_time(0, 0),
        orders_close_at=clock_time(9, 0),
        order_days_max=15,
        closed_days=frozenset(),
        policy=CLOSED,
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(rows.SCHEMA)
        db.execute(f"PRAGMA application_id = {rows.APPLICATION_ID}")
        db.execute("BEGIN")
        db.executemany("INSERT INTO meta VALUES (?, ?)", rows.meta_rows(meta).items())
        db.execute("INSERT INTO product VALUES ('stew','Stew','meal',60,'',450,NULL,NULL,NULL)")
        db.executemany("INSERT INTO pupil VALUES (?,?,?,?,?,?,?,?,?,?)", pupils(count))
        keys = sorted((key_of(number), number) for number in range(count))
        db.executemany(
            "INSERT INTO badge VALUES (?,?,?,?)",
            ((key, f"p{number:07}", "active", "E5F6") for key, number in keys),
        )
        db.executemany("INSERT INTO meal_order VALUES (?,?,?,?,?,?)", orders(count))
        db.execute("COMMIT")


def pupils(count: int) -> Iterator[tuple[str | int, ...]]:
    """Yield the rows of all pupils."""
    for number in range(count):
        yield (f"p{number:07}", "Alice", "Janssens", "3B", "pupil", "", "", "fr", 2340, 1500)


def orders(count: int) -> Iterator[tuple[str | int, ...]]:
    """Yield the rows of all orders."""
    days = [(TODAY + timedelta(days=ahead)).isoformat() for ahead in range(2)]
    for number in range(count):
        for day in days:
            yield (f"p{number:07}", day, f"o{number:07}-{day}", "stew", 430, "reserved")


def key_of(number: int) -> BadgeKey:
    """Return a badge's key: spread over the whole index, as hashes are."""
    return BadgeKey(f"{number * 0x9E3779B97F4A7C15 % 2**64:032x}")


def measure(copies: dict[int, Snapshot], rounds: int) -> dict[int, dict[str, float]]:
    """Return p50 and p95 of a look-up and its CPU time, in µs, for each size."""
    chance = random.Random(7)
    took: dict[int, list[float]] = {size: [] for size in copies}
    cpu_s = dict.fromkeys(copies, 0.0)
    for round_number in range(rounds + 5):
        for size in chance.sample(sorted(copies), k=len(copies)):
            keys = [key_of(chance.randrange(size)) for _ in range(CALLS_A_ROUND)]
            cpu_before = time.process_time()
            round_took = [look_up(copies[size], key) for key in keys]
            # The first rounds warm the caches.
            if round_number >= 5:
                cpu_s[size] += time.process_time() - cpu_before
                took[size] += round_took
    return {
        size: {
            "p50_us": statistics.median(times) * 1e6,
            "p95_us": statistics.quantiles(times, n=20)[-1] * 1e6,
            "cpu_us": cpu_s[size] / len(times) * 1e6,
        }
        for size, times in took.items()
    }


def look_up(copy: Snapshot, key: BadgeKey) -> float:
    """Return how long one look-up takes, in seconds."""
    before = time.perf_counter()
    holder = copy.holder(key, TODAY)
    took = time.perf_counter() - before
    assert holder is not None
    assert len(holder.orders) == 1
    return took


def main() -> int:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, nargs="+", default=[1000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookup-") as folder:
        copies = {}
        for size in parsed.pupils:
            path = Path(folder, f"{size}.db")
            build(path, size)
            copies[size] = Snapshot.open(path, school_id=None)
        found = measure(copies, parsed.rounds)
        for copy in copies.values():
            copy.close()
    smallest, largest = min(found), max(found)
    result = {
        "pupils": {str(size): found[size] for size in sorted(found)},
        "ratio_p50": found[largest]["p50_us"] / found[smallest]["p50_us"],
        "ratio_cpu": found[largest]["cpu_us"] / found[smallest]["cpu_us"],
        "calls": parsed.rounds * CALLS_A_ROUND,
        "load": os.getloadavg()[0],
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
    }
    if parsed.json:
        print(json.dumps(result))
        return 0
    for size in sorted(found):
        figures = ", ".join(f"{name} {value:.1f}" for name, value in found[size].items())
        print(f"{size:>9} pupils: {figures}")
    print(f"{largest} against {smallest}: p50 x {result['ratio_p50']:.2f}, ", end="")
    print(f"CPU x {result['ratio_cpu']:.2f} (gate: 2); load {result['load']:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
