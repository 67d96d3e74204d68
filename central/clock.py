"""The centre's one door to the wall clock and to chance."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
Entropy = Callable[[int], bytes]


def wall_clock() -> datetime:
    """Return the time now, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the clock port itself


def system_entropy(count: int) -> bytes:
    """Return random bytes that are good enough for keys."""
    return os.urandom(count)
