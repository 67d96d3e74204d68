"""How fast the centre books: CPU per event against a bare insert and update, and fleets at once.

Contenders, for each batch of 100 sales, each in a file of its own (WAL, FULL), rounds shuffled in
one run, so that the load of the machine falls on all of them:

- bare: for each event one INSERT of its id and bytes and one UPDATE of its pupil's balance, in one
  transaction, from values that were ready: the floor of the gate;
- wire: the same from the request's bytes, which it must unpack, and read for pupil and amount;
- rows: what we write into our tables for these events, from rows that were ready;
- reading: what we do before the transaction: unpack, prove the chain, read each event;
- ours: all that a batch needs: reading, deciding, booking double entry, flagging.

No sale breaks a rule: a flag would be one more row. The signature and HTTP are in none of them.
A centre that has just started reads each wallet once; its first batches are told by themselves.

All of that in several processes, one after the other: where the system happens to put a process in
memory moves the ratio of the same code by a tenth. What is told is the median of their ratios.

With `--postgres URL`: events a second from 2, 8 and 32 terminals at once, 30 % of the batches sent
twice, to that (empty) database.
"""

import argparse
import gzip
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random

import msgspec

from central.arrivals import BatchAnswer, read_items
from central.database import Value
from central.event_places import JOIN_ARRIVAL, ROOM
from central.ingest import ingest
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import Store, open_store
from central.wire_batch import unpack_batch
from core.batch import Verdict, pack_batch
from core.catalogue import Category
from core.chain import GENESIS
from core.codec import moment_text
from core.events import SealedEvent
from core.facts import SaleLine, SaleMade
from core.ids import ProductId, SchoolId, TerminalId
from core.money import Money, vat_within
from core.people import PriceClass
from core.tap import Assurance
from sync.twin import MemoryOutbox

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
EVENING = NOON + timedelta(hours=8)
BATCH = 100
ROUNDS = 20
PROCESSES = 5
FIRST_ROUNDS = 40
"""After so many batches hardly a wallet of the demo school was not read yet."""
RESENT_PERCENT = 30
FLEETS = (2, 8, 32)
FLEET_EVENTS = 12_800
FLEET_BATCH = 200
TERMINAL = TerminalId("t-1")
Bare = tuple[str, bytes, str, int]
"""An event's id and bytes, whose balance it changes, and by how many cents."""


class _Wire(msgspec.Struct):
    events: list[msgspec.Raw]


class _Data(msgspec.Struct):
    pupil: str
    total_cents: int


class _Sale(msgspec.Struct):
    id: str
    data: _Data


_SALE = msgspec.json.Decoder(_Sale)


def enrol(store: Store, terminal: TerminalId) -> None:
    columns = (
        "school_id",
        "id",
        "name",
        "state",
        "high_epoch",
        "high_seq",
        "head_hash",
        "next_epoch",
        "enrolled_at",
    )
    with store.database.writing() as session:
        row = (SchoolId("demo"), terminal, terminal, "active", 0, 0, GENESIS, 1, "")
        session.insert_many("terminal", columns, [row])


def sales(school: DemoSchool, count: int, chance: Random) -> tuple[SealedEvent, ...]:
    """Make sales of one terminal, each of another pupil, of one product."""
    journal = MemoryOutbox(chance)
    badges = {badge.pupil_id: badge.key for badge in school.records}
    price = Money(150)
    vat = vat_within(price, vat_permille=60)
    line = SaleLine(ProductId("lemonade"), Category.DRINK, 1, price, 60, vat)
    for number in range(count):
        pupil = school.pupils[chance.randrange(len(school.pupils))]
        journal.append(
            SaleMade(
                day=TODAY,
                pupil=pupil.id,
                price_class=PriceClass.PUPIL,
                lines=(line,),
                total=price,
                badge=badges[pupil.id],
                assurance=Assurance.UID,
                receipt=number + 1,
                is_walk_in=False,
            ),
            # As at a counter: one after the other, so that ids and their index grow at one end.
            at=NOON + timedelta(seconds=number),
        )
    return journal.events


def batches_of(events: tuple[SealedEvent, ...], size: int) -> list[tuple[SealedEvent, ...]]:
    return [events[start : start + size] for start in range(0, len(events), size)]


def bare_database(folder: Path, name: str, school: DemoSchool) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / name, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (id TEXT PRIMARY KEY, body BLOB)")
    connection.execute("CREATE TABLE wallet (pupil TEXT PRIMARY KEY, cents INTEGER)")
    rows = [(pupil.id, 5000) for pupil in school.pupils]
    connection.executemany("INSERT INTO wallet VALUES (?, ?)", rows)
    return connection


def write_bare(connection: sqlite3.Connection, events: Iterable[Bare]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for event_id, body, pupil, cents in events:
        connection.execute("INSERT INTO event VALUES (?, ?)", (event_id, body))
        connection.execute("UPDATE wallet SET cents = cents - ? WHERE pupil = ?", (cents, pupil))
    connection.execute("COMMIT")


def read_bare(batch: bytes) -> Iterator[Bare]:
    """Yield what the floor writes, from the bytes that a terminal sent."""
    for raw in msgspec.json.decode(gzip.decompress(batch), type=_Wire).events:
        body = bytes(raw)
        read = _SALE.decode(body)
        yield read.id, body, read.data.pupil, read.data.total_cents


def our_store(place: Path, school: DemoSchool) -> Store:
    """Open books with a terminal, and with money in each wallet for all that is sold."""
    store = open_store(place)
    load_school(store, school)
    enrol(store, TERMINAL)
    with store.database.writing() as session:
        session.run("UPDATE wallet SET general_cents = 1000000")
    return store


def book(store: Store, number: int, batch: bytes) -> BatchAnswer:
    return ingest(store, TERMINAL, unpack_batch(batch), now=moment_of(number))


def expect_plain(answer: BatchAnswer) -> None:
    """Look at every verdict; not on the clock, since no centre does."""
    assert len(answer.verdicts) == BATCH, "each event is answered"
    assert all(one.verdict is Verdict.ACCEPTED and not one.flag for one in answer.verdicts), "plain"


def moment_of(number: int) -> datetime:
    return EVENING + timedelta(seconds=number)


Ready = tuple[dict[str, Value], list[str], list[tuple[Value, ...]]]
"""Columns with one value in all rows of a batch, the names of the others, and their values."""


def ready_rows(source: sqlite3.Connection, table: str, batches: int) -> list[Ready]:
    """Return a table's rows of each batch, as they are given to the database."""
    names = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
    number = "number" if table == "arrival" else f"place / {ROOM}"
    found: list[Ready] = []
    for arrival in range(1, batches + 1):
        rows = source.execute(f"SELECT * FROM {table} WHERE {number} = ?", (arrival,)).fetchall()
        values = dict(zip(names, zip(*rows, strict=True), strict=True))
        shared = {name: of_all[0] for name, of_all in values.items() if len(set(of_all)) == 1}
        own = [name for name in names if name not in shared]
        found.append((shared, own, list(zip(*(values[name] for name in own), strict=True))))
    return found


def rows_writer(folder: Path, school: DemoSchool, batches: list[bytes]) -> Callable[[int], None]:
    """Return what writes our rows of a batch, by its number: nothing is read or decided."""
    booked = our_store(folder / "booked.db", school)
    for number, batch in enumerate(batches):
        expect_plain(book(booked, number, batch))
    booked.close()
    moments = [moment_text(moment_of(number)) for number in range(len(batches))]
    with closing(sqlite3.connect(folder / "booked.db")) as source:
        ready = {table: ready_rows(source, table, len(batches)) for table in ("event", "arrival")}
        # These sales move one amount each, which stands in the event's own row.
        assert source.execute(
            "SELECT COUNT(*) FROM posted_leg WHERE at = ?", moments[:1]
        ).fetchone() == (0,)
        spent = [
            source.execute(
                "SELECT owner, SUM(cents) FROM leg WHERE at = ? AND account = 'wallet.general'"
                " GROUP BY owner ORDER BY owner",
                (moment,),
            ).fetchall()
            for moment in moments
        ]
    target = our_store(folder / "rows.db", school)

    def write(number: int) -> None:
        with target.database.writing() as session:
            for table, batches_of_it in ready.items():
                shared, columns, rows = batches_of_it[number]
                # One row alone has nothing of its own: all its columns are shared.
                own = columns or list(shared)
                values = rows if columns else [tuple(shared.values())]
                session.insert_many(table, own, values, shared=shared if columns else {})
            session.insert_many(
                "wallet",
                ("pupil_id", "general_cents"),
                spent[number],
                shared={"school_id": "demo", "reserve_cents": 0, "cursor": number},
                conflict="ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
                " general_cents = wallet.general_cents + excluded.general_cents,"
                " cursor = excluded.cursor",
            )

    return write


@dataclass(frozen=True)
class Measured:
    """By contender, CPU µs an event: the median of a process's batches, and of its first ones."""

    later: dict[str, float]
    first: dict[str, float]


def measure_cpu(rounds: int, processes: int) -> dict[str, object]:
    """Return the medians over new processes, and our ratio in each of them."""
    spawning = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning, max_tasks_per_child=1) as pool:
        runs = list(pool.map(measure_process, [rounds] * processes))
    ours = [one.later["ours"] / one.later["bare"] for one in runs]
    words = runs[0].later
    return {
        "batch": BATCH,
        "rounds": rounds,
        "load": round(os.getloadavg()[0], 1),
        "cpu_us_per_event": {word: median(one.later[word] for one in runs) for word in words},
        "x_bare": {
            word: median(one.later[word] / one.later["bare"] for one in runs) for word in words
        },
        "ours_x_bare_of_each": [round(ratio, 2) for ratio in sorted(ours)],
        "ours_x_wire": median(one.later["ours"] / one.later["wire"] for one in runs),
        "first_x_bare": median(one.first["ours"] / one.first["bare"] for one in runs),
    }


def median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 2)


def measure_process(rounds: int) -> Measured:
    school = make_school(seed=7, today=TODAY)
    chance = Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = batches_of(sales(school, BATCH * (FIRST_ROUNDS + rounds), chance), BATCH)
        batches = [pack_batch(TERMINAL, some).body for some in events]
        ready = [list(read_bare(batch)) for batch in batches]
        bare = bare_database(folder, "bare.db", school)
        wire = bare_database(folder, "wire.db", school)
        store = our_store(folder / "central.db", school)
        runs: dict[str, Callable[[int], object]] = {
            "bare": lambda number: write_bare(bare, ready[number]),
            "wire": lambda number: write_bare(wire, read_bare(batches[number])),
            "rows": rows_writer(folder, school, batches),
            "reading": lambda number: read_items(unpack_batch(batches[number])),
            "ours": lambda number: book(store, number, batches[number]),
        }
        times: dict[str, list[float]] = {word: [] for word in runs}
        for number in range(FIRST_ROUNDS + rounds):
            words = list(runs)
            chance.shuffle(words)
            for word in words:
                begun = time.thread_time()
                result = runs[word](number)
                times[word].append((time.thread_time() - begun) / BATCH * 1e6)
                if isinstance(result, BatchAnswer):
                    expect_plain(result)
        store.close()
    return Measured(
        later={word: statistics.median(some[FIRST_ROUNDS:]) for word, some in times.items()},
        first={word: statistics.median(some[:FIRST_ROUNDS]) for word, some in times.items()},
    )


def measure_fleet(url: str, terminals: int, school: DemoSchool) -> dict[str, float]:
    """Events a second from several terminals at once, each in a thread of its own."""
    store = open_store(url)
    chance = Random(terminals)
    work: list[tuple[TerminalId, list[bytes]]] = []
    for number in range(terminals):
        terminal = TerminalId(f"t-{terminals}-{number}")
        enrol(store, terminal)
        events = sales(school, FLEET_EVENTS // terminals, chance)
        bodies = [pack_batch(terminal, some).body for some in batches_of(events, FLEET_BATCH)]
        work.append(
            (
                terminal,
                [
                    body
                    for body in bodies
                    for _ in range(2 if chance.randrange(100) < RESENT_PERCENT else 1)
                ],
            )
        )
    failures: list[Exception] = []

    def send(terminal: TerminalId, bodies: list[bytes]) -> None:
        try:
            for body in bodies:
                ingest(store, terminal, unpack_batch(body), now=EVENING)
        except Exception as error:  # noqa: BLE001  counted and told below
            failures.append(error)

    threads = [threading.Thread(target=send, args=one) for one in work]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - begun
    with store.database.reading() as session:
        row = session.row(
            f"SELECT COUNT(*) FROM event e {JOIN_ARRIVAL} WHERE a.terminal_id LIKE ?",
            f"t-{terminals}-%",
        )
    store.close()
    assert row is not None, "an aggregate has one row"
    assert row[0] == FLEET_EVENTS, "every event is booked once"
    return {
        "terminals": terminals,
        "events_per_s": round(FLEET_EVENTS / spent),
        "failed": len(failures),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--postgres", metavar="URL")
    parsed = parser.parse_args()
    result: dict[str, object] = {"cpu": measure_cpu(parsed.rounds, parsed.processes)}
    if parsed.postgres:
        school = make_school(seed=7, today=TODAY)
        store = open_store(parsed.postgres)
        load_school(store, school)
        store.close()
        result["fleets"] = [measure_fleet(parsed.postgres, count, school) for count in FLEETS]
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
