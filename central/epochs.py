"""What a terminal whose card was restored must know to go on without giving a number twice."""

from dataclasses import dataclass

from central.database import Session
from central.terminals import Terminal
from core.batch import Verdict
from core.events import read_event
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


def read_going(session: Session, terminal: Terminal) -> Going:
    """Return what a terminal may begin, and where its numbers stand."""
    epoch = terminal.next_epoch
    state = TillState()
    for body in _bodies(session, terminal):
        state.apply(read_event(body))
    return Going(
        approved=epoch if epoch is not None and epoch > terminal.high_water[0] else None,
        receipt=state.receipt_number,
        closing=state.closing_count,
        perpetual=state.period.perpetual,
    )


def _bodies(session: Session, terminal: Terminal) -> list[bytes]:
    """Return the events from the last closing on, which holds all numbers given before it."""
    place = (terminal.school_id, terminal.id, Verdict.ACCEPTED.value)
    closing = session.row(
        "SELECT epoch, seq FROM event WHERE school_id = ? AND terminal_id = ? AND verdict = ?"
        " AND kind = 'period.closed' ORDER BY epoch DESC, seq DESC LIMIT 1",
        *place,
    )
    epoch, seq = (0, 0) if closing is None else (closing[0], closing[1])
    rows = session.rows(
        "SELECT body FROM event WHERE school_id = ? AND terminal_id = ? AND verdict = ?"
        " AND (epoch > ? OR (epoch = ? AND seq >= ?)) ORDER BY epoch, seq",
        *place,
        epoch,
        epoch,
        seq,
    )
    return [bytes(row[0]) for row in rows]
