"""`refectory sync`: the uplink of a terminal."""

import argparse
import threading
from typing import TYPE_CHECKING, Any

from cli.folder import data_folder
from cli.output import (
    EXIT_FAILED,
    EXIT_NOT_CONFIGURED,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.terminal_link import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.main import Commands

_ANSWER_TRIES = 40
_LOOK_AGAIN_S = 0.25


def register(commands: "Commands") -> None:
    """Add `enrol` and `sync`."""
    parser = commands.add_parser("sync", help="the uplink: status, now")
    words = parser.add_subparsers(dest="sync_command", metavar="WHAT", required=True)
    rotating = words.add_parser("rotate-key", help="replace this terminal's key; restart it after")
    add_folder_option(rotating)
    add_json_option(rotating)
    rotating.set_defaults(run=_rotate)
    for name, help_text, run in (
        ("status", "how the uplink of the running terminal is", _status),
        ("now", "send and fetch at once", _now),
        ("new-epoch", "go on after a restored card, once that is approved", _new_epoch),
    ):
        command = words.add_parser(name, help=help_text)
        add_folder_option(command)
        add_json_option(command)
        command.set_defaults(run=run)


def _rotate(parsed: argparse.Namespace) -> int:
    from sync.errors import SyncError  # noqa: PLC0415  another layer loads late
    from sync.identity import load_identity  # noqa: PLC0415
    from sync.rotate import rotate_key  # noqa: PLC0415
    from terminal.clock import SystemClock  # noqa: PLC0415

    folder = data_folder(parsed)
    try:
        identity = load_identity(folder)
        if identity is None:
            message = f"no terminal is enrolled in {folder}; run `refectory enrol` first"
            raise CommandError(message, EXIT_NOT_CONFIGURED)
        fresh = rotate_key(identity, folder, clock=SystemClock().now)
    except SyncError as error:
        raise CommandError(str(error)) from error
    if parsed.json:
        say_json({"key_id": fresh.key_id})
    else:
        say(f"new key {fresh.key_id}; restart the terminal: the old one ends in 7 days")
    return EXIT_WELL


def _status(parsed: argparse.Namespace) -> int:
    status: dict[str, Any] = ask(data_folder(parsed), "GET", "/v1/status")
    lanes, queue = status["network"], status["queue"]
    if parsed.json:
        told = {"queue": queue, "copy_at": status["copy_at"], "restored": status["restored"]}
        say_json({**lanes, **told})
    else:
        for name, lane in lanes.items():
            say(f"{name:<6} {lane['state']}  {lane['detail']}".rstrip())
        say(f"queue  {queue['count']} not yet booked, the centre holds {queue['acknowledged']}")
        say(f"copy   {status['copy_at'] or 'none yet'}")
        if status["restored"] is not None:
            say(f"epoch  {_restored_line(status['restored'])}")
    states = {lane["state"] for lane in lanes.values()}
    return EXIT_FAILED if states & {"offline", "stopped"} else EXIT_WELL


def _now(parsed: argparse.Namespace) -> int:
    answer = ask(data_folder(parsed), "POST", "/v1/sync")
    if parsed.json:
        say_json(answer)
    else:
        say("asked: the terminal sends and fetches now")
    return EXIT_WELL


def _new_epoch(parsed: argparse.Namespace) -> int:
    """Have a terminal with a restored card ask for its new epoch, and wait for the answer."""
    folder = data_folder(parsed)
    before: dict[str, Any] = ask(folder, "GET", "/v1/status")
    if before["restored"] is None:
        raise CommandError("no older image of this card was restored; there is nothing to begin")
    ask(folder, "POST", "/v1/sync")
    pause = threading.Event()
    for _ in range(_ANSWER_TRIES):
        status: dict[str, Any] = ask(folder, "GET", "/v1/status")
        if status["restored"] is None:
            break
        pause.wait(_LOOK_AGAIN_S)
    else:
        raise CommandError(f"no new epoch yet: {_restored_line(before['restored'])}")
    epoch: int = status["queue"]["epoch"]
    if parsed.json:
        say_json({"epoch": epoch})
    else:
        say(f"epoch {epoch} has begun; the terminal sends again")
    return EXIT_WELL


def _restored_line(fork: "Mapping[str, Any]") -> str:
    return (
        f"an older image of this card was restored: the centre goes on to {fork['centre']}, this"
        f" journal shares it up to {fork['common']}; approve it at the centre with"
        " `refectory central approve-epoch ID`"
    )
