"""A disk that fails at any write or sync: the till goes red, promises nothing, loses nothing.

strace lets one system call after the other fail, in the real program on the real file system.
"""

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from journal_rig import fact, filled, record
from root_rig import lacking, require_root
from strace_rig import find_strace

from offline_cache.errors import DiskFullError, JournalError
from offline_cache.integrity import verify
from offline_cache.journal import Journal

pytestmark = [pytest.mark.power, pytest.mark.timeout(600)]

BEFORE, COUNT = 3, 10
CHILD = Path(__file__).parents[1] / "rigs" / "journal_child.py"


@pytest.fixture
def strace() -> str:
    return find_strace()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def serve(strace: str, path: Path, *, inject: str = "") -> tuple[list[str], str]:
    """Let a till of its own serve on a fresh journal; return what it said, and the trace."""
    for file in path.parent.glob("journal.*"):
        file.unlink()
    filled(path, BEFORE)
    trace = path.with_name("trace")
    command = [strace, "-f", "-o", str(trace), "-e", "trace=fdatasync,fsync,pwrite64"]
    if inject:
        command += ["-e", f"inject={inject}"]
    # The real binary: strace follows no shell script that stands for it.
    command += [os.path.realpath(sys.executable), "-P", str(CHILD), str(path), str(COUNT)]
    folders = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines(), trace.read_text(encoding="utf-8")


def check(path: Path, said: list[str]) -> None:
    """Hold what the till said against what the journal has, read without the broken disk."""
    assert said[-1] == "END"
    told = [int(line.split()[1]) for line in said if line.startswith("ACK")]
    report = verify(path)
    assert report.fault is None
    assert report.head.seq >= max(told, default=BEFORE)
    # No event was acknowledged twice, and none out of its turn.
    assert told == sorted(set(told))
    # After each failure the journal held what was promised, and at most the one under way.
    promised = BEFORE
    for line in said:
        word, number = line.split()[0], line.split()[-1]
        if word == "ACK":
            promised = int(number)
        elif word == "OPEN":
            assert promised <= int(number) <= promised + 1
            promised = int(number)
    journal = Journal.open(path)
    jobs = {job.job.event_seq for job in journal.pending_jobs()}
    assert jobs == set(range(BEFORE + 1, journal.head.seq + 1))
    journal.close()


def count_calls(trace: str, name: str) -> int:
    return len(re.findall(rf"\b{name}\(", trace))


@pytest.mark.parametrize(
    ("call", "error", "names"),
    [
        ("fdatasync", "EIO", {"DiskBrokenError"}),
        ("fdatasync", "ENOSPC", {"DiskBrokenError"}),
        ("pwrite64", "EIO", {"DiskBrokenError"}),
        # Beside the writes proper, SQLite has I/O errors alone; a look at the disk then tells
        # whether it is full, and this one is not.
        ("pwrite64", "ENOSPC", {"DiskFullError", "DiskBrokenError"}),
    ],
)
def test_one_call_after_the_other_fails_once(
    strace: str, path: Path, call: str, error: str, names: set[str]
) -> None:
    said, trace = serve(strace, path)
    check(path, said)
    assert [line for line in said if line.startswith("RED")] == []
    total = count_calls(trace, call)
    assert total > COUNT - BEFORE
    step = max(1, total // 14)
    failures = 0
    for number in range(1, total + 1, step):
        said, trace = serve(strace, path, inject=f"{call}:error={error}:when={number}")
        assert "(INJECTED)" in trace
        check(path, said)
        red = [line for line in said if line.startswith("RED")]
        assert {line.split()[-1] for line in red} <= names, f"{call} {number}"
        failures += bool(red)
    # A failure in the last close may pass unseen: SQLite drops it, and loses nothing.
    assert failures >= 8


@pytest.mark.parametrize(("call", "error"), [("fdatasync", "EIO"), ("pwrite64", "ENOSPC")])
def test_a_disk_that_stays_broken_keeps_what_was_acknowledged(
    strace: str, path: Path, call: str, error: str
) -> None:
    for number in (1, 4, 9):
        said, _ = serve(strace, path, inject=f"{call}:error={error}:when={number}+")
        check(path, said)
        assert any(line.startswith("RED") for line in said)
        assert len([line for line in said if line.startswith("ACK")]) < COUNT - BEFORE


def test_a_full_disk_is_named_and_passes_when_there_is_room_again(tmp_path: Path) -> None:
    require_root("mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        lacking("this machine lets nobody mount")
    try:
        path = tmp_path / "journal.db"
        ballast = tmp_path / "ballast"
        ballast.write_bytes(bytes(100 * 1024))
        journal = Journal.open(path)
        with pytest.raises(DiskFullError, match=r"full; free some space"):
            _serve_for_ever(journal)
        acknowledged = journal.head.seq
        with suppress(JournalError):
            journal.close()
        assert acknowledged > 10
        ballast.unlink()
        journal = Journal.open(path)
        assert acknowledged <= journal.head.seq <= acknowledged + 1
        record(journal, fact(journal.head.seq + 1))
        journal.close()
        assert verify(path).is_good
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True, timeout=10)


def _serve_for_ever(journal: Journal) -> None:
    while True:
        record(journal, fact(journal.head.seq + 1), with_job=True)


def test_the_check_notices_a_promise_that_was_not_kept(path: Path) -> None:
    filled(path, BEFORE)
    with pytest.raises(AssertionError):
        check(path, ["OPEN 3", "ACK 4", "END"])
    with pytest.raises(AssertionError):
        check(path, ["OPEN 3", "ACK 4", "RED 5 DiskBrokenError", "OPEN 3", "END"])
