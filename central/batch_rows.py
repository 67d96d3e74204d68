"""What becomes of a batch's events, row by row, until it is written: one statement a table."""

from collections.abc import Sequence
from itertools import chain, count, repeat
from typing import Final

from central.arrivals import EventAnswer, Incoming, Item
from central.booking import Booking
from central.database import Session, Shared, Value
from central.flagging import WORDS, case_id, raise_exceptions
from central.postings import LegRow, write_legs
from central.quick_booking import QuickBooking, plain_legs
from central.quick_events import Quick
from central.transfers import NO_TRANSFER, WALLET, NamedLeg, transfer_of
from core.batch import Verdict
from core.codec import moment_text
from core.events import Event
from core.ids import EventId

_MOVED: Final = ("seq", "id", "at", "owner", "target_owner", "cents")
_SEALED: Final = ("body", "hash")
_COLUMNS: Final = (*_MOVED, *_SEALED, "kind", "source", "verdict", "flag")
_OWNER, _SOURCE = _COLUMNS.index("owner"), _COLUMNS.index("source")
# Of all that is bound, sqlite3 asks of bytes alone whether somebody adapts them.
_NOTHING: Final = bytearray()
_NO_SEAL: Final[Shared] = {"body": _NOTHING, "hash": _NOTHING}
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
        self._events: list[tuple[Value, ...]] = []
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
        terminal, now_text = self._incoming.terminal, self._incoming.now_text
        shared: dict[str, Value] = {
            "school_id": terminal.school_id,
            "terminal_id": terminal.id,
            "epoch": self._incoming.epoch,
            "received_at": now_text,
        }
        packed = self._incoming.packed if len(self._facts) >= _PACKED_MIN else b""
        owners = self._write_plain(session, shared, is_packed=bool(packed))
        if self._events:
            session.insert_many("event", _COLUMNS, self._events, shared=shared)
        owners += [row[_OWNER] for row in self._events if row[_SOURCE] == WALLET]
        arrival = {
            **shared,
            "first_seq": self.answers[0].seq,
            "last_seq": self.answers[-1].seq,
            "owners": ",".join(map(str, dict.fromkeys(owners))),
            "packed": bytearray(packed),
        }
        session.insert_many("arrival", list(arrival), [list(arrival.values())])
        if self._legs:
            write_legs(session, terminal.school_id, self._legs, at=now_text)
        if self._exceptions:
            raise_exceptions(session, self._incoming, self._exceptions)

    def _write_plain(self, session: Session, shared: Shared, *, is_packed: bool) -> list[Value]:
        """Write the rows of events that broke no rule, and return whose wallets they move.

        is_packed: their bytes are kept by their arrival.
        """
        columns: Sequence[str] = _MOVED
        alike: Shared = {**shared, **_NO_SEAL, "verdict": Verdict.ACCEPTED.value}
        if not is_packed:
            columns = (*_MOVED, *_SEALED)
            alike = {name: value for name, value in alike.items() if name not in _NO_SEAL}
        by_form = self._plain_rows()
        for (kind, source), rows in by_form.items():
            kept = rows if is_packed else self._with_seals(rows)
            session.insert_many(
                "event", columns, kept, shared={**alike, "kind": kind, "source": source}
            )
        return [row[_OWNER] for form, rows in by_form.items() if form[1] == WALLET for row in rows]

    def _plain_rows(self) -> dict[tuple[str, str | None], list[_Plain]]:
        """Return the rows of events that broke no rule, by their kind and the account that pays."""
        found: dict[tuple[str, str | None], list[_Plain]] = {}
        for fact in self._facts:
            moved = fact.data.transfer()
            if moved is None:
                self._legs += [(fact.id, *leg) for leg in plain_legs(fact)]
            source, owner, target_owner, cents = moved or NO_TRANSFER
            row = (fact.seq, fact.id, fact.at_text, owner, target_owner, cents)
            found.setdefault((fact.kind, source), []).append(row)
        return found

    def _with_seals(self, rows: Sequence[_Plain]) -> list[tuple[Value, ...]]:
        """Return rows of plain events with each one's own bytes and hash behind."""
        seals = {item.seq: (item.body, item.hash) for item in chain.from_iterable(self._runs)}
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
        own = (item.seq, event_id, at_text, *paid, item.body, item.hash)
        self._events.append((*own, kind, source, verdict.value, flag))

    def _except(self, event_id: EventId, booking: Booking | QuickBooking) -> None:
        """Add what a person must look at: the rules that an event broke."""
        for flag in booking.flags:
            words = booking.words.get(flag, WORDS[flag])
            self._exceptions.append((case_id(event_id, flag), event_id, flag.value, words))
