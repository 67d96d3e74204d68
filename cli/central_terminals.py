"""`refectory central terminals`, `approve-epoch`, `revoke`, `rename`, `retire`: the tills."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from cli.central_desk import add_database, open_books, who
from cli.output import EXIT_USAGE, EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.database import Session
    from cli.main import Commands


def register_terminal_words(words: "Commands") -> None:
    """Add the words about terminals."""
    terminals = words.add_parser("terminals", help="the terminals, and how far they are booked")
    terminals.set_defaults(run=_terminals)
    approve = words.add_parser(
        "approve-epoch", help="let a terminal whose card was restored begin anew"
    )
    revoke = words.add_parser("revoke", help="stop believing a terminal")
    rename = words.add_parser("rename", help="another name; the terminal shows it by itself")
    retire = words.add_parser("retire", help="end a terminal for good; its facts stay in the books")
    runs = ((approve, _approve), (revoke, _revoke), (rename, _rename), (retire, _retire))
    for word, run in runs:
        word.add_argument("terminal", metavar="ID", help="see `refectory central terminals`")
        word.set_defaults(run=run)
    rename.add_argument("name", metavar="NAME", help="1 to 40 characters")
    for word in (terminals, approve, revoke, rename, retire):
        add_database(word)
        add_json_option(word)


def _terminals(parsed: argparse.Namespace) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.records import list_schools  # noqa: PLC0415
    from central.terminals import list_terminals  # noqa: PLC0415
    from core.codec import moment_text  # noqa: PLC0415

    store = open_books(parsed)
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
    from central.epochs import approve_epoch  # noqa: PLC0415  another layer loads late
    from central.terminals import find_terminal  # noqa: PLC0415
    from core.ids import TerminalId  # noqa: PLC0415

    def act(session: "Session", at: datetime) -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        epoch = approve_epoch(session, terminal, who=who(), at=at)
        return {"terminal_id": terminal.id, "epoch": epoch}

    return _change(parsed, act, "epoch {epoch} of {terminal_id} may begin")


def _revoke(parsed: argparse.Namespace) -> int:
    from central.terminals import find_terminal, revoke_terminal  # noqa: PLC0415  loads late
    from core.ids import TerminalId  # noqa: PLC0415

    def act(session: "Session", at: datetime) -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        revoke_terminal(session, terminal, who=who(), at=at)
        return {"terminal_id": terminal.id}

    return _change(parsed, act, "{terminal_id} is revoked; what it sends is kept, not booked")


def _rename(parsed: argparse.Namespace) -> int:
    from central.enrolment import checked_name  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError  # noqa: PLC0415
    from central.terminals import find_terminal, rename_terminal  # noqa: PLC0415
    from core.ids import TerminalId  # noqa: PLC0415

    try:
        name = checked_name(parsed.name)
    except CentralError as error:
        raise CommandError(str(error), EXIT_USAGE) from error

    def act(session: "Session", at: datetime) -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        rename_terminal(session, terminal, name=name, who=who(), at=at)
        return {"terminal_id": terminal.id, "name": name, "before": terminal.name}

    return _change(parsed, act, "{terminal_id} is called {name} now (before: {before})")


def _retire(parsed: argparse.Namespace) -> int:
    from central.terminals import find_terminal, retire_terminal  # noqa: PLC0415  loads late
    from core.ids import TerminalId  # noqa: PLC0415

    def act(session: "Session", at: datetime) -> dict[str, object]:
        terminal = find_terminal(session, TerminalId(parsed.terminal), lock=True)
        retire_terminal(session, terminal, who=who(), at=at)
        epoch, seq = terminal.high_water
        return {"terminal_id": terminal.id, "booked_to": f"{epoch}-{seq}"}

    words = "{terminal_id} is retired; everything up to {booked_to} is in the books"
    return _change(parsed, act, words)


def _change(
    parsed: argparse.Namespace,
    act: "Callable[[Session, datetime], dict[str, object]]",
    words: str,
) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.errors import CentralError, Problem  # noqa: PLC0415

    store = open_books(parsed)
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
