"""A terminal's closing against the books: equal, or every difference by name; and its receipt.

The figures of a Z report are compared with two witnesses. What the centre received of the period
is folded anew (counts, VAT, tenders, cash), and what the ledger holds of those events is summed
(sales by category, cash, what is settled later, wallets): a posting that were lost or doubled
would show there. The receipt is signed whether they agree or not, and says which.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from central.arrivals import Incoming, Item
from central.aside import events_aside
from central.booking import Booking
from central.database import Row, Session
from central.errors import RecordError
from central.postings import leg_from_row, read_legs
from central.sealed import sealed_between, sealed_one
from central.signatures import sign_bytes
from core.batch import Flag, Verdict
from core.chain import canonical
from core.codec import moment_text, read_moment, to_plain
from core.day_receipt import (
    DayReceipt,
    SignedReceipt,
    receipt_bytes,
    receipt_from_plain,
    signed_bytes,
)
from core.events import Event, read_event
from core.facts import EpochStarted, PeriodClosed, PeriodFigures, Tender
from core.ids import EventId, SchoolId, TerminalId
from core.ledger import AccountKind, Legs
from core.money import ZERO, Money
from core.period import Period
from core.shift_facts import Perpetual


@dataclass(frozen=True, slots=True)
class Difference:
    """One sum of a closing that the books do not confirm. Both as text: a count or cents."""

    what: str
    terminal: str
    books: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing as the centre keeps it."""

    terminal: TerminalId
    terminal_name: str
    epoch: int
    seq: int
    number: int
    day: date
    event: EventId
    differences: tuple[Difference, ...]
    receipt: SignedReceipt
    received_at: datetime

    @property
    def agrees(self) -> bool:
        """Whether the books confirm every sum."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Examined:
    """A closing that was compared, ready to be written."""

    event: Event
    fact: PeriodClosed
    differences: tuple[Difference, ...]
    receipt: DayReceipt


def list_closings(
    session: Session,
    school: SchoolId,
    *,
    terminal: TerminalId | None = None,
    day: date | None = None,
    limit: int = 200,
) -> list[Closing]:
    """Return the closings of a school, the newest first."""
    where = ""
    values: list[str] = []
    if terminal is not None:
        where += " AND c.terminal_id = ?"
        values.append(terminal)
    if day is not None:
        where += " AND c.day = ?"
        values.append(day.isoformat())
    rows = session.rows(
        f"SELECT {_COLUMNS} {_FROM} WHERE c.school_id = ?{where}"
        " ORDER BY c.received_at DESC, c.terminal_id, c.epoch DESC, c.seq DESC LIMIT ?",
        school,
        *values,
        limit,
    )
    return [_closing(row) for row in rows]


def find_closing(
    session: Session, school: SchoolId, terminal: TerminalId, *, epoch: int, seq: int
) -> Closing:
    """Return one closing. Raises RecordError when this school has none there."""
    row = session.row(
        f"SELECT {_COLUMNS} {_FROM}"
        " WHERE c.school_id = ? AND c.terminal_id = ? AND c.epoch = ? AND c.seq = ?",
        school,
        terminal,
        epoch,
        seq,
    )
    if row is None:
        message = f"terminal {terminal} of school {school} has no closing at {epoch}-{seq}"
        raise RecordError(message)
    return _closing(row)


def newest_receipt(
    session: Session, school: SchoolId, terminal: TerminalId
) -> SignedReceipt | None:
    """Return a terminal's newest receipt with its signature; None before its first closing.

    It covers the ones before through the chain, so that one that was lost on the way is made good
    by the next reply.
    """
    row = session.row(
        "SELECT receipt, signature FROM closing WHERE school_id = ? AND terminal_id = ?"
        " ORDER BY epoch DESC, seq DESC LIMIT 1",
        school,
        terminal,
    )
    return None if row is None else _signed(bytes(row[0]), bytes(row[1]))


def examine_closings(
    session: Session,
    incoming: Incoming,
    items: Sequence[Item],
    bookings: Mapping[EventId, Booking],
) -> list[Examined]:
    """Compare the closings of a batch with what the centre holds of their periods.

    bookings: of the batch's events, which are not written yet. Nothing is asked without a closing.
    """
    arriving = _Arriving(incoming, items, bookings)
    return [
        _examine(session, arriving, event, event.fact)
        for event in arriving.events
        if isinstance(event.fact, PeriodClosed)
    ]


def flagged(booking: Booking, closing: Examined) -> Booking:
    """Return a closing's booking with its flag where the books say otherwise."""
    if not closing.differences:
        return booking
    return replace(
        booking,
        flags=(*booking.flags, Flag.CLOSING_DIFFERS),
        words={Flag.CLOSING_DIFFERS: differences_text(closing.differences)},
    )


class _Arriving:
    """What arrived in one batch: its events, their hashes, and how they are booked."""

    def __init__(
        self, incoming: Incoming, items: Sequence[Item], bookings: Mapping[EventId, Booking]
    ) -> None:
        self.school = incoming.terminal.school_id
        self.terminal = incoming.terminal.id
        self.now = incoming.now
        self.events = [
            item.event for item in items if item.event is not None and item.event.id in bookings
        ]
        self.hashes = {item.seq: item.hash for item in items}
        self.legs = {event: booking.legs for event, booking in bookings.items()}


def _examine(session: Session, arriving: _Arriving, event: Event, fact: PeriodClosed) -> Examined:
    before = _before(session, arriving, event)
    events, legs, head_hash = _held(session, arriving, event, before)
    folded = _folded(events, before)
    differences = [
        *_figure_differences(fact.figures, folded),
        *_ledger_differences(fact.figures, legs),
        *_chain_differences(event, fact, before, head_hash),
    ]
    receipt = _receipt(arriving, event, fact, folded, legs, differences)
    return Examined(event, fact, tuple(differences), receipt)


def write_closings(session: Session, incoming: Incoming, examined: Sequence[Examined]) -> None:
    """Keep closings with their signed receipts."""
    if not examined:
        return
    columns = (
        "school_id",
        "terminal_id",
        "epoch",
        "seq",
        "number",
        "day",
        "event_id",
        "differences",
        "receipt",
        "signature",
        "received_at",
    )
    rows = []
    for one in examined:
        body = receipt_bytes(one.receipt)
        told = [[each.what, each.terminal, each.books] for each in one.differences]
        rows.append(
            (
                incoming.terminal.school_id,
                incoming.terminal.id,
                one.event.epoch,
                one.event.seq,
                one.fact.number,
                one.fact.day.isoformat(),
                one.event.id,
                canonical(told).decode(),
                body,
                sign_bytes(incoming.signing_key, signed_bytes(body)),
                moment_text(incoming.now),
            )
        )
    session.insert_many("closing", columns, rows)


def differences_text(differences: Sequence[Difference]) -> str:
    """Return differences in one line, for the list of exceptions."""
    return "; ".join(
        f"{one.what}: {one.terminal} at the terminal, {one.books} in the books"
        for one in differences
    )


# --- what the centre holds of a period ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Before:
    """The closing before: its number, the hash of its event, its running totals."""

    epoch: int
    seq: int
    number: int
    hash: str
    perpetual: Perpetual


def _held(
    session: Session, arriving: _Arriving, event: Event, before: _Before | None
) -> tuple[list[Event], list[Legs], str]:
    """Return what came since the closing before, its legs, and the hash (hex) of the last event.

    A period may go on over a new epoch: then it holds what the centre has of the one before, and
    of the other branches of that one; the drawer was the same.
    """
    since = (0, 0) if before is None else (before.epoch, before.seq)
    until = (event.epoch, event.seq)
    head = b""
    line: list[Event] = []
    for sealed in sealed_between(
        session, arriving.school, arriving.terminal, after=since, before=until
    ):
        if sealed.verdict == Verdict.ACCEPTED:
            line.append(read_event(sealed.body))
            head = sealed.hash
    here = [one for one in arriving.events if since < (one.epoch, one.seq) < until]
    aside = [
        one
        for one in events_aside(session, arriving.school, arriving.terminal)
        if since < (one.epoch, one.seq) < until and not isinstance(one.fact, PeriodClosed)
    ]
    ids = [one.id for one in [*line, *aside]]
    legs = [
        *_legs_of(session, arriving.school, ids),
        *(arriving.legs[one.id] for one in here if one.id in arriving.legs),
    ]
    if here:
        head = arriving.hashes[here[-1].seq]
    # In the order of their own places, so that totals that a new epoch takes over come after them.
    before_here = sorted([*line, *aside], key=lambda one: (one.epoch, one.seq))
    return [*before_here, *here], legs, head.hex()


def _legs_of(session: Session, school: SchoolId, events: Sequence[str]) -> list[Legs]:
    return [tuple(leg_from_row(row) for row in read_legs(session, school, events))]


def _before(session: Session, arriving: _Arriving, event: Event) -> _Before | None:
    """Return the closing before this one, from this batch or from the books."""
    for one in reversed(arriving.events):
        if one.seq < event.seq and isinstance(one.fact, PeriodClosed):
            digest = arriving.hashes[one.seq].hex()
            return _Before(one.epoch, one.seq, one.fact.number, digest, one.fact.figures.perpetual)
    row = session.row(
        "SELECT event_id FROM closing WHERE school_id = ? AND terminal_id = ?"
        " ORDER BY epoch DESC, seq DESC LIMIT 1",
        arriving.school,
        arriving.terminal,
    )
    if row is None:
        return None
    found = sealed_one(session, arriving.school, row[0])
    assert found is not None, "a closing is of an event"
    fact = read_event(found.body).fact
    assert isinstance(fact, PeriodClosed), "a closing is of that kind"
    digest = found.hash.hex()
    return _Before(found.epoch, found.seq, fact.number, digest, fact.figures.perpetual)


def _folded(events: Sequence[Event], before: _Before | None) -> PeriodFigures:
    period = Period() if before is None else Period(perpetual=before.perpetual)
    for event in events:
        period.apply(event)
        fact = event.fact
        # As the terminal does: a restored card takes over the totals that the centre told it.
        if isinstance(fact, EpochStarted) and fact.perpetual.sales > period.perpetual.sales:
            period.perpetual = fact.perpetual
    return period.figures()


# --- comparing ----------------------------------------------------------------------------------


def _figure_differences(told: PeriodFigures, folded: PeriodFigures) -> list[Difference]:
    """Compare every field of the two; a list (tenders, VAT rates) line by line."""
    differences: list[Difference] = []
    for field in fields(PeriodFigures):
        name = field.name
        one, other = getattr(told, name), getattr(folded, name)
        if one == other:
            continue
        if isinstance(one, tuple):
            differences += _line_differences(name, one, other)
        else:
            differences.append(Difference(name, _text(one), _text(other)))
    return differences


def _line_differences(
    name: str, told: Sequence[object], folded: Sequence[object]
) -> list[Difference]:
    def by_key(lines: Sequence[object]) -> dict[str, str]:
        plain = [to_plain(line) for line in lines]
        return {str(next(iter(line.values()))): _values(line) for line in plain}

    one, other = by_key(told), by_key(folded)
    return [
        Difference(f"{name} {key}", one.get(key, "none"), other.get(key, "none"))
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


def _values(line: Mapping[str, object]) -> str:
    return " ".join(f"{key} {value}" for key, value in list(line.items())[1:])


def _text(value: object) -> str:
    if isinstance(value, Money):
        return f"{value.cents} cents"
    if isinstance(value, datetime):
        return moment_text(value)
    if value is None:
        return "none"
    if isinstance(value, int):
        return str(value)
    return " ".join(f"{key} {part}" for key, part in to_plain(value).items()) or "0"


def _ledger_differences(told: PeriodFigures, legs: Sequence[Legs]) -> list[Difference]:
    """Compare a closing's sums with the postings of its events."""
    booked = _sums(legs)
    expected: Counter[str] = Counter()
    for one in told.categories:
        expected[f"sales {one.category.value}"] += one.amount.cents
    tenders = {one.tender: one.amount for one in told.tenders}
    expected["to settle"] -= tenders.get(Tender.LATER, ZERO).cents
    expected["wallets"] -= (tenders.get(Tender.WALLET, ZERO) - told.top_ups.amount).cents
    expected["cash of sales and top-ups"] -= (
        tenders.get(Tender.CASH, ZERO) + told.top_ups.amount
    ).cents
    booked_names = {name for name in booked if booked[name]}
    return [
        Difference(f"postings: {name}", f"{expected[name]} cents", f"{booked[name]} cents")
        for name in sorted({name for name in expected if expected[name]} | booked_names)
        if expected[name] != booked[name]
    ]


def _sums(legs: Sequence[Legs]) -> Counter[str]:
    """Return what postings moved, by the names in which a closing is compared."""
    sums: Counter[str] = Counter()
    for some in legs:
        for leg in some:
            match leg.account.kind:
                case AccountKind.SALES:
                    sums[f"sales {leg.account.owner}"] += leg.amount.cents
                case AccountKind.TO_SETTLE:
                    sums["to settle"] += leg.amount.cents
                case AccountKind.WALLET_GENERAL | AccountKind.WALLET_RESERVE:
                    # What went from one wallet to the other was neither sold nor topped up.
                    sums["wallets"] += leg.amount.cents
                case AccountKind.STUDY:
                    # A session of study is no sale: what it took from a wallet stands opposite.
                    sums["wallets"] += leg.amount.cents
                case AccountKind.CASH:
                    sums["cash of sales and top-ups"] += leg.amount.cents
                case AccountKind.SAFE:
                    # Cash that was put in or taken out is no sale: its leg stands opposite.
                    sums["cash of sales and top-ups"] += leg.amount.cents
                case _:
                    pass
    return sums


def _chain_differences(
    event: Event, fact: PeriodClosed, before: _Before | None, head_hash: str
) -> list[Difference]:
    """Compare what ties a closing to the events that it covers, and to the closing before."""
    number = 1 if before is None else before.number + 1
    pairs = [("number", str(fact.number), str(number))]
    if before is None or before.epoch == event.epoch:
        # A restored card may not hold the closing before any more.
        previous = "" if before is None else before.hash
        pairs.append(("previous closing", fact.previous_hash or "none", previous or "none"))
    if head_hash:
        pairs.append(("head hash", fact.head_hash, head_hash))
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _receipt(
    arriving: _Arriving,
    event: Event,
    fact: PeriodClosed,
    folded: PeriodFigures,
    legs: Sequence[Legs],
    differences: Sequence[Difference],
) -> DayReceipt:
    sums = _sums(legs)
    sales = sum(cents for name, cents in sums.items() if name.startswith("sales "))
    cash = -sums["cash of sales and top-ups"]
    count = max(0, folded.last_seq - folded.first_seq + 1) if folded.first_seq else 0
    return DayReceipt(
        school=arriving.school,
        terminal=arriving.terminal,
        epoch=event.epoch,
        seq=event.seq,
        closing=event.id,
        number=fact.number,
        day=fact.day,
        head_hash=fact.head_hash,
        events=count,
        collected=folded.collected,
        sales=Money(sales),
        cash=Money(cash),
        differences=len(differences),
        booked_at=arriving.now,
    )


_COLUMNS = (
    "c.terminal_id, COALESCE(t.name, ''), c.epoch, c.seq, c.number, c.day, c.event_id,"
    " c.differences, c.receipt, c.signature, c.received_at"
)
_FROM = "FROM closing c LEFT JOIN terminal t ON t.school_id = c.school_id AND t.id = c.terminal_id"


def _closing(row: Row) -> Closing:
    return Closing(
        terminal=TerminalId(row[0]),
        terminal_name=row[1],
        epoch=row[2],
        seq=row[3],
        number=row[4],
        day=date.fromisoformat(row[5]),
        event=EventId(row[6]),
        differences=tuple(Difference(*one) for one in json.loads(row[7])),
        receipt=_signed(bytes(row[8]), bytes(row[9])),
        received_at=read_moment(row[10]),
    )


def _signed(body: bytes, signature: bytes) -> SignedReceipt:
    return SignedReceipt(receipt_from_plain(json.loads(body)), body, signature)
