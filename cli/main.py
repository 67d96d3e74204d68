"""The `refectory` command: parse the words, run one command, return its exit code."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn, TypeAlias

from cli.output import EXIT_FAILED, EXIT_USAGE, EXIT_WELL, CommandError, complain, say

# One file a command. Files are imported to build the parser, so none of them imports a vendor
# library or another layer at its top: that is left to the function that runs the command.
COMMAND_FILES = (
    "cli.terminal",
    "cli.central",
    "cli.demo",
    "cli.tap",
    "cli.reader",
    "cli.printer",
    "cli.journal",
    "cli.enrol",
    "cli.replace",
    "cli.sync",
    "cli.conformance",
    "cli.status",
    "cli.doctor",
    "cli.config",
    "cli.apply",
    "cli.backup",
    "cli.screen",
    "cli.till",
    "cli.support",
)

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
"""Where a command registers itself (argparse gives this type no public name)."""


class _Version(argparse.Action):
    """`--version`: tells it and ends. Read from the installed package when asked, not before."""

    def __call__(self, *_: object) -> NoReturn:
        """Print one line and leave with 0."""
        say(f"refectory {import_module('cli.version').installed_version()}")
        sys.exit(EXIT_WELL)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line with the cure."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with the code for wrong usage."""
        words = " ".join(message.split())
        complain(f"{self.prog}: {words}; try `{self.prog} --help`")
        sys.exit(EXIT_USAGE)


def build_parser(word: str | None = None) -> argparse.ArgumentParser:
    """Return the parser with every command registered.

    word: what was typed first. Where a file has that name, the others are left alone: a daemon
    would keep them for as long as it runs.
    """
    parser = _Parser(prog="refectory", description="Canteen till, badge terminal and centre.")
    parser.add_argument("--version", nargs=0, action=_Version, help="print the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    own = f"cli.{word}"
    for name in (own,) if own in COMMAND_FILES else COMMAND_FILES:
        import_module(name).register(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Result: 0 well, 1 degraded or failed, 2 wrong usage, 3 not configured."""
    words = sys.argv[1:] if arguments is None else arguments
    parsed = build_parser(*words[:1]).parse_args(words)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except CommandError as error:
        complain(f"refectory {parsed.command}: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        complain(f"refectory {parsed.command}: stopped")
        return EXIT_FAILED
    except BrokenPipeError:
        # Whoever read our output has enough (`| head`): no complaint, and no second failure when
        # Python flushes what is left.
        sys.stdout = None
        return EXIT_FAILED
