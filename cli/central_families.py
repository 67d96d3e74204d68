"""`refectory central family`: which parents see which pupils, and the code that lets them in."""

import argparse
from typing import TYPE_CHECKING

from cli.central_desk import Row, act_of, add_school, at_school, say_rows

if TYPE_CHECKING:
    from central.pages.users import User
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId


def register_family_words(words: "Commands") -> None:
    """Add `family` and its words."""
    family = words.add_parser("family", help="parents, and their access to the pages of a family")
    acts = family.add_subparsers(dest="family_command", metavar="WHAT", required=True)
    add = acts.add_parser("access", help="a one-time code for a parent, valid for 14 days")
    add.add_argument("--pupil", required=True, metavar="ID")
    add.add_argument(
        "--name",
        default="",
        metavar="NAME",
        help="an account that is there, also a brother or sister's (default: a new one)",
    )
    add.add_argument(
        "--language", choices=("fr", "nl", "de", "en"), help="of a new account (the pupil's)"
    )
    listed = acts.add_parser("list", help="the parents of a pupil")
    listed.add_argument("--pupil", required=True, metavar="ID")
    remove = acts.add_parser("remove", help="a parent sees a pupil no longer")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--pupil", required=True, metavar="ID")
    for word, run in ((add, _access), (listed, _list), (remove, _remove)):
        add_school(word)
        word.set_defaults(run=run)


def _access(parsed: argparse.Namespace) -> int:
    from central.families.access import make_token  # noqa: PLC0415  another layer loads late
    from core.codec import moment_text  # noqa: PLC0415
    from core.ids import PupilId  # noqa: PLC0415
    from core.people import Language  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        access = make_token(
            store,
            school,
            pupil=PupilId(parsed.pupil),
            name=parsed.name,
            language=Language(parsed.language) if parsed.language else None,
            act=act_of(parsed),
        )
        told = _plain(access.user)
        return [told | {"code": access.code, "ends_at": moment_text(access.ends_at)}]

    words = "{name}  {code}  until {ends_at}; at the centre's address, under /welcome"
    return say_rows(parsed, at_school(parsed, act), words)


def _list(parsed: argparse.Namespace) -> int:
    from central.families.links import parents_of  # noqa: PLC0415  another layer loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [_plain(user) for user in parents_of(session, school, PupilId(parsed.pupil))]

    return say_rows(parsed, at_school(parsed, act), "{name}  {language}", none="no parent yet")


def _remove(parsed: argparse.Namespace) -> int:
    from central.families.links import unlink  # noqa: PLC0415  another layer loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        done = act_of(parsed)
        unlink(
            store,
            school,
            name=parsed.name,
            pupil=PupilId(parsed.pupil),
            who=done.who,
            at=done.at,
        )
        return [{"name": parsed.name, "pupil": parsed.pupil}]

    return say_rows(parsed, at_school(parsed, act), "{name} sees {pupil} no longer")


def _plain(user: "User") -> dict[str, object]:
    return {
        "name": user.name,
        "school": user.school_id,
        "language": user.language.value,
        "is_open": user.disabled_at is None,
    }
