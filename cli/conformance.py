"""`refectory conformance`: does a server keep the contract that terminals rely on?"""

import argparse
import random
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import (
    EXIT_FAILED,
    EXIT_USAGE,
    EXIT_WELL,
    CommandError,
    add_json_option,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cli.main import Commands
    from sync.conformance.copies import OpenedCopy
    from sync.conformance.report import Check
    from sync.identity import Identity


def register(commands: "Commands") -> None:
    """Add `conformance`."""
    parser = commands.add_parser(
        "conformance", help="ask a server that claims the contract whether it keeps it"
    )
    parser.add_argument("--central", metavar="URL", help="address of the server")
    parser.add_argument("--code", metavar="CODE", help="a one-time code for a terminal of its own")
    parser.add_argument(
        "--identity",
        type=Path,
        metavar="FOLDER",
        help="in place of a code: folder of a terminal that serves nobody; it ends frozen",
    )
    parser.add_argument("--ca", type=Path, metavar="FILE", help="a private authority, as PEM")
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from sync.conformance.kit import run  # noqa: PLC0415  heavy, and another layer
    from sync.errors import SyncError  # noqa: PLC0415
    from terminal.clock import SystemClock  # noqa: PLC0415

    identity = _identity(parsed)
    as_json: bool = parsed.json
    try:
        checks = run(
            central_url=parsed.central or "" if identity is None else identity.central_url,
            code=parsed.code,
            identity=identity,
            ca_file=parsed.ca,
            open_copy=_open_copy,
            now=SystemClock().now(),
            chance=random.SystemRandom(),
            tell=lambda check: _tell(check, as_json=as_json),
        )
    except SyncError as error:
        raise CommandError(str(error)) from error
    wrong = [check for check in checks if check.is_asked and not check.is_kept]
    left_out = [check for check in checks if not check.is_asked]
    is_whole = not wrong and (identity is not None or not left_out)
    if as_json:
        say_json({"checks": len(checks), "wrong": len(wrong), "left_out": len(left_out)})
    else:
        words = "the server keeps the contract" if is_whole else "the server breaks the contract"
        say(f"{words}: {len(checks)} checks, {len(wrong)} wrong, {len(left_out)} not asked")
    return EXIT_WELL if is_whole else EXIT_FAILED


def _identity(parsed: argparse.Namespace) -> "Identity | None":
    from sync.enrol import safe_url  # noqa: PLC0415  another layer loads late
    from sync.errors import SyncError  # noqa: PLC0415
    from sync.identity import load_identity  # noqa: PLC0415

    if (parsed.code is None) == (parsed.identity is None):
        raise CommandError("name either --central and --code, or --identity", EXIT_USAGE)
    try:
        if parsed.identity is not None:
            found = load_identity(parsed.identity)
            if found is None:
                raise CommandError(f"no terminal is enrolled in {parsed.identity}", EXIT_USAGE)
            return found
        if parsed.central is None:
            raise CommandError("name the server with --central", EXIT_USAGE)
        safe_url(parsed.central)
    except SyncError as error:
        raise CommandError(str(error), EXIT_USAGE) from error
    return None


def _open_copy(path: Path) -> "OpenedCopy":
    from offline_cache.errors import SnapshotError  # noqa: PLC0415  another layer loads late
    from offline_cache.snapshot import Snapshot  # noqa: PLC0415
    from sync.conformance.copies import OpenedCopy  # noqa: PLC0415

    try:
        copy = Snapshot.open(path, school_id=None)
        try:
            copy.verify()
            return OpenedCopy(copy.meta.cursor, copy.some_photo())
        finally:
            copy.close()
    except SnapshotError as error:
        raise ValueError(str(error)) from error


def _tell(check: "Check", *, as_json: bool) -> None:
    if as_json:
        say_json({**asdict(check), "is_kept": check.is_kept})
        return
    if check.is_kept:
        say(f"kept   {check.name}")
        return
    word = "WRONG" if check.is_asked else "left "
    say(f"{word}  {check.name}: expected {check.expected}; came {check.came}")
