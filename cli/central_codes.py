"""`refectory central code`, `move`: one-time codes by which a terminal is enrolled."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import add_database, open_books, school_of, who
from cli.output import EXIT_USAGE, EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from datetime import datetime

    from cli.main import Commands
    from core.ids import SchoolId

_QR_SCALE = 8


def register_code_words(words: "Commands") -> None:
    """Add the words about codes."""
    code = words.add_parser("code", help="a one-time code to enrol a terminal, for 15 minutes")
    code.add_argument("--terminal", metavar="NAME", help="name of a new terminal")
    code.add_argument("--replace", metavar="ID", help="a spare takes the place of this terminal")
    code.add_argument(
        "--without-journal",
        action="store_true",
        help="with --replace: the dead one's card is lost; approves that the spare begins anew",
    )
    _add_qr(code)
    code.add_argument("--school", metavar="ID", help="where the database holds several")
    move = words.add_parser(
        "move",
        help="to another canteen: retire it here, a code for there",
        description="Ends a terminal in its school and prints a code for another one. On the"
        " terminal, once it has sent everything: refectory enrol --again --code CODE.",
    )
    move.add_argument("terminal", metavar="ID", help="see `refectory central terminals`")
    move.add_argument("--to", required=True, metavar="SCHOOL", help="the school of the canteen")
    move.add_argument("--name", metavar="NAME", help="its name there (default: the same)")
    _add_qr(move)
    for word, run in ((code, _code), (move, _move)):
        add_database(word)
        add_json_option(word)
        word.set_defaults(run=run)


def _add_qr(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--qr",
        nargs="?",
        const="-",
        metavar="FILE.png",
        help="also as a QR code: here, or as a picture in a file",
    )
    parser.add_argument(
        "--central", metavar="URL", help="with --qr: the address that the terminal is to use"
    )


def _code(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.enrolment import create_code, create_replacement_code  # noqa: PLC0415
    from central.errors import CentralError, Problem  # noqa: PLC0415
    from core.ids import TerminalId  # noqa: PLC0415

    if (parsed.terminal is None) == (parsed.replace is None):
        message = "name a new terminal with --terminal NAME, or a dead one with --replace ID"
        raise CommandError(message, EXIT_USAGE)
    if parsed.without_journal and parsed.replace is None:
        raise CommandError("--without-journal goes with --replace ID", EXIT_USAGE)
    store, now = open_books(parsed), wall_clock()
    try:
        if parsed.replace is None:
            school = school_of(store, parsed.school)
            code = create_code(store, school, terminal_name=parsed.terminal, now=now)
        else:
            code, school = create_replacement_code(
                store,
                TerminalId(parsed.replace),
                has_journal=not parsed.without_journal,
                who=who(),
                now=now,
            )
    except (CentralError, Problem) as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    return _tell_code(parsed, code, school=school, now=now)


def _tell_code(
    parsed: argparse.Namespace, code: str, *, school: "SchoolId", now: "datetime"
) -> int:
    from central.enrolment import CODE_LIFE  # noqa: PLC0415  another layer loads late
    from core.codec import moment_text  # noqa: PLC0415
    from sync.enrol_link import enrol_link  # noqa: PLC0415

    link = enrol_link(code=code, central=parsed.central)
    if parsed.json:
        told = {"code": code, "ends_at": moment_text(now + CODE_LIFE), "school": school}
        say_json(told if parsed.qr is None else told | {"link": link})
    else:
        say(code)
    if parsed.qr is not None:
        _draw(link, parsed.qr, is_quiet=parsed.json)
    return EXIT_WELL


def _draw(link: str, target: str, *, is_quiet: bool) -> None:
    import segno  # noqa: PLC0415  slow to load

    code = segno.make(link, error="m", micro=False)
    if target == "-":
        if not is_quiet:
            code.terminal(out=sys.stdout, compact=True)
        return
    if Path(target).suffix.lower() != ".png":
        raise CommandError(
            f"{target}: a QR code is drawn into a file that ends in .png", EXIT_USAGE
        )
    try:
        code.save(target, scale=_QR_SCALE)
    except OSError as error:
        raise CommandError(f"{target}: {error.strerror}; name another file") from error


def _move(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.enrolment import create_code  # noqa: PLC0415
    from central.errors import CentralError, Problem  # noqa: PLC0415
    from central.terminals import find_terminal, retire_terminal  # noqa: PLC0415
    from core.ids import SchoolId, TerminalId  # noqa: PLC0415

    store, now, target = open_books(parsed), wall_clock(), SchoolId(parsed.to)
    try:
        with store.database.reading() as session:
            terminal = find_terminal(session, TerminalId(parsed.terminal))
        # The code first: a school that is not there must not end a terminal.
        code = create_code(store, target, terminal_name=parsed.name or terminal.name, now=now)
        with store.database.writing() as session:
            found = find_terminal(session, terminal.id, lock=True)
            retire_terminal(session, found, who=who(), at=now)
    except (CentralError, Problem) as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    return _tell_code(parsed, code, school=target, now=now)
