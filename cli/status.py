"""`refectory status`: how a running terminal is, in a few lines or as JSON."""

import argparse
from typing import TYPE_CHECKING, Any

from cli.folder import data_folder
from cli.output import (
    EXIT_FAILED,
    EXIT_WELL,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)
from cli.terminal_link import ask

if TYPE_CHECKING:
    from cli.main import Commands


def register(commands: "Commands") -> None:
    """Add `status`."""
    parser = commands.add_parser("status", help="how the running terminal is")
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    status = ask(data_folder(parsed), "GET", "/v1/status")
    if parsed.json:
        say_json(status)
    else:
        for line in status_lines(status):
            say(line)
    return EXIT_WELL if is_well(status) else EXIT_FAILED


def is_well(status: dict[str, Any]) -> bool:
    """Say whether nothing of a terminal needs a person."""
    return (
        status["till"] == "open"
        and status["copy_at"] is not None
        and all(reader["state"] in ("up", "recovered") for reader in status["readers"])
        and all(lane["state"] != "stopped" for lane in status["network"].values())
    )


def status_lines(status: dict[str, Any]) -> list[str]:
    """Return a terminal's state as lines for a person."""
    counters, queue = status["counters"], status["queue"]
    lines = [
        f"till      {status['till']}  {status['terminal']}, {status['school'] or 'no school yet'}",
    ]
    lines.append(f"profile   {_profile(status)}")
    lines.append(
        f"copy      {status['copy_at'] or 'none yet'}  {status['pupils']} pupils,"
        f" {status['reserved']} meals reserved today, {status['served']} served here"
    )
    lines += [
        f"reader    {reader['state']}  {reader['name']} {reader['detail']}".rstrip()
        for reader in status["readers"]
    ]
    printer = status["printer"]
    lines.append(
        f"printer   {printer['state']}  {printer['waiting']} waiting {printer['detail']}".rstrip()
    )
    lines += [
        f"asks      did paper {question['receipt'] or question['event']} come out? answer on the"
        " till's screen"
        for question in printer.get("questions", ())
    ]
    lines += [
        f"network   {name}: {lane['state']} {lane['detail']}".rstrip()
        for name, lane in status["network"].items()
    ]
    lines.append(f"queue     {queue['count']} not yet booked, head {queue['epoch']}-{queue['seq']}")
    lines.append(
        f"taps      {counters['taps']}: {counters['collected']} collected, {counters['sold']} sold,"
        f" {counters['refused']} refused, {counters['duplicates_ignored']} repeats ignored"
    )
    if status["alarm"]:
        lines.append(f"ALARM     {status['alarm']['text']}")
    return lines


def _profile(status: dict[str, Any]) -> str:
    """Return what the terminal is by its timetable, until when, and what it is then."""
    until = status["profile_until"]
    if until is None:
        return str(status["profile"])
    return f"{status['profile']}  until {until}, then {status['profile_next']}"
