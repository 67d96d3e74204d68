"""A PostgreSQL cluster of our own, from Debian's packages, on a Unix socket in a short folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from own_temporary import FOR_OTHERS

_TIMEOUT_S = 60


class Cluster:
    """A running cluster. Databases are made empty, or as a copy of another."""

    def __init__(self, folder: Path, user: str) -> None:
        self._folder = folder
        self._user = user
        self._numbers = count(1)
        # By database: the transaction after which rows are those of a test.
        self._kept: dict[str, int] = {}

    def url(self, name: str) -> str:
        return f"postgresql://{self._user}@/{name}?host={self._folder}"

    def process(self) -> int:
        """Return the process id of the server, above all its others."""
        return int((self._folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def create(self) -> str:
        """Make an empty database and return its name."""
        name = f"d{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def keep(self, name: str) -> None:
        """Remember what a database holds now."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA kept")
            for table in _tables(connection):
                connection.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}".encode())
            connection.execute("ANALYZE")
            self._kept[name] = _transaction(connection)

    def reset(self, name: str) -> None:
        """Put back what was remembered: much quicker than another database.

        A test changes some rows of a few tables. A row that it wrote tells so by the transaction
        that wrote it, and one that it took away by the count; all else stays where it is.
        """
        with psycopg.connect(self.url(name)) as connection:
            tables = _tables(connection)
            # Whoever is still writing for the test before is waited for.
            connection.execute(f"LOCK TABLE {', '.join(tables)}".encode())
            connection.execute("SET LOCAL session_replication_role = replica")
            for table in _changed(connection, tables, after=self._kept[name]):
                connection.execute(
                    f"DELETE FROM public.{table} WHERE {_WRITTEN_BY} > %s".encode(),
                    (self._kept[name],),
                )
                connection.execute(
                    f"INSERT INTO public.{table}"
                    f" SELECT * FROM kept.{table} EXCEPT SELECT * FROM public.{table}".encode()
                )
            self._kept[name] = _transaction(connection)

    def run(self, sql: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.encode())


def _tables(connection: psycopg.Connection[tuple[str]]) -> list[str]:
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    return [row[0] for row in rows]


_WRITTEN_BY = "xmin::text::bigint"


def _transaction(connection: psycopg.Connection[tuple[str]]) -> int:
    (number,) = connection.execute("SELECT pg_current_xact_id()::text").fetchall()
    return int(number[0])


def _changed(
    connection: psycopg.Connection[tuple[str]], tables: list[str], *, after: int
) -> list[str]:
    looks = [
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.{table} WHERE {_WRITTEN_BY} > {after})"
        f" OR (SELECT count(*) FROM public.{table}) <> (SELECT count(*) FROM kept.{table})"
        for table in tables
    ]
    rows = connection.execute(" UNION ALL ".join(looks).encode())
    return [row[0] for row in rows]


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = found[-1] if found else Path(shutil.which("initdb") or "/missing")
    if not initdb.exists():
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
    return initdb.parent


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A cluster for the whole run; it belongs to `postgres` when the tests run as root."""
    with running_cluster(is_durable=False) as found:
        yield found


@contextmanager
def running_cluster(*, is_durable: bool) -> Iterator[Cluster]:
    """Start a cluster, and end it. is_durable: what is committed has reached the disk (fsync)."""
    binaries = _binaries()
    is_root = os.geteuid() == 0
    user = "postgres" if is_root else pwd.getpwuid(os.geteuid()).pw_name
    as_user = ["runuser", "-u", user, "--"] if is_root else []
    # A socket's path may have 107 bytes: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=FOR_OTHERS))
    if is_root:
        shutil.chown(folder, user)

    def run(*words: str) -> None:
        subprocess.run(
            [*as_user, *words], check=True, capture_output=True, timeout=_TIMEOUT_S, cwd="/"
        )

    data = folder / "data"
    try:
        run(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", user, "-E", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder}"
        if not is_durable:
            options += " -c fsync=off"
        control = str(binaries / "pg_ctl")
        log = str(folder / "log")
        run(control, "-D", str(data), "-w", "-l", log, "-o", options, "start")
        try:
            yield Cluster(folder, user)
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
