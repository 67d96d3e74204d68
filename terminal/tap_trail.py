"""Which tap led to which event: one id follows a tap through reader, till, paper and centre.

Only for the log. It is bounded, and forgets at a restart: the event's own place stands beside it.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from core.events import Event
from core.ids import EventId, TapId
from core.till_state import Position

_KEPT_MAX: Final = 2000


class TapTrail:
    """The last taps by event. Used by the till thread alone."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[EventId, tuple[Position, TapId]] = OrderedDict()

    def note(self, tap: TapId, events: Iterable[Event]) -> None:
        """Remember what a tap led to."""
        for event in events:
            self._by_id[event.id] = ((event.epoch, event.seq), tap)
        while len(self._by_id) > _KEPT_MAX:
            self._by_id.popitem(last=False)

    def tap_of(self, event: str) -> TapId | None:
        """Return the tap that led to an event; None for one that none did, or long ago."""
        found = self._by_id.get(EventId(event))
        return None if found is None else found[1]

    def taps_between(self, after: Position, through: Position) -> list[TapId]:
        """Return the taps whose events lie behind one place and up to another, each once."""
        found = [tap for place, tap in self._by_id.values() if after < place <= through]
        return list(dict.fromkeys(found))
