"""How each terminal last said it is: one row a terminal, written over."""

from datetime import datetime

from central.database import Session
from central.terminals import Terminal
from core.codec import moment_text
from core.health import ToldHealth, health_text, read_health
from core.ids import SchoolId, TerminalId


def note_health(session: Session, terminal: Terminal, told: ToldHealth, *, at: datetime) -> None:
    """Write down how a terminal says it is; nothing where it said nothing."""
    if told == ToldHealth():
        return
    session.run(
        "INSERT INTO terminal_health (school_id, terminal_id, told, told_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (school_id, terminal_id) DO UPDATE SET told = excluded.told,"
        " told_at = excluded.told_at",
        terminal.school_id,
        terminal.id,
        health_text(told),
        moment_text(at),
    )


def read_healths(session: Session, school: SchoolId) -> dict[TerminalId, ToldHealth]:
    """Return how the terminals of a school last said they are."""
    rows = session.rows("SELECT terminal_id, told FROM terminal_health WHERE school_id = ?", school)
    return {TerminalId(row[0]): read_health(row[1]) for row in rows}
