"""Serving the page that asks for the code, until the terminal is enrolled or is told to stop."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from sync.identity import Identity
from terminal.board import Board
from terminal.clock import SystemClock
from terminal.enrol_desk import EnrolDesk
from terminal.notify import Watchdog
from terminal.web.sockets import LOOPBACK_NAMES, Listen, bind_tcp, bind_unix, parse_listen

_SHOWN_S = 1.0
"""How long the good news is left on the screen before the till's own page takes its place."""
_NS_PER_S = 1_000_000_000
_LOOK_S = 1.0
"""How often it looks whether a command has enrolled the terminal meanwhile."""


class EnrolServer:
    """Both doors of a terminal that is not enrolled.

    listen: `HOST:PORT`. socket_path: for commands. central: the centre in the settings.
    """

    def __init__(
        self, *, listen: str, socket_path: Path, central: str | None, language: str
    ) -> None:
        self._listen = parse_listen(listen, is_network_allowed=False)
        self._socket_path = socket_path
        self._language = language
        self._identity: Identity | None = None
        self._ended = threading.Event()
        self._desk = EnrolDesk(socket_path.parent, central=central, on_enrolled=self._enrolled)

    @property
    def address(self) -> str:
        """The address of the page; its port is known once it serves."""
        return f"http://{self._listen.netloc}/"

    def stop(self) -> None:
        """End `run`. Any thread or signal handler may call it."""
        self._ended.set()

    def run(self, on_ready: Callable[[str], None]) -> Identity | None:
        """Serve until a code was good, or until `stop`; return who the terminal is then.

        on_ready: told the page's address. Raises WebAddressError.
        """
        self._socket_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        door = bind_tcp(self._listen)
        self._listen = Listen(host=self._listen.host, port=door.getsockname()[1])
        commands = bind_unix(self._socket_path)
        try:
            asyncio.run(self._serve(door, commands, on_ready))
        finally:
            door.close()
            commands.close()
            with contextlib.suppress(OSError):
                self._socket_path.unlink()
        return self._identity

    def _enrolled(self, identity: Identity) -> None:
        self._identity = identity
        threading.Timer(_SHOWN_S, self.stop).start()

    async def _serve(
        self, door: socket.socket, commands: socket.socket, on_ready: Callable[[str], None]
    ) -> None:
        from terminal.web.enrol_app import (  # noqa: PLC0415  loads slowly
            enrol_command_app,
            enrol_page_app,
        )
        from terminal.web.listener import Door, Listener  # noqa: PLC0415
        from terminal.web.stream import Stream  # noqa: PLC0415

        stream = Stream(Board("enrolment"), now=SystemClock().now)
        page = enrol_page_app(
            self._desk,
            language=self._language,
            hosts=LOOPBACK_NAMES | {self._listen.host},
            is_closing=self._ended.is_set,
        )
        asked = enrol_command_app(
            self._desk, address=lambda: self.address, is_closing=self._ended.is_set
        )
        listener = Listener([Door(door, page), Door(commands, asked)], stream)
        serving = asyncio.ensure_future(listener.serve())
        on_ready(self.address)
        # Should the doors fail, nobody waits for a code that cannot come.
        serving.add_done_callback(lambda _: self.stop())
        await self._wait()
        listener.stop()
        await serving

    async def _wait(self) -> None:
        """Wait until the end. systemd is told from this loop, which serves the page."""
        watchdog, loop = Watchdog(), asyncio.get_running_loop()
        while not self._ended.is_set():
            watchdog.pat(round(loop.time() * _NS_PER_S))
            self._desk.look()
            await asyncio.to_thread(self._ended.wait, _LOOK_S)
