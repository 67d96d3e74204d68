"""The spool's papers: read and marked by the till thread, lost by nobody."""

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest
from canteen import NOON
from till_rig import ALICE, BOB, PATIENCE_S, Counter

from core.receipt import Receipt
from offline_cache.journal import Journal
from printer.job import decode_document
from printer.spool import SpoolClosedError
from printer.spool_states import JobState
from terminal.daemon import reopen_journal
from terminal.papers import Papers

T = TypeVar("T")


class Spooler:
    """Plays the spool's thread, while the test's own thread is the till's."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.papers = Papers(counter.inbox, counter.recorder, counter.clock)

    def ask(self, question: Callable[[Papers], T]) -> T:
        answers: list[T] = []
        ended = threading.Event()

        def run() -> None:
            try:
                answers.append(question(self.papers))
            finally:
                ended.set()
                self.counter.inbox.ask_later(lambda: None)

        thread = threading.Thread(target=run)
        thread.start()
        self.counter.serve(ended.is_set)
        thread.join(PATIENCE_S)
        return answers[0]


@pytest.fixture
def spooler(counter: Counter) -> Spooler:
    return Spooler(counter)


def stored_states(counter: Counter) -> list[tuple[str, int]]:
    """Return what a restart would find."""
    counter.journal.close()
    again = Journal.open(counter.path)
    found = [(job.state, job.attempt) for job in again.pending_jobs()]
    again.close()
    return found


def test_papers_come_in_the_order_of_the_meals(spooler: Spooler) -> None:
    counter = spooler.counter
    assert spooler.ask(Papers.next_job) is None
    counter.tap(ALICE)
    counter.tap(BOB)
    job = spooler.ask(Papers.next_job)
    assert job is not None
    assert (job.state, job.attempt, job.queued_at) == (JobState.QUEUED, 0, NOON)
    document = decode_document(job.document)
    assert isinstance(document, Receipt)
    assert document.person == "Alice V."
    spooler.ask(lambda papers: papers.mark(job.id, JobState.DONE, 1))
    following = spooler.ask(Papers.next_job)
    assert following is not None
    assert following.id != job.id


def test_sending_is_on_the_disk_at_once(spooler: Spooler) -> None:
    spooler.counter.tap(ALICE)
    job = spooler.ask(Papers.next_job)
    assert job is not None
    spooler.ask(lambda papers: papers.mark(job.id, JobState.SENDING, 1))
    assert spooler.counter.journal._transactions._lazy == []
    assert spooler.ask(Papers.next_job) is None
    (interrupted,) = spooler.ask(Papers.interrupted_jobs)
    assert (interrupted.id, interrupted.attempt) == (job.id, 1)
    assert stored_states(spooler.counter) == [("sending", 1)]


def test_other_states_ride_with_the_next_commit(spooler: Spooler) -> None:
    spooler.counter.tap(ALICE)
    job = spooler.ask(Papers.next_job)
    assert job is not None
    spooler.ask(lambda papers: papers.mark(job.id, JobState.BLOCKED, 1, "paper"))
    assert len(spooler.counter.journal._transactions._lazy) == 1
    spooler.counter.tap(BOB)
    assert spooler.counter.journal._transactions._lazy == []


def test_a_till_that_has_ended_closes_the_spool(spooler: Spooler) -> None:
    spooler.counter.tap(ALICE)
    spooler.counter.inbox.close()
    assert spooler.papers.next_job() is None
    assert spooler.papers.interrupted_jobs() == []
    with pytest.raises(SpoolClosedError, match="the till has stopped"):
        spooler.papers.mark("job-1", JobState.DONE, 1)


def test_a_paper_waits_out_a_red_till(spooler: Spooler) -> None:
    counter = spooler.counter
    counter.tap(ALICE)
    job = spooler.ask(Papers.next_job)
    assert job is not None

    class Pause(threading.Event):
        """Nobody waits here: the disk has room by the next try."""

        def wait(self, timeout: float | None = None) -> bool:
            assert timeout == 1.0
            counter.disk.make_room()
            counter.inbox.ask_later(lambda: reopen_journal(counter.recorder))
            return False

    spooler.papers._pause = Pause()
    counter.disk.fill_the_disk()
    spooler.ask(lambda papers: papers.mark(job.id, JobState.SENDING, 1))
    assert stored_states(counter) == [("sending", 1)]
