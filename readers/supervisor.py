"""Keeps every reader of a terminal running, and says how each one is.

Between the drivers and the till it does four things: it tells repeats from taps, it notices lost
and returned devices (one log line each), it holds back what a full inbox did not take, and it
counts. It decides nothing about pupils.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.tap import Feedback, HealthState
from readers.address import parse_address
from readers.base import BadgeReader, ManySlots, Post
from readers.counters import Outcome
from readers.loop import PAUSE_S_MAX, PAUSE_S_MIN
from readers.registry import default_name
from readers.simulated import SimulatedReader
from readers.watched import WatchedReader

_HELD_EVENTS_RETRY_S = 0.05
_JOIN_S = 2.0


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """One reader as a technician sees it; `last_tap_mono_ns` is None before its first tap."""

    name: str
    url: str
    state: HealthState
    detail: str
    last_tap_mono_ns: int | None
    counters: Mapping[Outcome, int]


class Supervisor:
    """The readers of one terminal. Any thread may call any method.

    urls: addresses from the settings; raises ReaderAddressError at once when one is none.
    post: takes the readers' events, in their threads; it should return at once, and may raise
    `queue.Full`, after which the event is held (16 a reader) and offered again.
    monotonic_ns: the clock on which taps are stamped, for the pauses and lengths of outages.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        post: Post,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        names: Sequence[str] | None = None,
    ) -> None:
        given = names if names is not None else [""] * len(urls)
        self._wakened = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        taken: set[str] = set()
        self._readers: list[WatchedReader] = []
        for url, name in zip(urls, given, strict=True):
            address = parse_address(url)
            unique = _unique_name(name or default_name(address), taken)
            reader = WatchedReader(
                url, unique, post=post, wake=self._wakened.set, monotonic_ns=monotonic_ns
            )
            reader.open()
            self._readers.append(reader)

    def start(self) -> None:
        """Start every reader; one that cannot start is retried, and stops none of the others."""
        if self._thread is not None:
            return
        self._stopping.clear()
        for reader in self._readers:
            reader.start()
        self._thread = threading.Thread(target=self._keep, name="readers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop every reader, all at once, so that the slowest alone sets the time."""
        self._stopping.set()
        self._wakened.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_JOIN_S)
        stoppers = [threading.Thread(target=reader.stop, daemon=True) for reader in self._readers]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join(_JOIN_S)

    def feedback(self, reader_name: str, feedback: Feedback) -> None:
        """Show a decision on the reader that a tap named; an unknown name is ignored."""
        for reader in self._readers:
            if not reader.owns(reader_name):
                continue
            device: object = reader.device
            if isinstance(device, ManySlots):
                device.feedback_on(reader_name, feedback)
            elif reader.device is not None:
                reader.device.feedback(feedback)
            return

    def statuses(self) -> tuple[ReaderStatus, ...]:
        """Return how each reader is, in the order of the settings."""
        return tuple(_status(reader) for reader in self._readers)

    def simulated(self) -> SimulatedReader | None:
        """Return the first simulated reader, if there is one."""
        for reader in self._readers:
            if isinstance(reader.device, SimulatedReader):
                return reader.device
        return None

    def devices(self) -> tuple[BadgeReader, ...]:
        """Return the drivers that could be loaded."""
        return tuple(reader.device for reader in self._readers if reader.device is not None)

    def _keep(self) -> None:
        """Offer held events again, and open what could not be opened, with growing pauses."""
        pause_s = PAUSE_S_MIN
        while not self._stopping.is_set():
            is_holding = [reader.offer_held() for reader in self._readers]
            unopened = [reader for reader in self._readers if reader.device is None]
            if any(is_holding):
                wait_s: float | None = _HELD_EVENTS_RETRY_S
            else:
                wait_s = pause_s if unopened else None
            was_wakened = self._wakened.wait(wait_s)
            self._wakened.clear()
            if unopened and not was_wakened and not any(is_holding):
                pause_s = min(2 * pause_s, PAUSE_S_MAX)
                for reader in unopened:
                    if not self._stopping.is_set():
                        reader.open()
                        reader.start()


def _unique_name(name: str, taken: set[str]) -> str:
    number = 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    taken.add(unique)
    return unique


def _status(reader: WatchedReader) -> ReaderStatus:
    state, detail, last_tap_mono_ns = reader.health()
    return ReaderStatus(reader.name, reader.url, state, detail, last_tap_mono_ns, reader.counts())
