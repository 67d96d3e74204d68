"""The whole centre at one address: the wire of terminals, and the pages for people beside it."""

import threading
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from central.app import make_app
from central.clock import Clock, wall_clock
from central.pages.site import Pages
from central.store import Store
from core.wire import API


@dataclass(frozen=True, slots=True)
class WholeCentre:
    """Both applications. stopping: set by whoever stops the service, see `central.app.make_app`."""

    wire: ASGIApp
    pages: Pages
    stopping: threading.Event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or all that lasts as long as the service."""
        if scope["type"] == "http" and not str(scope["path"]).startswith(f"{API}/"):
            await self.pages(scope, receive, send)
            return
        await self.wire(scope, receive, send)
        if scope["type"] == "lifespan":
            self.pages.close()


def make_centre(
    store: Store, *, clock: Clock = wall_clock, public_url: str | None = None
) -> WholeCentre:
    """Return the wire and the pages as one application. public_url: see `central.app.make_app`."""
    wire = make_app(store, clock=clock, public_url=public_url)
    pages = Pages(store, clock=clock, public_url=public_url)
    return WholeCentre(wire, pages, wire.state.stopping)
