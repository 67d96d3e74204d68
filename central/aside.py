"""The facts of a terminal's other branches, which `central.branches` books."""

from central.database import Session
from core.events import Event, read_event
from core.ids import SchoolId, TerminalId

ASIDE = -1
"""The epoch, which no terminal can send, of facts whose own place in it holds another."""


def events_aside(session: Session, school: SchoolId, terminal: TerminalId) -> list[Event]:
    """Return the facts of a terminal that stand aside; each says which place was its own."""
    rows = session.rows(
        "SELECT body FROM event WHERE school_id = ? AND terminal_id = ? AND epoch = ? ORDER BY seq",
        school,
        terminal,
        ASIDE,
    )
    return [read_event(bytes(row[0])) for row in rows]
