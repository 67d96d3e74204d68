"""Old periods leave the journal while nobody is at the till, and no number changes by it."""

from datetime import timedelta
from pathlib import Path

import pytest
from canteen import NOON, TODAY
from journal_rig import SCHOOL
from staffed_rig import CASH_POLICY, WATER, StaffedCounter, items
from till_rig import ALICE, BOB

from core.day_receipt import DayReceipt, SignedReceipt, receipt_bytes
from core.ids import EventId, TerminalId
from core.money import Money
from offline_cache.rebuild import rebuild
from offline_cache.retention import KEPT_AT_LEAST as KEPT
from offline_cache.retention import note_receipt
from terminal.mode import Mode


def closed_day(counter: StaffedCounter) -> None:
    """Serve, sell, take something back, and close; the centre then holds all of it."""
    counter.sign_in()
    counter.command("open_shift", cash_cents=5000)
    counter.tap(ALICE)
    counter.tap(BOB)
    sold = counter.command("sell", customer={}, items=items(WATER), tender="cash")
    assert sold["outcome"] == "served"
    counter.command("refund", document=sold["events"][0]["id"], why="warm")
    assert counter.command("close_period", counted_cents=5000)["outcome"] == "done"
    counter.tap(ALICE)
    hold_all(counter)


def hold_all(counter: StaffedCounter, *, is_settled: bool = True, has_receipt: bool = True) -> None:
    head = counter.journal.head
    if has_receipt:
        closed = max(seq for seq, kind in counter.durable() if kind == "period.closed")
        note_receipt(counter.journal, receipt_at(closed))
    counter.journal.acknowledge((head.epoch, head.seq))
    if is_settled:
        counter.learn_staffed(CASH_POLICY, settled=(head.epoch, head.seq))


def receipt_at(seq: int) -> SignedReceipt:
    """Return the centre's receipt of a closing."""
    receipt = DayReceipt(
        school=SCHOOL,
        terminal=TerminalId("till-1"),
        epoch=1,
        seq=seq,
        closing=EventId("00000000-0000-7000-8000-000000000001"),
        number=1,
        day=TODAY,
        head_hash="ab",
        events=seq,
        collected=1,
        sales=Money(450),
        cash=Money(0),
        differences=0,
        booked_at=NOON,
    )
    return SignedReceipt(receipt, receipt_bytes(receipt), b"signature")


def archived(counter: StaffedCounter) -> list[str]:
    """Let the till be idle for a while; return what lies in the archive."""
    counter.clock.advance(timedelta(hours=2))
    counter.till._written_ns = counter.clock.mono_ns()
    # First whoever left is signed out; when that has rested, too, the journal is tidied.
    for _ in range(2):
        counter.till._housekeep(is_idle=True)
        counter.clock.advance(timedelta(seconds=2))
    counter.till._housekeep(is_idle=True)
    return sorted(path.name for path in (counter.folder / "archive").glob("*"))


def test_a_closed_period_leaves_after_ninety_days_and_the_sums_stay(
    staffed: StaffedCounter,
) -> None:
    closed_day(staffed)
    assert archived(staffed) == []
    staffed.clock.advance(KEPT)
    before = len(staffed.durable())
    (name,) = archived(staffed)
    assert name.startswith("journal-1-1-to-1-")
    assert staffed.facts()[0] == "period.closed"
    assert len(staffed.durable()) < before
    running = staffed.recorder.state
    again = rebuild(staffed.journal.events())
    assert again.is_good
    for part in ("period", "receipt_number", "closing_count", "closing_id", "period_began", "head"):
        assert getattr(again.state, part) == getattr(running, part), part
    assert archived(staffed) == [name], "what is left is not closed"


@pytest.mark.parametrize(
    ("is_settled", "has_receipt"), [(True, True), (False, True), (True, False)]
)
def test_what_the_copy_does_not_hold_or_no_receipt_covers_stays(
    tmp_path: Path, *, is_settled: bool, has_receipt: bool
) -> None:
    counter = StaffedCounter(tmp_path)
    counter.learn_staffed()
    counter.start()
    counter.sign_in()
    counter.tap(BOB)
    counter.command("close_period")
    hold_all(counter, is_settled=is_settled, has_receipt=has_receipt)
    counter.clock.advance(KEPT)
    assert bool(archived(counter)) is (is_settled and has_receipt)
    counter.close()


def test_it_is_looked_at_once_an_hour(staffed: StaffedCounter) -> None:
    closed_day(staffed)
    assert archived(staffed) == []
    service = staffed.service.archiving
    staffed.clock.advance(KEPT)
    assert service.look(staffed.recorder) is not None
    assert service.look(staffed.recorder) is None
    assert service._due_ns > staffed.clock.mono_ns() + timedelta(minutes=59).seconds * 10**9


def test_an_archive_that_cannot_be_written_stops_nobody(staffed: StaffedCounter) -> None:
    closed_day(staffed)
    staffed.clock.advance(KEPT)
    (staffed.folder / "archive").write_text("in the way")
    before = staffed.durable()
    assert archived(staffed) == []
    assert staffed.till.mode is Mode.OPEN
    assert staffed.durable()[: len(before)] == before
    assert "outcome" in staffed.tap(BOB)
