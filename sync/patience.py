"""Waiting between two tries: full jitter, capped, obeying Retry-After, for ever, stoppable.

Import this module late: it needs tenacity.
"""

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_random_exponential

from sync.errors import TransientError

T = TypeVar("T")


class StoppedError(Exception):
    """The uplink is being stopped: what was tried is tried again at the next start."""


def persist(
    attempt: Callable[[], T],
    *,
    wait_first_s: float,
    wait_max_s: float,
    pause: Callable[[float], bool],
    on_failure: Callable[[TransientError, int], None],
) -> T:
    """Try until it goes well; return its result.

    pause: waits that many seconds and says whether to stop. on_failure: told of each failure
    and how many there were. Raises StoppedError; errors that are not transient pass through.
    """

    def wait(seconds: float) -> None:
        if pause(seconds):
            raise StoppedError

    def after(state: RetryCallState) -> None:
        assert state.outcome is not None, "an attempt has an outcome"
        error = state.outcome.exception()
        assert isinstance(error, TransientError), "only these are tried again"
        on_failure(error, state.attempt_number)

    jitter = wait_random_exponential(multiplier=wait_first_s, max=wait_max_s)

    def wait_for(state: RetryCallState) -> float:
        assert state.outcome is not None, "an attempt has an outcome"
        error = state.outcome.exception()
        asked = error.retry_after_s if isinstance(error, TransientError) else None
        return max(jitter(state), asked or 0.0)

    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=wait_for,
        before_sleep=after,
        sleep=wait,
        reraise=True,
    )
    return retrying(attempt)
