"""What a terminal's own events add up to: a fold over its journal, in memory.

The till thread rebuilds it from the journal when it starts and advances it by each event it has
committed. It holds what the centre's copy cannot know yet: who was served here, and what was sold
here since the copy was made.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never

from core.events import Event
from core.facts import (
    MealCollected,
    ReceiptReprinted,
    SaleMade,
    TapRefused,
    TerminalStarted,
)
from core.ids import EventId, OrderId, PupilId
from core.money import ZERO, Money

Position = tuple[int, int]
"""A place in a terminal's journal: (epoch, seq). Positions compare in journal order."""

BEFORE_ALL: Position = (0, 0)


@dataclass(slots=True)
class TillState:
    """The sum of a journal.

    settled: how far the copy of the centre's data covers it. collected_count: ordered meals that
    were handed out here on a day. last_copy: of each receipt that was reprinted, the event of the
    newest reprint and its duplicate number.
    """

    head: Position = BEFORE_ALL
    settled: Position = BEFORE_ALL
    receipt_number: int = 0
    collected_at: dict[OrderId, datetime] = field(default_factory=dict)
    walk_in_at: dict[tuple[date, PupilId], datetime] = field(default_factory=dict)
    collected_count: dict[date, int] = field(default_factory=dict)
    last_copy: dict[EventId, tuple[EventId, int]] = field(default_factory=dict)
    _unsettled: deque[tuple[Position, PupilId, Money]] = field(default_factory=deque)
    _unsettled_by_pupil: dict[PupilId, Money] = field(default_factory=dict)
    _unsettled_total: Money = ZERO

    def apply(self, event: Event) -> None:
        """Add one event, the next of the journal."""
        position = (event.epoch, event.seq)
        assert position > self.head, "events are applied once, in order"
        self.head = position
        match event.fact:
            case MealCollected() as fact:
                self.collected_at[fact.order] = event.stamp.at
                self.collected_count[fact.day] = self.collected_count.get(fact.day, 0) + 1
                self.receipt_number = fact.receipt
            case SaleMade() as fact:
                self._apply_sale(fact, position, event.stamp.at)
            case ReceiptReprinted() as fact:
                self.last_copy[fact.document] = (event.id, fact.duplicate)
            case TapRefused() | TerminalStarted():
                pass
            case _:
                assert_never(event.fact)

    def settle(self, settled: Position) -> None:
        """Forget the sales up to a position: the copy's balances hold them now.

        A copy older than the one before brings nothing back: its balances would be lower only by
        sales that are no longer counted here, so whoever installs one rebuilds the state.
        """
        assert settled >= self.settled, "a copy never goes back behind the last one"
        self.settled = settled
        while self._unsettled and self._unsettled[0][0] <= settled:
            _, pupil, amount = self._unsettled.popleft()
            self._add(pupil, -amount)

    def unsettled_of(self, pupil: PupilId) -> Money:
        """Return what a pupil spent here that the copy's balance does not hold yet."""
        return self._unsettled_by_pupil.get(pupil, ZERO)

    @property
    def unsettled_total(self) -> Money:
        """The sum of all sales that the copy's balances do not hold yet."""
        return self._unsettled_total

    @property
    def unsettled_count(self) -> int:
        """How many sales the copy's balances do not hold yet."""
        return len(self._unsettled)

    def _apply_sale(self, fact: SaleMade, position: Position, at: datetime) -> None:
        self.receipt_number = fact.receipt
        if fact.is_walk_in:
            self.walk_in_at[(fact.day, fact.pupil)] = at
        if position > self.settled:
            self._unsettled.append((position, fact.pupil, fact.total))
            self._add(fact.pupil, fact.total)

    def _add(self, pupil: PupilId, amount: Money) -> None:
        self._unsettled_total += amount
        rest = self.unsettled_of(pupil) + amount
        if rest:
            self._unsettled_by_pupil[pupil] = rest
        else:
            self._unsettled_by_pupil.pop(pupil, None)
