"""Steps that bring an old journal up to date, before it is written.

A new journal is made by plain SQL (`offline_cache.schema`) and knows no steps. sqlite-utils, which
runs them, is loaded only for a file that is behind. A step is never edited once it was released:
what it says is what old files get, and a test holds the result against a new file.
"""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from offline_cache.connection import connect_writer, journal_errors
from offline_cache.migrations.m0002_retention import add_retention
from offline_cache.schema import pragma

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

STEPS: "dict[int, Callable[[Database], None]]" = {2: add_retention}
"""The version that each step leads to."""


def migrate(path: Path) -> None:
    """Bring the journal at a path up to date, each step in one transaction.

    Raises JournalError; then the file is as it was, or at a step between.
    """
    from sqlite_utils import Database  # noqa: PLC0415  it loads slowly, and hardly ever
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415

    with journal_errors(path), closing(connect_writer(path)) as connection:
        version = pragma(connection, "user_version")
        assert isinstance(version, int), "SQLite has a number there"
        steps = Migrations("journal")
        for number, step in STEPS.items():
            # A file that was made new at a later version has no record of the steps before it.
            if number > version:
                steps(name=f"{number:04}_{step.__name__}")(step)
        steps.apply(Database(connection))
