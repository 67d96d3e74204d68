"""One reader under the supervisor's eye: its driver, its debounce, its health, its held events."""

import logging
import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import assert_never

from core.tap import Health, HealthState, ReaderEvent, Removed, Repeated, Tap
from readers.base import BadgeReader, Habits, Post, habits_of
from readers.counters import Counters, Outcome, counters_of
from readers.debounce import Debounce, Sight
from readers.errors import ReaderUnavailableError
from readers.registry import open_reader

HELD_EVENTS_MAX = 16
# A badge that lies on a flickering reader may repeat many times a second: all are counted, one a
# second is told to the till.
_REPEAT_POSTED_NS = 1_000_000_000
_SECOND_NS = 1_000_000_000
_WELL = frozenset({HealthState.UP, HealthState.RECOVERED})
_LOST = frozenset({HealthState.NO_SERVICE, HealthState.NO_READER, HealthState.UNPLUGGED})
_LOG = logging.getLogger(__name__)


class WatchedReader:
    """A driver and what is known of it. Its driver's threads post; any thread may ask."""

    def __init__(
        self,
        url: str,
        name: str,
        *,
        post: Post,
        wake: Callable[[], None],
        monotonic_ns: Callable[[], int],
    ) -> None:
        self.url = url
        self.name = name
        self.device: BadgeReader | None = None
        self._post = post
        self._wake = wake
        self._monotonic_ns = monotonic_ns
        self._lock = threading.Lock()
        self._counters = Counters()
        self._debounce = Debounce(Habits())
        self._slots: set[str] = {name}
        self._state = HealthState.NO_READER
        self._detail = f"{name}: not started yet"
        self._is_heard = False
        self._has_been_well = False
        self._lost_since_ns: int | None = None
        self._last_tap_mono_ns: int | None = None
        self._repeat_posted_ns: int | None = None
        self._held: deque[ReaderEvent] = deque()
        self._is_overflowing = False
        self._dropped_taps = 0

    def open(self) -> None:
        """Load the driver; what is missing becomes health. ReaderAddressError passes through."""
        try:
            self.device = open_reader(self.url, name=self.name)
        except ReaderUnavailableError as error:
            self._detail = str(error)
            return
        self._debounce = Debounce(habits_of(self.device))

    def start(self) -> None:
        """Start the driver's thread, or say why there is none."""
        if self.device is None:
            self.take(Health(self.name, HealthState.NO_READER, self._detail, self._monotonic_ns()))
            return
        try:
            self.device.start(self.take)
        except Exception as fault:  # noqa: BLE001  a school's own driver stops itself alone
            _LOG.exception("reader %s: its driver does not start", self.name)
            detail = f"{self.name}: its driver does not start ({fault}); see the log"
            self.take(Health(self.name, HealthState.DEGRADED, detail, self._monotonic_ns()))

    def stop(self) -> None:
        """Stop the driver."""
        if self.device is not None:
            self.device.stop()

    def owns(self, reader_name: str) -> bool:
        """Whether taps that name this reader, or this slot of it, come from here."""
        return reader_name in self._slots

    def health(self) -> tuple[HealthState, str, int | None]:
        """Return state, sentence, and the moment of the last tap."""
        with self._lock:
            return (*self._shown(), self._last_tap_mono_ns)

    def counts(self) -> Mapping[Outcome, int]:
        """Return the driver's counts and those made here, added."""
        counts = Counter(self._counters.snapshot())
        if self.device is not None:
            counts.update(counters_of(self.device))
        return dict(counts)

    def take(self, event: ReaderEvent) -> None:
        """Take one event from the driver and pass on what the till must hear."""
        with self._lock:
            for told in self._digest(event):
                self._offer(told)

    def offer_held(self) -> bool:
        """Offer held events again, oldest first; return whether some are still held."""
        with self._lock:
            while self._held:
                try:
                    self._post(self._held[0])
                except queue.Full:
                    return True
                self._held.popleft()
            return self._is_overflowing and not self._tell_overflow()

    def _digest(self, event: ReaderEvent) -> list[ReaderEvent]:
        match event:
            case Tap():
                return self._digest_tap(event)
            case Removed():
                self._debounce.remove(event)
                return [event]
            case Health():
                return self._digest_health(event)
            case Repeated():
                self._counters.add(Outcome.REPEATS)
                return [event]
            case _:
                assert_never(event)

    def _digest_tap(self, tap: Tap) -> list[ReaderEvent]:
        self._slots.add(tap.reader)
        self._last_tap_mono_ns = tap.mono_ns
        sight, are_two = self._debounce.see(tap)
        told: list[ReaderEvent] = []
        if are_two:
            self._counters.add(Outcome.TWO_CARDS)
            detail = f"{tap.reader}: two cards at once; lay one badge alone on the reader"
            told += self._digest_health(
                Health(self.name, HealthState.DEGRADED, detail, tap.mono_ns)
            )
        elif self._is_heard and self._state is HealthState.DEGRADED:
            told += self._digest_health(
                Health(self.name, HealthState.UP, f"{self.name}: ready", tap.mono_ns)
            )
        if sight is Sight.REPEAT:
            return told + self._digest_repeat(tap)
        self._repeat_posted_ns = None
        return [*told, tap]

    def _digest_repeat(self, tap: Tap) -> list[ReaderEvent]:
        self._counters.add(Outcome.REPEATS)
        posted_ns = self._repeat_posted_ns
        if posted_ns is not None and tap.mono_ns - posted_ns < _REPEAT_POSTED_NS:
            return []
        self._repeat_posted_ns = tap.mono_ns
        return [Repeated(tap)]

    def _digest_health(self, health: Health) -> list[ReaderEvent]:
        state, detail = health.state, health.detail
        if state in _LOST and self._lost_since_ns is None:
            self._lost_since_ns = health.mono_ns
            _LOG.warning("reader lost: %s", detail)
        elif state in _WELL and self._lost_since_ns is not None:
            away_s = (health.mono_ns - self._lost_since_ns) / _SECOND_NS
            self._lost_since_ns = None
            _LOG.info("reader back after %.1f s: %s", away_s, detail)
            if self._has_been_well:
                state, detail = HealthState.RECOVERED, f"{detail} (back after {away_s:.1f} s)"
        if self._is_heard and (state, detail) == (self._state, self._detail):
            return []
        if state in _WELL:
            self._has_been_well = True
        self._is_heard = True
        self._state, self._detail = state, detail
        return [Health(health.reader, state, detail, health.mono_ns)]

    def _offer(self, event: ReaderEvent) -> None:
        if not self._held:
            try:
                self._post(event)
            except queue.Full:
                self._counters.add(Outcome.INBOX_FULL)
            else:
                return
        self._held.append(event)
        if len(self._held) > HELD_EVENTS_MAX:
            self._drop_one()
        self._wake()

    def _drop_one(self) -> None:
        """Drop the oldest held tap, counted; before any tap, the oldest event that is none."""
        if not self._is_overflowing:
            self._is_overflowing = True
            _LOG.warning("reader %s: the till takes no events; the oldest are dropped", self.name)
        for event in self._held:
            if not isinstance(event, Tap):
                self._held.remove(event)
                return
        self._held.popleft()
        self._counters.add(Outcome.DROPPED)
        self._dropped_taps += 1

    def _tell_overflow(self) -> bool:
        """Tell a till that takes events again what it missed; return whether it took that.

        Said once an overflow, at its end, with all that was dropped; a health that was dropped
        itself is said anew by it.
        """
        state, detail = self._shown()
        try:
            self._post(Health(self.name, state, detail, self._monotonic_ns()))
        except queue.Full:
            return False
        self._state, self._detail = state, detail
        self._is_overflowing, self._dropped_taps = False, 0
        return True

    def _shown(self) -> tuple[HealthState, str]:
        """Return the state and its sentence, with the taps that an overflow has cost so far."""
        if not self._dropped_taps:
            return self._state, self._detail
        cost = f"{self._dropped_taps} taps dropped while the till took none; tap again"
        if self._state in _WELL or self._state is HealthState.DEGRADED:
            return HealthState.DEGRADED, f"{self.name}: {cost}"
        return self._state, f"{self._detail}; {cost}"
