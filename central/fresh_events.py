"""Events that take their place now: read what they are about, book them, write it all.

Whatever a batch holds, each table is read and written by one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from central.arrivals import EventAnswer, Incoming, Item
from central.booking import Books, book, keys_of
from central.database import Session, Value
from central.feed import advance_feed
from central.flagging import WORDS, raise_exceptions
from central.limits import limited_of, write_bought
from central.postings import LegRow, Posting, leg_rows, write_legs
from central.quick_events import Quick, book_quick, note_quick_keys
from central.records import read_orders, read_policy
from core.batch import Flag, Verdict
from core.codec import moment_text, read_moment
from core.events import Event
from core.ids import EventId
from core.money import ZERO, Money
from core.orders import OrderState

_ACCEPTED = Verdict.ACCEPTED.value
_EVENT_COLUMNS = (
    "school_id",
    "terminal_id",
    "epoch",
    "seq",
    "id",
    "kind",
    "at",
    "body",
    "hash",
    "verdict",
    "flag",
    "received_at",
)


@dataclass(slots=True)
class _Page:
    """What a batch writes, row by row, while its events are booked one after the other."""

    answers: list[EventAnswer] = field(default_factory=list)
    events: list[tuple[Value, ...]] = field(default_factory=list)
    legs: list[LegRow] = field(default_factory=list)
    exceptions: list[tuple[str, str, str, str]] = field(default_factory=list)


def book_fresh(session: Session, incoming: Incoming, items: Sequence[Item]) -> list[EventAnswer]:
    """Book events that take their place now, and return what was done with each."""
    taken = _ids_taken(session, incoming, items)
    well = [item.read for item in items if item.read is not None and item.read.id not in taken]
    books = _read_books(session, incoming, well)
    page = _Page()
    for item in items:
        _book_item(page, incoming, item, books, taken)
    session.insert_many("event", _EVENT_COLUMNS, page.events)
    write_legs(session, page.legs)
    raise_exceptions(session, incoming, page.exceptions)
    _write_changes(session, incoming, books)
    return page.answers


def _book_item(
    page: _Page, incoming: Incoming, item: Item, books: Books, taken: set[EventId]
) -> None:
    seq, body, digest, read, fault = item.seq, item.body, item.hash, item.read, item.fault
    if read is None:
        _set_aside(page, incoming, item, Verdict.QUARANTINED, fault)
        return
    event_id = read.id
    if event_id in taken:
        _set_aside(page, incoming, item, Verdict.CONFLICT, "its id was used before")
        return
    terminal, epoch, now, now_text = incoming
    school = terminal.school_id
    flags: Sequence[Flag]
    if isinstance(read, Event):
        booking = book(read, books, now=now)
        flags = booking.flags
        kind, at_text = read.fact.kind.value, moment_text(read.stamp.at)
        page.legs += leg_rows(school, Posting(event_id, booking.legs, now))
    else:
        flags, rows = book_quick(read, books, now=now)
        kind, at_text = read.kind, read.at_text
        page.legs += [
            (school, event_id, name, account, owner, cents, now_text)
            for name, account, owner, cents in rows
        ]
    flag = flags[0].value if flags else None
    page.answers.append(EventAnswer(seq, Verdict.ACCEPTED, flag))
    page.events.append(
        (
            school,
            terminal.id,
            epoch,
            seq,
            event_id,
            kind,
            at_text,
            body,
            digest,
            _ACCEPTED,
            flag,
            now_text,
        )
    )
    for one in flags:
        page.exceptions.append((f"{event_id}.{one.value}", event_id, one.value, WORDS[one]))


def _set_aside(page: _Page, incoming: Incoming, item: Item, verdict: Verdict, detail: str) -> None:
    """Keep an event at its place that is not booked, without the id that may be another's."""
    kind, at_text = "", ""
    if isinstance(item.read, Event):
        kind, at_text = item.read.fact.kind.value, moment_text(item.read.stamp.at)
    elif item.read is not None:
        kind, at_text = item.read.kind, item.read.at_text
    place = f"{incoming.terminal.id} {incoming.epoch}-{item.seq}"
    page.answers.append(EventAnswer(item.seq, verdict, None))
    page.exceptions.append((f"{place}.{verdict.value}", place, verdict.value, detail))
    page.events.append(
        (
            incoming.terminal.school_id,
            incoming.terminal.id,
            incoming.epoch,
            item.seq,
            None,
            kind,
            at_text,
            item.body,
            item.hash,
            verdict.value,
            None,
            incoming.now_text,
        )
    )


def _ids_taken(session: Session, incoming: Incoming, items: Sequence[Item]) -> set[EventId]:
    """Return the ids that cannot be booked: used before, or twice in this batch."""
    ids = [item.read.id for item in items if item.read is not None]
    rows = session.rows_by(
        "SELECT id FROM event WHERE school_id = ? AND id IN", ids, incoming.terminal.school_id
    )
    taken = {EventId(row[0]) for row in rows}
    if len(set(ids)) < len(ids):
        taken |= {event_id for event_id in ids if ids.count(event_id) > 1}
    return taken


def _read_books(session: Session, incoming: Incoming, reads: Sequence[Event | Quick]) -> Books:
    school = incoming.terminal.school_id
    keys = keys_of(read.fact for read in reads if isinstance(read, Event))
    note_quick_keys((read for read in reads if not isinstance(read, Event)), keys)
    balances = session.rows_by(
        "SELECT pupil_id, general_cents FROM wallet WHERE school_id = ? AND pupil_id IN",
        sorted(keys.pupils),
        school,
        lock=True,
    )
    badge_rows = session.rows_by(
        "SELECT key, pupil_id FROM badge WHERE school_id = ? AND key IN",
        sorted(keys.badges),
        school,
    )
    return Books(
        overdraft_max=read_policy(session, school).overdraft_max if keys.pupils else ZERO,
        orders={order.id: order for order in read_orders(session, school, sorted(keys.orders))},
        wallets={row[0]: Money(row[1]) for row in balances},
        badges=dict(badge_rows),
        last_at=_last_at(session, incoming),
        limited=limited_of(session, school, sorted(keys.pupils)),
    )


def _last_at(session: Session, incoming: Incoming) -> datetime | None:
    epoch, seq = incoming.terminal.high_water
    row = session.row(
        "SELECT at FROM event WHERE school_id = ? AND terminal_id = ? AND epoch = ? AND seq = ?",
        incoming.terminal.school_id,
        incoming.terminal.id,
        epoch,
        seq,
    )
    return read_moment(row[0]) if row is not None and row[0] else None


def _write_changes(session: Session, incoming: Incoming, books: Books) -> None:
    """Write wallets and orders with a new place in the feed, which is locked only now."""
    if not (books.changed or books.collected or books.waiting):
        return
    school = incoming.terminal.school_id
    cursor = advance_feed(session, school)
    session.insert_many(
        "wallet",
        ("school_id", "pupil_id", "general_cents", "reserve_cents", "cursor"),
        [
            (school, pupil, amount.cents, 0, cursor)
            for pupil, amount in sorted(books.changed.items())
        ],
        conflict="ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
        " general_cents = wallet.general_cents + excluded.general_cents,"
        " cursor = excluded.cursor",
    )
    if books.bought:
        write_bought(session, school, books.bought, cursor)
    for orders, state in (
        (books.collected, OrderState.COLLECTED),
        (books.waiting, OrderState.RESERVED),
    ):
        session.run_by(
            "UPDATE meal_order SET state = ?, cursor = ? WHERE school_id = ? AND id IN",
            sorted(orders),
            state.value,
            cursor,
            school,
        )
