"""What a restored or copied card recorded: booked beside the line, once a person has approved.

A place in a terminal's journal holds one event. What another image of its card wrote at places that
are taken is kept as a stray, and moves no money until a person says that the terminal may go on:
it may have been a copied card. Then it is booked like any other fact, once, by its id; what breaks
a rule is flagged. Its own place is taken, so it stands behind all others of its kind in the epoch
ASIDE, which no terminal can send; its bytes still name the place it had.

Never booked: what came from a revoked terminal, what cannot be read, and what has an id that the
books hold already. All of that stays among the strays.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from central.arrivals import Incoming, Item, read_checked
from central.aside import ASIDE
from central.database import Row, Session
from central.fresh_events import book_aside
from central.known_events import SENT_BY_REVOKED
from central.terminals import Terminal
from core.events import Event

_AT_ONCE = 500


def book_branches(session: Session, incoming: Incoming) -> int:
    """Book the strays of a terminal that are not booked yet, and return how many were.

    The terminal's row is locked. Once they are booked, the same again changes nothing.
    """
    items = _unbooked(session, incoming.terminal)
    # They come from the strays, whatever batch was the occasion.
    aside = replace(incoming, epoch=ASIDE, packed=b"")
    for start in range(0, len(items), _AT_ONCE):
        book_aside(session, aside, items[start : start + _AT_ONCE])
    return len(items)


def is_branch_approved(terminal: Terminal, epoch: int) -> bool:
    """Say whether a person has approved what a terminal still sends of an epoch.

    So it is from the approval of the next epoch until that has begun. After that the terminal has
    sent all that it had, and whoever goes on in an old epoch is another one.
    """
    begins = terminal.next_epoch
    return begins is not None and begins > terminal.high_water[0] > 0 and epoch < begins


def _unbooked(session: Session, terminal: Terminal) -> list[Item]:
    """Return the strays that can be booked, in the order of their journal, at their new places."""
    place = (terminal.school_id, terminal.id)
    rows = session.rows(
        "SELECT epoch, seq, hash, body FROM stray_event WHERE school_id = ? AND terminal_id = ?"
        " AND reason <> ? ORDER BY epoch, seq, received_at, hash",
        *place,
        SENT_BY_REVOKED,
    )
    events = {event.id: (row, event) for row, event in reversed(list(_readable(rows)))}
    held = session.rows_by(
        "SELECT id FROM event WHERE school_id = ? AND id IN", sorted(events), terminal.school_id
    )
    for (known,) in held:
        del events[known]
    last = session.row(
        "SELECT COALESCE(MAX(last_seq), 0) FROM arrival"
        " WHERE school_id = ? AND terminal_id = ? AND epoch = ?",
        *place,
        ASIDE,
    )
    assert last is not None, "an aggregate has one row"
    return [
        Item(seq, bytes(row[3]), bytes(row[2]), event, "")
        for seq, (row, event) in enumerate(reversed(events.values()), start=last[0] + 1)
    ]


def _readable(rows: Iterable[Row]) -> Iterable[tuple[Row, Event]]:
    for row in rows:
        try:
            yield row, read_checked(bytes(row[3]), row[0], row[1])
        except Exception:  # noqa: BLE001, S112  whatever it is, it stays among the strays
            continue
