"""Version 2: events that are archived may be removed."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_STATEMENTS = (
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
    "DROP TRIGGER event_is_never_deleted",
    """
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
WHEN OLD.position > (SELECT (epoch << 40) + seq FROM archived)
BEGIN SELECT RAISE(ABORT, 'an event is never deleted before it is archived'); END""",
    "PRAGMA user_version = 2",
)


def add_retention(db: "Database") -> None:
    """Add the mark of what was archived, and let the trigger look at it."""
    for statement in _STATEMENTS:
        db.execute(statement)
