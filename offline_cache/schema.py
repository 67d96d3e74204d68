"""The journal's tables, and how a file comes to have them.

The database itself holds the rules: its triggers take an event only if it is the next one and
chained to the last, keep the head mark in step, and refuse to change or delete what is there.
`INSERT OR REPLACE` meets them too, since it is the insertion that is refused.
"""

from pathlib import Path

from offline_cache.connection import Connection, Value
from offline_cache.errors import ForeignFileError

APPLICATION_ID = 0x5246434A
"""`PRAGMA application_id` of a journal: the letters RFCJ."""
VERSION = 2
"""`PRAGMA user_version`: raised by each migration."""
PAGE_BYTES = 4096
"""The page size of new journals: the block of a card, see docs/decisions/0010."""
KEEP_FEW_PAGES = "PRAGMA cache_size = -512"
"""A tap touches a dozen pages; SQLite's own limit would keep the day's last 2 MB in memory."""
READABLE_BY_MARK = "readable_by"
"""The mark by which a migration that only adds names the oldest version that can go on with it."""
EPOCH_BITS = 40
"""An event's key is its epoch, shifted by this, plus its seq: journal order is key order."""
SEQ_MASK = (1 << EPOCH_BITS) - 1

SCHEMA = (
    """
CREATE TABLE event (
    position INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
)""",
    # What a tap writes beside its event lies in this one table, so in one block of the card: the
    # head mark (epoch, seq, hash), a print job (job, kind, body) and the states of jobs.
    """
CREATE TABLE tail (
    number INTEGER PRIMARY KEY,
    epoch INTEGER,
    seq INTEGER,
    hash BLOB,
    job TEXT,
    state TEXT,
    attempt INTEGER,
    at TEXT,
    reason TEXT,
    kind TEXT,
    body BLOB
)""",
    """
CREATE VIEW head AS
SELECT epoch, seq, hash FROM tail WHERE hash IS NOT NULL ORDER BY number DESC LIMIT 1""",
    "INSERT INTO tail (epoch, seq, hash) VALUES (1, 0, zeroblob(32))",
    """
CREATE TRIGGER event_is_the_next BEFORE INSERT ON event
WHEN NOT EXISTS (
    SELECT 1 FROM head
    WHERE epoch = NEW.epoch AND seq + 1 = NEW.seq AND hash = NEW.prev_hash
) OR NEW.position IS NOT (NEW.epoch << 40) + NEW.seq
BEGIN SELECT RAISE(ABORT, 'an event is only added behind the last one'); END""",
    """
CREATE TRIGGER event_moves_the_head AFTER INSERT ON event
BEGIN INSERT INTO tail (epoch, seq, hash) VALUES (NEW.epoch, NEW.seq, NEW.hash); END""",
    """
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END""",
    """
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
WHEN OLD.position > (SELECT (epoch << 40) + seq FROM archived)
BEGIN SELECT RAISE(ABORT, 'an event is never deleted before it is archived'); END""",
    """
CREATE TABLE acknowledged (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL
)""",
    "INSERT INTO acknowledged VALUES (1, 0, 0)",
    """
CREATE TABLE archived (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
)""",
    "INSERT INTO archived VALUES (1, 1, 0, zeroblob(32))",
    """
CREATE TRIGGER archived_is_acknowledged BEFORE UPDATE ON archived
WHEN (NEW.epoch << 40) + NEW.seq > (SELECT (epoch << 40) + seq FROM acknowledged)
    OR (NEW.epoch << 40) + NEW.seq < (OLD.epoch << 40) + OLD.seq
BEGIN SELECT RAISE(ABORT, 'only what the centre holds is archived'); END""",
    """
CREATE TABLE exception (
    position INTEGER PRIMARY KEY,
    verdict TEXT NOT NULL,
    flag TEXT NOT NULL
)""",
    """
CREATE TABLE upkeep (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    checkpoints INTEGER NOT NULL
)""",
    "INSERT INTO upkeep VALUES (1, 0)",
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)


def position_key(epoch: int, seq: int) -> int:
    """Return the key of the event at (epoch, seq)."""
    return (epoch << EPOCH_BITS) + seq


def prepare(connection: Connection, path: Path) -> bool:
    """Make a journal of an empty file, or check that the file is one. Say if it is up to date.

    A file of an older version is left as it is, for `offline_cache.migrations`. One of a newer
    version is taken where that says that this one can go on with it: the way back after an update.
    Raises ForeignFileError.
    """
    application_id = pragma(connection, "application_id")
    if application_id == 0 and not list(connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")):
        _create(connection)
        return True
    if application_id != APPLICATION_ID:
        raise ForeignFileError(
            f"journal {path}: this is another program's database; move the file away, or name "
            "another folder with --data"
        )
    version = pragma(connection, "user_version")
    assert isinstance(version, int), "SQLite has a number there"
    if version > VERSION and not _is_readable_here(connection):
        raise ForeignFileError(
            f"journal {path}: it has version {version}, this program knows {VERSION}; install "
            "the newer refectory that wrote it"
        )
    _set_up(connection)
    return version >= VERSION


def _is_readable_here(connection: Connection) -> bool:
    told = "SELECT value FROM mark WHERE name = ?"
    for (oldest,) in connection.execute(told, (READABLE_BY_MARK,)):
        return str(oldest).isdecimal() and int(str(oldest)) <= VERSION
    return False


def pragma(connection: Connection, name: str) -> Value:
    """Return the value of a pragma."""
    (row,) = connection.execute(f"PRAGMA {name}")
    return row[0]


def _create(connection: Connection) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    _set_up(connection)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute("COMMIT")


def _set_up(connection: Connection) -> None:
    """Set what belongs to a connection, and the WAL, which stays with the file."""
    list(connection.execute("PRAGMA journal_mode = WAL"))
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute(KEEP_FEW_PAGES)
