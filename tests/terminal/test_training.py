"""Training: the same till, in a journal of its own, and nothing of it counts."""

from pathlib import Path

from staffed_rig import WATER, StaffedCounter, by_tap, items
from till_rig import ALICE, BOB

from core.receipt import Receipt
from offline_cache.integrity import verify
from printer.job import decode_document
from terminal.papers import Papers


def test_what_is_rehearsed_counts_nowhere(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    assert staffed.command("start_training")["outcome"] == "done"
    assert staffed.status()["is_training"]
    head = staffed.recorder.journal.head
    tap = staffed.tap(ALICE)
    assert (tap["outcome"], tap["is_training"]) == ("collected", True)
    sold = staffed.command("sell", customer=by_tap(tap), items=items(WATER))
    assert sold["wallet_cents"] == 2340 - 80
    assert staffed.recorder.journal.head == head, "the real journal holds nothing of it"
    assert staffed.command("close_period")["reason"] == "in_training"
    assert staffed.command("end_training")["outcome"] == "done"
    assert not staffed.status()["is_training"]
    real = staffed.tap(ALICE)
    assert (real["outcome"], real["wallet_cents"]) == ("collected", 2340)
    assert staffed.facts() == [
        "terminal.started",
        "staff.signed_in",
        "training.started",
        "training.ended",
        "meal.collected",
    ]


def test_its_chain_is_its_own_and_goes_on(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    for _ in range(2):
        staffed.command("start_training")
        assert staffed.tap(ALICE)["outcome"] == "collected", "served anew in each training"
        staffed.command("end_training")
    report = verify(Path(staffed.folder, "training.db"))
    assert (report.is_good, report.events) == (True, 2)


def test_its_receipts_say_so_and_are_printed(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.command("start_training")
    staffed.tap(ALICE)
    rehearsal = staffed.service.desk.rehearsal
    assert rehearsal.recorder is not None
    (job,) = rehearsal.recorder.journal.pending_jobs()
    paper = decode_document(job.job.body)
    assert isinstance(paper, Receipt)
    assert paper.is_training
    papers = Papers(staffed.inbox, staffed.recorder, staffed.clock, rehearsal)
    assert papers._pending() == (job,)
    assert papers._journal_of(job.id) is rehearsal.recorder.journal
    assert papers._journal_of("another") is staffed.recorder.journal


def test_a_drawer_stays_shut_in_training(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.command("start_training")
    staffed.command("open_shift", cash_cents=100)
    sold = staffed.command("sell", customer={}, items=items(WATER), tender="cash")
    assert sold["outcome"] == "served"
    assert staffed.lights.drawers == []
    staffed.command("end_training")
    assert not staffed.status()["shift"]["is_open"], "the float was a rehearsed one"


def test_a_power_cut_ends_a_training(tmp_path: Path) -> None:
    counter = StaffedCounter(tmp_path)
    counter.learn_staffed()
    counter.start()
    counter.sign_in()
    counter.command("start_training")
    counter.tap(BOB)
    counter.service.desk.rehearsal.abandon()
    counter.close()
    again = StaffedCounter(tmp_path)
    again.learn_staffed()
    again.start()
    try:
        assert not again.status()["is_training"]
        assert again.facts()[-2:] == ["terminal.started", "training.ended"]
        assert not again.tap(BOB)["is_training"]
    finally:
        again.close()


def test_who_is_signed_in_is_known_in_training_too(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.command("start_training")
    staffed.sign_in("0815", "noor")
    assert staffed.command("start_training")["reason"] == "no_right"
    staffed.command("end_training")
    assert staffed.command("end_training")["outcome"] == "done", "twice is harmless"
    operator = staffed.status()["operator"]
    assert operator["id"] == "noor"
    assert staffed.facts().count("training.ended") == 1


def test_a_disk_that_fails_in_training_ends_it(staffed: StaffedCounter) -> None:
    staffed.sign_in()
    staffed.command("start_training")
    staffed.disk.fill_the_disk()
    assert staffed.tap(ALICE)["topic"] == "declined"
    staffed.disk.make_room()
    staffed.let_time_pass(6)
    assert not staffed.status()["is_training"]
    assert staffed.tap(ALICE)["is_training"] is False
    assert staffed.facts()[-3:] == ["trouble.noted", "training.ended", "meal.collected"]
