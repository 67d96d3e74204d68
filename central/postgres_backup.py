"""Books in PostgreSQL: one moment of them as pg_dump's archive, and back.

pg_dump and the figures read the same exported snapshot, so that both are of one moment, whatever
is booked meanwhile.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from central.database import Session
from central.errors import BackupError
from central.postgres_database import PostgresDatabase, without_password
from central.store import open_store

_PACKAGE = "apt-get install postgresql-client"


def dump(place: str, books: Path, *, read: Callable[[Session], dict[str, int]]) -> dict[str, int]:
    """Write one moment of a database into a new archive, and return what `read` says of it.

    Raises BackupError when pg_dump is missing or fails.
    """
    database = PostgresDatabase(place)
    try:
        is_ours = database.has_table("centre")
    finally:
        database.close()
    if not is_ours:
        message = f"database {database.name} is not a centre's; there is nothing to back up"
        raise BackupError(message)
    store = open_store(place)
    try:
        with store.database.reading() as session:
            found = session.row("SELECT pg_export_snapshot()")
            assert found is not None, "a function has one row"
            figures = read(session)
            words = ("--format=custom", "--no-owner", "--no-acl", f"--snapshot={found[0]}")
            _run("pg_dump", place, *words, f"--file={books}")
    finally:
        store.close()
    return figures


def load(books: Path, place: str) -> None:
    """Put an archive's books into an empty database, whole or not at all. Raises BackupError."""
    words = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    _run("pg_restore", place, *words, str(books))


def refuse_present(place: str) -> None:
    """Raise BackupError when a database holds any table."""
    database = PostgresDatabase(place)
    try:
        with database.reading() as session:
            found = session.row(
                "SELECT COUNT(*) FROM information_schema.tables"
                " WHERE table_schema = current_schema()"
            )
    finally:
        database.close()
    assert found is not None, "an aggregate has one row"
    if found[0]:
        message = f"database {database.name} is not empty, and is not written over; make a new one"
        raise BackupError(message)


def _run(program: str, place: str, *words: str) -> None:
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not installed; {_PACKAGE}"
        raise BackupError(message)
    address, password = _split(place)
    # Not on the command line, where everybody on the machine could read it.
    environ = os.environ | ({} if password is None else {"PGPASSWORD": password})
    done = subprocess.run(  # noqa: S603  no shell, and the words are ours
        [path, *words, f"--dbname={address}"],
        check=False,
        capture_output=True,
        env=environ,
        errors="replace",
        text=True,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        message = f"database {without_password(place)}: {program} failed ({said})"
        raise BackupError(message)


def _split(place: str) -> tuple[str, str | None]:
    """Return an address in libpq's words without its password, and the password."""
    from psycopg.conninfo import (  # noqa: PLC0415  an extra that a small school does not need
        conninfo_to_dict,
        make_conninfo,
    )

    parts = {key: str(value) for key, value in conninfo_to_dict(place).items()}
    password = parts.pop("password", None)
    return make_conninfo("", **parts), password
