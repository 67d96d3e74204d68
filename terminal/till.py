"""The till: one thread that takes a message, decides, makes it durable, and only then says so.

Follow a tap: `_tap` gathers the view, asks `core.decide`, has the recorder commit, and after that
lights the reader, adds up, publishes the verdict, and wakes the spool and the uplink. There is no
other order. The till thread alone touches the journal and the copy. What staff ask for on a screen
takes the same way through `terminal.clerk`.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from core.decide import refused_fault
from core.decision import Accepted, Decision, Noted, Refused
from core.events import Event, Stamp
from core.facts import Fact, TerminalStarted, TrainingEnded, Trouble
from core.ids import EventId, TapId
from core.tap import Feedback, Health, Removed, Repeated, Tap
from core.view import View
from offline_cache.errors import DiskFullError, JournalError
from terminal.board import Board, Content
from terminal.clock import Clock
from terminal.clock_watch import ClockWatch
from terminal.counters import Counters
from terminal.disk_watch import Room
from terminal.inbox import Chore, Inbox
from terminal.mode import Mode, Signal, next_mode
from terminal.notify import Watchdog
from terminal.profiles.active import profile_content
from terminal.profiles.base import Counter
from terminal.readiness import readiness
from terminal.recorder import Recorder
from terminal.service import Service
from terminal.tap_trail import TapTrail
from terminal.troubles import Troubles, trouble_of
from terminal.verdict import feedback_of

log = logging.getLogger("refectory.till")

_IDLE_S = 0.25
_STATUS_EVERY_NS = 1_000_000_000
_REOPEN_EVERY_NS = 5_000_000_000
_LOOK_EVERY_NS = 5_000_000_000
_CHECKPOINT_AFTER_NS = 1_000_000_000


class Surroundings(Protocol):
    """What the till wakes and asks around it; none of these calls may block."""

    def feedback(self, reader: str, feedback: Feedback) -> None:
        """Show a decision on a reader."""
        ...

    def committed(self) -> None:
        """Hear that there is something new to print and to send."""
        ...

    def open_drawer(self, event: EventId) -> None:
        """Open the cash drawer for an event, within seconds or never."""
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

    service: Service
    board: Board
    clock: Clock
    inbox: Inbox
    reopen: Callable[[Recorder], None]
    """Opens the journal anew after a failure, and checks that it holds what was acknowledged."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    """Patted by the loop alone: a till that hangs is started again."""
    trail: TapTrail = field(default_factory=TapTrail)
    """Which tap led to which event, for the log."""


class Till:
    """The till loop. `run` is the till thread; everything else is called in it."""

    def __init__(self, parts: TillParts, surroundings: Surroundings, *, version: str) -> None:
        self._parts = parts
        self._service = parts.service
        self._clock_watch = ClockWatch(parts.clock)
        self._around = surroundings
        self._version = version
        self._stopping = threading.Event()
        self._status_ns = 0
        self._tried_ns = 0
        self._looked_ns = 0
        self._written_ns: int | None = None
        self._troubles = Troubles()
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
            self.get_ready()
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

    def get_ready(self) -> None:
        """Begin what the next tap will end, so that whoever lays down a badge waits for less."""
        if self.mode is not Mode.OPEN:
            return
        try:
            self._service.desk.recorder.journal.get_ready()
        except JournalError as error:
            self._turn_red(error)

    def _start(self, *, is_recovery: bool) -> None:
        facts: list[Fact] = [TerminalStarted(version=self._version, is_recovery=is_recovery)]
        if self._service.desk.live.state.is_training:
            # A power cut ends a training: the next meals are real ones.
            facts.append(TrainingEnded())
        try:
            self._store(facts)
        except JournalError as error:
            self._turn_red(error)
        else:
            self.mode = next_mode(self.mode, Signal.STARTED)
            self._note_commit()
            self._look_around()
        self._publish_status()

    def _tap(self, tap: Tap) -> None:
        if self.mode is not Mode.OPEN:
            self._decline(tap.id, tap.reader)
            return
        desk = self._service.desk
        stamp = self._parts.clock.stamp()
        counter = self._service.profiles.counter(stamp)
        tap = desk.recognised(tap)
        view = desk.view_of_tap(tap, stamp)
        self._service.taps.add(tap, self._parts.clock.mono_ns())
        try:
            member = None if view.holder is not None else desk.knowledge.member_of(view.badge)
            if member is not None:
                self._service.sign_in.by_badge(member, tap.id)
                self._around.feedback(tap.reader, Feedback.ACCEPTED)
                self._publish_status()
                return
            decision = refused_fault(view) or counter.decide(tap, view, stamp)
            light = partial(self._around.feedback, tap.reader, feedback_of(decision))
            events = self._keep(counter, decision, view, stamp, light)
        except JournalError as error:
            self._turn_red(error)
            self._decline(tap.id, tap.reader)
            return
        self._tell(counter, tap, view, decision, stamp)
        self._trace(tap, decision, events)

    def _keep(
        self,
        counter: Counter,
        decision: Decision,
        view: View,
        stamp: Stamp,
        light: Callable[[], None],
    ) -> Sequence[Event]:
        """Make a decision durable with its paper, then light the reader.

        One that says nothing new writes nothing.
        """
        desk = self._service.desk
        if not decision.facts:
            light()
            return ()
        receipt = decision.receipt if isinstance(decision, Accepted) else None
        paper: tuple[str, bytes] | None = None
        if receipt is None and isinstance(decision, Noted):
            paper = counter.paper(decision, view, stamp)
        return desk.recorder.record(
            decision.facts,
            basis=desk.basis,
            receipt=receipt,
            paper=paper,
            stamp=stamp,
            when_durable=light,
        )

    def _trace(self, tap: Tap, decision: Decision, events: Sequence[Event]) -> None:
        """Write to the log what became of a tap: codes and places, no name and no number."""
        self._parts.trail.note(tap.id, events)
        if not log.isEnabledFor(logging.INFO):
            return
        refused = decision.reason.value if isinstance(decision, Refused) else None
        log.info(
            "tap decided",
            extra={
                "tap": tap.id,
                "event": f"{events[0].epoch}-{events[0].seq}" if events else None,
                "outcome": "accepted" if refused is None else "refused",
                "reason": refused,
                "duration_us": (self._parts.clock.mono_ns() - tap.mono_ns) // 1000,
            },
        )

    def _tell(
        self, counter: Counter, tap: Tap, view: View, decision: Decision, stamp: Stamp
    ) -> None:
        """Say what was decided, now that it is durable."""
        parts = self._parts
        durable_ns = parts.clock.mono_ns()
        self.counters.count(decision, duration_ns=durable_ns - tap.mono_ns)
        parts.board.publish("verdict", counter.verdict(tap, view, decision, stamp))
        self._note_commit()

    def _store(self, facts: Sequence[Fact]) -> None:
        """Store facts about the terminal itself. Raises JournalError."""
        desk = self._service.desk
        desk.live.record(facts, basis=desk.basis)

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
        self._troubles.begin(trouble_of(error), self._parts.clock.now())
        log.error("the till is red: %s", error)
        self._publish_status()

    def _housekeep(self, *, is_idle: bool) -> None:
        now_ns = self._parts.clock.mono_ns()
        self._parts.watchdog.pat(now_ns)
        if self.mode is Mode.RED and now_ns - self._tried_ns >= _REOPEN_EVERY_NS:
            self._reopen()
        if self.mode is Mode.OPEN and now_ns - self._looked_ns >= _LOOK_EVERY_NS:
            self._look_around()
        if is_idle and self._is_rested(now_ns):
            self._tidy()
        if now_ns - self._status_ns >= _STATUS_EVERY_NS:
            self._publish_status()

    def _look_around(self) -> None:
        """Notice what comes slowly: the disk fills, the clock jumps, staff walk away."""
        self._looked_ns = self._parts.clock.mono_ns()
        try:
            facts = self._noticed()
            if facts:
                self._store(facts)
                self._note_commit()
            if self._service.sign_in.lock_when_left() is not None:
                self._note_commit()
                self._publish_status()
        except JournalError as error:
            self._turn_red(error)

    def _noticed(self) -> list[Fact]:
        """Return what is new about the clock and the disk. Raises DiskFullError at the floor."""
        facts: list[Fact | None] = [self._clock_watch.look()]
        disk = self._service.disk.look()
        if disk.room is Room.FULL:
            raise DiskFullError(_no_room(disk.free_bytes))
        if disk.room is Room.LOW:
            facts.append(self._troubles.begin(Trouble.DISK_LOW, self._parts.clock.now()))
        else:
            facts.append(self._troubles.end(Trouble.DISK_LOW))
        return [fact for fact in facts if fact is not None]

    def _tidy(self) -> None:
        self._written_ns = None
        try:
            live = self._service.desk.live
            live.journal.checkpoint()
            if self._service.archiving.look(live) is not None:
                # Another period may be due; it waits for the next idle second.
                self._written_ns = self._parts.clock.mono_ns()
        except JournalError as error:
            self._turn_red(error)

    def _is_rested(self, now_ns: int) -> bool:
        written = self._written_ns
        if self.mode is not Mode.OPEN or written is None:
            return False
        return now_ns - written >= _CHECKPOINT_AFTER_NS

    def _reopen(self) -> None:
        self._tried_ns = self._parts.clock.mono_ns()
        desk = self._service.desk
        disk = self._service.disk.look()
        if disk.room is Room.FULL:
            self.alarm = _no_room(disk.free_bytes)
            return
        try:
            desk.rehearsal.abandon()
            self._parts.reopen(desk.live)
            # What could not be written while it lasted is written now.
            over: list[Fact] = [*self._troubles.end_all(Trouble.DISK_LOW)]
            if desk.live.state.is_training:
                over.append(TrainingEnded())
            self._store(over)
        except JournalError as error:
            self.alarm = str(error)
            return
        self.mode = next_mode(self.mode, Signal.REOPENED)
        self.alarm = None
        log.warning("the till serves again: the journal was reopened and holds all it must")
        self._note_commit()
        self._publish_status()

    def _publish_status(self) -> None:
        self._status_ns = self._parts.clock.mono_ns()
        self._parts.board.publish("status", self.status())

    def status(self) -> Content:
        """Return how the till and everything around it is. Called in the till thread."""
        alarm = None if self.alarm is None else {"text": self.alarm}
        span = self._service.profiles.follow(self._parts.clock.stamp())
        content = {
            **self._around.status(),
            **profile_content(span),
            "version": self._version,
            "till": self.mode.value,
            "alarm": alarm,
        }
        return {**content, "ready": readiness(content).as_plain()}


def _no_room(free_bytes: int) -> str:
    mib = 1024 * 1024
    return (
        f"the disk is full ({free_bytes // mib} MB left): nothing is sold or served, and nothing is"
        " lost; free some space, `refectory doctor` says where"
    )
