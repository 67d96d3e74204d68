"""What the centre says, and the balance that must never flicker."""

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from canteen import NOON, POLICY
from journal_rig import SCHOOL, meta
from till_rig import ALICE, BOB, PATIENCE_S, Counter, pupil_of, school_copy

from core.batch import Flag, Verdict
from core.codec import to_plain
from core.day_receipt import DayReceipt, signed_from_plain
from core.ids import EventId, PupilId, SchoolId, TerminalId
from core.money import Money
from core.snapshot import meta_rows, pupil_row
from core.wallet import Wallets
from offline_cache.retention import kept_receipt
from offline_cache.snapshot import Snapshot
from sync.identity import Identity
from sync.ports import (
    Acknowledged,
    ChangesReady,
    CopyConfirmed,
    EventVerdict,
    Lane,
    LaneHealth,
    LaneState,
    SnapshotReady,
    UplinkMessage,
)
from sync.uplink import Uplink
from terminal.copy_home import CopyHome
from terminal.mode import Mode
from terminal.settlement import JournalOutbox, Settlement, use_copy

IDENTITY = Identity(
    school_id=SCHOOL,
    terminal_id=TerminalId("till-1"),
    terminal_name="Caisse 1",
    central_url="http://127.0.0.1:1",
    key_id="key-1",
    private_key=b"p" * 32,
    badge_key=b"b" * 16,
    centre_key=b"c" * 32,
)


class Centre:
    """Plays the uplink: it posts from a thread of its own, as that does."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        # The uplink itself, with its lanes at rest: what it is told shows in its status.
        self.uplink = Uplink(
            IDENTITY,
            outbox=JournalOutbox(counter.path),
            acknowledged=(0, 0),
            snapshot_etag=None,
            folder=counter.folder,
            post=self.post,
            clock=counter.clock.now,
        )
        self.settlement = Settlement(
            inbox=counter.inbox,
            recorder=counter.recorder,
            knowledge=counter.knowledge,
            folder=counter.folder,
            school_id=SCHOOL,
            forget_copy=self.uplink.forget_copy,
            follow=lambda cursor, etag: self.uplink.follow(cursor=cursor, etag=etag),
        )
        counter.lights.settlement = self.settlement
        self._numbers = iter(range(1, 100))

    @property
    def etag(self) -> str | None:
        """The copy by which the uplink asks for changes."""
        return self.uplink.status().snapshot_etag

    def post(self, message: UplinkMessage) -> None:
        posted = threading.Event()

        def run() -> None:
            try:
                self.settlement.post(message)
            finally:
                # The till's thread is woken, whatever came of it.
                posted.set()
                self.counter.inbox.ask_later(lambda: None)

        thread = threading.Thread(target=run)
        thread.start()
        self.counter.serve(posted.is_set)
        thread.join(PATIENCE_S)

    def acknowledge(self, seq: int, *verdicts: EventVerdict, epoch: int = 1) -> None:
        self.post(Acknowledged((epoch, seq), b"\0" * 32, verdicts))

    def send_copy(self, **changes: object) -> Path:
        path = self.counter.folder / f"snapshot.ready-{next(self._numbers)}.db"
        school_copy(path, **changes)
        self.post(SnapshotReady(path, f'"{path.name}"'))
        return path

    def next_day(self) -> None:
        self.counter.clock.advance(timedelta(days=1))
        self.post(CopyConfirmed(self.counter.clock.now()))

    def balance_of_bob(self) -> int:
        """What the till would say: the copy's balance less its own unsettled sales."""
        verdict = self.counter.tap(BOB)
        assert verdict["reason"] == "already_served"
        return int(verdict["wallet_cents"])


@pytest.fixture
def centre(counter: Counter) -> Iterator[Centre]:
    return Centre(counter)


def copy_after_booking(centre: Centre, *, settled: tuple[int, int], cents: int) -> None:
    """Send the copy of a centre that has booked up to `settled`, and what Bob has left there."""
    path = centre.counter.folder / "snapshot.ready-booked.db"
    school_copy(path, settled=settled)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE pupil SET general_cents = ? WHERE id = 'p2'", (cents,))
        db.commit()
    centre.post(SnapshotReady(path, '"booked"'))


# --- the balance never flickers -------------------------------------------------------------------


def test_a_reply_alone_moves_no_balance_only_a_copy_does(centre: Centre) -> None:
    centre.counter.tap(BOB)
    assert centre.balance_of_bob() == 1890
    centre.acknowledge(2)
    assert centre.balance_of_bob() == 1890
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    assert centre.balance_of_bob() == 1890
    assert centre.counter.recorder.state.unsettled.risk == Money(0)


def test_the_reply_is_lost_and_a_newer_copy_comes(centre: Centre) -> None:
    centre.counter.tap(BOB)
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    assert centre.balance_of_bob() == 1890
    assert centre.counter.journal.acknowledged == (0, 0), "a copy is no reply"
    centre.acknowledge(2)
    assert centre.balance_of_bob() == 1890


def test_the_reply_comes_and_an_older_copy_after_it(centre: Centre) -> None:
    centre.counter.tap(BOB)
    centre.acknowledge(2)
    # It was built while the batch was on its way: it does not hold the meal.
    centre.send_copy(settled=(1, 1))
    assert centre.balance_of_bob() == 1890


def test_a_copy_built_while_the_second_batch_is_on_its_way(centre: Centre) -> None:
    centre.counter.tap(BOB)
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    centre.next_day()
    assert centre.counter.tap(BOB)["wallet_cents"] == 1440
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    assert centre.balance_of_bob() == 1440
    copy_after_booking(centre, settled=(1, 3), cents=1440)
    assert centre.balance_of_bob() == 1440


def test_a_centre_that_was_restored_sends_an_older_copy(centre: Centre) -> None:
    centre.counter.tap(BOB)
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    assert centre.counter.recorder.state.unsettled.risk == Money(0)
    copy_after_booking(centre, settled=(0, 0), cents=2340)
    assert centre.counter.recorder.state.unsettled.owed_of(PupilId("p2")) == Money(450)
    assert centre.balance_of_bob() == 1890


def test_a_new_epoch_settles_all_of_the_one_before(centre: Centre) -> None:
    counter = centre.counter
    counter.tap(BOB)
    counter.journal.start_epoch()
    centre.next_day()
    assert counter.tap(BOB)["wallet_cents"] == 1440
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    assert centre.balance_of_bob() == 1440
    copy_after_booking(centre, settled=(2, 1), cents=1440)
    assert centre.balance_of_bob() == 1440


def test_a_crash_between_copy_and_next_start_counts_the_same(centre: Centre) -> None:
    counter = centre.counter
    counter.tap(BOB)
    copy_after_booking(centre, settled=(1, 2), cents=1890)
    counter.close()
    again = Counter(counter.folder)
    copy = Snapshot.open(again.copy_path, school_id=SCHOOL)
    use_copy(copy, again.knowledge, again.recorder)
    again.start()
    assert again.tap(BOB)["wallet_cents"] == 1890
    again.close()


# --- acknowledgements -----------------------------------------------------------------------------


def test_the_mark_moves_by_replies_alone_and_never_back(centre: Centre) -> None:
    counter = centre.counter
    counter.tap(ALICE)
    counter.tap(BOB)
    assert counter.status()["queue"] == {
        "count": 3,
        "oldest_at": "2026-11-24T11:02:00.000Z",
        "epoch": 1,
        "seq": 3,
        "acknowledged": "0-0",
    }
    centre.acknowledge(3)
    centre.acknowledge(2)
    assert counter.journal.acknowledged == (1, 3)
    queue = counter.status()["queue"]
    assert (queue["count"], queue["oldest_at"]) == (0, None)


def test_a_centre_that_holds_more_than_this_journal(centre: Centre) -> None:
    # The card was restored from an image: what is here is settled, the rest is the lane's to tell.
    centre.acknowledge(400)
    assert centre.counter.journal.acknowledged == (1, 1)
    centre.acknowledge(7, epoch=3)
    assert centre.counter.journal.acknowledged == (1, 1)


def test_what_the_centre_flagged_is_counted_and_kept(centre: Centre) -> None:
    centre.counter.tap(ALICE)
    centre.counter.tap(BOB)
    centre.acknowledge(
        3,
        EventVerdict((1, 1), Verdict.ACCEPTED, None),
        EventVerdict((1, 2), Verdict.ACCEPTED, Flag.DOUBLE_COLLECTION),
        EventVerdict((1, 3), Verdict.QUARANTINED, None),
    )
    assert centre.settlement.exception_count == 2


def test_a_reply_that_cannot_be_noted_does_not_end_the_lane(centre: Centre) -> None:
    centre.counter.disk.fill_the_disk()
    centre.acknowledge(1)
    assert centre.counter.till.mode is Mode.RED
    centre.counter.disk.make_room()
    centre.counter.let_time_pass(6)
    centre.acknowledge(1)
    assert centre.counter.journal.acknowledged == (1, 1)


def test_a_till_that_has_ended_takes_no_message(counter: Counter, caplog) -> None:
    caplog.set_level(logging.INFO)
    centre = Centre(counter)
    counter.inbox.close()
    centre.settlement.post(CopyConfirmed(NOON))
    assert "was left: the till has stopped" in caplog.text


# --- copies ---------------------------------------------------------------------------------------


def test_a_new_copy_takes_the_place_of_the_old(centre: Centre) -> None:
    counter = centre.counter
    path = centre.send_copy(policy=replace(POLICY, version=4), cursor="90000")
    assert not path.exists()
    assert counter.knowledge.policy.version == 4
    assert counter.knowledge.basis.cursor == "90000"
    snapshot = counter.knowledge.snapshot
    assert snapshot is not None
    assert snapshot.etag == '"snapshot.ready-1.db"'
    assert counter.tap(ALICE)["outcome"] == "collected"


def test_the_first_copy_of_all_opens_the_sale(bare: Counter) -> None:
    bare.start()
    centre = Centre(bare)
    assert bare.tap(BOB)["reason"] == "no_snapshot"
    centre.send_copy()
    assert bare.tap(BOB)["outcome"] == "sold"


def damaged_copy(folder: Path) -> Path:
    path = school_copy(folder / "snapshot.ready-9.db")
    text = path.read_bytes()
    path.write_bytes(text[:8192] + b"\xa5" * (len(text) - 8192))
    return path


def foreign_copy(folder: Path) -> Path:
    return school_copy(folder / "snapshot.ready-9.db", school_id=SchoolId("other"))


def no_copy(folder: Path) -> Path:
    path = folder / "snapshot.ready-9.db"
    path.write_text("<html>please log in to the school's network</html>")
    return path


@pytest.mark.parametrize("make", [damaged_copy, foreign_copy, no_copy])
def test_a_copy_that_is_none_is_deleted_and_the_old_one_stays(
    centre: Centre, make: Callable[[Path], Path], caplog
) -> None:
    counter = centre.counter
    before = counter.copy_path.read_bytes()
    path = make(counter.folder)
    centre.post(SnapshotReady(path, '"bad"'))
    assert not path.exists()
    assert counter.copy_path.read_bytes() == before
    assert "cannot be used" in caplog.text
    assert counter.tap(ALICE)["outcome"] == "collected"


def test_a_confirmation_of_a_refused_copy_makes_the_old_one_no_younger(centre: Centre) -> None:
    counter = centre.counter
    centre.send_copy()
    first = centre.etag
    centre.post(SnapshotReady(foreign_copy(counter.folder), '"bad"'))
    assert centre.etag == first, "it is not asked for at once, again and again"
    centre.post(CopyConfirmed(NOON + timedelta(hours=1)))
    assert counter.knowledge.copy_at == NOON - timedelta(minutes=5)
    assert centre.etag is None, "now a whole copy is fetched"
    centre.send_copy()
    centre.post(CopyConfirmed(NOON + timedelta(hours=2)))
    assert counter.knowledge.copy_at == NOON + timedelta(hours=2)
    assert centre.etag is not None


def test_a_copy_that_vanished_before_the_swap(centre: Centre, caplog) -> None:
    counter = centre.counter
    path = counter.folder / "snapshot.ready-9.db"
    centre.settlement._swap(path, counter.folder)
    assert "was not replaced" in caplog.text
    assert counter.tap(ALICE)["outcome"] == "collected"


def test_a_confirmed_copy_is_young_again(centre: Centre) -> None:
    centre.post(CopyConfirmed(NOON))
    assert centre.counter.knowledge.copy_at == NOON


def changes(after: str, **about: object) -> ChangesReady:
    """Return the page in which Bob was given ten euros and moved to 4A."""
    pupil = replace(pupil_of(2), class_name="4A")
    row = pupil_row(pupil, Wallets(general=Money(3340), reserve=Money(1500)))
    told = meta(**({"settled": (0, 0), "made_at": NOON, "cursor": "88122"} | about))
    return ChangesReady(after, "88122", '"changed"', meta_rows(told), {"pupil": (row,)})


def test_changes_bring_the_copy_forward(centre: Centre) -> None:
    centre.post(changes("88121"))
    verdict = centre.counter.tap(BOB)
    assert (verdict["class_name"], verdict["wallet_cents"]) == ("4A", 2890)
    assert centre.counter.knowledge.copy_at == NOON
    assert centre.etag == '"changed"'
    assert centre.counter.tap(ALICE)["outcome"] == "collected", "the rest stayed"


def test_changes_are_kept_in_memory_until_the_centre_is_lost(centre: Centre, tmp_path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    counter = centre.counter
    home = centre.settlement.home = CopyHome(counter.folder, memory=memory)
    before = counter.copy_path.read_bytes()
    centre.post(changes("88121"))
    assert counter.tap(BOB)["class_name"] == "4A"
    assert counter.copy_path.read_bytes() == before
    for state in (LaneState.WORKING, LaneState.OFFLINE):
        assert counter.copy_path.read_bytes() == before
        centre.post(LaneHealth(Lane.DOWN, state, "", counter.clock.now()))
    assert counter.copy_path.read_bytes() == home.path.read_bytes() != before


def test_changes_and_what_they_settle_come_together(centre: Centre) -> None:
    centre.counter.tap(BOB)
    centre.post(changes("88121", settled=(1, 2)))
    assert centre.balance_of_bob() == 3340
    assert centre.counter.recorder.state.unsettled.risk == Money(0)


def test_changes_to_another_copy_are_not_applied(centre: Centre, caplog) -> None:
    before = centre.counter.copy_path.read_bytes()
    centre.post(changes("70000"))
    assert "fetching a whole one" in caplog.text
    assert centre.counter.copy_path.read_bytes() == before
    assert centre.etag is None, "a whole copy is fetched"
    assert centre.counter.tap(BOB)["wallet_cents"] == 1890


# --- lanes ----------------------------------------------------------------------------------------


def test_the_lanes_tell_whether_we_are_online(centre: Centre) -> None:
    counter = centre.counter

    def tell(lane: Lane, state: LaneState) -> None:
        centre.post(LaneHealth(lane, state, "a sentence", NOON))

    tell(Lane.DOWN, LaneState.IDLE)
    assert not counter.knowledge.is_online, "only the way up says that facts arrive"
    for state, is_online in (
        (LaneState.WORKING, True),
        (LaneState.OFFLINE, False),
        (LaneState.IDLE, True),
        (LaneState.STOPPED, False),
    ):
        tell(Lane.UP, state)
        assert counter.knowledge.is_online is is_online
    network = counter.status()["network"]
    assert network["up"] == {
        "state": "stopped",
        "detail": "a sentence",
        "since": "2026-11-24T11:02:00.000Z",
    }


# --- the outbox -----------------------------------------------------------------------------------


def test_the_uplink_reads_what_the_till_wrote(counter: Counter) -> None:
    outbox = JournalOutbox(counter.path)
    counter.tap(ALICE)
    assert [event.seq for event in outbox.events_after((0, 0), 10)] == [1, 2]
    counter.tap(BOB)
    assert [event.seq for event in outbox.events_after((1, 1), 1)] == [2]
    assert list(outbox.events_after((1, 3), 10)) == []


def test_an_outbox_that_cannot_read_sends_nothing_and_recovers(tmp_path: Path, caplog) -> None:
    outbox = JournalOutbox(tmp_path / "journal.db")
    assert outbox.events_after((0, 0), 10) == []
    assert "nothing can be sent" in caplog.text
    counter = Counter(tmp_path)
    counter.start()
    assert len(outbox.events_after((0, 0), 10)) == 1
    counter.close()


def test_the_signed_receipt_of_the_day_is_kept_with_what_it_came_with(centre: Centre) -> None:
    journal = centre.counter.journal
    plain = to_plain(
        DayReceipt(
            school=SCHOOL,
            terminal=TerminalId("t-1"),
            epoch=1,
            seq=9,
            closing=EventId("e-9"),
            number=1,
            day=date(2026, 11, 24),
            head_hash="ab" * 32,
            events=8,
            collected=5,
            sales=Money(450),
            cash=Money(0),
            differences=0,
            booked_at=centre.counter.clock.now(),
        )
    )
    receipt = signed_from_plain({"receipt": plain | {"later": 1}, "signature": "AAAA"})
    assert kept_receipt(journal.marks()) is None
    for _ in range(2):
        centre.post(Acknowledged((1, 0), b"\0" * 32, (), receipt=receipt))
        assert kept_receipt(journal.marks()) == receipt
    centre.acknowledge(0)
    assert kept_receipt(journal.marks()) == receipt
    assert json.loads(receipt.body)["later"] == 1
