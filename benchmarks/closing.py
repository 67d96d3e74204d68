"""What a closing and a rebuild cost: a Z report of a long day, and every event added up anew.

A day is sales, meals, voids and refunds on a real journal; the closing is decided, sealed and made
durable as the till does. The rebuild reads, decodes, folds and checks all of it.
Usage: python -m benchmarks.closing [--events 10000] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from core.chain import GENESIS
from core.events import Event, SealedEvent, read_event, seal
from core.facts import PeriodClosed, ShiftOpened
from core.ids import StaffId, uuid7
from core.money import Money
from core.till_state import TillState
from offline_cache.journal import Journal
from offline_cache.rebuild import rebuild


def long_day(count: int) -> list[SealedEvent]:
    """Return a day of so many events, from the script that the power cuts are played to."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "rigs"))
    from scripted_day import CLOSINGS, scripted  # noqa: PLC0415  a rig of the tests

    pattern = [read_event(one.event.body) for one in scripted(CLOSINGS[0] - 1)][2:]
    sealed: list[SealedEvent] = []
    head = GENESIS
    opening = ShiftOpened(pattern[0].stamp.at.date(), StaffId("chef"), Money(0))
    for seq in range(1, count + 1):
        like = pattern[seq % len(pattern)]
        event_id = uuid7(at_ms=seq, entropy=seq.to_bytes(10, "big"))
        fact = opening if seq == 1 else like.fact
        sealed.append(seal(Event(1, seq, event_id, like.stamp, like.basis, fact), prev_hash=head))
        head = sealed[-1].hash
    return sealed


def measure(count: int) -> dict[str, object]:
    """Return what a closing and a rebuild took."""
    with tempfile.TemporaryDirectory(prefix="closing-") as folder:
        journal = Journal.open(Path(folder, "journal.db"))
        day = long_day(count)
        for start in range(0, count, 1000):
            journal.append(day[start : start + 1000])
        wall, cpu = time.perf_counter(), time.process_time()
        rebuilt = rebuild(journal.events())
        rebuild_s, rebuild_cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        closing_s = _close(journal, rebuilt.state, read_event(day[-1].body))
        journal.close()
    return {
        "events": count,
        "rebuild_s": round(rebuild_s, 3),
        "rebuild_events_per_s": round(count / rebuild_s),
        "rebuild_events_per_cpu_s": round(count / rebuild_cpu_s),
        "z_report_ms": round(closing_s * 1000, 2),
        "load": os.getloadavg()[0],
    }


def _close(journal: Journal, state: TillState, last: Event) -> float:
    began = time.perf_counter()
    closing = PeriodClosed(
        day=last.stamp.at.date(),
        number=1,
        staff=StaffId("chef"),
        figures=state.period.figures(),
        receipt=state.receipt_number,
        head_hash=journal.head.hash.hex(),
        previous_hash="",
        counted=None,
        not_collected=0,
        unbooked=0,
    )
    seq = journal.head.seq + 1
    event_id = uuid7(at_ms=seq, entropy=seq.to_bytes(10, "big"))
    event = Event(1, seq, event_id, last.stamp, last.basis, closing)
    journal.append([seal(event, prev_hash=journal.head.hash)])
    state.apply(event)
    return time.perf_counter() - began


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    result = measure(parsed.events)
    if parsed.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key.replace('_', ' '):<26} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
