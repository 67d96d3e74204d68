"""The acts of a journal as screens list them: what can be voided, refunded or printed again."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, assert_never

from core.codec import moment_text
from core.correct import UNDO_WITHIN, Act, Corrected
from core.events import Event, elapsed
from core.facts import EventKind, MealCollected, SaleMade, Tender, WalletToppedUp
from core.ids import EventId, ProductId, PupilId
from core.money import Money
from terminal.board import Content
from terminal.desk import Desk

LISTED_MAX: Final = 100
_LOOKED_AT_MAX: Final = 20_000
_ACT_KINDS: Final = frozenset(
    {EventKind.MEAL_COLLECTED, EventKind.SALE_MADE, EventKind.WALLET_TOPPED_UP}
)


class Acts:
    """The acts of the journal that a desk uses now. For the till thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def last(self) -> Corrected | None:
        """Return the act that nothing followed but refusals; None without one."""
        last = self._desk.recorder.state.documents.last_act
        return None if last is None else self.find(last.id)

    def find(self, wanted: str) -> Corrected | None:
        """Return an act with what was corrected of it; None when there is no such act here.

        wanted: its event's id, its reference (`1-42`) or its receipt's number (`#17`).
        Raises JournalError.
        """
        event = self._event(wanted)
        if event is None or not isinstance(event.fact, Act):
            return None
        return self._corrected(event, event.fact)

    def listed(self, limit: int) -> list[Content]:
        """Return the newest acts, the newest first. Raises JournalError."""
        return [self.content(act) for act in islice(self._newest(), min(limit, LISTED_MAX))]

    def content(self, wanted: Corrected) -> Content:
        """Return an act as screens show it."""
        event, act = wanted.event, wanted.act
        return {
            "id": event.id,
            "reference": f"{event.epoch}-{event.seq}",
            "receipt": act.receipt,
            "at": moment_text(event.stamp.at),
            "kind": _word_of(act),
            "name": self._name_of(act.pupil),
            "label": self._label_of(act),
            "total_cents": _total_of(act).cents,
            "tender": _tender_of(act).value,
            "staff": self._staff_of(act),
            "state": _state_of(wanted),
            "is_open_period": wanted.is_open,
            "can_undo": self._can_undo(wanted),
            "lines": self._lines_of(wanted),
        }

    def _newest(self) -> Iterator[Corrected]:
        recorder = self._desk.recorder
        for sealed in islice(recorder.journal.events_back(), _LOOKED_AT_MAX):
            if sealed.kind in _ACT_KINDS:
                event = recorder.read(sealed)
                assert isinstance(event.fact, Act), "the kind says what the fact is"
                yield self._corrected(event, event.fact)

    def _event(self, wanted: str) -> Event | None:
        if wanted.startswith("#"):
            return next(
                (act.event for act in self._newest() if f"#{act.act.receipt}" == wanted), None
            )
        epoch, dash, seq = wanted.partition("-")
        recorder = self._desk.recorder
        if dash and epoch.isdecimal() and seq.isdecimal():
            place = (int(epoch), int(seq) - 1)
            sealed = next(iter(recorder.journal.events(place, 1)), None)
            is_it = sealed is not None and (sealed.epoch, sealed.seq) == (int(epoch), int(seq))
            return recorder.read(sealed) if sealed is not None and is_it else None
        found = recorder.event_of(EventId(wanted))
        return None if found is None else found[0]

    def _corrected(self, event: Event, act: Act) -> Corrected:
        state = self._desk.recorder.state
        last = state.documents.last_act
        return Corrected(
            event=event,
            act=act,
            is_last=last is not None and last.id == event.id,
            is_open=(event.epoch, event.seq) > state.period_began,
            is_voided=event.id in state.documents.voided,
            refunded=state.documents.refunded.get(event.id, {}),
        )

    def _can_undo(self, wanted: Corrected) -> bool:
        if not wanted.is_last or wanted.is_voided or not wanted.is_open:
            return False
        return elapsed(wanted.event.stamp, self._desk.clock.stamp()) <= UNDO_WITHIN

    def _lines_of(self, wanted: Corrected) -> list[Content]:
        if not isinstance(wanted.act, SaleMade):
            return []
        return [
            {
                "place": place,
                "product": line.product,
                "label": self._product(line.product),
                "quantity": line.quantity,
                "refunded": wanted.refunded.get(place, 0),
                "unit_cents": line.unit_price.cents,
            }
            for place, line in enumerate(wanted.act.lines)
        ]

    def _label_of(self, act: Act) -> str:
        match act:
            case MealCollected():
                return self._product(act.product)
            case SaleMade():
                return ", ".join(
                    f"{line.quantity} × {self._product(line.product)}"  # noqa: RUF001  "times"
                    for line in act.lines
                )
            case WalletToppedUp():
                return ""
            case _:
                assert_never(act)

    def _product(self, product: ProductId) -> str:
        snapshot = self._desk.knowledge.snapshot
        known = None if snapshot is None else snapshot.product(product)
        return product if known is None else known.name

    def _name_of(self, pupil: PupilId | None) -> str | None:
        if pupil is None:
            return None
        knowledge = self._desk.knowledge
        day = knowledge.day(self._desk.clock.now())
        holder = self._desk.reading(lambda: knowledge.pupil(pupil, day), default=None)
        return None if holder is None else holder.pupil.short_name

    def _staff_of(self, act: Act) -> str | None:
        member = self._desk.knowledge.member(act.staff)
        return act.staff if member is None else member.name


def _word_of(act: Act) -> str:
    match act:
        case MealCollected():
            return "collected"
        case SaleMade():
            return "sold"
        case WalletToppedUp():
            return "topped_up"
        case _:
            assert_never(act)


def _total_of(act: Act) -> Money:
    match act:
        case MealCollected():
            return act.price
        case SaleMade():
            return act.total
        case WalletToppedUp():
            return act.amount
        case _:
            assert_never(act)


def _tender_of(act: Act) -> Tender:
    match act:
        case SaleMade():
            return act.tender
        case WalletToppedUp():
            return Tender.CASH
        case MealCollected():
            return Tender.WALLET
        case _:
            assert_never(act)


def _state_of(wanted: Corrected) -> str:
    if wanted.is_voided:
        return "voided"
    if not any(wanted.refunded.values()):
        return "whole"
    assert isinstance(wanted.act, SaleMade), "only sales are refunded"
    left = any(
        line.quantity > wanted.refunded.get(place, 0) for place, line in enumerate(wanted.act.lines)
    )
    return "part_refunded" if left else "refunded"
