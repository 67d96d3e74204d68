"""`none://`: no printer. Every document is done at once, because nobody expects paper."""

from printer.base import DONE, Connection, PrinterStatus, PrintJob, PrintResult, Pulse


class NullPrinter:
    """The absence of a printer."""

    is_repeatable = True
    url = "none://"

    def print_document(self, job: PrintJob) -> PrintResult:
        """Let the document go."""
        del job
        return DONE

    def pulse(self, pulse: Pulse) -> PrintResult:
        """Do nothing."""
        del pulse
        return DONE

    def status(self) -> PrinterStatus:
        """Say that nothing is expected of it."""
        return PrinterStatus(Connection.ONLINE, text="no printer is set")

    def close(self) -> None:
        """Nothing is open."""
