"""What `refectory terminal --await-enrolment` does first: ask for the code on the screen."""

import argparse
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from cli.output import CommandError, say, say_json

if TYPE_CHECKING:
    from cli.again import Again
    from config.settings import Settings
    from terminal.web.enrol_server import EnrolServer

_LOOK_AGAIN_S = 0.2


class NotEnrolledError(CommandError):
    """The terminal has no identity yet."""


def await_code(
    settings: "Settings",
    parsed: argparse.Namespace,
    again: "Again",
    *,
    before_again: Callable[[], None],
) -> bool:
    """Serve the page that asks for the code until one was good, or until a command enrolled it.

    before_again: called before the process starts anew, as SIGHUP asks. Result: False when it was
    told to stop before. Raises CommandError when the page cannot be served.
    """
    from terminal.files import SOCKET_NAME  # noqa: PLC0415  another layer loads late
    from terminal.notify import notify  # noqa: PLC0415
    from terminal.web.enrol_server import EnrolServer  # noqa: PLC0415
    from terminal.web.errors import WebError  # noqa: PLC0415

    def on_ready(address: str) -> None:
        # Ready for what it can do: systemd must not start it over and over for want of a code.
        notify("READY=1\nSTATUS=not enrolled: waiting for the code on the screen")
        if parsed.json:
            told = {"ready": False, "page": address, "data": str(settings.data), "pid": os.getpid()}
            say_json(told)
        else:
            say(f"not enrolled yet; type the code at {address}")

    try:
        server = EnrolServer(
            listen=settings.listen,
            socket_path=settings.data / SOCKET_NAME,
            central=settings.central,
            language=settings.language,
        )
        for stop_signal in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop_signal, lambda *_: server.stop())
        again.listen(server.stop, before_again=before_again)
        over = threading.Event()
        if parsed.until_stdin_closes:
            threading.Thread(target=_stop_at_end, args=(server, over), daemon=True).start()
        try:
            return server.run(on_ready) is not None
        finally:
            over.set()
    except WebError as error:
        raise CommandError(str(error)) from error


def _stop_at_end(server: "EnrolServer", over: threading.Event) -> None:
    """Stop when standard input ends; leave it to the next who reads it once the code was good."""
    while not over.is_set():
        ready, _, _ = select.select([sys.stdin], [], [], _LOOK_AGAIN_S)
        if ready and not os.read(sys.stdin.fileno(), 4096):
            server.stop()
            return
