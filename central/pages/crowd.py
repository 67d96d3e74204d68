"""Crowds at some addresses: who asks at the same moment is answered together, in order.

A question that comes alone is answered alone, at once. While it is in work others come; those for
one address are the next group, and share its statements and its commit. So the more people press at
once, the less each costs.

All crowds stand in one line, and who comes first is served first: the next group is of the crowd
whose first question has waited longest, so that no quick page is answered again and again before a
booking that came earlier. One group is in work at a time; where one takes long, because its
database does, other crowds go on beside it. The line has an end.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

from starlette.responses import Response

from central.errors import BusyError
from central.pages.question import Question
from central.pausing import run_pausing

TOGETHER_MAX: Final = 100
"""Of one group: so many, at most, overtake somebody of another crowd who came before them."""
_WAITING_MAX: Final = 4000
_LONG_S: Final = 0.25

Work = Callable[[Sequence[Question]], list[Response]]
"""Answers a group, each in its place. It runs on the network's loop, and may pause there."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One who waits. place: in the line, counted from the first who ever came."""

    place: int
    question: Question
    answer: "asyncio.Future[Response]"


class Crowds:
    """All crowds, in one line. long_s: after this a group in work is in nobody else's way."""

    def __init__(self, *, long_s: float = _LONG_S) -> None:
        self._long_s = long_s
        self._crowds: list[Crowd] = []
        self._places = count()
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_the_way: asyncio.Task[None] | None = None

    def gather(self, work: Work) -> "Crowd":
        """Return a new crowd. work: what answers it."""
        crowd = Crowd(self, work)
        self._crowds.append(crowd)
        return crowd

    async def wait(self, crowd: "Crowd", question: Question) -> Response:
        """Return the answer to a question. Raises BusyError when too many wait."""
        if self._waiting >= _WAITING_MAX:
            message = "very many ask at this moment; try again"
            raise BusyError(message)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        crowd.waiting.append(_Waiting(next(self._places), question, answer))
        self._waiting += 1
        self._go_on()
        return await answer

    def _ready(self) -> "list[Crowd]":
        return [one for one in self._crowds if one.waiting and not one.is_at_work]

    def _go_on(self) -> None:
        if self._in_the_way is None and self._ready():
            # A task begins once around the loop: what arrived in the same instant is read by then.
            task = asyncio.get_running_loop().create_task(self._answer_next())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._in_the_way = task

    async def _answer_next(self) -> None:
        """Answer who has waited longest, and who waits in the same crowd."""
        mine = asyncio.current_task()
        patience = asyncio.get_running_loop().call_later(self._long_s, self._let_by, mine)
        crowd = min(self._ready(), key=lambda one: one.waiting[0].place)
        group = [crowd.waiting.popleft() for _ in range(min(TOGETHER_MAX, len(crowd.waiting)))]
        self._waiting -= len(group)
        await crowd.serve(group)
        patience.cancel()
        self._let_by(mine)

    def _let_by(self, task: "asyncio.Task[None] | None") -> None:
        if self._in_the_way is task:
            self._in_the_way = None
        self._go_on()


class Crowd:
    """Who asks at one address."""

    def __init__(self, line: Crowds, work: Work) -> None:
        self._line = line
        self._work = work
        self.waiting: deque[_Waiting] = deque()
        self.is_at_work = False

    async def answer(self, question: Question) -> Response:
        """Return the answer to one question. Raises BusyError when too many wait."""
        return await self._line.wait(self, question)

    async def serve(self, group: Sequence[_Waiting]) -> None:
        """Answer a group. Its failure is told to each of it."""
        self.is_at_work = True
        try:
            answers = await run_pausing(partial(self._work, [one.question for one in group]))
        except Exception as error:  # noqa: BLE001  whatever it is, who waits hears of it
            for one in group:
                if not one.answer.done():
                    one.answer.set_exception(error)
        else:
            for one, answer in zip(group, answers, strict=True):
                if not one.answer.done():
                    one.answer.set_result(answer)
        finally:
            self.is_at_work = False
