"""The teachers of an evening from a table, as an office keeps it in its spreadsheet.

Columns `id,name,subject,room,classes` and, where a teacher comes later or leaves earlier, `away`:
UTF-8, a header line, commas or semicolons. Classes and times are separated by blanks.
"""

import csv
from collections.abc import Mapping
from datetime import time

from central.errors import RecordError
from central.meetings.evenings import Teacher

_NEEDED = ("id", "name", "classes")
_KNOWN = (*_NEEDED, "subject", "room", "away")
TEACHER_BYTES_MAX = 256 * 1024


def read_teachers(body: bytes) -> list[Teacher]:
    """Return the teachers of a table. Raises RecordError with the line, the fault and the cure."""
    if len(body) > TEACHER_BYTES_MAX:
        message = f"a table of teachers has at most {TEACHER_BYTES_MAX // 1024} KiB"
        raise RecordError(message)
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        message = f"byte {error.start}: this is no UTF-8; save the table as CSV in UTF-8"
        raise RecordError(message) from error
    mark = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.DictReader(lines, delimiter=mark, restkey="", restval="")
    named = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in _NEEDED if name not in named]
    strange = [name for name in named if name not in _KNOWN]
    if missing or strange:
        words = f"{missing[0]} is missing" if missing else f"{strange[0]!r} is no column of it"
        message = f"line 1: {words}; its columns are {', '.join(_KNOWN)}"
        raise RecordError(message)
    reader.fieldnames = named
    return [_teacher(number, row) for number, row in enumerate(reader, start=2)]


def _teacher(number: int, row: Mapping[str, str | list[str]]) -> Teacher:
    if "" in row:
        message = f"line {number}: it has more values than there are columns"
        raise RecordError(message)
    values = {name: str(value).strip() for name, value in row.items()}
    try:
        away = tuple(time.fromisoformat(word) for word in values.get("away", "").split())
    except ValueError as error:
        message = f"line {number}: away {values['away']!r} is no time; write it like 17:30 17:40"
        raise RecordError(message) from error
    return Teacher(
        id=values["id"],
        name=values["name"],
        subject=values.get("subject", ""),
        room=values.get("room", ""),
        classes=tuple(values["classes"].split()),
        away=away,
    )
