"""Whether the till may serve: a table of states, and nothing else.

The same table is drawn in docs/ARCHITECTURE.md; a test holds the one against the other.
"""

from enum import StrEnum


class Mode(StrEnum):
    """How the till stands."""

    STARTING = "starting"
    OPEN = "open"
    RED = "red"
    """The journal cannot be written: nothing is sold or served, and nothing is lost."""
    STOPPED = "stopped"


class Signal(StrEnum):
    """What moves the till from one mode to another."""

    STARTED = "started"
    DISK_FAILED = "disk_failed"
    REOPENED = "reopened"
    STOP = "stop"


TRANSITIONS: dict[tuple[Mode, Signal], Mode] = {
    (Mode.STARTING, Signal.STARTED): Mode.OPEN,
    (Mode.STARTING, Signal.DISK_FAILED): Mode.RED,
    (Mode.STARTING, Signal.STOP): Mode.STOPPED,
    (Mode.OPEN, Signal.DISK_FAILED): Mode.RED,
    (Mode.OPEN, Signal.STOP): Mode.STOPPED,
    (Mode.RED, Signal.DISK_FAILED): Mode.RED,
    (Mode.RED, Signal.REOPENED): Mode.OPEN,
    (Mode.RED, Signal.STOP): Mode.STOPPED,
}


class NoTransitionError(AssertionError):
    """A signal came in a mode that has no row for it: our own mistake."""


def next_mode(mode: Mode, signal: Signal) -> Mode:
    """Return the mode after a signal. Raises NoTransitionError, naming both, without a row."""
    try:
        return TRANSITIONS[(mode, signal)]
    except KeyError:
        raise NoTransitionError(f"the till has no row for {signal} while {mode}") from None
