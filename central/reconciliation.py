"""The nightly check: every sum of the books against every other, and what does not agree.

`central.figures` compares a posting with itself, wallets with their legs, and events with their
numbers. This file goes round the money of a school once more, each account against the records
that explain it. Every rule has a name, and tells the ids of what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

from central.arrival_checks import lost_events, wrong_bytes
from central.aside import events_aside
from central.closings import Closing, list_closings
from central.database import Session
from central.event_places import OF_ARRIVAL, SEQ
from central.figures import disagreements
from central.presence_corrections import is_withdrawn_sql
from central.store import Store
from core.ids import SchoolId
from core.ledger import AccountKind
from core.orders import OrderState

_CLOSINGS_MAX = 500
_IDS_MAX = 20


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One sum that does not agree. rule: its name. detail: both sums and the ids, in one line."""

    school: SchoolId
    rule: str
    detail: str


def reconcile(session: Session, school: SchoolId) -> list[Disagreement]:
    """Return what does not agree in a school's books; nothing when all does."""
    found = [Disagreement(school, "sums", line) for line in disagreements(session, school)]
    for rule, check in _RULES.items():
        found += [Disagreement(school, rule, line) for line in check(session, school)]
    return found


def reconcile_all(store: Store, schools: list[SchoolId]) -> list[Disagreement]:
    """Return what does not agree, school by school, each read in one moment."""
    found: list[Disagreement] = []
    for school in schools:
        with store.database.reading() as session:
            found += reconcile(session, school)
    return found


def _orders_paid(session: Session, school: SchoolId) -> list[str]:
    """What wallets paid for orders, less what was credited, is what the orders cost."""
    paid = _whole(
        session,
        "SELECT -SUM(l.cents) FROM booking b JOIN posted_leg l ON l.school_id = b.school_id"
        " AND l.booking_id = b.id WHERE b.school_id = ?"
        " AND b.kind IN ('order.reserved', 'order.changed', 'order.cancelled')"
        " AND l.account = 'wallet.general'",
        school,
    )
    cost = _order_sum(
        session, school, OrderState.RESERVED, OrderState.COLLECTED, OrderState.UNCLAIMED
    )
    return _unequal("paid for orders", paid, "orders that were not cancelled", cost)


def _orders_collected(session: Session, school: SchoolId) -> list[str]:
    """Meals served are the orders collected, and those that broke a rule."""
    served = _account(session, school, AccountKind.MEALS_SERVED)
    flagged = _whole(
        session,
        "SELECT -SUM(x.cents) FROM posted_leg x WHERE x.school_id = ? AND x.account = 'exceptions'"
        " AND EXISTS (SELECT 1 FROM posted_leg m WHERE m.school_id = x.school_id"
        " AND m.booking_id = x.booking_id AND m.account = 'meals.served')",
        school,
    ) + _whole(
        session,
        "SELECT SUM(cents) FROM event WHERE school_id = ? AND source = 'exceptions'",
        school,
    )
    collected = _order_sum(session, school, OrderState.COLLECTED)
    return _unequal("meals served", served, "orders collected and exceptions", collected + flagged)


def _orders_unclaimed(session: Session, school: SchoolId) -> list[str]:
    held = _account(session, school, AccountKind.MEALS_UNCLAIMED)
    left = _order_sum(session, school, OrderState.UNCLAIMED)
    return _unequal("unclaimed meals", held, "orders unclaimed", left)


def _orders_and_their_legs(session: Session, school: SchoolId) -> list[str]:
    """No order is collected or left whose wallet never paid: told one by one."""
    rows = session.rows(
        "SELECT o.id, o.price_cents, COALESCE(SUM(l.cents), 0) FROM meal_order o"
        " LEFT JOIN booking b ON b.school_id = o.school_id AND b.subject = o.id"
        " AND b.kind IN ('order.reserved', 'order.changed')"
        " LEFT JOIN posted_leg l ON l.school_id = b.school_id AND l.booking_id = b.id"
        " AND l.account = 'meals.prepaid' WHERE o.school_id = ?"
        " GROUP BY o.id, o.price_cents HAVING COALESCE(SUM(l.cents), 0) <> o.price_cents"
        " ORDER BY o.id",
        school,
    )
    return [f"order {row[0]}: it costs {row[1]} cents, and {row[2]} were paid" for row in rows]


def _bank(session: Session, school: SchoolId) -> list[str]:
    """Money that nobody has claimed is that of the bank lines that wait."""
    held = _account(session, school, AccountKind.BANK_UNMATCHED)
    waiting = _whole(
        session,
        "SELECT SUM(COALESCE(rest_cents, cents)) FROM bank_line"
        " WHERE school_id = ? AND state = 'unmatched'",
        school,
    )
    return _unequal("unmatched money", held, "bank lines that wait", waiting)


def _bank_lines(session: Session, school: SchoolId) -> list[str]:
    """Each bank line is booked once, with its own amount, from the bank."""
    rows = session.rows(
        "SELECT n.id, n.cents, COALESCE(-SUM(l.cents), 0) FROM bank_line n"
        " LEFT JOIN booking b ON b.school_id = n.school_id AND b.subject = n.id"
        " AND b.kind IN ('bank.topped_up', 'bank.unmatched', 'bank.invoice')"
        " LEFT JOIN posted_leg l ON l.school_id = b.school_id AND l.booking_id = b.id"
        " AND l.account = 'bank' WHERE n.school_id = ? AND n.state <> 'passed'"
        " GROUP BY n.id, n.cents HAVING COALESCE(-SUM(l.cents), 0) <> n.cents ORDER BY n.id",
        school,
    )
    return [f"bank line {row[0]}: {row[1]} cents, but {row[2]} are booked" for row in rows]


def _invoices(session: Session, school: SchoolId) -> list[str]:
    """What an invoice's account holds is what was paid and credited, less what it asked for."""
    rows = session.rows(
        "SELECT i.id, i.paid_cents + i.credited_cents - i.cents, COALESCE(SUM(l.cents), 0)"
        " FROM invoice i LEFT JOIN posted_leg l ON l.school_id = i.school_id AND l.owner = i.id"
        " AND l.account = 'invoices' WHERE i.school_id = ?"
        " GROUP BY i.id, i.paid_cents, i.credited_cents, i.cents"
        " HAVING COALESCE(SUM(l.cents), 0) <> i.paid_cents + i.credited_cents - i.cents"
        " OR i.paid_cents + i.credited_cents > i.cents OR i.paid_cents < 0 ORDER BY i.id",
        school,
    )
    return [f"invoice {row[0]}: it stands at {row[1]} cents, its legs at {row[2]}" for row in rows]


def _instalments(session: Session, school: SchoolId) -> list[str]:
    """The instalments of an invoice make its amount."""
    rows = session.rows(
        "SELECT i.id, i.cents, COALESCE(SUM(n.cents), 0) FROM invoice i"
        " LEFT JOIN instalment n ON n.school_id = i.school_id AND n.invoice_id = i.id"
        " WHERE i.school_id = ? GROUP BY i.id, i.cents"
        " HAVING COALESCE(SUM(n.cents), 0) <> i.cents ORDER BY i.id",
        school,
    )
    return [f"invoice {row[0]}: {row[1]} cents, its instalments {row[2]}" for row in rows]


def _activities(session: Session, school: SchoolId) -> list[str]:
    """What an activity brought in is what its invoices ask for, credits taken off."""
    rows = session.rows(
        "SELECT a.id, COALESCE((SELECT SUM(i.cents - i.credited_cents) FROM invoice i"
        " WHERE i.school_id = a.school_id AND i.activity_id = a.id), 0),"
        " COALESCE((SELECT SUM(l.cents) FROM posted_leg l WHERE l.school_id = a.school_id"
        " AND l.account = 'activities' AND l.owner = a.id), 0)"
        " FROM activity a WHERE a.school_id = ? ORDER BY a.id",
        school,
    )
    return [
        f"activity {row[0]}: its invoices ask for {row[1]} cents, but {row[2]} are booked"
        for row in rows
        if row[1] != row[2]
    ]


def _orphans(session: Session, school: SchoolId) -> list[str]:
    """Every leg belongs to an event or to a booking."""
    rows = session.rows(
        "SELECT DISTINCT l.booking_id FROM posted_leg l"
        " LEFT JOIN event e ON e.school_id = l.school_id AND e.id = l.booking_id"
        " LEFT JOIN booking b ON b.school_id = l.school_id AND b.id = l.booking_id"
        " WHERE l.school_id = ? AND e.id IS NULL AND b.id IS NULL ORDER BY 1",
        school,
    )
    return _named("legs of nothing that was booked", [row[0] for row in rows])


def _cases(session: Session, school: SchoolId) -> list[str]:
    """What stands on the bursar's accounts has an exception that says why."""
    rows = session.rows(
        "SELECT l.booking_id FROM posted_leg l"
        " JOIN event e ON e.school_id = l.school_id AND e.id = l.booking_id"
        " LEFT JOIN exception x ON x.school_id = l.school_id AND x.subject = l.booking_id"
        " WHERE l.school_id = ? AND l.account IN ('exceptions', 'to_settle')"
        " AND e.kind NOT LIKE '%.voided' AND e.kind <> 'sale.refunded' AND x.id IS NULL"
        " UNION SELECT e.id FROM event e"
        " LEFT JOIN exception x ON x.school_id = e.school_id AND x.subject = e.id"
        " WHERE e.school_id = ? AND e.source = 'exceptions' AND x.id IS NULL ORDER BY 1",
        school,
        school,
    )
    return _named("events that wait for the bursar without an exception", [r[0] for r in rows])


def _closings(session: Session, school: SchoolId) -> list[str]:
    """A closing that differs is open until somebody has settled it; its receipt says the same."""
    lines = []
    for closing in list_closings(session, school, limit=_CLOSINGS_MAX):
        name = f"closing {closing.number} of terminal {closing.terminal}"
        told = closing.receipt.receipt.differences
        if told != len(closing.differences):
            lines.append(f"{name}: its receipt tells {told} differences")
        if closing.differences and _is_open(session, school, closing.event):
            first = closing.differences[0]
            lines.append(f"{name} differs in {len(closing.differences)} sums, such as {first.what}")
    return lines


def _is_open(session: Session, school: SchoolId, event: str) -> bool:
    row = session.row(
        "SELECT 1 FROM exception WHERE school_id = ? AND subject = ?"
        " AND flag = 'closing_differs' AND settled_at IS NULL",
        school,
        event,
    )
    return row is not None


def _cash(session: Session, school: SchoolId) -> list[str]:
    """The cash that each closing signed for is what the postings of its period hold."""
    lines = []
    each = session.each("event", "e", on=f"e.school_id = ? AND {OF_ARRIVAL}", along="place")
    seen: dict[str, tuple[int, int]] = {}
    for closing in reversed(list_closings(session, school, limit=_CLOSINGS_MAX)):
        since = seen.get(closing.terminal)
        seen[closing.terminal] = (closing.epoch, closing.seq)
        if since is None and closing.number > 1:
            continue  # the closing before is not among these: where its period began is not known
        begin = (0, 0) if since is None else since
        booked = _whole(
            session,
            f"SELECT -SUM(l.cents) FROM arrival a {each} JOIN posted_leg l"  # noqa: S608  our own words
            " ON l.school_id = a.school_id AND l.booking_id = e.id"
            " WHERE a.school_id = ? AND a.terminal_id = ? AND (a.epoch, a.last_seq) > (?, ?)"
            f" AND (+a.epoch, {SEQ}) > (?, ?) AND (+a.epoch, {SEQ}) < (?, ?)"
            " AND l.account IN ('cash', 'safe')",
            school,
            school,
            closing.terminal,
            *begin,
            *begin,
            closing.epoch,
            closing.seq,
        )
        booked += _cash_aside(session, school, closing, begin)
        signed = closing.receipt.receipt.cash.cents
        name = f"closing {closing.number} of terminal {closing.terminal}: cash signed for"
        lines += _unequal(name, signed, "cash in the books", booked)
    return lines


def _cash_aside(
    session: Session, school: SchoolId, closing: Closing, begin: tuple[int, int]
) -> int:
    """Return the cash in the period of a closing that another image of its card took."""
    end = (closing.epoch, closing.seq)
    aside = [
        one.id
        for one in events_aside(session, school, closing.terminal)
        if begin < (one.epoch, one.seq) < end
    ]
    rows = session.rows_by(
        "SELECT cents FROM posted_leg WHERE school_id = ? AND account IN ('cash', 'safe')"
        " AND booking_id IN",
        aside,
        school,
    )
    return -sum(int(row[0]) for row in rows)


Check = Callable[[Session, SchoolId], list[str]]


def _study(session: Session, school: SchoolId) -> list[str]:
    """What facts took for study is what the presences cost; who came again has paid again."""
    taken = _whole(
        session,
        "SELECT SUM(l.cents) FROM posted_leg l JOIN study_presence p ON p.school_id = l.school_id"
        " AND p.event_id = l.booking_id WHERE l.school_id = ? AND l.account = 'study'",
        school,
    )
    cost = _whole(session, "SELECT SUM(cents) FROM study_presence WHERE school_id = ?", school)
    held = _whole(
        session,
        "SELECT SUM(cents) FROM posted_leg WHERE school_id = ? AND account = 'study'",
        school,
    )
    kept = _whole(
        session,
        "SELECT SUM(p.cents) FROM study_presence p WHERE p.school_id = ?"  # noqa: S608  our own
        f" AND NOT {is_withdrawn_sql('p')}",
        school,
    )
    return [
        *_unequal("taken for study", taken, "presences at study", cost),
        *_unequal("study brought in", held, "presences that stand", kept),
    ]


_RULES: dict[str, Check] = {
    "orders paid": _orders_paid,
    "orders collected": _orders_collected,
    "orders unclaimed": _orders_unclaimed,
    "each order paid": _orders_and_their_legs,
    "unmatched money": _bank,
    "bank lines": _bank_lines,
    "invoices": _invoices,
    "instalments": _instalments,
    "activities": _activities,
    "study": _study,
    "orphan legs": _orphans,
    "exceptions": _cases,
    "closings": _closings,
    "cash": _cash,
    "arrivals": lost_events,
    "packed bytes": wrong_bytes,
}
RULES = ("sums", *_RULES)


def _whole(session: Session, sql: str, *values: str | int) -> int:
    row = session.row(sql, *values)
    assert row is not None, "an aggregate has one row"
    return int(row[0] or 0)


def _account(session: Session, school: SchoolId, kind: AccountKind) -> int:
    sql = "SELECT SUM(cents) FROM leg WHERE school_id = ? AND owner = '' AND account = ?"
    return _whole(session, sql, school, kind.value)


def _order_sum(session: Session, school: SchoolId, *states: OrderState) -> int:
    marks = ", ".join("?" * len(states))
    return _whole(
        session,
        f"SELECT SUM(price_cents) FROM meal_order WHERE school_id = ? AND state IN ({marks})",  # noqa: S608
        school,
        *(state.value for state in states),
    )


def _unequal(one: str, cents: int, other: str, other_cents: int) -> list[str]:
    if cents == other_cents:
        return []
    return [f"{one}: {cents} cents, but {other}: {other_cents}"]


def _named(what: str, ids: list[str]) -> list[str]:
    if not ids:
        return []
    more = f" and {len(ids) - _IDS_MAX} more" if len(ids) > _IDS_MAX else ""
    return [f"{what}: {', '.join(ids[:_IDS_MAX])}{more}"]
