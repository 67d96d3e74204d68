"""The till: one thread that takes a message, decides, makes it durable, and only then says so.

Follow a tap: `_tap` gathers the view, asks `core.decide`, has the recorder commit, and after that
publishes the verdict, lights the reader, and wakes the spool and the uplink. There is no other
order. The till thread alone touches the journal and the copy.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.decide import decide
from core.decision import Accepted
from core.facts import TerminalStarted
from core.ids import TapId
from core.tap import Feedback, Health, Removed, Repeated, Tap
from core.view import View
from offline_cache.errors import JournalError, SnapshotError
from terminal.board import Board, Content
from terminal.clock import Clock
from terminal.counters import Counters
from terminal.inbox import Chore, Inbox
from terminal.knowledge import Knowledge
from terminal.mode import Mode, Signal, next_mode
from terminal.notify import Watchdog
from terminal.recorder import Recorder
from terminal.verdict import feedback_of, verdict_content

log = logging.getLogger("refectory.till")

_IDLE_S = 0.25
_STATUS_EVERY_NS = 1_000_000_000
_REOPEN_EVERY_NS = 5_000_000_000
_CHECKPOINT_AFTER_NS = 1_000_000_000


class Surroundings(Protocol):
    """What the till wakes and asks around it; none of these calls may block."""

    def feedback(self, reader: str, feedback: Feedback) -> None:
        """Show a decision on a reader."""
        ...

    def committed(self) -> None:
        """Hear that there is something new to print and to send."""
        ...

    def copy_lost(self) -> None:
        """Hear that the copy cannot be read, and fetch another."""
        ...

    def status(self) -> Content:
        """Return how the readers, the printer and the uplink are."""
        ...


@dataclass(frozen=True, slots=True)
class TillParts:
    """What a till is made of; the composition root puts it together."""

    recorder: Recorder
    knowledge: Knowledge
    board: Board
    clock: Clock
    inbox: Inbox
    reopen: Callable[[Recorder], None]
    """Opens the journal anew after a failure, and checks that it holds what was acknowledged."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    """Patted by the loop alone: a till that hangs is started again."""


class Till:
    """The till loop. `run` is the till thread; everything else is called in it."""

    def __init__(self, parts: TillParts, surroundings: Surroundings, *, version: str) -> None:
        self._parts = parts
        self._around = surroundings
        self._version = version
        self._stopping = threading.Event()
        self._status_ns = 0
        self._tried_ns = 0
        self._written_ns: int | None = None
        self.mode = Mode.STARTING
        self.alarm: str | None = None
        self.counters = Counters()

    def run(self, *, is_recovery: bool, ready: Callable[[], None]) -> None:
        """Take messages until `stop`. ready: called when taps are decided from now on."""
        self._start(is_recovery=is_recovery)
        ready()
        while not self._stopping.is_set():
            message = self._parts.inbox.take(_IDLE_S)
            if message is not None:
                self.handle(message)
            self._housekeep(is_idle=message is None)
        self.mode = next_mode(self.mode, Signal.STOP)
        self._parts.inbox.close()

    def stop(self) -> None:
        """End the loop after the message at hand. Any thread may call it."""
        self._stopping.set()

    def handle(self, message: Tap | Repeated | Removed | Health | Chore[object]) -> None:
        """Handle one message from the inbox."""
        match message:
            case Tap():
                self._tap(message)
            case Repeated():
                self._repeat(message)
            case Chore():
                message.run()
                if self.mode is Mode.OPEN and isinstance(message.error, JournalError):
                    self._turn_red(message.error)
            case Removed():
                pass
            case Health():
                self._publish_status()

    def _start(self, *, is_recovery: bool) -> None:
        fact = TerminalStarted(version=self._version, is_recovery=is_recovery)
        try:
            self._parts.recorder.record([fact], basis=self._parts.knowledge.basis)
        except JournalError as error:
            self._turn_red(error)
        else:
            self.mode = next_mode(self.mode, Signal.STARTED)
            self._note_commit()
        self._publish_status()

    def _tap(self, tap: Tap) -> None:
        parts = self._parts
        if self.mode is not Mode.OPEN:
            self._decline(tap.id, tap.reader)
            return
        now = parts.clock.now()
        view = self._view(tap, now)
        decision = decide(tap, view, parts.knowledge.policy, now)
        receipt = decision.receipt if isinstance(decision, Accepted) else None
        try:
            parts.recorder.record(decision.facts, basis=parts.knowledge.basis, receipt=receipt)
        except JournalError as error:
            self._turn_red(error)
            self._decline(tap.id, tap.reader)
            return
        self._around.feedback(tap.reader, feedback_of(decision))
        durable_ns = parts.clock.mono_ns()
        self.counters.count(decision, duration_ns=durable_ns - tap.mono_ns)
        t0_ms = int(now.timestamp() * 1000)
        parts.board.publish("verdict", verdict_content(tap, view, decision, at=now, t0_ms=t0_ms))
        self._note_commit()

    def _view(self, tap: Tap, now: datetime) -> View:
        knowledge, recorder = self._parts.knowledge, self._parts.recorder
        try:
            return knowledge.view(tap, recorder, now)
        except SnapshotError as error:
            log.warning("the copy is put aside, and a new one asked for: %s", error)
            knowledge.drop_copy()
            self._around.copy_lost()
            return knowledge.view(tap, recorder, now)

    def _decline(self, tap_id: TapId, reader: str) -> None:
        self._around.feedback(reader, Feedback.REFUSED)
        self._parts.board.publish("declined", {"tap": tap_id, "alarm": self.alarm})

    def _repeat(self, message: Repeated) -> None:
        self.counters.repeats += 1
        content = {"tap": message.tap.id, "count": self.counters.repeats}
        self._parts.board.publish("repeat", content)

    def _note_commit(self) -> None:
        self._written_ns = self._parts.clock.mono_ns()
        self._around.committed()

    def _turn_red(self, error: JournalError) -> None:
        self.mode = next_mode(self.mode, Signal.DISK_FAILED)
        self.alarm = str(error)
        self._tried_ns = self._parts.clock.mono_ns()
        log.error("the till is red: %s", error)
        self._publish_status()

    def _housekeep(self, *, is_idle: bool) -> None:
        now_ns = self._parts.clock.mono_ns()
        self._parts.watchdog.pat(now_ns)
        if self.mode is Mode.RED and now_ns - self._tried_ns >= _REOPEN_EVERY_NS:
            self._reopen()
        if is_idle and self._is_rested(now_ns):
            self._tidy()
        if now_ns - self._status_ns >= _STATUS_EVERY_NS:
            self._publish_status()

    def _tidy(self) -> None:
        self._written_ns = None
        try:
            self._parts.recorder.journal.checkpoint()
        except JournalError as error:
            self._turn_red(error)

    def _is_rested(self, now_ns: int) -> bool:
        written = self._written_ns
        if self.mode is not Mode.OPEN or written is None:
            return False
        return now_ns - written >= _CHECKPOINT_AFTER_NS

    def _reopen(self) -> None:
        self._tried_ns = self._parts.clock.mono_ns()
        try:
            self._parts.reopen(self._parts.recorder)
        except JournalError as error:
            self.alarm = str(error)
            return
        self.mode = next_mode(self.mode, Signal.REOPENED)
        self.alarm = None
        log.warning("the till serves again: the journal was reopened and holds all it must")
        self._publish_status()

    def _publish_status(self) -> None:
        self._status_ns = self._parts.clock.mono_ns()
        alarm = None if self.alarm is None else {"text": self.alarm}
        content = {**self._around.status(), "alarm": alarm, "till": self.mode.value}
        self._parts.board.publish("status", content)
