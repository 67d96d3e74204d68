"""The centre is killed in the middle of a service, again and again, and started again."""

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from sync.intervals import Intervals
from sync.ports import Acknowledged

SERVICE = """
import sys
from central.serve import serve
from central.store import open_store
serve(open_store(sys.argv[1]), sys.argv[2], lambda where, _: print("ready", flush=True))
"""
ROOT = Path(__file__).parents[2]
PATIENT = Intervals(
    gather_s=0.005, up_s=1, down_s=60, retry_first_s=0.02, retry_max_s=0.1, timeout_s=5
)


class KilledCentre:
    """The service in a process of its own, on one port, so that it can be killed.

    folder: for what it keeps while it runs, and leaves when it is killed.
    """

    def __init__(self, database: str, folder: Path) -> None:
        self._database = database
        self._environment = {**os.environ, "TMPDIR": str(folder)}
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [sys.executable, "-c", SERVICE, self._database, f"127.0.0.1:{self.port}"]
        self._process = subprocess.Popen(
            words, stdout=subprocess.PIPE, cwd=ROOT, env=self._environment
        )
        ready, _, _ = select.select([self._process.stdout], [], [], 30)
        assert ready, "the centre did not start"
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self._process.stdout.close()
        self._process = None


@pytest.fixture
def killed(twin, tmp_path):
    with ExitStack() as stack:
        killed = KilledCentre(twin.store.database.name, tmp_path)
        stack.callback(killed.kill)
        yield killed


def test_facts_are_booked_once_though_the_centre_is_killed_in_mid_batch(till, killed, books):
    till.identity = replace(till.identity, central_url=f"http://127.0.0.1:{killed.port}")
    killed.start()
    till.start(PATIENT)
    for _ in range(5):
        till.tap(20)
        # Killed when the first answer of the round has come in: in the middle of its work.
        till.wait_for(Acknowledged)
        till.tap(20)
        killed.kill()
        till.tap(5)
        killed.start()
    till.wait_until_booked()
    till.stop()
    books.expect_booked_once(till)
