"""`refectory apply`: put settings in force, and go back by itself when the daemon does not start.

It is safe to run again: what holds already is left alone, and said so.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_json_option,
    complain,
    say,
    say_json,
)
from cli.restart import UNIT, Running, find_daemon, renew_waiting, restart, wait_until_ready

if TYPE_CHECKING:
    from cli.main import Commands
    from config.apply import Plan

_READY_S = 60


def register(commands: "Commands") -> None:
    """Add `apply`."""
    parser = commands.add_parser(
        "apply",
        help="put settings in force; roll back when the terminal does not start with them",
        description="Checks new settings, shows what changes, writes them, starts the terminal"
        " again, and puts the old ones back when it does not become ready. The settings before are"
        " kept in terminal.toml.previous. A second run changes nothing.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="new settings; - reads them here")
    parser.add_argument("--back", action="store_true", help="apply the settings before these")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the settings file to change")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")
    parser.add_argument("--no-restart", action="store_true", help="leave a running terminal alone")
    parser.add_argument(
        "--wait",
        type=int,
        default=_READY_S,
        metavar="SECONDS",
        help=f"how long the terminal may take to become ready (default {_READY_S})",
    )
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from config.errors import SettingsError, SettingsFileError  # noqa: PLC0415  msgspec loads late

    try:
        planned = _plan(parsed)
        _show(planned, parsed)
        if not planned.is_change or parsed.dry_run:
            return _end(planned, parsed)
        return _apply(planned, parsed)
    except SettingsError as error:
        if parsed.json:
            say_json({"changed": False, "problems": [str(one) for one in error.problems]})
        else:
            for problem in error.problems:
                complain(str(problem))
        return EXIT_USAGE
    except SettingsFileError as error:
        raise CommandError(str(error), EXIT_USAGE) from error


def _plan(parsed: argparse.Namespace) -> "Plan":
    from config.apply import plan, previous_text  # noqa: PLC0415  msgspec loads late
    from config.load import DEFAULT_FILE, settings_file  # noqa: PLC0415

    target = parsed.config or settings_file(os.environ) or DEFAULT_FILE
    if parsed.back == (parsed.file is not None):
        message = "name a FILE of settings, - for standard input, or --back for those before"
        raise CommandError(message, EXIT_USAGE)
    if parsed.back:
        text, name = previous_text(target), f"{target}.previous"
    else:
        text, name = _text(parsed.file)
    return plan(text, target, environ=os.environ, name=name)


def _text(named: str) -> tuple[str, str]:
    from config.apply import TEXT_BYTES_MAX  # noqa: PLC0415  msgspec loads late

    name = "standard input" if named == "-" else named
    try:
        if named == "-":
            content = sys.stdin.buffer.read(TEXT_BYTES_MAX + 1)
        else:
            with Path(named).open("rb") as file:
                content = file.read(TEXT_BYTES_MAX + 1)
        if len(content) > TEXT_BYTES_MAX:
            message = f"{name}: has more than {TEXT_BYTES_MAX} bytes, so it is no settings file"
            raise CommandError(message, EXIT_USAGE)
        return content.decode("utf-8"), name
    except UnicodeDecodeError as error:
        message = f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8 text"
        raise CommandError(message, EXIT_USAGE) from error
    except OSError as error:
        message = f"{name}: {(error.strerror or str(error)).lower()}; name an existing file"
        raise CommandError(message, EXIT_USAGE) from error


def _show(planned: "Plan", parsed: argparse.Namespace) -> None:
    if parsed.json:
        return
    for line in planned.lines:
        say(line)
    for difference in planned.differences:
        say(f"changes  {difference}")


def _apply(planned: "Plan", parsed: argparse.Namespace) -> int:
    from config.apply import put_in_place, take_back  # noqa: PLC0415  msgspec loads late

    old_data = None if planned.before is None else planned.before.data
    data = planned.after.settings.data
    unit = _unit(planned.path)
    daemon = None if parsed.no_restart else find_daemon(old_data or data, unit=unit)
    put_in_place(planned)
    if daemon is None or not planned.differences:
        if daemon is None and not parsed.no_restart:
            renew_waiting(unit)
        return _end(planned, parsed, daemon=None)
    if _starts(daemon, data, wait_s=parsed.wait):
        return _end(planned, parsed, daemon=daemon)
    take_back(planned)
    # These are known to be good: a slow machine is given the time that it takes.
    is_back = _starts(daemon, old_data or data, wait_s=max(parsed.wait, _READY_S))
    return _end(planned, parsed, daemon=daemon, is_rolled_back=True, is_serving=is_back)


def _unit(path: Path) -> str | None:
    from config.load import DEFAULT_FILE  # noqa: PLC0415  msgspec loads late

    return UNIT if path.absolute() == DEFAULT_FILE else None


def _starts(daemon: Running, data: Path, *, wait_s: float) -> bool:
    from cli.restart import find_daemon  # noqa: PLC0415

    now = find_daemon(data, unit=None)
    before = daemon.started_at if now is None else now.started_at
    restart(daemon, unit=UNIT)
    return wait_until_ready(data, before=before, timeout_s=wait_s)


def _end(
    planned: "Plan",
    parsed: argparse.Namespace,
    *,
    daemon: Running | None = None,
    is_rolled_back: bool = False,
    is_serving: bool = True,
) -> int:
    is_changed = planned.is_change and not parsed.dry_run and not is_rolled_back
    if parsed.json:
        say_json(
            {
                "file": str(planned.path),
                "changed": is_changed,
                "dry_run": parsed.dry_run,
                "differences": [
                    {"key": one.key, "before": one.before, "after": one.after}
                    for one in planned.differences
                ],
                "restarted_by": None if daemon is None else daemon.way,
                "rolled_back": is_rolled_back,
                "is_serving": is_serving,
            }
        )
    elif is_rolled_back:
        _tell_rolled_back(planned, parsed, is_serving=is_serving)
    else:
        say(_words(planned, parsed, daemon))
    return EXIT_FAILED if is_rolled_back else EXIT_WELL


def _words(planned: "Plan", parsed: argparse.Namespace, daemon: Running | None) -> str:
    if not planned.is_change:
        return f"{planned.path}: nothing to change"
    if parsed.dry_run:
        return f"{planned.path}: nothing was changed (--dry-run)"
    if not planned.differences:
        return f"{planned.path}: written; no value changed, the terminal goes on"
    if daemon is None:
        return f"{planned.path}: written; it holds from the terminal's next start"
    return f"{planned.path}: in force; the terminal started again and is ready"


def _tell_rolled_back(planned: "Plan", parsed: argparse.Namespace, *, is_serving: bool) -> None:
    complain(
        f"{planned.path}: the terminal was not ready within {parsed.wait} s, so the settings before"
        f" are back; the new ones are in {planned.path}.rejected; why: journalctl -u {UNIT} -n 30"
    )
    if not is_serving:
        complain(f"the terminal is not back yet, either; look now: refectory doctor; {UNIT}'s log")
