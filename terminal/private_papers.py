"""Papers that are nowhere stored: an access for parents is printed once, and then it is gone.

What lies in the journal's spool can be read by whoever has the card, and is kept for a week. A
secret is handed to the printer from memory instead: it comes out within seconds, or never, and no
start, no reprint and no copy of the card brings it back.
"""

import threading
from dataclasses import replace
from datetime import datetime

from printer.documents import Document
from printer.job import encode_document
from printer.job_store import StoredJob
from printer.spool_states import WAITING, JobState

_OVER = frozenset({JobState.DONE, JobState.EXPIRED, JobState.REJECTED, JobState.UNCERTAIN})
"""Nobody is asked about one that may have come out: another is made instead."""


class PrivatePapers:
    """Jobs in memory, the oldest first. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, StoredJob] = {}

    def hand(self, job_id: str, document: Document, *, at: datetime) -> None:
        """Have a paper printed next. at: now, from which its life counts."""
        with self._lock:
            self._jobs[job_id] = StoredJob(job_id, encode_document(document), at)

    def next_job(self) -> StoredJob | None:
        """Return the oldest that waits; None when there is none."""
        with self._lock:
            return next((job for job in self._jobs.values() if job.state in WAITING), None)

    def mark(self, job_id: str, state: JobState, attempt: int) -> bool:
        """Note a job's new state, and forget one that is over. Result: whether it is one here."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                return False
            if state in _OVER:
                del self._jobs[job_id]
            else:
                self._jobs[job_id] = replace(job, state=state, attempt=attempt)
            return True
