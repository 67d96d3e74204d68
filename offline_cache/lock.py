"""One daemon a journal: a lock on a file beside it, which the system drops when the daemon ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from offline_cache.connection import file_error
from offline_cache.errors import JournalLockedError


class JournalLock:
    """The lock of one journal, held from `take` to `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, journal: Path) -> "JournalLock":
        """Lock a journal for this process. Raises JournalLockedError, naming the other one."""
        path = journal.with_suffix(".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise file_error(error, journal) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise JournalLockedError(
                f"journal {journal}: another terminal runs on it (process {holder}); stop that "
                "one with `systemctl stop refectory`, or name another folder with --data"
            ) from None
        # On a full disk the lock holds all the same, and only its holder stays unnamed.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back; a second time does nothing. The file stays: removing it races."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
