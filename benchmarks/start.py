"""What the daemon takes to start, and what it keeps: CPU until taps are decided, memory, idle cost.

Starts the real `refectory terminal` on a fresh folder beside a real centre, with the web on, a
simulated reader, and PC/SC too where a pcscd can be set up. Memory is read from the kernel when the
terminal says that it is ready, once its screen answers, after the first sync, after the first
receipt, and after many taps; then CPU while nothing happens. After that it is started again
several times: CPU from exec to ready is the process's own clock, so other programs do not count.

The gates are about the terminal that is ready, with PC/SC and the web on. What it loads later, for
its first sync and its first receipt, stands below them, and beside the same 60 MB.
Usage: python -m benchmarks.start [--starts 7] [--taps 100] [--idle 10] [--modules] [--gate]
[--json]
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

from central.seed import demo_day

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "rigs")]

from pcsc_rig import PcscRig, missing_parts  # noqa: E402  after the path is set

from central.clock import wall_clock  # noqa: E402
from central.enrolment import create_code  # noqa: E402
from central.load import load_school  # noqa: E402
from central.seed import DemoSchool, make_school  # noqa: E402
from central.store import open_store  # noqa: E402
from cli.terminal_link import ask  # noqa: E402
from core.tap import Credential  # noqa: E402
from sync.enrol import enrol  # noqa: E402

READY_CPU_S_MAX = 1.0
RESIDENT_BYTES_MAX = 60_000_000
GATED_MOMENTS = ("ready", "screen")
WAIT_S = 30.0
PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"
# Prints what is loaded when the terminal says that it is ready.
MODULES_PROGRAM = """
import json, sys, cli.main, cli.terminal
say = cli.terminal.say_json
def say_with_modules(value):
    value["modules"] = sorted(sys.modules)
    say(value)
cli.terminal.say_json = say_with_modules
sys.exit(cli.main.main())
"""


@dataclass
class Daemon:
    """A running `refectory terminal` or `refectory central`, and what the kernel says of it."""

    process: subprocess.Popen[bytes]
    said: dict = field(default_factory=dict)
    ready_cpu_s: float = 0.0
    ready_wall_s: float = 0.0

    def cpu_s(self) -> float:
        """Return the CPU time of all its threads, ended ones too, since exec."""
        # clock_getcpuclockid(3) in Linux' own arithmetic: Python has it for threads alone.
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def memory(self) -> dict[str, int]:
        """Return its resident and its own memory, in bytes."""
        fields: dict[str, int] = {}
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        for line in text.splitlines()[1:]:
            name, _, rest = line.partition(":")
            fields[name] = int(rest.split()[0]) * 1024
        own = fields["Private_Clean"] + fields["Private_Dirty"]
        return {"resident": fields["Rss"], "own": own}


@contextmanager
def daemon(
    *arguments: str, environ: dict[str, str], folder: Path, program: str = PROGRAM
) -> Iterator[Daemon]:
    """Start one of our services, and give it when it says that it is ready."""
    log_path = folder / f"{arguments[0]}.log"
    began = time.monotonic()
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", program, *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            env=environ,
        )
    found = Daemon(process)
    try:
        assert process.stdout is not None, "its output is a pipe"
        line = process.stdout.readline()
        found.ready_cpu_s = found.cpu_s()
        found.ready_wall_s = time.monotonic() - began
        if not line:
            raise RuntimeError(log_path.read_text(encoding="utf-8", errors="replace"))
        found.said = json.loads(line)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT_S)
        assert process.stdout is not None, "its output is a pipe"
        process.stdout.close()


@contextmanager
def pcsc(folder: Path) -> Iterator[dict[str, str] | None]:
    """Give the environment in which a private pcscd is found; None where its parts are missing."""
    if missing_parts():
        yield None
        return
    (folder / "pcsc").mkdir()
    rig = PcscRig(folder / "pcsc")
    try:
        yield rig.environment
    finally:
        rig.close()


def settings(folder: Path, url: str, readers: list[str]) -> Path:
    """Write the settings of the terminal."""
    values = {
        "name": "Till 1",
        "data": str(folder),
        "readers": readers,
        "printer": "image://",
        "central": url,
        "listen": "127.0.0.1:0",
    }
    path = folder / "terminal.toml"
    # A JSON string or list of strings is also TOML.
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def school_of(database: Path, today: date) -> DemoSchool:
    """Make the demo school and load it into a new database."""
    school = make_school(seed=7, today=today)
    store = open_store(str(database))
    load_school(store, school)
    store.close()
    return school


def enrol_at(url: str, database: Path, school: DemoSchool, folder: Path) -> None:
    """Enrol the terminal of a folder."""
    store = open_store(str(database), may_create=False)
    code = create_code(store, school.school.id, terminal_name="Till 1", now=wall_clock())
    store.close()
    enrol(central_url=url, code=code, folder=folder)


def until(folder: Path, is_done: Callable[[dict], bool], what: str) -> None:
    """Wait until a terminal's status is as wished."""
    deadline = time.monotonic() + WAIT_S
    while not is_done(ask(folder, "GET", "/v1/status")):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the terminal did not {what} within {WAIT_S:g} s")
        Event().wait(0.05)


def tap(folder: Path, credential: Credential) -> None:
    """Tap a badge on the simulated reader; returns when it is durable."""
    body = {"value": credential.hex, "technology": credential.technology.word}
    ask(folder, "POST", "/v1/tap", body)


def walk_through(
    terminal: Daemon, folder: Path, badges: list[Credential], *, idle_s: float
) -> dict[str, object]:
    """Measure a terminal from its first moment to its last tap, and then at rest."""
    memory = {"ready": terminal.memory()}
    with urllib.request.urlopen(terminal.said["page"], timeout=WAIT_S) as page:
        page.read()
    memory["screen"] = terminal.memory()
    screen_cpu_s = terminal.cpu_s()
    until(folder, lambda status: status["copy_at"] is not None, "fetch the school")
    memory["first sync"] = terminal.memory()
    tap(folder, badges[0])
    until(folder, lambda status: status["printer"]["done"] >= 1, "print a receipt")
    memory["first receipt"] = terminal.memory()
    for credential in badges[1:]:
        tap(folder, credential)
    memory[f"{len(badges)} taps"] = terminal.memory()

    def is_at_rest(status: dict) -> bool:
        return status["queue"]["count"] == 0 and status["printer"]["waiting"] == 0

    until(folder, is_at_rest, "book and print everything")
    memory["all printed"] = terminal.memory()
    before = terminal.cpu_s()
    Event().wait(idle_s)
    idle_percent = 100 * (terminal.cpu_s() - before) / idle_s
    return {
        "ready_cpu_s": round(terminal.ready_cpu_s, 3),
        "ready_wall_s": round(terminal.ready_wall_s, 3),
        "screen_cpu_s": round(screen_cpu_s, 3),
        "idle_percent": round(idle_percent, 2),
        "memory_bytes": memory,
    }


def measure(parsed: argparse.Namespace) -> dict[str, object]:
    today = demo_day(wall_clock())
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="start-")))
        folder, database = place / "till", place / "central.db"
        folder.mkdir(mode=0o700)
        more = stack.enter_context(pcsc(place))
        readers = ["simulated://"] + ([] if more is None else ["pcsc://"])
        environ = {**os.environ, **(more or {})}
        school = school_of(database, today)
        centre = stack.enter_context(
            daemon(
                *("central", "--database", str(database), "--listen", "127.0.0.1:0"),
                environ=environ,
                folder=place,
            )
        )
        url = centre.said["url"]
        enrol_at(url, database, school, folder)
        words = ("terminal", "--config", str(settings(folder, url, readers)))
        badges = [badge.credential for badge in school.badges[school.special_count :]]
        with daemon(*words, environ=environ, folder=place) as terminal:
            first = walk_through(terminal, folder, badges[: parsed.taps], idle_s=parsed.idle)
        starts: list[Daemon] = []
        for _ in range(parsed.starts):
            with daemon(*words, environ=environ, folder=place) as again:
                starts.append(again)
        modules: list[str] = []
        if parsed.modules:
            with daemon(*words, environ=environ, folder=place, program=MODULES_PROGRAM) as again:
                modules = again.said["modules"]
    cpu = [start.ready_cpu_s for start in starts]
    return {
        "readers": readers,
        "first_start": first,
        "starts": {
            "n": len(starts),
            "ready_cpu_s": round(statistics.median(cpu), 3),
            "ready_cpu_s_max": round(max(cpu), 3),
            "ready_wall_s": round(statistics.median(start.ready_wall_s for start in starts), 3),
        },
        "modules_at_ready": modules,
        "load": round(os.getloadavg()[0], 2),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251
    }


def failures(result: dict) -> list[str]:
    """Return the gates that are not met, each in one line."""
    first = result["first_start"]
    worst_cpu = max(first["ready_cpu_s"], result["starts"]["ready_cpu_s"])
    found = []
    if worst_cpu > READY_CPU_S_MAX:
        found.append(f"CPU to ready is {worst_cpu} s, the gate is {READY_CPU_S_MAX} s")
    if "pcsc://" not in result["readers"]:
        found.append(f"no PC/SC: {', '.join(missing_parts())} missing")
    found += [
        f"resident at '{moment}' is {resident / 1e6:.1f} MB, the gate is 60 MB"
        for moment in GATED_MOMENTS
        if (resident := first["memory_bytes"][moment]["resident"]) > RESIDENT_BYTES_MAX
    ]
    return found


def show(result: dict) -> None:
    first, starts = result["first_start"], result["starts"]
    print(f"readers {', '.join(result['readers'])}; Python {result['python']}; {result['at']}")
    print(f"load {result['load']} on {result['cores']} cores")
    print("\nfrom exec until taps are decided, s")
    print(f"  first start   CPU {first['ready_cpu_s']:.3f}, wall {first['ready_wall_s']:.3f}")
    print(
        f"  {starts['n']} more starts  CPU p50 {starts['ready_cpu_s']:.3f}, worst"
        f" {starts['ready_cpu_s_max']:.3f}, wall p50 {starts['ready_wall_s']:.3f}"
        f" (gate: CPU {READY_CPU_S_MAX:g})"
    )
    print(f"  its screen answers after {first['screen_cpu_s']:.3f} s of CPU")
    print(f"\nmemory, MB         resident    own (gate: 60 resident at {', '.join(GATED_MOMENTS)})")
    for moment, figures in first["memory_bytes"].items():
        mark = "" if figures["resident"] <= RESIDENT_BYTES_MAX else "  above 60"
        print(f"  {moment:<16} {figures['resident'] / 1e6:8.1f} {figures['own'] / 1e6:6.1f}{mark}")
    print(f"\nidle: {first['idle_percent']} % of a core")
    if result["modules_at_ready"]:
        print(f"\nloaded when ready: {' '.join(result['modules_at_ready'])}")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--starts", type=int, default=7, help="starts after the first")
    parser.add_argument("--taps", type=int, default=100)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds to watch it at rest")
    parser.add_argument("--modules", action="store_true", help="list what is loaded when ready")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a gate fails")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    result = measure(parsed)
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
