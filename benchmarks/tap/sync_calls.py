"""Sync calls of a tap, counted by the kernel's own witness: strace, in a process of its own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.tap.counter import Counter
from benchmarks.tap.pupils import collections, today
from central.seed import make_school

WITNESSED_TAPS = 50
WITNESS = """
import sys
sys.path[:0] = sys.argv[2:]
from benchmarks.tap.sync_calls import witnessed
witnessed()
"""
SYNC_CALLS = "fsync,fdatasync,sync_file_range,msync"


def syncs_per_tap(place: Path) -> float | None:
    """Return how many sync calls a tap makes, as strace counts them; None without strace."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    with tempfile.TemporaryDirectory(prefix="tap-", dir=place) as name:
        trace = Path(name, "trace")
        command = [
            *(strace, "-f", "-o", str(trace), "-e", f"trace={SYNC_CALLS},write"),
            *(os.path.realpath(sys.executable), "-P", "-c"),
            WITNESS,
            *(str(Path(name, "till")), *filter(None, sys.path)),
        ]
        subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL)
        text = trace.read_text(encoding="utf-8")
    inside = text.split("MARK from", 1)[1].split("MARK to", 1)[0]
    return len(re.findall(rf"\b({SYNC_CALLS.replace(',', '|')})\(", inside)) / WITNESSED_TAPS


def witnessed() -> None:
    """Serve some pupils between two marks on standard output, for strace to see."""
    school = make_school(seed=7, today=today())
    counter = Counter(Path(sys.argv[1]), school, collections(school))
    for _ in range(2 * WITNESSED_TAPS):
        counter.prepare()()
    calls = [counter.prepare() for _ in range(WITNESSED_TAPS)]
    print("MARK from", flush=True)
    for call in calls:
        call()
    print("MARK to", flush=True)
    counter.close()
