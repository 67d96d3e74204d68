"""The wire to a printer: bytes out, bytes back, every wait with an end.

A line is opened for one job and finished after it: the peer is told that no more will come, and is
read until it hangs up. Closing with unread status bytes would make the kernel reset a connection
and throw away the end of the receipt.
"""

import errno
import os
import select
from collections.abc import Callable
from time import monotonic
from typing import Final, Protocol

from printer.errors import LineLostError

_READ_BYTES: Final = 4096


class Line(Protocol):
    """An open connection to one printer."""

    def write_some(self, part: bytes, *, wait_s: float) -> int:
        """Send a part, as far as the line takes it now. Result: bytes taken, 0 when it waits.

        Raises LineLostError when the connection is gone.
        """
        ...

    def read_some(self, *, wait_s: float) -> bytes:
        """Return what the printer has sent; empty when it says nothing within the wait.

        Raises LineLostError when the connection is gone.
        """
        ...

    def finish(self, *, wait_s: float) -> None:
        """Let the last byte through, wait at most so long for the peer, and close.

        Raises nothing.
        """
        ...


class Transport(Protocol):
    """A way to reach one printer."""

    @property
    def url(self) -> str:
        """The address, without secrets."""
        ...

    def open(self) -> Line:
        """Return an open line. Raises LineLostError when the printer cannot be reached."""
        ...


class DescriptorLine:
    """A line over a file descriptor that does not block: a socket, a serial port, a device.

    shut: what says to the peer that no more will come; for a socket its half-close. close: what
    lets go of the descriptor. can_read: false for a device that cannot answer.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        close: Callable[[], None],
        shut: Callable[[], None] | None = None,
        can_read: bool = True,
    ) -> None:
        self._descriptor = descriptor
        self._close = close
        self._shut = shut
        self._can_read = can_read

    def write_some(self, part: bytes, *, wait_s: float) -> int:
        """Send a part, as far as the line takes it now."""
        try:
            _readable, writable, _ = select.select([], [self._descriptor], [], wait_s)
            return os.write(self._descriptor, part) if writable else 0
        except BlockingIOError:
            return 0
        except OSError as error:
            raise LineLostError(_reason(error)) from error

    def read_some(self, *, wait_s: float) -> bytes:
        """Return what the printer has sent."""
        if not self._can_read:
            return b""
        try:
            readable, _, _ = select.select([self._descriptor], [], [], wait_s)
            if not readable:
                return b""
            received = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            if error.errno in {errno.EINVAL, errno.EBADF}:
                self._can_read = False
                return b""
            raise LineLostError(_reason(error)) from error
        if not received and self._shut is not None:
            raise LineLostError("the printer closed the connection")
        self._can_read = bool(received)
        return received

    def finish(self, *, wait_s: float) -> None:
        """Say that no more will come, read until the peer hangs up, and close."""
        try:
            if self._shut is not None:
                self._shut()
                ends = monotonic() + wait_s
                while monotonic() < ends:
                    self.read_some(wait_s=max(0.0, ends - monotonic()))
        except (LineLostError, OSError):
            pass  # the peer hung up: what it was asked to do
        finally:
            self._close()


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
