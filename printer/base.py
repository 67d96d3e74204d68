"""What every printer is: it takes one document at a time and says honestly what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from printer.documents import Document


class Outcome(StrEnum):
    """What became of a job."""

    DONE = "done"
    """The printer has confirmed, after the last byte, that all of it is printed."""
    UNCERTAIN = "uncertain"
    """Bytes went out and nobody can know whether paper came out."""
    BLOCKED = "blocked"
    """Nothing was printed; the same job can be tried again without a mark."""
    REJECTED = "rejected"
    """This document can never be printed; it is set aside and blocks nothing behind it."""


class Trouble(StrEnum):
    """Why a printer does not print: a name that the screens have words for."""

    PAPER_END = "paper_end"
    PAPER_NEAR_END = "paper_near_end"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    CUTTER = "cutter"
    ERROR = "error"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    NO_FENCE = "no_fence"
    FOLDER = "folder"
    COMPOSER = "composer"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One attempt to print one document.

    id: the job's own id, the same at every attempt. attempt: 1 for the first. duplicate_no: 0 for
    an original, n for the nth reprint that a person asked for.
    """

    id: str
    document: Document
    attempt: int = 1
    duplicate_no: int = 0


@dataclass(frozen=True, slots=True)
class PrintResult:
    """What became of a job, why, and one line for the log and the technician."""

    outcome: Outcome
    trouble: Trouble | None = None
    text: str = ""


DONE = PrintResult(Outcome.DONE)


class Connection(StrEnum):
    """Whether a printer answers."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer last said about itself. None: it does not say (not: all is well).

    troubles: what is wrong now, the most urgent first. text: one line for the technician.
    """

    connection: Connection
    is_cover_open: bool | None = None
    is_paper_out: bool | None = None
    is_paper_low: bool | None = None
    has_cutter_error: bool | None = None
    is_drawer_open: bool | None = None
    troubles: tuple[Trouble, ...] = ()
    text: str = ""

    @property
    def hindrance(self) -> Trouble | None:
        """What keeps a document from printing now; None when nothing is known to."""
        return next((one for one in self.troubles if one is not Trouble.PAPER_NEAR_END), None)

    @property
    def is_ready(self) -> bool:
        """Whether the printer says that a document would print now."""
        return self.connection is Connection.ONLINE and self.hindrance is None


class Pulse(StrEnum):
    """What a printer can do besides printing; never part of a document."""

    DRAWER = "drawer"
    BUZZER = "buzzer"


class Printer(Protocol):
    """A printer. All its functions but `close` are called from one thread, the spool's."""

    @property
    def url(self) -> str:
        """The address it was opened by, without secrets."""
        ...

    @property
    def is_repeatable(self) -> bool:
        """Whether printing the same job again leaves one paper (a picture file), not two."""
        ...

    def print_document(self, job: PrintJob) -> PrintResult:
        """Print one document and wait until its fate is known. Raises nothing."""
        ...

    def pulse(self, pulse: Pulse) -> PrintResult:
        """Open the drawer or sound the buzzer, at most once. Raises nothing."""
        ...

    def status(self) -> PrinterStatus:
        """Ask the printer how it is. Raises nothing."""
        ...

    def close(self) -> None:
        """Let go of the device; a job at hand is given up within moments.

        From any thread. Calling it twice is harmless.
        """
        ...


@runtime_checkable
class Watched(Protocol):
    """A printer that says how it is in the middle of a job.

    on_status: called from the spool's thread with each change; the spool sets it.
    """

    on_status: Callable[[PrinterStatus], None]
