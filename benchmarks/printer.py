"""Paper: what a receipt costs in CPU, bytes and memory, and what a bad printer costs a tap.

Run: python benchmarks/printer.py [--json] [--rounds N]. Aims: a job stored in 50 us; 30 lines
composed in 2 ms of CPU and 2500 bytes; a picture in 15 ms; the first receipt of a fresh process
within 1.5 s; a tap's 95th percentile within 10 % of that without a printer, whether the printer
hangs, is off or is jammed. A tap here is a durable sale in SQLite with its print job and `wake()`.
Figures of a busy machine say little, so its load stands beside them.
"""

import argparse
import json
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.money import Money  # noqa: E402  after the path is set
from core.people import Language  # noqa: E402
from core.receipt import Receipt, ReceiptLine  # noqa: E402
from printer.base import PrintJob  # noqa: E402
from printer.emulator import Emulator  # noqa: E402
from printer.encode import encode_document_for  # noqa: E402
from printer.job import encode_document  # noqa: E402
from printer.job_store import MemoryJobStore, StoredJob  # noqa: E402
from printer.null_printer import NullPrinter  # noqa: E402
from printer.picture_printer import PicturePrinter  # noqa: E402
from printer.profile import PICTURE  # noqa: E402
from printer.registry import open_printer  # noqa: E402
from printer.samples import sample_documents  # noqa: E402
from printer.spool import Spool  # noqa: E402

AIMS = {
    "store_us": 50.0,
    "compose_ms": 2.0,
    "compose_bytes": 2500.0,
    "picture_ms": 15.0,
    "first_receipt_s": 1.5,
    "tap_p95_ratio": 1.10,
}
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
REPEATS, PICTURES, TAPS_A_ROUND, PAUSE_S = 200, 200, 25, 0.004
FIRST = """
import json, sys, time
def resident_mb():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
sys.path.insert(0, sys.argv[1])
from core.people import Language
from printer.base import PrintJob
from printer.registry import open_printer
from printer.samples import sample_documents
sale = sample_documents(Language.FR)["receipt-sale"]
before_mb, began, cpu = resident_mb(), time.perf_counter(), time.process_time()
result = open_printer("image://" + sys.argv[2]).print_document(PrintJob("first", sale))
print(json.dumps({
    "outcome": result.outcome.value,
    "first_receipt_s": time.perf_counter() - began,
    "first_receipt_cpu_s": time.process_time() - cpu,
    "resident_before_mb": before_mb,
    "resident_after_mb": resident_mb(),
}))
"""


def sale() -> Receipt:
    document = sample_documents(Language.FR)["receipt-sale"]
    assert isinstance(document, Receipt)
    return document


def long_sale() -> Receipt:
    lines = tuple(
        ReceiptLine(1 + n % 3, f"Boulets à la liégeoise {n}", Money(450), 60) for n in range(30)
    )
    return replace(sale(), lines=lines)


def cpu_of(work: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of one call: the best of five rounds."""
    work()
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - began) / times)
    return best


def composing() -> dict[str, float]:
    short, long = sale(), long_sale()
    return {
        "store_us": cpu_of(lambda: encode_document(short), 1000) * 1e6,
        "compose_ms": cpu_of(lambda: encode_document_for(long, PICTURE), REPEATS) * 1e3,
        "compose_bytes": float(len(encode_document_for(long, PICTURE))),
    }


def drawing(folder: Path) -> dict[str, float]:
    """Print receipts of different people as pictures, as a lunch does."""
    printer = PicturePrinter(folder)
    jobs = [
        PrintJob(f"{n}", replace(sale(), number=n, person=f"P{n} M.", wallet_after=Money(n * 7)))
        for n in range(PICTURES)
    ]
    printer.print_document(jobs[0])
    began = time.process_time()
    for job in jobs:
        printer.print_document(job)
    cpu_s = time.process_time() - began
    size = statistics.mean(path.stat().st_size for path in folder.glob("*.png"))
    return {"picture_ms": cpu_s / PICTURES * 1e3, "picture_bytes": size}


def first_receipt(folder: Path) -> dict[str, float]:
    """Time the first receipt of a fresh process, and what it adds to the memory."""
    ran = subprocess.run(
        [sys.executable, "-c", FIRST, str(ROOT), str(folder)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    said: dict[str, float] = json.loads(ran.stdout)
    assert said.pop("outcome") == "done"
    return said


class Till:
    """A bare durable sale, and a spool beside it."""

    def __init__(self, path: Path, spool: Spool, store: MemoryJobStore) -> None:
        self._spool = spool
        self._store = store
        self._document = encode_document(sale())
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE sale (id INTEGER PRIMARY KEY, body BLOB)")

    def tap(self, number: int) -> float:
        """Return the seconds of one tap."""
        began = time.perf_counter()
        document = encode_document(replace(sale(), number=number))
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO sale (body) VALUES (?)", (document,))
        self._connection.execute("COMMIT")
        self._store.add(StoredJob(f"job-{number}", document, NOON))
        self._spool.wake()
        return time.perf_counter() - began

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()


def hanging_server(stack: ExitStack) -> str:
    """Serve a printer that takes a connection and then nothing: it neither reads nor answers."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
    return f"tcp://127.0.0.1:{server.getsockname()[1]}?fence=id"


def jammed(stack: ExitStack) -> str:
    emulator = Emulator()
    url = emulator.listen()
    emulator.open_cover()
    stack.callback(emulator.close)
    return f"{url}?fence=id"


def printer_off() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"tcp://127.0.0.1:{server.getsockname()[1]}?fence=id"


def tapping(folder: Path, rounds: int, seed: int) -> dict[str, float]:
    """Tap beside each printer in turn, in another order each round; return 95th percentiles."""
    times: dict[str, list[float]] = {}
    with ExitStack() as stack:
        printers = {
            "none": NullPrinter(),
            "hangs": open_printer(hanging_server(stack)),
            "off": open_printer(printer_off()),
            "jammed": open_printer(jammed(stack)),
        }
        tills = {}
        for name, printer in printers.items():
            store = MemoryJobStore()
            spool = Spool(printer, store, clock=lambda: NOON)
            spool.start()
            stack.callback(spool.stop, 0.0)
            tills[name] = stack.enter_context(closing(Till(folder / f"{name}.db", spool, store)))
            times[name] = []
        order, number, pause = random.Random(seed), 0, threading.Event()
        for _ in range(rounds):
            for name in order.sample(sorted(tills), len(tills)):
                for _ in range(TAPS_A_ROUND):
                    number += 1
                    times[name].append(tills[name].tap(number))
                    pause.wait(PAUSE_S)
    p95 = {name: statistics.quantiles(all_s, n=20)[-1] for name, all_s in times.items()}
    ratios = {f"tap_p95_ratio_{name}": p95[name] / p95["none"] for name in p95 if name != "none"}
    return {"tap_p95_ms": p95["none"] * 1e3, **ratios}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {
            **composing(),
            **drawing(folder / "pictures"),
            **first_receipt(folder / "first"),
            **tapping(folder, parsed.rounds, parsed.seed),
            "load": os.getloadavg()[0],
        }
    if parsed.json:
        print(json.dumps({key: round(value, 3) for key, value in figures.items()}))
        return 0
    for key, value in figures.items():
        aim = next((limit for start, limit in AIMS.items() if key.startswith(start)), None)
        mark = "" if aim is None else f"   aim {aim:g} {'ok' if value <= aim else 'MISSED'}"
        print(f"{key:<24} {value:12.3f}{mark}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
