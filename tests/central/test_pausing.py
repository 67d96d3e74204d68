"""Work on the network's loop steps aside while it waits, and the loop goes on."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from central.errors import BusyError
from central.pausing import aside, hold, may_pause, pause_for, run_pausing
from central.store import open_store

LIMIT_S = 60


def run(story):
    """Run a story in a thread of its own: the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as loop:
        return loop.submit(asyncio.run, story).result()


def test_work_goes_on_with_what_it_waited_for():
    async def story():
        come = asyncio.get_running_loop().create_future()
        running = asyncio.ensure_future(run_pausing(lambda: pause_for(come) + 1))
        await asyncio.sleep(0)
        assert not running.done()
        come.set_result(41)
        return await running

    assert run(story()) == 42


def test_what_fails_while_it_is_waited_for_fails_in_the_work():
    def work():
        try:
            aside(lambda: 1 // 0)
        except ZeroDivisionError:
            return "mended"

    assert run(run_pausing(work)) == "mended"
    with pytest.raises(ZeroDivisionError):
        run(run_pausing(lambda: aside(lambda: 1 // 0)))


def test_elsewhere_the_same_work_simply_waits():
    mine = threading.get_ident()
    assert not may_pause()
    assert aside(threading.get_ident) == mine
    assert run(run_pausing(lambda: (may_pause(), aside(threading.get_ident) == mine))) == (
        True,
        False,
    )


def test_a_lock_that_another_thread_holds_stops_the_work_and_not_the_loop():
    lock = threading.Lock()
    lock.acquire()

    async def story():
        running = asyncio.ensure_future(run_pausing(lambda: hold(lock, wait_s=LIMIT_S)))
        for _ in range(5):
            await asyncio.sleep(0)
        waits = not running.done()
        lock.release()
        return waits, await running, lock.locked()

    assert run(story()) == (True, True, True)


def test_a_lock_that_is_not_given_in_time_is_not_held():
    lock = threading.Lock()
    lock.acquire()
    assert not hold(lock, wait_s=0.001)
    assert not run(run_pausing(lambda: hold(lock, wait_s=0.001)))


def test_a_lock_that_is_given_when_nobody_waits_for_it_any_more_is_given_back():
    lock = threading.Lock()
    lock.acquire()

    async def story():
        running = asyncio.ensure_future(run_pausing(lambda: hold(lock, wait_s=LIMIT_S)))
        for _ in range(5):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        lock.release()

    run(story())
    assert not lock.locked()


# --- the databases ------------------------------------------------------------------------------


def add_one(store):
    """Book something as all writers do. Result: the school's new place in its feed."""
    with store.database.writing() as session:
        session.row("UPDATE school SET cursor = cursor + 1 RETURNING cursor")
    with store.database.reading() as session:
        return session.row("SELECT cursor FROM school")[0]


@contextmanager
def a_writer(store):
    """Somebody in another thread who has changed the school, and has not committed yet."""
    begun, ends = threading.Event(), threading.Event()

    def write():
        with store.database.writing() as session:
            session.run("UPDATE school SET cursor = cursor + 1")
            begun.set()
            assert ends.wait(LIMIT_S)

    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(write)
        assert begun.wait(LIMIT_S)
        try:
            yield ends
        finally:
            ends.set()
            written.result()


def test_a_database_that_is_waited_for_does_not_stop_the_loop(centre):
    async def story():
        before = await run_pausing(lambda: add_one(centre.store))
        with a_writer(centre.store) as ends:
            running = asyncio.ensure_future(run_pausing(lambda: add_one(centre.store)))
            others = [await run_pausing(lambda: count_pupils(centre.store)) for _ in range(3)]
            waits = not running.done()
            ends.set()
            return before, await running, waits, others

    before, after, waits, others = run(story())
    assert waits
    assert after == before + 2
    assert others == [len(centre.school.pupils)] * 3


def count_pupils(store):
    with store.database.reading() as session:
        return session.row("SELECT COUNT(*) FROM pupil")[0]


def test_a_server_that_hangs_up_while_work_waits_is_told_and_replaced(cluster, seeded_template):
    cluster.reset(seeded_template)
    place = cluster.url(seeded_template)
    store = open_store(place)

    async def story():
        before = await run_pausing(lambda: add_one(store))
        with a_writer(store):
            running = asyncio.ensure_future(run_pausing(lambda: add_one(store)))
            await asyncio.to_thread(hang_up_on_who_waits, place)
            with pytest.raises(BusyError):
                await running
        return before, await run_pausing(lambda: add_one(store))

    before, after = run(story())
    store.close()
    assert after == before + 2


def hang_up_on_who_waits(place):
    """Let the server close the connection of whoever waits for a lock, as soon as one does."""
    with psycopg.connect(place, autocommit=True) as admin:
        while not admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchall():
            pass


def test_work_that_fails_on_the_loop_leaves_nothing_and_holds_nothing(centre):
    def fail():
        with centre.store.database.writing() as session:
            session.run("UPDATE school SET cursor = cursor + 1000")
            raise BusyError("no")

    async def story():
        before = await run_pausing(lambda: add_one(centre.store))
        with pytest.raises(BusyError):
            await run_pausing(fail)
        return before, await run_pausing(lambda: add_one(centre.store))

    before, after = run(story())
    assert after == before + 1


def test_work_that_is_given_up_is_rolled_back(centre):
    async def story():
        before = await run_pausing(lambda: add_one(centre.store))
        hangs = asyncio.Event()

        def hang():
            with centre.store.database.writing() as session:
                session.run("UPDATE school SET cursor = cursor + 1000")
                hangs.set()
                pause_for(asyncio.Event().wait())

        running = asyncio.ensure_future(run_pausing(hang))
        await hangs.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return before, await run_pausing(lambda: add_one(centre.store))

    before, after = run(story())
    assert after == before + 1
