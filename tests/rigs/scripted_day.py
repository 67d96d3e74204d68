"""A day at the counter as it is played to disks that fail: every kind of act, in a fixed order.

The events come from the core's own decisions on its own sums (`pure_till`). Beside each event stand
the sums that the till had then, so that what is made anew of a journal can be held against them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from pure_till import ALICE, BOB, BOOK, CHEF, PROF, SOUP, STRANGER, WATER, PureTill

from core.events import Event, SealedEvent
from core.facts import Direction, PeriodFigures, Tender
from core.ids import EventId
from core.till_state import TillState

CLOSINGS = (7, 13, 31)
"""Which events of the day are closings; a journal may be pruned just before one."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a till keeps in memory and must have again after a start."""

    receipt: int
    closings: int
    closing: EventId | None
    figures: PeriodFigures


def sums_of(state: TillState) -> Sums:
    """Return the sums of a state that no pruning may change."""
    return Sums(state.receipt_number, state.closing_count, state.closing_id, state.period.figures())


@dataclass(frozen=True, slots=True)
class Scripted:
    """One event of the day, and the till's sums behind it."""

    event: SealedEvent
    sums: Sums


Act = Callable[[PureTill], object]


def _acts() -> Iterator[Act]:
    """Yield what people do, one event each."""

    def act_of(till: PureTill, receipt: int) -> Event:
        return next(one for one in till.acts() if one.fact.receipt == receipt)  # type: ignore[union-attr]

    yield from (
        lambda till: till.sign_in(CHEF),
        lambda till: till.open_shift(5000),
        lambda till: till.tap(ALICE),  # receipt 1
        lambda till: till.tap(BOB),
        lambda till: till.sell(PROF, (SOUP, 3), (WATER, 1)),  # receipt 3
        lambda till: till.void(act_of(till, 2)),
        lambda till: till.close(5000),
        lambda till: till.open_shift(4000),
        lambda till: till.sell(None, (WATER, 2), tender=Tender.CASH),
        lambda till: till.top_up(BOB, 1000),
        lambda till: till.refund(act_of(till, 3), (0, 1)),
        lambda till: till.sell(BOB, (SOUP, 1)),
        lambda till: till.close(5230),
        lambda till: till.open_shift(5000),
        lambda till: till.move_cash(Direction.IN, 700),
        lambda till: till.sell(None, (WATER, 1), tender=Tender.CASH),
        lambda till: till.undo(),
        lambda till: till.open_drawer(),
        lambda till: till.tap(STRANGER),
        lambda till: till.refund(act_of(till, 3)),
        lambda till: till.tap(BOB),
        lambda till: till.undo(),
    )
    again = cycle(
        (
            lambda till: till.sell(BOB, (WATER, 1)),
            lambda till: till.sell(PROF, (SOUP, 1), (BOOK, 1)),
            lambda till: till.tap(STRANGER),
        )
    )
    for number, act in enumerate(again, start=23):
        yield (lambda till: till.close(None)) if number in CLOSINGS else act


def scripted(count: int) -> list[Scripted]:
    """Return the first events of the day."""
    till = PureTill()
    made: list[Scripted] = []
    for act in _acts():
        if len(made) == count:
            break
        act(till)
        assert len(till.sealed) == len(made) + 1, "each act is one event"
        made.append(Scripted(till.sealed[-1], sums_of(till.state)))
        till.wait(seconds=20)
        if len(made) % 10 == 0:
            till.settle()
    return made
