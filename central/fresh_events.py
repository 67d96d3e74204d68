"""Events that take their place now: read what they are about, book them, write it all.

Whatever a batch holds, each table is read and written by one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from central.arrivals import EventAnswer, Incoming, Item, read_whole
from central.attendance import read_attended, write_attended
from central.badge_facts import change_badges
from central.booking import Booking, Books, book, keys_of
from central.closings import Examined, examine_closings, flagged, write_closings
from central.database import Session, Value
from central.documents import documents_of, read_documents, write_corrections
from central.feed import advance_feed
from central.flagging import WORDS, raise_exceptions
from central.limits import limited_of, write_bought
from central.order_requests import Asking, decide_requests
from central.postings import LegRow, Posting, leg_rows, write_legs
from central.quick_events import QuickBooking, book_quick, note_quick_keys
from central.records import read_orders, read_policy
from core.batch import Verdict
from core.codec import moment_text, read_moment
from core.facts import CorrectionFact, OrderRequested, PeriodClosed
from core.ids import EventId, PupilId
from core.money import ZERO, Money
from core.orders import OrderState

_LOOKS_BACK = (CorrectionFact, PeriodClosed)
"""What is about other events, perhaps of its own batch: then all of it is read whole."""
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
    if any(isinstance(item.event.fact, _LOOKS_BACK) for item in items if item.event is not None):
        items = [read_whole(item, incoming.epoch) for item in items]
    return _book(session, incoming, items, last_at=_last_at(session, incoming), has_closings=True)


def book_aside(session: Session, incoming: Incoming, items: Sequence[Item]) -> list[EventAnswer]:
    """Book events that were read whole at places which are not their own.

    Their time is not held against that of the events before them, and a closing among them is
    kept without being compared: the books hold its period in another order.
    """
    return _book(session, incoming, items, last_at=None, has_closings=False)


def _book(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    *,
    last_at: datetime | None,
    has_closings: bool,
) -> list[EventAnswer]:
    taken = _ids_taken(session, incoming, items)
    books = _read_books(session, incoming, items, taken, last_at)
    bookings = {
        item.seq: _book_item(item, books, incoming.now)
        for item in items
        if _id_of(item) not in taken and (item.event or item.quick)
    }
    closings = _examine(session, incoming, items, bookings) if has_closings else ()
    page = _Page()
    for item in items:
        _write_item(page, incoming, item, bookings.get(item.seq))
    session.insert_many("event", _EVENT_COLUMNS, page.events)
    write_legs(session, page.legs)
    raise_exceptions(session, incoming, page.exceptions)
    write_corrections(session, incoming.terminal.school_id, books.documents.added)
    write_closings(session, incoming, closings)
    _write_changes(session, incoming, books)
    decide_requests(session, incoming, _asking(items, bookings))
    return page.answers


def _id_of(item: Item) -> EventId | None:
    read = item.quick or item.event
    return None if read is None else read.id


def _book_item(item: Item, books: Books, now: datetime) -> Booking | QuickBooking:
    if item.quick is not None:
        return book_quick(item.quick, books, now=now)
    assert item.event is not None, "what cannot be read is not booked"
    return book(item.event, books, now=now)


def _asking(items: Sequence[Item], bookings: dict[int, Booking | QuickBooking]) -> list[Asking]:
    """Return the events that ask for an order, in their order, with what they broke."""
    return [
        Asking(item.event, item.event.fact, tuple(bookings[item.seq].flags))
        for item in items
        if item.seq in bookings
        and item.event is not None
        and isinstance(item.event.fact, OrderRequested)
    ]


def _examine(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    bookings: dict[int, Booking | QuickBooking],
) -> Sequence[Examined]:
    """Compare the batch's closings with the books, and flag those that differ."""
    whole = {
        item.event.id: booking
        for item in items
        if item.event is not None and isinstance(booking := bookings.get(item.seq), Booking)
    }
    closings = examine_closings(session, incoming, items, whole)
    for closing in closings:
        flagged_one = flagged(whole[closing.event.id], closing)
        bookings.update({item.seq: flagged_one for item in items if item.event is closing.event})
    return closings


def _write_item(
    page: _Page, incoming: Incoming, item: Item, booking: Booking | QuickBooking | None
) -> None:
    """Write down what becomes of one item. booking: None for what is only kept at its place."""
    if booking is None:
        _set_aside(page, incoming, item)
        return
    terminal, epoch, now, now_text, _ = incoming
    school, quick, event = terminal.school_id, item.quick, item.event
    kind: str
    if quick is not None:
        assert isinstance(booking, QuickBooking), "what was read quickly is booked so"
        event_id, kind, at_text = quick.id, quick.kind, quick.at_text
        page.legs += [
            (school, event_id, name, account, owner, cents, now_text)
            for name, account, owner, cents in booking.legs
        ]
    else:
        assert event is not None, "an item that is booked was read"
        assert isinstance(booking, Booking), "what was read whole is booked so"
        event_id, kind, at_text = event.id, event.fact.kind.value, moment_text(event.stamp.at)
        page.legs += leg_rows(school, Posting(event_id, booking.legs, now))
    flags = booking.flags
    flag = flags[0].value if flags else None
    page.answers.append(EventAnswer(item.seq, Verdict.ACCEPTED, flag))
    page.events.append(
        (
            school,
            terminal.id,
            epoch,
            item.seq,
            event_id,
            kind,
            at_text,
            item.body,
            item.hash,
            _ACCEPTED,
            flag,
            now_text,
        )
    )
    for one in flags:
        told = booking.words.get(one, WORDS[one])
        page.exceptions.append((f"{event_id}.{one.value}", event_id, one.value, told))


def _set_aside(page: _Page, incoming: Incoming, item: Item) -> None:
    """Keep an event at its place that is not booked, without the id that may be another's."""
    kind, at_text = "", ""
    verdict, detail = Verdict.CONFLICT, "its id was used before"
    if item.quick is not None:
        kind, at_text = item.quick.kind, item.quick.at_text
    elif item.event is not None:
        kind, at_text = item.event.fact.kind.value, moment_text(item.event.stamp.at)
    else:
        verdict, detail = Verdict.QUARANTINED, item.fault
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
    ids = [event_id for item in items if (event_id := _id_of(item)) is not None]
    rows = session.rows_by(
        "SELECT id FROM event WHERE school_id = ? AND id IN", ids, incoming.terminal.school_id
    )
    taken = {EventId(row[0]) for row in rows}
    if len(set(ids)) < len(ids):
        taken |= {event_id for event_id in ids if ids.count(event_id) > 1}
    return taken


def _read_books(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    taken: set[EventId],
    last_at: datetime | None,
) -> Books:
    school = incoming.terminal.school_id
    events = [one.event for one in items if one.event is not None and one.event.id not in taken]
    keys = keys_of(event.fact for event in events)
    note_quick_keys((item.quick for item in items if item.quick is not None), keys)
    balances = session.rows_by(
        "SELECT pupil_id, general_cents, reserve_cents FROM wallet"
        " WHERE school_id = ? AND pupil_id IN",
        sorted(keys.pupils),
        school,
        lock=True,
    )
    badge_rows = session.rows_by(
        "SELECT key, pupil_id FROM badge WHERE school_id = ? AND key IN",
        sorted(keys.badges),
        school,
    )
    facts = [event.fact for event in events]
    wallets = {PupilId(row[0]): Money(row[1]) for row in balances}
    return Books(
        overdraft_max=read_policy(session, school).overdraft_max if keys.pupils else ZERO,
        orders={order.id: order for order in read_orders(session, school, sorted(keys.orders))},
        wallets=wallets,
        opening=dict(wallets),
        reserves={PupilId(row[0]): Money(row[2]) for row in balances},
        badges=dict(badge_rows),
        last_at=last_at,
        limited=limited_of(session, school, sorted(keys.pupils)),
        attended=read_attended(session, school, facts),
        documents=read_documents(session, school, documents_of(facts)),
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
    is_changed = (
        books.badge_facts or books.changed or books.collected or books.waiting or books.unclaimed
    )
    if not (is_changed or books.attended.changed):
        return
    school = incoming.terminal.school_id
    cursor = advance_feed(session, school)
    reserves = books.reserve_changed
    change_badges(session, incoming, books.badge_facts, cursor)
    session.insert_many(
        "wallet",
        ("school_id", "pupil_id", "general_cents", "reserve_cents", "cursor"),
        [
            (school, pupil, amount.cents, reserves.get(pupil, ZERO).cents, cursor)
            for pupil, amount in books.changes()
        ],
        conflict="ON CONFLICT (school_id, pupil_id) DO UPDATE SET"
        " general_cents = wallet.general_cents + excluded.general_cents,"
        " reserve_cents = wallet.reserve_cents + excluded.reserve_cents,"
        " cursor = excluded.cursor",
    )
    write_attended(session, incoming.terminal, books.attended, cursor)
    if books.bought:
        write_bought(session, school, books.bought, cursor)
    for orders, state in (
        (books.collected, OrderState.COLLECTED),
        (books.waiting, OrderState.RESERVED),
        (books.unclaimed, OrderState.UNCLAIMED),
    ):
        session.run_by(
            "UPDATE meal_order SET state = ?, cursor = ? WHERE school_id = ? AND id IN",
            sorted(orders),
            state.value,
            cursor,
            school,
        )
