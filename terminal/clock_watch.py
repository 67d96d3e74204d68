"""Notices when the wall clock jumps: it and the monotonic clock should pass the same time."""

from datetime import timedelta
from typing import Final

from core.events import Stamp
from core.facts import ClockChanged
from terminal.clock import Clock

JUMP: Final = timedelta(seconds=5)
"""A time server that slews the clock never moves it so far between two looks."""


class ClockWatch:
    """Compares the two clocks from one look to the next. For one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.stamp()

    def look(self) -> ClockChanged | None:
        """Return the jump since the last look; None when there was none."""
        last, now = self._last, self._clock.stamp()
        self._last = now
        return jump_between(last, now)


def jump_between(earlier: Stamp, later: Stamp) -> ClockChanged | None:
    """Return how the wall clock jumped between two stamps of one start of the machine."""
    if earlier.boot != later.boot:
        return None
    passed = timedelta(milliseconds=later.mono_ms - earlier.mono_ms)
    expected_at = earlier.at + passed
    if abs(later.at - expected_at) < JUMP:
        return None
    return ClockChanged(expected_at, later.at, later.is_synced)
