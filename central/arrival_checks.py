"""What the nightly check asks of arrivals: that no event's bytes are lost, and no movement hidden.

An event without bytes of its own has them in its arrival; a movement is found by the arrival that
names its owner. Each check returns a line for what is wrong, with the places of events.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from central.database import Row, Session
from central.errors import DatabaseError
from central.sealed import IS_PACKED, Unpacked, packed_at, unpack
from core.ids import SchoolId

_UNPACKED_MAX = 500
_PLACES_MAX = 20
_WITHOUT: Final = "CASE WHEN a.school_id IS NULL THEN 1 ELSE 0 END"
_NOWHERE: Final = f"CASE WHEN {IS_PACKED} AND COALESCE(length(a.packed), 0) = 0 THEN 1 ELSE 0 END"
_UNNAMED: Final = (
    "CASE WHEN e.source = 'wallet.general' AND instr(a.owners, e.owner) = 0 THEN 1 ELSE 0 END"
)
_LOST: Final = (
    "SELECT * FROM (SELECT e.terminal_id, e.epoch, e.seq,"  # noqa: S608  our own words
    f" {_WITHOUT} AS without, {_NOWHERE} AS nowhere, {_UNNAMED} AS unnamed"
    " FROM event e LEFT JOIN arrival a ON a.school_id = e.school_id"
    " AND a.received_at = e.received_at AND a.terminal_id = e.terminal_id AND a.epoch = e.epoch"
    " AND e.seq BETWEEN a.first_seq AND a.last_seq WHERE e.school_id = ?) AS looked"
    " WHERE without + nowhere + unnamed > 0 ORDER BY 1, 2, 3"
)


class _Named(msgspec.Struct):
    id: str


_NAMED = msgspec.json.Decoder(_Named)


def lost_events(session: Session, school: SchoolId) -> list[str]:
    """Every event belongs to one arrival, which has its bytes where its row has none.

    And which names the pupil whose wallet the row moves. All events are read once.
    """
    rows = session.rows(_LOST, school)
    twice = session.rows(
        "SELECT b.terminal_id, b.epoch, b.first_seq FROM arrival a JOIN arrival b"
        " ON b.school_id = a.school_id AND b.received_at = a.received_at"
        " AND b.terminal_id = a.terminal_id AND b.epoch = a.epoch"
        " AND b.first_seq > a.first_seq AND b.first_seq <= a.last_seq"
        " WHERE a.school_id = ? ORDER BY 1, 2, 3",
        school,
    )
    return [
        *_named("events whose bytes are nowhere", [row[:3] for row in rows if row[4]]),
        *_named("events of no arrival", [row[:3] for row in rows if row[3]]),
        *_named(
            "events whose pupil their arrival does not name",
            [row[:3] for row in rows if not row[3] and row[5]],
        ),
        *_named("events of two arrivals", twice),
    ]


def wrong_bytes(session: Session, school: SchoolId) -> list[str]:
    """What the newest arrivals keep packed makes a whole chain of the very events in the rows."""
    arrivals = session.rows(
        "SELECT received_at, terminal_id, epoch, first_seq, last_seq FROM arrival"
        " WHERE school_id = ? AND length(packed) > 0 ORDER BY received_at DESC LIMIT ?",
        school,
        _UNPACKED_MAX,
    )
    return [line for one in arrivals for line in _wrong_in(session, school, one)]


def _wrong_in(session: Session, school: SchoolId, arrival: Row) -> list[str]:
    received_at, terminal, epoch, first, last = arrival
    name = f"arrival {epoch}-{first} to {epoch}-{last} of terminal {terminal}"
    try:
        unpacked = unpack(packed_at(session, school, arrival[:-1]))
    except DatabaseError as error:
        return [f"{name}: {error}"]
    rows = session.rows(
        "SELECT e.seq, e.id FROM event e WHERE e.school_id = ? AND e.terminal_id = ?"  # noqa: S608  our own words
        f" AND e.epoch = ? AND e.seq BETWEEN ? AND ? AND e.received_at = ? AND {IS_PACKED}"
        " ORDER BY e.seq",
        school,
        terminal,
        epoch,
        first,
        last,
        received_at,
    )
    wrong = [(terminal, epoch, seq) for seq, event in rows if _id_at(unpacked, seq) != event]
    return _named(f"{name} holds other bytes than those of", wrong)


def _id_at(unpacked: Unpacked, seq: int) -> str | None:
    place = seq - unpacked.first_seq
    if not 0 <= place < len(unpacked.bodies):
        return None
    try:
        return _NAMED.decode(unpacked.bodies[place]).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _named(what: str, places: Sequence[Row]) -> list[str]:
    if not places:
        return []
    more = f" and {len(places) - _PLACES_MAX} more" if len(places) > _PLACES_MAX else ""
    told = ", ".join(f"{row[0]} {row[1]}-{row[2]}" for row in places[:_PLACES_MAX])
    return [f"{what}: {told}{more}"]
