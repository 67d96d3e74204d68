"""Events that take their place now: booked one after the other in memory, then written as one."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from central.arrivals import EventAnswer, Incoming, Item, lunch_of, read_whole
from central.batch_books import read_books, read_missing, write_books
from central.batch_rows import BatchRows
from central.booking import Booking, Books, book
from central.closings import Examined, examine_closings, flagged, write_closings
from central.database import Session
from central.event_places import LAST
from central.order_requests import Asking, decide_requests
from central.plain_runs import book_plain
from central.quick_booking import QuickBooking, book_quick
from central.quick_events import Quick
from core.codec import read_moment
from core.facts import CorrectionFact, OrderRequested, PeriodClosed
from core.ids import EventId

_LOOKS_BACK = (CorrectionFact, PeriodClosed)
"""What is about other events, perhaps of its own batch: then all of it is read whole."""

Bookings = dict[int, Booking | QuickBooking]
"""How events of a batch were booked that broke a rule, or may have, by their place."""

Run = tuple[Sequence[Item], Sequence[Quick]]
"""Events of consecutive places; and what they are, if all are lunch facts that broke no rule."""


def book_fresh(session: Session, incoming: Incoming, items: Sequence[Item]) -> list[EventAnswer]:
    """Book events that take their place now, and return what was done with each."""
    last_at = _last_at(session, incoming)
    lunch = lunch_of(items)
    if lunch and not incoming.asks_ids:
        # Two of one id cannot be written, and are asked for then.
        is_warm = incoming.kept is not None and bool(incoming.kept.wallet_cents)
        books = read_books(session, incoming, lunch, (), last_at, are_kept=is_warm)
        is_plain = book_plain(lunch, books, now_text=incoming.now_text)
        # Nearly always all is kept, and the rules notice when it is not: to look first costs more.
        if is_warm and not is_plain and read_missing(session, incoming, lunch):
            is_plain = book_plain(lunch, books, now_text=incoming.now_text)
        if is_plain:
            return _write_lunch(session, incoming, items, lunch, books)
        # Nor does a fact of a lunch close anything.
        return _write_each(session, incoming, items, items, books, has_closings=False)
    if not lunch and any(map(_looks_back, items)):
        items = [item if item.quick is None else read_whole(item, incoming.epoch) for item in items]
    return _book(session, incoming, items, last_at=last_at, has_closings=True)


def _looks_back(item: Item) -> bool:
    return item.event is not None and isinstance(item.event.fact, _LOOKS_BACK)


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
    bookable = _bookable(session, incoming, items)
    facts = [item.event.fact for item in bookable if item.event is not None]
    books = read_books(session, incoming, _quick_of(bookable), facts, last_at)
    return _write_each(session, incoming, items, bookable, books, has_closings=has_closings)


def _write_each(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    bookable: Sequence[Item],
    books: Books,
    *,
    has_closings: bool,
) -> list[EventAnswer]:
    """Book events in their order, and write what becomes of each."""
    runs, bookings = _book_all(items, bookable, books, incoming)
    closings = _examine(session, incoming, items, bookings) if has_closings else ()
    rows = _rows(incoming, runs, bookings)
    rows.write(session)
    write_closings(session, incoming, closings)
    write_books(session, incoming, books)
    decide_requests(session, incoming, _asking(items, bookings))
    return rows.answers


def _write_lunch(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    lunch: Sequence[Quick],
    books: Books,
) -> list[EventAnswer]:
    """Write a batch of which nothing is to be told but that all of it is booked."""
    rows = BatchRows(incoming)
    rows.accept_plain(items, lunch)
    rows.write(session)
    write_books(session, incoming, books)
    return rows.answers


def _bookable(session: Session, incoming: Incoming, items: Sequence[Item]) -> Sequence[Item]:
    """Return the events that were read, and whose ids no other event has."""
    ids = [event_id for item in items if (event_id := _id_of(item)) is not None]
    if not incoming.asks_ids and len(set(ids)) == len(items):
        return items
    held = session.rows_by(
        "SELECT id FROM event WHERE school_id = ? AND id IN", ids, incoming.terminal.school_id
    )
    if not held and len(set(ids)) == len(items):
        return items
    taken = {EventId(row[0]) for row in held}
    taken |= {event_id for event_id in ids if ids.count(event_id) > 1}
    return [item for item in items if _id_of(item) not in {None, *taken}]


def _id_of(item: Item) -> EventId | None:
    read = item.quick or item.event
    return None if read is None else read.id


def _book_all(
    items: Sequence[Item], bookable: Sequence[Item], books: Books, incoming: Incoming
) -> tuple[list[Run], Bookings]:
    """Book events in their order: runs of lunch facts at once where none of them breaks a rule.

    Result: all events in their order, in runs; and how those were booked that are in no plain one.
    """
    runs: list[Run] = []
    bookings: Bookings = {}
    aside: set[int] = set()
    if bookable is not items:
        aside = {item.seq for item in items} - {item.seq for item in bookable}
    for is_quick, some in groupby(items, key=_is_quick):
        run = list(some)
        booked = [item for item in run if item.seq not in aside] if aside else run
        facts = _quick_of(run) if is_quick and len(booked) == len(run) else ()
        # All of them together were tried already.
        if (
            facts
            and len(facts) < len(items)
            and book_plain(facts, books, now_text=incoming.now_text)
        ):
            runs.append((run, facts))
            continue
        runs.append((run, ()))
        bookings.update((item.seq, _book_item(item, books, incoming.now)) for item in booked)
    return runs, bookings


def _is_quick(item: Item) -> bool:
    return item.quick is not None


def _quick_of(items: Sequence[Item]) -> list[Quick]:
    return [item.quick for item in items if item.quick is not None]


def _book_item(item: Item, books: Books, now: datetime) -> Booking | QuickBooking:
    if item.quick is not None:
        return book_quick(item.quick, books, now=now)
    assert item.event is not None, "what cannot be read is not booked"
    return book(item.event, books, now=now)


def _rows(incoming: Incoming, runs: Sequence[Run], bookings: Bookings) -> BatchRows:
    rows = BatchRows(incoming)
    for run, facts in runs:
        if facts:
            rows.accept_plain(run, facts)
        else:
            _add_rows(rows, run, bookings)
    return rows


def _add_rows(rows: BatchRows, items: Sequence[Item], bookings: Bookings) -> None:
    for item in items:
        booking = bookings.get(item.seq)
        if booking is None:
            rows.set_aside(item)
        elif item.quick is not None:
            assert isinstance(booking, QuickBooking), "what was read quickly is booked so"
            rows.accept_quick(item, item.quick, booking)
        else:
            assert item.event is not None, "an item that is booked was read"
            assert isinstance(booking, Booking), "what was read whole is booked so"
            rows.accept_whole(item, item.event, booking)


def _asking(items: Sequence[Item], bookings: Bookings) -> list[Asking]:
    """Return the events that ask for an order, in their order, with what they broke."""
    return [
        Asking(item.event, item.event.fact, tuple(bookings[item.seq].flags))
        for item in items
        if item.event is not None
        and isinstance(item.event.fact, OrderRequested)
        and item.seq in bookings
    ]


def _examine(
    session: Session, incoming: Incoming, items: Sequence[Item], bookings: Bookings
) -> Sequence[Examined]:
    """Compare the batch's closings with the books, and flag those that differ."""
    whole = {
        item.event.id: booking
        for item in items
        if item.event is not None and isinstance(booking := bookings.get(item.seq), Booking)
    }
    if not whole:
        return ()
    closings = examine_closings(session, incoming, items, whole)
    for closing in closings:
        flagged_one = flagged(whole[closing.event.id], closing)
        bookings.update({item.seq: flagged_one for item in items if item.event is closing.event})
    return closings


def _last_at(session: Session, incoming: Incoming) -> datetime | None:
    kept = incoming.kept.head_of(incoming.terminal) if incoming.kept is not None else None
    if kept is not None:
        return kept.at
    # The last event of a terminal is the last of its arrival.
    row = session.row(
        f"SELECT e.at FROM arrival a JOIN event e ON e.school_id = a.school_id AND e.place = {LAST}"  # noqa: S608  our own words
        " WHERE a.school_id = ? AND a.terminal_id = ? AND a.epoch = ? AND a.last_seq = ?",
        incoming.terminal.school_id,
        incoming.terminal.id,
        *incoming.terminal.high_water,
    )
    return read_moment(row[0]) if row is not None and row[0] else None
