"""Books that an earlier version wrote are brought to this one, on both engines.

`databases/` holds one sample of each version for each engine, as SQL: a small school, a terminal
and its facts, of which version 8 keeps some packed. A new step adds those of the version before it:
`rigs/sample_database.py`.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from booked_events import booked_events

from central import store as central_store
from central.arrival_checks import lost_events, wrong_bytes
from central.database import Database
from central.errors import DatabaseError
from central.figures import disagreements, read_figures
from central.ingest import ingest
from central.migrations import MIGRATIONS, VERSION
from central.sealed import AFTER_ALL, sealed_between
from central.store import Store, open_store
from central.wallets import statement
from central.wire_batch import unpack_batch
from core.batch import Verdict, pack_batch
from core.catalogue import Category
from core.chain import GENESIS, chain_hashes
from core.events import Basis, Event, SealedEvent, Stamp, seal
from core.facts import SaleLine, SaleMade
from core.ids import PupilId, SchoolId, TerminalId, uuid7
from core.money import Money, vat_within
from core.people import PriceClass
from core.tap import Assurance

SAMPLES = Path(__file__).with_name("databases")
VERSIONS = range(1, VERSION + 1)
ENGINES = ("sqlite", "postgresql")
FACTS = 4
FACTS_PACKED = 16
"""What came later, and which versions have it packed."""
PACKED = (8,)

Make = Callable[[Path | None], str]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def make(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a database of a sample's statements, or an empty one, and returns its address."""

    def make_sqlite(sample: Path | None) -> str:
        path = tmp_path / f"{sample.stem if sample else 'new'}.db"
        connection = sqlite3.connect(path)
        if sample is not None:
            connection.executescript(sample.read_text())
        connection.close()
        return str(path)

    def make_postgres(sample: Path | None) -> str:
        cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.create())
        if sample is not None:
            with psycopg.connect(url) as connection:
                connection.execute(sample.read_text().encode())
        return url

    return make_sqlite if engine == "sqlite" else make_postgres


def sample_of(engine: str, version: int) -> Path:
    return SAMPLES / f"central-v{version}.{engine}.sql"


def test_there_is_a_sample_of_each_earlier_version():
    assert {path.name for path in SAMPLES.iterdir()} == {
        sample_of(engine, version).name for engine in ENGINES for version in VERSIONS[:-1]
    }


def tables_of(database: Database, engine: str) -> list[tuple[str, ...]]:
    """Return columns, keys, indexes and triggers, in the words of the engine."""
    if engine == "sqlite":
        with database.reading() as session:
            tables = session.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            columns = [
                (table, *map(str, column[1:]))
                for (table,) in tables
                for column in session.rows(f"PRAGMA table_info({table})")
            ]
            others = "SELECT type, name, sql FROM sqlite_master WHERE type <> 'table'"
            return sorted([*columns, *(tuple(map(str, row)) for row in session.rows(others))])
    with database.reading() as session:
        return sorted(
            session.rows(
                "SELECT table_name, column_name, data_type, is_nullable, column_default"
                " FROM information_schema.columns WHERE table_schema = 'public'"
                " UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes"
                " WHERE schemaname = 'public'"
                " UNION ALL SELECT event_object_table, trigger_name, event_manipulation, '', ''"
                " FROM information_schema.triggers WHERE trigger_schema = 'public'"
            ),
            key=str,
        )


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_old_books_are_brought_to_this_version(engine, make, version):
    store = open_store(make(sample_of(engine, version)))
    fresh = open_store(make(None))
    assert tables_of(store.database, engine) == tables_of(fresh.database, engine)
    with store.database.reading() as session:
        figures = read_figures(session)
        facts = FACTS + (FACTS_PACKED if version in PACKED else 0)
        assert (figures.events, figures.ledger_sum_cents, figures.exceptions_open) == (facts, 0, 1)
        assert disagreements(session, SchoolId("demo")) == []
        assert lost_events(session, SchoolId("demo")) == []
    assert store.signing_key == bytes(range(32))
    store.close()
    fresh.close()


LINES = {"both": "2026-19\n2026/7", "one": "2026-20"}


def run_on(engine: str, place: str, *statements: str) -> None:
    if engine == "sqlite":
        with closing(sqlite3.connect(place)) as connection:
            connection.executescript(";".join(statements))
    else:
        with psycopg.connect(place) as connection:
            connection.execute(";".join(statements).replace("AS BLOB", "AS BYTEA").encode())


def test_two_statements_of_one_bank_line_get_a_column_each(engine, make):
    place = make(sample_of(engine, 6))
    run_on(
        engine,
        place,
        *(
            "INSERT INTO bank_line (school_id, id, account, booked_on, cents, reference, format,"
            " statement, place, communication, message, payer_account, payer_name, state, reason,"
            f" read_at) VALUES ('demo', '{name}', '', '', 1, '', '', '{statement}', '', '', '', '',"
            " '', 'passed', '', '')"
            for name, statement in LINES.items()
        ),
    )
    with closing(open_store(place)) as store, store.database.reading() as session:
        assert session.rows("SELECT id, statement, other_statement FROM bank_line ORDER BY id") == [
            ("both", "2026-19", "2026/7"),
            ("one", "2026-20", ""),
        ]


@pytest.mark.parametrize("version", [6, 7, 8])
def test_old_legs_and_new_transfers_make_one_statement(engine, make, version):
    """What was booked as legs stays so, and counts together with what is booked since."""
    place = make(sample_of(engine, version))
    with closing(open_store(place)) as store:
        with store.database.reading() as session:
            before = session.rows(_ALL_LEGS)
            (pupil,) = session.rows("SELECT owner FROM leg WHERE name = 'wallet' ORDER BY 1")[0]
            (head,) = session.rows("SELECT id, head_hash, high_seq FROM terminal")
        assert len(before) == len(set(before)) > FACTS
        sale = next_sale(store, TerminalId(head[0]), bytes(head[1]), head[2] + 1, PupilId(pupil))
        with store.database.reading() as session:
            after = session.rows(_ALL_LEGS)
            told = statement(session, SchoolId("demo"), PupilId(pupil))
            assert disagreements(session, SchoolId("demo")) == []
        assert set(after) - set(before) == {
            (sale.id, "wallet", "wallet.general", pupil, -150, LATER_TEXT),
            (sale.id, "line.0", "sales", "drink", 150, LATER_TEXT),
        }
        assert [(one.kind, one.change.cents) for one in told[:2]] == [("sale.made", -150)] * 2
        assert sum(one.change.cents for one in told) == sum(
            leg[4] for leg in after if leg[3] == pupil
        )


EVENT = (
    "INSERT INTO event (school_id, terminal_id, epoch, seq, id, kind, at, body, hash, verdict,"
    " received_at, source, owner, target_owner, cents) VALUES ('demo', 't', {0}, {1},"
    " 'e{0}-{1}', 'sale.made', '', CAST('{{}}' AS BLOB), CAST('' AS BLOB), 'accepted', '{2}',"
    " {3}, '{4}', 'drink', 5)"
)


def test_events_that_came_at_one_moment_make_an_arrival_with_their_owners(engine, make):
    place = make(sample_of(engine, 7))
    wallet, other = "'wallet.general'", "'exceptions'"
    rows = [
        (1, 1, "T1", wallet, "ann"),
        (1, 2, "T1", wallet, "ben"),
        (1, 3, "T1", wallet, "ann"),
        (1, 4, "T2", other, "eve"),
        (1, 5, "T3", "NULL", ""),
        (1, 6, "T1", wallet, "ann"),
        (1, 7, "T1", wallet, "eve"),
        (2, 1, "T3", wallet, "ben"),
        (-1, 1, "T1", wallet, "ben"),
        (-1, 2, "T1", "NULL", ""),
    ]
    run_on(engine, place, *(EVENT.format(*row) for row in rows))
    with closing(open_store(place)) as store, store.database.reading() as session:
        found = session.rows(
            "SELECT received_at, epoch, first_seq, last_seq, owners, length(packed) FROM arrival"
            " WHERE terminal_id = 't' ORDER BY received_at, epoch, first_seq"
        )
        arrivals = [(*row[:4], sorted(row[4].split(",")), row[5]) for row in found]
        between = sealed_between(session, SchoolId("demo"), "t", after=(0, 0), before=AFTER_ALL)
        places = [(one.epoch, one.seq) for one in between]
        assert places == [*((1, seq) for seq in range(1, 8)), (2, 1)]
        assert lost_events(session, SchoolId("demo")) == []
    assert arrivals == [
        ("T1", -1, 1, 2, ["ben"], 0),
        ("T1", 1, 1, 3, ["ann", "ben"], 0),
        ("T1", 1, 6, 7, ["ann", "eve"], 0),
        ("T2", 1, 4, 4, [""], 0),
        ("T3", 1, 5, 5, [""], 0),
        ("T3", 2, 1, 1, ["ben"], 0),
    ]


@pytest.mark.parametrize(("version", "facts"), [(7, FACTS), (8, FACTS + FACTS_PACKED)])
def test_old_bodies_are_read_as_they_were(engine, make, version, facts):
    place = make(sample_of(engine, version))
    with closing(open_store(place)) as store, store.database.reading() as session:
        events = booked_events(session)
        assert disagreements(session, SchoolId("demo")) == []
        assert wrong_bytes(session, SchoolId("demo")) == []
    assert [event.seq for event in events] == list(range(1, 1 + facts))
    hashes = chain_hashes(GENESIS, [event.body for event in events])
    assert [event.hash for event in events] == hashes


_ALL_LEGS = "SELECT booking_id, name, account, owner, cents, at FROM leg"
LATER = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
LATER_TEXT = "2026-11-25T11:00:00.000Z"


def next_sale(
    store: Store, terminal: TerminalId, head: bytes, seq: int, pupil: PupilId
) -> SealedEvent:
    """Have a terminal send a sale of one lemonade, chained to its head."""
    price = Money(150)
    line = SaleLine("lemonade", Category.DRINK, 1, price, 60, vat_within(price, vat_permille=60))
    fact = SaleMade(
        LATER.date(), pupil, PriceClass.PUPIL, (line,), price, None, Assurance.UID, 9,
        is_walk_in=False,
    )  # fmt: skip
    event_id = uuid7(at_ms=int(LATER.timestamp()) * 1000, entropy=bytes(10))
    stamp = Stamp(LATER, 5, "boot", is_synced=True)
    event = Event(1, seq, event_id, stamp, Basis("3", 1, is_online=True), fact)
    sealed = seal(event, prev_hash=head)
    answer = ingest(store, terminal, unpack_batch(pack_batch(terminal, [sealed]).body), now=LATER)
    assert [(one.verdict, one.flag) for one in answer.verdicts] == [(Verdict.ACCEPTED, None)]
    return sealed


def test_a_step_that_fails_leaves_the_books_as_they_were(engine, make, monkeypatch):
    place = make(sample_of(engine, 1))
    broken = MIGRATIONS[0].__class__(statements=("CREATE TABLE half (a TEXT)", "no SQL at all"))
    monkeypatch.setattr(central_store, "MIGRATIONS", (broken,))
    with pytest.raises(DatabaseError):
        open_store(place)
    monkeypatch.undo()
    store = open_store(place)
    assert not store.database.has_table("half")
    with store.database.reading() as session:
        assert session.row("SELECT value FROM centre WHERE key = 'version'") == (
            str(VERSION).encode(),
        )
    store.close()
