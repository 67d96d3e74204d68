"""The power is cut while a terminal with a restored card begins its new epoch."""

from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import fact, record
from power_disk import Model, RecordingDisk, cuts

from core.events import Basis, read_event
from core.facts import EpochStarted
from core.money import Money
from core.shift_facts import Perpetual
from offline_cache.connection import Connection
from offline_cache.integrity import verify
from offline_cache.journal import Journal
from sync.ports import EpochApproved, Forked
from terminal.clock import ManualClock
from terminal.epochs import begin_epoch, note_fork, open_fork
from terminal.recorder import Recorder

pytestmark = pytest.mark.power

BASIS = Basis("1", 1, is_online=True)
FORK = Forked(common=(1, 3), high_water=(1, 9))
APPROVED = EpochApproved(
    epoch=2,
    after=(1, 9),
    after_hash=bytes(32),
    receipt=90,
    closing=4,
    perpetual=Perpetual(sales=Money(12_345)),
)


def begin(folder: Path, *, is_split: bool = False) -> RecordingDisk:
    """Notice the fork and begin the epoch, on a disk that writes down what is done to it."""
    disk = RecordingDisk(folder)

    def connect(path: Path) -> Connection:
        return disk.connect(path)

    with disk.plain_files():
        journal = Journal.open(folder / "journal.db", connect=connect)
        for number in range(1, 6):
            record(journal, fact(number))
        recorder = Recorder(journal, ManualClock(at=NOON))
        disk.tape.begin()
        note_fork(FORK, recorder, basis=BASIS)
        disk.tape.note("noticed")
        if is_split:
            journal.start_epoch(2)
            recorder.record([EpochStarted(1, 9, "00" * 32, receipt=90)], basis=BASIS)
        else:
            assert begin_epoch(APPROVED, recorder, basis=BASIS)
        disk.tape.note("begun")
    return disk


def faults(folder: Path, disk: RecordingDisk, model: Model) -> list[str]:
    """Cut before each operation, start the product's own code, and say what is wrong then."""
    found = []
    for cut in cuts(disk.tape, seeds=3, model=model):
        place = folder / f"cut-{cut.at}-{cut.seed}"
        place.mkdir()
        for name, content in cut.files.items():
            (place / name).write_bytes(content)
        journal = Journal.open(place / "journal.db")
        found += [f"{model} {cut.at} {cut.seed}: {one}" for one in _wrong(journal, cut.notes)]
        journal.close()
        report = verify(place / "journal.db")
        found += [] if report.fault is None else [report.fault]
    return found


def _wrong(journal: Journal, notes: list[object]) -> list[str]:
    wrong = []
    events = [read_event(event.body) for event in journal.events()]
    begins = [event for event in events if event.epoch == 2]
    if journal.head.epoch == 2 and not (begins and isinstance(begins[0].fact, EpochStarted)):
        wrong.append("an epoch stands there without the event that says why")
    if "begun" in notes and journal.head != journal.head.__class__(2, 1, journal.head.hash):
        wrong.append("the epoch was told and is gone")
    if "noticed" in notes and journal.head.epoch == 1 and open_fork(journal) is None:
        wrong.append("the fork was told and is forgotten")
    if journal.head.epoch == 1:
        # The centre says it again after the start, and the epoch begins then.
        recorder = Recorder(journal, ManualClock(at=NOON))
        note_fork(FORK, recorder, basis=BASIS)
        if not begin_epoch(APPROVED, recorder, basis=BASIS):
            wrong.append("the epoch does not begin after a cut")
    state = Recorder(journal, ManualClock(at=NOON)).state
    if state.receipt_number < 90 or (state.closing_count, state.period.perpetual) != (
        4,
        APPROVED.perpetual,
    ):
        wrong.append("a number may be given twice")
    if open_fork(journal) is not None:
        wrong.append("a fork is still told after its epoch has begun")
    return wrong


@pytest.mark.parametrize("model", Model)
def test_no_cut_leaves_an_epoch_without_its_numbers(tmp_path: Path, model: Model) -> None:
    disk = begin(tmp_path)
    assert len(disk.tape.cuts) > 5
    assert faults(tmp_path, disk, model) == []


def test_the_control_an_epoch_in_two_steps_is_noticed(tmp_path: Path) -> None:
    disk = begin(tmp_path, is_split=True)
    found = faults(tmp_path, disk, Model.TORN)
    assert any("without the event" in one for one in found)
    assert any("given twice" in one for one in found)
