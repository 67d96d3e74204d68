"""The print spool's store over the journal: reading and marking are chores of the till thread."""

import logging
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from offline_cache.errors import JournalError
from offline_cache.journal import Journal, PendingJob
from offline_cache.spool import KEPT
from printer.base import Pulse
from printer.job import duplicate_no_of
from printer.job_store import StoredJob, is_interrupted
from printer.spool import SpoolClosedError
from printer.spool_states import WAITING, JobSignal, JobState, next_state
from terminal.clock import Clock
from terminal.inbox import Inbox, TillGoneError
from terminal.private_papers import PrivatePapers
from terminal.recorder import Recorder
from terminal.rehearsal import Rehearsal
from terminal.tap_trail import TapTrail

log = logging.getLogger("refectory.papers")

_ANSWER_S: Final = 10.0
_RED_PAUSE_S: Final = 1.0
_FORGOTTEN: Final = "nobody answered"


class Papers:
    """What the spool prints next, and what became of it. Called from the spool's thread."""

    def __init__(
        self,
        inbox: Inbox,
        recorder: Recorder,
        clock: Clock,
        rehearsal: Rehearsal | None = None,
        *,
        trail: TapTrail | None = None,
        private: PrivatePapers | None = None,
    ) -> None:
        self._inbox = inbox
        self._recorder = recorder
        self._clock = clock
        self._rehearsal = rehearsal
        self._trail = TapTrail() if trail is None else trail
        self._private = PrivatePapers() if private is None else private
        self._pause = threading.Event()

    def next_job(self) -> StoredJob | None:
        """Return the oldest job that waits; None when there is none, or the till has ended."""
        secret = self._private.next_job()
        if secret is not None:
            return secret
        return next(iter(self._jobs_where(lambda job: job.state in WAITING, most=1)), None)

    def interrupted_jobs(self) -> Sequence[StoredJob]:
        """Return the jobs that were being sent when the terminal stopped."""
        return self._jobs_where(
            lambda job: is_interrupted(JobState(job.state), job.attempt, job.reason)
        )

    def mark(self, job_id: str, state: JobState, attempt: int, reason: str = "") -> None:
        """Append a job's new state; `sending` is on the disk when this returns.

        Raises SpoolClosedError when the till has ended or cannot write.
        """
        if self._private.mark(job_id, state, attempt):
            return
        is_lazy = state is not JobState.SENDING

        def note() -> None:
            # The journal is looked up in the till thread: a till that was red has another one.
            self._journal_of(job_id).job_state(
                job_id, state.value, attempt, self._clock.now(), reason=reason, is_lazy=is_lazy
            )
            fields = {"job": job_id, "outcome": state.value, "tap": self._trail.tap_of(job_id)}
            # That one is under way is told by what becomes of it, within seconds.
            log.log(logging.INFO if is_lazy else logging.DEBUG, "paper", extra=fields)

        while True:
            try:
                self._inbox.ask(note, timeout_s=_ANSWER_S)
            except TillGoneError as error:
                raise SpoolClosedError(f"job {job_id}: {error}") from error
            except JournalError:
                # A red till stores nothing; the paper waits with it until it serves or stops.
                self._pause.wait(_RED_PAUSE_S)
            else:
                return

    def claim_pulse(self, pulse_id: str, pulse: Pulse) -> bool:
        """Note durably that the drawer is opened for an event; False when it was before.

        Also False when that cannot be noted: a drawer that stays shut is the safe side.
        """

        def note() -> bool:
            claim = f"{pulse.value}:{pulse_id}"
            return self._recorder.journal.claim(claim, pulse.value, self._clock.now())

        try:
            return self._inbox.ask(note, timeout_s=_ANSWER_S)
        except (TillGoneError, JournalError):
            return False

    def _journal_of(self, job_id: str) -> Journal:
        """Return the journal that holds a job: the training's, or the real one."""
        training = None if self._rehearsal is None else self._rehearsal.recorder
        if training is not None and training.journal.holds_job(job_id):
            return training.journal
        return self._recorder.journal

    def _pending(self) -> tuple[PendingJob, ...]:
        """Return the jobs that are not over, the real ones before those of a training."""
        training = None if self._rehearsal is None else self._rehearsal.recorder
        return self._pending_real() + (() if training is None else training.journal.pending_jobs())

    def _pending_real(self) -> tuple[PendingJob, ...]:
        """Return the jobs that are not over, without those that nobody answered for a week."""
        journal, now = self._recorder.journal, self._clock.now()
        for job in journal.pending_jobs():
            if now - job.job.created_at <= KEPT:
                break
            if job.state == JobState.UNCERTAIN:
                state = next_state(JobState.UNCERTAIN, JobSignal.GIVEN_UP)
                journal.job_state(job.id, state, job.attempt, now, reason=_FORGOTTEN, is_lazy=True)
        return journal.pending_jobs()

    def _jobs_where(
        self, is_wanted: Callable[[PendingJob], bool], *, most: int | None = None
    ) -> list[StoredJob]:
        try:
            jobs = self._inbox.ask(self._pending, timeout_s=_ANSWER_S)
        except TillGoneError:
            return []
        return [_stored(job) for job in islice(filter(is_wanted, jobs), most)]


def _stored(pending: PendingJob) -> StoredJob:
    return StoredJob(
        id=pending.id,
        document=pending.job.body,
        queued_at=pending.job.created_at,
        state=JobState(pending.state),
        attempt=pending.attempt,
        duplicate_no=duplicate_no_of(pending.job.body),
    )
