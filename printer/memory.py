"""The memory twin of a printer: it keeps what it printed, and fails on demand."""

from collections import deque

from printer.base import (
    DONE,
    Connection,
    Outcome,
    PrinterStatus,
    PrintJob,
    PrintResult,
    Pulse,
    Trouble,
)


class MemoryPrinter:
    """A printer for tests. `printed`: the jobs in order; `pulses`: drawer and buzzer.

    Give it results with `will`, one per job to come, to make it fail; afterwards it prints. A
    result that is uncertain still prints when `prints_uncertain` is true, as paper does.
    """

    def __init__(self, url: str = "memory://", *, is_repeatable: bool = False) -> None:
        self.url = url
        self.is_repeatable = is_repeatable
        self.printed: list[PrintJob] = []
        self.pulses: list[Pulse] = []
        self.prints_uncertain = True
        self.is_closed = False
        self._results: deque[PrintResult] = deque()
        self._status = PrinterStatus(Connection.ONLINE)

    def will(self, *results: PrintResult) -> None:
        """Set what the next jobs come to."""
        self._results.extend(results)

    def block(self, trouble: Trouble) -> None:
        """Stop printing for a reason until `unblock`."""
        self._status = PrinterStatus(Connection.OFFLINE, troubles=(trouble,))

    def unblock(self) -> None:
        """Print again."""
        self._status = PrinterStatus(Connection.ONLINE)

    def print_document(self, job: PrintJob) -> PrintResult:
        """Print, or do what was demanded."""
        if not self._status.is_ready:
            return PrintResult(Outcome.BLOCKED, self._status.troubles[0])
        result = self._results.popleft() if self._results else DONE
        if result.outcome is Outcome.DONE or (
            result.outcome is Outcome.UNCERTAIN and self.prints_uncertain
        ):
            self.printed.append(job)
        return result

    def pulse(self, pulse: Pulse) -> PrintResult:
        """Note a pulse."""
        if not self._status.is_ready:
            return PrintResult(Outcome.BLOCKED, self._status.troubles[0])
        self.pulses.append(pulse)
        return DONE

    def status(self) -> PrinterStatus:
        """Return what was demanded."""
        return self._status

    def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True
