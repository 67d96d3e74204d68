"""Plain work on the network's loop: while it waits for a database, the loop goes on.

Pages are plain functions. In a thread of their own, each statement would cost turns at Python's
one interpreter, which the loop wants at the same time: a third of the work, and a wait for each. On
the loop there are no turns, but the loop must never stand still. So the work is a greenlet there:
where a database would wait (`pause_for`, `aside`) it steps aside, and it goes on when what it waits
for has come. Everywhere else, in a thread or on the command line, the same calls simply wait.

Work may hold a lock while it steps aside. Whoever shares the lock takes it by `hold`, so that the
loop never waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from greenlet import getcurrent, greenlet

if TYPE_CHECKING:
    import threading

T = TypeVar("T")


class _Pausing(greenlet):
    """Work that may step aside."""


async def run_pausing(work: Callable[[], T]) -> T:
    """Do work on the running loop, which goes on wherever the work steps aside."""
    running = _Pausing(work)
    step = running.switch()
    while not running.dead:
        try:
            came = await step
        except BaseException as error:  # noqa: BLE001  it is the work's, which waited for it
            step = running.throw(error)
        else:
            step = running.switch(came)
    result: T = step
    return result


def may_pause() -> bool:
    """Say whether the caller is work of `run_pausing`."""
    return isinstance(getcurrent(), _Pausing)


def pause_for(awaited: Awaitable[T]) -> T:
    """Step aside until something has come, and return it. The caller must be one that may."""
    loop_side = getcurrent().parent
    assert loop_side is not None, "work that may pause was begun by the loop"
    came: T = loop_side.switch(awaited)
    return came


def aside(work: Callable[[], T]) -> T:
    """Do what may take long: in a thread, if the caller is on the loop; else here and now."""
    if not may_pause():
        return work()
    return pause_for(asyncio.get_running_loop().run_in_executor(None, work))


def hold(lock: "threading.Lock | threading.Semaphore", *, wait_s: float) -> bool:
    """Acquire what threads wait for each other with. Result: False when it was not free in time."""
    if lock.acquire(blocking=False):
        return True
    if not may_pause():
        return lock.acquire(timeout=wait_s)
    take = partial(lock.acquire, timeout=wait_s)
    taking = asyncio.get_running_loop().run_in_executor(None, take)
    try:
        return pause_for(asyncio.shield(taking))
    except asyncio.CancelledError:
        # The thread waits on, and nobody would give back what it gets.
        taking.add_done_callback(lambda taken: lock.release() if taken.result() else None)
        raise
