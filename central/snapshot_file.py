"""The copy for one terminal: read in one moment of the database, written as a SQLite file.

Balances and `settled` come from the same read transaction: a balance that holds a sale stands
beside a `settled` that covers it, whatever is being booked meanwhile. The file is complete and in
DELETE mode, packed by gzip without a time in it.
"""

import gzip
import hashlib
import shutil
import sqlite3
import threading
from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from central.bank.communications import list_accounts
from central.database import Row, Session
from central.feed import read_feed
from central.presence_copy import presence_tables
from central.records import read_school
from central.store import Store
from central.terminals import Terminal, find_terminal
from core.ids import SchoolId, TerminalId
from core.snapshot import (
    APPLICATION_ID,
    APPOINTMENT_COLUMNS,
    BADGE_COLUMNS,
    BOUGHT_COLUMNS,
    COMMUNICATION_COLUMNS,
    FORMAT,
    INSTALMENT_COLUMNS,
    INVOICE_COLUMNS,
    LIMIT_COLUMNS,
    ORDER_COLUMNS,
    PHOTO_COLUMNS,
    PRODUCT_COLUMNS,
    REQUEST_COLUMNS,
    SCHEMA,
    STAFF_BADGE_COLUMNS,
    STAFF_COLUMNS,
    Meta,
    meta_rows,
)

IS_HERE = " AND pupil_id IN (SELECT id FROM pupil WHERE school_id = meal_order.school_id)"
"""Orders of who has left are of no use to a terminal, and their owner is not in its copy."""
ASKER_IS_HERE = (
    " AND event_id IS NOT NULL"
    " AND pupil_id IN (SELECT id FROM pupil WHERE school_id = order_request.school_id)"
)
"""What was answered while the pupil waited is known at the kiosk: only facts are told of."""
PAYER_IS_HERE = IS_HERE.replace("meal_order", "communication")
OWED_BY = """
    SELECT i.cursor, i.id, i.pupil_id, i.activity_id, a.name AS label, i.digits, i.made_on,
        i.cents, i.credited_cents, i.paid_cents
    FROM invoice i JOIN activity a ON a.school_id = i.school_id AND a.id = i.activity_id
    JOIN pupil p ON p.school_id = i.school_id AND p.id = i.pupil_id
    WHERE i.school_id = ? AND i.cursor > ?"""
"""Invoices of who is here, changed after a place in the feed."""
OWED_WHEN = """
    SELECT i.cursor, n.invoice_id, n.number, n.due_on, n.cents
    FROM instalment n JOIN invoice i ON i.school_id = n.school_id AND i.id = n.invoice_id
    JOIN pupil p ON p.school_id = i.school_id AND p.id = i.pupil_id
    WHERE n.school_id = ? AND i.cursor > ?"""
MEETS = """
    SELECT a.cursor, a.id, a.pupil_id, a.starts_at, t.name AS teacher, t.subject, t.room, a.state
    FROM appointment a JOIN meeting_teacher t ON t.school_id = a.school_id
    AND t.evening_id = a.evening_id AND t.id = a.teacher_id
    JOIN pupil p ON p.school_id = a.school_id AND p.id = a.pupil_id
    WHERE a.school_id = ? AND a.cursor > ?"""
"""Appointments with teachers, also those that were cancelled or moved: a copy must hear of it."""
_OWES = " AND i.cents > i.credited_cents + i.paid_cents"
_PIECE_BYTES = 64 * 1024
_GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Copy:
    """A packed copy. digest: its `Repr-Digest` field. etag: with its quotes."""

    path: Path
    etag: str
    digest: str


class CopyRoom:
    """Makes copies, and keeps the newest of each terminal in a folder until it is outdated."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._lock = threading.Lock()
        self._locks: dict[TerminalId, threading.Lock] = {}
        self._kept: dict[TerminalId, Copy] = {}

    def etag_now(self, terminal: TerminalId, *, now: datetime) -> str:
        """Return the ETag that a copy made now would have."""
        with self._store.database.reading() as session:
            found = find_terminal(session, terminal)
            return copy_etag(session, found, today_of(session, found, now))

    def copy_for(self, terminal: TerminalId, *, now: datetime) -> Copy:
        """Return a packed copy that is true now. One terminal's copies are made one at a time."""
        with self._lock:
            lock = self._locks.setdefault(terminal, threading.Lock())
        with lock:
            kept = self._kept.get(terminal)
            if kept is not None and kept.etag == self.etag_now(terminal, now=now):
                return kept
            made = self._make(terminal, now)
            self._kept[terminal] = made
            if kept is not None and kept.path != made.path:
                # Whoever is being sent the old one holds it open, and reads it to its end.
                kept.path.unlink(missing_ok=True)
            return made

    def _make(self, terminal: TerminalId, now: datetime) -> Copy:
        plain = self._folder / f"{terminal}.db"
        plain.unlink(missing_ok=True)
        with self._store.database.reading() as session:
            found = find_terminal(session, terminal)
            today = today_of(session, found, now)
            etag = copy_etag(session, found, today)
            write_copy(session, found, plain, today=today, now=now)
        name = hashlib.sha256(etag.encode()).hexdigest()[:16]
        packed = self._folder / f"{terminal}.{name}.gz"
        digest = _pack(plain, packed)
        plain.unlink()
        return Copy(packed, etag, digest)


def write_copy(
    session: Session, terminal: Terminal, path: Path, *, today: date, now: datetime
) -> None:
    """Write the copy for a terminal into a new file. today: orders before it are left out."""
    meta = copy_meta(session, terminal, now=now)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta_rows(meta).items())
        for table, columns, rows in _tables(session, terminal, today):
            marks = ",".join("?" * (columns.count(",") + 1))
            connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()


def copy_meta(session: Session, terminal: Terminal, *, now: datetime) -> Meta:
    """Return what a copy that is made now says of itself."""
    school = read_school(session, terminal.school_id)
    return Meta(
        format=FORMAT,
        school_id=school.id,
        terminal_id=terminal.id,
        terminal_name=terminal.name,
        cursor=str(read_feed(session, school.id)),
        settled=terminal.high_water,
        made_at=now,
        school=school.header,
        zone=school.zone,
        day_starts_at=school.day_starts_at,
        orders_close_at=school.orders_close_at,
        order_days_max=school.order_days_max,
        closed_days=school.closed_days,
        policy=school.policy,
        iban=next(iter(list_accounts(session, school.id)), ""),
    )


def _tables(session: Session, terminal: Terminal, today: date) -> list[tuple[str, str, list[Row]]]:
    school = terminal.school_id
    pupil_columns = (
        "id, first_name, last_name, class_name, price_class, allergens, diet, language,"
        " general_cents, reserve_cents"
    )
    pupils = session.rows(
        "SELECT p.id, p.first_name, p.last_name, p.class_name, p.price_class, p.allergens,"
        " p.diet, p.language, COALESCE(w.general_cents, 0), COALESCE(w.reserve_cents, 0)"
        " FROM pupil p LEFT JOIN wallet w ON w.school_id = p.school_id AND w.pupil_id = p.id"
        " WHERE p.school_id = ? ORDER BY p.id",
        school,
    )
    badges = session.rows(
        f"SELECT {BADGE_COLUMNS} FROM badge WHERE school_id = ? ORDER BY key",  # noqa: S608
        school,
    )
    products = session.rows(
        f"SELECT {PRODUCT_COLUMNS} FROM product WHERE school_id = ? ORDER BY id",  # noqa: S608
        school,
    )
    orders = session.rows(
        f"SELECT {ORDER_COLUMNS} FROM meal_order"  # noqa: S608
        f" WHERE school_id = ? AND day >= ?{IS_HERE} ORDER BY pupil_id, day, id",
        school,
        today.isoformat(),
    )
    menu = session.rows(
        "SELECT day, product_id FROM menu WHERE school_id = ? AND day >= ? ORDER BY 1, 2",
        school,
        today.isoformat(),
    )
    badges_of_staff = _whole(session, school, "staff_badge", STAFF_BADGE_COLUMNS)
    bought = session.rows(
        f"SELECT {BOUGHT_COLUMNS} FROM pupil_bought"  # noqa: S608
        " WHERE school_id = ? AND day >= ? ORDER BY 1, 2, 3",
        school,
        today.isoformat(),
    )
    requests = session.rows(
        f"SELECT {REQUEST_COLUMNS} FROM order_request WHERE school_id = ? AND day >= ?"  # noqa: S608
        f"{ASKER_IS_HERE} ORDER BY id",
        school,
        today.isoformat(),
    )
    # Of two years the newer one is in force.
    communications = session.rows(
        "SELECT c.pupil_id, c.digits FROM communication c WHERE c.school_id = ?"
        " AND c.school_year = (SELECT MAX(n.school_year) FROM communication n"
        " WHERE n.school_id = c.school_id AND n.pupil_id = c.pupil_id)"
        " AND c.pupil_id IN (SELECT id FROM pupil WHERE school_id = c.school_id) ORDER BY 1",
        school,
    )
    invoices = session.rows(f"{OWED_BY}{_OWES} ORDER BY i.id", school, 0)
    instalments = session.rows(f"{OWED_WHEN}{_OWES} ORDER BY 2, 3", school, 0)
    appointments = session.rows(
        f"{MEETS} AND a.state = 'booked' AND a.starts_at >= ? ORDER BY a.id",
        school,
        0,
        today.isoformat(),
    )
    photos = session.rows(
        f"SELECT {PHOTO_COLUMNS} FROM pupil_photo"  # noqa: S608
        " WHERE school_id = ? AND digest <> '' ORDER BY 1",
        school,
    )
    return [
        ("pupil", pupil_columns, pupils),
        ("badge", BADGE_COLUMNS, badges),
        ("product", PRODUCT_COLUMNS, products),
        ("meal_order", ORDER_COLUMNS, orders),
        ("menu", "day, product_id", menu),
        ("staff", STAFF_COLUMNS, _whole(session, school, "staff", STAFF_COLUMNS)),
        ("staff_badge", STAFF_BADGE_COLUMNS, badges_of_staff),
        ("pupil_limit", LIMIT_COLUMNS, _whole(session, school, "pupil_limit", LIMIT_COLUMNS)),
        ("pupil_bought", BOUGHT_COLUMNS, bought),
        ("pupil_photo", PHOTO_COLUMNS, photos),
        ("order_request", REQUEST_COLUMNS, requests),
        ("pupil_communication", COMMUNICATION_COLUMNS, communications),
        ("invoice", INVOICE_COLUMNS, [row[1:] for row in invoices]),
        ("instalment", INSTALMENT_COLUMNS, [row[1:] for row in instalments]),
        ("appointment", APPOINTMENT_COLUMNS, [row[1:] for row in appointments]),
        *presence_tables(session, school, today),
    ]


def _whole(session: Session, school: SchoolId, table: str, columns: str) -> list[Row]:
    return session.rows(
        f"SELECT {columns} FROM {table} WHERE school_id = ? ORDER BY 1",  # noqa: S608  our own words
        school,
    )


def today_of(session: Session, terminal: Terminal, now: datetime) -> date:
    """Return the business day at a terminal's school."""
    return read_school(session, terminal.school_id).calendar.business_day(now)


def copy_etag(session: Session, terminal: Terminal, today: date) -> str:
    """Return the ETag of the copy that this moment of the database gives a terminal."""
    epoch, seq = terminal.high_water
    cursor = read_feed(session, terminal.school_id)
    return f'"{FORMAT}.{cursor}.{epoch}.{seq}.{today.isoformat()}"'


def _pack(plain: Path, packed: Path) -> str:
    """Write a file's gzip and return its Repr-Digest field (RFC 9530)."""
    with plain.open("rb") as source, packed.open("wb") as target:
        zipped = gzip.GzipFile(
            filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=target, mtime=0
        )
        with zipped:
            shutil.copyfileobj(source, zipped, _PIECE_BYTES)
    with packed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return f"sha-256=:{b64encode(digest).decode()}:"
