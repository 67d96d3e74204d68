"""`refectory central load-school`, `badge`, `pupil`, `order`: people and what they ordered."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import (
    Row,
    act_of,
    add_database,
    add_key,
    add_school,
    add_why,
    at_school,
    books,
    day,
    key_of,
    say_rows,
)
from cli.central_photos import load_photos
from cli.output import (
    EXIT_FAILED,
    EXIT_WELL,
    CommandError,
    add_json_option,
    complain,
    say,
    say_json,
)
from cli.progress import Progress

if TYPE_CHECKING:
    from central.store import Store
    from cli.main import Commands
    from core.ids import BadgeKey, SchoolId
    from core.orders import Order
    from core.tap import Family

_PHOTOS_FOLDER = "photos"
_STATES = {"activate": "active", "block": "blocked", "lose": "lost"}


def register_people_words(words: "Commands") -> None:
    """Add the words about people."""
    load = words.add_parser("load-school", help="a real school from CSV files; see the documents")
    load.add_argument("folder", type=Path, metavar="FOLDER")
    load.add_argument("--check", action="store_true", help="only tell the mistakes; write nothing")
    add_database(load)
    add_json_option(load)
    load.set_defaults(run=_load)
    _register_badge(words)
    _register_pupil(words)
    _register_order(words)


def _load(parsed: argparse.Namespace) -> int:
    from central.load_files import load_files  # noqa: PLC0415  another layer loads late
    from central.school_files import FILES, read_school_files  # noqa: PLC0415

    if not parsed.folder.is_dir():
        message = f"{parsed.folder} is no folder; name the one that holds {FILES[0]}.csv"
        raise CommandError(message)
    with Progress("reading", 2) as progress:
        files = read_school_files(parsed.folder)
        progress.reach(1)
        if files.mistakes:
            for mistake in files.mistakes:
                complain(str(mistake))
            complain(f"{len(files.mistakes)} mistakes; nothing was written")
            return EXIT_FAILED
        if parsed.check:
            say("no mistake was found; nothing was written")
            return EXIT_WELL
        with books(parsed, may_create=True) as store:
            done = load_files(store, files, act=act_of(parsed))
            pictures = parsed.folder / _PHOTOS_FOLDER
            photos = (
                load_photos(parsed, store, done.school, pictures) if pictures.is_dir() else None
            )
        progress.reach(2)
    counts = {
        name: {"added": one.added, "changed": one.changed, "same": one.same}
        for name, one in done.counts.items()
    }
    if photos is not None:
        counts["photos"] = {
            "added": photos.added,
            "changed": photos.changed,
            "same": photos.same,
        }
    if parsed.json:
        say_json({"school": done.school, "is_new": done.is_new, **counts})
    else:
        for name, one in counts.items():
            say(f"{name}: {one['added']} added, {one['changed']} changed, {one['same']} the same")
    return EXIT_WELL


# --- badges -------------------------------------------------------------------------------------


def _register_badge(words: "Commands") -> None:
    badge = words.add_parser("badge", help="badges and their history")
    acts = badge.add_subparsers(dest="badge_command", metavar="WHAT", required=True)
    history = acts.add_parser("history", help="what happened to a pupil's badges, or to one badge")
    history.add_argument("--pupil", metavar="ID")
    history.add_argument("--badge", metavar="BADGE")
    history.set_defaults(run=_history)
    for verb, state in _STATES.items():
        word = acts.add_parser(verb, help=f"set a badge to {state}; every till hears of it")
        word.add_argument("badge", metavar="BADGE", help="its key, or its number as TECHNOLOGY:HEX")
        add_why(word)
        add_school(word)
        word.set_defaults(run=_set_state, state=state)
    issue = acts.add_parser("issue", help="give a pupil a new badge")
    issue.add_argument("badge", metavar="BADGE")
    issue.add_argument("--pupil", required=True, metavar="ID")
    replace = acts.add_parser("replace", help="give the owner of a badge another one")
    replace.add_argument("old", metavar="OLD")
    replace.add_argument("badge", metavar="NEW")
    for word, run in ((issue, _issue), (replace, _replace)):
        word.add_argument("--last4", default="", metavar="TEXT", help="the end of its number")
        add_why(word, required=word is replace)
        word.set_defaults(run=run)
    for word in (history, issue, replace):
        add_school(word)


def _badge(store: "Store", school: "SchoolId", written: str) -> "BadgeKey":
    """Return the key of a badge that was written as its key, or by its number."""
    return _badge_and_kind(store, school, written)[0]


def _badge_and_kind(
    store: "Store", school: "SchoolId", written: str
) -> "tuple[BadgeKey, Family | None]":
    """Return a badge's key, and the kind of its number where that is what was written."""
    from central.records import read_school  # noqa: PLC0415  another layer loads late
    from core.ids import BadgeKey  # noqa: PLC0415
    from core.tap import Credential, Technology, badge_key, identity_fault  # noqa: PLC0415

    word, mark, number = written.partition(":")
    if not mark:
        return BadgeKey(written.lower()), None
    technology = next((one for one in Technology if one.word == word), None)
    try:
        value = bytes.fromhex(number)
    except ValueError:
        value = b""
    if technology is None or identity_fault(Credential(technology, value)) is not None:
        message = f"{written!r} is no badge; write its key, or as iso14443a:04A1B2C3D4E5F6"
        raise CommandError(message)
    with store.database.reading() as session:
        key = read_school(session, school).badge_key
    return badge_key(Credential(technology, value), school_key=key), technology.family


def _set_state(parsed: argparse.Namespace) -> int:
    from central.badges import set_badge_state  # noqa: PLC0415  another layer loads late
    from core.people import BadgeState  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        badge, who = _badge(store, school, parsed.badge), act_of(parsed)
        set_badge_state(
            store,
            school,
            badge=badge,
            state=BadgeState(parsed.state),
            who=who.who,
            at=who.at,
            why=who.why,
        )
        return [{"badge": badge, "state": parsed.state}]

    return say_rows(parsed, at_school(parsed, act), "badge {badge} is {state}")


def _issue(parsed: argparse.Namespace) -> int:
    from central.badges import issue_badge  # noqa: PLC0415  another layer loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        badge, kind = _badge_and_kind(store, school, parsed.badge)
        blocked = issue_badge(
            store,
            school,
            badge=badge,
            pupil=PupilId(parsed.pupil),
            last4=parsed.last4 or parsed.badge[-4:],
            act=act_of(parsed),
            kind=kind,
        )
        told = "".join(f"; {one}, in use until now, is blocked" for one in blocked)
        return [{"badge": badge, "pupil": parsed.pupil, "blocked": blocked, "told": told}]

    return say_rows(parsed, at_school(parsed, act), "badge {badge} belongs to {pupil}{told}")


def _replace(parsed: argparse.Namespace) -> int:
    from central.badges import replace_badge  # noqa: PLC0415  another layer loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        old = _badge(store, school, parsed.old)
        new, kind = _badge_and_kind(store, school, parsed.badge)
        last4 = parsed.last4 or parsed.badge[-4:]
        act = act_of(parsed)
        replace_badge(store, school, old=old, new=new, last4=last4, act=act, kind=kind)
        return [{"old": old, "badge": new}]

    return say_rows(parsed, at_school(parsed, act), "badge {badge} takes the place of {old}")


def _history(parsed: argparse.Namespace) -> int:
    from central.badges import badge_history  # noqa: PLC0415  another layer loads late
    from core.codec import moment_text  # noqa: PLC0415
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        badge = None if parsed.badge is None else _badge(store, school, parsed.badge)
        pupil = None if parsed.pupil is None else PupilId(parsed.pupil)
        with store.database.reading() as session:
            return [
                {
                    "at": moment_text(one.at),
                    "badge": one.key,
                    "pupil": one.pupil,
                    "state": one.word.value,
                    "who": one.who,
                    "why": one.why,
                }
                for one in badge_history(session, school, pupil=pupil, badge=badge)
            ]

    words = "{at}  {badge}  {pupil}  {state}  {who}  {why}"
    return say_rows(parsed, at_school(parsed, act), words, none="nothing happened to it yet")


# --- pupils -------------------------------------------------------------------------------------


def _register_pupil(words: "Commands") -> None:
    pupil = words.add_parser("pupil", help="pupils who leave, and who have left")
    acts = pupil.add_subparsers(dest="pupil_command", metavar="WHAT", required=True)
    leave = acts.add_parser("leave", help="credit the orders, retire the badges, tell the tills")
    former = acts.add_parser("former", help="who has left, and what their wallets hold")
    forget = acts.add_parser("forget", help="forget the name of who left, once all is settled")
    for word, run in ((leave, _leave), (forget, _forget)):
        word.add_argument("pupil", metavar="ID")
        add_why(word, required=word is leave)
        word.set_defaults(run=run)
    former.set_defaults(run=_former)
    for word in (leave, former, forget):
        add_school(word)


def _leave(parsed: argparse.Namespace) -> int:
    from central.leaving import leave  # noqa: PLC0415  another layer loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        done = leave(store, school, pupil=PupilId(parsed.pupil), act=act_of(parsed))
        return [
            {
                "pupil": parsed.pupil,
                "orders_cancelled": done.orders_cancelled,
                "credited_cents": done.credited.cents,
                "badges": done.badges,
                "general_cents": done.wallets.general.cents,
                "reserve_cents": done.wallets.reserve.cents,
            }
        ]

    words = "{pupil} has left: {orders_cancelled} orders cancelled, {badges} badges retired"
    return say_rows(parsed, at_school(parsed, act), words)


def _former(parsed: argparse.Namespace) -> int:
    from central.leaving import list_former  # noqa: PLC0415  another layer loads late
    from core.codec import moment_text  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [
                {
                    "pupil": one.id,
                    "name": f"{one.first_name} {one.last_name}".strip(),
                    "left_at": moment_text(one.left_at),
                    "general_cents": one.wallets.general.cents,
                    "reserve_cents": one.wallets.reserve.cents,
                    "held": (one.wallets.general + one.wallets.reserve).text(),
                }
                for one in list_former(session, school)
            ]

    words = "{pupil}  {left_at}  {held} euro  {name}"
    return say_rows(parsed, at_school(parsed, act), words, none="nobody has left")


def _forget(parsed: argparse.Namespace) -> int:
    from central.leaving import forget  # noqa: PLC0415  another layer loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        forget(store, school, pupil=PupilId(parsed.pupil), act=act_of(parsed))
        return [{"pupil": parsed.pupil}]

    return say_rows(parsed, at_school(parsed, act), "the name of {pupil} is forgotten")


# --- orders -------------------------------------------------------------------------------------


def _register_order(words: "Commands") -> None:
    order = words.add_parser("order", help="reserve, change or cancel a meal, in time")
    acts = order.add_subparsers(dest="order_command", metavar="WHAT", required=True)
    reserve = acts.add_parser("reserve", help="reserve a meal, and pay it")
    reserve.add_argument("--pupil", required=True, metavar="ID")
    reserve.add_argument("--day", required=True, type=day, metavar="DAY")
    change = acts.add_parser("change", help="another dish of the same day")
    cancel = acts.add_parser("cancel", help="cancel a meal, and credit it")
    for word in (reserve, change):
        word.add_argument("--product", required=True, metavar="ID")
    for word in (change, cancel):
        word.add_argument("order", metavar="ID")
    add_key(reserve)
    for word, run in ((reserve, _reserve), (change, _change), (cancel, _cancel)):
        add_school(word)
        word.set_defaults(run=run)


def _order(one: "Order") -> Row:
    return {
        "order": one.id,
        "pupil": one.pupil_id,
        "day": one.day.isoformat(),
        "product": one.product_id,
        "price_cents": one.price.cents,
        "price": one.price.text(),
        "state": one.state.value,
    }


_ORDER = "{order}  {day}  {pupil}  {product}  {price}  {state}"


def _reserve(parsed: argparse.Namespace) -> int:
    from central.orders import reserve  # noqa: PLC0415  another layer loads late
    from core.ids import OrderId, ProductId, PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        who = act_of(parsed)
        made = reserve(
            store,
            school,
            order=OrderId(key_of(parsed)),
            pupil=PupilId(parsed.pupil),
            product=ProductId(parsed.product),
            day=parsed.day,
            now=who.at,
            who=who.who,
        )
        return [_order(made)]

    return say_rows(parsed, at_school(parsed, act), _ORDER)


def _change(parsed: argparse.Namespace) -> int:
    from central.orders import change  # noqa: PLC0415  another layer loads late
    from core.ids import OrderId, ProductId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        who = act_of(parsed)
        done = change(
            store,
            school,
            order=OrderId(parsed.order),
            product=ProductId(parsed.product),
            now=who.at,
            who=who.who,
        )
        return [_order(done)]

    return say_rows(parsed, at_school(parsed, act), _ORDER)


def _cancel(parsed: argparse.Namespace) -> int:
    from central.orders import cancel  # noqa: PLC0415  another layer loads late
    from core.ids import OrderId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        who = act_of(parsed)
        return [_order(cancel(store, school, order=OrderId(parsed.order), now=who.at, who=who.who))]

    return say_rows(parsed, at_school(parsed, act), _ORDER)
