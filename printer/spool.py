"""The print spool: one thread that prints what is stored, oldest first, and says what became of it.

Rules that keep it honest:
- a job is `sending`, durably, before its first byte leaves; after a restart such a job is
  uncertain, and so is every job whose end was not seen;
- an uncertain job is sent again by itself at most once, marked DUPLICATA, and only where a second
  paper does no harm; after that a person is asked;
- what blocks the printer blocks the queue, so papers come out in order or expire;
- the drawer has a channel of its own: at most once, seconds of life, before any paper.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Condition, Thread
from time import monotonic
from typing import Any, Final, assert_never

from printer.base import (
    Connection,
    Outcome,
    Printer,
    PrinterStatus,
    PrintJob,
    PrintResult,
    Pulse,
    Trouble,
    Watched,
)
from printer.errors import DocumentError, PrinterError
from printer.job import decode_document
from printer.job_store import JobStore, PulseLedger, StoredJob
from printer.semantics import ATTEMPTS_BY_ITSELF, Repeat, policy_of
from printer.spool_states import JobSignal, JobState, next_state

_log = logging.getLogger(__name__)

PULSE_LIFE_S: Final = 4.0
_PULSES_MAX: Final = 4
_RETRY_FIRST_S: Final = 0.5
_RETRY_MAX_S: Final = 5.0
_IDLE_STATUS_S: Final = 30.0
_STOP_WAIT_S: Final = 15.0


class SpoolClosedError(PrinterError):
    """The terminal is stopping: no state can be stored any more."""


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    """How printing goes.

    printer: what the printer last said. job_id: the job at hand, or empty. troubles: what holds the
    queue now. uncertain_count: jobs since the start of which nobody knows whether they came out.
    """

    printer: PrinterStatus
    job_id: str = ""
    troubles: tuple[Trouble, ...] = ()
    text: str = ""
    done_count: int = 0
    uncertain_count: int = 0
    expired_count: int = 0
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class _PulseRequest:
    id: str
    pulse: Pulse
    asked_monotonic_s: float


class Spool:
    """Prints stored jobs on one printer.

    clock: aware UTC now. on_change: called from the spool's thread with each new status; it must
    return at once. pulses: who remembers drawer openings; without it none is ever sent.
    """

    def __init__(
        self,
        printer: Printer,
        store: JobStore,
        *,
        clock: Callable[[], datetime],
        on_change: Callable[[SpoolStatus], None] = lambda _status: None,
        pulses: PulseLedger | None = None,
        retry_first_s: float = _RETRY_FIRST_S,
    ) -> None:
        self._printer = printer
        self._store = store
        self._clock = clock
        self._on_change = on_change
        self._ledger = pulses
        self._retry_first_s = retry_first_s
        self._retry_s = retry_first_s
        self._held_for: Trouble | None = None
        self._condition = Condition()
        self._is_stopping = False
        self._is_woken = False
        self._pulses: deque[_PulseRequest] = deque()
        self._status = SpoolStatus(PrinterStatus(Connection.UNKNOWN))
        self._asked_monotonic_s = 0.0
        if isinstance(printer, Watched):
            printer.on_status = self._hear
        self._thread = Thread(target=self._run, name="print-spool", daemon=True)

    # Called from any thread

    def start(self) -> None:
        """Start printing."""
        self._thread.start()

    def stop(self, timeout_s: float = _STOP_WAIT_S) -> bool:
        """Finish the job at hand and stop. Result: whether the thread has ended in time."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """Say that a job was stored. Cheap; never waits for the printer."""
        with self._condition:
            self._is_woken = True
            self._condition.notify_all()

    def pulse(self, pulse_id: str, pulse: Pulse) -> bool:
        """Ask for the drawer or the buzzer, for one event of the journal.

        It happens within seconds or never, and once at most. Result: False when too many wait.
        """
        with self._condition:
            if len(self._pulses) >= _PULSES_MAX:
                return False
            self._pulses.append(_PulseRequest(pulse_id, pulse, monotonic()))
            self._condition.notify_all()
        return True

    def status(self) -> SpoolStatus:
        """Return how printing goes, as last known."""
        return self._status

    # The spool's thread

    def _run(self) -> None:
        self._publish(is_running=True)
        pause_s = 0.0
        is_recovered = False
        while not self._wait(pause_s):
            try:
                if not is_recovered:
                    self._recover()
                    is_recovered = True
                self._send_pulses()
                pause_s = self._print_next()
            except SpoolClosedError:
                break
            except Exception as error:  # noqa: BLE001  a fault here must not end printing for the day
                _log.exception("print spool: fault, trying again in %s s", _RETRY_MAX_S)
                self._publish(text=f"{type(error).__name__}: {error}", troubles=(Trouble.ERROR,))
                pause_s = _RETRY_MAX_S
        self._printer.close()
        self._publish(is_running=False)

    def _wait(self, pause_s: float) -> bool:
        """Wait for work, at most so long; while a printer is held, a new job does not hurry it.

        Result: whether to stop.
        """
        ends = monotonic() + pause_s
        is_held = bool(self._status.troubles)
        with self._condition:
            while not self._is_stopping and not self._pulses:
                left_s = ends - monotonic()
                if left_s <= 0 or (self._is_woken and not is_held):
                    break
                self._condition.wait(left_s)
            self._is_woken = False
            return self._is_stopping

    def _recover(self) -> None:
        """Face the jobs that a power cut caught between first byte and fence."""
        for job in self._store.interrupted_jobs():
            if job.state is JobState.SENDING:
                self._move(job, JobSignal.LOST_SIGHT, attempt=job.attempt, reason="restart")
            self._retry_or_ask(job, attempt=job.attempt, trouble=None)

    def _print_next(self) -> float:
        """Print the oldest job. Result: seconds to pause when nothing else happens."""
        job = self._store.next_job()
        if job is None:
            self._look_at_printer()
            return _IDLE_STATUS_S
        try:
            document = decode_document(job.document)
        except DocumentError as error:
            _log.error("print job %s set aside: %s", job.id, error)
            self._move(job, JobSignal.UNPRINTABLE, attempt=job.attempt, reason=str(error))
            return 0.0
        policy = policy_of(document)
        if policy.is_over(queued_at=job.queued_at, now=self._clock()):
            self._move(job, JobSignal.TOO_OLD, attempt=job.attempt, reason="too old")
            self._publish(expired_count=self._status.expired_count + 1)
            return 0.0
        hindrance = self._hindrance() if self._status.troubles else None
        if hindrance is not None:
            return self._hold(job, hindrance, self._status.printer.text)
        return self._attempt(job, PrintJob(job.id, document, job.attempt + 1, job.duplicate_no))

    def _attempt(self, job: StoredJob, print_job: PrintJob) -> float:
        if not self._printer.is_repeatable:
            self._move(job, JobSignal.PICKED, attempt=print_job.attempt)
            job = replace(job, state=JobState.SENDING)
        self._publish(job_id=job.id)
        result = self._printer.print_document(print_job)
        return self._settle(job, print_job, result)

    def _settle(self, job: StoredJob, print_job: PrintJob, result: PrintResult) -> float:
        """Store what became of an attempt. Result: seconds to pause."""
        trouble = result.trouble
        match result.outcome:
            case Outcome.DONE:
                self._move(job, JobSignal.PRINTED, attempt=print_job.attempt)
                self._clear(done_count=self._status.done_count + 1)
                return 0.0
            case Outcome.BLOCKED:
                return self._hold(job, trouble or Trouble.ERROR, result.text)
            case Outcome.REJECTED:
                _log.error("print job %s set aside: %s", job.id, result.text)
                self._move(job, JobSignal.UNPRINTABLE, attempt=job.attempt, reason=result.text)
                return 0.0
            case Outcome.UNCERTAIN:
                reason = trouble.value if trouble else result.text
                self._move(job, JobSignal.LOST_SIGHT, attempt=print_job.attempt, reason=reason)
                self._clear(uncertain_count=self._status.uncertain_count + 1)
                self._retry_or_ask(job, attempt=print_job.attempt, trouble=trouble)
                return 0.0
            case _:
                assert_never(result.outcome)

    def _retry_or_ask(self, job: StoredJob, *, attempt: int, trouble: Trouble | None) -> None:
        """Queue an uncertain job again, once, where a second paper does no harm.

        A printer that never proves anything gets no second attempt: all its papers would be two.
        """
        try:
            policy = policy_of(decode_document(job.document))
        except DocumentError:
            return
        is_harmless = policy.repeat is Repeat.AT_LEAST_ONCE and trouble is not Trouble.NO_FENCE
        if is_harmless and attempt < ATTEMPTS_BY_ITSELF:
            uncertain = replace(job, state=JobState.UNCERTAIN)
            self._move(uncertain, JobSignal.RETRIED, attempt=attempt)

    def _hold(self, job: StoredJob, trouble: Trouble, text: str) -> float:
        """Keep a job for later. Result: seconds to pause, longer each time."""
        if job.state is not JobState.BLOCKED:
            self._move(job, JobSignal.HELD, attempt=job.attempt, reason=trouble.value)
        if self._held_for is not trouble and not self._is_stopping:
            _log.warning("printer %s holds: %s %s", self._printer.url, trouble, text)
            self._held_for = trouble
            self._retry_s = self._retry_first_s
        self._publish(troubles=(trouble,), text=text, job_id="")
        pause_s = self._retry_s
        self._retry_s = min(2 * self._retry_s, _RETRY_MAX_S)
        return pause_s

    def _clear(self, **counts: int) -> None:
        """Note that the printer prints."""
        if self._held_for is not None:
            _log.warning("printer %s prints again", self._printer.url)
            self._held_for = None
        self._retry_s = self._retry_first_s
        self._publish(troubles=(), text="", job_id="", **counts)

    def _hear(self, status: PrinterStatus) -> None:
        """Pass on what a printer says in the middle of a job."""
        hindrance = status.hindrance
        self._publish(printer=status, troubles=() if hindrance is None else (hindrance,))

    def _hindrance(self) -> Trouble | None:
        """Ask a printer that held before; one that cannot say gets the benefit of the doubt."""
        status = self._printer.status()
        self._publish(printer=status)
        return status.hindrance

    def _look_at_printer(self) -> None:
        """Ask an idle printer how it is, now and then, so that the screen knows of the paper."""
        now = monotonic()
        if self._asked_monotonic_s and now - self._asked_monotonic_s < _IDLE_STATUS_S / 2:
            return
        self._asked_monotonic_s = now
        status = self._printer.status()
        self._publish(printer=status, troubles=(), text=status.text)

    def _send_pulses(self) -> None:
        while True:
            with self._condition:
                request = self._pulses.popleft() if self._pulses else None
            if request is None:
                return
            age_s = monotonic() - request.asked_monotonic_s
            if age_s > PULSE_LIFE_S or self._ledger is None:
                _log.warning("%s %s not sent: %.1f s old", request.pulse, request.id, age_s)
            elif self._ledger.claim_pulse(request.id, request.pulse):
                result = self._printer.pulse(request.pulse)
                _log.info("%s %s: %s %s", request.pulse, request.id, result.outcome, result.text)

    def _move(self, job: StoredJob, signal: JobSignal, *, attempt: int, reason: str = "") -> None:
        self._store.mark(job.id, next_state(job.state, signal), attempt, reason)

    def _publish(self, **changes: Any) -> None:  # noqa: ANN401  fields of SpoolStatus
        changed = replace(self._status, **changes)
        if changed != self._status:
            self._status = changed
            self._on_change(changed)
