"""`refectory central code`, `rename`, `move`, `retire`: a terminal's life as the centre sees it."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import EXIT_USAGE, EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from central.database import Session
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId

_QR_SCALE = 8


def register_terminal_words(
    words: "Commands",
    *,
    add_database: "Callable[[argparse.ArgumentParser], None]",
    open_store: "Callable[[argparse.Namespace], Store]",
    school_of: "Callable[[Store, str | None], SchoolId]",
) -> None:
    """Add the words; `cli.central` lends how it opens books and finds schools."""
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
    rename = words.add_parser("rename", help="another name; the terminal shows it by itself")
    rename.add_argument("terminal", metavar="ID", help="see `refectory central terminals`")
    rename.add_argument("name", metavar="NAME", help="1 to 40 characters")
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
    retire = words.add_parser("retire", help="end a terminal for good; its facts stay in the books")
    retire.add_argument("terminal", metavar="ID", help="see `refectory central terminals`")
    runs = ((code, _code), (rename, _rename), (move, _move), (retire, _retire))
    for word, run in runs:
        add_database(word)
        add_json_option(word)
        word.set_defaults(run=run, open_store=open_store, school_of=school_of)


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
    store, now = parsed.open_store(parsed), wall_clock()
    try:
        if parsed.replace is None:
            school = parsed.school_of(store, parsed.school)
            code = create_code(store, school, terminal_name=parsed.terminal, now=now)
        else:
            code, school = create_replacement_code(
                store,
                TerminalId(parsed.replace),
                has_journal=not parsed.without_journal,
                who=_who(),
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


def _rename(parsed: argparse.Namespace) -> int:
    from central.enrolment import checked_name  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError  # noqa: PLC0415
    from central.terminals import find_terminal, rename_terminal  # noqa: PLC0415
    from core.ids import TerminalId  # noqa: PLC0415

    try:
        name = checked_name(parsed.name)
    except CentralError as error:
        raise CommandError(str(error), EXIT_USAGE) from error

    def act(session: "Session", at: "datetime") -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        rename_terminal(session, terminal, name=name, who=_who(), at=at)
        return {"terminal_id": terminal.id, "name": name, "before": terminal.name}

    return _change(parsed, act, "{terminal_id} is called {name} now (before: {before})")


def _retire(parsed: argparse.Namespace) -> int:
    from central.terminals import find_terminal, retire_terminal  # noqa: PLC0415  loads late
    from core.ids import TerminalId  # noqa: PLC0415

    def act(session: "Session", at: "datetime") -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        retire_terminal(session, terminal, who=_who(), at=at)
        epoch, seq = terminal.high_water
        return {"terminal_id": terminal.id, "booked_to": f"{epoch}-{seq}"}

    words = "{terminal_id} is retired; everything up to {booked_to} is in the books"
    return _change(parsed, act, words)


def _move(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.enrolment import create_code  # noqa: PLC0415
    from central.errors import CentralError, Problem  # noqa: PLC0415
    from central.terminals import find_terminal, retire_terminal  # noqa: PLC0415
    from core.ids import SchoolId, TerminalId  # noqa: PLC0415

    store, now, target = parsed.open_store(parsed), wall_clock(), SchoolId(parsed.to)
    try:
        with store.database.reading() as session:
            terminal = find_terminal(session, TerminalId(parsed.terminal))
        # The code first: a school that is not there must not end a terminal.
        code = create_code(store, target, terminal_name=parsed.name or terminal.name, now=now)
        with store.database.writing() as session:
            found = find_terminal(session, terminal.id, lock=True)
            retire_terminal(session, found, who=_who(), at=now)
    except (CentralError, Problem) as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    return _tell_code(parsed, code, school=target, now=now)


def _change(
    parsed: argparse.Namespace,
    act: "Callable[[Session, datetime], dict[str, object]]",
    words: str,
) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError, Problem  # noqa: PLC0415

    store = parsed.open_store(parsed)
    try:
        with store.database.writing() as session:
            done = act(session, wall_clock())
    except (CentralError, Problem) as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    if parsed.json:
        say_json(done)
    else:
        say(words.format(**done))
    return EXIT_WELL


def _who() -> str:
    # The audit log names the account that typed the command; with sudo, the one behind it.
    return os.environ.get("SUDO_USER") or getpass.getuser()
