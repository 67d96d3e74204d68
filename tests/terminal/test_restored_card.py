"""An older image of a card is put back: noticed, told, approved, gone on with; nothing is lost.

The whole daemon, its real files, and a real centre.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from booked_events import booked_events
from daemon_rig import Canteen, Daemon, all_booked
from real_day import real_day

from central.clock import wall_clock
from central.figures import disagreements, read_figures
from central.load import load_school
from central.sealed import Sealed
from central.seed import DemoSchool, make_school
from central.twin import Fault, FaultKind, TwinCentre
from cli.main import main
from core.facts import EpochStarted, MealCollected, SaleMade, Trouble, TroubleNoted
from offline_cache.integrity import verify
from offline_cache.journal_reader import JournalReader
from terminal.doctor.finding import Grade
from terminal.doctor.running import check_epoch
from terminal.doctor.scene import Scene


@pytest.fixture(scope="module")
def school() -> DemoSchool:
    return make_school(seed=7, today=real_day())


@pytest.fixture
def canteen(tmp_path: Path, school: DemoSchool) -> Iterator[Canteen]:
    with TwinCentre(tmp_path / "central.db") as centre:
        load_school(centre.store, school)
        with closing(Canteen(tmp_path, centre, school)) as canteen:
            yield canteen


def restore(canteen: Canteen, *, unsent: int = 0) -> Daemon:
    """Serve three, keep an image after the first, and come back with it, serving some offline."""
    daemon = canteen.start()
    daemon.wait_for(lambda status: status["copy_at"] is not None, "the copy came")
    assert daemon.tap(canteen.badges[0])["outcome"] == "collected"
    daemon.wait_for(all_booked, "the first was booked")
    canteen.keep_image()
    for badge in canteen.badges[1:3]:
        assert daemon.tap(badge)["outcome"] == "collected"
    daemon.wait_for(all_booked, "three were booked")
    daemon.stop()
    canteen.restore_image()
    if unsent:
        canteen.centre.stop()
    daemon = canteen.start()
    for badge in canteen.badges[3 : 3 + unsent]:
        assert daemon.tap(badge)["outcome"] == "collected"
    if unsent:
        canteen.centre.start()
        daemon.terminal.port.sync_now()
    return daemon


@pytest.mark.parametrize("unsent", [0, 1, 4])
def test_a_restored_card_goes_on_in_a_new_epoch_once_a_person_agrees(canteen, unsent) -> None:
    daemon = restore(canteen, unsent=unsent)
    status = daemon.wait_for(
        lambda status: status["network"]["up"]["state"] == "stopped", "the lane has stopped"
    )
    assert "approve a new epoch" in status["network"]["up"]["detail"]
    # Start, meal | two meals that only the centre knows. The first two are common.
    assert status["restored"] == {"common": "1-2", "centre": "1-4"}
    findings = check_epoch(Scene(folder=canteen.folder, now=wall_clock(), status=status))
    (told,) = [finding for finding in findings if finding.part == "epoch"]
    assert told.grade is Grade.FAILED
    assert "approve-epoch" in told.cure

    # Nobody waits for the bursar: the till serves on.
    later = canteen.badges[3 + unsent]
    assert daemon.tap(later)["outcome"] == "collected"
    assert canteen.approve() == 2
    daemon.terminal.port.sync_now()
    status = daemon.wait_for(lambda status: status["restored"] is None, "the epoch has begun")
    daemon.wait_for(all_booked, "the new epoch is booked")
    last = canteen.badges[4 + unsent]
    verdict = daemon.tap(last)
    assert verdict["outcome"] == "collected"
    daemon.wait_for(all_booked, "it reaches the books again")
    daemon.stop()

    (started,) = canteen.facts(EpochStarted)
    assert isinstance(started, EpochStarted)
    (head,) = [one.hash.hex() for one in booked(canteen) if (one.epoch, one.seq) == (1, 4)]
    assert (started.after_epoch, started.after_seq, started.after_hash) == (1, 4, head)
    assert started.receipt == max(3, 1 + unsent)  # of what either image gave
    noted = canteen.facts(TroubleNoted)
    assert [fact.trouble for fact in noted] == [Trouble.RESTORED_IMAGE]
    expect_no_number_twice(canteen, started)
    expect_nothing_lost(canteen)


def expect_no_number_twice(canteen: Canteen, started: EpochStarted) -> None:
    """Numbers of the new epoch lie behind all that either branch gave."""
    events = canteen.events()
    old = [e.fact.receipt for e in events if e.epoch == 1 and isinstance(e.fact, MealCollected)]
    new = [e.fact.receipt for e in events if e.epoch == 2 and isinstance(e.fact, MealCollected)]
    assert new
    assert min(new) > max(*old, started.receipt)


def booked(canteen: Canteen) -> list[Sealed]:
    """Return all that the centre has booked."""
    with canteen.centre.store.database.reading() as session:
        return booked_events(session)


def expect_nothing_lost(canteen: Canteen) -> None:
    """Every event of the journal is booked, the older image's too, and the books are sound."""
    reader = JournalReader.open(canteen.folder / "journal.db")
    mine = {event.hash for event in reader.events()}
    reader.close()
    kept = {bytes(row[0]) for row in canteen.rows("SELECT hash FROM stray_event")}
    assert kept
    assert mine | kept <= {one.hash for one in booked(canteen)}
    with canteen.centre.store.database.reading() as session:
        assert disagreements(session, canteen.school) == []
        assert read_figures(session).ledger_sum_cents == 0
    assert verify(canteen.folder / "journal.db").is_good


def test_the_command_waits_for_the_approval(canteen, capsys, monkeypatch) -> None:
    daemon = restore(canteen)
    daemon.wait_for(lambda status: status["restored"] is not None, "the fork is told")
    words = ["sync", "new-epoch", "--data", str(canteen.folder)]
    with monkeypatch.context() as hasty:
        hasty.setattr("cli.sync._ANSWER_TRIES", 2)
        assert main(words) == 1
    assert "approve it at the centre" in capsys.readouterr().err
    canteen.approve()
    assert main([*words, "--json"]) == 0
    assert capsys.readouterr().out == '{"epoch": 2}\n'
    assert main(words) == 1
    assert "nothing to begin" in capsys.readouterr().err
    daemon.stop()


def test_an_approval_is_noticed_without_anybody_at_the_terminal(canteen) -> None:
    daemon = restore(canteen)
    daemon.wait_for(lambda status: status["restored"] is not None, "the fork is told")
    lane = daemon.terminal._around.uplink._up
    lane.intervals = replace(lane.intervals, approval_s=0.1)
    lane.hurry()
    canteen.approve()
    daemon.wait_for(all_booked, "it goes on by itself")
    daemon.stop()
    expect_nothing_lost(canteen)


def test_a_lost_answer_about_the_epoch_is_asked_again(canteen) -> None:
    daemon = restore(canteen)
    daemon.wait_for(lambda status: status["restored"] is not None, "the fork is told")
    canteen.approve()
    canteen.centre.fail(*[Fault(FaultKind.REPLY_LOST, path="/epoch")] * 2)
    daemon.terminal.port.sync_now()
    daemon.wait_for(all_booked, "it goes on")
    daemon.stop()
    assert len(canteen.facts(EpochStarted)) == 1
    expect_nothing_lost(canteen)


def test_a_restart_before_the_approval_changes_nothing(canteen) -> None:
    daemon = restore(canteen, unsent=2)
    daemon.wait_for(lambda status: status["restored"] is not None, "the fork is told")
    daemon.stop()
    daemon = canteen.start()
    status = daemon.wait_for(
        lambda status: status["network"]["up"]["state"] == "stopped", "it is told again"
    )
    assert status["restored"]["common"] == "1-2"
    canteen.approve()
    daemon.terminal.port.sync_now()
    daemon.wait_for(all_booked, "it goes on")
    daemon.stop()
    assert len(canteen.facts(TroubleNoted)) == 1
    expect_nothing_lost(canteen)


def test_sales_behind_the_fork_still_lower_what_can_be_spent(canteen) -> None:
    """The centre's balances do not hold them, whatever it says is settled."""
    daemon = restore(canteen)
    daemon.wait_for(lambda status: status["restored"] is not None, "the fork is told")
    assert daemon.tap(canteen.buyers[0])["outcome"] == "sold"
    daemon.terminal.port.sync_now()
    recorder = daemon.terminal._recorder
    daemon.wait_for(lambda _: recorder.state.settled == (1, 2), "a copy is in use")
    (sale,) = canteen.facts(SaleMade)
    assert isinstance(sale, SaleMade)
    assert recorder.state.unsettled.owed_of(sale.pupil) == sale.total
    daemon.stop()
