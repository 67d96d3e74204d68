"""Events that take their place now: read what they are about, book them, write it all.

Whatever a batch holds, each table is read and written by one statement.
"""

from collections.abc import Sequence
from datetime import datetime

from central.arrivals import EventAnswer, Incoming, Item
from central.booking import Booking, Books, book, keys_of
from central.closings import examine_closings, flagged, write_closings
from central.database import Session
from central.documents import documents_of, read_documents, write_corrections
from central.feed import advance_feed
from central.flagging import WORDS, raise_exceptions
from central.limits import write_bought
from central.postings import Posting, write_postings
from central.records import read_orders, read_policy
from core.batch import Verdict
from core.codec import moment_text, read_moment
from core.events import Event
from core.ids import BadgeKey, EventId, PupilId
from core.money import ZERO, Money
from core.orders import OrderState


def book_fresh(session: Session, incoming: Incoming, items: Sequence[Item]) -> list[EventAnswer]:
    """Book events that take their place now, and return what was done with each."""
    taken = _ids_taken(session, incoming, items)
    events = [item.event for item in items if item.event is not None and item.event.id not in taken]
    books = _read_books(session, incoming, events)
    bookings = {event.id: book(event, books, now=incoming.now) for event in events}
    closings = examine_closings(session, incoming, items, bookings)
    for closing in closings:
        bookings[closing.event.id] = flagged(bookings[closing.event.id], closing)
    answers = [_answer_fresh(item, taken, bookings) for item in items]
    _write_events(session, incoming, items, answers)
    postings = [Posting(key, one.legs, incoming.now) for key, one in bookings.items()]
    write_postings(session, incoming.terminal.school_id, postings)
    _write_flags(session, incoming, items, answers, bookings)
    write_corrections(session, incoming.terminal.school_id, books.documents.added)
    write_closings(session, incoming, closings)
    _write_changes(session, incoming, books)
    return answers


def _ids_taken(session: Session, incoming: Incoming, items: Sequence[Item]) -> set[EventId]:
    """Return the ids that cannot be booked: used before, or twice in this batch."""
    ids = [item.event.id for item in items if item.event is not None]
    rows = session.rows_by(
        "SELECT id FROM event WHERE school_id = ? AND id IN", ids, incoming.terminal.school_id
    )
    taken = {EventId(row[0]) for row in rows}
    if len(set(ids)) < len(ids):
        taken |= {event_id for event_id in ids if ids.count(event_id) > 1}
    return taken


def _answer_fresh(item: Item, taken: set[EventId], bookings: dict[EventId, Booking]) -> EventAnswer:
    if item.event is None:
        return EventAnswer(item.seq, Verdict.QUARANTINED, None)
    if item.event.id in taken:
        return EventAnswer(item.seq, Verdict.CONFLICT, None)
    flags = bookings[item.event.id].flags
    return EventAnswer(item.seq, Verdict.ACCEPTED, flags[0].value if flags else None)


def _read_books(session: Session, incoming: Incoming, events: Sequence[Event]) -> Books:
    school = incoming.terminal.school_id
    keys = keys_of(event.fact for event in events)
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
        wallets={PupilId(row[0]): Money(row[1]) for row in balances},
        badges={BadgeKey(row[0]): PupilId(row[1]) for row in badge_rows},
        last_at=_last_at(session, incoming),
        documents=read_documents(session, school, documents_of(event.fact for event in events)),
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


def _write_events(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    answers: Sequence[EventAnswer],
) -> None:
    at = moment_text(incoming.now)
    rows = []
    for item, answer in zip(items, answers, strict=True):
        event = item.event if answer.verdict is Verdict.ACCEPTED else None
        rows.append(
            (
                incoming.terminal.school_id,
                incoming.terminal.id,
                incoming.epoch,
                item.seq,
                None if event is None else event.id,
                "" if item.event is None else item.event.fact.kind.value,
                "" if item.event is None else moment_text(item.event.stamp.at),
                item.body,
                item.hash,
                answer.verdict.value,
                answer.flag,
                at,
            )
        )
    columns = (
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
    session.insert_many("event", columns, rows)


def _write_flags(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    answers: Sequence[EventAnswer],
    bookings: dict[EventId, Booking],
) -> None:
    rows = []
    for item, answer in zip(items, answers, strict=True):
        place = f"{incoming.terminal.id} {incoming.epoch}-{item.seq}"
        match answer.verdict:
            case Verdict.QUARANTINED:
                rows.append((f"{place}.quarantined", place, "quarantined", item.fault))
            case Verdict.CONFLICT:
                rows.append((f"{place}.conflict", place, "conflict", "its id was used before"))
            case Verdict.ACCEPTED if item.event is not None:
                rows += [
                    (
                        f"{item.event.id}.{flag.value}",
                        item.event.id,
                        flag.value,
                        bookings[item.event.id].words.get(flag, WORDS[flag]),
                    )
                    for flag in bookings[item.event.id].flags
                ]
            case _:
                pass
    raise_exceptions(session, incoming, rows)


def _write_changes(session: Session, incoming: Incoming, books: Books) -> None:
    """Write wallets and orders with a new place in the feed, which is locked only now."""
    orders = dict.fromkeys(books.collected, OrderState.COLLECTED.value)
    orders |= dict.fromkeys(books.waiting, OrderState.RESERVED.value)
    orders |= dict.fromkeys(books.unclaimed, OrderState.UNCLAIMED.value)
    if not books.spent and not orders:
        return
    school = incoming.terminal.school_id
    cursor = advance_feed(session, school)
    session.run_many(
        "INSERT INTO wallet (school_id, pupil_id, general_cents, reserve_cents, cursor)"
        " VALUES (?, ?, ?, 0, ?) ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
        " general_cents = wallet.general_cents + excluded.general_cents,"
        " cursor = excluded.cursor",
        [(school, pupil, -amount.cents, cursor) for pupil, amount in sorted(books.spent.items())],
    )
    if books.bought:
        write_bought(session, school, books.bought, cursor)
    session.run_many(
        "UPDATE meal_order SET state = ?, cursor = ? WHERE school_id = ? AND id = ?",
        [(state, cursor, school, order) for order, state in sorted(orders.items())],
    )
