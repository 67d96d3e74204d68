"""A real printer: one job, one conversation, and an honest end.

    open → drain → DLE EOT 1 2 4 → automatic status on → (held?) → the document in small parts,
    reading meanwhile → fence → half-close, drain, close

`done` needs the fence's answer. A document whose first byte was never sent is `blocked`; everything
in between is `uncertain`. Deadlines count from the last progress, and paper or cover trouble in
mid-job is waited for, since the printer goes on by itself once it is mended.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from core.report import Report, ReportKind
from printer.base import (
    DONE,
    Connection,
    Outcome,
    PrinterStatus,
    PrintJob,
    PrintResult,
    Pulse,
    Trouble,
)
from printer.drawer import pulse_bytes
from printer.errors import ComposerMissingError, LineLostError, PrinterError
from printer.line import Line, Transport
from printer.probe import ANSWER_S, Findings, probe
from printer.profile import Fence, PrinterProfile
from printer.status import PaperSensor, ProcessNumber, Reply, ReplyParser, StatusBoard

_PART_BYTES: Final = 512
_DRAIN_S: Final = 0.05
_STEP_S: Final = 0.05
_STATUS_KINDS: Final = (1, 2, 4)
_AUTOMATIC_ON: Final = b"\x1da\x0f"
_FENCE_STATUS: Final = b"\x1dr\x01"
_FENCE_ID: Final = b"\x1d(H\x06\x0000"
_FILLER_TEXT: Final = 512
_FILLER_PICTURE: Final = 8192
_MARK_DIGITS: Final = 94
_MARK_FIRST: Final = 0x21


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a printer is waited for, in seconds.

    progress_s: with nothing happening, before its job is given up as uncertain. hold_max_s: with
    paper or cover trouble in mid-job. answer_s: for its status. goodbye_s, drain_s: for its end of
    the connection, after a job that is over and after one that is not.
    slowest_bytes_per_s: what the slowest printer prints; a fence is given that much longer.
    """

    progress_s: float = 5.0
    hold_max_s: float = 120.0
    answer_s: float = 1.0
    goodbye_s: float = 0.3
    drain_s: float = 2.0
    slowest_bytes_per_s: int = 400


USUAL: Final = Patience()


def _compose_here(job: PrintJob, profile: PrinterProfile) -> bytes:
    from printer.encode import encode_job  # noqa: PLC0415  a daemon has papers composed elsewhere

    return encode_job(job, profile)


class DevicePrinter:
    """A printer behind a transport. `on_status` hears of changes in the middle of a job.

    compose: makes a job's bytes; a daemon sets one that works in a process beside it.
    """

    is_repeatable = False

    def __init__(
        self, transport: Transport, profile: PrinterProfile, *, patience: Patience = USUAL
    ) -> None:
        self.profile = profile
        self.on_status: Callable[[PrinterStatus], None] = lambda _status: None
        self.compose: Callable[[PrintJob, PrinterProfile], bytes] = _compose_here
        self._transport = transport
        self._is_torn = True  # what the printer received before this start, nobody knows
        self._patience = patience
        self._is_closed = False

    @property
    def url(self) -> str:
        """The address it was opened by."""
        return self._transport.url

    def print_document(self, job: PrintJob) -> PrintResult:
        """Print one document and wait for the proof that it is on paper."""
        try:
            document = self.compose(job, self.profile)
        except ComposerMissingError as error:
            return PrintResult(Outcome.BLOCKED, Trouble.COMPOSER, str(error))
        except PrinterError as error:
            return PrintResult(Outcome.REJECTED, Trouble.DOCUMENT, str(error))
        if self._is_torn:
            document = _filler(self.profile) + document
        needs_much_paper = isinstance(job.document, Report) and job.document.kind is ReportKind.Z
        result = self._with_line(
            lambda talk: talk.print(
                document,
                mark=fence_mark(job),
                needs_much_paper=needs_much_paper,
                extra_s=len(document) / self._patience.slowest_bytes_per_s,
            )
        )
        if result.outcome is not Outcome.BLOCKED:
            self._is_torn = result.outcome is Outcome.UNCERTAIN
        return result

    def find_out(self, *, answer_s: float = ANSWER_S) -> Findings:
        """Ask the printer what it can do, and go by that. Raises LineLostError."""
        line = self._transport.open()
        try:
            findings = probe(line, base=self.profile, answer_s=answer_s)
        finally:
            line.finish(wait_s=self._patience.goodbye_s)
        self.profile = findings.profile
        return findings

    def pulse(self, pulse: Pulse) -> PrintResult:
        """Open the drawer or sound the buzzer, unless the printer would do it later."""
        return self._with_line(lambda talk: talk.send_pulse(pulse_bytes(pulse, self.profile)))

    def status(self) -> PrinterStatus:
        """Ask the printer how it is."""
        try:
            line = self._transport.open()
        except LineLostError as error:
            return PrinterStatus(
                Connection.OFFLINE, troubles=(Trouble.UNREACHABLE,), text=str(error)
            )
        try:
            return self._talk(line).ask_status()
        except LineLostError as error:
            return PrinterStatus(
                Connection.OFFLINE, troubles=(Trouble.UNREACHABLE,), text=str(error)
            )
        finally:
            line.finish(wait_s=self._patience.goodbye_s)

    def close(self) -> None:
        """Give up the job at hand; between jobs nothing is open."""
        self._is_closed = True

    def _with_line(self, act: Callable[["_Conversation"], PrintResult]) -> PrintResult:
        if self._is_closed:
            return PrintResult(Outcome.BLOCKED, Trouble.OFFLINE, "the terminal is stopping")
        try:
            line = self._transport.open()
        except LineLostError as error:
            return PrintResult(Outcome.BLOCKED, Trouble.UNREACHABLE, str(error))
        result = PrintResult(Outcome.UNCERTAIN)
        try:
            result = act(self._talk(line))
        finally:
            is_over = result.outcome is not Outcome.UNCERTAIN or self._is_closed
            line.finish(wait_s=self._patience.goodbye_s if is_over else self._patience.drain_s)
        return result

    def _talk(self, line: Line) -> "_Conversation":
        return _Conversation(
            line,
            self.profile,
            patience=self._patience,
            on_status=self.on_status,
            is_closed=lambda: self._is_closed,
        )


def _filler(profile: PrinterProfile) -> bytes:
    """Return the NULs that complete a command which an earlier job may have left torn.

    Text commands want a few bytes, a stored QR code some hundred, a picture thousands.
    """
    has_pictures = profile.logo or not profile.has_native_qr
    return bytes(_FILLER_PICTURE if has_pictures else _FILLER_TEXT)


def fence_mark(job: PrintJob) -> bytes:
    """Return the four characters that stand for an attempt at a job in the fence."""
    number = zlib.crc32(f"{job.id} {job.attempt} {job.duplicate_no}".encode())
    digits = bytearray()
    for _ in range(4):
        number, digit = divmod(number, _MARK_DIGITS)
        digits.append(_MARK_FIRST + digit)
    return bytes(digits)


class _Conversation:
    """One open line, and what the printer has said on it."""

    def __init__(
        self,
        line: Line,
        profile: PrinterProfile,
        *,
        patience: Patience,
        on_status: Callable[[PrinterStatus], None],
        is_closed: Callable[[], bool],
    ) -> None:
        self._line = line
        self._is_closed = is_closed
        self._profile = profile
        self._patience = patience
        self._on_status = on_status
        self._parser = ReplyParser()
        self._board = StatusBoard()
        self._sent_bytes = 0
        self._told = self._board.status()

    def print(
        self, document: bytes, *, mark: bytes, needs_much_paper: bool, extra_s: float
    ) -> PrintResult:
        """Send a document and wait for its fence; extra_s: what a slow printer needs for it."""
        try:
            held = self._prepare(needs_much_paper=needs_much_paper)
            if held is not None:
                return held
            stalled = self._send(document)
            if stalled is not None:
                return stalled
            return self._wait_for_fence(mark, patience_s=self._patience.progress_s + extra_s)
        except LineLostError as error:
            outcome = Outcome.UNCERTAIN if self._sent_bytes else Outcome.BLOCKED
            return PrintResult(outcome, Trouble.UNREACHABLE, str(error))

    def send_pulse(self, command: bytes) -> PrintResult:
        """Send a pulse to a printer that is ready; one that is not would send it late."""
        try:
            held = self._prepare(needs_much_paper=False)
            if held is not None:
                return held
            return self._send(command) or DONE
        except LineLostError as error:
            outcome = Outcome.UNCERTAIN if self._sent_bytes else Outcome.BLOCKED
            return PrintResult(outcome, Trouble.UNREACHABLE, str(error))

    def ask_status(self) -> PrinterStatus:
        """Return what the printer says now; raises LineLostError."""
        self._listen(_DRAIN_S)
        if not self._profile.has_status:
            return PrinterStatus(Connection.UNKNOWN, text="this printer says nothing of itself")
        if not self._ask():
            return PrinterStatus(
                Connection.UNKNOWN, troubles=(Trouble.NO_ANSWER,), text="it does not answer"
            )
        return self._board.status()

    def _prepare(self, *, needs_much_paper: bool) -> PrintResult | None:
        """Make sure the printer would print; None when it would."""
        self._listen(_DRAIN_S)
        if not self._profile.has_status:
            return None
        if not self._ask():
            message = "the printer does not answer; switch it off and on"
            return PrintResult(Outcome.BLOCKED, Trouble.NO_ANSWER, message)
        status = self._board.status()
        if status.hindrance is not None:
            return PrintResult(Outcome.BLOCKED, status.hindrance, "the printer holds")
        if needs_much_paper and status.is_paper_low:
            message = "a closing report needs more paper than is left; change the roll"
            return PrintResult(Outcome.BLOCKED, Trouble.PAPER_NEAR_END, message)
        self._write_whole(_AUTOMATIC_ON)
        return None

    def _ask(self) -> bool:
        """Ask for the real-time status. Result: whether all of it was answered in time."""
        for n in _STATUS_KINDS:
            self._parser.expect(n)
            self._write_whole(b"\x10\x04" + bytes([n]))
        ends = monotonic() + self._patience.answer_s
        while self._parser.is_waiting and monotonic() < ends:
            self._listen(_STEP_S)
        return not self._parser.is_waiting

    def _send(self, document: bytes) -> PrintResult | None:
        """Send a document in small parts; None when all of it is sent."""
        pace = _Pace(self._patience.progress_s, self._patience.hold_max_s)
        while self._sent_bytes < len(document):
            part = document[self._sent_bytes : self._sent_bytes + _PART_BYTES]
            taken = self._line.write_some(part, wait_s=_STEP_S)
            self._sent_bytes += taken
            replies = self._listen(0.0)
            if taken or replies:
                pace.advance()
            given_up = self._given_up(pace)
            if given_up is not None:
                return given_up
        return None

    def _wait_for_fence(self, mark: bytes, *, patience_s: float) -> PrintResult:
        """Ask whether all is printed, and wait for the answer."""
        match self._profile.fence:
            case Fence.NONE:
                message = "this printer cannot prove that it printed"
                return PrintResult(Outcome.UNCERTAIN, Trouble.NO_FENCE, message)
            case Fence.ID:
                self._write_whole(_FENCE_ID + mark)
            case Fence.STATUS:
                self._write_whole(_FENCE_STATUS)
        pace = _Pace(patience_s, self._patience.hold_max_s)
        while True:
            if any(self._is_fence(reply, mark) for reply in self._listen(_STEP_S)):
                return DONE
            given_up = self._given_up(pace)
            if given_up is not None:
                return given_up

    def _is_fence(self, reply: Reply, mark: bytes) -> bool:
        if self._profile.fence is Fence.ID:
            return reply == ProcessNumber(mark)
        return isinstance(reply, PaperSensor)

    def _given_up(self, pace: "_Pace") -> PrintResult | None:
        """Whether to stop waiting: soon without a reason, later with paper or cover trouble.

        At once when the terminal stops: what then became of the paper, a person is asked.
        """
        hindrance = self._board.status().hindrance
        if not (self._is_closed() or pace.is_over(is_held=hindrance is not None)):
            return None
        if not self._sent_bytes:
            message = "the printer takes nothing; switch it off and on"
            return PrintResult(Outcome.BLOCKED, hindrance or Trouble.NO_ANSWER, message)
        message = "the printer stopped in the middle, or did not prove that it printed"
        return PrintResult(Outcome.UNCERTAIN, hindrance or Trouble.NO_ANSWER, message)

    def _write_whole(self, command: bytes) -> None:
        """Send a short command; raises LineLostError when the line takes none of it in time."""
        ends = monotonic() + self._patience.progress_s
        while command:
            command = command[self._line.write_some(command, wait_s=_STEP_S) :]
            if command and monotonic() > ends:
                raise LineLostError("the printer takes no more bytes")

    def _listen(self, wait_s: float) -> list[Reply]:
        replies = self._parser.feed(self._line.read_some(wait_s=wait_s))
        self._board.take(replies)
        status = self._board.status()
        if replies and status != self._told:
            self._told = status
            self._on_status(status)
        return replies


class _Pace:
    """Counts the time since the last progress, and the time a printer holds, separately."""

    def __init__(self, progress_s: float, hold_max_s: float) -> None:
        self._progress_s = progress_s
        self._hold_max_s = hold_max_s
        self._since = monotonic()
        self._held_since: float | None = None

    def advance(self) -> None:
        """Note progress."""
        self._since = monotonic()

    def is_over(self, *, is_held: bool) -> bool:
        """Whether to give up now."""
        now = monotonic()
        if not is_held:
            if self._held_since is not None:
                self._held_since = None
                self._since = now
            return now - self._since > self._progress_s
        if self._held_since is None:
            self._held_since = now
        return now - self._held_since > self._hold_max_s
