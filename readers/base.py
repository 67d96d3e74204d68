"""The port every reader driver fits, and what a driver may say of its habits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from core.tap import Feedback, ReaderEvent

Post = Callable[[ReaderEvent], None]
"""Where a driver puts what it saw. It may raise `queue.Full`; the event is then held."""


class BadgeReader(Protocol):
    """One address of the settings, opened: a thread that turns a device into events.

    name: what people call this reader; it stands in each tap. url: its address.
    """

    name: str
    url: str

    def start(self, post: Post) -> None:
        """Start the reader's own daemon thread and return at once.

        A missing device is no error here: it is posted as `Health`, and tried again.
        """
        ...

    def feedback(self, feedback: Feedback) -> None:
        """Show a decision on the reader's own light or buzzer, where it has one; never block."""
        ...

    def stop(self) -> None:
        """End the thread and free the device, within two seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How a reader reports a card that stays; a driver says it in an attribute `habits`.

    tells_removal: it posts `Removed`, so a repeat is the same card without a removal between.
    settle_ms: a card that returns this soon after its removal never left (contacts and radio
    fields flicker); 0 where removal is certain.
    """

    tells_removal: bool = False
    settle_ms: int = 0


def habits_of(reader: BadgeReader) -> Habits:
    """Return the habits a driver declares; without any it is taken to tell no removal."""
    habits = getattr(reader, "habits", None)
    return habits if isinstance(habits, Habits) else Habits()


TakeRaw = Callable[[int, bool, bytes], None]
"""Takes raw traffic: the moment (monotonic ns), whether the reader sent it, and the bytes."""


@runtime_checkable
class Traceable(Protocol):
    """A driver that can let its raw traffic be recorded."""

    def trace(self, take: TakeRaw) -> None:
        """Give all raw traffic to `take`, in the reader's thread, from now on."""
        ...


@runtime_checkable
class ManySlots(Protocol):
    """A driver of several devices behind one address: its taps name the slot they came from."""

    def feedback_on(self, slot: str, feedback: Feedback) -> None:
        """Show a decision on the device that posted a tap as `slot`; never block."""
        ...
