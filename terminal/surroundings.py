"""All that stands around the till: readers, print spool, uplink; and how each of them is.

The till wakes and asks it; the screens and the command line reach the terminal through it.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from core.codec import moment_text
from core.events import Basis
from core.money import Money
from core.tap import Credential, Feedback
from offline_cache.errors import JournalError, SnapshotError
from printer.spool_states import JobState
from readers.supervisor import ReaderStatus, Supervisor
from sync.ports import Lane, LaneHealth
from terminal.board import Board, Content
from terminal.clock import Clock
from terminal.inbox import Inbox, TillGoneError
from terminal.knowledge import Knowledge
from terminal.mode import Mode
from terminal.outcomes import Outcomes
from terminal.ports import DemoBadge, NoSimulatedReaderError, TerminalBusyError
from terminal.questions import answer, questions
from terminal.recorder import Recorder
from terminal.reprint import reprint
from terminal.till import Till

if TYPE_CHECKING:
    from printer.spool import Spool
    from sync.uplink import Uplink
    from terminal.settlement import Settlement

log = logging.getLogger("refectory.till")

_ANSWER_S: Final = 5.0
_NS_PER_S: Final = 1_000_000_000


class Surroundings:
    """The parts around the till; the composition root sets them as it makes them."""

    def __init__(
        self, *, clock: Clock, knowledge: Knowledge, recorder: Recorder, is_demo: bool
    ) -> None:
        self._clock = clock
        self._knowledge = knowledge
        self._recorder = recorder
        self._is_demo = is_demo
        self.readers: Supervisor | None = None
        self.spool: Spool | None = None
        self.uplink: Uplink | None = None
        self.settlement: Settlement | None = None

    @property
    def recorder(self) -> Recorder:
        """The journal and its sums, for the till thread."""
        return self._recorder

    @property
    def basis(self) -> Basis:
        """What the terminal knows now."""
        return self._knowledge.basis

    def now(self) -> datetime:
        """Return the wall time."""
        return self._clock.now()

    def feedback(self, reader: str, feedback: Feedback) -> None:
        """Show a decision on a reader."""
        if self.readers is not None:
            self.readers.feedback(reader, feedback)

    def committed(self) -> None:
        """Wake whoever prints and whoever sends."""
        if self.spool is not None:
            self.spool.wake()
        if self.uplink is not None:
            self.uplink.wake()

    def copy_lost(self) -> None:
        """Have the uplink fetch another copy."""
        if self.uplink is not None:
            self.uplink.forget_copy()

    def copy_in_place(self, cursor: str, etag: str) -> None:
        """Have the uplink tell only what changes from here on."""
        if self.uplink is not None:
            self.uplink.follow(cursor=cursor, etag=etag)

    def status(self) -> Content:
        """Return how everything is. Called in the till thread."""
        try:
            return self._status()
        except SnapshotError as error:
            log.warning("the copy is put aside, and a new one asked for: %s", error)
            self._knowledge.drop_copy()
            self.copy_lost()
            return self._status()

    def _status(self) -> Content:
        knowledge, recorder = self._knowledge, self._recorder
        now = self._clock.now()
        copy_at = knowledge.copy_at
        return {
            "at": moment_text(now),
            "terminal": knowledge.place.terminal,
            "school": knowledge.place.school.name,
            "mode": "demo" if self._is_demo else "live",
            "readers": self._readers(),
            "printer": self._printer(),
            "network": self._network(),
            "is_online": knowledge.is_online,
            "queue": self._queue(),
            "copy_at": None if copy_at is None else moment_text(copy_at),
            "walk_in": _walk_in(recorder.state.unsettled.risk, knowledge),
            "menu": self._menu(),
            **self._counts(),
        }

    def _readers(self) -> Sequence[Content]:
        if self.readers is None:
            return []
        now_ns = self._clock.mono_ns()
        return [_reader(status, now_ns) for status in self.readers.statuses()]

    def _printer(self) -> Content:
        if self.spool is None:
            return {"state": "none", "detail": "", "waiting": 0, "done": 0, "questions": []}
        status = self.spool.status()
        trouble = status.troubles[0].value if status.troubles else None
        jobs = self._recorder.journal.pending_jobs()
        return {
            "state": trouble or ("printing" if status.job_id else "ready"),
            "detail": status.text,
            "waiting": sum(job.state != JobState.UNCERTAIN.value for job in jobs),
            "done": status.done_count,
            "questions": questions(jobs),
        }

    def _network(self) -> Content:
        lanes = {} if self.settlement is None else self.settlement.lanes
        return {lane.value: _lane(lanes.get(lane)) for lane in Lane}

    def _queue(self) -> Content:
        head, acknowledged = self._recorder.journal.head, self._recorder.journal.acknowledged
        waiting = head.seq - (acknowledged[1] if acknowledged[0] == head.epoch else 0)
        oldest = self._recorder.oldest_unacknowledged_at
        return {
            "count": waiting,
            "oldest_at": moment_text(oldest) if waiting and oldest is not None else None,
            "epoch": head.epoch,
            "seq": head.seq,
            "acknowledged": f"{acknowledged[0]}-{acknowledged[1]}",
        }

    def _menu(self) -> list[str]:
        snapshot = self._knowledge.snapshot
        if snapshot is None:
            return []
        return [product.name for product in snapshot.menu(self._knowledge.day(self._clock.now()))]

    def _counts(self) -> Content:
        snapshot = self._knowledge.snapshot
        if snapshot is None:
            return {"served": 0, "reserved": 0, "pupils": 0}
        day = self._knowledge.day(self._clock.now())
        pupils, reserved = snapshot.counts(day)
        return {
            "served": self._recorder.state.collected_count.get(day, 0),
            "reserved": reserved,
            "pupils": pupils,
        }


def _reader(status: ReaderStatus, now_ns: int) -> Content:
    last = status.last_tap_mono_ns
    return {
        "name": status.name,
        "state": status.state.value,
        "detail": status.detail,
        "last_tap_s": None if last is None else (now_ns - last) // _NS_PER_S,
    }


def _lane(health: LaneHealth | None) -> Content:
    if health is None:
        return {"state": "idle", "detail": "", "since": None}
    return {
        "state": health.state.value,
        "detail": health.detail,
        "since": moment_text(health.since),
    }


def _walk_in(risk: Money, knowledge: Knowledge) -> Content:
    return {
        "risk_cents": risk.cents,
        "limit_cents": knowledge.policy.terminal_offline_max.cents,
    }


class RunningTerminal:
    """The terminal as screens and commands see it (`terminal.ports.TerminalPort`)."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        till: Till,
        board: Board,
        surroundings: Surroundings,
        badges: tuple[DemoBadge, ...],
    ) -> None:
        self._inbox = inbox
        self._till = till
        self._around = surroundings
        self._badges = badges
        self._outcomes = Outcomes(board)

    def tap(self, credential: Credential, *, timeout_s: float, stays: bool = False) -> Content:
        """Tap a badge on the simulated reader; return the outcome once it is durable.

        stays: the badge is left lying there, so that the same badge again is a repeat.
        Raises NoSimulatedReaderError or TerminalBusyError.
        """
        readers = self._around.readers
        reader = None if readers is None else readers.simulated()
        if reader is None:
            raise NoSimulatedReaderError("this terminal has no simulated reader")
        tap_id = reader.present(credential) if stays else reader.tap(credential)
        return self._outcomes.wait(tap_id, timeout_s=timeout_s)

    def sync_now(self) -> None:
        """Send and fetch at once."""
        if self._around.uplink is not None:
            self._around.uplink.sync_now()

    def reprint(self, event: str) -> Content:
        """Store a reprint, and wake the printer."""
        around = self._around
        made = self._commit(lambda: reprint(event, around.recorder, around.basis))
        around.committed()
        return made

    def answer_paper(self, job: str, *, has_come_out: bool) -> Content:
        """Store what a person said of a paper, and wake the printer."""
        around = self._around
        said = self._commit(
            lambda: answer(
                job, around.recorder.journal, has_come_out=has_come_out, now=around.now()
            )
        )
        around.committed()
        return said

    def _commit(self, work: Callable[[], Content]) -> Content:
        """Have the till thread store something; a till that is red stores nothing."""

        def store() -> Content:
            if self._till.mode is not Mode.OPEN:
                raise TerminalBusyError(f"the till is {self._till.mode}: {self._till.alarm}")
            return work()

        try:
            return self._inbox.ask(store, timeout_s=_ANSWER_S)
        except (TillGoneError, JournalError) as error:
            raise TerminalBusyError(str(error)) from error

    def status(self) -> Content:
        """Return how everything is, and what was counted since the start."""
        try:
            return self._inbox.ask(self._whole_status, timeout_s=_ANSWER_S)
        except TillGoneError as error:
            raise TerminalBusyError(str(error)) from error

    def demo_badges(self) -> tuple[DemoBadge, ...]:
        """Return the badges that the page offers to tap."""
        return self._badges

    def _whole_status(self) -> Content:
        till = self._till
        return {
            **self._around.status(),
            "till": till.mode.value,
            "alarm": None if till.alarm is None else {"text": till.alarm},
            "counters": till.counters.as_plain(),
        }
