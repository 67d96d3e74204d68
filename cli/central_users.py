"""`refectory central user`: who may sign in to the centre's pages."""

import argparse
import getpass
import os
import sys
from typing import TYPE_CHECKING

from cli.output import EXIT_WELL, CommandError, add_json_option, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from central.pages.users import User
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId

_PASSWORD_BYTES_MAX = 1000


def register_user_words(
    words: "Commands",
    *,
    add_database: "Callable[[argparse.ArgumentParser], None]",
    open_store: "Callable[[argparse.Namespace], Store]",
    school_of: "Callable[[Store, str | None], SchoolId]",
) -> None:
    """Add `user` and its words; `cli.central` lends how it opens books and finds schools."""
    user = words.add_parser("user", help="who may sign in to the pages of the bursar")
    acts = user.add_subparsers(dest="user_command", metavar="WHAT", required=True)
    add = acts.add_parser("add", help="let somebody sign in; the password is asked for")
    add.add_argument("name", metavar="NAME", help="small letters, as in a mail address")
    add.add_argument("--role", choices=("bursar", "admin"), default="bursar")
    add.add_argument("--language", choices=("fr", "nl", "de", "en"), default="fr")
    add.add_argument("--school", metavar="ID", help="where the database holds several")
    listed = acts.add_parser("list", help="the users of all schools")
    disable = acts.add_parser("disable", help="let a user in no longer, from now on")
    password = acts.add_parser("password", help="a new password; all sessions of the user end")
    for word in (disable, password):
        word.add_argument("name", metavar="NAME")
    runs = ((add, _add), (listed, _list), (disable, _disable), (password, _password))
    for word, run in runs:
        add_database(word)
        add_json_option(word)
        word.set_defaults(run=run, open_store=open_store, school_of=school_of)


def _add(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.pages.users import Role, add_user  # noqa: PLC0415
    from core.people import Language  # noqa: PLC0415

    def act(store: "Store") -> "User":
        return add_user(
            store,
            parsed.school_of(store, parsed.school),
            name=parsed.name,
            role=Role(parsed.role),
            language=Language(parsed.language),
            password=_ask_password(),
            who=_who(),
            at=wall_clock(),
        )

    return _change(parsed, act, "{name} may sign in as {role} of {school}")


def _password(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.pages.users import set_password  # noqa: PLC0415

    def act(store: "Store") -> "User":
        return set_password(
            store, parsed.name, password=_ask_password(), who=_who(), at=wall_clock()
        )

    return _change(parsed, act, "{name} has a new password, and must sign in again")


def _disable(parsed: argparse.Namespace) -> int:
    from central.clock import wall_clock  # noqa: PLC0415  another layer loads late
    from central.pages.users import disable_user  # noqa: PLC0415

    def act(store: "Store") -> "User":
        return disable_user(store, parsed.name, who=_who(), at=wall_clock())

    return _change(parsed, act, "{name} can sign in no longer")


def _list(parsed: argparse.Namespace) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late
    from central.pages.users import list_users  # noqa: PLC0415
    from central.records import list_schools  # noqa: PLC0415

    store = parsed.open_store(parsed)
    try:
        with store.database.reading() as session:
            found = [
                user for school in list_schools(session) for user in list_users(session, school)
            ]
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    for user in found:
        if parsed.json:
            say_json(_plain(user))
        else:
            state = "may sign in" if user.disabled_at is None else "disabled"
            say(f"{user.name}  {user.role.value}  {user.school_id}  {state}")
    return EXIT_WELL


def _change(parsed: argparse.Namespace, act: "Callable[[Store], User]", words: str) -> int:
    from central.errors import CentralError  # noqa: PLC0415  another layer loads late

    store = parsed.open_store(parsed)
    try:
        user = act(store)
    except CentralError as error:
        raise CommandError(str(error)) from error
    finally:
        store.close()
    if parsed.json:
        say_json(_plain(user))
    else:
        say(words.format(name=user.name, role=user.role.value, school=user.school_id))
    return EXIT_WELL


def _plain(user: "User") -> dict[str, object]:
    from core.codec import moment_text  # noqa: PLC0415  another layer loads late

    return {
        "name": user.name,
        "role": user.role.value,
        "school": user.school_id,
        "language": user.language.value,
        "disabled_at": None if user.disabled_at is None else moment_text(user.disabled_at),
    }


def _ask_password() -> str:
    """Ask at the terminal, twice and unseen; without one, take the first line of standard input.

    Never an argument: those stand in the list of processes and in the shell's history.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline(_PASSWORD_BYTES_MAX).rstrip("\r\n")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != first:
        message = "the two passwords are not the same; nothing was changed"
        raise CommandError(message)
    return first


def _who() -> str:
    return os.environ.get("SUDO_USER") or getpass.getuser()
