"""The clock port: wall time, monotonic time, the machine's start, and whether the time is known.

This is the one home of the wall clock in the terminal; everything else is given one of these.
"""

import ctypes
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from core.events import Stamp

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NS_PER_MS = 1_000_000
_SYNC_CHECK_NS = 30 * 1_000_000_000
# adjtimex(2): the state of a clock that no time server has set, and room for struct timex.
_TIME_ERROR = 5
_TIMEX_BYTES = 512


class Clock(Protocol):
    """What time it is, by every clock there is."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def mono_ns(self) -> int:
        """Return the monotonic clock in nanoseconds: the one on which readers stamp taps."""
        ...

    def stamp(self) -> Stamp:
        """Return the moment as events carry it."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        self._boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else "unknown"
        self._is_synced = False
        self._checked_ns: int | None = None

    @property
    def boot(self) -> str:
        """The id of the machine's start."""
        return self._boot

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the clock port itself

    def mono_ns(self) -> int:
        """Return the monotonic clock in nanoseconds."""
        return time.monotonic_ns()

    def stamp(self) -> Stamp:
        """Return the moment as events carry it; time synchronisation is asked twice a minute."""
        mono_ns = time.monotonic_ns()
        if self._checked_ns is None or mono_ns - self._checked_ns > _SYNC_CHECK_NS:
            self._is_synced = is_time_synced()
            self._checked_ns = mono_ns
        return Stamp(
            self.now(),
            mono_ns // _NS_PER_MS,
            self._boot,
            self._is_synced,
        )


def is_time_synced() -> bool:
    """Say whether the kernel's clock was set by a time server. Source: adjtimex(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    state = int(libc.adjtimex(timex))
    return 0 <= state < _TIME_ERROR


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved: the twin for tests and rehearsals."""

    at: datetime
    elapsed_ns: int = 0
    boot: str = "boot-1"
    is_synced: bool = True

    def now(self) -> datetime:
        """Return the wall time that was set."""
        return self.at

    def mono_ns(self) -> int:
        """Return the nanoseconds by which the clock was advanced."""
        return self.elapsed_ns

    def stamp(self) -> Stamp:
        """Return the moment as events carry it."""
        return Stamp(
            self.at,
            self.elapsed_ns // _NS_PER_MS,
            self.boot,
            self.is_synced,
        )

    def advance(self, length: timedelta) -> None:
        """Let time pass, on the wall and on the monotonic clock."""
        self.at += length
        self.elapsed_ns += length // timedelta(microseconds=1) * 1000
