"""PostgreSQL behind the database port: many writers, rows locked in a fixed order.

A write transaction is READ COMMITTED with the row locks that its statements ask for; a read
transaction is REPEATABLE READ, and so sees one moment. Many rows travel as arrays, one statement
a table. Connections are kept, a few of them, and opened anew when the server has closed them.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from central.database import NOTHING, Database, Keys, Row, Session, Shared, Value
from central.errors import BusyError, DatabaseError, TakenError
from central.pausing import aside, hold

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

_CONNECTIONS_MAX = 16
_WRITERS_MAX = 2
"""Batches that are booked at a time; the others wait here, and not in the database for each other's
rows. A connection that is used all the time has its statements and catalogue in its cache; with 16
taking turns, a batch cost the server almost twice the CPU."""
_WAIT_S = 10
_PARTITIONS = 8
_IN = " IN"
# Not `= ANY(array)`: in a prepared statement that compares each row with each key.
_OF_KEYS = " IN (SELECT unnest(?::text[]))"
_CONCAT = re.compile(r"group_concat\((.*?)\)")
"""SQLite's name for texts with commas between."""
_NUMBER = re.compile(r"(\w+) INTEGER PRIMARY KEY")
"""SQLite's name for a key that numbers the rows. A partition has rows of some schools alone: the
school is a part of the key."""
_BEGIN_WRITING = "BEGIN"
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_REFUSAL = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME; END $$"""


@cache
def _dialect(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s").replace("instr(", "strpos(")


class _PostgresSession(Session):
    for_update = " FOR UPDATE"
    is_alone = False

    def __init__(self, connection: "Connection", types: dict[str, dict[str, str]]) -> None:
        self._connection = connection
        self._types = types

    @override
    def rows(self, sql: str, *values: Value) -> list[Row]:
        return self._execute(sql, values).fetchall()

    @override
    def run(self, sql: str, *values: Value) -> int:
        return self._execute(sql, values).rowcount

    @override
    def run_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_dialect(sql), list(rows))

    @override
    def rows_by(
        self, sql: str, keys: Keys, *values: Value, lock: bool = False, along: str = ""
    ) -> list[Row]:
        assert sql.endswith(_IN), "the statement ends in IN"
        if not keys:
            return []
        # One look into the index for each key, whatever is known of the table's size: a plan that
        # was made while it was empty would read all of it for ever. Locked in the order of the
        # keys, so that no two transactions wait for each other.
        locked = " FOR UPDATE" if lock else ""
        # What is in order already need not be sorted: so costs, which else are equal, decide.
        ordered = f" ORDER BY {along}" if along else ""
        one = f"{sql.removesuffix(_IN)} = wanted.key{ordered} OFFSET 0{locked}"
        kind = "bytea" if isinstance(keys[0], bytes) else "text"
        all_of = (
            f"SELECT found.* FROM unnest(?::{kind}[]) AS wanted (key),"  # noqa: S608  the port's own
            f" LATERAL ({one}) AS found"
        )
        return self.rows(all_of, list(keys), *values)  # type: ignore[arg-type]

    @override
    def each(self, table: str, alias: str, *, on: str, along: str) -> str:
        ordered = f"{on} ORDER BY {alias}.{along} OFFSET 0"
        one = f"SELECT {alias}.* FROM {table} {alias} WHERE {ordered}"  # noqa: S608  the caller's own
        return f"CROSS JOIN LATERAL ({one}) AS {alias}"

    @override
    def run_by(self, sql: str, keys: Sequence[str], *values: Value) -> None:
        assert sql.endswith(_IN), "the statement ends in IN"
        if keys:
            sql = f"{sql.removesuffix(_IN)}{_OF_KEYS}"
            self.run(sql, *values, list(keys))  # type: ignore[arg-type]

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
        if rows:
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
        if not rows:
            return []
        ending = f"ON CONFLICT DO NOTHING RETURNING {returning}"
        return self._insert(table, columns, rows, NOTHING, ending).fetchall()

    def _insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        shared: Shared,
        ending: str,
    ) -> "psycopg.Cursor[tuple[Any, ...]]":
        types = self._types_of(table)
        arrays = ", ".join(f"%b::{types[column]}[]" for column in columns)
        taken = ", ".join([*(f"%b::{types[column]}" for column in shared), "one.*"])
        names = ", ".join((*shared, *columns))
        sql = f"INSERT INTO {table} ({names}) SELECT {taken} FROM unnest({arrays}) AS one {ending}"  # noqa: S608  names
        columns_of = [list(values) for values in zip(*rows, strict=True)]
        return self._connection.execute(sql.encode(), [*shared.values(), *columns_of], prepare=True)

    def _execute(self, sql: str, values: Sequence[Value]) -> "psycopg.Cursor[tuple[Any, ...]]":
        # Without values psycopg takes the text as it is, per cent signs and all.
        if not values:
            return self._connection.execute(sql.encode())
        return self._connection.execute(_dialect(sql), values)

    def _types_of(self, table: str) -> dict[str, str]:
        if table not in self._types:
            found = self.rows(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND table_name = ?",
                table,
            )
            self._types[table] = dict(found)
        return self._types[table]


class PostgresDatabase(Database):
    """One PostgreSQL database. Raises DatabaseError when it cannot be reached."""

    is_near = False

    def __init__(self, url: str) -> None:
        try:
            import psycopg  # noqa: PLC0415  an extra that a small school does not need

            from central.postgres_connection import PausingConnection  # noqa: PLC0415  as above
        except ImportError as error:
            message = "PostgreSQL needs psycopg; install refectory with its extra `postgres`"
            raise DatabaseError(message) from error
        self._psycopg = psycopg
        self._connection = PausingConnection
        self._url = url
        self._types: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._is_closed = False
        self._places = threading.BoundedSemaphore(_CONNECTIONS_MAX)
        self._writers = threading.BoundedSemaphore(_WRITERS_MAX)
        self.name = without_password(url)
        try:
            self._idle.append(self._connect())
        except psycopg.Error as error:
            words = " ".join(str(error).split())
            message = f"database {self.name}: {words}; check the address and that it runs"
            raise DatabaseError(message) from error

    @override
    @contextmanager
    def writing(self) -> Iterator[Session]:
        if not hold(self._writers, wait_s=_WAIT_S):
            message = f"database {self.name} is busy; try again"
            raise BusyError(message)
        try:
            with self._transaction(_BEGIN_WRITING) as session:
                yield session
        finally:
            self._writers.release()

    @override
    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._transaction(_BEGIN_READING) as session:
            yield session

    @override
    def has_table(self, name: str) -> bool:
        with self.reading() as session:
            sql = (
                "SELECT 1 FROM information_schema.tables"
                " WHERE table_schema = current_schema() AND table_name = ?"
            )
            return session.row(sql, name) is not None

    @override
    def learn(self) -> None:
        with self._transaction(_BEGIN_WRITING) as session:
            session.run("ANALYZE")

    @override
    def creation(
        self,
        tables: Sequence[str],
        *,
        append_only: Sequence[str],
        partitioned: Sequence[str],
        clustered: Sequence[str],
    ) -> list[str]:
        made = []
        for sql in tables:
            table = next((name for name in partitioned if f"TABLE {name} (" in sql), None)
            text = _CONCAT.sub(r"string_agg(\1, ',')", sql.replace(" BLOB", " BYTEA"))
            text = _NUMBER.sub(r"\1 BIGSERIAL, PRIMARY KEY (school_id, \1)", text)
            made.append(text if table is None else f"{text} PARTITION BY HASH (school_id)")
            if table is not None:
                made += [
                    f"CREATE TABLE {table}_{part} PARTITION OF {table}"
                    f" FOR VALUES WITH (MODULUS {_PARTITIONS}, REMAINDER {part})"
                    for part in range(_PARTITIONS)
                ]
        triggers = [
            f"CREATE TRIGGER {table}_refusal BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            for table in append_only
        ]
        return [*made, _REFUSAL, *triggers]

    @override
    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Session]:
        if not hold(self._places, wait_s=_WAIT_S):
            message = f"database {self.name} has no free connection; try again"
            raise BusyError(message)
        try:
            connection = self._begin(begin)
            try:
                yield _PostgresSession(connection, self._types)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(self._psycopg.Error):
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._give_back(connection)
        except self._psycopg.OperationalError as error:
            words = " ".join(str(error).split())
            message = f"database {self.name}: {words}; try again"
            raise BusyError(message) from error
        except self._psycopg.Error as error:
            words = " ".join(str(error).split())
            message = f"database {self.name}: {words}; run `refectory central check`"
            is_taken = isinstance(error, self._psycopg.errors.UniqueViolation)
            raise (TakenError if is_taken else DatabaseError)(message) from error
        finally:
            self._places.release()

    def _begin(self, begin: str) -> "Connection":
        """Begin on a kept connection; on a new one where the server has closed the kept ones."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = self._connect()
                connection.execute(begin.encode())
                return connection
            try:
                connection.execute(begin.encode())
            except self._psycopg.OperationalError:
                connection.close()
            else:
                return connection

    def _connect(self) -> "Connection":
        connect = partial(
            self._connection.connect,
            self._url,
            autocommit=True,
            connect_timeout=_WAIT_S,
            application_name="refectory",
        )
        connection = aside(connect)
        connection.execute(f"SET lock_timeout = '{_WAIT_S}s'".encode())
        return connection

    def _give_back(self, connection: "Connection") -> None:
        idle = self._psycopg.pq.TransactionStatus.IDLE
        with self._lock:
            is_good = connection.info.transaction_status == idle
            if is_good and not self._is_closed:
                self._idle.append(connection)
                return
        connection.close()


def without_password(url: str) -> str:
    """Return a database's address as it may be shown."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    name = f"{user.partition(':')[0]}{at}{host}"
    return f"{scheme}://{name}{slash}{path.partition('?')[0]}"
