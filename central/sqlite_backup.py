"""Books in a SQLite file: one moment of them as another file."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from central.database import Session
from central.errors import BackupError
from central.store import open_store


def dump(place: str, books: Path, *, read: Callable[[Session], dict[str, int]]) -> dict[str, int]:
    """Write one moment of a database into a new file, and return what `read` says of it.

    Writers go on meanwhile: VACUUM INTO reads as any reader of a WAL does. Raises BackupError
    when the database cannot be read, or the file that was made is not sound.
    """
    # Opened as the centre opens it: another program's file, or one of another version, is refused.
    open_store(place, may_create=False).close()
    path = Path(place.removeprefix("sqlite://"))
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            connection.execute("VACUUM INTO ?", (str(books),))
        finally:
            connection.close()
        _check(books)
    except sqlite3.Error as error:
        message = f"database {path}: {error}; look at its disk, and run `refectory central check`"
        raise BackupError(message) from error
    store = open_store(str(books), may_create=False)
    try:
        with store.database.reading() as session:
            figures = read(session)
    finally:
        store.close()
    seal(books)
    return figures


def _check(books: Path) -> None:
    connection = sqlite3.connect(books)
    try:
        (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    finally:
        connection.close()
    if answer != "ok":
        message = f"the copy that was made is not sound: {answer}; look at the disk"
        raise BackupError(message)


def seal(books: Path) -> None:
    """Leave all of a database in its one file, with nothing beside it."""
    connection = sqlite3.connect(books)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
