"""Did it come out? The papers of which nobody knows, and what a person says of them.

A printer without a fence leaves all its papers uncertain, so nobody is asked for those; nor for
what must never be printed again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.codec import moment_text
from core.receipt import Receipt
from offline_cache.journal import Journal, PendingJob
from printer.base import Trouble
from printer.documents import Document
from printer.errors import DocumentError
from printer.job import decode_document, document_name
from printer.semantics import ATTEMPTS_BY_ITSELF, Repeat, policy_of
from printer.spool_states import JobSignal, JobState, next_state
from terminal.board import Content
from terminal.ports import NoPaperError

QUESTIONS_MAX: Final = 20
"""So many are shown; the others come when these are answered."""
_PERSON: Final = "a person said so"


def questions(jobs: Sequence[PendingJob]) -> list[Content]:
    """Return what to ask, the oldest first."""
    asked: list[Content] = []
    for job in jobs:
        document = _asked_document(job)
        if document is not None:
            asked.append(_question(job, document))
        if len(asked) == QUESTIONS_MAX:
            break
    return asked


def answer(job_id: str, journal: Journal, *, has_come_out: bool, now: datetime) -> Content:
    """Store what a person said of a paper, durably; return the job and its state.

    What did not come out is queued again, marked, or given up when its life is over.
    Called in the till thread. Raises NoPaperError or JournalError.
    """
    job = next((job for job in journal.pending_jobs() if job.id == job_id), None)
    document = None if job is None else _asked_document(job)
    if job is None or document is None:
        raise NoPaperError(f"nobody is asked about {job_id}; it may have been answered already")
    signal = _signal_of(job, document, has_come_out=has_come_out, now=now)
    state = next_state(JobState.UNCERTAIN, signal)
    journal.job_state(job_id, state.value, job.attempt, now, reason=_PERSON)
    return {"job": job_id, "state": state.value}


def _signal_of(
    job: PendingJob, document: Document, *, has_come_out: bool, now: datetime
) -> JobSignal:
    if has_come_out:
        return JobSignal.CAME_OUT
    is_over = policy_of(document).is_over(queued_at=job.job.created_at, now=now)
    return JobSignal.GIVEN_UP if is_over else JobSignal.RETRIED


def _asked_document(job: PendingJob) -> Document | None:
    if job.state != JobState.UNCERTAIN or job.reason == Trouble.NO_FENCE:
        return None
    if job.attempt < ATTEMPTS_BY_ITSELF:
        return None  # the spool sends it again by itself
    try:
        document = decode_document(job.job.body)
    except DocumentError:
        return None
    is_asked = policy_of(document).repeat is Repeat.AT_LEAST_ONCE
    return document if is_asked else None


def _question(job: PendingJob, document: Document) -> Content:
    number = document.number if isinstance(document, Receipt) else None
    return {
        "job": job.id,
        "kind": document_name(document),
        "receipt": number,
        "event": f"{job.job.event_epoch}-{job.job.event_seq}",
        "at": moment_text(job.job.created_at),
    }
