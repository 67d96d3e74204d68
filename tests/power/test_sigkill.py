"""The till is killed at any moment, again and again, on one journal that only grows."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from offline_cache.integrity import verify
from offline_cache.journal import Journal

pytestmark = [pytest.mark.power, pytest.mark.timeout(600)]

ROUNDS = 25
CHILD = Path(__file__).parents[1] / "rigs" / "journal_child.py"


def serve_until_killed(path: Path, *, after_acks: int, delay_s: float) -> int:
    """Start a till, kill it a moment after so many taps; return the last event it promised."""
    folders = os.pathsep.join(entry for entry in sys.path if entry)
    command = [sys.executable, "-P", str(CHILD), str(path), "1000000"]
    promised = 0
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": folders}, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        killer = None
        acks = 0
        for line in child.stdout:
            # The last line may be torn: then nobody read a promise.
            if not (line.startswith("ACK") and line.endswith("\n")):
                continue
            promised = int(line.split()[1])
            acks += 1
            if acks == after_acks:
                killer = Timer(delay_s, child.send_signal, [signal.SIGKILL])
                killer.start()
        assert killer is not None
        killer.join()
    assert child.returncode == -signal.SIGKILL
    return promised


def test_no_acknowledged_tap_is_lost_to_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    chance = random.Random(7)
    before = 0
    for _ in range(ROUNDS):
        promised = serve_until_killed(
            path, after_acks=chance.randrange(1, 20), delay_s=chance.random() * 0.02
        )
        journal = Journal.open(path)
        # The pipe may hold a promise that was read after the kill; none is missing in the journal.
        assert promised <= journal.head.seq <= promised + 1
        assert len(journal.pending_jobs()) == journal.head.seq
        assert journal.head.seq > before
        before = journal.head.seq
        journal.close()
    report = verify(path)
    assert report.fault is None
    assert report.events == before
