"""Writes the sample databases of the version that runs: before its tables change, once.

    python tests/rigs/sample_database.py postgresql://…/empty

makes `central-vN.sqlite.sql` and `central-vN.postgresql.sql` in tests/central/databases: three
pupils, their orders, and a terminal whose facts are booked: four that came first, and as many as
are kept packed that came later. PostgreSQL's is written by pg_dump; the address names an empty
database. Nothing in it is of a real person.
"""

import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parents[1] / "central" / "databases"
ROOT = FOLDER.parents[2]
if __name__ == "__main__":
    sys.path[:1] = [str(ROOT)]

from central.figures import disagreements  # noqa: E402
from central.ingest import ingest  # noqa: E402
from central.load import load_school  # noqa: E402
from central.migrations import VERSION  # noqa: E402
from central.seed import DemoSchool, make_school  # noqa: E402
from central.store import Store, open_store  # noqa: E402
from central.wire_batch import unpack_batch  # noqa: E402
from core.batch import pack_batch  # noqa: E402
from core.catalogue import Category  # noqa: E402
from core.chain import GENESIS  # noqa: E402
from core.facts import MealCollected, SaleLine, SaleMade  # noqa: E402
from core.ids import SchoolId, TerminalId  # noqa: E402
from core.money import Money, vat_within  # noqa: E402
from core.orders import Order, OrderState  # noqa: E402
from core.people import PriceClass  # noqa: E402
from core.tap import Assurance  # noqa: E402
from sync.twin import MemoryOutbox  # noqa: E402

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
PUPILS = 3
SALES_LATER = 16
TERMINAL = TerminalId("1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11")
_NO_SCHEMA = ("--", "\\", "SET ", "SELECT pg_catalog.set_config")


def small_school() -> tuple[DemoSchool, list[Order]]:
    """Return the demo school with three of its pupils, and their orders of today."""
    school = make_school(seed=7, today=TODAY)
    waiting = [
        order
        for order in school.orders
        if order.day == TODAY and order.state is OrderState.RESERVED
    ][:PUPILS]
    kept = {order.pupil_id for order in waiting}
    orders = tuple(order for order in school.orders if order.pupil_id in kept)
    ids = {order.id for order in orders}
    small = replace(
        school,
        pupils=tuple(pupil for pupil in school.pupils if pupil.id in kept),
        records=tuple(badge for badge in school.records if badge.pupil_id in kept),
        orders=orders,
        bookings=tuple(
            one
            for one in school.bookings
            if one.subject in ids or any(leg.account.owner in kept for leg in one.legs)
        ),
        badges=(),
    )
    return small, waiting


def journal_of(school: DemoSchool, orders: list[Order]) -> MemoryOutbox:
    """Return two meals, one of them twice, and sales."""
    journal = MemoryOutbox(Random(3))
    badges = {badge.pupil_id: badge.key for badge in school.records}
    for receipt, order in enumerate((orders[0], orders[1], orders[0]), start=1):
        journal.append(
            MealCollected(
                day=TODAY,
                pupil=order.pupil_id,
                order=order.id,
                product=order.product_id,
                price=order.price,
                badge=badges[order.pupil_id],
                assurance=Assurance.UID,
                receipt=receipt,
            ),
            at=NOON,
        )
    price = Money(150)
    line = SaleLine("lemonade", Category.DRINK, 1, price, 60, vat_within(price, vat_permille=60))
    for number in range(1 + SALES_LATER):
        pupil = orders[number % PUPILS].pupil_id
        journal.append(
            SaleMade(
                day=TODAY,
                pupil=pupil,
                price_class=PriceClass.PUPIL,
                lines=(line,),
                total=price,
                badge=badges[pupil],
                assurance=Assurance.UID,
                receipt=4 + number,
                is_walk_in=False,
            ),
            at=NOON,
        )
    return journal


def fill(place: str) -> None:
    """Make the sample's books in an empty place."""
    store = open_store(place, entropy=lambda count: bytes(range(count)))
    school, orders = small_school()
    load_school(store, school)
    enrol(store)
    events = journal_of(school, orders).events
    for some in (events[:-SALES_LATER], events[-SALES_LATER:]):
        packed = pack_batch(TERMINAL, some).body
        ingest(store, TERMINAL, unpack_batch(packed), now=NOON)
    with store.database.reading() as session:
        faults = disagreements(session, SchoolId("demo"))
    store.close()
    assert faults == [], "a sample's books agree"


def enrol(store: Store) -> None:
    """Write the terminal without a key: nobody speaks for it."""
    with store.database.writing() as session:
        session.run(
            "INSERT INTO terminal (school_id, id, name, state, high_epoch, high_seq, head_hash,"
            " next_epoch, enrolled_at) VALUES ('demo', ?, 'Till 1', 'active', 0, 0, ?, 1, ?)",
            TERMINAL,
            GENESIS,
            "2026-11-24T08:00:00.000Z",
        )


def main(url: str) -> None:
    """Write both samples."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "central.db"
        fill(str(path))
        connection = sqlite3.connect(path)
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        lines = [f"PRAGMA application_id = {application_id};", *connection.iterdump()]
        connection.close()
    write("sqlite", lines)
    fill(url)
    dumped = subprocess.run(
        ["pg_dump", "--inserts", "--no-owner", "--no-acl", url],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.splitlines()
    write("postgresql", [line for line in dumped if line and not line.startswith(_NO_SCHEMA)])


def write(engine: str, lines: list[str]) -> None:
    """Write one sample."""
    path = FOLDER / f"central-v{VERSION}.{engine}.sql"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
