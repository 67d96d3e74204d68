"""What becomes of a batch's events, row by row, until it is written: one statement a table."""

from collections.abc import Mapping, Sequence
from itertools import chain, count, repeat
from typing import Final

from central.arrivals import EventAnswer, Incoming, Item
from central.booking import Booking
from central.database import Session, Value
from central.event_places import place_of
from central.flagging import WORDS, case_id, raise_exceptions
from central.postings import LegRow, write_legs
from central.quick_booking import QuickBooking, plain_legs
from central.quick_events import Quick, Sale, SaleData
from central.transfers import NO_TRANSFER, WALLET, NamedLeg, transfer_of
from core.batch import Verdict
from core.codec import moment_text
from core.events import Event
from core.facts import EventKind
from core.ids import EventId

_MOVED: Final = ("place", "id", "at", "owner", "target_owner", "cents")
_SEALED: Final = ("body", "hash")
_COLUMNS: Final = (*_MOVED, *_SEALED, "kind", "source", "verdict", "flag")
_SALE: Final = EventKind.SALE_MADE.value
# Of what stands behind the place.
_OWNER, _SOURCE = _COLUMNS[1:].index("owner"), _COLUMNS[1:].index("source")
_ARRIVAL: Final = (
    "INSERT INTO arrival (school_id, received_at, terminal_id, epoch, first_seq, last_seq, owners,"
    " packed) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number"
)
_PACKED_MIN = 16
"""So many plain events a batch are kept as they came: fewer take less room in rows of their own."""


_Plain = tuple[int, str, str, str | None, str | None, int | None]
"""What the row of a plain event has of its own: `_MOVED`."""


class BatchRows:
    """The rows of a batch. answers: what is told of each event, in their order."""

    def __init__(self, incoming: Incoming) -> None:
        self.answers: list[EventAnswer] = []
        self._incoming = incoming
        self._runs: list[Sequence[Item]] = []
        self._facts: list[Quick] = []
        self._events: list[tuple[int, tuple[Value, ...]]] = []
        self._legs: list[LegRow] = []
        self._exceptions: list[tuple[str, str, str, str]] = []

    def accept_plain(self, items: Sequence[Item], facts: Sequence[Quick]) -> None:
        """Write down events that broke no rule, each with the fact that it is."""
        seqs = count(facts[0].seq)
        self.answers += map(EventAnswer, seqs, repeat(Verdict.ACCEPTED, len(facts)), repeat(None))
        self._runs.append(items)
        self._facts += facts

    def accept_quick(self, item: Item, quick: Quick, booking: QuickBooking) -> None:
        """Write down an event that was booked from its fields."""
        flag = booking.flags[0].value if booking.flags else None
        told = (quick.id, quick.kind, quick.at_text)
        self._note(item, told, Verdict.ACCEPTED, flag, booking.legs)
        self._except(quick.id, booking)

    def accept_whole(self, item: Item, event: Event, booking: Booking) -> None:
        """Write down an event that the core read."""
        legs = [
            (leg.name, leg.account.kind.value, leg.account.owner, leg.amount.cents)
            for leg in booking.legs
        ]
        told = (event.id, event.fact.kind.value, moment_text(event.stamp.at))
        flag = booking.flags[0].value if booking.flags else None
        self._note(item, told, Verdict.ACCEPTED, flag, legs)
        self._except(event.id, booking)

    def set_aside(self, item: Item) -> None:
        """Keep an event at its place that is not booked, without the id that may be another's."""
        kind, at_text = "", ""
        verdict, detail = Verdict.CONFLICT, "its id was used before"
        if item.quick is not None:
            kind, at_text = item.quick.kind, item.quick.at_text
        elif item.event is not None:
            kind, at_text = item.event.fact.kind.value, moment_text(item.event.stamp.at)
        else:
            verdict, detail = Verdict.QUARANTINED, item.fault
        self._note(item, (None, kind, at_text), verdict, None, ())
        place = f"{self._incoming.terminal.id} {self._incoming.epoch}-{item.seq}"
        self._exceptions.append((f"{place}.{verdict.value}", place, verdict.value, detail))

    def write(self, session: Session) -> None:
        """Write it all."""
        school, now_text = self._incoming.terminal.school_id, self._incoming.now_text
        packed = self._incoming.packed if len(self._facts) >= _PACKED_MIN else b""
        number = self._write_arrival(session, packed)
        before = place_of(number, 0) - self.answers[0].seq
        self._write_plain(session, before, is_packed=bool(packed))
        if self._events:
            rows = [(before + seq, *row) for seq, row in self._events]
            session.insert_many("event", _COLUMNS, rows, shared={"school_id": school})
        if self._legs:
            write_legs(session, school, self._legs, at=now_text)
        if self._exceptions:
            raise_exceptions(session, self._incoming, self._exceptions)

    def _write_arrival(self, session: Session, packed: bytes) -> int:
        """Write what all have in common, and return the number of it."""
        terminal = self._incoming.terminal
        row = session.row(
            _ARRIVAL,
            terminal.school_id,
            self._incoming.now_text,
            terminal.id,
            self._incoming.epoch,
            self.answers[0].seq,
            self.answers[-1].seq,
            ",".join(map(str, dict.fromkeys(self._owners()))),
            bytearray(packed),
        )
        assert row is not None, "what is written has a number"
        return int(row[0])

    def _owners(self) -> list[Value]:
        """Return whose general wallets the events' own rows move, or those of their sales."""
        owners = [fact.data.pupil for fact in self._facts if type(fact) is Sale]
        return [*owners, *(row[_OWNER] for _, row in self._events if row[_SOURCE] == WALLET)]

    def _write_plain(self, session: Session, before: int, *, is_packed: bool) -> None:
        """Write the rows of events that broke no rule.

        before: what an event's place is beyond its place in the journal. is_packed: their bytes
        are kept by their arrival.
        """
        columns = _MOVED if is_packed else (*_MOVED, *_SEALED)
        alike = {
            "school_id": self._incoming.terminal.school_id,
            "verdict": Verdict.ACCEPTED.value,
        }
        for (kind, source), rows in self._plain_rows(before).items():
            kept = rows if is_packed else self._with_seals(rows, before)
            shared = {**alike, "kind": kind, "source": source}
            session.insert_many("event", columns, kept, shared=shared)

    def _plain_rows(self, before: int) -> Mapping[tuple[str, str | None], list[_Plain]]:
        """Return the rows of events that broke no rule, by their kind and the account that pays."""
        sold: list[_Plain] = []
        found: dict[tuple[str, str | None], list[_Plain]] = {}
        for fact in self._facts:
            data = fact.data
            if type(data) is SaleData and len(data.lines) == 1 and data.total_cents:
                # As `SaleData.transfer` says of most, without a call for each.
                owner, category, paid = data.pupil, data.lines[0].category, data.total_cents
                sold.append((before + fact.seq, fact.id, fact.at_text, owner, category, paid))
                continue
            moved = data.transfer()
            if moved is None:
                self._legs += [(fact.id, *leg) for leg in plain_legs(fact)]
            source, *paid_to = moved or NO_TRANSFER
            row = (before + fact.seq, fact.id, fact.at_text, *paid_to)
            found.setdefault((fact.kind, source), []).append(row)
        return {(_SALE, WALLET): sold, **found} if sold else found

    def _with_seals(self, rows: Sequence[_Plain], before: int) -> list[tuple[Value, ...]]:
        """Return rows of plain events with each one's own bytes and hash behind."""
        seals = {
            before + item.seq: (item.body, item.hash) for item in chain.from_iterable(self._runs)
        }
        return [(*row, *seals[row[0]]) for row in rows]

    def _note(
        self,
        item: Item,
        told: tuple[EventId | None, str, str],
        verdict: Verdict,
        flag: str | None,
        legs: Sequence[NamedLeg],
    ) -> None:
        """Add an event's row, legs and answer. told: its id, its kind, and when it happened."""
        event_id, kind, at_text = told
        moved = transfer_of(kind, legs)
        if event_id is not None and moved is None:
            self._legs += [(event_id, *leg) for leg in legs]
        self.answers.append(EventAnswer(item.seq, verdict, flag))
        source, *paid = moved or NO_TRANSFER
        own = (event_id, at_text, *paid, item.body, item.hash)
        self._events.append((item.seq, (*own, kind, source, verdict.value, flag)))

    def _except(self, event_id: EventId, booking: Booking | QuickBooking) -> None:
        """Add what a person must look at: the rules that an event broke."""
        for flag in booking.flags:
            words = booking.words.get(flag, WORDS[flag])
            self._exceptions.append((case_id(event_id, flag), event_id, flag.value, words))
