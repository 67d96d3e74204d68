"""`refectory demo`: a centre, a terminal and a seeded school on this machine, to try or to play.

The two services run as the processes that they are anywhere else; the demo only seeds, enrols,
starts and stops them. Its files stay: a demo that was killed goes on where its journal ends.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.output import (
    EXIT_FAILED,
    EXIT_WELL,
    CommandError,
    add_folder_option,
    add_json_option,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.demo_services import DemoServices
    from cli.main import Commands

_DEFAULT_TAPS = 120
_DEFAULT_SEED = 1
_WAIT_S = 120.0
_PROFILES = ("till", "kiosk", "office", "study", "gate")


def register(commands: "Commands") -> None:
    """Add `demo` and `demo badges`."""
    parser = commands.add_parser("demo", help="a whole school on this machine, to try out")
    parser.add_argument("--headless", action="store_true", help="play a lunch service, then end")
    parser.add_argument(
        "--taps", type=_count, default=_DEFAULT_TAPS, metavar="N", help="taps of the service"
    )
    parser.add_argument(
        "--seed", type=int, default=_DEFAULT_SEED, metavar="S", help="another S, another school"
    )
    parser.add_argument(
        "--profile",
        choices=_PROFILES,
        default=_PROFILES[0],
        help="what the terminal is all day (default: till)",
    )
    add_folder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)
    words = parser.add_subparsers(dest="demo_command", metavar="WHAT")
    badges = words.add_parser("badges", help="the demo's badges, and what awaits each")
    badges.add_argument("--all", action="store_true", help="also the hundreds of ordinary ones")
    # The option may stand before or after the word; what stands before must not be overwritten.
    badges.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    badges.add_argument("--data", type=Path, metavar="FOLDER", default=argparse.SUPPRESS)
    badges.set_defaults(run=_badges)


def _count(written: str) -> int:
    if written.isdecimal() and 1 <= int(written) <= 1_000_000:  # noqa: PLR2004  a bound, no more
        return int(written)
    message = f"{written!r} is not a number of taps, 1 to 1000000"
    raise argparse.ArgumentTypeError(message)


def _run(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.seed import demo_day  # noqa: PLC0415
    from cli.demo_services import DemoServices  # noqa: PLC0415
    from cli.folder import data_folder  # noqa: PLC0415

    folder = data_folder(parsed).absolute()
    services = DemoServices(
        folder,
        seed=parsed.seed,
        today=demo_day(wall_clock()),
        is_new=parsed.headless,
        has_usual_screen=not parsed.headless,
        profile=parsed.profile,
    )
    with services:
        if parsed.headless:
            return _play(services, parsed)
        return _show(services, as_json=parsed.json)


def _show(services: "DemoServices", *, as_json: bool) -> int:
    from cli.demo_services import FAMILY_USER, OFFICE_USER  # noqa: PLC0415  another layer loads late

    special, password = services.badges[:8], services.open_office()
    family_password = services.open_family()
    if as_json:
        say_json(
            {
                "page": services.page,
                "centre": services.centre_url,
                "office_user": OFFICE_USER,
                "office_password": password,
                "family_user": FAMILY_USER,
                "family_password": family_password,
                "data": str(services.folder),
            }
        )
    else:
        say(f"The till's screen:  {services.page}")
        signs_in = f"user {OFFICE_USER}, password {password}"
        say(f"The bursar's pages: {services.centre_url}/office   ({signs_in})")
        signs_in = f"user {FAMILY_USER}, password {family_password}"
        say(f"A family's pages:   {services.centre_url}/family   ({signs_in})")
        say(f"Receipts, as PNG:   {services.folder / 'receipts'}")
        say("")
        say("Tap a badge on the page, or in a second terminal:")
        # Written as it can be typed: a checkout's own program is not on the PATH.
        program = sys.argv[0] if shutil.which("refectory") is None else "refectory"
        for badge in special:
            value = badge.credential.hex
            say(f"  {program} tap {value:<16} --data {services.folder}   # {badge.expectation}")
        say(f"All badges: {program} demo badges --data {services.folder}. End with Ctrl-C.")
    services.wait_for_end()
    return EXIT_WELL


def _play(services: "DemoServices", parsed: argparse.Namespace) -> int:
    from cli.demo_lunch import play_lunch  # noqa: PLC0415  another layer loads late

    special = [badge.credential for badge in services.badges[: services.special_count]]
    others = [badge.credential for badge in services.badges[services.special_count :]]
    lunch = play_lunch(special=special, others=others, seed=parsed.seed, taps=parsed.taps)
    services.wait_for_copy(_WAIT_S)
    if parsed.json or not sys.stderr.isatty():
        for tap in lunch:
            services.tap(tap)
    else:
        import click  # noqa: PLC0415  comes with sqlite-utils

        with click.progressbar(lunch, length=parsed.taps, label="taps", file=sys.stderr) as bar:
            for tap in bar:
                services.tap(tap)
    status = services.wait_until_booked(_WAIT_S)
    summary = _summary(services, status)
    if parsed.json:
        say_json(summary)
    else:
        for key, value in summary.items():
            say(f"{key.replace('_', ' '):<20} {_shown(value)}")
    is_booked = services.booked().events == summary["events"]
    is_well = is_booked and summary["unsynced"] == 0 and summary["ledger_sum_cents"] == 0
    if is_well:
        services.note_finished()
    return EXIT_WELL if is_well else EXIT_FAILED


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return value


def _summary(services: "DemoServices", status: dict[str, Any]) -> dict[str, Any]:
    counters, queue = status["counters"], status["queue"]
    booked = services.booked()
    receipts = services.folder / "receipts"
    return {
        "taps": counters["taps"],
        "collected": counters["collected"],
        "sold": counters["sold"],
        "refused": counters["refused"],
        "duplicates_ignored": counters["duplicates_ignored"],
        "receipts": len(list(receipts.glob("*.png"))),
        "events": queue["seq"],
        "acknowledged": queue["seq"] - queue["count"],
        "unsynced": queue["count"],
        "ledger_sum_cents": booked.ledger_sum_cents,
        "tap_ms": {name: us / 1000 for name, us in counters["tap_us"].items()},
        "receipts_dir": str(receipts),
        "journal": str(services.folder / "journal.db"),
        "central_database": str(services.folder / "central.db"),
    }


def _badges(parsed: argparse.Namespace) -> int:
    from cli.demo_services import DEMO_FILE  # noqa: PLC0415  another layer loads late
    from cli.folder import data_folder  # noqa: PLC0415

    path = data_folder(parsed) / DEMO_FILE
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        badges = plain["badges"] if parsed.all else plain["badges"][: plain["special_count"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CommandError(f"there is no demo in {path.parent}; start one with ./run") from error
    for badge in badges:
        if parsed.json:
            say_json(badge)
        else:
            say(f"{badge['value']:<20} {badge['name']:<28} {badge['expectation']}")
    return EXIT_WELL
