"""How fast the centre books: CPU per event against a bare insert and update, and fleets at once.

The bare floor does, for each event of a batch of 100, one INSERT of its bytes and one UPDATE of a
balance, in one transaction of SQLite (WAL, FULL). Ours does all that a batch needs: unpack, prove
the chain, read, decide, book double entry, flag. Rounds are shuffled within one run, so that the
load of the machine falls on both; what counts is the ratio.

With `--postgres URL`: events a second from 2, 8 and 32 terminals at once, 30 % of the batches sent
twice, to that (empty) database.
"""

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from central.ingest import ingest
from central.load import load_school
from central.seed import DemoSchool, make_school
from central.store import Store, open_store
from central.wire_batch import unpack_batch
from core.batch import pack_batch
from core.catalogue import Category
from core.chain import GENESIS
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
RESENT_PERCENT = 30
FLEETS = (2, 8, 32)
FLEET_EVENTS = 12_800
FLEET_BATCH = 200


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


def bare_round(folder: Path, school: DemoSchool) -> Callable[[tuple[SealedEvent, ...]], None]:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (id TEXT PRIMARY KEY, body BLOB)")
    connection.execute("CREATE TABLE wallet (pupil TEXT PRIMARY KEY, cents INTEGER)")
    rows = [(pupil.id, 5000) for pupil in school.pupils]
    connection.executemany("INSERT INTO wallet VALUES (?, ?)", rows)
    pupils = [pupil.id for pupil in school.pupils]

    def run(events: tuple[SealedEvent, ...]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for event in events:
            connection.execute("INSERT INTO event VALUES (?, ?)", (event.id, event.body))
            pupil = pupils[event.seq % len(pupils)]
            connection.execute("UPDATE wallet SET cents = cents - 150 WHERE pupil = ?", (pupil,))
        connection.execute("COMMIT")

    return run


def our_round(store: Store, terminal: TerminalId) -> Callable[[tuple[SealedEvent, ...]], None]:
    def run(events: tuple[SealedEvent, ...]) -> None:
        body = packed[events[0].seq]
        now = EVENING + timedelta(seconds=events[0].seq)
        ingest(store, terminal, unpack_batch(body), now=now)

    packed: dict[int, bytes] = {}

    def prepare_and_run(events: tuple[SealedEvent, ...]) -> None:
        if events[0].seq not in packed:
            packed[events[0].seq] = pack_batch(terminal, events).body
            return
        run(events)

    return prepare_and_run


def measure_cpu(rounds: int) -> dict[str, float]:
    school = make_school(seed=7, today=TODAY)
    chance = Random(1)
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(folder / "central.db")
        load_school(store, school)
        terminal = TerminalId("t-1")
        enrol(store, terminal)
        batches = batches_of(sales(school, BATCH * rounds, chance), BATCH)
        runs = {"bare": bare_round(folder, school), "ours": our_round(store, terminal)}
        for batch in batches:
            runs["ours"](batch)  # packs alone: that is the terminal's work
        for batch in batches:
            words = list(runs)
            chance.shuffle(words)
            for word in words:
                begun = time.process_time()
                runs[word](batch)
                times[word].append((time.process_time() - begun) / BATCH * 1e6)
        store.close()
    bare, ours = statistics.median(times["bare"]), statistics.median(times["ours"])
    return {
        "batch": BATCH,
        "rounds": rounds,
        "bare_cpu_us_per_event": round(bare, 1),
        "ours_cpu_us_per_event": round(ours, 1),
        "ratio": round(ours / bare, 2),
    }


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
        row = session.row("SELECT COUNT(*) FROM event WHERE terminal_id LIKE ?", f"t-{terminals}-%")
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
    parser.add_argument("--postgres", metavar="URL")
    parsed = parser.parse_args()
    result: dict[str, object] = {"cpu": measure_cpu(parsed.rounds)}
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
