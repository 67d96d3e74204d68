"""Books that an earlier version wrote are brought to this one, on both engines.

`databases/` holds one sample of each version for each engine, as SQL: a small school, a terminal
and four of its facts. A new step adds those of the version before it: `rigs/sample_database.py`.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from central import store as central_store
from central.database import Database
from central.errors import DatabaseError
from central.figures import disagreements, read_figures
from central.schema import MIGRATIONS, VERSION
from central.store import open_store
from core.ids import SchoolId

SAMPLES = Path(__file__).with_name("databases")
VERSIONS = range(1, VERSION + 1)
ENGINES = ("sqlite", "postgresql")
FACTS = 4

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
        assert (figures.events, figures.ledger_sum_cents, figures.exceptions_open) == (FACTS, 0, 1)
        assert disagreements(session, SchoolId("demo")) == []
    assert store.signing_key == bytes(range(32))
    store.close()
    fresh.close()


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
