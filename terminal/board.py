"""The board: what the till thread publishes, and screens and commands read.

One writer at a time, any number of readers in other threads. Nothing here decides or blocks: a
reader that falls behind loses its queue and starts again from the whole state.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping

from core.value import Value

RING_NOTES_MAX = 256
LAST_TAPS_MAX = 8

Content = Mapping[str, object]
"""JSON values with `snake_case` keys; amounts in cents, times as UTC text."""


class Note(Value):
    """One publication. `id`: `<boot>-<number>`, unique and growing while the daemon runs.

    topic: `verdict`, `status` or `repeat`.
    """

    id: str
    topic: str
    content: Content


class Board:
    """The published state: the last content of each topic, the last taps, and a ring of notes."""

    def __init__(self, boot: str) -> None:
        self._boot = boot
        self._number = 0
        self._ring: deque[Note] = deque(maxlen=RING_NOTES_MAX)
        self._last: dict[str, Content] = {}
        self._taps: deque[Content] = deque(maxlen=LAST_TAPS_MAX)
        self._listeners: list[Callable[[Note], None]] = []
        self._lock = threading.Lock()

    def publish(self, topic: str, content: Content) -> Note:
        """Publish new content of a topic to everybody who listens."""
        with self._lock:
            self._number += 1
            note = Note(f"{self._boot}-{self._number}", topic, content)
            self._ring.append(note)
            self._last[topic] = content
            if topic == "verdict":
                self._taps.appendleft(content)
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(note)
        return note

    def state(self) -> tuple[str, Content]:
        """Return the id of the newest note, and the whole state: topics, and the last taps."""
        with self._lock:
            state = dict(self._last) | {"last_taps": list(self._taps)}
            return f"{self._boot}-{self._number}", state

    def since(self, note_id: str) -> list[Note] | None:
        """Return the notes after one; None when they are no longer all here."""
        boot, _, number = note_id.rpartition("-")
        if boot != self._boot or not number.isdecimal():
            return None
        after = int(number)
        with self._lock:
            oldest = self._number - len(self._ring)
            if not oldest <= after <= self._number:
                return None
            return [note for note in self._ring if int(note.id.rpartition("-")[2]) > after]

    def listen(self, listener: Callable[[Note], None]) -> Callable[[], None]:
        """Call a listener for each note from now on; returns how to stop.

        The listener runs in the publisher's thread: it hands the note over and returns at once.
        """
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop
