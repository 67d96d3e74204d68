"""`refectory central check`, `night`, `closings`, `exceptions`, `settle`, `audit`: the books."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from cli.central_desk import (
    Row,
    act_of,
    add_database,
    add_school,
    add_why,
    at_school,
    books,
    day,
    say_rows,
    school_of,
)
from cli.output import EXIT_FAILED, EXIT_WELL, add_json_option, say, say_json
from cli.progress import Progress

if TYPE_CHECKING:
    from central.exceptions import Case
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId

_WAYS = ("accepted", "waived", "charged", "reversed")


def register_book_words(words: "Commands") -> None:
    """Add the words about the books."""
    check = words.add_parser("check", help="compare every sum of the books with every other")
    add_database(check)
    add_json_option(check)
    check.set_defaults(run=_check)
    close = words.add_parser("close-day", help="move what nobody collected to the unclaimed meals")
    close.add_argument("--day", type=day, required=True, metavar="DAY")
    night = words.add_parser(
        "night", help="what the centre does by itself after a day: close, check"
    )
    closings = words.add_parser("closings", help="Z reports of the tills, compared with the books")
    closings.add_argument("--day", type=day, metavar="DAY", help="only of this day")
    exceptions = words.add_parser("exceptions", help="what a person must look at")
    exceptions.add_argument("--all", action="store_true", help="also what is settled")
    exceptions.add_argument("--flag", metavar="WORD", help="only these, as in overdraft")
    settle = words.add_parser("settle", help="settle an exception")
    settle.add_argument("case", metavar="ID", help="see `refectory central exceptions`")
    settle.add_argument("--how", choices=_WAYS, required=True)
    settle.add_argument("--pupil", metavar="ID", help="who pays, for `charged`")
    add_why(settle)
    audit = words.add_parser("audit", help="who did what to the centre's records, when")
    audit.add_argument("--limit", type=int, default=100, metavar="N")
    runs = (
        (close, _close_day),
        (night, _night),
        (closings, _closings),
        (exceptions, _exceptions),
        (settle, _settle),
        (audit, _audit),
    )
    for word, run in runs:
        add_school(word)
        word.set_defaults(run=run)


def _check(parsed: argparse.Namespace) -> int:
    from central.figures import read_figures  # noqa: PLC0415  another layer loads late
    from central.reconciliation import reconcile_all  # noqa: PLC0415
    from central.records import list_schools  # noqa: PLC0415

    with books(parsed) as store:
        with store.database.reading() as session:
            figures = read_figures(session)
            schools = list_schools(session)
        faults = []
        with Progress("checking", len(schools)) as progress:
            for number, school in enumerate(schools, start=1):
                faults += reconcile_all(store, [school])
                progress.reach(number)
    lines = [f"school {one.school}: {one.rule}: {one.detail}" for one in faults]
    if parsed.json:
        say_json({**asdict(figures), "disagreements": lines})
    else:
        for key, value in asdict(figures).items():
            say(f"{key.replace('_', ' ')}: {value}")
        for line in lines:
            say(f"WRONG: {line}")
    return EXIT_FAILED if lines else EXIT_WELL


def _close_day(parsed: argparse.Namespace) -> int:
    from central.orders import close_day  # noqa: PLC0415  another layer loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        done = close_day(store, school, day=parsed.day, now=act_of(parsed).at)
        return [
            {
                "day": done.day.isoformat(),
                "unclaimed": done.unclaimed,
                "amount_cents": done.amount.cents,
            }
        ]

    return say_rows(parsed, at_school(parsed, act), "{day}: {unclaimed} meals unclaimed")


def _night(parsed: argparse.Namespace) -> int:
    from central.nightly import run_night  # noqa: PLC0415  another layer loads late

    with books(parsed) as store:
        done = run_night(store, school_of(store, parsed.school), now=act_of(parsed).at)
    row: Row = {
        "school": done.school,
        "closed": [{"day": one.day.isoformat(), "unclaimed": one.unclaimed} for one in done.closed],
        "disagreements": [f"{one.rule}: {one.detail}" for one in done.disagreements],
    }
    if parsed.json:
        say_json(row)
    else:
        for one in done.closed:
            say(f"{one.day.isoformat()}: {one.unclaimed} meals unclaimed")
        for fault in done.disagreements:
            say(f"WRONG: {fault.rule}: {fault.detail}")
        say(f"{done.school}: {len(done.disagreements)} disagreements")
    return EXIT_FAILED if done.disagreements else EXIT_WELL


def _closings(parsed: argparse.Namespace) -> int:
    from central.closings import differences_text, list_closings  # noqa: PLC0415  loads late
    from core.codec import moment_text  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [
                {
                    "terminal": one.terminal,
                    "name": one.terminal_name,
                    "number": one.number,
                    "day": one.day.isoformat(),
                    "agrees": one.agrees,
                    "sales_cents": one.receipt.receipt.sales.cents,
                    "sales": one.receipt.receipt.sales.text(),
                    "cash_cents": one.receipt.receipt.cash.cents,
                    "collected": one.receipt.receipt.collected,
                    "differences": differences_text(one.differences),
                    "received_at": moment_text(one.received_at),
                    "head_hash": one.receipt.receipt.head_hash,
                    "signature": one.receipt.plain["signature"],
                }
                for one in list_closings(session, school, day=parsed.day)
            ]

    rows = at_school(parsed, act)
    words = "{day}  {name}  no. {number}  {collected} meals  {sales} euro  {differences}"
    return say_rows(parsed, rows, words, none="no closing has arrived yet")


def _case(one: "Case") -> Row:
    from core.codec import moment_text  # noqa: PLC0415  loads late

    return {
        "id": one.id,
        "flag": one.flag,
        "subject": one.subject,
        "detail": one.detail,
        "terminal": one.terminal,
        "name": one.terminal_name,
        "raised_at": moment_text(one.raised_at),
        "settled_at": None if one.settled_at is None else moment_text(one.settled_at),
        "settled_by": one.settled_by,
        "resolution": None if one.resolution is None else one.resolution.value,
        "note": one.note,
    }


def _exceptions(parsed: argparse.Namespace) -> int:
    from central.exceptions import list_exceptions  # noqa: PLC0415  another layer loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            found = list_exceptions(
                session, school, is_open=None if parsed.all else True, flag=parsed.flag
            )
        return [_case(one) for one in found]

    words = "{id}  {raised_at}  {name}  {detail}"
    return say_rows(parsed, at_school(parsed, act), words, none="nothing waits for anybody")


def _settle(parsed: argparse.Namespace) -> int:
    from central.exceptions import Resolution, settle  # noqa: PLC0415  loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        done = settle(
            store,
            school,
            case=parsed.case,
            how=Resolution(parsed.how),
            act=act_of(parsed),
            pupil=None if parsed.pupil is None else PupilId(parsed.pupil),
        )
        return [_case(done)]

    return say_rows(parsed, at_school(parsed, act), "{id}  {resolution} by {settled_by}")


def _audit(parsed: argparse.Namespace) -> int:
    from central.audit import list_audit  # noqa: PLC0415  another layer loads late
    from core.codec import moment_text  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [
                {
                    "at": moment_text(one.at),
                    "who": one.who,
                    "what": one.what,
                    "subject": one.subject,
                }
                for one in list_audit(session, school, limit=parsed.limit)
            ]

    words = "{at}  {who}  {what}  {subject}"
    return say_rows(parsed, at_school(parsed, act), words, none="nothing was done yet")
