"""`refectory central activity` and `central invoice`: trips, who goes, and who has paid what."""

import argparse
from typing import TYPE_CHECKING

from cli.central_desk import (
    Row,
    act_of,
    add_key,
    add_school,
    add_why,
    at_school,
    day,
    euro,
    key_of,
    say_rows,
)
from cli.output import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from central.activities.plans import Activity
    from central.database import Session
    from central.store import Store
    from cli.main import Commands
    from core.ids import PupilId, SchoolId
    from core.invoices import Invoice
    from core.money import Money


def register_activity_words(words: "Commands") -> None:
    """Add `activity` and `invoice` with their words."""
    _register_activity(words)
    _register_invoice(words)


def _register_activity(words: "Commands") -> None:
    activity = words.add_parser("activity", help="trips and other activities that parents answer")
    acts = activity.add_subparsers(dest="activity_command", metavar="WHAT", required=True)
    _register_plan(acts)
    listing = acts.add_parser("list", help="all of them, the last day first")
    show = acts.add_parser("show", help="who takes part, and who has paid what")
    invite = acts.add_parser("invite", help="ask the parents of a class, or of a pupil")
    enrol = acts.add_parser("enrol", help="let a class, or a pupil, take part without asking")
    withdraw = acts.add_parser("withdraw", help="take a pupil off it, and credit the invoice")
    deadline = acts.add_parser("deadline", help="let parents answer until another day")
    cancel = acts.add_parser("cancel", help="it does not take place: every invoice is credited")
    for word in (show, invite, enrol, withdraw, deadline, cancel):
        word.add_argument("activity", metavar="ACTIVITY", help="see `… activity list`")
    for word in (invite, enrol):
        whom = word.add_mutually_exclusive_group(required=True)
        whom.add_argument("--class", dest="class_name", metavar="CLASS")
        whom.add_argument("--pupil", metavar="ID")
    withdraw.add_argument("--pupil", required=True, metavar="ID")
    withdraw.add_argument(
        "--keep", type=euro, metavar="EURO", help="what is owed all the same (default: nothing)"
    )
    deadline.add_argument("day", type=day, metavar="DAY")
    for word in (withdraw, cancel):
        add_why(word)
    runs = (
        (listing, _list),
        (show, _show),
        (invite, _invite),
        (enrol, _enrol),
        (withdraw, _withdraw),
        (deadline, _deadline),
        (cancel, _cancel),
    )
    for word, run in runs:
        add_school(word)
        word.set_defaults(run=run)


def _register_plan(acts: "Commands") -> None:
    plan = acts.add_parser("plan", help="plan one; then invite or enrol")
    plan.add_argument("name", metavar="NAME")
    plan.add_argument("--first-day", type=day, required=True, metavar="DAY")
    plan.add_argument("--last-day", type=day, metavar="DAY", help="(default: the first one)")
    plan.add_argument("--answer-by", type=day, required=True, metavar="DAY")
    plan.add_argument("--price", type=euro, required=True, metavar="EURO")
    plan.add_argument(
        "--instalment",
        type=_instalment,
        action="append",
        metavar="DAY=EURO",
        help="one part of the price; may be repeated (default: all of it, by --answer-by)",
    )
    plan.add_argument("--place", default="", metavar="TEXT")
    plan.add_argument("--details", default="", metavar="TEXT")
    plan.add_argument("--places", type=int, metavar="N", help="(default: as many as come)")
    plan.add_argument(
        "--takes-wallet", action="store_true", help="the general wallet may pay it, too"
    )
    add_key(plan)
    add_school(plan)
    plan.set_defaults(run=_plan)


def _instalment(text: str) -> "tuple[date, Money]":
    due_on, _, amount = text.partition("=")
    return day(due_on), euro(amount)


def _plan(parsed: argparse.Namespace) -> int:
    from central.activities.plans import Activity, plan_activity  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        doer = act_of(parsed)
        whole = [(parsed.answer_by, parsed.price)] if parsed.price else []
        made = Activity(
            id=key_of(parsed)[:64],
            name=parsed.name,
            details=parsed.details,
            place=parsed.place,
            first_day=parsed.first_day,
            last_day=parsed.last_day or parsed.first_day,
            answer_by=parsed.answer_by,
            places=parsed.places,
            price=parsed.price,
            takes_wallet=parsed.takes_wallet,
            instalments=tuple(parsed.instalment or whole),
        )
        return [_activity(plan_activity(store, school, made, who=doer.who, now=doer.at))]

    return say_rows(parsed, at_school(parsed, act), _ACTIVITY)


def _activity(one: "Activity") -> Row:
    return {
        "activity": one.id,
        "name": one.name,
        "place": one.place,
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
        "answer_by": one.answer_by.isoformat(),
        "places": one.places,
        "price_cents": one.price.cents,
        "price": one.price.text(),
        "takes_wallet": one.takes_wallet,
        "state": one.state.value,
        "instalments": [
            {"due_on": due_on.isoformat(), "cents": amount.cents}
            for due_on, amount in one.instalments
        ],
    }


_ACTIVITY = "{activity}  {first_day}  {price:>9}  {state}  answers until {answer_by}  {name}"


def _list(parsed: argparse.Namespace) -> int:
    from central.activities.plans import list_activities  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [_activity(one) for one in list_activities(session, school)]

    return say_rows(parsed, at_school(parsed, act), _ACTIVITY, none="nothing is planned")


def _show(parsed: argparse.Namespace) -> int:
    from central.activities.invoices import invoices_of_activity  # noqa: PLC0415  loads late
    from central.activities.participants import participants  # noqa: PLC0415
    from central.activities.plans import read_activity  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            read_activity(session, school, parsed.activity)
            people = participants(session, school, parsed.activity)
            invoices = {
                one.id: one for one in invoices_of_activity(session, school, parsed.activity)
            }
            today = _today(session, school, parsed)
        rows: list[Row] = []
        for one in people:
            invoice = None if one.invoice is None else invoices[one.invoice]
            money = _no_money() if invoice is None else _money(invoice, today)
            rows.append({"pupil": one.pupil, "answer": one.answer.value, **money})
        return rows

    words = "{pupil}  {answer:<8} {state:<10} paid {paid:>9} of {owed:>9}  {communication}"
    return say_rows(parsed, at_school(parsed, act), words, none="nobody is asked yet")


def _no_money() -> Row:
    return {
        "invoice": None,
        "state": "",
        "owed_cents": 0,
        "owed": "0.00",
        "paid_cents": 0,
        "paid": "0.00",
        "communication": "",
    }


def _money(invoice: "Invoice", today: "date") -> Row:
    return {
        "invoice": invoice.id,
        "state": invoice.state(today).value,
        "owed_cents": invoice.owed.cents,
        "owed": invoice.owed.text(),
        "paid_cents": invoice.paid.cents,
        "paid": invoice.paid.text(),
        "communication": invoice.communication,
    }


def _today(session: "Session", school: "SchoolId", parsed: argparse.Namespace) -> "date":
    from central.records import read_school  # noqa: PLC0415  another layer loads late

    return read_school(session, school).calendar.business_day(act_of(parsed).at)


def _pupils(store: "Store", school: "SchoolId", parsed: argparse.Namespace) -> "Sequence[PupilId]":
    from central.activities.participants import class_pupils  # noqa: PLC0415  loads late
    from core.ids import PupilId  # noqa: PLC0415

    if parsed.pupil is not None:
        return [PupilId(parsed.pupil)]
    with store.database.reading() as session:
        return class_pupils(session, school, parsed.class_name)


def _invite(parsed: argparse.Namespace) -> int:
    from central.activities.participants import invite  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        pupils = _pupils(store, school, parsed)
        doer = act_of(parsed)
        count = invite(store, school, activity=parsed.activity, pupils=pupils, act=doer)
        return [{"activity": parsed.activity, "invited": count}]

    return say_rows(parsed, at_school(parsed, act), "{invited} more are asked")


def _enrol(parsed: argparse.Namespace) -> int:
    from central.activities.participants import enrol  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        pupils = _pupils(store, school, parsed)
        doer = act_of(parsed)
        count = enrol(store, school, activity=parsed.activity, pupils=pupils, act=doer)
        return [{"activity": parsed.activity, "enrolled": count}]

    return say_rows(parsed, at_school(parsed, act), "{enrolled} more take part")


def _withdraw(parsed: argparse.Namespace) -> int:
    from central.activities.participants import withdraw  # noqa: PLC0415  loads late
    from core.ids import PupilId  # noqa: PLC0415
    from core.money import ZERO  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        found = withdraw(
            store,
            school,
            activity=parsed.activity,
            pupil=PupilId(parsed.pupil),
            kept=parsed.keep or ZERO,
            act=act_of(parsed),
        )
        return [{"pupil": found.pupil, "answer": found.answer.value}]

    return say_rows(parsed, at_school(parsed, act), "{pupil}  {answer}")


def _deadline(parsed: argparse.Namespace) -> int:
    from central.activities.plans import set_deadline  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        doer = act_of(parsed)
        changed = set_deadline(
            store,
            school,
            activity=parsed.activity,
            answer_by=parsed.day,
            who=doer.who,
            now=doer.at,
        )
        return [_activity(changed)]

    return say_rows(parsed, at_school(parsed, act), _ACTIVITY)


def _cancel(parsed: argparse.Namespace) -> int:
    from central.activities.participants import cancel_activity  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        count = cancel_activity(store, school, activity=parsed.activity, act=act_of(parsed))
        return [{"activity": parsed.activity, "credited": count}]

    return say_rows(parsed, at_school(parsed, act), "{credited} invoices credited")


# --- invoices -----------------------------------------------------------------------------------


def _register_invoice(words: "Commands") -> None:
    invoice = words.add_parser("invoice", help="what pupils owe for activities")
    acts = invoice.add_subparsers(dest="invoice_command", metavar="WHAT", required=True)
    listing = acts.add_parser("list", help="a pupil's invoices, and their instalments")
    listing.add_argument("--pupil", required=True, metavar="ID")
    pay = acts.add_parser("pay", help="pay from the general wallet, where the school allows it")
    credit = acts.add_parser("credit", help="take something off an invoice")
    for word in (pay, credit):
        word.add_argument("invoice", metavar="INVOICE", help="see `… invoice list`")
        word.add_argument("amount", type=euro, metavar="EURO")
        add_key(word)
        add_why(word, required=word is credit)
    for word, run in ((listing, _invoices), (pay, _pay), (credit, _credit)):
        add_school(word)
        word.set_defaults(run=run)


_INVOICE = "{invoice}  {communication}  {state}  paid {paid} of {owed}  {label}"


def _invoice(one: "Invoice", today: "date") -> Row:
    return {
        **_money(one, today),
        "label": one.label,
        "pupil": one.pupil,
        "instalments": [
            {
                "number": part.number,
                "due_on": part.due_on.isoformat(),
                "cents": part.amount.cents,
                "paid_cents": part.paid.cents,
                "state": part.state(today).value,
            }
            for part in one.instalments
        ],
    }


def _invoices(parsed: argparse.Namespace) -> int:
    from central.activities.invoices import invoices_of_pupil  # noqa: PLC0415  loads late
    from core.ids import PupilId  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            today = _today(session, school, parsed)
            found = invoices_of_pupil(session, school, PupilId(parsed.pupil))
        return [_invoice(one, today) for one in found]

    return say_rows(parsed, at_school(parsed, act), _INVOICE, none="nothing was invoiced")


def _pay(parsed: argparse.Namespace) -> int:
    from central.activities.payments import pay_from_wallet  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        paid = pay_from_wallet(
            store,
            school,
            invoice=parsed.invoice,
            amount=parsed.amount,
            key=key_of(parsed),
            act=act_of(parsed),
        )
        with store.database.reading() as session:
            return [_invoice(paid, _today(session, school, parsed))]

    return say_rows(parsed, at_school(parsed, act), _INVOICE)


def _credit(parsed: argparse.Namespace) -> int:
    from central.activities.payments import credit_invoice  # noqa: PLC0415  loads late

    if not parsed.why.strip():
        message = "--why: write a reason, for whoever asks later"
        raise CommandError(message)

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        left = credit_invoice(
            store,
            school,
            invoice=parsed.invoice,
            amount=parsed.amount,
            key=key_of(parsed),
            act=act_of(parsed),
        )
        with store.database.reading() as session:
            return [_invoice(left, _today(session, school, parsed))]

    return say_rows(parsed, at_school(parsed, act), _INVOICE)
