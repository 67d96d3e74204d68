"""Answers to questions and commands: made in worker threads, once for a key, errors as problems."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar

import anyio.to_thread
from starlette.responses import JSONResponse, Response

from terminal.ports import (
    NoDocumentError,
    NoPaperError,
    NoSimulatedReaderError,
    NotAllowedError,
    TerminalBusyError,
)
from terminal.web.problems import problem

KEY_HEADER: Final = "idempotency-key"
_ANSWERS_MAX = 64
_THREADS_MAX = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept:
    digest: bytes
    answer: asyncio.Future[Response]


class Answers:
    """Calls of a terminal, which may block, and what became of the last that had a key."""

    def __init__(self, *, threads_max: int = _THREADS_MAX) -> None:
        self._kept: dict[str, _Kept] = {}
        self._threads = anyio.CapacityLimiter(threads_max)

    async def run(self, call: Callable[[], T]) -> T:
        """Make a call that may block."""
        return await anyio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._threads)

    async def once(self, key: str | None, body: bytes, call: Callable[[], object]) -> Response:
        """Make a call once for a key: who sends the same request again gets the same answer.

        body: the request's; another one under the same key is refused, as it can only be a mistake.
        """
        if key is None:
            return await self.answer(call)
        digest = hashlib.sha256(body).digest()
        kept = self._kept.get(key)
        if kept is None:
            kept = _Kept(digest, asyncio.ensure_future(self.answer(call)))
            self._kept[key] = kept
            while len(self._kept) > _ANSWERS_MAX:
                del self._kept[next(iter(self._kept))]
        if kept.digest != digest:
            return problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "this idempotency key was used for another command; make a new one",
            )
        return await asyncio.shield(kept.answer)

    def forget(self, key: str) -> None:
        """Let the next request under a key be made anew."""
        self._kept.pop(key, None)

    async def answer(self, call: Callable[[], object]) -> Response:
        """Make a call; return its result as JSON (bytes as a PNG file), or what hindered it."""
        try:
            result = await self.run(call)
        except NoSimulatedReaderError:
            return problem(
                HTTPStatus.CONFLICT,
                "no reader of this terminal is simulated; lay the badge on a real one, or start"
                " the terminal with the reader simulated://",
            )
        except (NoPaperError, NoDocumentError) as error:
            return problem(HTTPStatus.NOT_FOUND, str(error))
        except NotAllowedError as error:
            return problem(HTTPStatus.FORBIDDEN, str(error))
        except TerminalBusyError:
            return problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the terminal did not answer in time; look at its screen before you try again",
            )
        if isinstance(result, bytes):
            return Response(result, media_type="image/png")
        return JSONResponse(result)
