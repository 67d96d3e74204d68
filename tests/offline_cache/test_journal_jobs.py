"""Print jobs in the journal: stored with their sale, ended, and forgotten in time."""

from contextlib import closing
from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import job_for, raw, record, sale

from offline_cache.journal import Journal
from offline_cache.spool import FINAL_STATES
from printer.spool_states import FINAL, JobState


def test_a_job_is_stored_with_its_sale_and_waits(path: Path) -> None:
    journal = Journal.open(path)
    event = record(journal, sale(1), with_job=True)[0]
    journal.close()
    again = Journal.open(path)
    (pending,) = again.pending_jobs()
    assert pending.job == job_for(event)
    assert (pending.id, pending.state, pending.attempt) == (event.id, "queued", 0)
    again.close()


def test_a_jobs_states_are_appended_until_it_is_over(path: Path) -> None:
    journal = Journal.open(path)
    first, second = (record(journal, sale(n), with_job=True)[0].id for n in (1, 2))
    journal.job_state(first, "sending", 1, NOON)
    journal.job_state(second, "blocked", 0, NOON, reason="paper_out")
    assert [(job.id, job.state) for job in journal.pending_jobs()] == [
        (first, "sending"),
        (second, "blocked"),
    ]
    journal.job_state(first, "done", 1, NOON)
    journal.close()
    again = Journal.open(path)
    assert [(job.id, job.state) for job in again.pending_jobs()] == [(second, "blocked")]
    with pytest.raises(KeyError):
        again.job_state(first, "queued", 2, NOON)
    again.close()


def test_papers_that_are_over_are_forgotten_in_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offline_cache.spool._KEPT_ROWS", 10)
    journal = Journal.open(path)
    jobs = [record(journal, sale(n), with_job=True)[0].id for n in range(1, 131)]
    for job in (*jobs[:50], *jobs[51:]):
        journal.job_state(job, "done", 0, NOON, is_lazy=True)
    journal.checkpoint()
    papers = "SELECT count(*) FROM tail WHERE body NOTNULL"
    with closing(raw(path)) as db:
        # The fifty-first still waits, so it and what is newer stay.
        assert db.execute(papers).fetchone() == (80,)
    journal.job_state(jobs[50], "expired", 0, NOON)
    for number in range(131, 240):
        record(journal, sale(number))
    journal.checkpoint()
    with closing(raw(path)) as db:
        assert db.execute(papers).fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM tail").fetchone() == (11,)
    journal.close()
    journal = Journal.open(path)
    assert journal.head.seq == 239
    journal.close()


def test_the_head_is_never_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offline_cache.spool._KEPT_ROWS", 1)
    journal = Journal.open(path)
    job = record(journal, sale(1), with_job=True)[0].id
    for _ in range(120):
        journal.job_state(job, "blocked", 0, NOON)
    journal.job_state(job, "done", 0, NOON)
    journal.checkpoint()
    journal.close()
    journal = Journal.open(path)
    assert journal.head.seq == 1
    journal.close()


def test_the_spools_own_words_end_a_job() -> None:
    assert {state.value for state in FINAL} == FINAL_STATES
    assert JobState.QUEUED == "queued"
