"""What one tap costs the journal: statements, sync calls, and copies made of them."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from canteen import TODAY
from journal_rig import badge, meal, record, sale, write_copy
from strace_rig import find_strace

from offline_cache.connection import Value, connect_writer
from offline_cache.holder_row import HOLDER, HOLDER_WITHOUT_LIMITS
from offline_cache.journal import Journal
from offline_cache.snapshot import _ORDERS, Snapshot


class Listening:
    """A connection that notes each statement it is given."""

    def __init__(self, path: Path, said: list[str]) -> None:
        self._db = connect_writer(path)
        self._said = said
        self.close = self._db.close

    def execute(self, sql: str, parameters: Sequence[Value] = (), /) -> sqlite3.Cursor:
        self._said.append(" ".join(sql.split()[:3]))
        return self._db.execute(sql, parameters)


def test_a_tap_is_four_statements_with_its_paper(tmp_path: Path) -> None:
    said: list[str] = []
    journal = Journal.open(tmp_path / "journal.db", connect=lambda path: Listening(path, said))
    said.clear()
    record(journal, sale(1), with_job=True)
    assert said == ["BEGIN IMMEDIATE", "INSERT INTO event", "INSERT INTO tail", "COMMIT"]
    said.clear()
    record(journal, meal(2))
    assert said == ["BEGIN IMMEDIATE", "INSERT INTO event", "COMMIT"]
    journal.close()


def test_a_badge_is_looked_up_in_one_statement(tmp_path: Path) -> None:
    copy = Snapshot.open(write_copy(tmp_path / "snapshot.db"), school_id=None)
    said: list[str] = []
    copy._connection.set_trace_callback(said.append)
    assert copy.holder(badge().key, TODAY) is not None
    assert len(said) == 1
    said.clear()
    assert copy.products
    assert said == []
    copy.close()


def test_no_look_up_reads_a_table_from_end_to_end(tmp_path: Path) -> None:
    copy = Snapshot.open(write_copy(tmp_path / "snapshot.db"), school_id=None)
    for query, values in (
        (HOLDER, ("2026-11-24", "k")),
        (HOLDER_WITHOUT_LIMITS, ("2026-11-24", "k")),
        (_ORDERS, ("p1", "2026-11-24")),
    ):
        rows = copy._connection.execute(f"EXPLAIN QUERY PLAN {query}", values)
        plan = [row[3] for row in rows]
        assert plan
        assert all(step.startswith("SEARCH") for step in plan), plan
    copy.close()


# --- sync calls, counted by the kernel's own witness ----------------------------------------------

TAPS = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from journal_rig import record, sale
from offline_cache import journal as module
journal = module.Journal.open(Path(sys.argv[1]))
for number in range(1, 205):
    record(journal, sale(number), with_job=True)
journal.checkpoint()
print("MARK from", flush=True)
for number in range(205, 245):
    record(journal, sale(number), with_job=True)
print("MARK to", flush=True)
"""


@pytest.fixture
def strace() -> str:
    return find_strace()


def calls_between_marks(trace: str) -> list[str]:
    inside = trace.split("MARK from", 1)[1].split("MARK to", 1)[0]
    return re.findall(r"\b(fsync|fdatasync|sync_file_range|msync)\(", inside)


def test_a_tap_is_exactly_one_sync_call_also_after_a_checkpoint(
    tmp_path: Path, strace: str
) -> None:
    trace = tmp_path / "trace"
    folders = [entry for entry in sys.path if entry]
    subprocess.run(
        [
            strace,
            *("-f", "-o", str(trace), "-e", "trace=fsync,fdatasync,sync_file_range,msync,write"),
            *(os.path.realpath(sys.executable), "-P", "-c", TAPS),
            *(str(tmp_path / "journal.db"), *folders),
        ],
        timeout=60,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert len(calls_between_marks(trace.read_text(encoding="utf-8"))) == 40


def test_the_counter_sees_a_second_sync() -> None:
    trace = 'write(1, "MARK from\\n")\nfdatasync(4) = 0\nfsync(4) = 0\nwrite(1, "MARK to\\n")'
    assert calls_between_marks(trace) == ["fdatasync", "fsync"]
