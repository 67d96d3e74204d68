"""Print jobs as they lie in the journal: stored with the sale they document, states appended.

They lie in the table `tail`, beside the head marks: what a tap writes there is one block of the
card. A job's first row holds its paper, the later ones its states.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.codec import moment_text, read_moment
from core.value import Value
from offline_cache.connection import Connection, Row, damaged

QUEUED: Final = "queued"
FINAL_STATES: Final = frozenset({"done", "expired", "rejected"})
"""The states that nothing leaves, in the print spool's words."""

_KEPT_ROWS: Final = 1000
"""So many of the newest rows stay when jobs are over, to look at and to print again."""
KEPT: Final = timedelta(days=7)
"""So long a paper stays after its job was over: papers name people."""

_INSERT_JOB = (
    "INSERT INTO tail (epoch, seq, job, state, attempt, at, kind, body)"
    " VALUES (?, ?, ?, 'queued', 0, ?, ?, ?)"
)
_INSERT_STATE = "INSERT INTO tail (job, state, attempt, at, reason) VALUES (?, ?, ?, ?, ?)"
_FORGET = """
DELETE FROM tail WHERE number < (SELECT max(number) FROM tail) - ?
AND number < (SELECT max(number) FROM tail WHERE hash IS NOT NULL)
AND number < ifnull((SELECT min(number) FROM tail WHERE job = ?), number + 1)
"""
_FORGET_AGED = """
DELETE FROM tail WHERE hash IS NULL
AND job IN (SELECT job FROM tail WHERE state IN ('done', 'expired', 'rejected') AND at < ?)
"""
_PAPERS = """
SELECT job, kind, body, epoch, seq, at FROM tail WHERE body IS NOT NULL ORDER BY number DESC
"""
_ATTEMPTS = "SELECT ifnull(max(attempt), 0) FROM tail WHERE job = ?"
_INSERT_CLAIM = "INSERT INTO tail (job, state, attempt, at, kind) VALUES (?, 'done', 1, ?, ?)"
_UNFINISHED = """
SELECT first.job, first.kind, first.body, first.epoch, first.seq, first.at,
    newest.state, newest.attempt, newest.reason
FROM (
    SELECT min(number) AS first, max(number) AS newest
    FROM tail WHERE job IS NOT NULL GROUP BY job
) AS span
JOIN tail AS newest ON newest.number = span.newest
JOIN tail AS first ON first.number = span.first
WHERE newest.state NOT IN ('done', 'expired', 'rejected')
ORDER BY first.number
"""


class SpoolJob(Value):
    """A paper to print for an event.

    document_id: the job's own id, unique in the journal. kind: what paper it is. body: what the
    printer is to be given. created_at: aware.
    """

    document_id: str
    kind: str
    body: bytes
    event_epoch: int
    event_seq: int
    created_at: datetime


class PendingJob(Value):
    """A job that is not over.

    attempt: how many have been begun that may have come out. reason: why it has its state.
    """

    job: SpoolJob
    state: str
    attempt: int
    reason: str = ""

    @property
    def id(self) -> str:
        """The job's id."""
        return self.job.document_id


class StateChange(Value):
    """A job's new state, and why. at: aware."""

    job_id: str
    state: str
    attempt: int
    reason: str
    at: datetime


class SpoolTable:
    """The jobs that are not over, in memory, and the statements that store them and their states.

    Whoever calls the `write_` methods owns the transaction, and calls the `add_` ones when it is
    committed. A state whose loss is harmless may be remembered before it is written.
    """

    def __init__(self, connection: Connection, path: Path) -> None:
        """Read the jobs that are not over. Raises JournalCorruptError."""
        self._execute = connection.execute
        pending = [_pending(row, path) for row in connection.execute(_UNFINISHED)]
        self._open = {job.id: job for job in pending}
        self._path = path
        self._newest_at: datetime | None = None

    def pending(self) -> tuple[PendingJob, ...]:
        """Return the jobs that are not over, oldest first."""
        return tuple(self._open.values())

    def holds(self, job_id: str) -> bool:
        """Say whether a job is known and not over."""
        return job_id in self._open

    def write_job(self, job: SpoolJob) -> None:
        """Store a job."""
        self._execute(
            _INSERT_JOB,
            (
                job.event_epoch,
                job.event_seq,
                job.document_id,
                moment_text(job.created_at),
                job.kind,
                bytearray(job.body),  # as for an event's body
            ),
        )

    def add_job(self, job: SpoolJob) -> None:
        """Remember a job that is stored."""
        self._open[job.document_id] = PendingJob(job, QUEUED, 0)
        self._newest_at = job.created_at

    def write_state(self, change: StateChange) -> None:
        """Store a job's new state."""
        self._execute(
            _INSERT_STATE,
            (change.job_id, change.state, change.attempt, moment_text(change.at), change.reason),
        )

    def add_state(self, change: StateChange) -> None:
        """Remember a job's new state."""
        self._newest_at = change.at
        if change.state in FINAL_STATES:
            del self._open[change.job_id]
            return
        job = self._open[change.job_id]
        self._open[change.job_id] = replace(
            job, state=change.state, attempt=change.attempt, reason=change.reason
        )

    def forget_old(self) -> None:
        """Delete what is over: papers name people, and the facts stand in the events."""
        oldest = next(iter(self._open), None)
        self._execute(_FORGET, (_KEPT_ROWS, oldest))
        if self._newest_at is not None:
            self._execute(_FORGET_AGED, (moment_text(self._newest_at - KEPT),))

    def papers(self) -> Iterator[SpoolJob]:
        """Yield the papers that are still kept, the newest first, whatever became of them."""
        for row in self._execute(_PAPERS):
            yield _spool_job(row, self._path)

    def attempts(self, job_id: str) -> int:
        """Return how often a job may have come out; 0 for one that is not kept any more."""
        ((count,),) = self._execute(_ATTEMPTS, (job_id,))
        assert isinstance(count, int), "attempts are counted"
        return count

    def is_claimed(self, claim: str) -> bool:
        """Say whether something was claimed before."""
        return bool(list(self._execute("SELECT 1 FROM tail WHERE job = ? LIMIT 1", (claim,))))

    def write_claim(self, claim: str, kind: str, at: datetime) -> None:
        """Store that something is done now and never again."""
        self._execute(_INSERT_CLAIM, (claim, moment_text(at), kind))


def _pending(row: Row, path: Path) -> PendingJob:
    match row:
        case (*job, str(state), int(attempt), str() | None as reason):
            return PendingJob(_spool_job(tuple(job), path), state, attempt, reason or "")
        case _:
            raise damaged(path, "the print spool")


def _spool_job(row: Row, path: Path) -> SpoolJob:
    match row:
        case (str(job_id), str(kind), bytes(body), int(epoch), int(seq), str(at)):
            try:
                return SpoolJob(job_id, kind, body, epoch, seq, read_moment(at))
            except ValueError as error:
                raise damaged(path, f"the print job {job_id}") from error
        case _:
            raise damaged(path, "the print spool")
