"""What a tap costs through the till loop, against a bare SQLite sale and a bare synced 4 KB write.

The till is the real one: inbox, till, recorder, knowledge, journal, and a copy of a school of some
600 pupils as the centre makes it. A tap is put into the inbox and handled in the same thread; each
prints a receipt, so its print job is stored with it, and the `done` of the one before rides along.
Readers, spool, uplink and web stand aside: they never hold up a tap.

A durable tap ends when the reader is told to show its light, which is after the commit. What the
till does then is in `whole` and in the CPU, and no pupil waits for it: its sums, screens and log,
and all that it does before the next badge comes, which is to note that the paper came out and to
get ready (`Till.get_ready`). Contenders:

    collect   a meal that was ordered: the tap that the gates are about
    sale      a meal without an order, sold from the wallet
    bare      look up badge and wallet, insert a ledger row with a UUID, update the wallet, commit:
              sqlite3 with WAL and FULL, and else its own defaults (psow=1, checkpoints by itself)
    bare-4096 the same with the journal's page size, psow=0 and its checkpoints between the rounds
    same      the till's own statements on the same tables, from bytes that were ready: what SQLite
              and the disk take of a collected meal; the rest of `collect` is Python
    raw       overwrite 4 KB of a file that is there, and fdatasync

All run in one process, shuffled in every round, on a disk and in memory. What counts is the ratio
within a run; a p99 is judged only while the machine has a core to spare. strace, in a process of
its own, counts the sync calls.
Taps in a row find the processor's caches warm, and pupils do not come like that: `--pause-ms 20`
lets it rest before each call.
Usage: python -m benchmarks.tap [--rounds 400] [--pause-ms 0] [--disk FOLDER] [--gate] [--json]
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from central.load import load_school
from central.seed import DemoSchool, make_school
from central.snapshot_file import write_copy
from central.store import open_store
from central.terminals import find_terminal
from core.chain import GENESIS
from core.codec import moment_text
from core.ids import TapId, TerminalId
from core.money import Money
from core.orders import OrderState
from core.people import BadgeState
from core.profiles import ALWAYS_TILL, Timetable
from core.tap import Assurance, Credential, Feedback, Tap, badge_key
from offline_cache.holder_row import HOLDER
from offline_cache.journal import _INSERT_EVENT, Journal
from offline_cache.schema import PAGE_BYTES, position_key
from offline_cache.snapshot import Snapshot
from offline_cache.spool import _INSERT_JOB
from terminal.board import Board
from terminal.clock import SystemClock
from terminal.inbox import Inbox
from terminal.knowledge import Knowledge
from terminal.recorder import Recorder
from terminal.service import make_service
from terminal.surroundings import Surroundings
from terminal.till import Till, TillParts

if TYPE_CHECKING:
    from readers.supervisor import ReaderStatus, Supervisor

TERMINAL = TerminalId("t-1")
CALLS_A_ROUND = 4
WARM_ROUNDS = 100
WITNESSED_TAPS = 50
WITNESS = "import sys; sys.path[:0] = sys.argv[2:]; import benchmarks.tap as b; b.witnessed()"
SYNC_CALLS = "fsync,fdatasync,sync_file_range,msync"
P50_MAX, P50_AIM, CPU_MAX = 3.0, 1.5, 8.0
ENOUGH = Money(100_000_000)

Call = Callable[[], float]
"""One sale; it returns when it was durable and told, by `time.perf_counter`."""


class Lamp:
    """The light of a reader: it knows when it was last lit."""

    def __init__(self) -> None:
        self.lit_at = 0.0

    def feedback(self, reader: str, feedback: Feedback) -> None:  # noqa: ARG002  as readers have it
        """Light up."""
        self.lit_at = time.perf_counter()

    def statuses(self) -> tuple["ReaderStatus", ...]:
        """Say nothing of itself."""
        return ()


class DayClock(SystemClock):
    """The machine's clock, some days ahead: a pupil has one meal a day, a benchmark needs many."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the wall time, so many days ahead."""
        return super().now() + self.ahead


def generous(school: DemoSchool) -> DemoSchool:
    """Return a school in which nobody ordered, and sales have no end."""
    policy = replace(
        school.school.policy,
        overdraft_max=ENOUGH,
        pupil_offline_max=ENOUGH,
        terminal_offline_max=ENOUGH,
        terminal_offline_count_max=1_000_000,
        snapshot_stop=timedelta(days=1000),
    )
    return replace(school, school=replace(school.school, policy=policy), orders=())


def make_copy(school: DemoSchool, folder: Path) -> Path:
    """Have the centre's own code write the copy for one terminal."""
    store = open_store(str(folder / "central.db"))
    load_school(store, school)
    row = (school.school.id, TERMINAL, "Till 1", "active", 0, 0, GENESIS, 1, "")
    columns = (
        *("school_id", "id", "name", "state", "high_epoch", "high_seq", "head_hash", "next_epoch"),
        "enrolled_at",
    )
    with store.database.writing() as session:
        session.insert_many("terminal", columns, [row])
    path = folder / "snapshot.db"
    now = datetime.now(UTC)  # noqa: TID251  a benchmark runs on the real clock
    with store.database.reading() as session:
        write_copy(session, find_terminal(session, TERMINAL), path, today=school.today, now=now)
    store.close()
    return path


def badges_by_key(school: DemoSchool) -> dict[str, Credential]:
    """Return the active badges by the pupil whom they serve, but those whose parents set limits.

    Theirs may be refused, or asked about first.
    """
    plain = {
        badge_key(badge.credential, school_key=school.school.badge_key): badge.credential
        for badge in school.badges
    }
    return {
        record.pupil_id: plain[record.key]
        for record in school.records
        if record.state is BadgeState.ACTIVE
        and record.key in plain
        and record.pupil_id not in school.limits
    }


def collections(school: DemoSchool) -> Iterator[tuple[date, Credential]]:
    """Yield who comes on which day for a meal that waits, day by day; each pupil once a day."""
    credentials = badges_by_key(school)
    seen: set[tuple[date, str]] = set()
    for order in sorted(school.orders, key=lambda order: (order.day, order.id)):
        place = (order.day, order.pupil_id)
        is_waiting = order.state is OrderState.RESERVED and order.day >= school.today
        if is_waiting and order.pupil_id in credentials and place not in seen:
            seen.add(place)
            yield order.day, credentials[order.pupil_id]


def sales(school: DemoSchool) -> Iterator[tuple[date, Credential]]:
    """Yield who comes on which day without an order."""
    for ahead in range(30):
        for credential in badges_by_key(school).values():
            yield school.today + timedelta(days=ahead), credential


class Counter:
    """A till at its counter, and the pupils who come to it."""

    def __init__(
        self,
        folder: Path,
        school: DemoSchool,
        pupils: Iterator[tuple[date, Credential]],
        *,
        timetable: Timetable = ALWAYS_TILL,
        write: Callable[[DemoSchool, Path], Path] = make_copy,
    ) -> None:
        folder.mkdir()
        self._today = school.today
        self._pupils = pupils
        self._clock = DayClock()
        self._knowledge = Knowledge(school_key=school.school.badge_key, terminal_name="Till 1")
        self._recorder = Recorder(Journal.open(folder / "journal.db"), self._clock)
        self._inbox = Inbox()
        snapshot = Snapshot.open(write(school, folder), school_id=school.school.id)
        self._knowledge.use(snapshot)
        around = Surroundings(
            clock=self._clock,
            knowledge=self._knowledge,
            recorder=self._recorder,
            is_demo=True,
        )
        board = Board("bench")
        self._lamp = Lamp()
        around.readers = cast("Supervisor", self._lamp)
        around.service = make_service(
            recorder=self._recorder,
            knowledge=self._knowledge,
            clock=self._clock,
            board=board,
            around=around,
            folder=folder,
            pepper=school.school.badge_key,
            timetable=timetable,
        )
        parts = TillParts(
            service=around.service,
            board=board,
            clock=self._clock,
            inbox=self._inbox,
            reopen=lambda _: None,
        )
        self.till = Till(parts, around, version="bench")
        self.till._start(is_recovery=False)  # noqa: SLF001  `run` would keep the thread
        self.taps = 0

    def prepare(self) -> Call:
        """Return one tap: from the inbox to the published verdict."""
        day, credential = next(self._pupils)
        self._clock.ahead = timedelta(days=(day - self._today).days)
        self.taps += 1
        tap = Tap(
            TapId(f"tap-{self.taps}"),
            "counter",
            credential,
            Assurance.UID,
            mono_ns=self._clock.mono_ns(),
        )
        tap_at = self._clock.now()
        post, take, handle = self._inbox.post, self._inbox.take, self.till.handle
        lamp, journal, get_ready = self._lamp, self._recorder.journal, self.till.get_ready

        def call() -> float:
            post(tap)
            message = take(0)
            assert message is tap, "the inbox gives what was put"
            handle(tap)
            # Before the next one comes: the paper came out, as the spool says it, and the till
            # gets ready, as its loop does.
            for job in journal.pending_jobs():
                journal.job_state(job.id, "done", 1, tap_at, is_lazy=True)
            get_ready()
            return lamp.lit_at

        return call

    def rest(self) -> None:
        """Do what an idle till does between taps."""
        if self.taps % (10 * CALLS_A_ROUND) == 0:
            self._recorder.journal.checkpoint()

    def close(self) -> None:
        """Check that every tap was what it should be, and close the files."""
        counters = self.till.counters
        served = counters.collected + counters.sold + counters.noted
        assert served == self.taps, f"{self.taps - served} of {self.taps} taps were not served"
        self._recorder.journal.close()
        snapshot = self._knowledge.snapshot
        assert snapshot is not None, "a counter has a copy"
        snapshot.close()


class Bare:
    """The floor: the least that a durable sale needs of SQLite."""

    def __init__(self, folder: Path, school: DemoSchool, *, is_ours: bool) -> None:
        folder.mkdir()
        path = folder / "bare.db"
        uri = path.absolute().as_uri() + ("?psow=0" if is_ours else "")
        self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
        if is_ours:
            self._db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        self._db.execute("PRAGMA journal_mode = WAL").fetchall()
        self._db.execute("PRAGMA synchronous = FULL")
        if is_ours:
            self._db.execute("PRAGMA wal_autocheckpoint = 0")
        self._is_ours = is_ours
        self._db.execute("CREATE TABLE badge (key TEXT PRIMARY KEY, pupil TEXT)")
        self._db.execute("CREATE TABLE wallet (pupil TEXT PRIMARY KEY, cents INTEGER)")
        self._db.execute("CREATE TABLE ledger (id TEXT PRIMARY KEY, pupil TEXT, cents INTEGER)")
        self._keys = [record.key for record in school.records]
        self._db.execute("BEGIN")
        rows = [(record.key, record.pupil_id) for record in school.records]
        self._db.executemany("INSERT INTO badge VALUES (?, ?)", rows)
        wallets = [(pupil.id, 5000) for pupil in school.pupils]
        self._db.executemany("INSERT INTO wallet VALUES (?, ?)", wallets)
        self._db.execute("COMMIT")
        self._chance = random.Random(7)
        self._calls = 0

    def prepare(self) -> Call:
        """Return one sale."""
        key = self._chance.choice(self._keys)
        self._calls += 1
        execute = self._db.execute

        def call() -> float:
            execute("BEGIN IMMEDIATE")
            pupil, cents = execute(
                "SELECT wallet.pupil, cents FROM badge JOIN wallet USING (pupil) WHERE key = ?",
                (key,),
            ).fetchone()
            row_id = str(UUID(bytes=os.urandom(16), version=4))
            execute("INSERT INTO ledger VALUES (?, ?, ?)", (row_id, pupil, -450))
            execute("UPDATE wallet SET cents = ? WHERE pupil = ?", (cents - 450, pupil))
            execute("COMMIT")
            return time.perf_counter()

        return call

    def rest(self) -> None:
        """Make the checkpoints that the journal would make when nobody waits."""
        if self._is_ours and self._calls % 100 == 0:
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class Same:
    """The statements of a collected meal and its paper, and nothing else of a till."""

    def __init__(self, folder: Path, school: DemoSchool) -> None:
        """Have a till serve one pupil, and keep what it wrote; then go on behind it."""
        folder.mkdir()
        counter = Counter(folder / "till", school, collections(school))
        counter.prepare()()
        recorder = counter.till._service.desk.recorder  # noqa: SLF001
        (self._event,) = recorder.journal.events((1, recorder.journal.head.seq - 1), 1)
        self._job = next(recorder.journal.papers())
        counter.close()
        self._copy = Snapshot.open(folder / "till" / "snapshot.db", school_id=school.school.id)
        self._journal = Journal.open(folder / "till" / "journal.db")
        self._head, self._seq = self._event.hash, self._event.seq
        self._keys = [record.key for record in school.records]
        self._day = school.today.isoformat()
        self._chance = random.Random(7)

    def prepare(self) -> Call:
        """Return one meal; its hash is of the right length, and no more."""
        self._seq += 1
        seq, head, event, job = self._seq, self._head, self._event, self._job
        self._head = seq.to_bytes(32, "big")
        key = self._chance.choice(self._keys)
        at = moment_text(job.created_at)
        words = (event.id, event.kind.value, event.body, head, self._head)
        row = (position_key(1, seq), 1, seq, *words)
        paper = (1, seq, event.id, at, job.kind, job.body)
        ask, execute = self._copy._execute, self._journal._execute  # noqa: SLF001

        def call() -> float:
            ask(HOLDER, (self._day, key)).fetchall()
            execute("BEGIN IMMEDIATE")
            execute(_INSERT_EVENT, row)
            execute(_INSERT_JOB, paper)
            execute("COMMIT")
            return time.perf_counter()

        return call

    def rest(self) -> None:
        """Make the checkpoints that the journal would make when nobody waits."""
        if self._seq % 100 < CALLS_A_ROUND:
            list(self._journal._execute("PRAGMA wal_checkpoint(PASSIVE)"))  # noqa: SLF001

    def close(self) -> None:
        """Close the files; the journal as it is, since its sums know nothing of this."""
        self._copy.close()
        self._journal.close()


class Raw:
    """The floor under the floor: one block, overwritten and synced."""

    _BLOCKS = 256

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._file = os.open(folder / "raw", os.O_CREAT | os.O_RDWR, 0o600)
        os.pwrite(self._file, bytes(4096 * self._BLOCKS), 0)
        os.fsync(self._file)
        self._block = os.urandom(4096)
        self._number = 0

    def prepare(self) -> Call:
        """Return one write."""
        self._number += 1
        place = self._number % self._BLOCKS * 4096

        def call() -> float:
            os.pwrite(self._file, self._block, place)
            os.fdatasync(self._file)
            return time.perf_counter()

        return call

    def rest(self) -> None:
        """Do nothing between writes."""

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


Contender = Counter | Bare | Same | Raw


@contextmanager
def contenders(folder: Path, school: DemoSchool) -> Iterator[dict[str, Contender]]:
    """Give all contenders, each with files of its own in a folder."""
    shop = generous(school)
    with ExitStack() as stack:
        made: dict[str, Contender] = {
            "collect": Counter(folder / "collect", school, collections(school)),
            "sale": Counter(folder / "sale", shop, sales(shop)),
            "bare": Bare(folder / "bare", school, is_ours=False),
            f"bare-{PAGE_BYTES}": Bare(folder / "bare-ours", school, is_ours=True),
            "same": Same(folder / "same", school),
            "raw": Raw(folder / "raw"),
        }
        for contender in made.values():
            stack.enter_context(closing(contender))
        yield made


def measure(folder: Path, school: DemoSchool, rounds: int, pause_s: float) -> dict[str, Any]:
    """Return p50, p95, p99 and CPU of each contender, in µs, and their ratios to `bare`."""
    chance = random.Random(7)
    with contenders(folder, school) as made:
        took: dict[str, list[float]] = {name: [] for name in made}
        whole: dict[str, list[float]] = {name: [] for name in made}
        cpu_s: dict[str, list[float]] = {name: [] for name in made}
        load_before = os.getloadavg()[0]
        for round_number in range(WARM_ROUNDS + rounds):
            for name in chance.sample(sorted(made), k=len(made)):
                contender = made[name]
                is_warm = round_number >= WARM_ROUNDS
                calls, cpu = one_block(contender, pause_s if is_warm else 0.0)
                contender.rest()
                if is_warm:
                    took[name] += [durable_s for durable_s, _ in calls]
                    whole[name] += [whole_s for _, whole_s in calls]
                    cpu_s[name].append(cpu)
        load_after = os.getloadavg()[0]
    figures = {name: figures_of(took[name], whole[name], cpu_s[name]) for name in made}
    return {
        "file_system": file_system(folder),
        "n": rounds * CALLS_A_ROUND,
        "load": [round(load_before, 2), round(load_after, 2)],
        "figures_us": figures,
        "ratios": {name: ratios(found, figures["bare"]) for name, found in figures.items()},
    }


def one_block(contender: Contender, pause_s: float) -> tuple[list[tuple[float, float]], float]:
    """Run some calls; return of each the seconds until it was durable, and until it was over.

    Beside them the CPU seconds of a whole one, on average.
    """
    nobody = Event()
    calls: list[tuple[float, float]] = []
    cpu = 0.0
    for _ in range(CALLS_A_ROUND):
        call = contender.prepare()
        if pause_s:
            nobody.wait(pause_s)
        cpu_before, before = time.thread_time(), time.perf_counter()
        durable = call()
        after = time.perf_counter()
        cpu += time.thread_time() - cpu_before
        calls.append((durable - before, after - before))
    return calls, cpu / CALLS_A_ROUND


def figures_of(
    durable_s: list[float], whole_s: list[float], cpu_s: list[float]
) -> dict[str, float]:
    ordered = sorted(durable_s)
    found = {
        f"p{part}": ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1e6
        for part in (50, 95, 99)
    }
    found["whole"] = statistics.median(whole_s) * 1e6
    # The median of the blocks: an interrupt that falls into one block is no cost of the code.
    found["cpu"] = statistics.median(cpu_s) * 1e6
    return {name: round(value, 1) for name, value in found.items()}


def ratios(found: Mapping[str, float], floor: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value / floor[name], 2) for name, value in found.items()}


def file_system(folder: Path) -> str:
    """Return the type of the file system that a folder lies on, as the kernel names it."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, place, name = line.split(" ")[:3]
        is_above = folder.resolve().is_relative_to(place.replace("\\040", " "))
        if is_above and len(place) >= len(best):
            best, kind = place, name
    return kind


# --- sync calls, counted by the kernel's own witness ----------------------------------------------


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


def today() -> date:
    return datetime.now(UTC).date()  # noqa: TID251  a benchmark serves on the real day


def run_all(parsed: argparse.Namespace) -> dict[str, Any]:
    school = make_school(seed=7, today=today())
    media: dict[str, Any] = {}
    for medium, place in {"memory": Path("/dev/shm"), "disk": parsed.disk}.items():
        with tempfile.TemporaryDirectory(prefix="tap-", dir=place) as name:
            media[medium] = measure(Path(name), school, parsed.rounds, parsed.pause_ms / 1000)
    return {
        "media": media,
        "syncs_per_tap": syncs_per_tap(parsed.disk),
        "pupils": len(school.pupils),
        "pause_ms": parsed.pause_ms,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251
    }


def failures(result: dict[str, Any]) -> list[str]:
    """Return the gates that are not met, each in one line."""
    found = []
    for name in ("collect", "sale"):
        p50 = result["media"]["disk"]["ratios"][name]["p50"]
        if p50 > P50_MAX:
            found.append(f"{name} on disk: p50 is {p50} times the bare sale's, the gate is 3")
        for medium, measured in result["media"].items():
            cpu = measured["ratios"][name]["cpu"]
            if cpu > CPU_MAX:
                found.append(f"{name}, {medium}: CPU is {cpu} times the bare sale's, the gate is 8")
    if result["syncs_per_tap"] is None:
        found.append("sync calls: strace is missing; apt-get install strace")
    elif result["syncs_per_tap"] != 1:
        found.append(f"sync calls a tap: {result['syncs_per_tap']}, the gate is exactly 1")
    return found


def tail_verdict(measured: dict[str, Any], cores: int) -> str:
    """Return what may be said of the p99."""
    if max(measured["load"]) > cores:
        return "p99: no verdict, the machine is busy with other things"
    tail = max(measured["ratios"][name]["p99"] for name in ("collect", "sale"))
    word = "within" if tail <= P50_MAX else "beyond"
    return f"p99: {tail} times the bare sale's, {word} {P50_MAX:g} times"


def show(result: dict[str, Any]) -> None:
    cores = result["cores"]
    print(
        f"{result['at']}  Python {result['python']}, SQLite {result['sqlite']}, Linux"
        f" {result['kernel']}, {cores} cores, {result['pupils']} pupils"
    )
    for medium, measured in result["media"].items():
        load = " to ".join(map(str, measured["load"]))
        print(f"\n{medium} ({measured['file_system']}), n = {measured['n']} each, load {load}")
        print(
            "             p50 µs       p95       p99    whole      CPU"
            "   × bare:   p50    p95    p99  whole    CPU"
        )
        for name, figures in measured["figures_us"].items():
            ratio = measured["ratios"][name]
            print(
                f"  {name:10} {figures['p50']:9.1f} {figures['p95']:9.1f} {figures['p99']:9.1f}"
                f" {figures['whole']:8.1f} {figures['cpu']:8.1f}           "
                f" {ratio['p50']:6.2f} {ratio['p95']:6.2f} {ratio['p99']:6.2f}"
                f" {ratio['whole']:6.2f} {ratio['cpu']:6.2f}"
            )
        print(f"  {tail_verdict(measured, cores)}")
    if result["pause_ms"]:
        print(f"\nbefore each call {result['pause_ms']:g} ms of rest: caches are cold")
    print(f"\nsync calls a tap: {result['syncs_per_tap']} (gate: exactly 1)")
    print(f"gates: p50 on disk at most {P50_MAX:g} × bare (aim {P50_AIM:g}), CPU {CPU_MAX:g} ×")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=400, help=f"of {CALLS_A_ROUND} calls each")
    parser.add_argument("--pause-ms", type=float, default=0, help="rest before each call")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on a disk")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a gate fails")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    result = run_all(parsed)
    missed = failures(result)
    if parsed.json:
        print(json.dumps(result | {"missed": missed}))
    else:
        show(result)
        for line in missed:
            print(f"MISSED: {line}")
    return 1 if missed and parsed.gate else 0


if __name__ == "__main__":
    sys.exit(main())
