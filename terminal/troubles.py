"""What is wrong with the terminal's own storage, as facts of the journal."""

from datetime import datetime

from core.facts import Trouble, TroubleNoted
from offline_cache.errors import (
    DiskBrokenError,
    DiskFullError,
    DiskReadOnlyError,
    FileVanishedError,
    ForeignFileError,
    JournalBusyError,
    JournalCorruptError,
    JournalError,
    JournalLockedError,
    JournalMissingError,
)

# The first that fits is taken: an error stands before the more general one that it belongs to.
_TROUBLES: tuple[tuple[type[JournalError], Trouble], ...] = (
    (DiskFullError, Trouble.DISK_FULL),
    (DiskReadOnlyError, Trouble.DISK_READ_ONLY),
    (FileVanishedError, Trouble.FILE_VANISHED),
    (JournalMissingError, Trouble.FILE_VANISHED),
    (DiskBrokenError, Trouble.DISK_BROKEN),
    (JournalCorruptError, Trouble.JOURNAL_DAMAGED),
    (ForeignFileError, Trouble.FOREIGN_FILE),
    (JournalBusyError, Trouble.JOURNAL_BUSY),
    (JournalLockedError, Trouble.JOURNAL_BUSY),
)


def trouble_of(error: JournalError) -> Trouble:
    """Return the name of what a journal's error means."""
    return next(
        (trouble for kind, trouble in _TROUBLES if isinstance(error, kind)), Trouble.UNKNOWN
    )


class Troubles:
    """The troubles at hand, and when each began. For the till thread."""

    def __init__(self) -> None:
        self._began: dict[Trouble, datetime] = {}

    def begin(self, trouble: Trouble, at: datetime) -> TroubleNoted | None:
        """Return the fact that a trouble began; None when it is known already."""
        if trouble in self._began:
            return None
        self._began[trouble] = at
        return TroubleNoted(trouble, at, is_over=False)

    def end(self, trouble: Trouble) -> TroubleNoted | None:
        """Return the fact that a trouble is over; None when there was none."""
        began_at = self._began.pop(trouble, None)
        return None if began_at is None else TroubleNoted(trouble, began_at, is_over=True)

    def end_all(self, *kept: Trouble) -> list[TroubleNoted]:
        """Return the facts that all troubles are over but some that are kept."""
        ending = [trouble for trouble in self._began if trouble not in kept]
        return [fact for trouble in ending if (fact := self.end(trouble)) is not None]
