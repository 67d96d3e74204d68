"""What can go wrong between a terminal and its centre, by who acts on it.

    SyncError
    ├── IdentityFileError   technician: the identity file is open to others or cannot be read
    ├── EnrolmentError      technician: the centre did not enrol this terminal
    ├── TransientError      nobody: no network, or a centre that is busy; tried again for ever
    └── RefusedError        technician: the centre says no; the lane stops and deletes nothing

No exception of httpx, tenacity, cryptography or http-message-signatures leaves this package.
"""

from datetime import datetime


class SyncError(Exception):
    """The uplink cannot do what was asked; the text says what, where and the cure."""


class IdentityFileError(SyncError):
    """The file that says who this terminal is cannot be used."""


class EnrolmentError(SyncError):
    """The centre did not enrol this terminal."""


class TransientError(SyncError):
    """It may go well the next time. retry_after_s: the wait that the centre asked for, if any."""

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, is_centres_fault: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.is_centres_fault = is_centres_fault


class RefusedError(SyncError):
    """The centre answered, and trying the same again would get the same answer.

    problem: the last part of the RFC 9457 problem type, as in `gap`; empty where there was none.
    details: the problem's own members. at: the centre's time, where its answer told it.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        problem: str,
        details: dict[str, object],
        at: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem
        self.details = details
        self.at = at
