"""The centre's database, opened: its tables made, its own signing key known."""

from dataclasses import dataclass, field
from pathlib import Path

from central.clock import Entropy, system_entropy
from central.database import Database, Session
from central.errors import DatabaseError
from central.kept_books import KeptBooks
from central.migrations import MIGRATIONS, VERSION
from central.postgres_database import PostgresDatabase
from central.schema import APPEND_ONLY, CLUSTERED, PARTITIONED, TABLES
from central.sqlite_database import SqliteDatabase
from central.unchanging import Unchanging

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. signing_key: the Ed25519 seed whose public half terminals pin.

    unchanging: what was read of it and is never changed. kept_books: what batches read of it, and
    nobody changed since.
    """

    database: Database
    signing_key: bytes
    entropy: Entropy
    unchanging: Unchanging = field(default_factory=Unchanging, compare=False)
    kept_books: KeptBooks = field(default_factory=KeptBooks, compare=False)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()


def open_store(
    place: str | Path, *, may_create: bool = True, entropy: Entropy = system_entropy
) -> Store:
    """Open the centre's database, and make its tables where there are none.

    place: the path of a SQLite file, `sqlite:///path`, or `postgresql://…`. may_create: a SQLite
    file that is not there is made. Raises DatabaseError.
    """
    database = _open_database(str(place), may_create=may_create)
    try:
        signing_key = _prepare(database, entropy)
    except BaseException:
        database.close()
        raise
    return Store(database, signing_key, entropy)


def is_postgres(place: str) -> bool:
    """Say whether a place, as for `open_store`, is a PostgreSQL database."""
    return place.startswith(("postgresql://", "postgres://"))


def _open_database(place: str, *, may_create: bool) -> Database:
    if place.startswith("sqlite://"):
        return SqliteDatabase(Path(place.removeprefix("sqlite://")), may_create=may_create)
    if is_postgres(place):
        return PostgresDatabase(place)
    if "://" in place:
        scheme = place.partition("://")[0]
        message = f"database {scheme}://…: no such kind; write a path, or postgresql://…"
        raise DatabaseError(message)
    return SqliteDatabase(Path(place), may_create=may_create)


def _prepare(database: Database, entropy: Entropy) -> bytes:
    if not database.has_table("centre"):
        with database.writing() as session:
            _create(session, database, {_table_of(sql) for sql in TABLES})
            first = {"version": b"1", "signing_key": entropy(_KEY_BYTES)}
            session.insert_many("centre", ("key", "value"), list(first.items()))
    with database.reading() as session:
        version = _version(session)
    if version != VERSION:
        missing = {name for name in map(_table_of, TABLES) if not database.has_table(name)}
        with database.writing() as session:
            _migrate(session, database, missing)
    with database.reading() as session:
        row = session.row("SELECT value FROM centre WHERE key = 'signing_key'")
    assert row is not None, "a database is made with its key"
    return bytes(row[0])


def _migrate(session: Session, database: Database, missing: set[str]) -> None:
    """Bring the tables to this version, in one transaction. Raises DatabaseError for a newer one.

    missing: tables that the first version came to have before versions were counted. The lock
    lets another process that starts meanwhile find it done.
    """
    version = _version(session, lock=True)
    if not 1 <= version <= VERSION:
        message = (
            f"database {database.name} was made by another version; start the version that made it"
        )
        raise DatabaseError(message)
    if version == 1 and missing:
        _create(session, database, missing)
    for step in MIGRATIONS[version - 1 :]:
        for statement in database.creation(
            step.statements,
            append_only=step.append_only,
            partitioned=step.partitioned,
            clustered=step.clustered,
        ):
            session.run(statement)
    session.run("UPDATE centre SET value = ? WHERE key = 'version'", str(VERSION).encode())


def _version(session: Session, *, lock: bool = False) -> int:
    locked = session.for_update if lock else ""
    row = session.row(f"SELECT value FROM centre WHERE key = 'version'{locked}")  # noqa: S608
    written = b"" if row is None else bytes(row[0])
    return int(written) if written.isdigit() else 0


def _create(session: Session, database: Database, tables: set[str]) -> None:
    """Make tables with their indexes: all of a new database, or those that came later."""
    for statement in database.creation(
        [sql for sql in TABLES if _table_of(sql) in tables],
        append_only=[name for name in APPEND_ONLY if name in tables],
        partitioned=PARTITIONED,
        clustered=CLUSTERED,
    ):
        session.run(statement)


def _table_of(sql: str) -> str:
    """Return the table that a statement of `TABLES` makes, or whose index it makes."""
    words = sql.split()
    return words[words.index("ON") + 1] if "INDEX" in words else words[2]
