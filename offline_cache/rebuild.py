"""The sums of a journal made anew from its events, and whether its closings say the same.

The till keeps its sums in memory and makes them anew at each start. What is kept of them for ever
stands in the closings (Z reports): each is held here against the events that it covers, and against
the closing before.
"""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from core.closing_check import closing_faults
from core.errors import MalformedEventError
from core.events import SealedEvent, read_event
from core.facts import EpochStarted, PeriodClosed
from core.till_state import TillState

_FAULTS_MAX: Final = 20


@dataclass(slots=True)
class Rebuilt:
    """What a journal adds up to. faults: what its closings say otherwise, in plain words."""

    state: TillState = field(default_factory=TillState)
    events: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every closing says what its events give."""
        return not self.faults


def rebuild(events: Iterable[SealedEvent]) -> Rebuilt:
    """Return the sums of a journal's events, and what its closings say otherwise.

    At most twenty faults are told. It ends at an event that cannot be read: that is one, too.
    """
    with no_collecting():
        return _rebuild(events)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep Python's cycle collector at rest while many events are added up.

    Decoding and adding up make no cycles, and whatever is kept, the collector would look through
    again and again: two fifths of the time of a rebuild.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rebuild(events: Iterable[SealedEvent]) -> Rebuilt:
    rebuilt = Rebuilt()
    before = b""
    # The closing before: its hash; None when it is not known, b"" when there was none.
    closing_hash: bytes | None = b""
    for sealed in events:
        place = f"{sealed.epoch}-{sealed.seq}"
        try:
            event = read_event(sealed.body)
        except MalformedEventError as error:
            rebuilt.faults.append(f"event {place} cannot be read ({error})")
            return rebuilt
        if isinstance(event.fact, PeriodClosed):
            found = closing_faults(rebuilt.state, event.fact)
            if rebuilt.events:
                found += _chain_faults(event.fact, head=before, closing_hash=closing_hash)
            rebuilt.faults += [f"closing {event.fact.number} ({place}): {words}" for words in found]
            closing_hash = sealed.hash
        elif isinstance(event.fact, EpochStarted) and event.fact.closing:
            closing_hash = None
        rebuilt.state.apply(event)
        rebuilt.events += 1
        before = sealed.hash
        if len(rebuilt.faults) >= _FAULTS_MAX:
            return rebuilt
    return rebuilt


def _chain_faults(closing: PeriodClosed, *, head: bytes, closing_hash: bytes | None) -> list[str]:
    faults = []
    if closing.head_hash != head.hex():
        faults.append("it names another event as the last one")
    if closing_hash is not None and closing.previous_hash != closing_hash.hex():
        faults.append("it names another closing as the one before")
    return faults
