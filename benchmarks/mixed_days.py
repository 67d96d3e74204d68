"""Days at a till for the benchmarks: meals, baskets, cash, refusals, voids, refunds, closings.

The facts are the core's own decisions (`tests/rigs/pure_till.py`), so the journal is one that a
till could have written, its closings included: a shift a day.
"""

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.events import Basis, Event, SealedEvent, seal
from core.facts import Fact, Tender
from core.ids import OrderId, PupilId, uuid7
from core.money import Money
from core.orders import Order, OrderState
from core.shift import Books

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "rigs"))
from canteen import NOON, STEW
from pure_till import (
    CHEF,
    SHOP,
    SOUP,
    STRANGER,
    WATER,
    Known,
    PureTill,
    done,
    person,
    served,
)

OF_A_HUNDRED: Final = {
    "meal": 64,
    "walk-in": 14,
    "basket": 12,
    "cash": 3,
    "refusal": 3,
    "top-up": 1,
    "void": 2,
    "refund": 1,
}
"""What happens, of a hundred events at the counter."""
_WORDS, _WEIGHTS = list(OF_A_HUNDRED), list(OF_A_HUNDRED.values())
_PLENTY = Money(1_000_000)


class BusyTill(PureTill):
    """A till whose events are sealed and added up once, as fast as they come."""

    def __init__(self, pupils: int) -> None:
        super().__init__(
            replace(
                SHOP,
                pupil_offline_max=_PLENTY,
                terminal_offline_max=_PLENTY,
                terminal_offline_count_max=1_000_000,
            )
        )
        self.names = [f"p{number:04}" for number in range(pupils)]
        self.people = {name: Known(person(name), _PLENTY) for name in self.names}
        self._closing_hash = b""

    def store(self, facts: Iterable[Fact]) -> None:
        """Store facts as the next events."""
        for fact in facts:
            seq = self.state.head[1] + 1
            at_ms = int(self.now.timestamp() * 1000)
            event_id = uuid7(at_ms=at_ms, entropy=seq.to_bytes(10, "big"))
            basis = Basis("88121", self.policy.version, is_online=self.is_online)
            event = Event(1, seq, event_id, self.stamp(), basis, fact)
            self.sealed.append(seal(event, prev_hash=self.head_hash))
            self.head_hash = self.sealed[-1].hash
            self.events.append(event)
            self.state.apply(event)

    def books(self) -> Books:
        """Return what a closing now would say."""
        return Books(
            figures=self.state.period.figures(),
            closing_count=self.state.closing_count,
            receipt=self.state.receipt_number,
            head_hash=self.head_hash.hex(),
            previous_hash=self._closing_hash.hex(),
            not_collected=None,
            unbooked=0,
        )

    def day(self, events: int, chance: random.Random) -> list[SealedEvent]:
        """Serve for a day of so many events; return them."""
        self.sealed, self.events = [], []
        self.sign_in(CHEF)
        self.open_shift()
        sold: list[Event] = []
        for name in chance.sample(self.names, k=events - len(self.sealed) - 1):
            self.wait(seconds=10)
            what = chance.choices(_WORDS, _WEIGHTS)[0]
            self._serve(what, name, sold)
        done(self.close(5000))
        self._closing_hash = self.head_hash
        assert len(self.sealed) == events, "each act is one event"
        return self.sealed

    def _serve(self, what: str, name: str, sold: list[Event]) -> None:
        match what:
            case "void" if sold:
                done(self.void(sold.pop()))
            case "refund" if sold:
                done(self.refund(sold.pop(), (0, 1)))
            case "cash":
                served(self.sell(None, (WATER, 1), tender=Tender.CASH))
            case "refusal":
                self.tap(STRANGER)
            case "top-up":
                done(self.top_up(name, 1000))
            case "walk-in":
                served(self.tap(name, accepts=True))
                sold.append(self.events[-1])
            case "basket":
                served(self.sell(name, (SOUP, 1), (WATER, 2)))
                sold.append(self.events[-1])
            case _:
                self.people[name].orders = [self._order_of(name)]
                served(self.tap(name))

    def _order_of(self, name: str) -> Order:
        day = self.now.date()
        order_id = OrderId(f"o-{day}-{name}")
        return Order(order_id, PupilId(name), day, STEW.id, Money(430), OrderState.RESERVED)


def mixed_days(count: int, *, day_events: int = 1000) -> Iterator[SealedEvent]:
    """Yield so many events of days that have `day_events` each; the last day may be shorter."""
    till = BusyTill(pupils=day_events)
    chance = random.Random(7)
    for start in range(0, count, day_events):
        yield from till.day(min(day_events, count - start), chance)
        for known in till.people.values():
            known.orders = []
        till.state.settle(till.position)
        till.now = till.now.replace(hour=NOON.hour, minute=0)
        till.wait(days=1)
        till.copy_at = till.now
