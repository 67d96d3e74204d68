"""`refectory doctor`: what is wrong with a terminal, why it matters, and the cure."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.folder import data_folder
from cli.output import (
    EXIT_FAILED,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.terminal_link import ask

if TYPE_CHECKING:
    from pathlib import Path

    from cli.main import Commands

_MARKS = {"well": "ok  ", "degraded": "warn", "failed": "FAIL"}


def register(commands: "Commands") -> None:
    """Add `doctor`."""
    parser = commands.add_parser("doctor", help="what is wrong with this terminal, and the cure")
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from terminal.clock import SystemClock  # noqa: PLC0415  another layer loads late
    from terminal.doctor import Grade, examine  # noqa: PLC0415

    folder = data_folder(parsed)
    findings = examine(folder, status=_status(folder), now=SystemClock().now())
    is_ready = all(finding.grade is not Grade.FAILED for finding in findings)
    is_well = all(finding.grade is Grade.WELL for finding in findings)
    if parsed.json:
        say_json({"is_ready": is_ready, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"{_MARKS[finding.grade.value]}  {finding.part:<9} {finding.what}")
            if finding.cure:
                say(f"                why:  {finding.why}")
                say(f"                cure: {finding.cure}")
        say("ready to serve" if is_ready else "NOT ready to serve")
    return EXIT_WELL if is_well else EXIT_FAILED


def _status(folder: "Path") -> dict[str, Any] | None:
    try:
        return ask(folder, "GET", "/v1/status")
    except CommandError:
        return None
