"""Training: a journal of its own, whose facts are never booked, sent or summed.

It lies beside the real one, with a chain of its own that goes on from one training to the next.
Its receipts say that they are worth nothing. A power cut ends the training: whoever starts a till
in the morning must not serve a real meal into it.
"""

import contextlib
from pathlib import Path

from offline_cache.connection import Connect, connect_writer
from offline_cache.errors import JournalError
from offline_cache.journal import Journal
from terminal.clock import Clock
from terminal.recorder import Recorder

TRAINING_NAME = "training.db"


class Rehearsal:
    """The training at hand, if there is one. Used by the till thread alone."""

    def __init__(self, folder: Path, clock: Clock, *, connect: Connect = connect_writer) -> None:
        self._path = folder / TRAINING_NAME
        self._clock = clock
        self._connect = connect
        self.recorder: Recorder | None = None
        """Where facts of the training go; None when the till serves."""

    def begin(self) -> None:
        """Open the training's journal, and begin with nobody served. Raises JournalError."""
        assert self.recorder is None, "one training at a time"
        recorder = Recorder(Journal.open(self._path, connect=self._connect), self._clock)
        # Who was served in the last training may be served again; the numbers go on.
        recorder.state = recorder.state.begun_anew()
        self.recorder = recorder

    def end(self) -> None:
        """Close the training's journal. Raises JournalError; the training is over all the same."""
        recorder, self.recorder = self.recorder, None
        if recorder is not None:
            recorder.journal.close()

    def abandon(self) -> None:
        """Leave the training's journal, whatever it is in."""
        with contextlib.suppress(JournalError):
            self.end()
