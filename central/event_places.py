"""Where an event stands in the books: in its arrival, at a number behind the arrival's own.

An arrival is what one batch brought, with a number of its own; its events have the numbers of the
`ROOM` behind it, in the order of their journal. So the row of an event leads to its arrival, which
knows the terminal, the epoch and the time, and an arrival to its events, both by a table's key.

What asks for both calls the event `e` and the arrival `a`.
"""

from typing import Final

ROOM: Final = 65_536
"""So many events an arrival has numbers for; what comes at once has some hundred."""

SEQ: Final = f"(a.first_seq + e.place % {ROOM})"
"""An event's place in its journal's epoch."""

JOIN_ARRIVAL: Final = (
    f"LEFT JOIN arrival a ON a.number = e.place / {ROOM} AND a.school_id = e.school_id"
)
"""What leads from an event to its arrival, which each has.

A left join, since SQLite never turns that round: from an arrival this leads to no event but through
all of them.
"""

LAST: Final = f"a.number * {ROOM} + a.last_seq - a.first_seq"
"""Where the last event of an arrival stands."""

OF_ARRIVAL: Final = f"e.place BETWEEN a.number * {ROOM} AND {LAST}"
"""Which events are those of an arrival; whoever asks also says of which school."""


def place_of(number: int, nth: int) -> int:
    """Return the number of an arrival's event. nth: how many of the arrival's stand before it."""
    assert 0 <= nth < ROOM, "an arrival has no more events than numbers"
    return number * ROOM + nth


def number_of(place: int) -> int:
    """Return the number of an event's arrival."""
    return place // ROOM
