"""What the daemon counts since it came up: taps by outcome, and how long they took."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.decision import Accepted, Decision, Noted

_DURATIONS_MAX = 10_000
_NS_PER_US = 1000


@dataclass(slots=True)
class Counters:
    """Counts of one run of the daemon. Written by the till thread; others read."""

    collected: int = 0
    sold: int = 0
    refused: int = 0
    repeats: int = 0
    noted: int = 0
    durations_ns: deque[int] = field(default_factory=lambda: deque(maxlen=_DURATIONS_MAX))

    def count(self, decision: Decision, *, duration_ns: int) -> None:
        """Count a decided tap. duration_ns: from the reader's stamp until it was durable."""
        self.durations_ns.append(duration_ns)
        match decision:
            case Accepted(is_sale=True):
                self.sold += 1
            case Accepted():
                self.collected += 1
            case Noted():
                self.noted += 1
            case _:
                self.refused += 1

    @property
    def taps(self) -> int:
        """All taps, with the repeats that were ignored."""
        return self.collected + self.sold + self.refused + self.repeats + self.noted

    def as_plain(self) -> dict[str, object]:
        """Return the counts as JSON values; durations in milliseconds, as text of 3 decimals."""
        durations = sorted(self.durations_ns)
        return {
            "taps": self.taps,
            "collected": self.collected,
            "sold": self.sold,
            "refused": self.refused,
            "noted": self.noted,
            "duplicates_ignored": self.repeats,
            "tap_us": {name: percentile_us(durations, part) for name, part in _PARTS.items()},
        }


_PARTS = {"p50": 50, "p95": 95, "p99": 99}


def percentile_us(sorted_ns: Sequence[int], percent: int) -> int:
    """Return a percentile in whole microseconds; 0 without values. Nearest-rank method."""
    if not sorted_ns:
        return 0
    rank = -(-percent * len(sorted_ns) // 100)
    return sorted_ns[max(0, rank - 1)] // _NS_PER_US
