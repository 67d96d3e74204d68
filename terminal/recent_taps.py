"""The taps of the last minutes, so that a basket can be debited from whoever laid down a badge."""

from collections import OrderedDict
from datetime import timedelta
from typing import Final

from core.ids import TapId
from core.tap import Tap

KEPT_MAX: Final = 32
KEPT: Final = timedelta(minutes=10)
_KEPT_NS: Final = KEPT // timedelta(microseconds=1) * 1000


class RecentTaps:
    """Taps by their id. Used by the till thread alone; nothing of it is stored."""

    def __init__(self) -> None:
        self._taps: OrderedDict[TapId, tuple[Tap, int]] = OrderedDict()

    def add(self, tap: Tap, now_ns: int) -> None:
        """Remember a tap. now_ns: the monotonic clock."""
        self._taps[tap.id] = (tap, now_ns)
        while len(self._taps) > KEPT_MAX:
            self._taps.popitem(last=False)

    def find(self, tap_id: TapId, now_ns: int) -> Tap | None:
        """Return a tap of the last ten minutes; None when it is gone."""
        found = self._taps.get(tap_id)
        if found is None or now_ns - found[1] > _KEPT_NS:
            return None
        return found[0]

    def is_newest(self, tap_id: TapId) -> bool:
        """Say whether nobody has tapped since: the person still stands there."""
        return next(reversed(self._taps), None) == tap_id
