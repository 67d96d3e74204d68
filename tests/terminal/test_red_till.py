"""A disk that fails and a copy that breaks: one thing degrades, and nothing is lost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import BASIS, SCHOOL, meal, refusal
from till_rig import ALICE, BOB, Counter, school_copy

from core.facts import TerminalStarted
from core.tap import Feedback
from offline_cache.errors import DiskFullError, JournalError, JournalMissingError
from offline_cache.snapshot import Snapshot
from terminal.daemon import reopen_journal
from terminal.mode import Mode
from terminal.recorder import Recorder
from terminal.settlement import use_copy

# --- the disk -------------------------------------------------------------------------------------


def test_a_full_disk_turns_the_till_red_and_serves_nobody(counter: Counter) -> None:
    counter.disk.fill_the_disk()
    declined = counter.tap(ALICE)
    assert declined["topic"] == "declined"
    assert "the disk is full; free some space" in declined["alarm"]
    assert counter.till.mode is Mode.RED
    assert "verdict" not in counter.topics()
    assert counter.lights.shown == [Feedback.REFUSED]
    assert counter.lights.commits == 1, "only the start was committed"
    assert counter.till.counters.taps == 0
    assert counter.durable() == [(1, "terminal.started")]
    _, state = counter.board.state()
    assert state["status"]["till"] == "red"
    assert state["status"]["alarm"]["text"] == declined["alarm"]


def test_a_red_till_declines_without_trying(counter: Counter) -> None:
    counter.disk.fill_the_disk()
    counter.tap(ALICE)
    counter.disk.make_room()
    # A second try on the same handle proves nothing, even where it would succeed.
    assert counter.tap(BOB)["topic"] == "declined"
    assert counter.durable() == [(1, "terminal.started")]


def test_a_red_till_serves_again_once_there_is_room(counter: Counter) -> None:
    counter.tap(BOB)
    counter.disk.fill_the_disk()
    counter.tap(ALICE)
    counter.disk.make_room()
    counter.let_time_pass(4.9)
    assert counter.till.mode is Mode.RED
    counter.let_time_pass(0.2)
    assert counter.till.mode is Mode.OPEN
    assert counter.till.alarm is None
    assert counter.tap(ALICE)["outcome"] == "collected"
    assert counter.tap(BOB)["reason"] == "already_served"
    kinds = [kind for _, kind in counter.durable()]
    assert kinds == [
        "terminal.started",
        "sale.made",
        "trouble.noted",
        "meal.collected",
        "tap.refused",
    ]


def test_a_till_that_cannot_reopen_stays_red_and_says_the_new_cause(counter: Counter) -> None:
    counter.disk.fill_the_disk()
    counter.tap(ALICE)
    away = counter.path.with_name("away.db")
    counter.path.rename(away)
    counter.let_time_pass(6)
    assert counter.till.mode is Mode.RED
    assert counter.till.alarm is not None
    assert "the file is gone" in counter.till.alarm
    away.rename(counter.path)
    counter.let_time_pass(6)
    assert counter.till.mode is Mode.OPEN


def test_a_disk_that_fills_while_nobody_taps_is_told_at_once(counter: Counter) -> None:
    counter.tap(ALICE)
    (job,) = counter.journal.pending_jobs()
    counter.journal.job_state(job.id, "done", 1, NOON, is_lazy=True)
    counter.disk.fill_the_disk()
    counter.let_time_pass(2, is_idle=True)
    assert counter.till.mode is Mode.RED
    counter.disk.make_room()
    counter.let_time_pass(6)
    assert counter.tap(BOB)["outcome"] == "sold"


def test_a_chore_that_finds_the_disk_full_turns_the_till_red(counter: Counter) -> None:
    counter.disk.fill_the_disk()
    counter.do(lambda: counter.journal.acknowledge((1, 1)))
    assert counter.till.mode is Mode.RED
    tried = counter.till._tried_ns
    counter.clock.elapsed_ns += 1
    counter.do(lambda: counter.journal.acknowledge((1, 1)))
    assert counter.till._tried_ns == tried, "more failures do not put off the reopening"


def test_a_chore_that_fails_for_another_reason_does_not(counter: Counter) -> None:
    counter.do(lambda: 1 // 0)
    assert counter.till.mode is Mode.OPEN


def test_a_till_may_start_red(bare: Counter) -> None:
    bare.learn()
    bare.disk.fill_the_disk()
    bare.start()
    assert bare.till.mode is Mode.RED
    assert bare.tap(ALICE)["topic"] == "declined"
    bare.disk.make_room()
    bare.let_time_pass(6)
    assert bare.tap(ALICE)["outcome"] == "collected"


def test_a_journal_that_lost_what_was_served_is_not_taken(bare: Counter) -> None:
    bare.recorder.record([meal(1)], basis=BASIS)
    bare.journal.close()
    image = bare.path.read_bytes()
    counter = Counter(bare.folder)
    counter.recorder.record([meal(2)], basis=BASIS)
    counter.journal.close()
    # An old image of the card comes back under the running till.
    bare.path.write_bytes(image)
    with pytest.raises(JournalError, match="ends at event 1-1, but 1-2 was served"):
        reopen_journal(counter.recorder)
    with pytest.raises(JournalError):
        counter.recorder.record([meal(3)], basis=BASIS)
    counter.supervisor.stop()


def test_one_event_more_than_known_is_a_commit_that_was_in_flight(bare: Counter) -> None:
    bare.recorder.record([meal(1)], basis=BASIS)
    bare.journal.close()
    other = Counter(bare.folder)
    other.recorder.record([meal(2)], basis=BASIS)
    other.close()
    reopen_journal(bare.recorder)
    assert bare.recorder.state.head == (1, 2)
    assert bare.recorder.next_seq == 3


def test_a_journal_that_is_gone_is_not_made_anew(bare: Counter) -> None:
    bare.recorder.record([meal(1)], basis=BASIS)
    for path in bare.folder.glob("journal.db*"):
        path.unlink()
    with pytest.raises(JournalMissingError):
        reopen_journal(bare.recorder)
    assert not bare.path.exists()


# --- the copy -------------------------------------------------------------------------------------


def damage(path: Path) -> None:
    """Overwrite all but the first page of a copy that is open."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
        os.fsync(file.fileno())


def reload(counter: Counter) -> None:
    """Read the copy anew, so that nothing of it is in memory."""
    assert counter.knowledge.snapshot is not None
    counter.knowledge.snapshot.close()
    use_copy(
        Snapshot.open(counter.copy_path, school_id=SCHOOL), counter.knowledge, counter.recorder
    )


@pytest.mark.parametrize(
    "find",
    [lambda counter: counter.tap(ALICE), lambda counter: counter.till._publish_status()],
    ids=["by a tap", "by the status"],
)
def test_a_copy_that_breaks_in_service_is_put_aside(
    counter: Counter, find: Callable[[Counter], object]
) -> None:
    reload(counter)
    damage(counter.copy_path)
    find(counter)
    assert counter.till.mode is Mode.OPEN
    assert counter.lights.copies_lost == 1
    assert counter.status()["copy_at"] is None
    assert counter.status()["pupils"] == 0
    assert counter.status()["menu"] == []
    assert not counter.copy_path.exists()
    assert counter.copy_path.with_name("snapshot.db.bad").exists()
    assert counter.tap(BOB)["reason"] == "no_snapshot"
    # Another comes, and all is well.
    school_copy(counter.copy_path)
    counter.learn()
    assert counter.tap(BOB)["outcome"] == "sold"


def test_a_tap_on_a_broken_copy_is_refused_with_the_reason(counter: Counter) -> None:
    reload(counter)
    damage(counter.copy_path)
    assert counter.tap(ALICE)["reason"] == "no_snapshot"
    assert counter.durable()[-1] == (2, "tap.refused")


# --- what the recorder promises -------------------------------------------------------------------


def test_a_broken_journal_repeats_its_error(bare: Counter) -> None:
    bare.disk.fill_the_disk()
    for _ in range(2):
        with pytest.raises(DiskFullError):
            bare.recorder.record([refusal()], basis=BASIS)
        bare.disk.make_room()
    assert isinstance(bare.recorder, Recorder)
    reopen_journal(bare.recorder)
    bare.recorder.record([TerminalStarted("1", is_recovery=False)], basis=BASIS)
    assert bare.durable() == [(1, "terminal.started")]
