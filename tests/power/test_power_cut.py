"""The power is cut before every single operation of a day, and no acknowledged tap is ever lost.

Each failure names model, cut and seed; `cuts(day.tape, …, only=[cut])` replays it alone. The
controls prove that the rig can fail: weaker settings and broken tills must be caught by it.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from power_day import (
    Append,
    Day,
    examine,
    hasty_append,
    honest_append,
    play,
    split_append,
)
from power_disk import PSOW_OFF, PSOW_ON, Flags, Model, Tape, cuts
from scripted_day import CLOSINGS, scripted, sums_of

from core.kinds import EventKind
from offline_cache import transactions
from offline_cache.journal import Journal
from offline_cache.rebuild import rebuild

pytestmark = [pytest.mark.power, pytest.mark.timeout(600)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: the rig itself needs no disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        (Path(name) / "day").mkdir()
        yield Path(name)


@dataclass
class Result:
    """How many cuts there were, how many lost something, how many broke something."""

    trials: int = 0
    losses: int = 0
    broken: int = 0
    first: str = ""


def cut_everywhere(
    day: Day, folder: Path, *, model: Model = Model.TORN, seeds: int = 1, every: int = 1
) -> Result:
    result = Result()
    only = day.tape.cuts[::every]
    for cut in cuts(day.tape, seeds=seeds, model=model, only=only):
        found = examine(cut, day, folder / "after")
        result.trials += 1
        result.losses += bool(found.lost)
        result.broken += bool(found.faults)
        if not found.is_clean and not result.first:
            result.first = f"{model.value}, cut {cut.at}, seed {cut.seed}: {found}"
    return result


def setting(*, synchronous: str = "FULL", journal_mode: str = "WAL") -> Callable[[str], str]:
    """Return what turns the journal's own settings into others."""

    def rewrite(sql: str) -> str:
        weaker = sql.replace("synchronous = FULL", f"synchronous = {synchronous}")
        return weaker.replace("journal_mode = WAL", f"journal_mode = {journal_mode}")

    return rewrite


# --- the promise ----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", Model)
def test_no_cut_of_a_day_loses_or_breaks_anything(folder: Path, model: Model) -> None:
    day = play(folder / "day")
    result = cut_everywhere(day, folder, model=model, seeds=3)
    assert result.first == ""
    assert result.trials == 3 * len(day.tape.cuts)


def test_a_day_without_a_cut_is_a_whole_day(folder: Path) -> None:
    day = play(folder / "day")
    operations = [step.what for step in day.tape.steps[day.tape.begins_at :]]
    assert 300 < len(day.tape.cuts) < 3000
    # A tap, the state of a paper, the centre's answers, checkpoints, archives, the copy.
    assert operations.count("sync") > 36 + 18
    assert operations.count("rename") == 3
    assert operations.count("sync_folder") >= 3
    (end,) = [cut for cut in cuts(day.tape, seeds=1, model=Model.TORN) if cut.is_end]
    assert examine(end, day, folder / "after").is_clean
    journal = Journal.open(folder / "after" / "journal.db")
    assert (journal.head.seq, journal.archived.seq, journal.acknowledged) == (36, 12, (1, 20))
    assert journal.marks() == {"snapshot_etag": "2"}
    journal.close()


def test_the_creation_of_a_journal_can_be_cut(folder: Path) -> None:
    day = play(folder / "day", events=1)
    from_birth = Day(Tape(day.tape.steps), day.script)
    for cut in cuts(from_birth.tape, seeds=3, model=Model.BLOCK):
        # Before the first sale nothing was promised but that the till starts and sells.
        kept = {name: cut.files[name] for name in cut.files if name.startswith("journal")}
        found = examine(replace(cut, files=kept), day, folder / "after")
        faults = [fault for fault in found.faults if "no copy of the school" not in fault]
        assert (found.lost, faults) == (0, []), f"cut {cut.at}, seed {cut.seed}"


# --- the controls: each must be caught, or the rig proves nothing ---------------------------------


def test_control_unsynced_commits_are_lost(folder: Path) -> None:
    day = play(folder / "day", rewrite=setting(synchronous="NORMAL"))
    result = cut_everywhere(day, folder, every=4)
    assert result.losses > 10
    assert result.broken == 0, result.first


def test_control_no_sync_at_all_corrupts(folder: Path) -> None:
    day = play(folder / "day", rewrite=setting(synchronous="OFF"))
    result = cut_everywhere(day, folder, every=4)
    assert result.losses > 10
    assert result.broken > 10


def test_control_a_disk_that_ignores_syncs_is_noticed(folder: Path) -> None:
    day = play(folder / "day")
    day.tape.steps = [
        replace(step, what="note", note=None)
        if step.what == "sync" and at >= day.tape.begins_at
        else step
        for at, step in enumerate(day.tape.steps)
    ]
    assert cut_everywhere(day, folder, every=4).losses > 10


def test_control_blocks_destroyed_under_psow_1_take_sales_with_them(folder: Path) -> None:
    day = play(folder / "day", flags=PSOW_ON)
    assert cut_everywhere(day, folder, model=Model.TORN, every=4).first == ""
    assert cut_everywhere(day, folder, model=Model.BLOCK, every=2).losses > 5


@pytest.mark.parametrize("append", [hasty_append, split_append])
def test_control_a_broken_till_is_caught(folder: Path, append: Append) -> None:
    day = play(folder / "day", append=append)
    result = cut_everywhere(day, folder, every=4)
    if append is hasty_append:
        assert result.losses > 10
    else:
        assert (result.losses, result.broken > 10) == (0, True)
        assert "an event stands there without its paper" in result.first


@pytest.mark.parametrize("flags", [PSOW_OFF, PSOW_ON])
def test_control_a_safe_rollback_journal_is_clean(folder: Path, flags: Flags) -> None:
    day = play(folder / "day", rewrite=setting(journal_mode="DELETE"), flags=flags)
    assert cut_everywhere(day, folder, every=4).first == ""


def test_control_the_honest_till_is_the_one_under_test() -> None:
    assert play.__kwdefaults__["append"] is honest_append
    assert transactions.WAL_COMMITS_MAX == 500


def test_the_day_holds_every_kind_of_act() -> None:
    kinds = {one.event.kind for one in scripted(36)}
    assert kinds >= {
        EventKind.MEAL_COLLECTED,
        EventKind.SALE_MADE,
        EventKind.SALE_VOIDED,
        EventKind.SALE_REFUNDED,
        EventKind.WALLET_TOPPED_UP,
        EventKind.SHIFT_OPENED,
        EventKind.CASH_MOVED,
        EventKind.DRAWER_OPENED,
        EventKind.PERIOD_CLOSED,
        EventKind.TAP_REFUSED,
    }


def test_control_a_journal_cut_elsewhere_than_before_a_closing_has_other_sums() -> None:
    script = scripted(36)
    for at in CLOSINGS[:2]:
        whole, other = (rebuild([one.event for one in script[cut:]]) for cut in (at - 1, at))
        assert sums_of(whole.state) == script[-1].sums
        # Without the closing of the period before, its number and what it held are gone.
        assert other.faults or sums_of(other.state) != script[-1].sums
