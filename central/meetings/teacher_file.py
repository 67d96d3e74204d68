"""The teachers of an evening from a table, as an office keeps it in its spreadsheet.

Columns `id,name,subject,room,classes` and, where a teacher comes later or leaves earlier, `away`:
UTF-8, a header line, commas or semicolons. Classes and times are separated by blanks.
"""

from datetime import time

from central.csv_table import TableRow, read_table
from central.errors import RecordError
from central.meetings.evenings import Teacher

_NEEDED = ("id", "name", "classes")
_OPTIONAL = ("subject", "room", "away")


def read_teachers(body: bytes) -> list[Teacher]:
    """Return the teachers of a table. Raises RecordError with the line, the fault and the cure."""
    rows = read_table(body, needed=_NEEDED, optional=_OPTIONAL, what="teachers")
    return [_teacher(row) for row in rows]


def _teacher(row: TableRow) -> Teacher:
    if row.is_long:
        message = f"line {row.number}: it has more values than there are columns"
        raise RecordError(message)
    written = row.text("away")
    try:
        away = tuple(time.fromisoformat(word) for word in written.split())
    except ValueError as error:
        message = f"line {row.number}: away {written!r} is no time; write it like 17:30 17:40"
        raise RecordError(message) from error
    return Teacher(
        id=row.text("id"),
        name=row.text("name"),
        subject=row.text("subject"),
        room=row.text("room"),
        classes=tuple(row.text("classes").split()),
        away=away,
    )
