"""A crowd at one address: who asks at the same moment is answered together.

A question that comes alone is answered alone, at once. While it is in work others come; they are
the next group, and share its statements, its commit and its way into a thread and back. So the more
people press at once, the less each costs. First come, first served; the queue has an end.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from starlette.responses import Response

from central.errors import BusyError
from central.pages.question import Question

TOGETHER_MAX: Final = 250
"""Of one group: what the first of it waits for the others."""
_WAITING_MAX: Final = 4000

Work = Callable[[Sequence[Question]], list[Response]]
_Waiting = tuple[Question, "asyncio.Future[Response]"]


class Crowd:
    """The questions for one address. work: answers a group, each in its place.

    threads: where it does; None: at once, on the network's own loop, which is for what waits for
    nobody: two threads of one process take turns, and a third of the work would be their turns.
    """

    def __init__(self, threads: ThreadPoolExecutor | None, work: Work) -> None:
        self._threads = threads
        self._work = work
        self._waiting: deque[_Waiting] = deque()
        self._is_at_work = False

    async def answer(self, question: Question) -> Response:
        """Return the answer to one question. Raises BusyError when too many wait."""
        if len(self._waiting) >= _WAITING_MAX:
            message = "very many ask at this moment; try again"
            raise BusyError(message)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Response] = loop.create_future()
        self._waiting.append((question, answer))
        if not self._is_at_work:
            self._is_at_work = True
            # Once around the loop first: what arrived in the same instant is read by then.
            loop.call_soon(self._begin, loop)
        return await answer

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        count = min(TOGETHER_MAX, len(self._waiting))
        group = [self._waiting.popleft() for _ in range(count)]
        questions = [one for one, _ in group]
        try:
            if self._threads is None:
                done = loop.create_future()
                done.set_result(self._work(questions))
            else:
                done = loop.run_in_executor(self._threads, self._work, questions)
        except Exception as error:  # noqa: BLE001  of the work, or the service has ended
            done = loop.create_future()
            done.set_exception(error)
        done.add_done_callback(partial(self._end, loop, group))

    def _end(
        self,
        loop: asyncio.AbstractEventLoop,
        group: Sequence[_Waiting],
        done: "asyncio.Future[list[Response]]",
    ) -> None:
        if self._waiting:
            self._begin(loop)
        else:
            self._is_at_work = False
        error = done.exception()
        if error is not None:
            _tell(group, error)
            return
        for (_, answer), response in zip(group, done.result(), strict=True):
            if not answer.done():
                answer.set_result(response)


def _tell(group: Sequence[_Waiting], error: BaseException) -> None:
    for _, answer in group:
        if not answer.done():
            answer.set_exception(error)
