"""Old periods leave the journal for an archive, one at a time, while nobody is at the till.

A period may go when a closing ends it, the copy's balances and a signed receipt of the centre cover
it, and it is ninety days old. The closing itself stays, since it holds every number that runs on.
Used by the till thread.
"""

import logging
from pathlib import Path
from typing import Final

from core.errors import MalformedEventError
from offline_cache.errors import JournalError
from offline_cache.retention import prunable_through
from terminal.clock import Clock
from terminal.recorder import Recorder

log = logging.getLogger("refectory.till")

ARCHIVES_NAME: Final = "archive"
_LOOK_EVERY_NS: Final = 3_600_000_000_000


class Archiving:
    """Looks every hour whether the oldest period may leave. folder: where the journal lies."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder / ARCHIVES_NAME
        self._clock = clock
        self._due_ns = 0

    def look(self, recorder: Recorder) -> Path | None:
        """Archive the oldest period that is due; return the file, None when nothing left.

        An archive that cannot be written stops nothing: it is tried again in an hour. If the
        journal itself is broken, the next tap says so.
        """
        now_ns = self._clock.mono_ns()
        if now_ns < self._due_ns:
            return None
        try:
            archive = self._archive(recorder)
        except (JournalError, MalformedEventError) as error:
            log.warning("nothing was archived: %s", error)
            archive = None
        if archive is None:
            self._due_ns = now_ns + _LOOK_EVERY_NS
        return archive

    def _archive(self, recorder: Recorder) -> Path | None:
        journal = recorder.journal
        through = prunable_through(journal, settled=recorder.state.settled, now=self._clock.now())
        if through is None:
            return None
        archive = journal.prune(through, folder=self._folder)
        log.info("events up to %s-%s went into %s", *through, archive)
        return archive
