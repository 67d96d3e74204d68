"""How every command speaks: one line of text or one JSON object, and four exit codes."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

EXIT_WELL = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_CONFIGURED = 3


class CommandError(Exception):
    """A command cannot do what it was asked; the text says what, where and the cure."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def complain(line: str) -> None:
    """Write one line for a person to standard error."""
    print(line, file=sys.stderr)


def say(line: str) -> None:
    """Write one line of a command's result to standard output, at once."""
    print(line, flush=True)


def say_json(result: Mapping[str, object]) -> None:
    """Write one object on one line, with its keys in the given order."""
    say(json.dumps(result, ensure_ascii=False))


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the `--json` option."""
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")


def add_folder_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the `--data` option: the folder that holds a terminal's files."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="folder of the terminal's files (default: $REFECTORY_DATA, else the settings' own)",
    )
