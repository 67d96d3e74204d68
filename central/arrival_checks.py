"""What the nightly check asks of arrivals: that no event's bytes are lost, and no movement hidden.

An event without bytes of its own has them in its arrival; a movement is found by the arrival that
names its owner. Each check returns a line for what is wrong, with the places of events.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from central.database import Row, Session
from central.errors import DatabaseError
from central.event_places import JOIN_ARRIVAL, LAST, OF_ARRIVAL, SEQ
from central.sealed import IS_PACKED, Unpacked, packed_at, unpack
from core.ids import SchoolId

_UNPACKED_MAX = 500
_PLACES_MAX = 20
_NOWHERE: Final = f"CASE WHEN {IS_PACKED} AND length(a.packed) = 0 THEN 1 ELSE 0 END"
_UNNAMED: Final = (
    "CASE WHEN e.source = 'wallet.general' AND instr(a.owners, e.owner) = 0 THEN 1 ELSE 0 END"
)
_LOST: Final = (
    f"SELECT * FROM (SELECT a.terminal_id, a.epoch, {SEQ},"  # noqa: S608  our own words
    f" {_NOWHERE} AS nowhere, {_UNNAMED} AS unnamed"
    f" FROM event e {JOIN_ARRIVAL} WHERE e.school_id = ?) AS looked"
    " WHERE nowhere + unnamed > 0 ORDER BY 1, 2, 3"
)
_HOMELESS: Final = (
    f"SELECT e.place, e.id FROM event e {JOIN_ARRIVAL} AND e.place <= {LAST}"  # noqa: S608  our own words
    " WHERE e.school_id = ? AND a.number IS NULL ORDER BY 1"
)
# Of what does not overlap, those that end first begin first.
_TWICE: Final = (
    "SELECT terminal_id, epoch, first_seq FROM (SELECT terminal_id, epoch, first_seq,"
    " LAG(last_seq) OVER (PARTITION BY terminal_id, epoch ORDER BY last_seq) AS before"
    " FROM arrival WHERE school_id = ?) AS looked WHERE first_seq <= before ORDER BY 1, 2, 3"
)


class _Named(msgspec.Struct):
    id: str


_NAMED = msgspec.json.Decoder(_Named)


def lost_events(session: Session, school: SchoolId) -> list[str]:
    """Every event belongs to one arrival, which has its bytes where its row has none.

    And which names the pupil whose wallet the row moves. All events are read once.
    """
    rows = session.rows(_LOST, school)
    homeless = [f"{row[0]} ({row[1]})" for row in session.rows(_HOMELESS, school)]
    return [
        *_named("events whose bytes are nowhere", _places([row for row in rows if row[3]])),
        *_named("events of no arrival", homeless),
        *_named(
            "events whose pupil their arrival does not name",
            _places([row for row in rows if row[4]]),
        ),
        *_named("events of two arrivals", _places(session.rows(_TWICE, school))),
    ]


def wrong_bytes(session: Session, school: SchoolId) -> list[str]:
    """What the newest arrivals keep packed makes a whole chain of the very events in the rows."""
    arrivals = session.rows(
        "SELECT number, terminal_id, epoch, first_seq, last_seq FROM arrival"
        " WHERE school_id = ? AND length(packed) > 0 ORDER BY received_at DESC LIMIT ?",
        school,
        _UNPACKED_MAX,
    )
    return [line for one in arrivals for line in _wrong_in(session, school, one)]


def _wrong_in(session: Session, school: SchoolId, arrival: Row) -> list[str]:
    number, terminal, epoch, first, last = arrival
    name = f"arrival {epoch}-{first} to {epoch}-{last} of terminal {terminal}"
    try:
        unpacked = unpack(packed_at(session, school, number))
    except DatabaseError as error:
        return [f"{name}: {error}"]
    fit = f"e.school_id = ? AND {OF_ARRIVAL} AND {IS_PACKED}"
    rows = session.rows(
        f"SELECT {SEQ}, e.id FROM arrival a {session.each('event', 'e', on=fit, along='place')}"  # noqa: S608  our own words
        " WHERE a.school_id = ? AND a.number = ? ORDER BY e.place",
        school,
        school,
        number,
    )
    wrong = [(terminal, epoch, seq) for seq, event in rows if _id_at(unpacked, seq) != event]
    return _named(f"{name} holds other bytes than those of", _places(wrong))


def _id_at(unpacked: Unpacked, seq: int) -> str | None:
    place = seq - unpacked.first_seq
    if not 0 <= place < len(unpacked.bodies):
        return None
    try:
        return _NAMED.decode(unpacked.bodies[place]).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _places(rows: Sequence[Row]) -> list[str]:
    return [f"{terminal} {epoch}-{seq}" for terminal, epoch, seq, *_ in rows]


def _named(what: str, places: Sequence[str]) -> list[str]:
    if not places:
        return []
    more = f" and {len(places) - _PLACES_MAX} more" if len(places) > _PLACES_MAX else ""
    return [f"{what}: {', '.join(places[:_PLACES_MAX])}{more}"]
