"""Starting this very process again, when SIGHUP asks for it.

The daemon then stops in order, reads its settings, and comes up anew under the same number, as
`refectory apply` asks where no systemd keeps it. Settings that do not let it start end no service
that ran: it says why and tries again each second, as systemd would, until it finds better ones.
"""

import argparse
import os
import select
import signal
import sys
from collections.abc import Callable
from threading import Event
from types import FrameType
from typing import NoReturn

from cli.output import CommandError, complain

_MARK = "REFECTORY_STARTED_AGAIN"
_REST_S = 1.0


class Again:
    """Whether this process is to start again once its work has ended."""

    def __init__(self) -> None:
        self._is_asked = False
        self._before: Callable[[], None] = lambda: None

    def listen(self, stop: Callable[[], None], *, before_again: Callable[[], None]) -> None:
        """Have SIGHUP end the work by `stop`, and start it again.

        before_again: called at the very end, to write out what is still held back.
        """
        self._before = before_again

        def hear(_signal: int, _frame: FrameType | None) -> None:
            self._is_asked = True
            stop()

        signal.signal(signal.SIGHUP, hear)

    def ask(self) -> None:
        """Have the work be started again once it has ended."""
        self._is_asked = True

    def run(self, parsed: argparse.Namespace, work: Callable[[], int]) -> int:
        """Do the work; start it again when that was asked, or when it was and did not succeed."""
        try:
            code = work()
        except CommandError as error:
            if _MARK not in os.environ:
                raise
            complain(f"refectory terminal: {error}; trying again until the settings let it start")
            if not _rest(is_fed=parsed.until_stdin_closes):
                raise
            self._start()
        if self._is_asked:
            self._start()
        return code

    def _start(self) -> NoReturn:
        # Until the new program listens, a second SIGHUP must not end it.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._before()
        sys.stdout.flush()
        os.environ[_MARK] = "1"
        words = [sys.executable, *sys.orig_argv[1:]]
        os.execv(sys.executable, words)  # noqa: S606  this very program


def _rest(*, is_fed: bool) -> bool:
    """Wait a moment. Result: False when whoever started this process is gone."""
    if not is_fed:
        Event().wait(_REST_S)
        return True
    ready, _, _ = select.select([sys.stdin], [], [], _REST_S)
    return not ready or bool(os.read(sys.stdin.fileno(), 4096))
