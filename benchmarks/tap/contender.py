"""What a contender is: something that sells one meal at a call, and says when it was durable."""

from collections.abc import Callable
from typing import Final, Protocol

CALLS_A_ROUND: Final = 4
Call = Callable[[], float]
"""One sale; it returns when it was durable and told, by `time.perf_counter`."""


class Contender(Protocol):
    """One way to sell a meal, with files of its own."""

    def prepare(self) -> Call:
        """Return one sale, all ready but for the sale itself."""
        ...

    def rest(self) -> None:
        """Do what it does while nobody waits; called after each round of calls."""
        ...

    def close(self) -> None:
        """Close its files."""
        ...
