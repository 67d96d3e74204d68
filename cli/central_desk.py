"""What the words of `refectory central` share: how books are opened, and how results are said."""

import argparse
import getpass
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from datetime import date

    from central.office import Act
    from central.store import Store
    from core.ids import SchoolId
    from core.money import Money

DATABASE_NAME = "central.db"
DATABASE_SECRET = "refectory.central-database"  # noqa: S105  its name
Row = Mapping[str, object]


def database_of(parsed: argparse.Namespace) -> str:
    """Return where the books are: as named, else as a secret says, else in a file beside us.

    An address that holds a password is a secret (`config.secrets`), and no word that `ps` shows.
    Raises CommandError when others may read that secret.
    """
    named: str | None = parsed.database
    if named is not None:
        return named
    from config.errors import SecretError, SecretMissingError  # noqa: PLC0415  loads late
    from config.secrets import read_secret  # noqa: PLC0415

    try:
        return read_secret(DATABASE_SECRET, environ=os.environ).decode()
    except SecretMissingError:
        return str(Path(os.environ.get("REFECTORY_DATA", ".")) / DATABASE_NAME)
    except (SecretError, UnicodeDecodeError) as error:
        raise CommandError(str(error)) from error


def add_database(parser: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS) -> None:
    """Give a word `--database`; without a default of its own it takes that of `central`."""
    parser.add_argument(
        "--database",
        default=default,
        metavar="URL",
        help="path of a SQLite file, or postgresql://… (default: what the secret"
        f" {DATABASE_SECRET} says, else {DATABASE_NAME} in $REFECTORY_DATA, else here)",
    )


def add_school(parser: argparse.ArgumentParser) -> None:
    """Give a word `--school`, `--database` and `--json`."""
    parser.add_argument("--school", metavar="ID", help="where the database holds several")
    add_database(parser)
    add_json_option(parser)


def add_why(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Give a word `--why`: the reason that stands in the log."""
    parser.add_argument("--why", required=required, default="", metavar="TEXT", help="the reason")


def add_key(parser: argparse.ArgumentParser) -> None:
    """Give a word `--key`, which makes it safe to type again."""
    parser.add_argument(
        "--key",
        metavar="TEXT",
        help="a name for this act: the same again changes nothing (default: a new one)",
    )


def open_books(parsed: argparse.Namespace, *, may_create: bool = False) -> "Store":
    """Open the database that is named. Raises CommandError."""
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.store import open_store  # noqa: PLC0415

    try:
        return open_store(database_of(parsed), may_create=may_create)
    except CentralError as error:
        raise CommandError(str(error)) from error


@contextmanager
def books(parsed: argparse.Namespace, *, may_create: bool = False) -> "Iterator[Store]":
    """Open the books for a block; what the centre refuses is a complaint of the command."""
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late

    store = open_books(parsed, may_create=may_create)
    try:
        yield store
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()


def school_of(store: "Store", named: str | None) -> "SchoolId":
    """Return the school that is meant: the one that is named, or the only one."""
    from central.records import list_schools, read_school  # noqa: PLC0415  loads late
    from core.ids import SchoolId  # noqa: PLC0415

    with store.database.reading() as session:
        if named is not None:
            return read_school(session, SchoolId(named)).id
        schools = list_schools(session)
    if len(schools) == 1:
        return schools[0]
    message = (
        f"the database holds {len(schools)} schools; name one with --school"
        if schools
        else "the database holds no school; make one with `refectory central seed`"
    )
    raise CommandError(message)


def who() -> str:
    """Return the account that typed the command; with sudo, the one behind it."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def act_of(parsed: argparse.Namespace) -> "Act":
    """Return who acts, now, and for what reason."""
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.office import Act  # noqa: PLC0415

    return Act(who(), wall_clock(), getattr(parsed, "why", ""))


def key_of(parsed: argparse.Namespace) -> str:
    """Return the name of an act: the one given, or one that nobody has."""
    from central.clock import system_entropy  # noqa: PLC0415  another layer loads late

    return parsed.key or system_entropy(16).hex()


def at_school(
    parsed: argparse.Namespace, act: "Callable[[Store, SchoolId], Sequence[Row]]"
) -> list[Row]:
    """Open the books, find the school, do it, and return what is to be said."""
    with books(parsed) as store:
        return list(act(store, school_of(store, parsed.school)))


def say_rows(parsed: argparse.Namespace, rows: Sequence[Row], words: str, *, none: str = "") -> int:
    """Say each row as one object or by the words of a template; none: what to say of no rows."""
    for row in rows:
        if parsed.json:
            say_json(row)
        else:
            say(words.format(**row).rstrip())
    if not rows and none and not parsed.json:
        say(none)
    return EXIT_WELL


def euro(text: str) -> "Money":
    """Read an amount of the command line, in euro: `4.50` or `-12`."""
    from core.errors import CoreError  # noqa: PLC0415  loads late
    from core.money import parse_money  # noqa: PLC0415

    try:
        return parse_money(text)
    except CoreError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def day(text: str) -> "date":
    """Read a day of the command line: `2026-11-24`."""
    from datetime import date  # noqa: PLC0415  beside its only user

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no day; write it like 2026-11-24"
        raise argparse.ArgumentTypeError(message) from error
