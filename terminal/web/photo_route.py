"""Photos for the till's page alone: by digest, to whoever is signed in, kept by no browser."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.photos import PHOTO_TYPE, is_photo_digest
from terminal.ports import NotAllowedError, TerminalBusyError, TerminalPort
from terminal.web.answers import Answers
from terminal.web.problems import problem


def photo_route(terminal: TerminalPort) -> Route:
    """Return the route. It has threads of its own: a photo that is slow to come delays no command.

    The answer says `no-store`, as every answer does: what was seen of a pupil stays on no disk.
    """
    answers = Answers(threads_max=2)

    async def photo(request: Request) -> Response:
        digest = request.path_params["digest"]
        if not is_photo_digest(digest):
            return problem(HTTPStatus.NOT_FOUND, "this is no name of a photo")
        try:
            content = await answers.run(lambda: terminal.photo(digest))
        except NotAllowedError as error:
            return problem(HTTPStatus.FORBIDDEN, str(error))
        except TerminalBusyError:
            content = None
        if content is None:
            return problem(HTTPStatus.NOT_FOUND, "there is no such photo here now")
        return Response(content, media_type=PHOTO_TYPE)

    return Route("/v1/photos/{digest}", photo, methods=["GET"])
