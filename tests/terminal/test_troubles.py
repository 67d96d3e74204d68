"""The till's own troubles: named, shown, and journalled as soon as the journal can be written."""

import sqlite3

import pytest
from staffed_rig import StaffedCounter
from till_rig import ALICE, BOB

from core.events import read_event
from core.facts import Trouble, TroubleNoted
from offline_cache import errors
from terminal.disk_watch import FLOOR_BYTES, LOW_BYTES, DiskWatch, Room
from terminal.mode import Mode
from terminal.troubles import Troubles, trouble_of


def noted(counter: StaffedCounter) -> list[tuple[Trouble, bool]]:
    events = [read_event(sealed.body).fact for sealed in counter.journal.events()]
    return [(fact.trouble, fact.is_over) for fact in events if isinstance(fact, TroubleNoted)]


def leave(counter: StaffedCounter, free: int) -> None:
    """Have the disk hold so many free bytes, and the till look at it."""
    counter.service.disk._free = lambda _: free
    counter.let_time_pass(6)


def test_a_disk_that_fills_is_told_before_it_is_full(staffed: StaffedCounter) -> None:
    leave(staffed, LOW_BYTES - 1)
    assert staffed.till.mode is Mode.OPEN
    assert staffed.status()["disk"] == {"state": "low", "free_bytes": LOW_BYTES - 1}
    leave(staffed, LOW_BYTES - 2)
    assert noted(staffed) == [(Trouble.DISK_LOW, False)], "told once"
    assert staffed.tap(ALICE)["outcome"] == "collected"
    leave(staffed, LOW_BYTES)
    assert noted(staffed)[-1] == (Trouble.DISK_LOW, True)


def test_at_the_floor_the_till_is_red_and_recovers(staffed: StaffedCounter) -> None:
    leave(staffed, FLOOR_BYTES - 1)
    assert staffed.till.mode is Mode.RED
    assert staffed.till.alarm is not None
    assert "the disk is full (7 MB left)" in staffed.till.alarm
    assert staffed.tap(BOB)["topic"] == "declined"
    leave(staffed, FLOOR_BYTES)
    assert staffed.till.mode is Mode.RED, "a little more room would be gone at once"
    leave(staffed, 2 * FLOOR_BYTES)
    assert staffed.till.mode is Mode.OPEN
    assert noted(staffed) == [(Trouble.DISK_FULL, True), (Trouble.DISK_LOW, False)]
    assert staffed.tap(BOB)["outcome"] == "sold"


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (sqlite3.SQLITE_FULL, Trouble.DISK_FULL),
        (sqlite3.SQLITE_READONLY, Trouble.DISK_READ_ONLY),
        (sqlite3.SQLITE_IOERR_FSYNC, Trouble.DISK_BROKEN),
        (sqlite3.SQLITE_CORRUPT, Trouble.JOURNAL_DAMAGED),
        (sqlite3.SQLITE_BUSY, Trouble.JOURNAL_BUSY),
    ],
)
def test_each_trouble_is_noted_when_it_is_over(
    staffed: StaffedCounter, code: int, trouble: Trouble
) -> None:
    staffed.disk.code = code
    assert staffed.tap(ALICE)["topic"] == "declined"
    staffed.disk.make_room()
    staffed.let_time_pass(6)
    assert staffed.till.mode is Mode.OPEN
    assert noted(staffed) == [(trouble, True)]
    assert staffed.tap(ALICE)["outcome"] == "collected"


def test_every_error_of_the_journal_has_a_name() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.JournalError)
    ]
    unnamed = {kind for kind in kinds if trouble_of(kind("x")) is Trouble.UNKNOWN}
    assert unnamed == {errors.JournalError}


def test_an_error_goes_by_its_nearest_name() -> None:
    assert trouble_of(errors.DiskReadOnlyError("x")) is Trouble.DISK_READ_ONLY
    assert trouble_of(errors.FileVanishedError("x")) is Trouble.FILE_VANISHED


def test_a_trouble_that_never_began_is_never_over(staffed: StaffedCounter) -> None:
    troubles = Troubles()
    at = staffed.clock.now()
    assert troubles.end(Trouble.DISK_LOW) is None
    assert troubles.begin(Trouble.DISK_LOW, at) is not None
    assert troubles.begin(Trouble.DISK_LOW, at) is None
    assert troubles.end_all(Trouble.DISK_LOW) == []
    assert [fact.trouble for fact in troubles.end_all()] == [Trouble.DISK_LOW]


def test_a_folder_that_is_gone_has_no_room(staffed: StaffedCounter) -> None:
    assert DiskWatch(staffed.folder / "nowhere").last.room is Room.FULL
