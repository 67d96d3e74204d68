"""Terminals as the centre knows them: their keys, and how far their facts are booked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from central.audit import write_audit
from central.database import Row, Session
from central.errors import Problem
from central.feed import advance_feed
from central.records import Standing, standing_of
from core.codec import moment_text, read_moment
from core.ids import SchoolId, TerminalId
from core.till_state import Position

KEY_OVERLAP = timedelta(days=7)


class TerminalState(StrEnum):
    """How the centre stands to a terminal."""

    ACTIVE = "active"
    FROZEN = "frozen"
    """It sent facts that contradict others; a person must look before it goes on."""
    REVOKED = "revoked"
    """It is not believed any more: lost, stolen, or broken into."""
    RETIRED = "retired"
    """It was ended in good order. Nothing it sends is booked either."""

    @property
    def is_ended(self) -> bool:
        """Whether it must be enrolled anew before anything it sends is booked."""
        return self in (TerminalState.REVOKED, TerminalState.RETIRED)


class Terminal(msgspec.Struct, frozen=True):
    """One terminal. high_water, head_hash: the last event that the centre has booked.

    next_epoch: the epoch that a person has approved for it to start; None: it must not.
    """

    school_id: SchoolId
    id: TerminalId
    name: str
    state: TerminalState
    high_water: Position
    head_hash: bytes
    next_epoch: int | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A terminal's public key. ends_at: when it was replaced by a newer one, and stops then."""

    id: str
    school_id: SchoolId
    terminal_id: TerminalId
    public_key: bytes
    ends_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = "school_id, id, name, state, high_epoch, high_seq, head_hash, next_epoch, last_seen_at"
_SENDER = (
    f"SELECT {', '.join(f't.{name}' for name in _COLUMNS.split(', '))}, s.policy, s.cursor"  # noqa: S608  our own words
    " FROM terminal t JOIN school s ON s.id = t.school_id WHERE t.id = ?"
)


def find_terminal(session: Session, terminal: TerminalId, *, lock: bool = False) -> Terminal:
    """Return a terminal. lock: nobody else books for it until the transaction ends.

    Raises Problem when there is none.
    """
    locked = session.for_update if lock else ""
    row = session.row(f"SELECT {_COLUMNS} FROM terminal WHERE id = ?{locked}", terminal)  # noqa: S608
    if row is None:
        raise _unknown(terminal)
    return _terminal(row)


def lock_sender(session: Session, terminal: TerminalId) -> tuple[Terminal, Standing]:
    """Return a terminal, locked as by `find_terminal`, and how its school stands.

    Raises Problem when there is none.
    """
    locked = f"{session.for_update} OF t" if session.for_update else ""
    row = session.row(f"{_SENDER}{locked}", terminal)
    if row is None:
        raise _unknown(terminal)
    return _terminal(row), standing_of(row[-2], row[-1])


def active_terminal(session: Session, terminal: TerminalId) -> Terminal:
    """Return a terminal that may ask for something new. Raises Problem, also `frozen`."""
    known = find_terminal(session, terminal)
    if known.state is not TerminalState.ACTIVE:
        detail = f"terminal {known.name} is {known.state.value}"
        raise Problem("frozen", status=409, detail=detail)
    return known


def list_terminals(session: Session, school: SchoolId) -> list[Terminal]:
    """Return all terminals of a school, by name."""
    sql = f"SELECT {_COLUMNS} FROM terminal WHERE school_id = ? ORDER BY name, id"  # noqa: S608
    return [_terminal(row) for row in session.rows(sql, school)]


def find_key(session: Session, key_id: str) -> PinnedKey | None:
    """Return a pinned key by its id; also one that has ended or was revoked."""
    row = session.row(
        "SELECT id, school_id, terminal_id, public_key, ends_at, revoked_at"
        " FROM terminal_key WHERE id = ?",
        key_id,
    )
    if row is None:
        return None
    return PinnedKey(
        id=row[0],
        school_id=SchoolId(row[1]),
        terminal_id=TerminalId(row[2]),
        public_key=bytes(row[3]),
        ends_at=None if row[4] is None else read_moment(row[4]),
        revoked_at=None if row[5] is None else read_moment(row[5]),
    )


def note_seen(session: Session, terminal: Terminal, *, at: datetime) -> None:
    """Write down when a terminal was last heard of."""
    session.run(
        "UPDATE terminal SET last_seen_at = ? WHERE school_id = ? AND id = ?",
        moment_text(at),
        terminal.school_id,
        terminal.id,
    )


def _unknown(terminal: TerminalId) -> Problem:
    return Problem("unknown-terminal", status=404, detail=f"there is no terminal {terminal}")


def _terminal(row: Row) -> Terminal:
    return Terminal(
        school_id=SchoolId(row[0]),
        id=TerminalId(row[1]),
        name=row[2],
        state=TerminalState(row[3]),
        high_water=(row[4], row[5]),
        head_hash=bytes(row[6]),
        next_epoch=row[7],
        last_seen_at=None if row[8] is None else read_moment(row[8]),
    )


def revoke_terminal(session: Session, terminal: Terminal, *, who: str, at: datetime) -> None:
    """Stop believing a terminal: its keys are revoked, and nothing it sends is booked."""
    _end(session, terminal, TerminalState.REVOKED, who=who, at=at)


def retire_terminal(session: Session, terminal: Terminal, *, who: str, at: datetime) -> None:
    """End a terminal in good order; its keys are revoked, and nothing it sends is booked."""
    _end(session, terminal, TerminalState.RETIRED, who=who, at=at)


def _end(
    session: Session, terminal: Terminal, state: TerminalState, *, who: str, at: datetime
) -> None:
    session.run(
        "UPDATE terminal SET state = ? WHERE school_id = ? AND id = ?",
        state.value,
        terminal.school_id,
        terminal.id,
    )
    session.run(
        "UPDATE terminal_key SET revoked_at = ? WHERE school_id = ? AND terminal_id = ?"
        " AND revoked_at IS NULL",
        moment_text(at),
        terminal.school_id,
        terminal.id,
    )
    write_audit(session, terminal.school_id, who=who, what=state.value, subject=terminal.id, at=at)


def rename_terminal(
    session: Session, terminal: Terminal, *, name: str, who: str, at: datetime
) -> None:
    """Give a terminal another name; the next page of changes tells it, and it shows it itself."""
    session.run(
        "UPDATE terminal SET name = ? WHERE school_id = ? AND id = ?",
        name,
        terminal.school_id,
        terminal.id,
    )
    write_audit(
        session,
        terminal.school_id,
        who=who,
        what=f"renamed from {terminal.name}",
        subject=terminal.id,
        at=at,
    )
    # Locked last, so that the feed follows the order of commits.
    advance_feed(session, terminal.school_id)


def pin_next_key(
    session: Session, terminal: Terminal, *, key_id: str, public_key: bytes, at: datetime
) -> datetime:
    """Pin a terminal's new key; the older ones end after the overlap. Result: that moment.

    The same key again gets the same answer.
    """
    known = find_key(session, key_id)
    if known is not None and known.terminal_id == terminal.id:
        row = session.row(
            "SELECT pinned_at FROM terminal_key WHERE school_id = ? AND id = ?",
            terminal.school_id,
            key_id,
        )
        assert row is not None, "the key was found a moment ago"
        return read_moment(row[0]) + KEY_OVERLAP
    ends_at = at + KEY_OVERLAP
    session.run(
        "UPDATE terminal_key SET ends_at = ? WHERE school_id = ? AND terminal_id = ?"
        " AND ends_at IS NULL",
        moment_text(ends_at),
        terminal.school_id,
        terminal.id,
    )
    session.insert_many(
        "terminal_key",
        ("school_id", "id", "terminal_id", "public_key", "pinned_at"),
        [(terminal.school_id, key_id, terminal.id, public_key, moment_text(at))],
    )
    write_audit(
        session,
        terminal.school_id,
        who=terminal.id,
        what=f"key {key_id} pinned",
        subject=terminal.id,
        at=at,
    )
    return ends_at
