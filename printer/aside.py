"""Composing in a process beside the daemon, which ends when nothing has been printed for a while.

python-escpos and Pillow cost 11 MB and are needed for a second at a time. Here they are loaded by a
child that answers one question after the other on its standard input and output, and leaves by
itself; a till at rest does not carry them. Both ends are this module: what travels is a length of
four bytes and a pickle, between a parent and the child that it started, and nobody else.

The child holds no state. When it is gone, whatever the reason, the next document starts another.
"""

import os
import pickle
import select
import struct
import subprocess
import sys
from contextlib import suppress
from threading import Lock
from typing import IO, Final

from printer.base import PrintJob
from printer.errors import ComposerMissingError, PrinterError
from printer.profile import PrinterProfile

IDLE_S: Final = 60.0
_ANSWER_S: Final = 60.0
_LENGTH: Final = struct.Struct(">I")
_STARTS_MAX: Final = 2


class ComposerAside:
    """`encode_job` in another process. One thread at a time may compose; any may close.

    idle_s: how long the child stays after its last document.
    """

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._child: subprocess.Popen[bytes] | None = None
        self._changing = Lock()
        self._is_closed = False

    def compose(self, job: PrintJob, profile: PrinterProfile) -> bytes:
        """Return the bytes that print one attempt at a job.

        Raises what `encode_job` raises, and ComposerMissingError when there is no child to ask.
        """
        question = pickle.dumps((job, profile))
        for _ in range(_STARTS_MAX):
            # A child that has just left for idleness is found out by the first write or read; one
            # that another thread has just ended, by a channel that is closed (ValueError).
            with suppress(OSError, EOFError, ValueError):
                return _result(self._ask(question))
            self._end_child()
            if self._is_closed:
                raise ComposerMissingError("no paper is composed any more: the terminal stops")
        message = "the process that composes papers ends at once; see the log, and free memory"
        raise ComposerMissingError(message)

    def close(self) -> None:
        """End the child, if there is one, for good; what it was composing fails at once."""
        with self._changing:
            self._is_closed = True
        self._end_child()

    @property
    def pid(self) -> int | None:
        """The child's number; None while nobody is there."""
        child = self._child
        return None if child is None or child.poll() is not None else child.pid

    def _end_child(self) -> None:
        with self._changing:
            child, self._child = self._child, None
        if child is None:
            return
        # First the process: a thread that reads from it holds its channel until it is gone.
        child.kill()
        child.wait()
        for end in (child.stdin, child.stdout):
            if end is not None:
                with suppress(OSError):
                    end.close()

    def _ask(self, question: bytes) -> bytes:
        child = self._present_child()
        to_child, from_child = child.stdin, child.stdout
        assert to_child is not None, "it was started with a pipe"
        assert from_child is not None, "it was started with a pipe"
        _send(to_child, question)
        if not select.select([from_child], [], [], _ANSWER_S)[0]:
            raise EOFError
        return _receive(from_child)

    def _present_child(self) -> subprocess.Popen[bytes]:
        """Return the child, started where it has to be. Raises EOFError once it is closed."""
        with self._changing:
            if self._is_closed:
                raise EOFError
            if self._child is None:
                self._child = self._start()
            return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: no folder of this moment goes before the installed packages. A session of its own:
        # Ctrl-C at a terminal is the daemon's business.
        words = [sys.executable, "-P", "-m", "printer.aside", str(self._idle_s)]
        return subprocess.Popen(  # noqa: S603  ourselves
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )


def _result(answer: bytes) -> bytes:
    found = pickle.loads(answer)  # noqa: S301  from the child that we started, see above
    if isinstance(found, PrinterError):
        raise found
    assert isinstance(found, bytes), "an answer is bytes or an error"
    return found


def _send(channel: IO[bytes], content: bytes) -> None:
    channel.write(_LENGTH.pack(len(content)) + content)
    channel.flush()


def _receive(channel: IO[bytes]) -> bytes:
    """Return one message. Raises EOFError when the other end is gone."""
    head = channel.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = channel.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _answer(question: bytes) -> bytes | PrinterError:
    from printer.encode import encode_job  # noqa: PLC0415  the child's alone

    job, profile = pickle.loads(question)  # noqa: S301  from our parent
    try:
        return encode_job(job, profile)
    except PrinterError as error:
        return error


def serve(idle_s: float) -> None:
    """Be the child: answer until the parent is gone or asks for nothing any more."""
    from_parent, to_parent = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # A library that prints must not break the conversation: what it says goes to the log.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while select.select([from_parent], [], [], idle_s)[0]:
        try:
            question = _receive(from_parent)
        except EOFError:
            return
        _send(to_parent, pickle.dumps(_answer(question)))


if __name__ == "__main__":
    serve(float(sys.argv[1]))
