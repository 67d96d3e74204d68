"""A school group's tills at one centre over HTTP: 2, 8 and 32 at once, on PostgreSQL.

Everything is real: a PostgreSQL cluster of its own with fsync on, `refectory central` as a process
of its own, terminals that were enrolled over HTTP, signed batches of 200 sales (signed before the
clock runs: that is the tills' work), kept-alive connections, and 30 % of the batches sent twice.
Each status is counted, and in the end every event must be booked once.

Events a second count each event once, however often it was sent. CPU is the centre's and that of
all processes of PostgreSQL, by event, from the kernel; the clients run on the same cores.

Usage: python -m benchmarks.fleet [--events 19200] [--rounds 2] [--json] [--gate]
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from benchmarks.ingest import batches_of, sales
from benchmarks.start import ROOT, daemon
from central.clock import wall_clock
from central.enrolment import create_code
from central.event_places import JOIN_ARRIVAL
from central.load import load_school
from central.seed import DemoSchool, demo_day, make_school
from central.store import open_store
from core.batch import pack_batch
from sync.conformance.speaker import Speaker
from sync.enrol import enrol
from sync.identity import Identity

sys.path[:0] = [str(ROOT / "tests" / "rigs")]

from postgres_rig import running_cluster  # noqa: E402  after the path is set

EVENTS_A_S_MIN = 5000
FALL_MAX = 0.9
RESENT_PERCENT = 30
FLEETS = (2, 8, 32)
BATCH = 200
SERVER_FAULT = 500
TICKS_A_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it stands on the wire."""

    path: str
    headers: dict[str, str]
    body: bytes


def enrol_fleet(
    url: str, database: str, school: DemoSchool, place: Path, count: int
) -> list[Identity]:
    """Enrol terminals, each in a folder of its own."""
    store = open_store(database)
    fleet = []
    for number in range(count):
        folder = place / f"{count}-{number}"
        folder.mkdir(parents=True, mode=0o700)
        name = f"Till {count}-{number}"
        code = create_code(store, school.school.id, terminal_name=name, now=wall_clock())
        fleet.append(enrol(central_url=url, code=code, folder=folder))
    store.close()
    return fleet


def signed_work(identity: Identity, school: DemoSchool, events: int, chance: Random) -> list[Sent]:
    """Return a terminal's batches, signed, some of them twice in a row."""
    speaker = Speaker(identity, now=datetime.now(UTC), ca_file=None)  # noqa: TID251  the real time
    work = []
    for some in batches_of(sales(school, events, chance), BATCH):
        batch = pack_batch(identity.terminal_id, some)
        request = speaker.signed(speaker.batch(batch.body, key=batch.idempotency_key))
        sent = Sent(request.url.raw_path.decode(), dict(request.headers), batch.body)
        work += [sent] * (2 if chance.randrange(100) < RESENT_PERCENT else 1)
    speaker.close()
    return work


def send_all(url: str, works: list[list[Sent]]) -> tuple[float, Counter[int]]:
    """Have each terminal send its batches, all at once. Result: seconds, and statuses."""
    statuses: Counter[int] = Counter()
    address = urlsplit(url)

    def send(work: list[Sent]) -> None:
        line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        for sent in work:
            line.request("POST", sent.path, sent.body, sent.headers)
            answer = line.getresponse()
            answer.read()
            statuses[answer.status] += 1
        line.close()

    threads = [threading.Thread(target=send, args=(work,)) for work in works]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun, statuses


def cpu_s(root: int) -> float:
    """Return the CPU time of a process and all below it, those that ended too."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        process = int(stat.parent.name)
        parents[process], spent[process] = int(fields[1]), sum(map(int, fields[11:15]))
    mine = {root}
    while more := {one for one, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(spent.get(one, 0) for one in mine) / TICKS_A_S


def measure_fleet(
    url: str,
    database: str,
    school: DemoSchool,
    place: Path,
    *,
    terminals: int,
    events: int,
    processes: dict[str, int],
) -> dict[str, object]:
    """Measure one fleet that has never sent before."""
    chance = Random(terminals)
    fleet = enrol_fleet(url, database, school, place, terminals)
    works = [signed_work(one, school, events // terminals, chance) for one in fleet]
    before = {name: cpu_s(process) for name, process in processes.items()}
    spent, statuses = send_all(url, works)
    cpu = {name: cpu_s(process) - before[name] for name, process in processes.items()}
    store = open_store(database)
    with store.database.reading() as session:
        booked = sum(
            session.rows(
                f"SELECT COUNT(*) FROM event e {JOIN_ARRIVAL} WHERE a.terminal_id = ?",
                one.terminal_id,
            )[0][0]
            for one in fleet
        )
        legs = session.rows("SELECT SUM(cents) FROM leg")[0][0]
    store.close()
    total = events // terminals * terminals
    assert booked == total, f"{booked} of {total} events are booked; answered {dict(statuses)}"
    assert legs == 0, "the books sum to zero"
    return {
        "terminals": terminals,
        "events_per_s": round(total / spent),
        "sent_batches": sum(statuses.values()),
        "statuses": dict(statuses),
        "cpu_us_per_event": {name: round(used / total * 1e6) for name, used in cpu.items()},
        "load": round(os.getloadavg()[0], 1),
    }


def measure(parsed: argparse.Namespace) -> list[dict[str, object]]:
    """Measure each fleet in each round, on a database of its own."""
    school = make_school(seed=7, today=demo_day(wall_clock()))
    found = []
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-")))
        cluster = stack.enter_context(running_cluster(is_durable=True))
        postmaster = cluster.process()
        for round_number, terminals in product(range(parsed.rounds), FLEETS):
            # Each on a database of its own: whoever comes first to one finds its indexes small.
            database = cluster.url(cluster.create())
            store = open_store(database)
            load_school(store, school)
            store.close()
            words = ("central", "--database", database, "--listen", "127.0.0.1:0")
            with daemon(*words, environ=dict(os.environ), folder=place) as centre:
                found.append(
                    measure_fleet(
                        centre.said["url"],
                        database,
                        school,
                        place / str(round_number),
                        terminals=terminals,
                        events=parsed.events,
                        processes={"centre": centre.process.pid, "postgres": postmaster},
                    )
                )
            if not parsed.json:
                print(found[-1], flush=True)
    return found


def failures(found: list[dict]) -> list[str]:
    """Return the gates that are not met, each in one line: the best round counts."""
    best = {
        terminals: max(one["events_per_s"] for one in found if one["terminals"] == terminals)
        for terminals in FLEETS
    }
    missed = []
    if best[8] < EVENTS_A_S_MIN:
        missed.append(f"8 terminals: {best[8]} events a second, the gate is {EVENTS_A_S_MIN}")
    if min(best[8], best[32]) < best[2] * FALL_MAX:
        missed.append(f"it falls with more terminals: {best}")
    faults = [one for one in found if any(status >= SERVER_FAULT for status in one["statuses"])]
    return missed + [f"answered 5xx: {one}" for one in faults]


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=19_200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a gate fails")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    found = measure(parsed)
    missed = failures(found)
    if parsed.json:
        print(json.dumps({"fleets": found, "missed": missed}))
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed and parsed.gate else 0


if __name__ == "__main__":
    sys.exit(main())
