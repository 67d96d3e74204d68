"""The centre as a service: uvicorn on one address, stopped in order."""

import gc
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from central.clock import Clock, wall_clock
from central.errors import ListenError
from central.http_connection import SparingHttp
from central.mail.senders import MailSender
from central.mail.work import MailWork
from central.nightly import NightWork
from central.store import Store
from central.whole import make_centre

DEFAULT_LISTEN = "127.0.0.1:8760"
_STOP_S = 5
# A thread that has waited for the database goes on after this much of another's work, and not only
# after five milliseconds: a transaction of twenty statements waits twenty times.
_SWITCH_S = 0.0005
_COLLECT_AFTER = 10_000
# Terminals send when something happens; a connection that idles through a lesson is kept.
_KEEP_ALIVE_S = 75


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the service listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address for terminals of this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


class Service:
    """One running centre; `stop` may be called from any thread or signal handler."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        *,
        stopping: threading.Event,
        timeout_keep_alive_s: int,
    ) -> None:
        self._listener = listener
        self._stopping = stopping
        config = uvicorn.Config(
            app,
            access_log=False,
            date_header=False,
            http=SparingHttp,
            lifespan="on",
            loop="asyncio",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_S,
            timeout_keep_alive=timeout_keep_alive_s,
            ws="none",
        )
        self._server = _QuietServer(config)

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until stopped. on_ready: called once when requests are answered."""
        self._server.on_ready = on_ready
        self._server.run(sockets=[self._listener])

    def stop(self) -> None:
        """Answer what was asked already, then end."""
        self._stopping.set()
        self._server.should_exit = True


class _QuietServer(uvicorn.Server):
    on_ready: Callable[[], None] | None = None

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command line."""
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.on_ready is not None:
            self.on_ready()


def open_listener(listen: str) -> tuple[socket.socket, Listening]:
    """Open the socket of `HOST:PORT`. Raises ListenError when it is taken or not ours."""
    host, _, port_text = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port_text.isdigit() or int(port_text) > 65535:  # noqa: PLR2004
        message = f"--listen {listen}: write HOST:PORT, as in {DEFAULT_LISTEN}"
        raise ListenError(message)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, int(port_text)))
        listener.listen(128)
    except OSError as error:
        listener.close()
        message = f"cannot listen on {listen}: {error.strerror}; name another with --listen"
        raise ListenError(message) from error
    return listener, Listening(host, listener.getsockname()[1])


def serve(
    store: Store,
    listen: str,
    on_ready: Callable[[Listening, Service], None],
    *,
    clock: Clock = wall_clock,
    public_url: str | None = None,
    mail: MailSender | None = None,
) -> None:
    """Run the centre until `Service.stop`. listen: HOST:PORT; port 0 takes a free one.

    mail: how letters leave; without it they wait in the books.

    Raises ListenError when it cannot listen there.
    """
    listener, listening = open_listener(listen)
    sys.setswitchinterval(_SWITCH_S)
    app = make_centre(store, clock=clock, public_url=public_url)
    # What is there now stays to the end: the collector of cycles need not look through it again.
    gc.collect()
    gc.freeze()
    # A hundred pages that are made at once are no reason to look for cycles a hundred times.
    gc.set_threshold(_COLLECT_AFTER)
    service = Service(app, listener, stopping=app.stopping, timeout_keep_alive_s=_KEEP_ALIVE_S)
    night = NightWork(store, clock)
    night.start()
    address = (public_url or listening.url).rstrip("/")
    letters = None if mail is None else MailWork(store, clock, mail, address=address)
    if letters is not None:
        letters.start()
    try:
        service.run(lambda: on_ready(listening, service))
    finally:
        if letters is not None:
            letters.stop()
        night.stop()
        listener.close()


def run_in_thread(
    app: ASGIApp,
    *,
    stopping: threading.Event,
    listen: str = "127.0.0.1:0",
    timeout_keep_alive_s: int = _KEEP_ALIVE_S,
) -> tuple[Listening, Callable[[], None]]:
    """Run an application in a thread of its own. Result: where, and what stops it for good."""
    listener, listening = open_listener(listen)
    stopping.clear()
    service = Service(app, listener, stopping=stopping, timeout_keep_alive_s=timeout_keep_alive_s)
    ready = threading.Event()
    thread = threading.Thread(target=lambda: service.run(ready.set), name="centre", daemon=True)
    thread.start()
    if not ready.wait(_STOP_S * 2):
        message = f"the centre on {listening.url} did not start; see its log"
        raise ListenError(message)

    def stop() -> None:
        service.stop()
        thread.join(_STOP_S * 2)
        listener.close()

    return listening, stop
