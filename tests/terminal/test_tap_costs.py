"""What a tap may cost the till, and a start the machine: counted, so that no load changes it.

Times are measured by `benchmarks/tap` and `benchmarks/start.py`; here stands what can be counted
exactly: statements, sync calls, bytes, imports. Every counter has a control that it can go wrong.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from canteen import NOON
from journal_rig import SCHOOL, meta, write_copy
from strace_rig import find_strace
from study_rig import AT_THE_BELL, StudyRoom
from till_rig import ALICE, BOB, STRANGER, Counter, badge_of, card, order_of, pupil_of

from core.events import Basis, Event, Stamp
from core.facts import Fact
from core.ids import PupilId, TapId
from core.profiles import Profile
from core.receipt import Receipt
from core.tap import Assurance, Credential, Tap
from offline_cache.snapshot import Snapshot
from terminal.recorder import Recorder
from terminal.settlement import use_copy

QUEUE = 50
WAL_BYTES_A_TAP_MAX = 4 * 4096
# Of Python's own functions, those of the rig among them.
CALLS_A_MEAL_MAX = 110
CALLS_A_SALE_MAX = 146
# Libraries that no tap needs; what starts the terminal must not wait for them.
LATE = {
    *("PIL", "anyio", "babel", "cryptography", "escpos", "h11", "http_message_signatures"),
    *("httpx", "jinja2", "nfc", "psycopg", "qrcode", "segno", "serial", "smartcard"),
    *("sqlite_utils", "starlette", "tenacity", "uvicorn"),
}


class Wasteful(Recorder):
    """A recorder that makes a second commit of each tap: what the counters must see."""

    def record(
        self,
        facts: Sequence[Fact],
        *,
        basis: Basis,
        receipt: Receipt | None = None,
        paper: tuple[str, bytes] | None = None,
        stamp: Stamp | None = None,
        when_durable: Callable[[], None] = lambda: None,
    ) -> tuple[Event, ...]:
        events = super().record(
            facts,
            basis=basis,
            receipt=receipt,
            paper=paper,
            stamp=stamp,
            when_durable=when_durable,
        )
        self.journal.mark("last", events[-1].id)
        return events


class Talkative(Recorder):
    """A recorder that goes through many functions: what the count of calls must see."""

    def record(self, facts: Sequence[Fact], **ways: Any) -> tuple[Event, ...]:
        for _ in range(CALLS_A_SALE_MAX):
            self.now()
        return super().record(facts, **ways)


def opened(
    folder: Path, recorder: type[Recorder] = Recorder, *, have_ordered: bool = True
) -> Counter:
    """Open a till before a queue of pupils who all ordered, or none."""
    counter = Counter(folder, recorder)
    places = range(1, QUEUE + 1)
    copy = write_copy(
        counter.copy_path,
        pupils=[replace(pupil_of(1), id=PupilId(f"p{number}")) for number in places],
        badges=[badge_of(number) for number in places],
        orders=[order_of(number) for number in places] if have_ordered else [],
        about=meta(settled=(0, 0), made_at=NOON),
    )
    use_copy(Snapshot.open(copy, school_id=SCHOOL), counter.knowledge, counter.recorder)
    counter.start()
    return counter


def handle(counter: Counter, credential: Credential) -> None:
    tap = Tap(TapId(f"t{counter.recorder.next_seq}"), "counter", credential, Assurance.UID, 0)
    counter.till.handle(tap)


# --- statements -----------------------------------------------------------------------------------


class Heard:
    """The statements that a till's two databases were given.

    SQLite tells a statement again for each trigger that it fires: the same text twice is one.
    """

    def __init__(self, counter: Counter) -> None:
        self.said: list[str] = []
        self._newest = ""
        copy = counter.knowledge.snapshot
        assert copy is not None
        writer = counter.journal._connection._connection  # type: ignore[attr-defined]
        for connection in (copy._connection, writer):
            assert isinstance(connection, sqlite3.Connection)
            connection.set_trace_callback(self._note)

    def _note(self, sql: str) -> None:
        if sql != self._newest:
            self.said.append(" ".join(sql.split()[:3]))
        self._newest = sql


def test_a_collected_meal_is_five_statements_with_its_paper(tmp_path: Path) -> None:
    counter = opened(tmp_path)
    handle(counter, card(1))
    heard = Heard(counter)
    handle(counter, card(2))
    assert counter.till.counters.collected == 2
    assert [said.split()[0] for said in heard.said] == [
        *("SELECT", "BEGIN", "INSERT", "INSERT", "COMMIT")
    ]
    counter.close()


def test_a_till_that_got_ready_has_less_to_do_when_a_badge_comes(tmp_path: Path) -> None:
    counter = opened(tmp_path)
    handle(counter, card(1))
    (job,) = counter.journal.pending_jobs()
    counter.journal.job_state(job.id, "done", 0, NOON, is_lazy=True)
    counter.till.get_ready()
    heard = Heard(counter)
    counter.till.get_ready()
    handle(counter, card(2))
    assert [said.split()[0] for said in heard.said] == ["SELECT", "INSERT", "INSERT", "COMMIT"]
    counter.close()


def test_the_paper_that_came_out_rides_along_as_one_statement_more(tmp_path: Path) -> None:
    counter = opened(tmp_path)
    handle(counter, card(1))
    (job,) = counter.journal.pending_jobs()
    heard = Heard(counter)
    counter.journal.job_state(job.id, "done", 0, NOON, is_lazy=True)
    assert heard.said == []
    handle(counter, card(2))
    assert len(heard.said) == 6
    counter.close()


def test_a_stranger_costs_one_look_up_and_one_event(tmp_path: Path) -> None:
    counter = opened(tmp_path)
    handle(counter, card(1))
    heard = Heard(counter)
    handle(counter, STRANGER)
    assert heard.said[1:] == ["BEGIN IMMEDIATE", "INSERT INTO event", "COMMIT"]
    assert len(heard.said) == 4
    counter.close()


def test_a_presence_is_one_transaction_too_and_asks_once_more(tmp_path: Path) -> None:
    room = StudyRoom(tmp_path)
    room.start()
    handle(room, ALICE)
    heard = Heard(room)
    handle(room, BOB)
    assert room.till.counters.noted == 2
    assert [said.split()[0] for said in heard.said] == [
        *("SELECT", "SELECT", "BEGIN", "INSERT", "COMMIT")
    ]
    room.close()


def test_a_late_arrival_is_one_transaction_too(tmp_path: Path) -> None:
    gate = StudyRoom(tmp_path, Profile.GATE, at=AT_THE_BELL)
    gate.start()
    handle(gate, ALICE)
    heard = Heard(gate)
    handle(gate, BOB)
    assert [said.split()[0] for said in heard.said] == [
        *("SELECT", "SELECT", "BEGIN", "INSERT", "COMMIT")
    ]
    gate.close()


def test_who_is_there_already_writes_nothing(tmp_path: Path) -> None:
    room = StudyRoom(tmp_path)
    room.start()
    handle(room, ALICE)
    heard = Heard(room)
    handle(room, ALICE)
    assert [said.split()[0] for said in heard.said] == ["SELECT"] * 2
    room.close()


def test_a_statement_too_many_is_heard(tmp_path: Path) -> None:
    counter = opened(tmp_path, Wasteful)
    handle(counter, card(1))
    heard = Heard(counter)
    handle(counter, card(2))
    assert len(heard.said) == 8
    counter.close()


# --- calls ----------------------------------------------------------------------------------------


def calls_until_the_light(counter: Counter, credential: Credential) -> int:
    """Return how many Python functions a tap goes through before its pupil is told."""
    calls = 0

    def note(_frame: FrameType, event: str, _about: object) -> None:
        nonlocal calls
        calls += event == "call"

    counter.lights.on_feedback = lambda: sys.setprofile(None)
    sys.setprofile(note)
    try:
        handle(counter, credential)
    finally:
        sys.setprofile(None)
    return calls


def test_a_collected_meal_goes_through_few_functions(tmp_path: Path) -> None:
    counter = opened(tmp_path)
    handle(counter, card(1))
    assert CALLS_A_MEAL_MAX / 2 < calls_until_the_light(counter, card(2)) <= CALLS_A_MEAL_MAX
    assert counter.till.counters.collected == 2
    counter.close()


def test_a_sale_goes_through_few_functions(tmp_path: Path) -> None:
    counter = opened(tmp_path, have_ordered=False)
    handle(counter, card(1))
    assert CALLS_A_SALE_MAX / 2 < calls_until_the_light(counter, card(2)) <= CALLS_A_SALE_MAX
    assert counter.till.counters.sold == 2
    counter.close()


def test_functions_too_many_are_counted(tmp_path: Path) -> None:
    counter = opened(tmp_path, Talkative)
    handle(counter, card(1))
    assert calls_until_the_light(counter, card(2)) > CALLS_A_SALE_MAX
    counter.close()


# --- bytes ----------------------------------------------------------------------------------------


def wal_bytes_a_tap(folder: Path, recorder: type[Recorder] = Recorder) -> float:
    """Return by how much a tap makes the WAL grow; no checkpoint falls among these."""
    counter = opened(folder, recorder)
    handle(counter, card(1))
    wal = counter.path.with_name(counter.path.name + "-wal")
    before = wal.stat().st_size
    for number in range(2, QUEUE + 1):
        handle(counter, card(number))
    grown = wal.stat().st_size - before
    counter.close()
    return grown / (QUEUE - 1)


def test_a_tap_writes_less_than_four_blocks(tmp_path: Path) -> None:
    assert 2 * 4096 < wal_bytes_a_tap(tmp_path) < WAL_BYTES_A_TAP_MAX


def test_a_second_commit_is_seen_in_the_bytes(tmp_path: Path) -> None:
    assert wal_bytes_a_tap(tmp_path, Wasteful) > WAL_BYTES_A_TAP_MAX


# --- sync calls and imports, in a process of their own --------------------------------------------

SERVE = """
import sys
from pathlib import Path
folder, wasteful, *sys.path[:0] = sys.argv[1:]
import test_tap_costs as costs
counter = costs.opened(Path(folder), costs.Wasteful if wasteful == "yes" else costs.Recorder)
"""
SYNCS = (
    SERVE
    + """
for number in range(1, 11):
    costs.handle(counter, costs.card(number))
print("MARK from", flush=True)
for number in range(11, 51):
    costs.handle(counter, costs.card(number))
print("MARK to", flush=True)
assert counter.till.counters.collected == 50
counter.close()
"""
)
IMPORTS = (
    SERVE
    + """
import json
costs.handle(counter, costs.card(1))
if wasteful == "yes":
    counter.lights.on_feedback = lambda: __import__("wave")
before = set(sys.modules)
costs.handle(counter, costs.card(2))
assert counter.till.counters.collected == 2
print(json.dumps(sorted(set(sys.modules) - before)))
counter.close()
"""
)
# What the thread that becomes the till imports until it says that it is ready. The other threads
# load theirs meanwhile, at their own pace; and to ask whether a library is there is no import.
READY = """
import json, sys, threading
from importlib.abc import MetaPathFinder
from pathlib import Path
folder, early, *sys.path[:0] = sys.argv[1:]

class Witness(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        is_import = sys._getframe(2).f_code.co_name == "_find_and_load_unlocked"
        if is_import and threading.current_thread() is threading.main_thread():
            imported.add(name.partition(".")[0])
        return None

imported = set()
sys.meta_path.insert(0, Witness())
from cli.main import build_parser
build_parser()
from config.settings import Settings
from sync.identity import Identity
from terminal.daemon import Terminal
identity = Identity("s", "t", "till", "http://127.0.0.1:9", "k", bytes(32), bytes(32), bytes(32))
settings = Settings(
    data=Path(folder), readers=("simulated://", "pcsc://"), printer="image://",
    listen="127.0.0.1:0",
)
terminal = Terminal(settings, identity, version="1")

def on_ready(ready):
    if early == "yes":
        import segno
    print(json.dumps(sorted(imported)), flush=True)
    terminal.stop()

terminal.run(on_ready)
"""


def run(code: str, folder: Path, *, is_control: bool, before: Sequence[str] = ()) -> str:
    done = subprocess.run(
        [
            # The real binary: strace follows no shell script that stands for it.
            *(*before, os.path.realpath(sys.executable), "-P", "-c", code, str(folder)),
            *("yes" if is_control else "no", str(Path(__file__).parent), *filter(None, sys.path)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def strace() -> str:
    return find_strace()


@pytest.mark.parametrize(("is_wasteful", "syncs"), [(False, 40), (True, 80)])
def test_forty_taps_are_forty_sync_calls(
    tmp_path: Path, strace: str, *, is_wasteful: bool, syncs: int
) -> None:
    trace = tmp_path / "trace"
    calls = "fsync,fdatasync,sync_file_range,msync"
    watched = (strace, "-f", "-o", str(trace), "-e", f"trace={calls},write")
    run(SYNCS, tmp_path, is_control=is_wasteful, before=watched)
    text = trace.read_text(encoding="utf-8")
    inside = text.split("MARK from", 1)[1].split("MARK to", 1)[0]
    assert len(re.findall(rf"\b({calls.replace(',', '|')})\(", inside)) == syncs


def test_the_second_tap_imports_nothing(tmp_path: Path) -> None:
    assert json.loads(run(IMPORTS, tmp_path, is_control=False)) == []


def test_an_import_in_a_tap_is_seen(tmp_path: Path) -> None:
    assert "wave" in json.loads(run(IMPORTS, tmp_path, is_control=True))


def test_a_terminal_is_ready_before_its_heavy_libraries(tmp_path: Path) -> None:
    imported = set(json.loads(run(READY, tmp_path, is_control=False)))
    assert "sqlite3" in imported
    assert sorted(LATE & imported) == []


def test_a_heavy_library_before_ready_is_seen(tmp_path: Path) -> None:
    assert LATE & set(json.loads(run(READY, tmp_path, is_control=True))) == {"segno"}


# --- memory ---------------------------------------------------------------------------------------

HEAPS = """
import ctypes, sys, threading
folder, is_plain, *sys.path[:0] = sys.argv[1:]
from terminal.heap import keep_one_heap
if is_plain == "no":
    keep_one_heap()
together = threading.Barrier(5)

def hold():
    held = [bytes(5000) for _ in range(50)]
    together.wait(10)
    together.wait(10)

threads = [threading.Thread(target=hold) for _ in range(4)]
for thread in threads:
    thread.start()
together.wait(10)
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
together.wait(10)
"""


def test_the_threads_share_one_heap(tmp_path: Path) -> None:
    assert run(HEAPS, tmp_path, is_control=False).count("<heap nr=") == 1


def test_heaps_of_their_own_are_seen(tmp_path: Path) -> None:
    assert run(HEAPS, tmp_path, is_control=True).count("<heap nr=") > 1
