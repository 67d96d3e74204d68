"""The centre's web application: its routes, and what stands around every answer."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.answers import Answer, Answering, plain_json
from central.batch_routes import BatchRoutes
from central.centre import Centre
from central.clock import Clock, wall_clock
from central.copy_routes import CopyRoutes
from central.office_routes import OfficeRoutes
from central.openapi import contract
from central.order_routes import OrderRoutes
from central.photo_routes import PhotoRoutes
from central.snapshot_file import CopyRoom
from central.store import Store
from central.trust_routes import TrustRoutes
from core.codec import moment_text
from core.wire import API


def make_app(
    store: Store, *, clock: Clock = wall_clock, public_url: str | None = None
) -> Starlette:
    """Return the web application.

    public_url: the address by which terminals know this centre, where a proxy stands before it:
    signatures cover the full address. None: what the request itself names. Whoever stops the
    service sets `app.state.stopping`, so that nobody waits for a change any longer.
    """
    address = None if public_url is None else public_url.rstrip("/")
    centre = Centre(store, clock, address)
    copies = CopyRoutes(centre)
    answering = Answering(clock)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="refectory-copies-") as folder:
            copies.room = CopyRoom(store, Path(folder))
            yield

    app = Starlette(
        routes=_routes(centre, copies, answering),
        exception_handlers={HTTPException: answering.http_problem},
        lifespan=lifespan,
    )
    app.state.stopping = centre.stopping
    return app


def _routes(centre: Centre, copies: CopyRoutes, answering: Answering) -> list[Route]:
    around = answering.around
    trust, batches, office = TrustRoutes(centre), BatchRoutes(centre), OfficeRoutes(centre)
    terminal = f"{API}/terminals/{{terminal}}"
    return [
        Route(f"{API}/health", around(_health(centre))),
        Route(f"{API}/openapi.json", around(_tell_contract)),
        Route(f"{API}/enrolments", around(trust.enrol), methods=["POST"]),
        Route(f"{terminal}/batches", around(batches.take_batch), methods=["POST"]),
        Route(f"{terminal}/orders", around(OrderRoutes(centre).take_order), methods=["POST"]),
        Route(f"{terminal}/access", around(office.access()), methods=["POST"]),
        Route(f"{terminal}/cases", around(office.cases()), methods=["POST"]),
        Route(f"{terminal}/resolutions", around(office.resolutions()), methods=["POST"]),
        Route(f"{terminal}/accounts", around(office.accounts()), methods=["POST"]),
        Route(f"{terminal}/keys", around(trust.rotate), methods=["POST"]),
        Route(terminal, around(copies.tell_terminal)),
        Route(f"{terminal}/epoch", around(trust.tell_epoch)),
        Route(f"{terminal}/snapshot", around(copies.send_copy)),
        Route(f"{terminal}/changes", around(copies.send_changes)),
        Route(f"{terminal}/photos/{{digest}}", around(PhotoRoutes(centre).send_photo)),
    ]


def _health(centre: Centre) -> Answer:
    def ask() -> None:
        with centre.store.database.reading() as session:
            session.row("SELECT 1")

    async def health(_request: Request) -> Response:
        """Say that the centre and its database answer."""
        await run_in_threadpool(ask)
        return plain_json({"status": "ok", "server_time": moment_text(centre.clock())})

    return health


async def _tell_contract(_request: Request) -> Response:
    """Send the contract of this wire."""
    return plain_json(contract())
