"""`refectory backup`: a checked copy of the journal on another disk."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.folder import data_folder
from cli.output import (
    EXIT_NOT_CONFIGURED,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.main import Commands

_KEEP = 8
_KEEP_MAX = 1000


def register(commands: "Commands") -> None:
    """Add `backup`."""
    parser = commands.add_parser("backup", help="copy the journal to another disk, and check it")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the copies lie")
    parser.add_argument(
        "--keep",
        type=_count,
        default=_KEEP,
        metavar="N",
        help=f"how many copies stay there (default {_KEEP})",
    )
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _count(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _KEEP_MAX:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {_KEEP_MAX}")


def _run(parsed: argparse.Namespace) -> int:
    from offline_cache.backup import back_up  # noqa: PLC0415  sqlite3 loads late
    from offline_cache.errors import JournalError, JournalMissingError  # noqa: PLC0415
    from terminal.clock import SystemClock  # noqa: PLC0415

    journal = data_folder(parsed) / "journal.db"
    try:
        made = back_up(journal, parsed.folder, at=SystemClock().now(), keep=parsed.keep)
    except JournalMissingError as error:
        raise CommandError(str(error), EXIT_NOT_CONFIGURED) from error
    except JournalError as error:
        raise CommandError(str(error)) from error
    head = f"{made.report.head.epoch}-{made.report.head.seq}"
    if parsed.json:
        say_json(
            {
                "file": str(made.path),
                "events": made.report.events,
                "head": head,
                "removed": made.removed,
            }
        )
    else:
        say(f"{made.path}: {made.report.events} events, whole up to {head}")
    return EXIT_WELL
