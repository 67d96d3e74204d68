"""The one bounded inbox of the till thread: taps first, chores when no tap waits.

Readers, screens, the spool and the uplink put messages here from their own threads; the till
thread alone takes them. Taps never wait behind a chore, so neither printing nor sending delays a
pupil. Both sides are bounded: a full inbox refuses, and whoever posts keeps the message.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from core.tap import ReaderEvent

TAPS_MAX = 64
CHORES_MAX = 1024

T = TypeVar("T")


class TillGoneError(Exception):
    """The till thread did not do a chore in time, or has ended."""


@dataclass(slots=True)
class Chore(Generic[T]):
    """Work for the till thread, and room for what comes of it."""

    work: Callable[[], T]
    is_done: threading.Event = field(default_factory=threading.Event)
    result: T | None = None
    error: BaseException | None = None

    def run(self) -> None:
        """Do the work in the till thread; what it raises goes to whoever waits."""
        try:
            self.result = self.work()
        except Exception as error:  # noqa: BLE001  handed over to the thread that asked
            self.error = error
        finally:
            self.is_done.set()


Message = ReaderEvent | Chore[object]


class Inbox:
    """Two queues, and a bell that rings once for each message. Any thread may put; one takes.

    The bell is what wakes the till: a condition would have it wait for the poster's lock as well.
    """

    def __init__(self) -> None:
        self._taps: deque[ReaderEvent] = deque()
        self._chores: deque[Chore[object]] = deque()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._posting = threading.Lock()
        self._is_closed = False

    def post(self, event: ReaderEvent) -> None:
        """Put what a reader saw. Raises queue.Full when 64 events wait already."""
        with self._posting:
            if len(self._taps) >= TAPS_MAX:
                raise queue.Full
            self._taps.append(event)
        self._bell.put(None)

    def ask_later(self, work: Callable[[], object]) -> None:
        """Put a chore that nobody waits for. Raises queue.Full when too many wait already."""
        self._put(Chore(work))

    def ask(self, work: Callable[[], T], *, timeout_s: float) -> T:
        """Have the till thread do something, and return its result.

        Raises what the work raises, or TillGoneError when it was not done in time.
        """
        chore: Chore[object] = Chore(work)
        try:
            self._put(chore)
        except queue.Full as error:
            raise TillGoneError("the till has too much to do") from error
        if not chore.is_done.wait(timeout_s):
            raise TillGoneError("the till did not answer in time")
        if chore.error is not None:
            raise chore.error
        return cast("T", chore.result)

    def take(self, timeout_s: float) -> Message | None:
        """Return the next message, taps first; None when none came in time."""
        try:
            self._bell.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if self._taps:
            return self._taps.popleft()
        with self._posting:  # the chores of a closed inbox are gone, and their bells are not
            return self._chores.popleft() if self._chores else None

    def close(self) -> None:
        """Refuse all further chores; those that wait are ended with TillGoneError."""
        with self._posting:
            self._is_closed = True
            waiting, self._chores = self._chores, deque()
        for chore in waiting:
            chore.error = TillGoneError("the till has stopped")
            chore.is_done.set()

    def _put(self, chore: Chore[object]) -> None:
        with self._posting:
            if self._is_closed:
                raise TillGoneError("the till has stopped")
            if len(self._chores) >= CHORES_MAX:
                raise queue.Full
            self._chores.append(chore)
        self._bell.put(None)
