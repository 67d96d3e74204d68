"""Events as their terminals sealed them: each one's bytes and hash, wherever they are kept.

Most facts break no rule and come with many others. Their bytes lie once, packed as they came, in
the row of their arrival, and an empty body in their own rows says that it is so. All others, and
all of before version 8 of the tables, have body and hash in their own rows. Nothing else reads
these two columns of `event`: `tests/house/test_sealed.py` holds to that.

An event leads to its arrival by its time, its terminal and its epoch, which both rows have; each
arrival is unpacked once for the events that are asked for together.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from central.database import Row, Session
from central.errors import DatabaseError
from central.gunzip import GunzipError, gunzip
from core.batch import BATCH_BYTES_MAX
from core.chain import GENESIS, chain_hashes
from core.ids import SchoolId, TerminalId
from core.till_state import Position

AFTER_ALL: Final[Position] = (2**31, 0)
"""A place behind the last that a terminal can give an event."""

IS_PACKED: Final = "length(e.body) = 0"
"""Whether the bytes of a row `e` of `event` are kept by its arrival."""

_COLUMNS: Final = (
    "id",
    "terminal_id",
    "epoch",
    "seq",
    "received_at",
    "verdict",
    "flag",
    "body",
    "hash",
)
_ROWS_AT_ONCE = 500


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
    rows = _rows_by_id(session, school, ids, f"SELECT {_of('e')} FROM event e")  # noqa: S608  our own words
    return {one.id: one for one in _resolved(session, school, rows) if one.id is not None}


def sealed_one(session: Session, school: SchoolId, event: str) -> Sealed | None:
    """Return one event by its id; None where the school has none."""
    return sealed_by_id(session, school, [event]).get(event)


def hashes_before(session: Session, school: SchoolId, ids: Sequence[str]) -> dict[str, bytes]:
    """Return, by the ids of events, the hash of what stands one place before each.

    Nothing for the first of an epoch.
    """
    join = (
        "JOIN event b ON b.school_id = e.school_id AND b.terminal_id = e.terminal_id"
        " AND b.epoch = e.epoch AND b.seq = e.seq - 1"
    )
    select = f"SELECT {_of('b')}, e.id FROM event e {join}"  # noqa: S608  our own words
    rows = _rows_by_id(session, school, ids, select)
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
    while rows := session.rows(
        f"SELECT {_of('e')} FROM event e WHERE e.school_id = ? AND e.terminal_id = ?"  # noqa: S608  our own words
        " AND (e.epoch, e.seq) > (?, ?) AND (e.epoch, e.seq) < (?, ?)"
        " ORDER BY e.epoch, e.seq LIMIT ?",
        school,
        terminal,
        *after,
        *before,
        _ROWS_AT_ONCE,
    ):
        yield from map(reader.sealed, rows)
        if len(rows) < _ROWS_AT_ONCE:
            return
        after = (rows[-1][2], rows[-1][3])


def is_hash_held(session: Session, school: SchoolId, terminal: TerminalId, digest: bytes) -> bool:
    """Say whether any event of a terminal has a hash, strays among them.

    All that the terminal ever sent is unpacked, the newest first, where none has.
    """
    row = session.row(
        "SELECT 1 FROM event WHERE school_id = ? AND terminal_id = ? AND hash = ?"
        " UNION ALL SELECT 1 FROM stray_event WHERE school_id = ? AND terminal_id = ? AND hash = ?",
        *(school, terminal, digest) * 2,
    )
    if row is not None:
        return True
    arrivals = session.rows(
        "SELECT received_at, terminal_id, epoch, first_seq FROM arrival"
        " WHERE school_id = ? AND terminal_id = ? AND length(packed) > 0"
        " ORDER BY epoch DESC, first_seq DESC",
        school,
        terminal,
    )
    return any(digest in unpack(packed_at(session, school, one)).hashes for one in arrivals)


def packed_at(session: Session, school: SchoolId, arrival: Row) -> bytes:
    """Return what is packed in an arrival; nothing where there is none.

    arrival: the rest of its key: when it was received, the terminal, its epoch and first place.
    """
    row = session.row(
        "SELECT packed FROM arrival WHERE school_id = ? AND received_at = ? AND terminal_id = ?"
        " AND epoch = ? AND first_seq = ?",
        school,
        *arrival,
    )
    return b"" if row is None else bytes(row[0])


class _Arrivals:
    """What events' rows leave to their arrivals; the one that was asked for last is unpacked."""

    def __init__(self, session: Session, school: SchoolId, at_hand: Unpacked | None = None) -> None:
        self._session = session
        self._school = school
        self._at_hand = at_hand
        self._key: Row = ()
        self._places = range(0)
        self._unpacked = Unpacked(b"", 0, (), ())

    def sealed(self, row: Row) -> Sealed:
        """Return the event of a row of `_COLUMNS`."""
        body, digest = row[-2:]
        if not body:
            if row[1:3] + row[4:5] != self._key or row[3] not in self._places:
                self._read(row)
            place = row[3] - self._unpacked.first_seq
            body, digest = self._unpacked.bodies[place], self._unpacked.hashes[place]
        return Sealed._make((*row[:-2], bytes(body), bytes(digest)))

    def _read(self, row: Row) -> None:
        _, terminal, epoch, seq, received_at, *_ = row
        found = self._session.row(
            "SELECT first_seq, last_seq, packed FROM arrival WHERE school_id = ?"
            " AND received_at = ? AND terminal_id = ? AND epoch = ? AND first_seq <= ?"
            " ORDER BY first_seq DESC LIMIT 1",
            self._school,
            received_at,
            terminal,
            epoch,
            seq,
        )
        first, last, packed = found or (0, 0, b"")
        try:
            unpacked = self._unpack(bytes(packed))
        except DatabaseError as error:
            raise _lost(row) from error
        kept = range(unpacked.first_seq, unpacked.first_seq + len(unpacked.bodies))
        if seq > last or first not in kept or last not in kept:
            raise _lost(row)
        self._key = row[1:3] + row[4:5]
        self._places = range(first, last + 1)
        self._unpacked = unpacked

    def _unpack(self, packed: bytes) -> Unpacked:
        if packed and self._at_hand is not None and packed == self._at_hand.packed:
            return self._at_hand
        return unpack(packed)


def _lost(row: Row) -> DatabaseError:
    message = (
        f"event {row[2]}-{row[3]} of terminal {row[1]}: its bytes are not in the books;"
        " run `refectory central check`"
    )
    return DatabaseError(message)


def _of(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _COLUMNS)


def _rows_by_id(session: Session, school: SchoolId, ids: Sequence[str], select: str) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        some = ids[start : start + _ROWS_AT_ONCE]
        found += session.rows_by(f"{select} WHERE e.school_id = ? AND e.id IN", some, school)
    return found


def _resolved(session: Session, school: SchoolId, rows: Iterable[Row]) -> Iterator[Sealed]:
    """Yield the events of rows, those of one arrival after each other."""
    reader = _Arrivals(session, school)
    return map(reader.sealed, sorted(rows, key=lambda row: (row[4], row[1], row[2], row[3])))
