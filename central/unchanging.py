"""What is written once and never changed: read once, and kept for whoever asks next.

Several processes on one database need not tell each other anything for it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

_KEPT_MAX: Final = 32

T = TypeVar("T")


class Unchanging:
    """Keeps the last few things that were asked for; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def once(self, key: Hashable, read: Callable[[], T | None]) -> T | None:
        """Return what `read` returned for this key the first time; None is asked for again."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: T = self._kept[key]
                return kept
        found = read()
        if found is not None:
            with self._lock:
                self._kept[key] = found
                if len(self._kept) > _KEPT_MAX:
                    self._kept.popitem(last=False)
        return found
