"""Bringing the copy forward: a new file made from the one in place and what changed since.

A copy is never changed where it lies: whoever reads it would see two moments at once. The new file
carries the ETag by which the centre knows it, so that file and ETag can never tell two stories.
"""

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from core.presence_rows import (
    ABSENCE_COLUMNS,
    ENROLMENT_COLUMNS,
    LATE_COLUMNS,
    PRESENCE_COLUMNS,
    SESSION_COLUMNS,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
    absence_from_row,
    arrival_from_row,
    attendance_from_row,
    enrolment_from_row,
    session_from_row,
    withdrawal_from_row,
)
from core.snapshot import (
    APPOINTMENT_COLUMNS,
    BADGE_COLUMNS,
    BOUGHT_COLUMNS,
    COMMUNICATION_COLUMNS,
    INSTALMENT_COLUMNS,
    INVOICE_COLUMNS,
    LIMIT_COLUMNS,
    ORDER_COLUMNS,
    PHOTO_COLUMNS,
    PRODUCT_COLUMNS,
    PUPIL_COLUMNS,
    REQUEST_COLUMNS,
    STAFF_BADGE_COLUMNS,
    STAFF_COLUMNS,
    Row,
    SnapshotRowError,
    appointment_from_row,
    badge_from_row,
    instalment_from_row,
    limits_from_rows,
    order_from_row,
    photo_from_row,
    product_from_row,
    pupil_from_row,
    request_from_row,
    staff_from_row,
)
from offline_cache.connection import DATABASE_ERRORS
from offline_cache.durable import sync_to_disk
from offline_cache.errors import SnapshotCorruptError, SnapshotError

ETAG_KEY: Final = "etag"
_PUT_META: Final = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"

_COLUMNS: Final[Mapping[str, str]] = {
    "product": PRODUCT_COLUMNS,
    "pupil": PUPIL_COLUMNS,
    "badge": BADGE_COLUMNS,
    "meal_order": ORDER_COLUMNS,
    "menu": "day, product_id",
    "staff": STAFF_COLUMNS,
    "staff_badge": STAFF_BADGE_COLUMNS,
    "pupil_limit": LIMIT_COLUMNS,
    "pupil_bought": BOUGHT_COLUMNS,
    "pupil_photo": PHOTO_COLUMNS,
    "order_request": REQUEST_COLUMNS,
    "pupil_communication": COMMUNICATION_COLUMNS,
    "invoice": INVOICE_COLUMNS,
    "instalment": INSTALMENT_COLUMNS,
    "appointment": APPOINTMENT_COLUMNS,
    "study_session": SESSION_COLUMNS,
    "study_enrolment": ENROLMENT_COLUMNS,
    "study_presence": PRESENCE_COLUMNS,
    "late_arrival": LATE_COLUMNS,
    "absence": ABSENCE_COLUMNS,
    WITHDRAWALS: WITHDRAWAL_COLUMNS,
}
_READERS: Final[Mapping[str, Callable[[Row], object]]] = {
    "product": product_from_row,
    "pupil": pupil_from_row,
    "badge": badge_from_row,
    "meal_order": order_from_row,
    "staff": staff_from_row,
    "pupil_limit": lambda row: limits_from_rows(row, ()),
    "pupil_photo": photo_from_row,
    "order_request": request_from_row,
    "instalment": instalment_from_row,
    "appointment": appointment_from_row,
    "study_session": session_from_row,
    "study_enrolment": enrolment_from_row,
    "study_presence": attendance_from_row,
    "late_arrival": arrival_from_row,
    "absence": absence_from_row,
    WITHDRAWALS: withdrawal_from_row,
}


def apply_changes(
    source: Path,
    candidate: Path,
    *,
    after: str,
    etag: str,
    meta: Mapping[str, str],
    rows: Mapping[str, Sequence[Row]],
) -> None:
    """Write a copy that is `source` with changes applied; it is synced when this returns.

    after: the cursor that `source` must have. meta: takes the place of the whole table. rows: by
    table, in the order of its columns; a table that is not known here is passed over.
    Raises SnapshotError; then no candidate is left.
    """
    try:
        shutil.copyfile(source, candidate)
        with closing(sqlite3.connect(candidate, isolation_level=None)) as connection:
            _write(connection, source, after=after, etag=etag, meta=meta, rows=rows)
        sync_to_disk(candidate)
    except (*DATABASE_ERRORS, ValueError) as error:
        candidate.unlink(missing_ok=True)
        words = " ".join(str(error).split())[:200]
        raise SnapshotCorruptError(
            f"copy {source}: changes cannot be applied ({words}); fetching a whole one"
        ) from error
    except OSError as error:
        candidate.unlink(missing_ok=True)
        raise SnapshotError(
            f"copy {source}: it cannot be brought forward ({error.strerror}); look at the disk with"
            " `refectory doctor`"
        ) from error
    except SnapshotError:
        candidate.unlink(missing_ok=True)
        raise


def note_etag(path: Path, etag: str) -> None:
    """Write into a copy by which ETag the centre knows it, and sync it. Raises SnapshotError."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(_PUT_META, (ETAG_KEY, etag))
        sync_to_disk(path)
    except (*DATABASE_ERRORS, OSError) as error:
        words = " ".join(str(error).split())[:200]
        raise SnapshotCorruptError(f"copy {path}: it cannot be written ({words})") from error


def _write(
    connection: sqlite3.Connection,
    source: Path,
    *,
    after: str,
    etag: str,
    meta: Mapping[str, str],
    rows: Mapping[str, Sequence[Row]],
) -> None:
    # The candidate is thrown away if anything fails: a journal of its own would only cost time.
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("BEGIN IMMEDIATE")
    place = connection.execute("SELECT value FROM meta WHERE key = 'cursor'").fetchone()
    if place != (after,):
        raise SnapshotError(f"copy {source}: it does not stand at {after}; fetching a whole one")
    for table, columns in _COLUMNS.items():
        width = len(columns.split(","))
        marks = ", ".join("?" * width)
        read = _READERS.get(table)
        for row in rows.get(table, ()):
            if len(row) != width:
                raise SnapshotRowError(f"table {table}: a row has {len(row)} values, not {width}")
            if read is not None:
                read(row)
            put = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  ours
            connection.execute(put, tuple(row))
    connection.execute("DELETE FROM meta")
    connection.executemany(_PUT_META, [*meta.items(), (ETAG_KEY, etag)])
    orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    if orphan is not None:
        raise SnapshotCorruptError(
            f"copy {source}: after the changes a row of {orphan[0]} points to no row of"
            f" {orphan[2]}; fetching a whole one"
        )
    connection.execute("COMMIT")
