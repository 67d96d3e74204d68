"""A table as an office keeps it in its spreadsheet: UTF-8, a header line, commas or semicolons."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from central.errors import RecordError

TABLE_BYTES_MAX: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line. number: in the file; the header is 1. is_long: more values than columns."""

    number: int
    values: dict[str, str]
    is_long: bool

    def text(self, name: str) -> str:
        """Return a value without blanks around it; empty where there is none."""
        return self.values.get(name, "")


def read_table(
    body: bytes, *, needed: Sequence[str], optional: Sequence[str] = (), what: str
) -> list[TableRow]:
    """Return the lines of a table. what: it is of, as in `teachers`.

    Raises RecordError with the line, the fault and the cure when it is no such table.
    """
    if len(body) > TABLE_BYTES_MAX:
        message = f"a table of {what} has at most {TABLE_BYTES_MAX // 1024} KiB"
        raise RecordError(message)
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        message = f"byte {error.start}: this is no UTF-8; save the table as CSV in UTF-8"
        raise RecordError(message) from error
    mark = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.DictReader(lines, delimiter=mark, restkey="", restval="")
    named = [name.strip() for name in reader.fieldnames or ()]
    known = (*needed, *optional)
    missing = [name for name in needed if name not in named]
    strange = [name for name in named if name not in known]
    if missing or strange:
        words = f"{missing[0]} is missing" if missing else f"{strange[0]!r} is no column of it"
        message = f"line 1: {words}; its columns are {', '.join(known)}"
        raise RecordError(message)
    reader.fieldnames = named
    return [
        TableRow(
            number,
            {name: str(value).strip() for name, value in row.items() if name},
            is_long="" in row,
        )
        for number, row in enumerate(reader, start=2)
    ]
