"""Ingest: one transaction a batch, exactly once in the books however often it is sent.

Within the transaction the terminal's row is locked first and the school's feed counter last;
orders and wallets between them, each in the order of their ids, so that no two batches can wait
for each other.

What decides is the event's place and its hash, never the Idempotency-Key:

- a place that holds the same hash: `duplicate`, with the first answer's exception;
- a place that holds another hash: `conflict`: a cloned or rolled-back card. Both are kept, the
  terminal is frozen, a person is told;
- the next place, chained to the head: booked. What cannot be read is `quarantined`: kept raw, its
  place taken, and nothing behind it waits;
- a place further on: problem `gap`, with the place that is expected.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from central.booking import Booking, Books, book, keys_of, refuse_absurd
from central.database import Session
from central.errors import Problem
from central.feed import advance_feed
from central.records import read_orders, read_policy
from central.store import Store
from central.terminals import Terminal, TerminalState, find_terminal
from central.wire_batch import ReceivedBatch
from core.batch import Flag, Verdict, chain_hashes
from core.chain import GENESIS
from core.codec import moment_text, read_moment
from core.errors import MalformedEventError
from core.events import Event, read_event
from core.ids import BadgeKey, EventId, PupilId, TerminalId
from core.money import ZERO, Money
from core.orders import OrderState
from core.till_state import Position

_REVOKED_KEPT_MAX = 10_000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """What was done with one event."""

    seq: int
    verdict: Verdict
    flag: str | None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What was done with a batch, and how far the terminal's facts are booked now."""

    high_water: Position
    head_hash: bytes
    verdicts: tuple[EventAnswer, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """One event of the batch at its place. event: None when it cannot be read, and why."""

    seq: int
    body: bytes
    hash: bytes
    event: Event | None
    fault: str


@dataclass(frozen=True, slots=True)
class _Incoming:
    terminal: Terminal
    epoch: int
    now: datetime


def ingest(
    store: Store, terminal_id: TerminalId, batch: ReceivedBatch, *, now: datetime
) -> BatchAnswer:
    """Book a batch. now: the centre's time. Raises Problem: `gap`, `fork`, `chain`, `revoked`."""
    items = _items(batch)
    with store.database.writing() as session:
        terminal = find_terminal(session, terminal_id, lock=True)
        incoming = _Incoming(terminal, batch.epoch, now)
        answer = _ingest_locked(session, incoming, batch, items)
        session.run(
            "UPDATE terminal SET high_epoch = ?, high_seq = ?, head_hash = ?, last_seen_at = ?"
            " WHERE school_id = ? AND id = ?",
            *answer.high_water,
            answer.head_hash,
            moment_text(now),
            terminal.school_id,
            terminal.id,
        )
    refusal = _fork_refusal(answer, batch)
    if refusal is not None:
        raise refusal
    return answer


def keep_revoked(
    store: Store, terminal_id: TerminalId, batch: ReceivedBatch, *, now: datetime
) -> None:
    """Put what a revoked terminal sends into quarantine, unbooked: facts are never thrown away."""
    items = _items(batch)
    with store.database.writing() as session:
        terminal = find_terminal(session, terminal_id, lock=True)
        incoming = _Incoming(terminal, batch.epoch, now)
        kept = session.row(
            "SELECT COUNT(*) FROM stray_event WHERE school_id = ? AND terminal_id = ?",
            terminal.school_id,
            terminal.id,
        )
        assert kept is not None, "an aggregate has one row"
        if kept[0] >= _REVOKED_KEPT_MAX:
            return
        _, strays = _match_known(session, incoming, items)
        _keep_strays(session, incoming, strays, "sent by a revoked terminal")
        place = f"{terminal.id} revoked"
        words = "a revoked terminal still sends; what it sends is kept and not booked"
        _raise_exceptions(session, incoming, [(place, terminal.id, "revoked", words)])


def _items(batch: ReceivedBatch) -> list[_Item]:
    hashes = chain_hashes(batch.prev_hash, batch.bodies)
    is_chained = hashes[-1] == batch.head_hash
    if not is_chained and len(hashes) > 1:
        raise Problem(
            "chain",
            status=400,
            detail="the events do not make the chain that the batch names; send them one by one",
        )
    if not is_chained:
        # A single event whose bytes are not those that were sealed: it cannot be believed, but
        # it has its place, and the terminal's chain goes on from the hash that it names.
        fault = "its bytes do not give the hash it was sealed with"
        return [_Item(batch.first_seq, batch.bodies[0], batch.head_hash, None, fault)]
    return [
        _item(seq, body, digest, batch.epoch)
        for seq, (body, digest) in enumerate(
            zip(batch.bodies, hashes, strict=True), start=batch.first_seq
        )
    ]


def _item(seq: int, body: bytes, digest: bytes, epoch: int) -> _Item:
    try:
        return _Item(seq, body, digest, _read_checked(body, epoch, seq), "")
    except Exception as error:  # noqa: BLE001  whatever a poisoned event does, it blocks nothing
        words = " ".join(str(error).split())[:200]
        return _Item(seq, body, digest, None, words or type(error).__name__)


def _read_checked(body: bytes, epoch: int, seq: int) -> Event:
    event = read_event(body)
    if (event.epoch, event.seq) != (epoch, seq):
        message = f"it says it is event {event.epoch}-{event.seq}"
        raise MalformedEventError(message)
    if _UUID.fullmatch(event.id) is None:
        message = "its id is no UUID in its canonical form"
        raise MalformedEventError(message)
    _refuse_unstorable(body)
    refuse_absurd(event.fact)
    return event


def _refuse_unstorable(body: bytes) -> None:
    """Refuse text that no database can hold: half a surrogate pair, or a zero character."""
    if b"\\u" not in body:
        return
    text = json.dumps(json.loads(body), ensure_ascii=False)
    text.encode()
    if "\\u0000" in text:
        message = "it holds a zero character"
        raise MalformedEventError(message)


def _ingest_locked(
    session: Session, incoming: _Incoming, batch: ReceivedBatch, items: list[_Item]
) -> BatchAnswer:
    terminal = incoming.terminal
    _check_epoch(incoming, batch)
    high_seq = terminal.high_water[1] if terminal.high_water[0] == incoming.epoch else 0
    is_later = incoming.epoch >= terminal.high_water[0]
    if is_later and batch.first_seq > high_seq + 1:
        raise _gap(terminal, expected_seq=high_seq + 1, epoch=incoming.epoch)
    known = [item for item in items if not is_later or item.seq <= high_seq]
    fresh = items[len(known) :]
    verdicts, strays = _answer_known(session, incoming, known)
    head = terminal.head_hash
    if fresh and not strays:
        before = known[-1].hash if known else batch.prev_hash
        if before not in _heads_allowed(session, incoming, high_seq):
            strays = fresh
    if strays:
        reason = "chained to an event that the centre has not booked"
        _keep_strays(session, incoming, fresh, reason)
        _freeze(session, incoming, strays[0])
        verdicts += [EventAnswer(item.seq, Verdict.CONFLICT, None) for item in fresh]
        return BatchAnswer(terminal.high_water, head, tuple(verdicts))
    if not fresh:
        return BatchAnswer(terminal.high_water, head, tuple(verdicts))
    verdicts += _book_fresh(session, incoming, fresh)
    return BatchAnswer((incoming.epoch, fresh[-1].seq), fresh[-1].hash, tuple(verdicts))


def _check_epoch(incoming: _Incoming, batch: ReceivedBatch) -> None:
    terminal = incoming.terminal
    if terminal.state is TerminalState.REVOKED:
        raise Problem("revoked", status=403, detail=f"terminal {terminal.name} was revoked")
    if incoming.epoch <= terminal.high_water[0] or incoming.epoch == terminal.next_epoch:
        return
    if terminal.high_water == (0, 0):
        raise _gap(terminal, expected_seq=1, epoch=1)
    raise Problem(
        "fork",
        status=409,
        detail=(
            f"terminal {terminal.name} wants to start epoch {batch.epoch};"
            " a person must approve that at the centre"
        ),
        members=_head_members(terminal),
    )


def _gap(terminal: Terminal, *, expected_seq: int, epoch: int) -> Problem:
    return Problem(
        "gap",
        status=409,
        detail=f"event {epoch}-{expected_seq} is expected first; send from there",
        members={"expected": {"epoch": epoch, "seq": expected_seq}, **_head_members(terminal)},
    )


def _head_members(terminal: Terminal) -> dict[str, object]:
    epoch, seq = terminal.high_water
    return {"epoch": epoch, "high_water": seq, "head_hash": terminal.head_hash.hex()}


def _heads_allowed(session: Session, incoming: _Incoming, high_seq: int) -> set[bytes]:
    """Return the hashes that the first fresh event may follow."""
    terminal = incoming.terminal
    if high_seq > 0:
        return {terminal.head_hash}
    if terminal.high_water == (0, 0):
        return {GENESIS}
    # A new epoch is linked to an event that the centre holds: the head that the restored journal
    # still had, one that it wrote since and that was kept as a stray, or the centre's own.
    rows = session.rows(
        "SELECT hash FROM event WHERE school_id = ? AND terminal_id = ?"
        " UNION SELECT hash FROM stray_event WHERE school_id = ? AND terminal_id = ?",
        *(terminal.school_id, terminal.id) * 2,
    )
    return {GENESIS, *(bytes(row[0]) for row in rows)}


def _answer_known(
    session: Session, incoming: _Incoming, known: list[_Item]
) -> tuple[list[EventAnswer], list[_Item]]:
    """Answer for the places that are taken already. Also return what has other bytes there."""
    if not known:
        return [], []
    answers, strays = _match_known(session, incoming, known)
    _keep_strays(session, incoming, strays, "another event has this place")
    return answers, strays


def _match_known(
    session: Session, incoming: _Incoming, known: list[_Item]
) -> tuple[list[EventAnswer], list[_Item]]:
    terminal = incoming.terminal
    rows = session.rows(
        "SELECT seq, hash, verdict, flag FROM event WHERE school_id = ? AND terminal_id = ?"
        " AND epoch = ? AND seq BETWEEN ? AND ?",
        terminal.school_id,
        terminal.id,
        incoming.epoch,
        known[0].seq,
        known[-1].seq,
    )
    booked = {row[0]: (bytes(row[1]), Verdict(row[2]), row[3]) for row in rows}
    answers: list[EventAnswer] = []
    strays: list[_Item] = []
    for item in known:
        digest, verdict, flag = booked.get(item.seq, (b"", Verdict.CONFLICT, None))
        if digest != item.hash:
            strays.append(item)
            answers.append(EventAnswer(item.seq, Verdict.CONFLICT, None))
            continue
        again = Verdict.DUPLICATE if verdict is Verdict.ACCEPTED else verdict
        answers.append(EventAnswer(item.seq, again, flag))
    return answers, strays


def _keep_strays(
    session: Session, incoming: _Incoming, items: Sequence[_Item], reason: str
) -> None:
    terminal = incoming.terminal
    session.run_many(
        "INSERT INTO stray_event (school_id, terminal_id, epoch, seq, hash, body, reason,"
        " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                terminal.school_id,
                terminal.id,
                incoming.epoch,
                item.seq,
                item.hash,
                item.body,
                reason,
                moment_text(incoming.now),
            )
            for item in items
        ],
    )


def _freeze(session: Session, incoming: _Incoming, item: _Item) -> None:
    terminal = incoming.terminal
    session.run(
        "UPDATE terminal SET state = ? WHERE school_id = ? AND id = ? AND state = ?",
        TerminalState.FROZEN.value,
        terminal.school_id,
        terminal.id,
        TerminalState.ACTIVE.value,
    )
    place = f"{incoming.epoch}-{item.seq}"
    _raise_exceptions(
        session,
        incoming,
        [
            (
                f"{terminal.id}.{place}.{item.hash.hex()[:16]}.conflict",
                f"{terminal.id} {place}",
                "conflict",
                "two different events for one place: a cloned or restored card image",
            )
        ],
    )


def _raise_exceptions(
    session: Session, incoming: _Incoming, rows: Sequence[tuple[str, str, str, str]]
) -> None:
    """Write exceptions: (id, subject, flag, detail). One that is there already stays as it is."""
    session.run_many(
        "INSERT INTO exception (school_id, terminal_id, id, subject, flag, detail, raised_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                incoming.terminal.school_id,
                incoming.terminal.id,
                *row,
                moment_text(incoming.now),
            )
            for row in rows
        ],
    )


def _fork_refusal(answer: BatchAnswer, batch: ReceivedBatch) -> Problem | None:
    """Return the problem for a batch of which nothing stands at its place; its facts are kept."""
    if any(item.verdict is not Verdict.CONFLICT for item in answer.verdicts):
        return None
    epoch, seq = answer.high_water
    if (batch.epoch, batch.first_seq) <= answer.high_water:
        return None
    return Problem(
        "fork",
        status=409,
        detail=(
            "these events do not follow the last one that the centre has booked;"
            " they are kept, and a person must approve a new epoch"
        ),
        members={"epoch": epoch, "high_water": seq, "head_hash": answer.head_hash.hex()},
    )


# --- fresh events -----------------------------------------------------------------------------


def _book_fresh(session: Session, incoming: _Incoming, items: Sequence[_Item]) -> list[EventAnswer]:
    """Book events that take their place now, and return what was done with each."""
    taken = _ids_taken(session, incoming, items)
    events = [item.event for item in items if item.event is not None and item.event.id not in taken]
    books = _read_books(session, incoming, events)
    bookings = {event.id: book(event, books, now=incoming.now) for event in events}
    answers = [_answer_fresh(item, taken, bookings) for item in items]
    _write_events(session, incoming, items, answers)
    _write_legs(session, incoming, bookings)
    _write_flags(session, incoming, items, answers, bookings)
    _write_changes(session, incoming, books)
    return answers


def _ids_taken(session: Session, incoming: _Incoming, items: Sequence[_Item]) -> set[EventId]:
    """Return the ids that cannot be booked: used before, or twice in this batch."""
    ids = [item.event.id for item in items if item.event is not None]
    rows = session.rows_by(
        "SELECT id FROM event WHERE school_id = ? AND id IN", ids, incoming.terminal.school_id
    )
    taken = {EventId(row[0]) for row in rows}
    if len(set(ids)) < len(ids):
        taken |= {event_id for event_id in ids if ids.count(event_id) > 1}
    return taken


def _answer_fresh(
    item: _Item, taken: set[EventId], bookings: dict[EventId, Booking]
) -> EventAnswer:
    if item.event is None:
        return EventAnswer(item.seq, Verdict.QUARANTINED, None)
    if item.event.id in taken:
        return EventAnswer(item.seq, Verdict.CONFLICT, None)
    flags = bookings[item.event.id].flags
    return EventAnswer(item.seq, Verdict.ACCEPTED, flags[0].value if flags else None)


def _read_books(session: Session, incoming: _Incoming, events: Sequence[Event]) -> Books:
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
    )


def _last_at(session: Session, incoming: _Incoming) -> datetime | None:
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
    incoming: _Incoming,
    items: Sequence[_Item],
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


def _write_legs(session: Session, incoming: _Incoming, bookings: dict[EventId, Booking]) -> None:
    school, at = incoming.terminal.school_id, moment_text(incoming.now)
    rows = [
        (
            school,
            event_id,
            leg.name,
            leg.account.kind.value,
            leg.account.owner,
            leg.amount.cents,
            at,
        )
        for event_id, booking in bookings.items()
        for leg in booking.legs
    ]
    assert sum(row[5] for row in rows) == 0, "the legs of a batch sum to zero"
    columns = ("school_id", "booking_id", "name", "account", "owner", "cents", "at")
    session.insert_many("leg", columns, rows)


def _write_flags(
    session: Session,
    incoming: _Incoming,
    items: Sequence[_Item],
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
                    (f"{item.event.id}.{flag.value}", item.event.id, flag.value, _words(flag))
                    for flag in bookings[item.event.id].flags
                ]
            case _:
                pass
    _raise_exceptions(session, incoming, rows)


_WORDS = {
    Flag.OVERDRAFT: "the general wallet is further below zero than the school allows",
    Flag.DOUBLE_COLLECTION: "this meal was collected before",
    Flag.AFTER_CANCEL: "this meal had been cancelled and credited back",
    Flag.CLOCK_SKEW: "the terminal's clock was wrong",
    Flag.UNKNOWN_BADGE: "the badge is not this pupil's",
    Flag.UNKNOWN_ORDER: "there is no such order of this pupil at this price",
    Flag.UNKNOWN_PUPIL: "there is no such pupil",
    Flag.TO_SETTLE: "served although the money was not there",
    Flag.BLOCKED_BADGE: "served with a blocked badge, as the school's rules allow",
    Flag.UNKNOWN_DOCUMENT: "what it corrects was never booked",
    Flag.CORRECTED_TWICE: "what it corrects was corrected before",
    Flag.CLOSING_DIFFERS: "the terminal's closing differs from the books",
}


def _words(flag: Flag) -> str:
    return _WORDS[flag]


def _write_changes(session: Session, incoming: _Incoming, books: Books) -> None:
    """Write wallets and orders with a new place in the feed, which is locked only now."""
    orders = dict.fromkeys(books.collected, OrderState.COLLECTED.value)
    orders |= dict.fromkeys(books.waiting, OrderState.RESERVED.value)
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
    session.run_many(
        "UPDATE meal_order SET state = ?, cursor = ? WHERE school_id = ? AND id = ?",
        [(state, cursor, school, order) for order, state in sorted(orders.items())],
    )
