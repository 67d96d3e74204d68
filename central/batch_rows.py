"""What becomes of a batch's events, row by row, until it is written: one statement a table."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count, repeat
from typing import Final

from central.arrivals import EventAnswer, Incoming, Item
from central.booking import Booking
from central.database import Session, Value
from central.flagging import WORDS, case_id, raise_exceptions
from central.postings import LegRow, write_legs
from central.quick_booking import QuickBooking, plain_legs
from central.quick_events import Quick
from central.transfers import NO_TRANSFER, NamedLeg, transfer_of
from core.batch import Verdict
from core.codec import moment_text
from core.events import Event
from core.ids import EventId

_OWN_COLUMNS: Final = ("seq", "id", "at", "body", "hash", "owner", "target_owner", "cents")
_COLUMNS: Final = (*_OWN_COLUMNS, "kind", "source", "verdict", "flag")


class BatchRows:
    """The rows of a batch. answers: what is told of each event, in their order."""

    def __init__(self, incoming: Incoming) -> None:
        self.answers: list[EventAnswer] = []
        self._incoming = incoming
        self._plain: defaultdict[tuple[str, str | None], list[tuple[Value, ...]]]
        self._plain = defaultdict(list)
        self._events: list[tuple[Value, ...]] = []
        self._legs: list[LegRow] = []
        self._exceptions: list[tuple[str, str, str, str]] = []

    def accept_plain(self, items: Sequence[Item], facts: Sequence[Quick]) -> None:
        """Write down events that broke no rule, each with the fact that it is."""
        seqs = count(items[0].seq)
        self.answers += map(EventAnswer, seqs, repeat(Verdict.ACCEPTED, len(items)), repeat(None))
        for item, fact in zip(items, facts, strict=True):
            moved = fact.data.transfer()
            if moved is None:
                self._legs += [(fact.id, *leg) for leg in plain_legs(fact)]
            source, owner, target_owner, cents = moved or NO_TRANSFER
            # Of all that is bound, sqlite3 asks of bytes alone whether somebody adapts them.
            body, digest = bytearray(item.body), bytearray(item.hash)
            self._plain[fact.kind, source].append(
                (item.seq, fact.id, fact.at_text, body, digest, owner, target_owner, cents)
            )

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
        plainly = {**shared, "verdict": Verdict.ACCEPTED.value, "flag": None}
        for (kind, source), rows in self._plain.items():
            alike = {**plainly, "kind": kind, "source": source}
            session.insert_many("event", _OWN_COLUMNS, rows, shared=alike)
        session.insert_many("event", _COLUMNS, self._events, shared=shared)
        write_legs(session, terminal.school_id, self._legs, at=now_text)
        raise_exceptions(session, self._incoming, self._exceptions)

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
        own = (item.seq, event_id, at_text, item.body, item.hash, *paid)
        self._events.append((*own, kind, source, verdict.value, flag))

    def _except(self, event_id: EventId, booking: Booking | QuickBooking) -> None:
        """Add what a person must look at: the rules that an event broke."""
        for flag in booking.flags:
            words = booking.words.get(flag, WORDS[flag])
            self._exceptions.append((case_id(event_id, flag), event_id, flag.value, words))
