"""The route of the photos: one thumbnail by its digest, to a terminal of the pupil's own school."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from central.centre import Centre
from central.errors import Problem
from central.photos import read_photo
from central.terminals import find_terminal
from core.ids import TerminalId
from core.photos import PHOTO_TYPE, is_photo_digest


class PhotoRoutes:
    """Photos, each asked for when a till first shows it."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def send_photo(self, request: Request) -> Response:
        """Send a photo."""
        return await run_in_threadpool(self._send_photo, request)

    def _send_photo(self, request: Request) -> Response:
        now = self._centre.clock()
        terminal = TerminalId(request.path_params["terminal"])
        digest = request.path_params["digest"]
        signed = self._centre.signed(request)
        self._centre.prove(signed, body=None, terminal=terminal, now=now)
        with self._centre.store.database.reading() as session:
            school = find_terminal(session, terminal).school_id
            content = read_photo(session, school, digest) if is_photo_digest(digest) else None
        if content is None:
            # The same words for another school's photo: nobody learns that it exists.
            raise Problem("unknown-photo", status=404, detail="this school has no such photo")
        return self._centre.signed_content(signed, content, kind=PHOTO_TYPE, now=now)
