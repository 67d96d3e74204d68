"""`refectory config`: what can be set, and whether what is set is right."""

import argparse
import os
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import (
    EXIT_NOT_CONFIGURED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_json_option,
    complain,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.main import Commands


def register(commands: "Commands") -> None:
    """Add `config explain`, `config check` and `config show`."""
    parser = commands.add_parser("config", help="explain and check the settings")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    explain = actions.add_parser("explain", help="every key: what it is for, its default")
    explain.add_argument("keys", nargs="*", metavar="KEY", help="only these keys")
    explain.add_argument("--file", action="store_true", help="as a settings file to start from")
    add_json_option(explain)
    explain.set_defaults(run=run_explain)

    check = actions.add_parser("check", help="tell every mistake, with its file and line")
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the settings file")
    add_json_option(check)
    check.set_defaults(run=run_check)

    show = actions.add_parser("show", help="what holds, and which file and line set it")
    show.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the settings file")
    add_json_option(show)
    show.set_defaults(run=run_show)


def run_explain(arguments: argparse.Namespace) -> int:
    """Print the help of every key, or of those asked for."""
    from config.explain import as_file, explain  # noqa: PLC0415  msgspec loads late

    helps = explain()
    refuse_unknown(arguments.keys, known=[found.key for found in helps])
    helps = tuple(h for h in helps if not arguments.keys or h.key in arguments.keys)
    if arguments.file:
        say(as_file(helps).rstrip("\n"))
        return EXIT_WELL
    for found in helps:
        if arguments.json:
            say_json(
                {
                    "key": found.key,
                    "purpose": found.purpose,
                    "wants": found.wants,
                    "default": found.default,
                    "example": found.example,
                }
            )
            continue
        default = "not set" if found.default is None else found.default
        say(f"{found.key}  (default: {default})")
        say(textwrap.indent(textwrap.fill(found.purpose, width=90), "    "))
        say(f"    Wants {found.wants}; for example: {found.key} = {found.example}")
    return EXIT_WELL


def refuse_unknown(keys: Iterable[str], *, known: list[str]) -> None:
    """Raise CommandError when a key is no setting."""
    for key in keys:
        if key not in known:
            raise CommandError(f'no key "{key}"; there are: {", ".join(known)}', EXIT_USAGE)


def run_check(arguments: argparse.Namespace) -> int:
    """Read the settings as the terminal would. Result: 2 for a wrong value, 3 without a file."""
    from config.errors import SettingsError, SettingsFileError  # noqa: PLC0415  msgspec loads late
    from config.load import load_settings, settings_file  # noqa: PLC0415

    file: Path | None = arguments.file or settings_file(os.environ)
    try:
        settings = load_settings(file, environ=os.environ)
    except SettingsFileError as error:
        # Missing is "not configured"; there but broken is wrong usage, like any other mistake.
        code = EXIT_USAGE if error.is_there else EXIT_NOT_CONFIGURED
        return report(arguments, file, [str(error)], code)
    except SettingsError as error:
        return report(arguments, file, [str(problem) for problem in error.problems], EXIT_USAGE)
    if arguments.json:
        return report(arguments, file, [], EXIT_WELL)
    say(f"{file or 'no settings file: the defaults'}: well; terminal {settings.name!r}")
    return EXIT_WELL


def run_show(arguments: argparse.Namespace) -> int:
    """Print every key with its value and where that comes from. Exit codes as of `check`."""
    from config.errors import SettingsError, SettingsFileError  # noqa: PLC0415  msgspec loads late
    from config.load import as_toml, load  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415

    try:
        loaded = load(arguments.file, environ=os.environ)
    except SettingsFileError as error:
        code = EXIT_USAGE if error.is_there else EXIT_NOT_CONFIGURED
        raise CommandError(str(error), code) from error
    except SettingsError as error:
        raise CommandError(str(error), EXIT_USAGE) from error
    for key in Settings.__struct_fields__:
        value = getattr(loaded.settings, key)
        origin = loaded.origins.get(key)
        shown = None if value is None else as_toml(value)
        if arguments.json:
            place = None if origin is None else str(origin)
            say_json({"key": key, "value": shown, "set_by": place})
        else:
            say(f"{key} = {shown or 'not set'}    # {origin or 'default'}")
    return EXIT_WELL


def report(arguments: argparse.Namespace, file: Path | None, problems: list[str], code: int) -> int:
    """Print what was found, for a person on standard error or as one JSON object."""
    if arguments.json:
        named = None if file is None else str(file)
        say_json({"file": named, "is_valid": not problems, "problems": problems})
    else:
        for problem in problems:
            complain(problem)
    return code
