"""The sums over a terminal's own journal: nothing counted twice, nothing forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import NOON, TODAY
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Category
from core.events import Basis, Event, Stamp
from core.facts import (
    Fact,
    MealCollected,
    Reason,
    ReceiptReprinted,
    SaleLine,
    SaleMade,
    TapRefused,
    TerminalStarted,
)
from core.ids import BadgeKey, EventId, OrderId, ProductId, PupilId
from core.money import ZERO, Money, sum_money
from core.people import PriceClass
from core.tap import Assurance
from core.till_state import TillState
from core.unsettled import Unsettled

BASIS = Basis("1", 1, is_online=True)


def event(seq: int, fact: Fact, epoch: int = 1) -> Event:
    stamp = Stamp(NOON + timedelta(seconds=seq), seq, "b", is_synced=True)
    return Event(epoch, seq, EventId(f"e{seq}"), stamp, BASIS, fact)


def sale(pupil: str, cents: int, receipt: int = 1, *, is_walk_in: bool = True) -> SaleMade:
    line = SaleLine(ProductId("x"), Category.MEAL, 1, Money(cents), 60, ZERO)
    return SaleMade(
        TODAY,
        PupilId(pupil),
        PriceClass.PUPIL,
        (line,),
        Money(cents),
        BadgeKey("k"),
        Assurance.UID,
        receipt,
        is_walk_in,
    )


def meal(order: str, receipt: int) -> MealCollected:
    return MealCollected(
        TODAY,
        PupilId("p1"),
        OrderId(order),
        ProductId("x"),
        Money(450),
        BadgeKey("k"),
        Assurance.UID,
        receipt,
    )


def test_a_day_adds_up() -> None:
    state = TillState()
    facts: list[Fact] = [
        TerminalStarted("0.1.0", is_recovery=False),
        meal("o1", 1),
        sale("p2", 450, 2),
        TapRefused(TODAY, Reason.NO_ORDER, None, None),
        sale("p2", 80, 3, is_walk_in=False),
    ]
    for seq, fact in enumerate(facts, start=1):
        state.apply(event(seq, fact))
    assert state.head == (1, 5)
    assert state.receipt_number == 3
    assert state.collected_at == {"o1": NOON + timedelta(seconds=2)}
    assert state.walk_in_at(TODAY, PupilId("p2")) == NOON + timedelta(seconds=3)
    assert state.collected_count == {TODAY: 1}
    assert state.unsettled.owed_of(PupilId("p2")) == Money(530)
    assert (state.unsettled.risk, state.unsettled.count) == (Money(530), 2)


def test_the_newest_reprint_of_a_receipt_is_known() -> None:
    state = TillState()
    state.apply(event(1, meal("o1", 1)))
    state.apply(event(2, ReceiptReprinted(EventId("e1"), duplicate=1, receipt=1)))
    state.apply(event(3, ReceiptReprinted(EventId("e1"), duplicate=2, receipt=1)))
    assert state.last_copy == {"e1": ("e3", 2)}
    assert state.receipt_number == 1


def test_events_are_applied_once_and_in_order() -> None:
    state = TillState()
    state.apply(event(1, meal("o1", 1)))
    with pytest.raises(AssertionError, match="once, in order"):
        state.apply(event(1, meal("o1", 1)))


def test_a_copy_never_goes_back() -> None:
    state = TillState()
    state.settle((1, 5))
    with pytest.raises(AssertionError, match="never goes back"):
        state.settle((1, 4))


sales = st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3"]), st.integers(0, 900)), max_size=30)


@given(sales, st.lists(st.integers(0, 30), max_size=5))
def test_unsettled_is_the_sum_of_what_the_copy_lacks(
    sold: list[tuple[str, int]], copies: list[int]
) -> None:
    state = TillState()
    settled_at = sorted(copies)
    for seq, (pupil, cents) in enumerate(sold, start=1):
        state.apply(event(seq, sale(pupil, cents)))
    for settled in settled_at:
        state.settle((1, settled))
    covered = settled_at[-1] if settled_at else 0
    for name in ("p1", "p2", "p3"):
        rest = sum_money(
            Money(cents)
            for seq, (pupil, cents) in enumerate(sold, start=1)
            if seq > covered and pupil == name
        )
        assert state.unsettled.owed_of(PupilId(name)) == rest
    assert state.unsettled.count == max(0, len(sold) - covered)


@given(sales, st.integers(0, 30))
def test_settling_before_or_after_the_events_is_the_same(
    sold: list[tuple[str, int]], settled: int
) -> None:
    before, after = TillState(unsettled=Unsettled(settled=(1, settled))), TillState()
    for seq, (pupil, cents) in enumerate(sold, start=1):
        before.apply(event(seq, sale(pupil, cents)))
        after.apply(event(seq, sale(pupil, cents)))
    after.settle((1, settled))
    assert before == after


def test_a_new_epoch_comes_after_the_old_one() -> None:
    state = TillState()
    state.apply(event(7, sale("p1", 450)))
    state.apply(event(1, sale("p1", 80), epoch=2))
    state.settle((1, 99))
    assert state.unsettled.owed_of(PupilId("p1")) == Money(80)
    assert replace(state).head == (2, 1)
