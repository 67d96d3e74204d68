"""The web server of a terminal: pages on loopback, commands on a Unix socket, one own thread.

It decides nothing: it passes commands to the terminal and shows what the board says. The libraries
it needs are loaded in its thread, so that the terminal is ready for taps before the screen is.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.board import Board
from terminal.ports import TerminalPort
from terminal.upkeep import Upkeep
from terminal.web.screen import Screen
from terminal.web.sessions import Sessions, cookie_name, load_key
from terminal.web.sockets import Listen, bind_tcp, bind_unix, parse_listen
from terminal.web.tls import Tls

if TYPE_CHECKING:
    import socket

    from terminal.web.listener import Listener
    from terminal.web.stream import Stream

_log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 2.0


class WebServer:
    """Serves a board and a terminal to browsers and to the command line.

    listen: `HOST:PORT`, port 0 for a free one. socket_path: where commands are taken, or None.
    now: the terminal's clock, which the screens go by.
    language: of the screens, until somebody chooses another. screen_mm: the staff screen's
    diagonal. token: opens the first session, once; `keeps_token`: as often as it is asked, as suits
    a demo. key_path: where the key of the sessions is kept, so that they outlive a restart.
    time_zone: the school's, by its IANA name. upkeep: what the technician's page tells beside the
    status. tls: without it only this machine is served; with it, enrolled devices of the network.
    """

    def __init__(
        self,
        *,
        listen: str,
        socket_path: Path | None,
        board: Board,
        terminal: TerminalPort,
        now: Callable[[], datetime],
        language: str,
        screen_mm: int,
        token: str | None = None,
        keeps_token: bool = False,
        key_path: Path | None = None,
        time_zone: str = "Europe/Brussels",
        tls: Tls | None = None,
        upkeep: Upkeep | None = None,
    ) -> None:
        self._listen = parse_listen(listen, is_network_allowed=tls is not None)
        self._tls = tls
        self._socket_path = socket_path
        self._board = board
        self._terminal = terminal
        self._now = now
        self._upkeep = upkeep
        self._screen = Screen(language=language, screen_mm=screen_mm, time_zone=time_zone)
        self._sessions = Sessions(load_key(key_path))
        # A device of the network stays enrolled; a browser on this machine is opened by its owner.
        self._sessions.outlives_browser = tls is not None
        if token is not None:
            admit = self._sessions.keep if keeps_token else self._sessions.admit_once
            admit(token)
        self._token = token if keeps_token else None
        self._doors: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        self._halt: Callable[[], None] | None = None
        self._stream: Stream | None = None
        self._lock = threading.Lock()
        self._is_stopping = False

    @property
    def address(self) -> str:
        """The address of the pages; its port is known once the server has started."""
        return f"{self._scheme}://{self._listen.netloc}"

    @property
    def _scheme(self) -> str:
        return "http" if self._tls is None else "https"

    @property
    def is_up(self) -> bool:
        """Whether the screens are served."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def viewer_count(self) -> int:
        """How many screens listen now."""
        return 0 if self._stream is None else self._stream.listener_count

    def launch_url(self) -> str:
        """Return an address that opens a session: with the kept token, or a new one for once."""
        return f"{self.address}/?token={self._token or self._sessions.mint()}"

    def start(self) -> None:
        """Bind both doors and serve them; connections are taken from now on.

        Raises WebAddressError.
        """
        page_door = bind_tcp(self._listen)
        self._doors = [page_door]
        self._listen = Listen(host=self._listen.host, port=page_door.getsockname()[1])
        self._sessions.cookie = cookie_name(self._listen.port)
        if self._socket_path is not None:
            try:
                self._doors.append(bind_unix(self._socket_path))
            except BaseException:
                page_door.close()
                raise
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End all streams and connections; returns within two seconds."""
        with self._lock:
            self._is_stopping = True
            if self._halt is not None:
                self._halt()
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S)
        if self._socket_path is not None and self._doors:
            self._socket_path.unlink(missing_ok=True)
        self._doors = []

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:  # noqa: BLE001  logged; the till goes on without its screens
            _log.exception("the screens are gone; restart the terminal to have them back")
        finally:
            for door in self._doors:
                door.close()

    async def _serve(self) -> None:
        listener = self._build()
        loop = asyncio.get_running_loop()

        def halt() -> None:
            # The loop may have ended by itself.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(listener.stop)

        with self._lock:
            if self._is_stopping:
                return
            self._halt = halt
        await listener.serve()

    def _build(self) -> "Listener":
        from terminal.web.app import (  # noqa: PLC0415  see the module's text
            command_app,
            page_app,
        )
        from terminal.web.listener import Door, Listener  # noqa: PLC0415
        from terminal.web.stream import Stream  # noqa: PLC0415

        stream = self._stream = Stream(self._board, now=self._now)
        page = page_app(
            stream=stream,
            terminal=self._terminal,
            sessions=self._sessions,
            screen=self._screen,
            host=self._listen.host,
            upkeep=self._upkeep,
            scheme=self._scheme,
        )
        apps = [page, command_app(stream=stream, terminal=self._terminal, launch=self.launch_url)]
        doors = [
            Door(door, app, tls)
            for door, app, tls in zip(self._doors, apps, (self._tls, None), strict=False)
        ]
        return Listener(doors, stream)
