"""Where the copy in use lies: on the disk, or in memory while the centre tells change after change.

Each page of changes makes a new file (docs/decisions/0003): on a memory card that would be a
megabyte for every tap that the centre has booked. So changes are applied in a folder in memory,
where there is one, and the disk follows: every quarter of an hour, at once when a badge, a person
of staff or a limit changed, when the centre is lost, and at the end. The copy on the disk is always
whole, and may be older; a start from it asks for what changed since, and the till's sums are made
to fit it.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from terminal.files import COPY_NAME

log = logging.getLogger("refectory.settlement")

KEEP_EVERY_S: Final = 900.0
MEMORY_BYTES_MAX: Final = 16_000_000
"""A larger copy stays on the disk: memory is for the till."""
_URGENT: Final = frozenset({"badge", "staff", "staff_badge", "pupil_limit"})
_FRESH_NAME: Final = "snapshot.kept.db"


class CopyHome:
    """The places of the copy. The till thread says what is in use, the uplink's threads keep it."""

    def __init__(
        self,
        folder: Path,
        *,
        memory: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """folder: the terminal's, on the disk. memory: one that a power cut empties; None: none."""
        self._memory = memory
        self._monotonic = monotonic
        self._kept = folder / COPY_NAME
        self._lock = threading.Lock()
        self._is_kept = True
        self._is_failing = False
        self._kept_at_s = monotonic()
        self.path = self._kept

    def places(self) -> tuple[Path, ...]:
        """Return where a copy may be found at the start, the newest first."""
        return (self._kept,) if self._memory is None else (self._memory / COPY_NAME, self._kept)

    def next_folder(self) -> Path:
        """Return the folder in which the next copy is to be made of this one. Raises OSError."""
        is_small = self._memory is not None and self.path.stat().st_size <= MEMORY_BYTES_MAX
        return self._memory if self._memory is not None and is_small else self._kept.parent

    def use(self, path: Path) -> None:
        """Note which file is in use from now on."""
        with self._lock:
            self.path = path
            self._is_kept = path == self._kept
            if self._is_kept and self._memory is not None:
                # What lies in memory is older now, and must not be taken at the next start.
                (self._memory / COPY_NAME).unlink(missing_ok=True)

    def follow(self, tables: Iterable[str] = ()) -> None:
        """Bring the disk up to date when that is due. tables: those in which something changed."""
        is_due = self._monotonic() - self._kept_at_s >= KEEP_EVERY_S
        if is_due or not _URGENT.isdisjoint(tables):
            self.keep()

    def keep(self) -> None:
        """Write the copy in use to the disk; a disk that cannot take it leaves the one before."""
        with self._lock:
            if self._is_kept:
                return
            self._kept_at_s = self._monotonic()
            fresh = self._kept.with_name(_FRESH_NAME)
            try:
                with self.path.open("rb") as source, fresh.open("wb") as target:
                    shutil.copyfileobj(source, target)
                    target.flush()
                    os.fsync(target.fileno())
                fresh.replace(self._kept)
            except OSError as error:
                if not self._is_failing:
                    log.warning("the copy on the disk stays as it was: %s", error.strerror)
                self._is_failing = True
                return
            self._is_kept, self._is_failing = True, False
