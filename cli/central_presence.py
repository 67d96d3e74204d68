"""`refectory central study` and `absence`: who comes to study, and who is away, from tables."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import act_of, add_school, books, school_of
from cli.output import EXIT_FAILED, EXIT_WELL, CommandError, complain, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.office import Act
    from central.presence_files import Imported
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId


def register_presence_words(words: "Commands") -> None:
    """Add `study` and `absence` with their words."""
    for name, about, columns, run in (
        (
            "study",
            "who is enrolled in evening study",
            "pupil,session,since and, if wished, until,weekdays,price",
            _import_enrolments,
        ),
        (
            "absence",
            "who is away, as the gate and the office see",
            "pupil,day and, if wished, state,note",
            _import_absences,
        ),
    ):
        word = words.add_parser(name, help=about)
        acts = word.add_subparsers(dest=f"{name}_command", metavar="WHAT", required=True)
        read = acts.add_parser("import", help="from a CSV table; the same again changes nothing")
        read.add_argument("file", type=Path, metavar="FILE", help=f"its columns: {columns}")
        add_school(read)
        read.set_defaults(run=run)


def _import_enrolments(parsed: argparse.Namespace) -> int:
    from central.presence_files import import_enrolments  # noqa: PLC0415  loads late

    def take(store: "Store", school: "SchoolId", body: bytes, act: "Act") -> "Imported":
        return import_enrolments(store, school, body, act=act)

    return _import(parsed, take)


def _import_absences(parsed: argparse.Namespace) -> int:
    from central.presence_files import import_absences  # noqa: PLC0415  loads late

    def take(store: "Store", school: "SchoolId", body: bytes, act: "Act") -> "Imported":
        return import_absences(store, school, body, act=act)

    return _import(parsed, take)


def _import(
    parsed: argparse.Namespace,
    take: "Callable[[Store, SchoolId, bytes, Act], Imported]",
) -> int:
    """Take a table; say each line that was skipped, and what became of the others."""
    try:
        body = parsed.file.read_bytes()
    except OSError as error:
        message = f"{parsed.file}: {error.strerror}; name the table"
        raise CommandError(message) from error
    with books(parsed) as store:
        done = take(store, school_of(store, parsed.school), body, act_of(parsed))
    counts = {"added": done.added, "changed": done.changed, "same": done.same}
    skipped = [{"line": one.line, "why": one.why} for one in done.skipped]
    if parsed.json:
        say_json(counts | {"skipped": skipped})
    else:
        for one in done.skipped:
            complain(f"{parsed.file.name}, line {one.line}: {one.why}; skipped")
        words = ", ".join(f"{count} {word}" for word, count in counts.items())
        say(f"{words}, {len(skipped)} skipped")
    return EXIT_FAILED if skipped else EXIT_WELL
