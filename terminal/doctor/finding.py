"""What the doctor says: one finding for each thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad a finding is."""

    WELL = "well"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. why and cure are empty where all is well.

    cure: a command, or what to do with one's hands.
    """

    part: str
    grade: Grade
    what: str
    why: str = ""
    cure: str = ""


def well(part: str, what: str) -> Finding:
    """Return a finding with nothing to do."""
    return Finding(part, Grade.WELL, what)


def degraded(part: str, what: str, *, why: str, cure: str) -> Finding:
    """Return a finding that leaves the terminal serving."""
    return Finding(part, Grade.DEGRADED, what, why, cure)


def failed(part: str, what: str, *, why: str, cure: str) -> Finding:
    """Return a finding that keeps the terminal from serving, or puts what it knows at risk."""
    return Finding(part, Grade.FAILED, what, why, cure)
