"""The till's end of a reader: an inbox that a test asks for what it expects, with an end."""

import queue
import time
from collections.abc import Callable
from pathlib import Path

from core.tap import Health, HealthState, ReaderEvent, Removed, Repeated, Tap

WAIT_S = 15.0
WELL = frozenset({HealthState.UP, HealthState.RECOVERED})


class Inbox:
    """Takes events as the till would."""

    def __init__(self) -> None:
        self.events: queue.Queue[ReaderEvent] = queue.Queue()
        self.seen: list[ReaderEvent] = []

    def post(self, event: ReaderEvent) -> None:
        """Take one event."""
        self.events.put(event)

    def expect(self, fits: Callable[[ReaderEvent], bool], what: str) -> ReaderEvent:
        """Return the next event that fits; fail, with all that came instead, after a while."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                event = self.events.get(timeout=max(deadline - time.monotonic(), 0.001))
            except queue.Empty:
                raise AssertionError(f"no {what}; came instead: {self.seen}") from None
            self.seen.append(event)
            if fits(event):
                return event

    def tap(self) -> Tap:
        """Return the next tap."""
        event = self.expect(lambda event: isinstance(event, Tap), "tap")
        assert isinstance(event, Tap)
        return event

    def removed(self) -> Removed:
        """Return the next removal."""
        event = self.expect(lambda event: isinstance(event, Removed), "removal")
        assert isinstance(event, Removed)
        return event

    def repeated(self) -> Repeated:
        """Return the next repeat."""
        event = self.expect(lambda event: isinstance(event, Repeated), "repeat")
        assert isinstance(event, Repeated)
        return event

    def health(self, *states: HealthState) -> Health:
        """Return the next health that is one of these states."""
        event = self.expect(
            lambda event: isinstance(event, Health) and event.state in states,
            f"health {', '.join(states)}",
        )
        assert isinstance(event, Health)
        return event

    def well(self) -> Health:
        """Return the next health that is up or recovered."""
        return self.health(*WELL)

    def taps_so_far(self) -> list[Tap]:
        """Return every tap that came until now, seen or not."""
        waiting = list(self.events.queue)
        return [event for event in [*self.seen, *waiting] if isinstance(event, Tap)]


def eventually(holds: Callable[[], bool], what: str, *, within_s: float = WAIT_S) -> None:
    """Wait until something holds; fail by name when it does not."""
    deadline = time.monotonic() + within_s
    pause = queue.Queue[None]()
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what}")
        try:
            pause.get(timeout=0.01)
        except queue.Empty:
            continue


def descriptors_open() -> int:
    """Return how many file descriptors this process holds."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
