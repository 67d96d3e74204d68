"""`refectory central backup|restore`: the books in one file, and back."""

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import database_of
from cli.output import EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.backup import Manifest
    from cli.main import Commands


def register_backup_words(
    words: "Commands", *, add_database: "Callable[[argparse.ArgumentParser], None]"
) -> None:
    """Add `backup` and `restore`; `cli.central` lends how it names books."""
    backup = words.add_parser("backup", help="write the books into one new file, while in use")
    backup.set_defaults(run=_backup)
    restore = words.add_parser("restore", help="put a backup where there are no books yet")
    restore.set_defaults(run=_restore)
    for word in (backup, restore):
        word.add_argument("file", type=Path, metavar="FILE", help="the backup")
        add_database(word)
        add_json_option(word)


def _backup(parsed: argparse.Namespace) -> int:
    from central.backup import back_up  # noqa: PLC0415  another layer loads late
    from central.clock import wall_clock  # noqa: PLC0415

    def act() -> "Manifest":
        return back_up(database_of(parsed), parsed.file, now=wall_clock())

    return _tell(parsed, act, "backed up into {file} and verified: {events} events, {legs} legs")


def _restore(parsed: argparse.Namespace) -> int:
    from central.backup import restore  # noqa: PLC0415  another layer loads late
    from central.clock import wall_clock  # noqa: PLC0415

    def act() -> "Manifest":
        who = getpass.getuser()
        return restore(parsed.file, database_of(parsed), who=who, now=wall_clock())

    return _tell(parsed, act, "restored from {file}, every sum agrees: {events} events")


def _tell(parsed: argparse.Namespace, act: "Callable[[], Manifest]", words: str) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late

    try:
        manifest = act()
    except CentralError as error:
        raise CommandError(str(error)) from error
    if parsed.json:
        say_json(
            {
                "file": str(parsed.file),
                "engine": manifest.engine,
                "version": manifest.version,
                "made_at": manifest.made_at.isoformat(),
                "sha256": manifest.sha256,
                **manifest.figures,
            }
        )
    else:
        say(words.format(file=parsed.file, **manifest.figures))
    return EXIT_WELL
