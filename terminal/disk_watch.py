"""Room on the disk: staff are warned early, and the till stops while it can still write.

At the floor the till turns red before the disk is truly full, so that what was begun is stored,
marks and checkpoints have room, and a technician can work on the machine.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

MIB: Final = 1024 * 1024
LOW_BYTES: Final = 100 * MIB
FLOOR_BYTES: Final = 8 * MIB
"""A day of 600 meals takes about 5 MB."""


class Room(StrEnum):
    """How much room there is."""

    OK = "ok"
    LOW = "low"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Disk:
    """What a look at the disk found."""

    room: Room
    free_bytes: int


def free_bytes(folder: Path) -> int:
    """Return how much the daemon's user may still write where a folder lies; 0 if unknown."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize


class DiskWatch:
    """Looks at the disk of a folder. free: how it asks; tests give their own."""

    def __init__(self, folder: Path, *, free: Callable[[Path], int] = free_bytes) -> None:
        self._folder = folder
        self._free = free
        self.last = Disk(Room.OK, 0)
        self.look()

    def look(self) -> Disk:
        """Return how much room there is now. Full is left only at twice the floor."""
        free = self._free(self._folder)
        floor = 2 * FLOOR_BYTES if self.last.room is Room.FULL else FLOOR_BYTES
        room = Room.LOW if free < LOW_BYTES else Room.OK
        self.last = Disk(Room.FULL if free < floor else room, free)
        return self.last
