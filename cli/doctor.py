"""`refectory doctor`: what is wrong with a terminal, why it matters, and the cure."""

import argparse
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

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
from cli.progress import Progress
from cli.terminal_link import ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.main import Commands
    from terminal.doctor.finding import Finding
    from terminal.doctor.scene import Scene

_MARKS = {"well": "ok  ", "degraded": "warn", "failed": "FAIL"}
_PART_WIDTH = 11


def register(commands: "Commands") -> None:
    """Add `doctor`."""
    parser = commands.add_parser(
        "doctor",
        help="what is wrong with this terminal, and the cure",
        description="Looks at everything a terminal needs and changes nothing. It ends with 0 when"
        " all is well, 1 when something is not, 3 when the terminal is not enrolled.",
    )
    parser.add_argument(
        "--measure-disk",
        action="store_true",
        help="also measure 500 synced writes beside the journal (seconds; use it when idle)",
    )
    parser.add_argument(
        "--offline", action="store_true", help="do not ask the network for the centre"
    )
    parser.add_argument("--quiet", action="store_true", help="only what is not well")
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from terminal.doctor.finding import Grade  # noqa: PLC0415  another layer loads late

    folder = data_folder(parsed)
    status = _status(folder)
    findings = []
    for finding in _findings(parsed, folder, status):
        findings.append(finding)
        if not parsed.json and not (parsed.quiet and finding.grade is Grade.WELL):
            _say(finding)
    is_ready = all(finding.grade is not Grade.FAILED for finding in findings)
    verdict = _verdict(status, is_ready=is_ready)
    if parsed.json:
        say_json(
            {
                "is_ready": is_ready,
                "verdict": verdict,
                "findings": [asdict(finding) for finding in findings],
            }
        )
    else:
        say(verdict)
    if any(one.part == "identity" and one.what == "not enrolled" for one in findings):
        return EXIT_NOT_CONFIGURED
    return EXIT_WELL if all(one.grade is Grade.WELL for one in findings) else EXIT_FAILED


def _findings(
    parsed: argparse.Namespace, folder: "Path", status: dict[str, Any] | None
) -> "Iterator[Finding]":
    from terminal.clock import SystemClock  # noqa: PLC0415  another layer loads late
    from terminal.doctor.centre import check_centre  # noqa: PLC0415
    from terminal.doctor.examination import CHECKS, examine  # noqa: PLC0415
    from terminal.doctor.scene import Scene  # noqa: PLC0415

    yield from _settings_findings()
    scene = Scene(folder=folder, now=SystemClock().now(), status=status)
    checks = tuple(one for one in CHECKS if not (parsed.offline and one is check_centre))
    yield from examine(scene, checks)
    if parsed.measure_disk:
        yield from _disk_speed(folder)


def find_all(folder: "Path") -> "tuple[Scene, list[Finding]]":
    """Return all findings of a folder, and what was looked at."""
    from terminal.clock import SystemClock  # noqa: PLC0415  another layer loads late
    from terminal.doctor.examination import examine  # noqa: PLC0415
    from terminal.doctor.scene import Scene  # noqa: PLC0415

    scene = Scene(folder=folder, now=SystemClock().now(), status=_status(folder))
    return scene, [*_settings_findings(), *examine(scene)]


def _settings_findings() -> "Iterator[Finding]":
    """Yield the mistakes in the settings that the daemon would read."""
    from config.errors import ConfigError, SettingsError  # noqa: PLC0415  msgspec loads late
    from config.load import load_settings, settings_file  # noqa: PLC0415
    from terminal.doctor.finding import failed, well  # noqa: PLC0415  another layer loads late

    file = settings_file(os.environ)
    why = "the daemon does not start with them"
    try:
        load_settings(file, environ=os.environ)
    except SettingsError as error:
        for problem in error.problems:
            yield failed("settings", str(problem), why=why, cure=f"refectory config check {file}")
    except ConfigError as error:
        yield failed("settings", str(error), why=why, cure=f"refectory config check {file}")
    else:
        yield well("settings", "the defaults" if file is None else f"{file} is well")


def _disk_speed(folder: "Path") -> "Iterator[Finding]":
    from terminal.doctor.finding import failed  # noqa: PLC0415  another layer loads late
    from terminal.doctor.sync_speed import COUNT, measure_syncs, sync_finding  # noqa: PLC0415

    with Progress("measuring the disk", COUNT) as progress:
        try:
            speed = measure_syncs(folder, on_progress=progress.reach)
        except OSError as error:
            why = "what cannot be written here cannot be recorded"
            cure = "see disk, above; journalctl -k"
            yield failed("sync", f"{folder}: {error.strerror}", why=why, cure=cure)
            return
    yield sync_finding(speed)


def _say(finding: "Finding") -> None:
    say(f"{_MARKS[finding.grade.value]}  {finding.part:<{_PART_WIDTH}} {finding.what}")
    if finding.cure:
        say(f"      {'':<{_PART_WIDTH}} why:  {finding.why}")
        say(f"      {'':<{_PART_WIDTH}} cure: {finding.cure}")


def _verdict(status: dict[str, Any] | None, *, is_ready: bool) -> str:
    from terminal.readiness import readiness, readiness_line  # noqa: PLC0415  as above

    if status is None:
        return "ready to start" if is_ready else "NOT ready to serve"
    found = readiness(status)
    at = ""
    if found.loaded_at is not None:
        at = f"{found.loaded_at.astimezone(ZoneInfo(status['zone'])):%H:%M}"
    line = readiness_line(found, at=at)
    if is_ready or line.startswith("NOT"):
        return line
    return f"NOT ready to serve, see FAIL above; {line}"


def _status(folder: "Path") -> dict[str, Any] | None:
    try:
        return ask(folder, "GET", "/v1/status")
    except CommandError:
        return None
