"""Keyboard wedge readers: from key events to a number, without I/O.

A number counts only when it ends in Enter (or Tab) and no two keys of it are more than a few
milliseconds apart: so a person typing is never a badge. Source: Linux input.h, struct input_event.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from readers.counters import Outcome
from readers.keyboards import layout

EVENT = struct.Struct("@llHHi")
_KEY_EVENT, _SYNC_EVENT, _SYNC_DROPPED = 1, 0, 3
_RELEASED, _PRESSED = 0, 1
_SHIFTS = frozenset({42, 54})
_CAPS_LOCK = 58
TERMINATORS = {"enter": frozenset({28, 96}), "tab": frozenset({15})}
_CHARACTERS_MIN = 4
_CHARACTERS_MAX = 256
GAP_MS = 50


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One event of the kernel; `at_us` is its own time, in microseconds."""

    at_us: int
    type: int
    code: int
    value: int


class EventStream:
    """Cuts the kernel's bytes into events, however the reads fell."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, chunk: bytes) -> Iterator[KeyEvent]:
        """Yield the events that the bytes complete."""
        stream = self._kept + chunk
        whole = len(stream) - len(stream) % EVENT.size
        self._kept = stream[whole:]
        for seconds, micros, kind, code, value in EVENT.iter_unpack(stream[:whole]):
            yield KeyEvent(seconds * 1_000_000 + micros, kind, code, value)


class WedgeDecoder:
    """Collects keys into a text. `gap_ms`: the longest pause between two keys of a badge."""

    def __init__(
        self, *, layout_word: str = "us", terminator: str = "enter", gap_ms: int = GAP_MS
    ) -> None:
        self._keys = layout(layout_word)
        self._terminators = TERMINATORS[terminator]
        self._gap_us = gap_ms * 1000
        self._forget()
        self._shifts: set[int] = set()
        self._is_caps = False

    def _forget(self) -> None:
        self._text = ""
        self._last_us: int | None = None
        self._is_slow = False
        self._is_overlong = False

    def feed(self, event: KeyEvent) -> str | Outcome | None:
        """Take one event; return a badge's text, the fault of one, or None while it goes on."""
        if event.type == _SYNC_EVENT and event.code == _SYNC_DROPPED:
            # The kernel's buffer ran over: keys are missing, so what was collected is no number.
            self._forget()
            self._shifts.clear()
            return Outcome.BAD_FRAME
        if event.type != _KEY_EVENT:
            return None
        if event.code in _SHIFTS:
            (self._shifts.discard if event.value == _RELEASED else self._shifts.add)(event.code)
            return None
        if event.value != _PRESSED:
            return None
        if event.code == _CAPS_LOCK:
            self._is_caps = not self._is_caps
            return None
        return self._press(event)

    def _press(self, event: KeyEvent) -> str | Outcome | None:
        if self._last_us is not None and not 0 <= event.at_us - self._last_us <= self._gap_us:
            self._is_slow = True
        self._last_us = event.at_us
        if event.code in self._terminators:
            return self._finish()
        pair = self._keys.get(event.code)
        if pair is not None:
            character = pair[bool(self._shifts) != (self._is_caps and pair[0].isalpha())]
            self._text += character
        if len(self._text) > _CHARACTERS_MAX:
            self._text = ""
            self._is_overlong = True
        return None

    def _finish(self) -> str | Outcome | None:
        text, is_slow, is_overlong = self._text, self._is_slow, self._is_overlong
        self._forget()
        if is_overlong:
            return Outcome.OVERLONG_FRAME
        if is_slow:
            return Outcome.TYPED_BY_HAND
        if not text:
            return None
        return text if len(text) >= _CHARACTERS_MIN else Outcome.BAD_FRAME
