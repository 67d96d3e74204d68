"""One daemon a journal: a lock on a file beside it, which the system drops when the daemon ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from offline_cache.connection import file_error
from offline_cache.errors import JournalLockedError

_LOCKS = Path("/proc/locks")


def lock_holder(journal: Path) -> int | None:
    """Return the process that holds a journal; None where nobody does.

    It looks without locking anything, so that a daemon that starts meanwhile is not refused.
    Source: proc_locks(5).
    """
    path = journal.with_suffix(".lock")
    try:
        found = path.stat()
        locks = _LOCKS.read_text(encoding="ascii")
        written = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None
    device = found.st_dev
    place = f"{os.major(device):02x}:{os.minor(device):02x}:{found.st_ino}"
    for line in locks.splitlines():
        words = line.split()
        if "FLOCK" in words and place in words:
            # A process of another namespace has the number 0 here: then the file says who.
            return int(written) if written.isdecimal() else 0
    return None


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
