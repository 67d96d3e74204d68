"""`refectory screen`: an address that opens the till's screen once, for a kiosk or a person."""

import argparse
from typing import TYPE_CHECKING

from cli.folder import data_folder
from cli.output import EXIT_WELL, add_folder_option, add_json_option, say, say_json
from cli.terminal_link import ask

if TYPE_CHECKING:
    from cli.main import Commands


def register(commands: "Commands") -> None:
    """Add `screen`."""
    parser = commands.add_parser("screen", help="an address that opens the till's screen, once")
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    answer = ask(data_folder(parsed), "POST", "/v1/sessions")
    if parsed.json:
        say_json(answer)
    else:
        say(str(answer["url"]))
    return EXIT_WELL
