"""What a start may leave out of a long journal, and what it remembers of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import NOON, TODAY
from pure_till import CHEF, PureTill, done

from core.day import Jump
from core.events import Basis, Event, Stamp
from core.facts import Reason, TapRefused
from core.ids import EventId
from core.replay import CLOSINGS_KEPT, DAYS_KEPT, LeftOut, is_past
from core.shift_facts import PeriodClosed
from core.till_state import TillState

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BASIS = Basis("1", 1, is_online=True)


NUMBER = CLOSINGS_KEPT + 1


@pytest.fixture(scope="module")
def newest() -> PeriodClosed:
    till = PureTill()
    till.sign_in(CHEF)
    till.open_shift()
    (closed,) = (one for one in done(till.close()).facts if isinstance(one, PeriodClosed))
    return replace(closed, number=NUMBER)


@pytest.mark.parametrize(
    ("days", "closings", "past"),
    [
        (DAYS_KEPT.days, CLOSINGS_KEPT, True),
        (DAYS_KEPT.days - 1, CLOSINGS_KEPT, False),
        (DAYS_KEPT.days, CLOSINGS_KEPT - 1, False),
    ],
)
def test_a_closing_is_past_by_its_day_and_by_its_number(
    newest: PeriodClosed, days: int, closings: int, *, past: bool
) -> None:
    older = replace(newest, day=newest.day - days * DAY, number=NUMBER - closings)
    assert is_past(older, newest=newest) is past


def test_what_was_left_out_moves_the_newest_moment_on_and_never_back() -> None:
    state = TillState()
    state.leave_out(LeftOut(NOON, None))
    state.leave_out(LeftOut(NOON - HOUR, NOON + HOUR))
    state.leave_out(LeftOut(None, None))
    assert state.newest_at == NOON


def test_after_a_jump_only_a_clock_that_was_set_is_believed() -> None:
    state = TillState(jump=Jump("b", 1, expected_at=NOON, found_at=NOON + 9 * DAY))
    state.leave_out(LeftOut(NOON + 9 * DAY, NOON))
    assert state.newest_at == NOON
    unset = Stamp(NOON + 9 * DAY, 2, "b", is_synced=False)
    state.apply(
        Event(1, 1, EventId("e1"), unset, BASIS, TapRefused(TODAY, Reason.NO_ORDER, None, None))
    )
    assert state.newest_at == NOON
