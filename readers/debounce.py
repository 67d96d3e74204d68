"""Tells a new tap from the same badge still lying on the reader. Pure; time is given.

Per (reader, credential), never across badges. Where a reader tells removal, a repeat is the same
badge without a removal between. Where it cannot, a repeat comes less than 1.5 s after the badge
was last seen: last, not first, or a badge left on the reader would count anew every 1.5 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from core.tap import Credential, Removed, Tap
from readers.base import Habits

REPEAT_NS = 1_500_000_000
TWO_CARDS_NS = 150_000_000
_REMEMBERED_MAX = 64


class Sight(Enum):
    """What a tap is to the debounce."""

    NEW = "new"
    REPEAT = "repeat"


@dataclass(slots=True)
class _Slot:
    """What one reader has seen. A `removed_ns` of None: the card may still lie there."""

    last_seen_ns: dict[Credential, int] = field(default_factory=dict)
    last: Credential | None = None
    removed_ns: int | None = None


class Debounce:
    """The memory of one driver's slots. Not thread-safe: its owner holds a lock."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._slots: dict[str, _Slot] = {}

    def see(self, tap: Tap) -> tuple[Sight, bool]:
        """Take a tap; return whether it is new, and whether two cards seem to lie there at once."""
        slot = self._slots.setdefault(tap.reader, _Slot())
        two_cards = self._are_two(slot, tap)
        is_repeat = self._is_repeat(slot, tap)
        slot.last_seen_ns.pop(tap.credential, None)
        slot.last_seen_ns[tap.credential] = tap.mono_ns
        if len(slot.last_seen_ns) > _REMEMBERED_MAX:
            del slot.last_seen_ns[next(iter(slot.last_seen_ns))]
        slot.last = tap.credential
        slot.removed_ns = None
        return (Sight.REPEAT if is_repeat else Sight.NEW), two_cards

    def remove(self, removed: Removed) -> None:
        """Take a removal."""
        slot = self._slots.setdefault(removed.reader, _Slot())
        if slot.removed_ns is None:
            slot.removed_ns = removed.mono_ns

    def slots(self) -> Mapping[str, int]:
        """Return how many badges are remembered for each slot; bounded, for the tests."""
        return {name: len(slot.last_seen_ns) for name, slot in self._slots.items()}

    def _is_repeat(self, slot: _Slot, tap: Tap) -> bool:
        seen_ns = slot.last_seen_ns.get(tap.credential)
        if seen_ns is None:
            return False
        if not self._habits.tells_removal:
            return tap.mono_ns - seen_ns < REPEAT_NS
        if slot.last != tap.credential:
            return False
        if slot.removed_ns is None:
            return True
        return tap.mono_ns - slot.removed_ns < self._habits.settle_ms * 1_000_000

    def _are_two(self, slot: _Slot, tap: Tap) -> bool:
        if slot.last is None or slot.last == tap.credential or slot.removed_ns is not None:
            return False
        return tap.mono_ns - slot.last_seen_ns[slot.last] < TWO_CARDS_NS
