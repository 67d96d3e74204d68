"""The till's table of modes, walked cell by cell."""

from itertools import product

import pytest

from terminal.mode import TRANSITIONS, Mode, NoTransitionError, Signal, next_mode

# Written by hand: a table cannot be its own witness.
DRAWN = {
    (Mode.STARTING, Signal.STARTED): Mode.OPEN,
    (Mode.STARTING, Signal.DISK_FAILED): Mode.RED,
    (Mode.STARTING, Signal.STOP): Mode.STOPPED,
    (Mode.OPEN, Signal.DISK_FAILED): Mode.RED,
    (Mode.OPEN, Signal.STOP): Mode.STOPPED,
    (Mode.RED, Signal.DISK_FAILED): Mode.RED,
    (Mode.RED, Signal.REOPENED): Mode.OPEN,
    (Mode.RED, Signal.STOP): Mode.STOPPED,
}


@pytest.mark.parametrize(("mode", "signal"), list(product(Mode, Signal)))
def test_every_cell_is_a_row_or_an_error_that_names_it(mode, signal):
    if (mode, signal) in DRAWN:
        assert next_mode(mode, signal) is DRAWN[(mode, signal)]
    else:
        with pytest.raises(NoTransitionError, match=f"{signal.value} while {mode.value}"):
            next_mode(mode, signal)


def test_the_table_has_no_row_that_was_not_drawn():
    assert TRANSITIONS == DRAWN


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_can_be_stopped(mode):
    reached = {mode}
    while True:
        more = {to for (start, _), to in TRANSITIONS.items() if start in reached} - reached
        if not more:
            break
        reached |= more
    assert Mode.STOPPED in reached


def test_every_mode_but_the_first_is_led_to():
    assert set(TRANSITIONS.values()) == set(Mode) - {Mode.STARTING}


def test_only_a_reopened_journal_makes_a_red_till_serve():
    way = (Mode.RED, Mode.OPEN)
    ways = [signal for (start, signal), to in TRANSITIONS.items() if (start, to) == way]
    assert ways == [Signal.REOPENED]
