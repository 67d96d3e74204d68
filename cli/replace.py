"""`refectory replace`: a spare takes a dead terminal's place, with what that one had not sent."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.enrol import enrol_address
from cli.folder import data_folder, owned_by_its_service
from cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    complain,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.main import Commands


def register(commands: "Commands") -> None:
    """Add `replace`."""
    parser = commands.add_parser(
        "replace",
        help="make this spare the terminal that died, with what it had not sent",
        description="At the centre: refectory central code --replace ID. Here, on a spare that was"
        " never enrolled: refectory replace --central URL --code CODE --from FOLDER, where FOLDER"
        " holds the dead one's journal (its card, or a copy on a stick). Nothing is lost and"
        " nothing is booked twice. Run it again when it was interrupted.",
    )
    parser.add_argument("text", nargs="?", metavar="CODE", help="the code, or a scanned QR code")
    parser.add_argument("--central", metavar="URL", help="address of the centre")
    parser.add_argument("--code", metavar="CODE", help="the one-time code")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="FOLDER",
        help="the dead one's folder or journal; left out when it is lost",
    )
    parser.add_argument("--resume", action="store_true", help="go on with what was begun")
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from offline_cache.errors import OfflineCacheError  # noqa: PLC0415  sqlite3 loads late
    from sync.errors import SyncError  # noqa: PLC0415  another layer loads late
    from terminal.clock import SystemClock  # noqa: PLC0415
    from terminal.replacement import (  # noqa: PLC0415
        ReplaceError,
        replace_terminal,
        summary,
    )

    folder = data_folder(parsed)
    url, code = ("", None) if parsed.resume else enrol_address(parsed)
    if parsed.resume and (parsed.code or parsed.text):
        raise CommandError("--resume goes without a code: it was used already", EXIT_USAGE)
    try:
        with owned_by_its_service(folder):
            done = replace_terminal(
                folder,
                central_url=url,
                code=code,
                source=parsed.source,
                clock=SystemClock(),
                on_step=(lambda _step: None) if parsed.json else _say_step,
            )
    except (ReplaceError, SyncError, OfflineCacheError) as error:
        raise CommandError(str(error)) from error
    if parsed.json:
        say_json(
            {
                "terminal_id": done.identity.terminal_id,
                "terminal_name": done.identity.terminal_name,
                "way": done.way.value,
                "head": f"{done.head[0]}-{done.head[1]}",
                "unsent": done.unsent,
                "aside": done.aside,
            }
        )
    else:
        say(summary(done, folder))
        say("start it: systemctl start refectory-terminal; then look: refectory doctor")
    return EXIT_FAILED if done.aside else EXIT_WELL


def _say_step(step: str) -> None:
    complain(f"... {step}")
