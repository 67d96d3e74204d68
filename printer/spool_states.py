"""The life of a print job: states, signals, and the one table that joins them.

The drawing in docs/printer.md is the table's second witness; a test holds one against the other.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from printer.errors import PrinterError


class JobState(StrEnum):
    """Where a job stands. States are appended in the journal, never overwritten."""

    QUEUED = "queued"
    SENDING = "sending"
    DONE = "done"
    UNCERTAIN = "uncertain"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    REJECTED = "rejected"


class JobSignal(StrEnum):
    """What happens to a job."""

    PICKED = "picked"
    """The spool is about to send its first byte."""
    PRINTED = "printed"
    """The fence has answered, or a repeatable printer is done."""
    HELD = "held"
    """Nothing was printed: paper, cover, cable."""
    LOST_SIGHT = "lost_sight"
    """Bytes went out and nobody knows what became of them; a restart in mid-job is the same."""
    UNPRINTABLE = "unprintable"
    """The stored bytes are no document, or cannot be laid out."""
    TOO_OLD = "too_old"
    """Its life is over: it must not be printed late."""
    RETRIED = "retried"
    """It is sent again, marked as a copy: by itself once, or because it did not come out."""
    CAME_OUT = "came_out"
    """A person has seen the paper."""
    GIVEN_UP = "given_up"
    """A person does not want it any more."""


TRANSITIONS: Final[Mapping[tuple[JobState, JobSignal], JobState]] = {
    (JobState.QUEUED, JobSignal.PICKED): JobState.SENDING,
    (JobState.QUEUED, JobSignal.PRINTED): JobState.DONE,
    (JobState.QUEUED, JobSignal.HELD): JobState.BLOCKED,
    (JobState.QUEUED, JobSignal.UNPRINTABLE): JobState.REJECTED,
    (JobState.QUEUED, JobSignal.TOO_OLD): JobState.EXPIRED,
    (JobState.QUEUED, JobSignal.GIVEN_UP): JobState.EXPIRED,
    (JobState.SENDING, JobSignal.PRINTED): JobState.DONE,
    (JobState.SENDING, JobSignal.HELD): JobState.BLOCKED,
    (JobState.SENDING, JobSignal.LOST_SIGHT): JobState.UNCERTAIN,
    (JobState.SENDING, JobSignal.UNPRINTABLE): JobState.REJECTED,
    (JobState.BLOCKED, JobSignal.PICKED): JobState.SENDING,
    (JobState.BLOCKED, JobSignal.PRINTED): JobState.DONE,
    (JobState.BLOCKED, JobSignal.HELD): JobState.BLOCKED,
    (JobState.BLOCKED, JobSignal.UNPRINTABLE): JobState.REJECTED,
    (JobState.BLOCKED, JobSignal.TOO_OLD): JobState.EXPIRED,
    (JobState.BLOCKED, JobSignal.GIVEN_UP): JobState.EXPIRED,
    (JobState.UNCERTAIN, JobSignal.RETRIED): JobState.QUEUED,
    (JobState.UNCERTAIN, JobSignal.CAME_OUT): JobState.DONE,
    (JobState.UNCERTAIN, JobSignal.GIVEN_UP): JobState.EXPIRED,
}

WAITING: Final = frozenset({JobState.QUEUED, JobState.BLOCKED})
"""The states from which the spool takes the next job, oldest first."""

FINAL: Final = frozenset({JobState.DONE, JobState.EXPIRED, JobState.REJECTED})
"""The states that nothing leaves."""


class JobTransitionError(PrinterError):
    """A job was told something that cannot happen in its state."""


def next_state(state: JobState, signal: JobSignal) -> JobState:
    """Return the state after a signal. Raises JobTransitionError when the table has no such row."""
    following = TRANSITIONS.get((state, signal))
    if following is None:
        message = f"a print job that is {state} cannot be {signal}; this is a fault, report it"
        raise JobTransitionError(message)
    return following
