"""Facts made durable: ids, chain, papers in the same transaction, and sums that follow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from canteen import NOON, POLICY, Scene, order, tap
from journal_rig import BASIS, meal, refusal, sale
from till_rig import Counter

from core.chain import GENESIS, link
from core.decide import decide
from core.decision import Accepted
from core.events import read_event
from core.ids import PupilId
from core.money import Money
from core.receipt import Receipt
from offline_cache.errors import DiskFullError
from offline_cache.journal import Journal
from printer.job import decode_document
from terminal.recorder import Recorder, random_ids


def receipt() -> Receipt:
    decision = decide(tap(), Scene(orders=(order(),)).view(), POLICY, NOON)
    assert isinstance(decision, Accepted)
    assert decision.receipt is not None
    return decision.receipt


def test_facts_are_numbered_and_chained(bare: Counter) -> None:
    first = bare.recorder.record([meal(1), sale(2)], basis=BASIS)
    second = bare.recorder.record([refusal()], basis=BASIS)
    assert [(event.epoch, event.seq) for event in (*first, *second)] == [(1, 1), (1, 2), (1, 3)]
    assert bare.recorder.next_seq == 4
    prev_hash = GENESIS
    for event in bare.journal.events():
        assert event.prev_hash == prev_hash
        prev_hash = link(prev_hash, event.body)
        assert event.hash == prev_hash
    stored = [read_event(event.body) for event in bare.journal.events()]
    assert stored == [*first, *second]


def test_ids_tell_the_moment_and_never_repeat(bare: Counter) -> None:
    stamp = bare.clock.stamp()
    ids = {random_ids(stamp) for _ in range(100)}
    assert len(ids) == 100
    at_ms = int(NOON.timestamp() * 1000)
    assert {int(each.replace("-", "")[:12], 16) for each in ids} == {at_ms}
    assert {each[14] for each in ids} == {"7"}


def test_the_paper_is_stored_with_the_fact_it_documents(bare: Counter) -> None:
    paper = receipt()
    (event,) = bare.recorder.record([meal(1)], basis=BASIS, receipt=paper)
    (job,) = bare.journal.pending_jobs()
    assert job.id == event.id
    assert decode_document(job.job.body) == paper
    assert (job.job.event_epoch, job.job.event_seq) == (1, 1)


def test_neither_fact_nor_paper_is_stored_when_the_disk_is_full(bare: Counter) -> None:
    bare.recorder.record([meal(1)], basis=BASIS)
    bare.disk.fill_the_disk()
    with pytest.raises(DiskFullError):
        bare.recorder.record([meal(2)], basis=BASIS, receipt=receipt())
    assert bare.recorder.state.head == (1, 1)
    assert bare.recorder.next_seq == 2
    bare.journal.close()
    again = Journal.open(bare.path)
    assert again.head.seq == 1
    assert again.pending_jobs() == ()
    again.close()


def test_fact_and_paper_are_one_transaction(bare: Counter) -> None:
    # The disk fills between the event and its paper: then neither is there.
    bare.disk.fill_the_disk("INSERT INTO tail")
    with pytest.raises(DiskFullError):
        bare.recorder.record([meal(1)], basis=BASIS, receipt=receipt())
    assert bare.durable() == []


def test_whoever_waits_is_told_between_the_commit_and_the_sums(bare: Counter) -> None:
    seen: list[tuple[int, int]] = []

    def told() -> None:
        seen.append((len(bare.durable()), bare.recorder.state.head[1]))

    bare.recorder.record([meal(1)], basis=BASIS, when_durable=told)
    assert seen == [(1, 0)]
    assert bare.recorder.state.head == (1, 1)


def test_the_sums_follow_also_when_telling_fails(bare: Counter) -> None:
    def dark() -> None:
        raise RuntimeError("the reader is gone")

    with pytest.raises(RuntimeError):
        bare.recorder.record([meal(1)], basis=BASIS, when_durable=dark)
    assert bare.recorder.state.head == (1, 1)


def test_nobody_is_told_of_what_was_not_stored(bare: Counter) -> None:
    seen: list[str] = []
    bare.disk.fill_the_disk()
    with pytest.raises(DiskFullError):
        bare.recorder.record([meal(1)], basis=BASIS, when_durable=lambda: seen.append("green"))
    assert seen == []


def test_the_sums_follow_and_are_the_same_after_a_restart(bare: Counter) -> None:
    bare.recorder.record([meal(1)], basis=BASIS)
    bare.recorder.record([sale(2)], basis=BASIS)
    bare.recorder.record([sale(3)], basis=BASIS)
    running = bare.recorder.state
    assert running.unsettled.risk == Money(900)
    assert running.receipt_number == 3
    restarted = Recorder(bare.journal, bare.clock).state
    assert restarted == running


def test_rebuilding_counts_only_what_the_copy_lacks(bare: Counter) -> None:
    for number in (1, 2, 3):
        bare.recorder.record([sale(number)], basis=BASIS)
    bare.recorder.rebuild(settled=(1, 2))
    assert bare.recorder.state.unsettled.risk == Money(450)
    assert bare.recorder.state.unsettled.owed_of(PupilId("p1")) == Money(0)
    bare.recorder.rebuild(settled=(0, 0))
    assert bare.recorder.state.unsettled.risk == Money(1350)


def test_the_oldest_event_that_waits_for_the_centre(bare: Counter) -> None:
    recorder = bare.recorder
    assert recorder.oldest_unacknowledged_at is None
    moments = []
    for number in (1, 2, 3):
        recorder.record([meal(number)], basis=BASIS)
        moments.append(bare.clock.now())
        bare.clock.advance(timedelta(minutes=1))
    assert recorder.oldest_unacknowledged_at == moments[0]
    bare.journal.acknowledge((1, 2))
    assert recorder.oldest_unacknowledged_at == moments[2]
    assert Recorder(bare.journal, bare.clock).oldest_unacknowledged_at == moments[2]
    bare.journal.acknowledge((1, 3))
    assert recorder.oldest_unacknowledged_at is None
    assert Recorder(bare.journal, bare.clock).oldest_unacknowledged_at is None


def test_a_new_epoch_goes_on_from_the_chain(bare: Counter) -> None:
    bare.recorder.record([meal(1)], basis=BASIS)
    head = bare.journal.head.hash
    bare.journal.start_epoch()
    bare.recorder.rebuild(settled=(0, 0))
    (event,) = bare.recorder.record([meal(2)], basis=BASIS)
    assert (event.epoch, event.seq) == (2, 1)
    assert list(bare.journal.events())[-1].prev_hash == head


def test_events_carry_the_clock_and_the_knowledge(bare: Counter) -> None:
    bare.clock.is_synced = False
    bare.clock.advance(timedelta(seconds=5))
    basis = replace(BASIS, is_online=False)
    (event,) = bare.recorder.record([refusal()], basis=basis)
    assert event.stamp == bare.clock.stamp()
    assert (event.stamp.mono_ms, event.stamp.is_synced) == (5000, False)
    assert event.basis == basis
