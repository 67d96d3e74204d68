"""What each profile is to the till thread, and how its file is found.

A new one is a word in `core.profiles.Profile` and a file of that name here, with a function
`open_counter(parts: CounterParts) -> Counter`. Only what a terminal's timetable names, or its staff
chose, is loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from core.decision import Decision, Noted
from core.events import Stamp
from core.profiles import Profile, Span
from core.tap import Tap
from core.view import View
from terminal.board import Board, Content
from terminal.desk import Desk

Paper = tuple[str, bytes]
"""A paper as it is stored: its kind, and its bytes (`printer.job`)."""


@dataclass(frozen=True, slots=True)
class CounterParts:
    """What a counter may use; all of it in the till thread alone."""

    desk: Desk
    board: Board
    span: Callable[[], Span]
    """What the terminal is now, and until when."""


class Counter(Protocol):
    """A profile at work. Called in the till thread; nothing here may block or wait."""

    def decide(self, tap: Tap, view: View, stamp: Stamp) -> Decision:
        """Return what happens to a tap: its facts are made durable next. Raises SnapshotError."""
        ...

    def paper(self, noted: Noted, view: View, stamp: Stamp) -> Paper | None:
        """Return the paper that goes with what is noted; None without one."""
        ...

    def verdict(self, tap: Tap, view: View, decision: Decision, stamp: Stamp) -> Content:
        """Return what the screens show of a decision, once it is durable."""
        ...


def open_counter(profile: Profile, parts: CounterParts) -> Counter:
    """Return the counter of a profile. Raises ModuleNotFoundError when it has no file."""
    module = import_module(f"terminal.profiles.{profile.value}")
    return cast("Counter", module.open_counter(parts))
