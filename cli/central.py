"""`refectory central`: the service itself, and the words of its bursar and technician."""

import argparse
import getpass
import logging
import os
import signal
import sys
import threading
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cli.central_backup import register_backup_words
from cli.central_users import register_user_words
from cli.output import (
    EXIT_FAILED,
    EXIT_WELL,
    CommandError,
    add_json_option,
    say,
    say_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.database import Session
    from central.serve import Listening, Service
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId

_DEFAULT_LISTEN = "127.0.0.1:8760"
_DATABASE_NAME = "central.db"


def register(commands: "Commands") -> None:
    """Add `central` and its words."""
    parser = commands.add_parser("central", help="the central service, and its administration")
    _add_database(parser, _default_database())
    parser.add_argument(
        "--listen",
        default=_DEFAULT_LISTEN,
        type=_host_and_port,
        metavar="HOST:PORT",
        help=f"where to serve (default {_DEFAULT_LISTEN}; port 0 takes a free one)",
    )
    parser.add_argument(
        "--public-url", metavar="URL", help="the address that terminals use, behind a proxy"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when standard input ends"
    )
    add_json_option(parser)
    parser.set_defaults(run=_serve)
    words = parser.add_subparsers(dest="central_command", metavar="WHAT")
    _register_words(words)


def _register_words(words: "Commands") -> None:
    seed = words.add_parser("seed", help="fill an empty database with a demo school")
    seed.add_argument("--seed", type=int, default=1, metavar="N", help="another N, another school")
    seed.add_argument("--day", type=date.fromisoformat, metavar="DAY", help="its today")
    seed.set_defaults(run=_seed)
    code = words.add_parser("code", help="a one-time code to enrol a terminal, for 15 minutes")
    code.add_argument("--terminal", required=True, metavar="NAME", help="name of the terminal")
    code.add_argument("--school", metavar="ID", help="where the database holds several")
    code.set_defaults(run=_code)
    check = words.add_parser("check", help="compare every sum of the books with every other")
    check.set_defaults(run=_check)
    terminals = words.add_parser("terminals", help="the terminals, and how far they are booked")
    terminals.set_defaults(run=_terminals)
    approve = words.add_parser(
        "approve-epoch", help="let a terminal whose card was restored begin anew"
    )
    revoke = words.add_parser("revoke", help="stop believing a terminal")
    for word, run in ((approve, _approve), (revoke, _revoke)):
        word.add_argument("terminal", metavar="ID", help="see `refectory central terminals`")
        word.set_defaults(run=run)
    close = words.add_parser("close-day", help="move what nobody collected to the unclaimed meals")
    close.add_argument("--day", type=date.fromisoformat, required=True, metavar="DAY")
    close.add_argument("--school", metavar="ID", help="where the database holds several")
    close.set_defaults(run=_close_day)
    for word in (seed, code, check, terminals, approve, revoke, close):
        _add_database(word, argparse.SUPPRESS)
        add_json_option(word)
    register_backup_words(words, add_database=lambda word: _add_database(word, argparse.SUPPRESS))
    register_user_words(
        words,
        add_database=lambda word: _add_database(word, argparse.SUPPRESS),
        open_store=lambda parsed: _open(parsed, may_create=False),
        school_of=_school,
    )


def _add_database(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--database",
        default=default,
        metavar="URL",
        help="path of a SQLite file, or postgresql://… (default: central.db in $REFECTORY_DATA,"
        " else here)",
    )


def _host_and_port(written: str) -> str:
    host, _, port = written.rpartition(":")
    if host and port.isdecimal() and int(port) <= 65535:  # noqa: PLR2004  TCP's own limit
        return written
    message = f"{written!r} is not HOST:PORT, as in {_DEFAULT_LISTEN}"
    raise argparse.ArgumentTypeError(message)


def _default_database() -> str:
    return str(Path(os.environ.get("REFECTORY_DATA", ".")) / _DATABASE_NAME)


def _open(parsed: argparse.Namespace, *, may_create: bool = True) -> "Store":
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.store import open_store  # noqa: PLC0415

    try:
        return open_store(parsed.database, may_create=may_create)
    except CentralError as error:
        raise CommandError(str(error)) from error


def _serve(parsed: argparse.Namespace) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.serve import serve  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    store = _open(parsed)

    def on_ready(listening: "Listening", service: "Service") -> None:
        for stop_signal in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop_signal, lambda *_: service.stop())
        if parsed.until_stdin_closes:
            threading.Thread(target=_stop_at_end, args=(service,), daemon=True).start()
        if parsed.json:
            say_json({"url": listening.url, "database": store.database.name})
        else:
            say(f"centre ready at {listening.url}, database {store.database.name}")

    try:
        serve(store, parsed.listen, on_ready, public_url=parsed.public_url)
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    return EXIT_WELL


def _stop_at_end(service: "Service") -> None:
    # Not through sys.stdin: Python aborts when it ends while a thread holds that one's lock.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    service.stop()


def _seed(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError  # noqa: PLC0415
    from central.load import load_school  # noqa: PLC0415
    from central.seed import make_school  # noqa: PLC0415

    today = parsed.day or wall_clock().astimezone(ZoneInfo("Europe/Brussels")).date()
    school = make_school(seed=parsed.seed, today=today)
    store = _open(parsed)
    try:
        load_school(store, school)
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    done = {
        "school": school.school.id,
        "seed": parsed.seed,
        "day": today.isoformat(),
        "pupils": len(school.pupils),
        "orders": len(school.orders),
        "database": store.database.name,
    }
    if parsed.json:
        say_json(done)
    else:
        say(f"{school.school.header.name}: {done['pupils']} pupils, {done['orders']} orders")
    return EXIT_WELL


def _code(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.enrolment import CODE_LIFE, create_code  # noqa: PLC0415
    from central.errors import CentralError  # noqa: PLC0415

    store = _open(parsed, may_create=False)
    now = wall_clock()
    try:
        school = _school(store, parsed.school)
        code = create_code(store, school, terminal_name=parsed.terminal, now=now)
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    if parsed.json:
        from core.codec import moment_text  # noqa: PLC0415

        say_json({"code": code, "ends_at": moment_text(now + CODE_LIFE), "school": school})
    else:
        say(code)
    return EXIT_WELL


def _school(store: "Store", named: str | None) -> "SchoolId":
    from central.records import list_schools  # noqa: PLC0415  another layer loads late
    from core.ids import SchoolId  # noqa: PLC0415

    if named is not None:
        return SchoolId(named)
    with store.database.reading() as session:
        schools = list_schools(session)
    if len(schools) == 1:
        return schools[0]
    message = (
        f"the database holds {len(schools)} schools; name one with --school"
        if schools
        else "the database holds no school; make one with `refectory central seed`"
    )
    raise CommandError(message)


def _check(parsed: argparse.Namespace) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.figures import disagreements, read_figures  # noqa: PLC0415
    from central.records import list_schools  # noqa: PLC0415

    store = _open(parsed, may_create=False)
    try:
        with store.database.reading() as session:
            figures = read_figures(session)
            faults = [
                fault
                for school in list_schools(session)
                for fault in disagreements(session, school)
            ]
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    if parsed.json:
        say_json({**asdict(figures), "disagreements": faults})
    else:
        for key, value in asdict(figures).items():
            say(f"{key.replace('_', ' ')}: {value}")
        for fault in faults:
            say(f"WRONG: {fault}")
    return EXIT_FAILED if faults else EXIT_WELL


def _terminals(parsed: argparse.Namespace) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.records import list_schools  # noqa: PLC0415
    from central.terminals import list_terminals  # noqa: PLC0415
    from core.codec import moment_text  # noqa: PLC0415

    store = _open(parsed, may_create=False)
    try:
        with store.database.reading() as session:
            found = [
                terminal
                for school in list_schools(session)
                for terminal in list_terminals(session, school)
            ]
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    for one in found:
        seen = "" if one.last_seen_at is None else moment_text(one.last_seen_at)
        place = f"{one.high_water[0]}-{one.high_water[1]}"
        if parsed.json:
            say_json(
                {
                    "terminal_id": one.id,
                    "school": one.school_id,
                    "name": one.name,
                    "state": one.state.value,
                    "booked_to": place,
                    "last_seen_at": seen or None,
                }
            )
        else:
            say(f"{one.id}  {one.name}  {one.state.value}  booked to {place}  {seen or 'not seen'}")
    return EXIT_WELL


def _approve(parsed: argparse.Namespace) -> int:
    from central.terminals import approve_epoch, find_terminal  # noqa: PLC0415  loads late
    from core.ids import TerminalId  # noqa: PLC0415

    def act(session: "Session", at: datetime) -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        epoch = approve_epoch(session, terminal, who=_who(), at=at)
        return {"terminal_id": terminal.id, "epoch": epoch}

    return _change(parsed, act, "epoch {epoch} of {terminal_id} may begin")


def _revoke(parsed: argparse.Namespace) -> int:
    from central.terminals import find_terminal, revoke_terminal  # noqa: PLC0415  loads late
    from core.ids import TerminalId  # noqa: PLC0415

    def act(session: "Session", at: datetime) -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        revoke_terminal(session, terminal, who=_who(), at=at)
        return {"terminal_id": terminal.id}

    return _change(parsed, act, "{terminal_id} is revoked; what it sends is kept, not booked")


def _change(
    parsed: argparse.Namespace,
    act: "Callable[[Session, datetime], dict[str, object]]",
    words: str,
) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError  # noqa: PLC0415

    store = _open(parsed, may_create=False)
    try:
        with store.database.writing() as session:
            done = act(session, wall_clock())
    except CentralError as error:
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


def _close_day(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError  # noqa: PLC0415
    from central.orders import close_day  # noqa: PLC0415

    store = _open(parsed, may_create=False)
    try:
        school = _school(store, parsed.school)
        done = close_day(store, school, day=parsed.day, now=wall_clock())
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    if parsed.json:
        say_json(
            {
                "day": done.day.isoformat(),
                "unclaimed": done.unclaimed,
                "amount_cents": done.amount.cents,
            }
        )
    else:
        say(f"{done.day.isoformat()}: {done.unclaimed} meals unclaimed, {done.amount.text()} euro")
    return EXIT_WELL
