"""How long the uplink waits for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intervals:
    """All in seconds.

    gather_s: after a commit, so that the taps of a moment travel together. up_s: until the outbox
    is looked at again although nobody woke the lane. down_s: between two questions for a newer
    copy when changes are not waited for. wait_s: how long the centre may hold back its answer
    until something changes. apart_s: between two pages of changes, so that not every tap of
    another till is a page of its own. retry_first_s, retry_max_s: bounds of the random wait after
    a failure. timeout_s: the longest that an answer may take to go on. approval_s: between two
    questions whether a person has approved a new epoch.
    """

    gather_s: float = 0.15
    up_s: float = 30.0
    down_s: float = 20.0
    wait_s: int = 25
    apart_s: float = 1.0
    retry_first_s: float = 0.5
    retry_max_s: float = 300.0
    timeout_s: float = 30.0
    approval_s: float = 20.0
