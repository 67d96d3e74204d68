"""Ingest: one transaction a batch, exactly once in the books however often it is sent.

Within the transaction the terminal's row is locked first and the school's feed counter last;
orders and wallets between them, each in the order of their ids, so that no two batches can wait
for each other.

What decides is the event's place and its hash, never the Idempotency-Key:

- a place that holds the same hash: `duplicate`, with the first answer's exception;
- a place that holds another hash: `conflict`: a cloned or rolled-back card. Both are kept, the
  terminal is frozen, a person is told; with that person's approval the second is booked as well
  (`central.branches`);
- the next place, chained to the head: booked. What cannot be read is `quarantined`: kept raw, its
  place taken, and nothing behind it waits;
- a place further on: problem `gap`, with the place that is expected.
"""

from datetime import datetime

from central.arrivals import (
    Arrivals,
    BatchAnswer,
    EventAnswer,
    Incoming,
    read_items,
)
from central.branches import book_branches, is_branch_approved
from central.closings import newest_receipt
from central.database import Session
from central.errors import Problem, TakenError
from central.flagging import raise_exceptions
from central.fresh_events import book_fresh
from central.kept_books import Head
from central.known_events import (
    SENT_BY_REVOKED,
    answer_known,
    freeze,
    keep_strays,
    match_known,
)
from central.sealed import is_hash_held
from central.store import Store
from central.terminals import Terminal, find_terminal, lock_sender
from central.wire_batch import ReceivedBatch
from core.batch import Verdict
from core.chain import GENESIS
from core.codec import moment_text
from core.day_receipt import SignedReceipt
from core.ids import TerminalId

_REVOKED_KEPT_MAX = 10_000


def ingest(
    store: Store, terminal_id: TerminalId, batch: ReceivedBatch, *, now: datetime
) -> BatchAnswer:
    """Book a batch. now: the centre's time. Raises Problem: `gap`, `fork`, `chain`, `revoked`."""
    items = read_items(batch)
    try:
        return _ingest(store, terminal_id, batch, items, now, asks_ids=False)
    except TakenError:
        # Ids are made to be new, and hardly ever one is not: so no batch asks for them before.
        return _ingest(store, terminal_id, batch, items, now, asks_ids=True)


def _ingest(
    store: Store,
    terminal_id: TerminalId,
    batch: ReceivedBatch,
    items: Arrivals,
    now: datetime,
    *,
    asks_ids: bool,
) -> BatchAnswer:
    now_text = moment_text(now)
    with store.database.writing() as session:
        terminal, standing = lock_sender(session, terminal_id)
        kept = store.kept_books.take(terminal.school_id) if session.is_alone else None
        incoming = Incoming(
            terminal,
            batch.epoch,
            now,
            now_text,
            store.signing_key,
            asks_ids,
            kept,
            batch.packed,
            standing,
        )
        answer = _ingest_locked(session, incoming, batch, items)
        receipt = _newest_receipt(session, incoming, answer, items)
        session.run(
            "UPDATE terminal SET high_epoch = ?, high_seq = ?, head_hash = ?, last_seen_at = ?"
            " WHERE school_id = ? AND id = ?",
            *answer.high_water,
            answer.head_hash,
            now_text,
            terminal.school_id,
            terminal.id,
        )
    if kept is not None:
        store.kept_books.give_back(terminal.school_id, kept)
    refusal = _fork_refusal(answer, batch)
    if refusal is not None:
        raise refusal
    return BatchAnswer(answer.high_water, answer.head_hash, answer.verdicts, receipt)


def _newest_receipt(
    session: Session, incoming: Incoming, answer: BatchAnswer, items: Arrivals
) -> SignedReceipt | None:
    """Return the receipt of a terminal's newest closing; what hangs on its last event is kept."""
    terminal, kept, lunch = incoming.terminal, incoming.kept, items.lunch
    if kept is None or not lunch:
        return newest_receipt(session, terminal.school_id, terminal.id)
    # No fact of a lunch closes anything: what was newest before still is.
    head = kept.head_of(terminal)
    receipt = head.receipt if head else newest_receipt(session, terminal.school_id, terminal.id)
    if answer.head_hash == items.hashes[-1]:
        kept.heads[terminal.id] = Head(answer.head_hash, lunch[-1].at, receipt)
    return receipt


def keep_revoked(
    store: Store, terminal_id: TerminalId, batch: ReceivedBatch, *, now: datetime
) -> None:
    """Put what a revoked terminal sends into quarantine, unbooked: facts are never thrown away."""
    items = read_items(batch)
    with store.database.writing() as session:
        terminal = find_terminal(session, terminal_id, lock=True)
        incoming = Incoming(terminal, batch.epoch, now, moment_text(now), store.signing_key)
        kept = session.row(
            "SELECT COUNT(*) FROM stray_event WHERE school_id = ? AND terminal_id = ?",
            terminal.school_id,
            terminal.id,
        )
        assert kept is not None, "an aggregate has one row"
        if kept[0] >= _REVOKED_KEPT_MAX:
            return
        _, strays = match_known(session, incoming, items)
        keep_strays(session, incoming, strays, SENT_BY_REVOKED)
        place = f"{terminal.id} revoked"
        words = "a revoked terminal still sends; what it sends is kept and not booked"
        raise_exceptions(session, incoming, [(place, terminal.id, "revoked", words)])


def _ingest_locked(
    session: Session, incoming: Incoming, batch: ReceivedBatch, items: Arrivals
) -> BatchAnswer:
    terminal = incoming.terminal
    _check_epoch(incoming, batch)
    high_seq = terminal.high_water[1] if terminal.high_water[0] == incoming.epoch else 0
    is_later = incoming.epoch >= terminal.high_water[0]
    if is_later and batch.first_seq > high_seq + 1:
        raise _gap(terminal, expected_seq=high_seq + 1, epoch=incoming.epoch)
    count = max(0, high_seq + 1 - batch.first_seq) if is_later else len(items)
    known, fresh = (items[:count], items[count:]) if count else (None, items)
    verdicts, strays = answer_known(session, incoming, known) if known else ([], ())
    head = terminal.head_hash
    if fresh and not strays:
        before = known.hashes[-1] if known else batch.prev_hash
        if not _is_head_allowed(session, incoming, high_seq, before):
            strays = fresh
    if strays:
        reason = "chained to an event that the centre has not booked"
        keep_strays(session, incoming, fresh, reason)
        if is_branch_approved(terminal, incoming.epoch):
            book_branches(session, incoming)
        else:
            freeze(session, incoming, strays[0])
        verdicts += [EventAnswer(item.seq, Verdict.CONFLICT, None) for item in fresh]
        return BatchAnswer(terminal.high_water, head, tuple(verdicts))
    if not fresh:
        return BatchAnswer(terminal.high_water, head, tuple(verdicts))
    verdicts += book_fresh(session, incoming, fresh)
    last_seq = fresh.first_seq + len(fresh) - 1
    return BatchAnswer((incoming.epoch, last_seq), fresh.hashes[-1], tuple(verdicts))


def _check_epoch(incoming: Incoming, batch: ReceivedBatch) -> None:
    terminal = incoming.terminal
    if terminal.state.is_ended:
        detail = f"terminal {terminal.name} was {terminal.state.value}"
        raise Problem("revoked", status=403, detail=detail)
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


def _is_head_allowed(session: Session, incoming: Incoming, high_seq: int, head: bytes) -> bool:
    """Say whether the first fresh event may follow a hash."""
    terminal = incoming.terminal
    if high_seq > 0:
        return head == terminal.head_hash
    if terminal.high_water == (0, 0) or head == GENESIS:
        return head == GENESIS
    # A new epoch is linked to an event that the centre holds: the head that the restored journal
    # still had, one that it wrote since and that was kept as a stray, or the centre's own.
    return is_hash_held(session, terminal.school_id, terminal.id, head)


def _fork_refusal(answer: BatchAnswer, batch: ReceivedBatch) -> Problem | None:
    """Return the problem for a batch of which nothing stands at its place; its facts are kept."""
    epoch, seq = answer.high_water
    if (batch.epoch, batch.first_seq) <= answer.high_water:
        return None
    if any(item.verdict is not Verdict.CONFLICT for item in answer.verdicts):
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
