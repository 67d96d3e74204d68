"""What the printer's tests share: a clock that stands still, a till's spool, and their types."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from printer.base import Printer
from printer.device_printer import DevicePrinter
from printer.documents import Document
from printer.emulator import Emulator
from printer.job import encode_document
from printer.job_store import MemoryJobStore, StoredJob
from printer.spool import Spool, SpoolStatus

QUICK = {
    "progress_s": 0.5,
    "hold_max_s": 10.0,
    "answer_s": 0.4,
    "goodbye_s": 0.3,
    "drain_s": 0.4,
    "slowest_bytes_per_s": 10_000,
}
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


class StillClock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **length: float) -> None:
        self.at += timedelta(**length)


class Counter:
    """One till with a printer: it stores documents and waits for what becomes of them."""

    def __init__(self, printer: Printer, **options: object) -> None:
        self.clock = StillClock()
        self.store = MemoryJobStore()
        self.printer: Any = printer
        self._changed = Event()
        self.statuses: list[SpoolStatus] = []
        self.spool = Spool(
            printer,
            self.store,
            clock=self.clock,
            on_change=self._hear,
            pulses=self.store,
            retry_first_s=0.01,
            **options,
        )

    def _hear(self, status: SpoolStatus) -> None:
        self.statuses.append(status)
        self._changed.set()

    def store_document(self, job_id: str, document: Document, **fields: object) -> None:
        job = StoredJob(job_id, encode_document(document), self.clock.at, **fields)
        self.store.add(job)
        self.spool.wake()

    def wait(self, is_so: Callable[[], bool], timeout_s: float = 20.0) -> None:
        """Wait for something that the spool brings about; every look follows a change."""
        rounds = int(timeout_s / 0.05)
        for _ in range(rounds):
            if is_so():
                return
            self._changed.wait(0.05)
            self._changed.clear()
        raise AssertionError("it did not happen", self.store.marks)

    def states(self, job_id: str) -> list[str]:
        return [
            state.value for marked, state, _attempt, _reason in self.store.marks if marked == job_id
        ]

    def wait_for_state(self, job_id: str, state: str) -> None:
        self.wait(lambda: self.store.job(job_id).state.value == state)


Emulate = Callable[..., Emulator]
Connect = Callable[..., DevicePrinter]
Count = Callable[..., Counter]
Samples = dict[str, Any]
