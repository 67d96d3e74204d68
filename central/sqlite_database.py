"""SQLite behind the database port: one file, one writer at a time, readers beside it.

WAL with synchronous=FULL: what was committed survives a power cut. Readers see the moment at
which their transaction began, while the writer goes on.
"""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from itertools import chain, count
from pathlib import Path

from typing_extensions import override

from central.database import NOTHING, Database, Keys, Row, Session, Shared, Value
from central.errors import BusyError, DatabaseError, TakenError
from central.pausing import aside, hold

APPLICATION_ID = 0x52464342
"""`PRAGMA application_id` of a centre's file: the letters RFCB."""
_MAGIC = b"SQLite format 3\0"
_BUSY_S = 10.0
_KEY_ERRORS = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")
_KEY_SIZES = (1, 8, 32, 100, 200, 500)
_ROW_SIZES = (25, 10, 5, 2, 1)
_IN = " IN"
_FROM = " FROM "
_NAME = re.compile(r"[a-z0-9_]+")


class _SqliteSession(Session):
    for_update = ""
    is_alone = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @override
    def rows(self, sql: str, *values: Value) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    @override
    def run(self, sql: str, *values: Value) -> int:
        return self._connection.execute(sql, values).rowcount

    @override
    def run_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        self._connection.executemany(sql, rows)

    @override
    def rows_by(
        self, sql: str, keys: Keys, *values: Value, lock: bool = False, along: str = ""
    ) -> list[Row]:
        # Without figures of a table SQLite takes the index that more of the statement fits.
        found: list[Row] = []
        for size, some in _parts(list(dict[Value, None].fromkeys(keys))):
            found += self._connection.execute(_by_keys(sql, size), (*some, *values))
        return found

    @override
    def each(self, table: str, alias: str, *, on: str, along: str) -> str:
        # SQLite never turns a CROSS JOIN round, and without an index it goes by the rows' numbers.
        return f"CROSS JOIN {table} {alias} NOT INDEXED ON {on}"

    @override
    def run_by(self, sql: str, keys: Sequence[str], *values: Value) -> None:
        for size, some in _parts(keys):
            self._connection.execute(f"{sql} ({','.join('?' * size)})", (*values, *some))

    @override
    def insert_many(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        *,
        shared: Shared = NOTHING,
        conflict: str = "",
    ) -> None:
        self._insert(table, columns, rows, shared, conflict)

    @override
    def insert_new(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        *,
        returning: str,
    ) -> list[Row]:
        ending = f"ON CONFLICT DO NOTHING RETURNING {returning}"
        return self._insert(table, columns, rows, NOTHING, ending)

    def _insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        shared: Shared,
        ending: str,
    ) -> list[Row]:
        # Many rows a statement: SQLite opens a table and its indexes once for them all. In a few
        # sizes, so that few statements are prepared and kept.
        found: list[Row] = []
        if not rows:
            return found
        once, start = tuple(shared.values()), 0
        form = (table, tuple(shared), tuple(columns), ending)
        for size, sql in _insertions(_ROW_SIZES, *form):
            while len(rows) - start >= size:
                values = [*once, *chain.from_iterable(rows[start : start + size])]
                found += self._connection.execute(sql, values)
                start += size
        return found


@cache
def _insertions(
    sizes: tuple[int, ...],
    table: str,
    shared: tuple[str, ...],
    columns: tuple[str, ...],
    ending: str,
) -> Sequence[tuple[int, str]]:
    """Return a statement for each size: so many rows it inserts."""
    return [(size, _insertion(table, shared, columns, ending, rows=size)) for size in sizes]


def _insertion(
    table: str, shared: tuple[str, ...], columns: tuple[str, ...], ending: str, *, rows: int
) -> str:
    """Return a statement whose first values are those of the shared columns, each bound once."""
    assert all(_NAME.fullmatch(name) for name in (table, *shared, *columns)), "names, not SQL"
    once = [f"?{place}" for place in range(1, len(shared) + 1)]
    places = count(len(shared) + 1)
    values = ",".join(
        f"({','.join([*once, *(f'?{next(places)}' for _ in columns)])})" for _ in range(rows)
    )
    names = ",".join((*shared, *columns))
    return f"INSERT INTO {table} ({names}) VALUES {values} {ending}"  # noqa: S608  names


@cache
def _by_keys(sql: str, size: int) -> str:
    """Return a SELECT that goes through its keys, which come first, and looks up each.

    `IN` would sort them into a table of its own, in which it then looks up each.
    """
    assert sql.endswith(_IN), "the statement ends in IN"
    columns, mark, rest = sql.removesuffix(_IN).rpartition(_FROM)
    assert mark, "the last FROM is the statement's own"
    assert "?" not in columns, "values stand behind the keys"
    marks = ",".join(["(?)"] * size)
    return f"{columns}{_FROM}(VALUES {marks}) AS wanted CROSS JOIN {rest} = wanted.column1"


def _parts(keys: Sequence[Value]) -> Iterator[tuple[int, Sequence[Value]]]:
    """Yield the keys in parts of a few sizes, each with its own: SQLite has those prepared already.

    A part is filled up with NULL, which finds nothing.
    """
    for start in range(0, len(keys), _KEY_SIZES[-1]):
        some = keys[start : start + _KEY_SIZES[-1]]
        size = next(size for size in _KEY_SIZES if size >= len(some))
        yield size, (*some, *(None,) * (size - len(some)))


class SqliteDatabase(Database):
    """One SQLite file. Raises DatabaseError when it is none of ours, or cannot be opened."""

    is_near = True

    def __init__(self, path: Path, *, may_create: bool = True) -> None:
        self.name = str(path)
        if not may_create and not path.exists():
            message = f"database {self.name} is not there; name it with --database"
            raise DatabaseError(message)
        self._path = path
        self._writer_lock = threading.Lock()
        self._idle_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._writer = self._open_writer()

    @override
    @contextmanager
    def writing(self) -> Iterator[Session]:
        if not hold(self._writer_lock, wait_s=_BUSY_S):
            message = f"database {self.name} is busy; try again"
            raise BusyError(message)
        try:
            # Another process may be writing, and the disk takes its time.
            with _transaction(self._writer, "BEGIN IMMEDIATE", self.name, waiting=aside):
                yield _SqliteSession(self._writer)
        finally:
            self._writer_lock.release()

    @override
    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._idle_lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
        try:
            with _transaction(connection, "BEGIN", self.name):
                yield _SqliteSession(connection)
        except BaseException:
            connection.close()
            raise
        with self._idle_lock:
            if not self._is_closed:
                self._idle.append(connection)
                return
        connection.close()

    @override
    def has_table(self, name: str) -> bool:
        with self.reading() as session:
            sql = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?"
            return session.row(sql, name) is not None

    @override
    def learn(self) -> None:
        pass  # its plans follow from the statements and the indexes alone

    @override
    def creation(
        self,
        tables: Sequence[str],
        *,
        append_only: Sequence[str],
        partitioned: Sequence[str],
        clustered: Sequence[str],
    ) -> list[str]:
        # One file holds a school or a few: SQLite has no partitions, and needs none.
        made = [
            f"{sql} WITHOUT ROWID" if any(f"TABLE {name} (" in sql for name in clustered) else sql
            for sql in tables
        ]
        triggers = [
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
            for table in append_only
            for verb in ("UPDATE", "DELETE")
        ]
        return [*made, *triggers]

    @override
    def close(self) -> None:
        with self._idle_lock:
            self._is_closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()
        with self._writer_lock:
            self._writer.close()

    def _open_writer(self) -> sqlite3.Connection:
        try:
            is_sqlite = True
            is_new = not self._path.exists() or self._path.stat().st_size == 0
            if not is_new:
                with self._path.open("rb") as file:
                    is_sqlite = file.read(len(_MAGIC)) == _MAGIC
            if is_new:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                # The file holds children's data and the centre's key: for its owner alone.
                self._path.touch(mode=0o600)
        except OSError as error:
            message = f"database {self.name}: {error.strerror}; give this user the folder"
            raise DatabaseError(message) from error
        if not is_sqlite:
            # SQLite itself would write over a file that is shorter than its header.
            message = f"database {self.name} is no database; name another file"
            raise DatabaseError(message)
        connection = self._connect()
        try:
            if is_new:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            found = connection.execute("PRAGMA application_id").fetchone()[0]
            if found == APPLICATION_ID:
                # Only now: it writes into the file, and another's file stays as it is.
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            connection.close()
            message = (
                f"database {self.name}: {error}; name another file, or restore it from a backup"
            )
            raise DatabaseError(message) from error
        if found != APPLICATION_ID:
            connection.close()
            message = (
                f"database {self.name} is not a centre's database; name another file,"
                " or move this one away"
            )
            raise DatabaseError(message)
        return connection

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.OperationalError as error:
            message = f"database {self.name}: {error}; give this user the file and its folder"
            raise DatabaseError(message) from error
        except sqlite3.Error as error:
            message = (
                f"database {self.name}: {error}; name another file, or restore it from a backup"
            )
            raise DatabaseError(message) from error
        return connection


@contextmanager
def _transaction(
    connection: sqlite3.Connection,
    begin: str,
    name: str,
    *,
    waiting: Callable[[Callable[[], object]], object] = lambda work: work(),
) -> Iterator[None]:
    try:
        waiting(partial(connection.execute, begin))
        try:
            yield
            waiting(partial(connection.execute, "COMMIT"))
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            message = f"database {name} is busy; try again"
            raise BusyError(message) from error
        message = f"database {name}: {error}; look at its disk and its rights"
        raise DatabaseError(message) from error
    except sqlite3.Error as error:
        message = f"database {name}: {error}; run `refectory central check`"
        is_taken = getattr(error, "sqlite_errorname", "") in _KEY_ERRORS
        raise (TakenError if is_taken else DatabaseError)(message) from error
