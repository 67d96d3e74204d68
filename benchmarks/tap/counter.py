"""The till itself, as the daemon builds it, and the pupils who come to it: `collect` and `sale`."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.tap.contender import CALLS_A_ROUND, Call
from benchmarks.tap.pupils import make_copy
from central.seed import DemoSchool
from core.ids import TapId
from core.profiles import ALWAYS_TILL, Timetable
from core.tap import Assurance, Credential, Feedback, Tap
from offline_cache.journal import Journal
from offline_cache.snapshot import Snapshot
from terminal.board import Board
from terminal.clock import SystemClock
from terminal.inbox import Inbox
from terminal.knowledge import Knowledge
from terminal.recorder import Recorder
from terminal.service import make_service
from terminal.surroundings import Surroundings
from terminal.till import Till, TillParts

if TYPE_CHECKING:
    from readers.supervisor import ReaderStatus, Supervisor


class Lamp:
    """The light of a reader: it knows when it was last lit."""

    def __init__(self) -> None:
        self.lit_at = 0.0

    def feedback(self, reader: str, feedback: Feedback) -> None:  # noqa: ARG002  as readers have it
        """Light up."""
        self.lit_at = time.perf_counter()

    def statuses(self) -> tuple["ReaderStatus", ...]:
        """Say nothing of itself."""
        return ()


class DayClock(SystemClock):
    """The machine's clock, some days ahead: a pupil has one meal a day, a benchmark needs many."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the wall time, so many days ahead."""
        return super().now() + self.ahead


class Counter:
    """A till at its counter, and the pupils who come to it."""

    def __init__(
        self,
        folder: Path,
        school: DemoSchool,
        pupils: Iterator[tuple[date, Credential]],
        *,
        timetable: Timetable = ALWAYS_TILL,
        write: Callable[[DemoSchool, Path], Path] = make_copy,
    ) -> None:
        folder.mkdir()
        self._today = school.today
        self._pupils = pupils
        self._clock = DayClock()
        self._knowledge = Knowledge(school_key=school.school.badge_key, terminal_name="Till 1")
        self._recorder = Recorder(Journal.open(folder / "journal.db"), self._clock)
        self._inbox = Inbox()
        snapshot = Snapshot.open(write(school, folder), school_id=school.school.id)
        self._knowledge.use(snapshot)
        around = Surroundings(
            clock=self._clock,
            knowledge=self._knowledge,
            recorder=self._recorder,
            is_demo=True,
        )
        board = Board("bench")
        self._lamp = Lamp()
        around.readers = cast("Supervisor", self._lamp)
        around.service = make_service(
            recorder=self._recorder,
            knowledge=self._knowledge,
            clock=self._clock,
            board=board,
            around=around,
            folder=folder,
            pepper=school.school.badge_key,
            timetable=timetable,
        )
        parts = TillParts(
            service=around.service,
            board=board,
            clock=self._clock,
            inbox=self._inbox,
            reopen=lambda _: None,
        )
        self.till = Till(parts, around, version="bench")
        self.till._start(is_recovery=False)  # noqa: SLF001  `run` would keep the thread
        self.taps = 0

    def prepare(self) -> Call:
        """Return one tap: from the inbox to the published verdict."""
        day, credential = next(self._pupils)
        self._clock.ahead = timedelta(days=(day - self._today).days)
        self.taps += 1
        tap = Tap(
            TapId(f"tap-{self.taps}"),
            "counter",
            credential,
            Assurance.UID,
            mono_ns=self._clock.mono_ns(),
        )
        tap_at = self._clock.now()
        post, take, handle = self._inbox.post, self._inbox.take, self.till.handle
        lamp, journal, get_ready = self._lamp, self._recorder.journal, self.till.get_ready

        def call() -> float:
            post(tap)
            message = take(0)
            assert message is tap, "the inbox gives what was put"
            handle(tap)
            # Before the next one comes: the paper came out, as the spool says it, and the till
            # gets ready, as its loop does.
            for job in journal.pending_jobs():
                journal.job_state(job.id, "done", 1, tap_at, is_lazy=True)
            get_ready()
            return lamp.lit_at

        return call

    def rest(self) -> None:
        """Do what an idle till does between taps."""
        if self.taps % (10 * CALLS_A_ROUND) == 0:
            self._recorder.journal.checkpoint()

    def close(self) -> None:
        """Check that every tap was what it should be, and close the files."""
        counters = self.till.counters
        served = counters.collected + counters.sold + counters.noted
        assert served == self.taps, f"{self.taps - served} of {self.taps} taps were not served"
        self._recorder.journal.close()
        snapshot = self._knowledge.snapshot
        assert snapshot is not None, "a counter has a copy"
        snapshot.close()
