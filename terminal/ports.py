"""What the screens and the command line may ask of a running terminal."""

from dataclasses import dataclass
from typing import Protocol

from core.tap import Credential
from terminal.board import Content


class TerminalBusyError(Exception):
    """The terminal did not answer in time; nothing was lost, and what was asked may yet happen."""


class NoSimulatedReaderError(Exception):
    """A tap was asked for, but no reader of this terminal is simulated."""


class NoPaperError(Exception):
    """A paper was named that is not kept, or about which nobody is asked."""


@dataclass(frozen=True, slots=True)
class DemoBadge:
    """A badge of the demo school: its card, whose it is, and what awaits it, in plain words."""

    credential: Credential
    name: str
    expectation: str


class TerminalPort(Protocol):
    """A running terminal, as seen from a screen or a command. Safe to call from any thread."""

    def tap(self, credential: Credential, *, timeout_s: float, stays: bool = False) -> Content:
        """Tap a badge on the simulated reader; return what became of it, once it is durable.

        stays: the badge is left lying there, so that the same badge again is a repeat. Result:
        the content that was published, and its `topic`: `verdict`, `repeat` or `declined`.
        Raises NoSimulatedReaderError or TerminalBusyError.
        """
        ...

    def sync_now(self) -> None:
        """Ask the uplink to send and to fetch at once."""
        ...

    def reprint(self, event: str) -> Content:
        """Print a receipt once more, marked as a copy; return what was stored, durably.

        event: its reference (`1-42`), its event's id, or `last`. Raises NoPaperError or
        TerminalBusyError.
        """
        ...

    def answer_paper(self, job: str, *, has_come_out: bool) -> Content:
        """Say whether a paper came out of which the printer cannot tell; return its new state.

        Raises NoPaperError when nobody is asked about it, or TerminalBusyError.
        """
        ...

    def status(self) -> Content:
        """Return what `refectory status --json` prints."""
        ...

    def demo_badges(self) -> tuple[DemoBadge, ...]:
        """Return the badges that the page offers to tap; none outside the demo."""
        ...
