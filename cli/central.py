"""`refectory central`: the service itself, and the words of its bursar and technician."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_activities import register_activity_words
from cli.central_backup import register_backup_words
from cli.central_books import register_book_words
from cli.central_codes import register_code_words
from cli.central_desk import add_database, database_of, day, open_books, school_of
from cli.central_families import register_family_words
from cli.central_meetings import register_meeting_words
from cli.central_money import register_money_words
from cli.central_people import register_people_words
from cli.central_photos import register_photo_words
from cli.central_presence import register_presence_words
from cli.central_terminals import register_terminal_words
from cli.central_users import register_user_words
from cli.log import set_up_log
from cli.output import EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from central.mail.senders import MailSender
    from central.serve import Listening, Service
    from cli.main import Commands

_DEFAULT_LISTEN = "127.0.0.1:8760"


def register(commands: "Commands") -> None:
    """Add `central` and its words."""
    parser = commands.add_parser("central", help="the central service, and its administration")
    add_database(parser, None)
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
        "--mail",
        metavar="URL",
        help="how mail to parents leaves: smtp+starttls://USER@HOST:587?from=ADDRESS, smtps://…,"
        " or file:///FOLDER (default: the folder `mail` beside a SQLite database)",
    )
    parser.add_argument(
        "--mail-password-file", type=Path, metavar="FILE", help="whose first line is the password"
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
    seed.add_argument("--day", type=day, metavar="DAY", help="its today")
    add_database(seed)
    add_json_option(seed)
    seed.set_defaults(run=_seed)
    register_terminal_words(words)
    register_code_words(words)
    register_book_words(words)
    register_money_words(words)
    register_activity_words(words)
    register_meeting_words(words)
    register_people_words(words)
    register_presence_words(words)
    register_photo_words(words)
    register_family_words(words)
    register_backup_words(words, add_database=add_database)
    register_user_words(
        words, add_database=add_database, open_store=open_books, school_of=school_of
    )


def _host_and_port(written: str) -> str:
    host, _, port = written.rpartition(":")
    if host and port.isdecimal() and int(port) <= 65535:  # noqa: PLR2004  TCP's own limit
        return written
    message = f"{written!r} is not HOST:PORT, as in {_DEFAULT_LISTEN}"
    raise argparse.ArgumentTypeError(message)


def _serve(parsed: argparse.Namespace) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.serve import serve  # noqa: PLC0415

    set_up_log("warning")
    mail = _mail_sender(parsed)
    store = open_books(parsed, may_create=True)

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
        serve(store, parsed.listen, on_ready, public_url=parsed.public_url, mail=mail)
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    return EXIT_WELL


def _mail_sender(parsed: argparse.Namespace) -> "MailSender | None":
    """Return how mail leaves: as was asked, or into a folder beside the books where they are."""
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.mail.senders import open_sender  # noqa: PLC0415
    from central.store import is_postgres  # noqa: PLC0415

    try:
        if parsed.mail is not None:
            return open_sender(parsed.mail, password=_first_line(parsed.mail_password_file))
        books = database_of(parsed)
        if is_postgres(books):
            return None
        folder = Path(books.removeprefix("sqlite://")).absolute().parent
        return open_sender((folder / "mail").as_uri())
    except CentralError as error:
        raise CommandError(str(error)) from error


def _first_line(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"--mail-password-file {file}: cannot be read: {error}"
        raise CommandError(message) from error


def _stop_at_end(service: "Service") -> None:
    # Not through sys.stdin: Python aborts when it ends while a thread holds that one's lock.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    service.stop()


def _seed(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError  # noqa: PLC0415
    from central.load import load_school  # noqa: PLC0415
    from central.seed import demo_day, make_school  # noqa: PLC0415
    from central.seed_activities import furnish_activities  # noqa: PLC0415

    today = parsed.day or demo_day(wall_clock())
    school = make_school(seed=parsed.seed, today=today)
    store = open_books(parsed, may_create=True)
    try:
        load_school(store, school)
        furnish_activities(store, school)
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
