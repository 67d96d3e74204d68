"""Places of a journal that are taken already: the same event again, or another one in its place."""

from collections.abc import Sequence

from central.arrivals import EventAnswer, Incoming, Item
from central.database import Session
from central.flagging import raise_exceptions
from central.sealed import Unpacked, sealed_between
from central.terminals import TerminalState
from core.batch import Verdict

SENT_BY_REVOKED = "sent by a revoked terminal"
"""Why what a revoked terminal sends is a stray."""


def answer_known(
    session: Session, incoming: Incoming, known: Sequence[Item]
) -> tuple[list[EventAnswer], Sequence[Item]]:
    """Answer for the places that are taken already. Also return what has other bytes there."""
    if not known:
        return [], []
    answers, strays = match_known(session, incoming, known)
    keep_strays(session, incoming, strays, "another event has this place")
    return answers, strays


def match_known(
    session: Session, incoming: Incoming, known: Sequence[Item]
) -> tuple[list[EventAnswer], Sequence[Item]]:
    """Return the first answer for each place again, and the items that contradict what is there."""
    terminal, epoch, first = incoming.terminal, incoming.epoch, known[0].seq
    # Mostly a batch whose answer was lost, and what is kept of it is this very batch.
    bodies, hashes = [item.body for item in known], [item.hash for item in known]
    events = sealed_between(
        session,
        terminal.school_id,
        terminal.id,
        after=(epoch, first - 1),
        before=(epoch, known[-1].seq + 1),
        at_hand=Unpacked(incoming.packed, first, bodies, hashes),
    )
    booked = {one.seq: (one.hash, Verdict(one.verdict), one.flag) for one in events}
    answers: list[EventAnswer] = []
    strays: list[Item] = []
    for item in known:
        digest, verdict, flag = booked.get(item.seq, (b"", Verdict.CONFLICT, None))
        if digest != item.hash:
            strays.append(item)
            answers.append(EventAnswer(item.seq, Verdict.CONFLICT, None))
            continue
        again = Verdict.DUPLICATE if verdict is Verdict.ACCEPTED else verdict
        answers.append(EventAnswer(item.seq, again, flag))
    return answers, strays


def keep_strays(session: Session, incoming: Incoming, items: Sequence[Item], reason: str) -> None:
    """Keep events that cannot be booked, with the reason, for a person to look at."""
    terminal = incoming.terminal
    session.insert_many(
        "stray_event",
        ("school_id", "terminal_id", "epoch", "seq", "hash", "body", "reason", "received_at"),
        [
            (
                terminal.school_id,
                terminal.id,
                incoming.epoch,
                item.seq,
                item.hash,
                item.body,
                reason,
                incoming.now_text,
            )
            for item in items
        ],
        conflict="ON CONFLICT DO NOTHING",
    )


def freeze(session: Session, incoming: Incoming, item: Item) -> None:
    """Stop believing that a terminal's card is the only one, and tell a person."""
    terminal = incoming.terminal
    session.run(
        "UPDATE terminal SET state = ? WHERE school_id = ? AND id = ? AND state = ?",
        TerminalState.FROZEN.value,
        terminal.school_id,
        terminal.id,
        TerminalState.ACTIVE.value,
    )
    place = f"{incoming.epoch}-{item.seq}"
    raise_exceptions(
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
