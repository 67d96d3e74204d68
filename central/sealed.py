"""Events as their terminals sealed them: each one's bytes and hash, wherever they are kept.

Most facts break no rule and come with many others. Their bytes lie once, packed as they came, in
the row of their arrival, and no body in their own rows says that it is so. All others, and all of
before version 8 of the tables, have body and hash in their own rows. Nothing else reads these two
columns of `event`: `tests/house/test_sealed.py` holds to that.

Each arrival is unpacked once for the events that are asked for together.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

import msgspec

from central.database import Row, Session
from central.errors import DatabaseError
from central.event_places import JOIN_ARRIVAL, OF_ARRIVAL, ROOM, SEQ, number_of
from central.gunzip import GunzipError, gunzip
from core.batch import BATCH_BYTES_MAX
from core.chain import GENESIS, chain_hashes
from core.ids import SchoolId, TerminalId
from core.till_state import Position

AFTER_ALL: Final[Position] = (2**31, 0)
"""A place behind the last that a terminal can give an event."""

IS_PACKED: Final = "e.body IS NULL"
"""Whether the bytes of a row `e` of `event` are kept by its arrival."""

_COLUMNS: Final = (
    f"e.id, a.terminal_id, a.epoch, {SEQ}, a.received_at, e.verdict, e.flag,"
    " e.body, e.hash, e.place"
)
_ROWS_AT_ONCE = 500

# Of one arrival's first event the one before is the last of another.
_JOIN_BEFORE: Final = (
    f"JOIN arrival its ON its.number = one.place / {ROOM} AND its.school_id = one.school_id"
    " LEFT JOIN arrival p ON p.school_id = its.school_id AND p.terminal_id = its.terminal_id"
    " AND p.epoch = its.epoch AND p.last_seq = its.first_seq - 1"
    f" JOIN event e ON e.school_id = one.school_id AND e.place = CASE WHEN one.place % {ROOM} > 0"
    f" THEN one.place - 1 ELSE p.number * {ROOM} + p.last_seq - p.first_seq END"
)
# The next arrivals, so many: PostgreSQL does not stop where a pair of columns passes a bound.
_SOME_ARRIVALS: Final = (
    "(SELECT number, school_id, received_at, terminal_id, epoch, first_seq, last_seq FROM arrival"
    " WHERE school_id = ? AND terminal_id = ? AND (epoch, last_seq) > (?, ?)"
    " ORDER BY epoch, last_seq LIMIT ?) AS a"
)
_BETWEEN: Final = (
    f"WHERE (a.epoch, {SEQ}) > (?, ?) AND (a.epoch, {SEQ}) < (?, ?)"
    " ORDER BY a.epoch, a.last_seq, e.place"
)


class Sealed(NamedTuple):
    """One event at its place. id: None where it is not known to be its own.

    body: its bytes, as they were hashed. hash: 32 bytes, which prove all before it too.
    """

    id: str | None
    terminal: TerminalId
    epoch: int
    seq: int
    received_at: str
    verdict: str
    flag: str | None
    body: bytes
    hash: bytes


class Unpacked(NamedTuple):
    """The events of a batch. packed: what they were unpacked from. first_seq: of the first one."""

    packed: bytes
    first_seq: int
    bodies: Sequence[bytes]
    hashes: Sequence[bytes]


class _Kept(msgspec.Struct):
    """A batch as it was sent, as far as its events need it."""

    first_seq: int
    hash: str
    prev_hash: str
    events: list[msgspec.Raw]


_KEPT: Final = msgspec.json.Decoder(_Kept)


def unpack(packed: bytes) -> Unpacked:
    """Return the events of what an arrival keeps: a batch that `central.wire_batch` has taken.

    Raises DatabaseError when it is not whole.
    """
    try:
        text = gunzip(packed, bytes_max=BATCH_BYTES_MAX)
        kept = _KEPT.decode(text or b"")
        bodies = [bytes(event) for event in kept.events]
        head, before = bytes.fromhex(kept.hash), bytes.fromhex(kept.prev_hash)
    except (GunzipError, msgspec.DecodeError, ValueError, RecursionError) as error:
        message = f"it cannot be read: {' '.join(str(error).split())}"
        raise DatabaseError(message) from error
    hashes = chain_hashes(before, bodies) if len(before) == len(GENESIS) else []
    if head not in hashes[-1:]:
        message = "its events do not make the chain that it names"
        raise DatabaseError(message)
    return Unpacked(packed, kept.first_seq, bodies, hashes)


def sealed_by_id(session: Session, school: SchoolId, ids: Sequence[str]) -> dict[str, Sealed]:
    """Return a school's events by their ids; those that it has."""
    select = f"SELECT {_COLUMNS} FROM event e {JOIN_ARRIVAL}"  # noqa: S608  our own words
    rows = _rows_by_id(session, school, ids, f"{select} WHERE e.school_id = ? AND e.id IN")
    return {one.id: one for one in _resolved(session, school, rows) if one.id is not None}


def sealed_one(session: Session, school: SchoolId, event: str) -> Sealed | None:
    """Return one event by its id; None where the school has none."""
    return sealed_by_id(session, school, [event]).get(event)


def hashes_before(session: Session, school: SchoolId, ids: Sequence[str]) -> dict[str, bytes]:
    """Return, by the ids of events, the hash of what stands one place before each.

    Nothing for the first of an epoch.
    """
    select = f"SELECT {_COLUMNS}, one.id FROM event one {_JOIN_BEFORE} {JOIN_ARRIVAL}"  # noqa: S608  our own words
    rows = _rows_by_id(session, school, ids, f"{select} WHERE one.school_id = ? AND one.id IN")
    behind = {tuple(row[1:4]): row[-1] for row in rows}
    before = _resolved(session, school, [row[:-1] for row in rows])
    return {behind[one.terminal, one.epoch, one.seq]: one.hash for one in before}


def sealed_between(
    session: Session,
    school: SchoolId,
    terminal: TerminalId,
    *,
    after: Position,
    before: Position,
    at_hand: Unpacked | None = None,
) -> Iterator[Sealed]:
    """Yield a terminal's events between two places, neither among them, in the order of places.

    However many they are, some hundred are in memory at a time. at_hand: a batch that need not be
    unpacked where it is among what is kept.
    """
    reader = _Arrivals(session, school, at_hand)
    each = session.each("event", "e", on=f"e.school_id = ? AND {OF_ARRIVAL}", along="place")
    sql = f"SELECT {_COLUMNS} FROM {_SOME_ARRIVALS} {each} {_BETWEEN}"  # noqa: S608  our own words
    for behind, count in _hundreds(session, school, terminal, after, before):
        rows = session.rows(sql, school, terminal, *behind, count, school, *after, *before)
        yield from map(reader.sealed, rows)


def _hundreds(
    session: Session, school: SchoolId, terminal: TerminalId, behind: Position, before: Position
) -> Iterator[tuple[Position, int]]:
    """Yield behind what place arrivals begin that have some hundred events, and how many they are.

    Those that begin before a place.
    """
    while arrivals := session.rows(
        "SELECT epoch, first_seq, last_seq FROM arrival WHERE school_id = ? AND terminal_id = ?"
        " AND (epoch, last_seq) > (?, ?) ORDER BY epoch, last_seq LIMIT ?",
        school,
        terminal,
        *behind,
        _ROWS_AT_ONCE,
    ):
        within = [row for row in arrivals if (row[0], row[1]) < before]
        count = events = 0
        for epoch, first, last in within:
            count, events = count + 1, events + last - first + 1
            if events >= _ROWS_AT_ONCE or (epoch, first, last) == within[-1]:
                yield behind, count
                behind, count, events = (epoch, last), 0, 0
        if len(within) < len(arrivals):
            return


def is_hash_held(session: Session, school: SchoolId, terminal: TerminalId, digest: bytes) -> bool:
    """Say whether any event of a terminal has a hash, strays among them.

    All that the terminal ever sent is unpacked, the newest first, where none has.
    """
    each = session.each(
        "event", "e", on=f"e.school_id = ? AND {OF_ARRIVAL} AND e.hash = ?", along="place"
    )
    row = session.row(
        f"SELECT 1 FROM arrival a {each} WHERE a.school_id = ? AND a.terminal_id = ?"  # noqa: S608  our own words
        " UNION ALL SELECT 1 FROM stray_event WHERE school_id = ? AND terminal_id = ? AND hash = ?",
        *(school, digest, school, terminal),
        *(school, terminal, digest),
    )
    if row is not None:
        return True
    arrivals = session.rows(
        "SELECT number FROM arrival"
        " WHERE school_id = ? AND terminal_id = ? AND length(packed) > 0"
        " ORDER BY epoch DESC, last_seq DESC",
        school,
        terminal,
    )
    return any(digest in unpack(packed_at(session, school, one[0])).hashes for one in arrivals)


def packed_at(session: Session, school: SchoolId, number: int) -> bytes:
    """Return what is packed in the arrival of a number; nothing where there is none."""
    row = session.row(
        "SELECT packed FROM arrival WHERE school_id = ? AND number = ?", school, number
    )
    return b"" if row is None else bytes(row[0])


class _Arrivals:
    """What events' rows leave to their arrivals; the one that was asked for last is unpacked."""

    def __init__(self, session: Session, school: SchoolId, at_hand: Unpacked | None = None) -> None:
        self._session = session
        self._school = school
        self._at_hand = at_hand
        self._number: int | None = None
        self._unpacked = Unpacked(b"", 0, (), ())

    def sealed(self, row: Row) -> Sealed:
        """Return the event of a row of `_COLUMNS`."""
        *told, body, digest, place = row
        if row[1] is None:
            raise _lost(f"event {row[0]}")
        if body is None:
            if number_of(place) != self._number:
                self._read(row)
            nth = row[3] - self._unpacked.first_seq
            body, digest = self._unpacked.bodies[nth], self._unpacked.hashes[nth]
        return Sealed._make((*told, bytes(body), bytes(digest)))

    def _read(self, row: Row) -> None:
        number = number_of(row[-1])
        found = self._session.row(
            "SELECT first_seq, last_seq, packed FROM arrival WHERE school_id = ? AND number = ?",
            self._school,
            number,
        )
        first, last, packed = found or (0, 0, b"")
        try:
            unpacked = self._unpack(bytes(packed))
        except DatabaseError as error:
            raise _lost(_name(row)) from error
        kept = range(unpacked.first_seq, unpacked.first_seq + len(unpacked.bodies))
        if row[3] > last or first not in kept or last not in kept:
            raise _lost(_name(row))
        self._number = number
        self._unpacked = unpacked

    def _unpack(self, packed: bytes) -> Unpacked:
        if packed and self._at_hand is not None and packed == self._at_hand.packed:
            return self._at_hand
        return unpack(packed)


def _name(row: Row) -> str:
    return f"event {row[2]}-{row[3]} of terminal {row[1]}"


def _lost(name: str) -> DatabaseError:
    message = f"{name}: its bytes are not in the books; run `refectory central check`"
    return DatabaseError(message)


def _rows_by_id(session: Session, school: SchoolId, ids: Sequence[str], select: str) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        found += session.rows_by(select, ids[start : start + _ROWS_AT_ONCE], school)
    return found


def _resolved(session: Session, school: SchoolId, rows: Iterable[Row]) -> Iterator[Sealed]:
    """Yield the events of rows, those of one arrival after each other."""
    reader = _Arrivals(session, school)
    return map(reader.sealed, sorted(rows, key=itemgetter(-1)))
