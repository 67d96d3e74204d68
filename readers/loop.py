"""The thread of one reader: open the device, read until it fails, wait a little longer, try again.

Rule 1: nothing leaves the thread but posts. Rule 2: each change of health is posted once. Rule 3:
a pause starts at 0.2 s, doubles up to 10 s, and starts afresh once the device has been well.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable

from core.ids import TapId
from core.tap import (
    Assurance,
    Credential,
    Feedback,
    Health,
    HealthState,
    IdentityFault,
    Removed,
    Tap,
)
from core.tap import identity_fault as fault_of
from readers.base import Post, TakeRaw
from readers.counters import Counters, Outcome
from readers.errors import DeviceLostError

log = logging.getLogger("refectory.readers")

PAUSE_S_MIN = 0.2
PAUSE_S_MAX = 10.0
_JOIN_S = 0.1
_JOINS = 20

_FAULT_OUTCOMES = {
    IdentityFault.RANDOM_UID: Outcome.RANDOM_UID,
    IdentityFault.CASCADE_TAG: Outcome.CASCADE_TAG,
    IdentityFault.LENGTH: Outcome.BAD_LENGTH,
    IdentityFault.EMPTY: Outcome.BAD_LENGTH,
}
# A value of a wrong length is a misread frame, never a card; the others are real cards that the
# till must be able to refuse aloud.
_NEVER_POSTED = frozenset({IdentityFault.LENGTH, IdentityFault.EMPTY})

Session = Callable[[], None]
"""Opens the device and reads it until `is_stopping`; raises DeviceLostError when it goes."""


class ReaderLoop:
    """Runs a driver's sessions in one daemon thread and posts what they saw.

    session: the driver's own function. interrupt: ends a blocking read from another thread, where
    the device has a way to. Its reading methods (`tap`, `removed`, `health`) are for the session.
    """

    def __init__(
        self,
        name: str,
        session: Session,
        *,
        interrupt: Callable[[], None] = lambda: None,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        pause_s_min: float = PAUSE_S_MIN,
    ) -> None:
        self.name = name
        self.counters = Counters()
        self._session = session
        self._interrupt = interrupt
        self._monotonic_ns = monotonic_ns
        self._pause_s_min = pause_s_min
        self._numbers = itertools.count(1)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._post: Post = _post_nowhere
        self._health: tuple[HealthState, str] | None = None
        self._was_up = False
        self.take_raw: TakeRaw | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether the session should end."""
        return self._stopping.is_set()

    def start(self, post: Post) -> None:
        """Start the thread; a second start without a stop between changes nothing."""
        if self._thread is not None:
            return
        self._post = post
        self._health = None
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"reader-{self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread within two seconds; may be called again, or before a start."""
        self._stopping.set()
        self._interrupt()
        thread, self._thread = self._thread, None
        if thread is None or thread is threading.current_thread():
            return
        for _ in range(_JOINS):
            thread.join(_JOIN_S)
            if not thread.is_alive():
                return
            # It may have been just before its read: then the interruption came too early.
            self._interrupt()

    def wait(self, seconds: float) -> bool:
        """Wait; return at once, and True, when the loop is stopped."""
        return self._stopping.wait(seconds)

    def next_tap_id(self) -> TapId:
        """Return an id that no other tap of this reader has."""
        return TapId(f"{self.name}#{next(self._numbers)}")

    def tap(
        self,
        credential: Credential,
        assurance: Assurance,
        *,
        ndef: str | None = None,
        slot: str | None = None,
        tap_id: TapId | None = None,
    ) -> None:
        """Post a card that came; what is no card number at all is only counted."""
        mono_ns = self._monotonic_ns()
        fault = fault_of(credential)
        if fault is not None:
            self.counters.add(_FAULT_OUTCOMES[fault])
            if fault in _NEVER_POSTED:
                return
        self.counters.add(Outcome.TAPS)
        made = tap_id or self.next_tap_id()
        self._post(
            Tap(
                id=made,
                reader=slot or self.name,
                credential=credential,
                assurance=assurance,
                mono_ns=mono_ns,
                ndef=ndef,
            )
        )
        log.info("tap seen", extra={"tap": made, "reader": slot or self.name})

    def removed(self, *, slot: str | None = None) -> None:
        """Post that the card left."""
        self._post(Removed(reader=slot or self.name, mono_ns=self._monotonic_ns()))

    def raw(self, payload: bytes, *, is_from_reader: bool) -> None:
        """Let raw traffic be recorded, where somebody asked for it."""
        if self.take_raw is not None and payload:
            self.take_raw(self._monotonic_ns(), is_from_reader, payload)

    def health(self, state: HealthState, detail: str) -> None:
        """Post how the device is, when that changed."""
        if state is HealthState.UP:
            self._was_up = True
        if self._health != (state, detail):
            self._health = (state, detail)
            self._post(Health(self.name, state, detail, self._monotonic_ns()))

    def _run(self) -> None:
        pause_s = self._pause_s_min
        while not self.is_stopping:
            self._was_up = False
            self._run_once()
            if self._was_up:
                pause_s = self._pause_s_min
            if self.wait(pause_s):
                return
            pause_s = min(2 * pause_s, PAUSE_S_MAX)

    def _run_once(self) -> None:
        try:
            self._session()
        except DeviceLostError as lost:
            self._lose(Outcome.DEVICE_LOST, lost.state, lost.detail)
        except Exception as fault:
            # A fault of our own must not silence the reader for good: it is logged in full, shown
            # as health, and the session starts again.
            logging.getLogger(__name__).exception("reader %s: its driver failed", self.name)
            detail = (
                f"{self.name}: its driver failed ({type(fault).__name__}: {fault}); see the log"
            )
            self._lose(Outcome.DRIVER_FAULT, HealthState.DEGRADED, detail)

    def _lose(self, outcome: Outcome, state: HealthState, detail: str) -> None:
        if self._health is not None and self._health[0] is state:
            # The same loss, at a further try: neither counted nor said again.
            return
        self.counters.add(outcome)
        try:
            self.health(state, detail)
        except Exception:
            logging.getLogger(__name__).exception("reader %s: health not posted", self.name)


class LoopedReader:
    """What every driver with a loop shares. A driver adds its session, and its light if it has one.

    name, url: as in the port. session: opens the device and reads it (see Session). interrupt: ends
    a blocking read from another thread.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        session: Session,
        interrupt: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.url = url
        self._loop = ReaderLoop(name, session, interrupt=interrupt)
        self.counters = self._loop.counters

    def start(self, post: Post) -> None:
        """Start the reader's thread."""
        self._loop.start(post)

    def stop(self) -> None:
        """End the reader's thread; a blocked read is interrupted."""
        self._loop.stop()

    def feedback(self, feedback: Feedback) -> None:
        """Do nothing: most readers have no light of their own."""

    def trace(self, take: TakeRaw) -> None:
        """Give all raw traffic to `take`, in the reader's thread, from now on."""
        self._loop.take_raw = take


def _post_nowhere(_event: object) -> None:
    """Take the place of a post before the first start."""
