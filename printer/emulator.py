"""A made-up receipt printer with faults on demand: `refectory printer emulate`, and the tests' rig.

It is the interpreter with a mouth: a bounded buffer, printing in order and at a set speed, status
in real time, fences answered only when everything before them is printed, and nothing printed
while the paper is out or the cover is open. It serves one sender at a time, like the real ones.
"""

import os
import select
import socket
import struct
import tty
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Condition, Thread
from time import monotonic
from typing import Final

from printer.events import (
    Buzz,
    CutPaper,
    Event,
    FenceAsked,
    Kick,
    Line,
    StatusAsked,
)
from printer.interpreter import Interpreter
from printer.profile import PICTURE, PrinterProfile

_BUFFER_BYTES: Final = 4096
_READ_BYTES: Final = 1024
_TICK_S: Final = 0.02
_XOFF: Final = b"\x13"
_REAL_TIME: Final = b"\x10\x04"
_ID_REPLY: Final = b"7\x22"
_MAKER: Final = b"_EPSON\x00"
_MODEL: Final = b"_TM-T88V\x00"


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, and after how many bytes. None: it does not.

    paper_out_after, cover_after: bytes printed. reset_after, hang_after, xoff_after: bytes
    received; a reset forgets what is not printed yet when `forgets` is set, as a power cycle does.
    bytes_per_s: printing speed. is_mute: never answers. has_id_fence, has_status_fence: which
    fences it knows. is_asb_unasked: sends automatic status before anybody asks for it.
    """

    paper_out_after: int | None = None
    cover_after: int | None = None
    reset_after: int | None = None
    forgets: bool = False
    hang_after: int | None = None
    xoff_after: int | None = None
    bytes_per_s: int | None = None
    is_mute: bool = False
    has_id_fence: bool = True
    has_status_fence: bool = True
    is_asb_unasked: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out so far. lines: the text of each; copies marked DUPLICATA are among them."""

    lines: tuple[str, ...]
    events: tuple[Event, ...]
    cuts: int
    kicks: int
    buzzes: int
    printed_bytes: int
    received_bytes: int
    connections: int


class Emulator:
    """A receipt printer made of code. Its faults can be changed while it runs."""

    def __init__(self, faults: Faults | None = None, *, profile: PrinterProfile = PICTURE) -> None:
        self._profile = profile
        self._faults = faults or Faults()
        self._condition = Condition()
        self._interpreter = Interpreter(profile, is_strict=False)
        self._buffer = bytearray()
        self._tail = b""
        self._events: list[Event] = []
        self._printed_bytes = 0
        self._received_bytes = 0
        self._connections = 0
        self._is_paper_out = False
        self._is_cover_open = False
        self._is_paper_low = False
        self._is_automatic = False
        self._allowance = 0.0
        self._allowed_at = monotonic()
        self._is_closing = False
        self._wants_reset = False
        self._reply: Callable[[bytes], None] = lambda _sent: None
        self._wake_out, self._wake_in = os.pipe()
        self._thread: Thread | None = None
        self._close_port: Callable[[], None] = lambda: None

    # What a person at the printer does

    def load_paper(self) -> None:
        """Put in a new roll and close the cover."""
        with self._condition:
            self._faults = _mended(self._faults)
            self._is_paper_out = self._is_cover_open = self._is_paper_low = False
            self._say_automatic()
        self._wake()

    def take_paper(self) -> None:
        """Take the roll out."""
        with self._condition:
            self._is_paper_out = True
            self._say_automatic()

    def open_cover(self) -> None:
        """Open the cover."""
        with self._condition:
            self._is_cover_open = True
            self._say_automatic()

    def run_low(self) -> None:
        """Let the near-end sensor see the core of the roll."""
        with self._condition:
            self._is_paper_low = True
            self._say_automatic()

    def power_cycle(self) -> None:
        """Switch off and on: forget what is not printed, drop the connection."""
        with self._condition:
            self._wants_reset = True
            self._forget()
        self._wake()

    def set_faults(self, faults: Faults) -> None:
        """Change what goes wrong; bytes count from the start."""
        with self._condition:
            self._faults = faults
        self._wake()

    # What came out

    def printed(self) -> Printed:
        """Return what came out so far."""
        with self._condition:
            events = tuple(self._events)
            return Printed(
                lines=tuple(event.text for event in events if isinstance(event, Line)),
                events=events,
                cuts=sum(isinstance(event, CutPaper) for event in events),
                kicks=sum(isinstance(event, Kick) for event in events),
                buzzes=sum(isinstance(event, Buzz) for event in events),
                printed_bytes=self._printed_bytes,
                received_bytes=self._received_bytes,
                connections=self._connections,
            )

    def wait_for(self, is_so: Callable[[Printed], bool], *, timeout_s: float) -> bool:
        """Wait until something came out. Result: whether it did in time."""
        ends = monotonic() + timeout_s
        while not is_so(self.printed()):
            with self._condition:
                left_s = ends - monotonic()
                if left_s <= 0:
                    return False
                self._condition.wait(min(left_s, _TICK_S))
        return True

    # Ports

    def listen(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve on a TCP port; return the address. port: 0 takes a free one."""
        server = socket.create_server((host, port), backlog=4)
        server.settimeout(0)
        bound = server.getsockname()[1]
        self._close_port = server.close
        self._start(lambda: self._serve_tcp(server))
        return f"tcp://{host}:{bound}"

    def open_pty(self) -> str:
        """Serve on a new pseudo-terminal; return the path of its other end."""
        master, slave = os.openpty()
        tty.setraw(slave)
        path = os.ttyname(slave)
        os.set_blocking(master, False)

        def close() -> None:
            os.close(master)
            os.close(slave)

        self._close_port = close
        self._start(lambda: self._serve_pty(master))
        return path

    def close(self) -> None:
        """Stop serving."""
        self._is_closing = True
        self._wake()
        if self._thread is not None:
            self._thread.join()
        self._close_port()
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _start(self, serve: Callable[[], None]) -> None:
        self._thread = Thread(target=serve, name="emulated-printer", daemon=True)
        self._thread.start()

    def _wake(self) -> None:
        os.write(self._wake_in, b"!")

    def _pause(self, descriptors: list[int]) -> list[int]:
        """Wait for bytes, for a person, or for the next tick; return which can be read."""
        readable, _, _ = select.select([*descriptors, self._wake_out], [], [], _TICK_S)
        if self._wake_out in readable:
            os.read(self._wake_out, _READ_BYTES)
        return [one for one in readable if one != self._wake_out]

    def _serve_tcp(self, server: socket.socket) -> None:
        while not self._is_closing:
            self._print_some()
            if not self._pause([server.fileno()]):
                continue
            connected, _peer = server.accept()
            with connected:
                self._serve_sender(connected)

    def _serve_sender(self, connected: socket.socket) -> None:
        connected.settimeout(0)
        descriptor = connected.fileno()
        self._begin(lambda sent: _send_quietly(descriptor, sent))
        is_open = True
        while not self._is_closing:
            readable = self._pause([descriptor] if is_open and self._has_room() else [])
            if self._take_reset():
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break
            if descriptor in readable:
                received = _receive(descriptor)
                is_open = bool(received)
                self._receive(received)
            self._print_some()
            if not is_open and (not self._buffer or self._is_held()):
                break
        self._end()

    def _serve_pty(self, master: int) -> None:
        self._begin(lambda sent: _send_quietly(master, sent))
        while not self._is_closing:
            readable = self._pause([master] if self._has_room() else [])
            self._take_reset()
            if master in readable:
                self._receive(_receive(master))
            self._print_some()
        self._end()

    def _begin(self, reply: Callable[[bytes], None]) -> None:
        with self._condition:
            self._connections += 1
            self._reply = reply
            self._is_automatic = self._faults.is_asb_unasked
            self._say_automatic()

    def _end(self) -> None:
        with self._condition:
            self._reply = lambda _sent: None
            self._is_automatic = False
            self._condition.notify_all()

    # Inside the printer

    def _has_room(self) -> bool:
        faults = self._faults
        is_hung = faults.hang_after is not None and self._received_bytes >= faults.hang_after
        return len(self._buffer) < _BUFFER_BYTES and not is_hung

    def _take_reset(self) -> bool:
        wants, self._wants_reset = self._wants_reset, False
        return wants

    def _receive(self, received: bytes) -> None:
        """Take bytes into the buffer; real-time commands are answered before any printing."""
        with self._condition:
            faults = self._faults
            before = self._received_bytes
            if faults.reset_after is not None and before < faults.reset_after <= before + len(
                received
            ):
                received = received[: faults.reset_after - before]
                self._wants_reset = True
            self._received_bytes += len(received)
            if faults.xoff_after is not None and before < faults.xoff_after <= self._received_bytes:
                self._reply(_XOFF)
            self._answer_real_time(received)
            self._buffer += received
            if self._wants_reset and faults.forgets:
                self._forget()

    def _answer_real_time(self, received: bytes) -> None:
        seen = self._tail + received
        start = 0
        while (found := seen.find(_REAL_TIME, start)) >= 0 and found + 2 < len(seen):
            self._answer(bytes([self._real_time_byte(seen[found + 2])]))
            start = found + 3
        self._tail = seen[max(start, len(seen) - 2) :]

    def _real_time_byte(self, n: int) -> int:
        is_stopped = self._is_paper_out or self._is_cover_open
        match n:
            case 1:
                return 0x12 | 0x08 * is_stopped
            case 2:
                return 0x12 | 0x04 * self._is_cover_open | 0x20 * self._is_paper_out
            case 4:
                return 0x12 | 0x0C * self._is_low() | 0x60 * self._is_paper_out
            case _:
                return 0x12

    def _is_low(self) -> bool:
        return self._is_paper_low or self._is_paper_out

    def _automatic_bytes(self) -> bytes:
        is_stopped = self._is_paper_out or self._is_cover_open
        first = 0x10 | 0x04 | 0x08 * is_stopped | 0x20 * self._is_cover_open
        third = 0x03 * self._is_low() | 0x0C * self._is_paper_out
        return bytes([first, 0x00, third, 0x0F])

    def _say_automatic(self) -> None:
        if self._is_automatic:
            self._answer(self._automatic_bytes())
        self._condition.notify_all()

    def _answer(self, sent: bytes) -> None:
        if not self._faults.is_mute:
            self._reply(sent)

    def _is_held(self) -> bool:
        faults = self._faults
        is_hung = faults.hang_after is not None and self._received_bytes >= faults.hang_after
        return self._is_paper_out or self._is_cover_open or is_hung

    def _forget(self) -> None:
        self._buffer.clear()
        self._tail = b""
        self._interpreter = Interpreter(self._profile, is_strict=False)

    def _print_some(self) -> None:
        """Print as much as paper, cover and speed allow."""
        with self._condition:
            while self._buffer and not self._is_held():
                count = self._printable_count()
                if count == 0:
                    break
                part = bytes(self._buffer[:count])
                del self._buffer[:count]
                self._printed_bytes += count
                for event in self._interpreter.feed(part):
                    self._execute(event)
                self._run_out()
            self._condition.notify_all()

    def _printable_count(self) -> int:
        ends = (self._faults.paper_out_after, self._faults.cover_after)
        limits = [len(self._buffer)]
        limits += [max(0, end - self._printed_bytes) for end in ends if end is not None]
        if self._faults.bytes_per_s is not None:
            now = monotonic()
            gained = (now - self._allowed_at) * self._faults.bytes_per_s
            self._allowance = min(self._allowance + gained, self._faults.bytes_per_s)
            self._allowed_at = now
            limits.append(int(self._allowance))
            self._allowance -= min(limits)
        return min(limits)

    def _run_out(self) -> None:
        faults = self._faults
        if faults.paper_out_after is not None and self._printed_bytes >= faults.paper_out_after:
            self._is_paper_out = True
            self._say_automatic()
        if faults.cover_after is not None and self._printed_bytes >= faults.cover_after:
            self._is_cover_open = True
            self._say_automatic()

    def _execute(self, event: Event) -> None:
        match event:
            case FenceAsked(kind="id", mark=mark):
                if self._faults.has_id_fence:
                    self._answer(_ID_REPLY + mark + b"\x00")
            case FenceAsked():
                if self._faults.has_status_fence:
                    self._answer(bytes([0x03 * self._is_low()]))
            case StatusAsked(kind="GS a", n=n):
                self._is_automatic = n != 0
                self._say_automatic()
            case StatusAsked(kind="GS I", n=n):
                self._answer(_MAKER if n == 0x42 else _MODEL)  # noqa: PLR2004  "B": the maker
            case StatusAsked():
                pass  # answered when it came in
            case _:
                self._events.append(event)


def _mended(faults: Faults) -> Faults:
    """Return the faults without those of paper and cover, which a person has mended."""
    return replace(faults, paper_out_after=None, cover_after=None)


def _receive(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _READ_BYTES)
    except OSError:
        return b""


def _send_quietly(descriptor: int, sent: bytes) -> None:
    """Send a reply; a sender that has gone does not hear it, as in life."""
    try:
        os.write(descriptor, sent)
    except OSError:
        return
