"""Two printers for one till: the second prints when the first has held for too long."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from printer.base import (
    Outcome,
    Printer,
    PrinterStatus,
    PrintJob,
    PrintResult,
    Pulse,
    Watched,
)

_PATIENCE_S: Final = 60.0


class FallbackPrinter:
    """A printer made of two. patience_s: how long the first may hold before the second is used.

    Only jobs of which nothing was printed go to the second, so no paper comes out twice. The
    drawer hangs on the first.
    """

    def __init__(self, first: Printer, second: Printer, *, patience_s: float = _PATIENCE_S) -> None:
        self._first = first
        self._second = second
        self._patience_s = patience_s
        self._held_since: float | None = None
        self._on_status: Callable[[PrinterStatus], None] = lambda _status: None

    @property
    def url(self) -> str:
        """Both addresses."""
        return f"{self._first.url} or {self._second.url}"

    @property
    def is_repeatable(self) -> bool:
        """Whether printing again leaves one paper on either."""
        return self._first.is_repeatable and self._second.is_repeatable

    @property
    def on_status(self) -> Callable[[PrinterStatus], None]:
        """What hears of the first in the middle of a job."""
        return self._on_status

    @on_status.setter
    def on_status(self, hear: Callable[[PrinterStatus], None]) -> None:
        self._on_status = hear
        if isinstance(self._first, Watched):
            self._first.on_status = hear

    def print_document(self, job: PrintJob) -> PrintResult:
        """Print on the first, or on the second when the first has held for too long."""
        result = self._first.print_document(job)
        self._note(is_held=result.outcome is Outcome.BLOCKED)
        return self._second.print_document(job) if self._is_second_used() else result

    def pulse(self, pulse: Pulse) -> PrintResult:
        """Open the drawer on the first."""
        return self._first.pulse(pulse)

    def status(self) -> PrinterStatus:
        """Ask the first; the second when the first has held for too long."""
        status = self._first.status()
        self._note(is_held=status.hindrance is not None)
        return self._second.status() if self._is_second_used() else status

    def close(self) -> None:
        """Let go of both."""
        self._first.close()
        self._second.close()

    def _note(self, *, is_held: bool) -> None:
        if not is_held:
            self._held_since = None
        elif self._held_since is None:
            self._held_since = monotonic()

    def _is_second_used(self) -> bool:
        held_since = self._held_since
        return held_since is not None and monotonic() - held_since >= self._patience_s
