"""uvicorn, held: both doors of the server in one event loop."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from terminal.web.stream import Stream
from terminal.web.tls import Tls
from terminal.web.uvicorn_alone import load_uvicorn

# Whole seconds, as uvicorn counts; a handler that still works then is told that we stop.
_GRACE_S = 1
_CONNECTIONS_MAX = 64


@dataclass(frozen=True, slots=True)
class Door:
    """A listening socket, and what is behind it."""

    socket: socket.socket
    app: ASGIApp
    tls: Tls | None = None


class Listener:
    """Serves the doors until `stop`, which any thread may call through the loop."""

    def __init__(self, doors: Sequence[Door], stream: Stream) -> None:
        self._stream = stream
        config, server = load_uvicorn()
        self._servers = [(server(config(**_options(door))), door.socket) for door in doors]

    async def serve(self) -> None:
        """Serve until stopped."""
        self._stream.open()
        await asyncio.gather(*(server.serve([door]) for server, door in self._servers))

    def stop(self) -> None:
        """End the streams first: one that is open would keep its server from ending."""
        self._stream.close()
        for server, _ in self._servers:
            server.should_exit = True


def _options(door: Door) -> dict[str, Any]:
    return {
        "app": door.app,
        "loop": "asyncio",
        "http": "h11",
        "ws": "none",
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": _CONNECTIONS_MAX,
        "timeout_graceful_shutdown": _GRACE_S,
        "ssl_certfile": None if door.tls is None else door.tls.certificate,
        "ssl_keyfile": None if door.tls is None else door.tls.key,
    }
