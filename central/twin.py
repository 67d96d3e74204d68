"""The centre with a switch for faults: the real application, which fails when it is told to.

For tests and demonstrations of everything that talks to a centre. A fault is taken from the
queue by the next request for which it is meant; without one, all works.
"""

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, assert_never

from starlette.types import Message, Receive, Scope, Send

from central.clock import Clock, wall_clock
from central.serve import Listening, run_in_thread
from central.store import Store, open_store
from central.whole import WholeCentre, make_centre

if TYPE_CHECKING:
    from collections.abc import Callable


class FaultKind(StrEnum):
    """What goes wrong with one request."""

    REQUEST_LOST = "request_lost"
    REPLY_LOST = "reply_lost"
    STATUS = "status"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. path: only requests whose path ends so meet it. hang_s: for HANG."""

    kind: FaultKind
    path: str = ""
    status: int = 503
    retry_after_s: int | None = None
    hang_s: float = 0.0


class FaultyApp:
    """Wraps an application; `faults` may be filled from any thread."""

    def __init__(self, app: WholeCentre) -> None:
        self._app = app
        self.stopping: threading.Event = app.stopping
        self._lock = threading.Lock()
        self.faults: deque[Fault] = deque()
        self.requests: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, with the fault that waits for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = self._take(str(scope["path"]))
        if fault is None:
            await self._app(scope, receive, send)
            return
        match fault.kind:
            case FaultKind.REQUEST_LOST:
                _abort(send)
            case FaultKind.REPLY_LOST:
                await self._app(scope, receive, _swallow)
                _abort(send)
            case FaultKind.STATUS:
                await _answer(send, fault)
            case FaultKind.HANG:
                await asyncio.sleep(fault.hang_s)
                await self._app(scope, receive, send)
            case _:
                assert_never(fault.kind)

    def _take(self, path: str) -> Fault | None:
        with self._lock:
            self.requests.append(path)
            for fault in self.faults:
                if path.endswith(fault.path):
                    self.faults.remove(fault)
                    return fault
        return None


async def _swallow(_message: Message) -> None:
    """Take a part of a reply that nobody will get."""


def _abort(send: Send) -> None:
    # The part of uvicorn that sends a reply knows its transport; a real cable gives no answer
    # either.
    cycle: Any = getattr(send, "__self__", None)
    assert cycle is not None, "the server's own send belongs to its request"
    cycle.transport.abort()


async def _answer(send: Send, fault: Fault) -> None:
    headers = [(b"content-length", b"0")]
    if fault.retry_after_s is not None:
        headers.append((b"retry-after", str(fault.retry_after_s).encode()))
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class TwinCentre:
    """A centre on loopback in a thread, which can fail on demand, stop, and come back.

    Used as a context manager. The port stays the same over a restart. public_url: as for
    `central.whole.make_centre`.
    """

    def __init__(
        self,
        place: str | Path,
        *,
        clock: Clock = wall_clock,
        keep_alive_s: int = 75,
        public_url: str | None = None,
    ) -> None:
        self._place = place
        self._public_url = public_url
        self._clock = clock
        self._keep_alive_s = keep_alive_s
        self._stop: Callable[[], None] | None = None
        self._listening: Listening | None = None
        self.store: Store = open_store(place)
        self.app = self._make_app()

    def _make_app(self) -> FaultyApp:
        app = make_centre(self.store, clock=self._clock, public_url=self._public_url)
        return FaultyApp(app)

    @property
    def url(self) -> str:
        """Where the centre listens."""
        assert self._listening is not None, "the centre was started"
        return self._listening.url

    def start(self) -> None:
        """Listen and answer, on the port of the time before where there was one."""
        assert self._stop is None, "a centre is started once"
        if self._listening is not None:
            self._renew_app()  # one that was stopped has no threads for its pages any more
        listen = "127.0.0.1:0" if self._listening is None else f"127.0.0.1:{self._listening.port}"
        self._listening, self._stop = run_in_thread(
            self.app,
            stopping=self.app.stopping,
            listen=listen,
            timeout_keep_alive_s=self._keep_alive_s,
        )

    def stop(self) -> None:
        """Answer nobody any more; the books stay."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def restart(self) -> None:
        """Stop, open the same database anew, and start."""
        self.stop()
        self.store.close()
        self.store = open_store(self._place)
        self.start()

    def _renew_app(self) -> None:
        old, self.app = self.app, self._make_app()
        self.app.faults, self.app.requests = old.faults, old.requests

    def fail(self, *faults: Fault) -> None:
        """Let the next requests meet these faults, one each."""
        self.app.faults.extend(faults)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop, and close the database."""
        self.stop()
        self.store.close()
