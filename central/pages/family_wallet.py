"""A child's wallets: every movement explained, taken along as a file; money moved between them."""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

from starlette.responses import Response

from central.bank.communications import school_year
from central.families.proofs import Proof, proofs_of
from central.families.rules import Rule, read_rules
from central.office import Act
from central.pages.events import event_page
from central.pages.family import child_of, child_page, path_of
from central.pages.money import move_between
from central.pages.movements import Movement, movements
from central.pages.orders import product_names
from central.pages.visit import RefusedError, Visit, one_row
from core.codec import moment_text
from core.people import Language

_DAYS = (date(2000, 1, 1), date(2200, 1, 1))
"""Nothing was ever booked outside these, and near the calendar's ends arithmetic fails."""
_FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Span:
    """Some days of the school's. begins, ends: their moments, the second one not among them."""

    first: date
    begins: datetime
    ends: datetime

    @property
    def before(self) -> str:
        """The month before, as in an address."""
        return (self.first - timedelta(days=1)).strftime("%Y-%m")

    @property
    def after(self) -> str:
        """The month after, as in an address."""
        return _next(self.first).strftime("%Y-%m")


def show(visit: Visit) -> Response:
    """Show a month of movements."""
    month = _month(visit)
    with visit.store.database.reading() as session:
        names = product_names(session, visit.school.id)
        moved = movements(
            session, visit.school.id, child_of(visit), names, since=month.begins, until=month.ends
        )
        may_move = read_rules(session, visit.school.id)[Rule.MOVE_MONEY]
    return child_page(
        visit,
        "family_wallet.html",
        month=month,
        is_this_month=month.ends > visit.now,
        movements=moved,
        may_move=may_move,
    )


def move(visit: Visit) -> Response:
    """Move an amount from one wallet of the child to the other."""
    with visit.store.database.reading() as session:
        if not read_rules(session, visit.school.id)[Rule.MOVE_MONEY]:
            raise RefusedError("refused.school", status=403)
    move_between(visit, child_of(visit), Act(visit.user.name, visit.now))
    return visit.go(f"{path_of(visit)}/wallet", done="moved")


def show_event(visit: Visit) -> Response:
    """Show the signed event behind a movement of the child's own."""
    with visit.store.database.reading() as session:
        one_row(
            session,
            "SELECT 1 FROM leg WHERE school_id = ? AND booking_id = ? AND owner = ?"
            " AND account IN ('wallet.general', 'wallet.reserve')",
            visit.school.id,
            visit.ids["event"],
            child_of(visit),
        )
    return event_page(visit, back=f"{path_of(visit)}/wallet")


def as_table(visit: Visit) -> Response:
    """Send the movements of a span of days as CSV, for a spreadsheet in the reader's language."""
    span, moved, proofs = _all(visit)
    is_english = visit.voice.language is Language.EN
    text = StringIO()
    table = csv.writer(text, delimiter="," if is_english else ";", lineterminator="\r\n")
    say = visit.voice.say
    heads = ("at", "wallet", "amount", "what", "dish", "where", "who", "why", "event", "hash")
    table.writerow([say(f"export.{head}") for head in heads])
    for one in moved:
        entry, proof = one.entry, proofs.get(one.event)
        amount = entry.change.text() if is_english else entry.change.text().replace(".", ",")
        table.writerow(
            [
                entry.at.astimezone(visit.school.calendar.zone).strftime("%Y-%m-%d %H:%M:%S"),
                visit.voice.term("wallet_short", entry.wallet.value),
                amount,
                visit.voice.term("entry", entry.kind),
                *map(_plain, (one.what, entry.place, one.who, entry.why)),
                one.event,
                "" if proof is None else proof.hash,
            ]
        )
    # The mark by which spreadsheets know UTF-8.
    return _file(visit, "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue(), span, "csv")


def as_proof(visit: Visit) -> Response:
    """Send the movements of a span of days as JSON, each with what proves its event."""
    span, moved, proofs = _all(visit)
    told = {
        "school": visit.school.header.name,
        "pupil": child_of(visit),
        "made_at": moment_text(visit.now),
        "check": "hash = SHA-256 (previous_hash as 32 bytes, then body in UTF-8)",
        "movements": [
            {
                "at": moment_text(one.entry.at),
                "wallet": one.entry.wallet.value,
                "change_cents": one.entry.change.cents,
                "kind": one.entry.kind,
                "what": one.what,
                "place": one.entry.place,
                "who": one.who,
                "why": one.entry.why,
                "event": proofs[one.event].plain() if one.event in proofs else None,
            }
            for one in moved
        ],
    }
    return _file(visit, json.dumps(told, ensure_ascii=False, indent=1), span, "json")


def _all(visit: Visit) -> tuple[Span, list[Movement], dict[str, Proof]]:
    """Return the span that is asked for, by default the school year so far, and what is in it."""
    year = int(school_year(visit.now)[:4])
    first = visit.asked_day("from") if "from" in visit.asked else date(year, 8, 1)
    last = visit.asked_day("to")
    span = _between(visit, first, min(last, _DAYS[1]) + timedelta(days=1))
    with visit.store.database.reading() as session:
        names = product_names(session, visit.school.id)
        moved = movements(
            session, visit.school.id, child_of(visit), names, since=span.begins, until=span.ends
        )
        proofs = proofs_of(session, visit.school.id, [one.event for one in moved if one.event])
    return span, moved, proofs


def _plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _file(visit: Visit, text: str, span: Span, kind: str) -> Response:
    last = (span.ends - timedelta(hours=2)).astimezone(visit.school.calendar.zone).date()
    name = f"refectory-{span.first.isoformat()}-{last.isoformat()}.{kind}"
    types = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type=types[kind], headers=headers)


def _between(visit: Visit, first: date, end: date) -> Span:
    zone = visit.school.calendar.zone
    first, end = (min(max(day, _DAYS[0]), _DAYS[1]) for day in (first, end))
    begins, ends = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, end))
    return Span(first, begins, ends)


def _month(visit: Visit) -> Span:
    try:
        first = date.fromisoformat(f"{visit.asked.get('month', '')}-01")
    except ValueError:
        first = visit.today.replace(day=1)
    first = min(max(first, _DAYS[0]), _DAYS[1])
    return _between(visit, first, _next(first))


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
