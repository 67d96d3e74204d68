"""The facts of a terminal's other branches, which `central.branches` books."""

from central.database import Session
from central.sealed import sealed_between
from core.events import Event, read_event
from core.ids import SchoolId, TerminalId
from core.till_state import BEFORE_ALL

ASIDE = -1
"""The epoch, which no terminal can send, of facts whose own place in it holds another."""


def events_aside(session: Session, school: SchoolId, terminal: TerminalId) -> list[Event]:
    """Return the facts of a terminal that stand aside; each says which place was its own."""
    aside = sealed_between(session, school, terminal, after=(ASIDE, 0), before=BEFORE_ALL)
    return [read_event(one.body) for one in aside]
