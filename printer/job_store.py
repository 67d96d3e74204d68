"""Where print jobs wait: the port that the terminal implements over its journal, and a memory twin.

A job is stored in the same transaction as the sale it documents; the spool reads jobs and reports
their states through here, and never sees a database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Protocol

from printer.base import Pulse, Trouble
from printer.semantics import ATTEMPTS_BY_ITSELF
from printer.spool_states import WAITING, JobState


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job as it is stored.

    document: bytes of `job.encode_document`. queued_at: aware UTC. attempt: how many attempts have
    been begun that may have come out. duplicate_no: 0 for an original, n for the nth reprint.
    """

    id: str
    document: bytes
    queued_at: datetime
    state: JobState = JobState.QUEUED
    attempt: int = 0
    duplicate_no: int = 0


def is_interrupted(state: JobState, attempt: int, reason: str) -> bool:
    """Whether a job, as it is found at a start, is the spool's to face."""
    if state is JobState.UNCERTAIN:
        return attempt < ATTEMPTS_BY_ITSELF and reason != Trouble.NO_FENCE.value
    return state is JobState.SENDING


class JobStore(Protocol):
    """Jobs in the order they were stored. Called from the spool's thread only."""

    def next_job(self) -> StoredJob | None:
        """Return the oldest job that is queued or blocked; None when there is none."""
        ...

    def interrupted_jobs(self) -> Sequence[StoredJob]:
        """Return the jobs that a power cut interrupted. Asked at a start.

        They are `sending`, or `uncertain` after a first attempt that the spool had yet to queue
        again; not those of a printer without a fence, which are never sent twice.
        """
        ...

    def mark(self, job_id: str, state: JobState, attempt: int, reason: str = "") -> None:
        """Append a job's new state. `sending` must be durable when this returns.

        Losing any other state in a power cut is harmless: the job is then uncertain.
        Raises SpoolClosedError when the terminal is stopping.
        """
        ...


class PulseLedger(Protocol):
    """Who remembers that the drawer was opened, so that it is never opened twice for one event."""

    def claim_pulse(self, pulse_id: str, pulse: Pulse) -> bool:
        """Record a pulse before it is sent; False when it was recorded before."""
        ...


class MemoryJobStore:
    """The memory twin: jobs in a dictionary, and every mark in the order it was made."""

    def __init__(self, jobs: Iterable[StoredJob] = ()) -> None:
        self._lock = Lock()
        self._jobs = {job.id: job for job in jobs}
        self._pulses: set[str] = set()
        self.marks: list[tuple[str, JobState, int, str]] = []

    def add(self, job: StoredJob) -> None:
        """Store a job; one that is stored already stays as it is."""
        with self._lock:
            self._jobs.setdefault(job.id, job)

    def job(self, job_id: str) -> StoredJob:
        """Return a job as it stands."""
        with self._lock:
            return self._jobs[job_id]

    def next_job(self) -> StoredJob | None:
        """Return the oldest job that waits."""
        with self._lock:
            return next((job for job in self._jobs.values() if job.state in WAITING), None)

    def interrupted_jobs(self) -> Sequence[StoredJob]:
        """Return the jobs that are `sending`, or `uncertain` once."""
        with self._lock:
            reasons = {job_id: reason for job_id, _state, _attempt, reason in self.marks}
            return [
                job
                for job in self._jobs.values()
                if is_interrupted(job.state, job.attempt, reasons.get(job.id, ""))
            ]

    def mark(self, job_id: str, state: JobState, attempt: int, reason: str = "") -> None:
        """Note a job's new state."""
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], state=state, attempt=attempt)
            self.marks.append((job_id, state, attempt, reason))

    def claim_pulse(self, pulse_id: str, pulse: Pulse) -> bool:
        """Record a pulse; False when it was recorded before."""
        del pulse
        with self._lock:
            is_new = pulse_id not in self._pulses
            self._pulses.add(pulse_id)
            return is_new
