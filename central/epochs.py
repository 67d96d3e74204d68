"""A terminal whose card was restored: a person's approval, and what it must know to go on.

With the approval all that its other image recorded is booked. What it must know are the highest
numbers that any image gave, so that none is given twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from central.arrivals import Incoming
from central.aside import events_aside
from central.audit import write_audit
from central.branches import book_branches
from central.database import Session
from central.errors import RecordError
from central.sealed import AFTER_ALL, sealed_between
from central.terminals import Terminal, TerminalState
from core.batch import Verdict
from core.codec import moment_text
from core.events import read_event
from core.facts import CorrectionFact, Fact, MealCollected, PeriodClosed, SaleMade, WalletToppedUp
from core.shift_facts import Perpetual
from core.till_state import TillState


@dataclass(frozen=True, slots=True)
class Going:
    """How far a terminal's books go. approved: the epoch that it may begin now; None: none.

    receipt, closing, perpetual: the highest numbers that were given, and the totals.
    """

    approved: int | None
    receipt: int
    closing: int
    perpetual: Perpetual


def approve_epoch(session: Session, terminal: Terminal, *, who: str, at: datetime) -> int:
    """Let a terminal whose card was restored begin its next epoch, and return that epoch.

    terminal: its row is locked. Raises RecordError for one that was revoked or retired.
    """
    if terminal.state.is_ended:
        message = f"terminal {terminal.name} was {terminal.state.value}; enrol it as a new one"
        raise RecordError(message)
    epoch = terminal.high_water[0] + 1
    session.run(
        "UPDATE terminal SET next_epoch = ?, state = ? WHERE school_id = ? AND id = ?",
        epoch,
        TerminalState.ACTIVE.value,
        terminal.school_id,
        terminal.id,
    )
    # A closing, for which alone the key is needed, is not signed for here.
    incoming = Incoming(terminal, epoch, at, moment_text(at), signing_key=b"")
    booked = book_branches(session, incoming)
    told = f", {booked} facts of another image of its card booked" if booked else ""
    what = f"epoch {epoch} approved{told}"
    write_audit(session, terminal.school_id, who=who, what=what, subject=terminal.id, at=at)
    return epoch


def read_going(session: Session, terminal: Terminal) -> Going:
    """Return what a terminal may begin, and where its numbers stand."""
    epoch = terminal.next_epoch
    state = TillState()
    for body in _bodies(session, terminal):
        state.apply(read_event(body))
    aside = [event.fact for event in events_aside(session, terminal.school_id, terminal.id)]
    return Going(
        approved=epoch if epoch is not None and epoch > terminal.high_water[0] else None,
        receipt=max(state.receipt_number, *map(_receipt_of, aside), 0),
        closing=max(state.closing_count, *map(_closing_of, aside), 0),
        perpetual=state.period.perpetual,
    )


def _receipt_of(fact: Fact) -> int:
    """Return the number of the receipt that a fact came with; 0 for one without."""
    match fact:
        case MealCollected() | SaleMade() | WalletToppedUp():
            return fact.receipt
        case _ if isinstance(fact, CorrectionFact):
            return fact.correction.receipt
        case _:
            return 0


def _closing_of(fact: Fact) -> int:
    return fact.number if isinstance(fact, PeriodClosed) else 0


def _bodies(session: Session, terminal: Terminal) -> Iterator[bytes]:
    """Yield the events from the last closing on, which holds all numbers given before it."""
    closing = session.row(
        "SELECT epoch, seq FROM closing WHERE school_id = ? AND terminal_id = ?"
        " ORDER BY epoch DESC, seq DESC LIMIT 1",
        terminal.school_id,
        terminal.id,
    )
    epoch, seq = (0, 0) if closing is None else (closing[0], closing[1])
    events = sealed_between(
        session, terminal.school_id, terminal.id, after=(epoch, seq - 1), before=AFTER_ALL
    )
    return (one.body for one in events if one.verdict == Verdict.ACCEPTED)
