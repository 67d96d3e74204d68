"""`refectory central wallet` and `central bank`: money at the bursar's office."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import (
    Row,
    act_of,
    add_key,
    add_school,
    add_why,
    at_school,
    books,
    euro,
    key_of,
    say_rows,
    school_of,
)
from cli.output import CommandError
from cli.progress import Progress

if TYPE_CHECKING:
    from central.bank.importing import ImportReport
    from central.bank.lines import BankLine
    from central.store import Store
    from cli.main import Commands
    from core.ids import PupilId, SchoolId
    from core.wallet import Wallets


def register_money_words(words: "Commands") -> None:
    """Add `wallet` and `bank` with their words."""
    _register_wallet(words)
    _register_bank(words)


def _register_wallet(words: "Commands") -> None:
    wallet = words.add_parser("wallet", help="a pupil's general and reserve wallet")
    acts = wallet.add_subparsers(dest="wallet_command", metavar="WHAT", required=True)
    show = acts.add_parser("show", help="both balances")
    statement = acts.add_parser("statement", help="every change, the newest first")
    move = acts.add_parser("move", help="move money from one wallet to the other")
    move.add_argument("amount", type=euro, metavar="EURO")
    move.add_argument("--from", dest="source", choices=("general", "reserve"), required=True)
    adjust = acts.add_parser("adjust", help="put money in, or with a minus take it out")
    adjust.add_argument("amount", type=euro, metavar="EURO")
    adjust.add_argument("--wallet", choices=("general", "reserve"), default="general")
    pay_out = acts.add_parser("pay-out", help="pay both wallets back by bank transfer")
    for word, run in ((show, _show), (statement, _statement)):
        word.set_defaults(run=run)
    for word, run in ((move, _move), (adjust, _adjust), (pay_out, _pay_out)):
        add_why(word)
        add_key(word)
        word.set_defaults(run=run)
    for word in (show, statement, move, adjust, pay_out):
        word.add_argument("--pupil", required=True, metavar="ID")
        add_school(word)


def _pupil(parsed: argparse.Namespace) -> "PupilId":
    from core.ids import PupilId  # noqa: PLC0415  loads late

    return PupilId(parsed.pupil)


def _balances(pupil: str, held: "Wallets") -> Row:
    return {
        "pupil": pupil,
        "general_cents": held.general.cents,
        "reserve_cents": held.reserve.cents,
        "general": held.general.text(),
        "reserve": held.reserve.text(),
    }


_BALANCES = "{pupil}  general {general}  reserve {reserve}"


def _show(parsed: argparse.Namespace) -> int:
    from central.wallets import read_wallets  # noqa: PLC0415  another layer loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            held = read_wallets(session, school, _pupil(parsed))
        if held is None:
            message = f"there is no pupil {parsed.pupil} at school {school}"
            raise CommandError(message)
        return [_balances(parsed.pupil, held)]

    return say_rows(parsed, at_school(parsed, act), _BALANCES)


def _statement(parsed: argparse.Namespace) -> int:
    from central.wallets import statement  # noqa: PLC0415  another layer loads late
    from core.codec import moment_text  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [
                {
                    "at": moment_text(one.at),
                    "kind": one.kind,
                    "wallet": one.wallet.value,
                    "change_cents": one.change.cents,
                    "change": one.change.text(),
                    "subject": one.subject,
                    "place": one.place,
                    "who": one.who,
                    "why": one.why,
                }
                for one in statement(session, school, _pupil(parsed))
            ]

    words = "{at}  {wallet}  {change:>9}  {kind}  {place} {who} {why}"
    return say_rows(parsed, at_school(parsed, act), words, none="nothing was booked yet")


def _move(parsed: argparse.Namespace) -> int:
    from central.wallets import move  # noqa: PLC0415  another layer loads late
    from core.wallet import WalletKind  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        held = move(
            store,
            school,
            pupil=_pupil(parsed),
            source=WalletKind(parsed.source),
            amount=parsed.amount,
            key=key_of(parsed),
            act=act_of(parsed),
        )
        return [_balances(parsed.pupil, held)]

    return say_rows(parsed, at_school(parsed, act), _BALANCES)


def _adjust(parsed: argparse.Namespace) -> int:
    from central.wallets import adjust  # noqa: PLC0415  another layer loads late
    from core.wallet import WalletKind  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        held = adjust(
            store,
            school,
            pupil=_pupil(parsed),
            wallet=WalletKind(parsed.wallet),
            change=parsed.amount,
            key=key_of(parsed),
            act=act_of(parsed),
        )
        return [_balances(parsed.pupil, held)]

    return say_rows(parsed, at_school(parsed, act), _BALANCES)


def _pay_out(parsed: argparse.Namespace) -> int:
    from central.wallets import pay_out  # noqa: PLC0415  another layer loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        paid = pay_out(store, school, pupil=_pupil(parsed), key=key_of(parsed), act=act_of(parsed))
        return [{"pupil": parsed.pupil, "paid_cents": paid.cents, "paid": paid.text()}]

    return say_rows(parsed, at_school(parsed, act), "{pupil}  {paid} euro to be paid back")


# --- bank ---------------------------------------------------------------------------------------


def _register_bank(words: "Commands") -> None:
    bank = words.add_parser("bank", help="top-ups by bank transfer: CODA and camt.053 files")
    acts = bank.add_subparsers(dest="bank_command", metavar="WHAT", required=True)
    account = acts.add_parser("account", help="note an account as the school's own; list them")
    account.add_argument("iban", nargs="?", metavar="IBAN")
    give = acts.add_parser("communications", help="a structured communication for every pupil")
    give.add_argument("--year", metavar="YEAR", help="as in 2026-2027 (default: this one)")
    read = acts.add_parser("import", help="read the bank's files; the same again changes nothing")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    lines = acts.add_parser("lines", help="what came in: unmatched, unless asked for all")
    lines.add_argument("--all", action="store_true", help="also what is matched or settled")
    assign = acts.add_parser("assign", help="say whose an unmatched line is")
    whose = assign.add_mutually_exclusive_group(required=True)
    whose.add_argument("--pupil", metavar="ID")
    whose.add_argument("--invoice", metavar="ID", help="what it pays; see `… invoice list`")
    back = acts.add_parser("send-back", help="note that a line's money went back")
    for word in (assign, back):
        word.add_argument("line", metavar="LINE", help="see `refectory central bank lines`")
        add_why(word, required=word is back)
    runs = (
        (account, _account),
        (give, _give),
        (read, _import),
        (lines, _lines),
        (assign, _assign),
        (back, _send_back),
    )
    for word, run in runs:
        add_school(word)
        word.set_defaults(run=run)


def _account(parsed: argparse.Namespace) -> int:
    from central.bank.communications import (  # noqa: PLC0415  another layer loads late
        add_account,
        list_accounts,
    )

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        if parsed.iban is not None:
            who = act_of(parsed)
            add_account(store, school, iban=parsed.iban, who=who.who, now=who.at)
        with store.database.reading() as session:
            return [{"iban": iban} for iban in list_accounts(session, school)]

    return say_rows(parsed, at_school(parsed, act), "{iban}", none="no account is noted yet")


def _give(parsed: argparse.Namespace) -> int:
    from central.bank.communications import (  # noqa: PLC0415  another layer loads late
        give_communications,
        school_year,
    )

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        who = act_of(parsed)
        year = parsed.year or school_year(who.at)
        given = give_communications(store, school, year=year, who=who.who, now=who.at)
        return [{"year": year, "given": given}]

    return say_rows(parsed, at_school(parsed, act), "{year}: {given} communications given")


def _import(parsed: argparse.Namespace) -> int:
    from central.bank.importing import import_file  # noqa: PLC0415  another layer loads late

    done: list[Row] = []
    with books(parsed) as store, Progress("reading", len(parsed.files)) as progress:
        school = school_of(store, parsed.school)
        for number, path in enumerate(parsed.files, start=1):
            try:
                body = path.read_bytes()
            except OSError as error:
                message = f"{path}: {error.strerror}; name a file of the bank"
                raise CommandError(message) from error
            report = import_file(store, school, name=path.name, body=body, act=act_of(parsed))
            done.append(_report(path.name, report))
            progress.reach(number)
    words = (
        "{file}: {matched} matched ({credited} euro to wallets, {invoiced} to invoices),"
        " {unmatched} unmatched, {passed} left the account, {known} known before"
    )
    return say_rows(parsed, done, words)


def _report(name: str, report: "ImportReport") -> Row:
    return {
        "file": name,
        "format": report.format,
        "matched": report.matched,
        "credited_cents": report.credited.cents,
        "credited": report.credited.text(),
        "invoiced_cents": report.invoiced.cents,
        "invoiced": report.invoiced.text(),
        "unmatched": report.unmatched,
        "passed": report.passed,
        "known": report.known,
    }


def _line(one: "BankLine") -> Row:
    return {
        "line": one.id,
        "booked_on": one.booked_on.isoformat(),
        "amount_cents": one.amount.cents,
        "amount": one.amount.text(),
        "state": one.state.value,
        "reason": one.reason,
        "communication": one.communication,
        "message": one.message,
        "payer": one.payer_name,
        "pupil": one.pupil,
        "invoice": one.invoice,
        "rest_cents": one.rest.cents,
        "settled_by": one.settled_by,
    }


_LINE = "{line}  {booked_on}  {amount:>9}  {state}  {payer}  {message}  {reason}"


def _lines(parsed: argparse.Namespace) -> int:
    from central.bank.lines import LineState, list_lines  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        state = None if parsed.all else LineState.UNMATCHED
        with store.database.reading() as session:
            return [_line(one) for one in list_lines(session, school, state=state)]

    return say_rows(parsed, at_school(parsed, act), _LINE, none="no line waits")


def _assign(parsed: argparse.Namespace) -> int:
    from central.bank.lines import assign, assign_to_invoice  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        doer = act_of(parsed)
        if parsed.invoice is not None:
            invoice = parsed.invoice
            paid = assign_to_invoice(store, school, line=parsed.line, invoice=invoice, act=doer)
            return [_line(paid)]
        pupil = _pupil(parsed)
        return [_line(assign(store, school, line=parsed.line, pupil=pupil, act=doer))]

    return say_rows(parsed, at_school(parsed, act), _LINE)


def _send_back(parsed: argparse.Namespace) -> int:
    from central.bank.lines import send_back  # noqa: PLC0415  another layer loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        return [_line(send_back(store, school, line=parsed.line, act=act_of(parsed)))]

    return say_rows(parsed, at_school(parsed, act), _LINE)
