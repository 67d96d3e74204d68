"""`refectory enrol`: a terminal and its centre come to know each other, by a code or a QR code."""

import argparse
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cli.folder import data_folder, owned_by_its_service
from cli.output import (
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.main import Commands
    from sync.identity import Identity


_STAYS = ("former-", "lost+found")


def register(commands: "Commands") -> None:
    """Add `enrol`."""
    parser = commands.add_parser(
        "enrol",
        help="enrol this terminal with a one-time code",
        description="The code comes from the centre (refectory central code --terminal NAME) and"
        " holds for 15 minutes. Where the settings name the centre the code is enough; a QR code"
        " holds both.",
    )
    parser.add_argument("text", nargs="?", metavar="CODE", help="the code, or a scanned QR code")
    parser.add_argument("--central", metavar="URL", help="address of the centre")
    parser.add_argument("--code", metavar="CODE", help="the one-time code")
    parser.add_argument(
        "--again",
        action="store_true",
        help="for a terminal that was retired or moves: puts its old files aside first",
    )
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def enrol_address(parsed: argparse.Namespace) -> tuple[str, str]:
    """Return the centre's address and the code that a command line names.

    The address: --central, else the QR code's, else the settings', else that of the centre where
    the terminal is enrolled so far. Raises CommandError.
    """
    from config.errors import ConfigError  # noqa: PLC0415  msgspec loads late
    from config.load import load_settings  # noqa: PLC0415
    from sync.enrol_link import read_enrol_text  # noqa: PLC0415  another layer loads late
    from sync.errors import SyncError  # noqa: PLC0415

    written = parsed.code or parsed.text
    if written is None:
        raise CommandError("name the code: --code CODE, or scan the QR code", EXIT_USAGE)
    try:
        link = read_enrol_text(written)
    except SyncError as error:
        raise CommandError(str(error), EXIT_USAGE) from error
    central = parsed.central or link.central
    if central is None:
        try:
            central = load_settings(None, environ=os.environ).central
        except ConfigError as error:
            raise CommandError(str(error), EXIT_USAGE) from error
    if central is None:
        central = _centre_so_far(data_folder(parsed))
    if central is None:
        raise CommandError("name the centre: --central https://HOST", EXIT_USAGE)
    return central, link.code


def _centre_so_far(folder: Path) -> str | None:
    from sync.errors import SyncError  # noqa: PLC0415  another layer loads late
    from sync.identity import load_identity  # noqa: PLC0415

    try:
        known = load_identity(folder)
    except SyncError as error:
        raise CommandError(str(error)) from error
    return None if known is None else known.central_url


def _run(parsed: argparse.Namespace) -> int:
    from sync.enrol import enrol  # noqa: PLC0415  another layer loads late
    from sync.errors import SyncError  # noqa: PLC0415
    from sync.identity import load_identity  # noqa: PLC0415

    folder = data_folder(parsed)
    central, code = enrol_address(parsed)
    try:
        known = load_identity(folder)
        if known is not None and not parsed.again:
            message = (
                f"this terminal is enrolled already, as {known.terminal_name} at"
                f" {known.central_url}; to enrol it anew: refectory enrol --again --code CODE"
            )
            raise CommandError(message)
        with owned_by_its_service(folder):
            if known is None:
                identity = enrol(central_url=central, code=code, folder=folder)
            else:
                identity = _enrol_again(folder, central, code)
    except SyncError as error:
        raise CommandError(str(error)) from error
    return _tell(parsed, identity)


def _tell(parsed: argparse.Namespace, identity: "Identity") -> int:
    if parsed.json:
        say_json(
            {
                "terminal_id": identity.terminal_id,
                "terminal_name": identity.terminal_name,
                "school_id": identity.school_id,
                "central_url": identity.central_url,
            }
        )
    else:
        say(f"enrolled as {identity.terminal_name} ({identity.terminal_id})")
    return EXIT_WELL


def _enrol_again(folder: Path, central: str, code: str) -> "Identity":
    """Enrol in a folder of its own first: the old files are put aside once that went well."""
    from sync.enrol import enrol  # noqa: PLC0415  another layer loads late
    from sync.identity import CA_FILE_NAME, FILE_NAME  # noqa: PLC0415
    from terminal.clock import SystemClock  # noqa: PLC0415

    _check_all_sent(folder)
    fresh = folder / "enrolling"
    fresh.mkdir(mode=0o700, exist_ok=True)
    if (folder / CA_FILE_NAME).exists():
        shutil.copy(folder / CA_FILE_NAME, fresh / CA_FILE_NAME)
    identity = enrol(central_url=central, code=code, folder=fresh)
    former = folder / f"former-{SystemClock().now():%Y%m%d-%H%M%S}"
    former.mkdir(mode=0o700)
    for path in folder.iterdir():
        if path not in (fresh, former) and not path.name.startswith(_STAYS):
            path.rename(former / path.name)
    for path in fresh.iterdir():
        path.rename(folder / path.name)
    fresh.rmdir()
    assert (folder / FILE_NAME).exists(), "an enrolled terminal has its identity"
    return identity


def _check_all_sent(folder: Path) -> None:
    """Raise CommandError while a daemon runs, or while the centre lacks something."""
    from contextlib import closing  # noqa: PLC0415

    from core.facts import EventKind  # noqa: PLC0415
    from offline_cache.errors import JournalMissingError, OfflineCacheError  # noqa: PLC0415
    from offline_cache.journal_reader import JournalReader  # noqa: PLC0415  sqlite3 loads late
    from offline_cache.lock import lock_holder  # noqa: PLC0415
    from terminal.files import JOURNAL_NAME  # noqa: PLC0415  another layer loads late

    # What a terminal notes of itself is nobody's meal or money: it may stay behind.
    own = {EventKind.TERMINAL_STARTED, EventKind.CLOCK_CHANGED, EventKind.TROUBLE_NOTED}
    path = folder / JOURNAL_NAME
    if lock_holder(path) is not None:
        raise CommandError("the terminal runs; stop it first: systemctl stop refectory-terminal")
    try:
        with closing(JournalReader.open(path)) as journal:
            unsent = sum(event.kind not in own for event in journal.events(journal.acknowledged))
    except JournalMissingError:
        return
    except OfflineCacheError as error:
        raise CommandError(str(error)) from error
    if unsent:
        raise CommandError(
            f"{unsent} events are not at the centre yet; start the terminal, send them with"
            " `refectory sync now`, and retire it only then"
        )
