"""The uplink: every fact reaches the books once, whatever the network and the centre do."""

import gzip
import json
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
from counter_inbox import eventually

from central.clock import wall_clock
from central.epochs import approve_epoch
from central.terminals import find_terminal
from central.twin import Fault, FaultKind
from core.chain import link
from sync.intervals import Intervals
from sync.ports import (
    Acknowledged,
    ChangesReady,
    CopyConfirmed,
    EpochApproved,
    Forked,
    LaneState,
    SnapshotReady,
)

BATCHES = "/batches"
SNAPSHOT = "/snapshot"
HASTY = Intervals(
    gather_s=0.01, up_s=60, down_s=60, retry_first_s=0.01, retry_max_s=0.05, approval_s=0.01
)


def test_taps_are_booked_soon_after_the_commit(till, books):
    till.start()
    till.tap(3)
    till.wait_until_booked()
    till.tap(2)
    till.wait_until_booked()
    books.expect_booked_once(till)
    assert till.uplink.status().acknowledged == (1, 5)


def test_verdicts_come_back_for_each_event(till, books):
    till.tap(2)
    till.start()
    message = till.wait_for(Acknowledged)
    assert [(one.position, one.verdict.value, one.flag) for one in message.verdicts] == [
        ((1, 1), "accepted", None),
        ((1, 2), "accepted", None),
    ]
    assert message.head_hash == till.journal.events[-1].hash


def test_a_lost_reply_is_asked_for_again_with_the_same_bytes(till, twin, books):
    till.tap(5)
    twin.fail(*[Fault(FaultKind.REPLY_LOST, path=BATCHES)] * 3)
    till.start()
    message = till.wait_for(Acknowledged)
    assert {one.verdict.value for one in message.verdicts} == {"duplicate"}
    assert sum(path.endswith(BATCHES) for path in twin.app.requests) == 4
    books.expect_booked_once(till)


def test_what_is_tried_again_has_the_same_bytes(till, twin, monkeypatch):
    from sync.channel import Channel

    sent = []
    honest = Channel.post

    def noted(self, path, *, body, headers):
        sent.append((body, headers["Idempotency-Key"]))
        return honest(self, path, body=body, headers=headers)

    monkeypatch.setattr(Channel, "post", noted)
    till.tap(5)
    twin.fail(
        Fault(FaultKind.REPLY_LOST, path=BATCHES),
        Fault(FaultKind.REQUEST_LOST, path=BATCHES),
        Fault(FaultKind.STATUS, path=BATCHES, status=503),
    )
    till.start()
    # What happens meanwhile travels in a batch of its own.
    till.wait_for_state(LaneState.OFFLINE)
    till.refuse(2)
    till.wait_until_booked()
    first = [one for one in sent if one == sent[0]]
    assert (len(first), len(set(sent))) == (4, 2)


def test_a_lost_request_is_sent_again(till, twin, books):
    till.tap(5)
    twin.fail(*[Fault(FaultKind.REQUEST_LOST, path=BATCHES)] * 3)
    till.start()
    till.wait_until_booked()
    books.expect_booked_once(till)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_centre_is_asked_again(till, twin, books, status):
    till.tap()
    twin.fail(*[Fault(FaultKind.STATUS, path=BATCHES, status=status)] * 4)
    till.start()
    till.wait_until_booked()
    books.expect_booked_once(till)
    states = [message.state for message in till.seen if hasattr(message, "state")]
    assert states.count(LaneState.OFFLINE) <= 2


def test_retry_after_is_obeyed(till, twin):
    till.tap()
    twin.fail(Fault(FaultKind.STATUS, path=BATCHES, status=429, retry_after_s=1))
    till.start()
    offline = till.wait_for_state(LaneState.OFFLINE)
    assert "429" in offline.detail
    till.wait_until_booked()
    idle = till.wait_for_state(LaneState.IDLE)
    assert (idle.since - offline.since).total_seconds() >= 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_stops_the_lane_and_loses_nothing(till, twin, books, status):
    till.tap(3)
    twin.fail(Fault(FaultKind.STATUS, path=BATCHES, status=status))
    till.start()
    health = till.wait_for_state(LaneState.STOPPED)
    assert str(status) in health.detail
    assert till.uplink.status().acknowledged == (0, 0)
    # The other lane goes on, and a person can let this one try again.
    till.uplink.sync_now()
    till.wait_until_booked()
    books.expect_booked_once(till)


def test_the_lanes_fail_independently(till, twin):
    twin.fail(Fault(FaultKind.STATUS, path=SNAPSHOT, status=404))
    till.start()
    till.wait_for_state(LaneState.STOPPED, lane="down")
    till.tap()
    till.wait_until_booked()
    assert till.uplink.status().down.state is LaneState.STOPPED


def test_the_centre_is_away_and_comes_back(till, twin, books):
    till.start()
    till.tap(2)
    till.wait_until_booked()
    twin.stop()
    till.tap(250)
    till.wait_for_state(LaneState.OFFLINE)
    twin.start()
    till.tap(2)
    till.wait_until_booked()
    books.expect_booked_once(till)


def test_the_centre_is_restarted_between_its_commit_and_its_reply(till, twin, books):
    till.tap(3)
    twin.fail(Fault(FaultKind.REPLY_LOST, path=BATCHES))
    twin.fail(*[Fault(FaultKind.STATUS, path=BATCHES, status=503)] * 2)
    till.start()
    till.wait_for_state(LaneState.OFFLINE)
    twin.restart()
    till.tap(3)
    till.wait_until_booked()
    books.expect_booked_once(till)


def test_a_terminal_that_was_killed_before_it_heard_sends_again(till, books):
    till.tap(4)
    till.start()
    till.wait_until_booked()
    till.stop()
    till.acknowledged = (0, 0)
    till.tap(2)
    till.start()
    till.wait_until_booked()
    books.expect_booked_once(till)


def test_a_kept_connection_that_the_centre_closed_costs_nothing(tmp_path, new_till, twin, books):
    twin.stop()
    twin._keep_alive_s = 1
    twin.start()
    till = new_till("idle")
    till.start()
    till.tap()
    till.wait_until_booked()
    till.wait_for_state(LaneState.IDLE)
    # The centre closes the connection after a second; nothing else happens meanwhile.
    till.uplink._up._changed.acquire()
    till.uplink._up._changed.wait_for(lambda: False, timeout=1.5)
    till.uplink._up._changed.release()
    till.tap()
    till.wait_until_booked()
    books.expect_booked_once(till)
    assert LaneState.OFFLINE not in [m.state for m in till.seen if hasattr(m, "state")]


def test_five_hundred_events_leave_in_full_batches(till, twin, books):
    till.tap(2)
    till.refuse(498)
    till.start()
    till.wait_until_booked()
    assert sum(path.endswith(BATCHES) for path in twin.app.requests) == 3
    books.expect_booked_once(till)


def test_four_tills_at_once(new_till, books):
    tills = [new_till(f"till-{number}") for number in range(4)]
    for place, till in enumerate(tills):
        for _ in range(place * 20):
            next(till._orders)
        till.start()
    for till in tills:
        till.tap(20)
    for till in tills:
        till.wait_until_booked()
    books.expect_booked_once(*tills)


def test_a_poisoned_event_is_found_by_halving_and_blocks_nothing(till, books):
    till.tap(9)
    bad = till.journal.events[4]
    till.journal.replace(4, replace(bad, body=b"\x00 not what was sealed"))
    till.start()
    till.wait_until_booked()
    assert books.figures().events == 8
    assert books.figures().quarantined == 1
    assert books.figures().ledger_sum_cents == 0
    verdicts = {
        one.position[1]: one.verdict.value
        for message in till.seen
        if isinstance(message, Acknowledged)
        for one in message.verdicts
    }
    assert verdicts[5] == "quarantined"
    assert [verdicts[seq] for seq in (1, 2, 3, 4, 6, 7, 8, 9)] == ["accepted"] * 8


def test_a_batch_at_which_the_centre_chokes_is_halved(till, twin, books):
    till.tap(8)
    twin.fail(*[Fault(FaultKind.STATUS, path=BATCHES, status=500)] * 3)
    till.start()
    message = till.wait_for(Acknowledged)
    assert len(message.verdicts) == 4
    till.wait_until_booked()
    books.expect_booked_once(till)


def test_a_gap_makes_the_terminal_go_back(till, books):
    till.tap(5)
    till.acknowledged = (1, 3)
    till.start()
    till.wait_for(Acknowledged, lambda message: message.high_water == (1, 5))
    books.expect_booked_once(till)


def test_a_restored_card_image_is_noticed_and_nothing_is_lost(till, books):
    till.tap(2)
    image = till.journal.image()
    till.tap(3)
    till.start()
    till.wait_until_booked()
    till.stop()
    till.journal = image
    till.acknowledged = (1, 2)
    till.tap(1)
    till.start()
    message = till.wait_for(Acknowledged)
    assert message.high_water == (1, 5)
    assert message.high_water > till.journal.head
    assert [one.verdict.value for one in message.verdicts] == ["conflict"]
    assert "approve a new epoch" in till.wait_for_state(LaneState.STOPPED).detail
    assert books.figures().strays == 1


def test_a_restored_card_that_wrote_beyond_the_lost_one_is_noticed_too(till, books):
    """The centre answers with the problem `fork`: nothing of the batch stands at its place."""
    till.tap(3)
    image = till.journal.image()
    till.tap(1)
    till.start()
    till.wait_until_booked()
    till.stop()
    till.journal, till.acknowledged = image, (1, 4)
    till.refuse(4)
    till.start()
    fork = till.wait_for(Forked)
    assert (fork.common, fork.high_water) == ((1, 4), (1, 4))
    till.wait_for_state(LaneState.STOPPED)
    assert books.figures().strays == 3
    approve(till, books)
    image.start_epoch(2)
    till.refuse(1)
    till.uplink.sync_now()
    approved = till.wait_for(EpochApproved)
    assert (approved.epoch, approved.after) == (2, (1, 4))
    till.wait_for(Acknowledged, lambda message: message.high_water == (2, 1))
    assert till.uplink.status().up.state is not LaneState.STOPPED


def test_no_epoch_is_told_until_a_person_has_approved_it(till, books):
    till.tap(2)
    image = till.journal.image()
    till.tap(1)
    till.start()
    till.wait_until_booked()
    till.stop()
    till.journal, till.acknowledged = image, (1, 2)
    till.refuse(1)
    till.start(HASTY)
    fork = till.wait_for(Forked)
    assert (fork.common, fork.high_water) == ((1, 2), (1, 3))
    asked = len(books.twin.app.requests)
    eventually(lambda: len(books.twin.app.requests) > asked + 3, "it asks by itself")
    assert till.uplink.status().up.state is LaneState.STOPPED
    assert not any(isinstance(message, EpochApproved) for message in till.seen)
    approve(till, books)
    # The terminal has not begun it yet: the lane waits, and tells again.
    till.wait_for(EpochApproved)
    assert till.uplink.status().up.state is LaneState.STOPPED
    image.start_epoch(2)
    till.refuse(1)
    till.wait_for(Acknowledged, lambda message: message.high_water == (2, 1))


def test_a_centre_that_cannot_tell_of_epochs_still_takes_one(till, twin, books):
    till.tap(2)
    image = till.journal.image()
    till.tap(1)
    till.start()
    till.wait_until_booked()
    till.stop()
    till.journal, till.acknowledged = image, (1, 2)
    till.refuse(1)
    till.start()
    till.wait_for_state(LaneState.STOPPED)
    approve(till, books)
    image.start_epoch(2)
    till.refuse(1)
    twin.fail(Fault(FaultKind.STATUS, path="/epoch", status=404))
    till.uplink.sync_now()
    till.wait_for(Acknowledged, lambda message: message.high_water == (2, 1))


def approve(till, books):
    with books.twin.store.database.writing() as session:
        terminal = find_terminal(session, till.identity.terminal_id, lock=True)
        return approve_epoch(session, terminal, who="bursar", at=wall_clock())


def test_an_impostor_moves_nothing(till, twin, tmp_path):
    """Whoever answers without the centre's key is not believed."""
    till.identity = replace(till.identity, centre_key=bytes(range(32)))
    till.tap()
    till.start()
    health = till.wait_for_state(LaneState.OFFLINE)
    assert "signature" in health.detail
    assert till.uplink.status().acknowledged == (0, 0)
    assert not any(isinstance(message, SnapshotReady) for message in till.seen)


# --- down --------------------------------------------------------------------------------------


def test_the_copy_arrives_and_is_confirmed(till):
    till.start()
    ready = till.wait_for(SnapshotReady)
    assert ready.path.parent == till.folder
    assert ready.path.read_bytes()[:16] == b"SQLite format 3\0"
    till.uplink.sync_now()
    till.wait_for(CopyConfirmed)


def test_a_copy_that_cannot_be_used_is_fetched_anew(till):
    till.start()
    first = till.wait_for(SnapshotReady)
    till.uplink.forget_copy()
    again = till.wait_for(SnapshotReady)
    assert (again.etag, again.path != first.path) == (first.etag, True)


def test_a_terminal_with_a_copy_begins_with_its_etag(till):
    till.start()
    till.wait_for(SnapshotReady)
    till.stop()
    till.start()
    till.wait_for(CopyConfirmed)


def test_a_lost_reply_to_a_download_is_asked_again(till, twin):
    twin.fail(*[Fault(FaultKind.REPLY_LOST, path=SNAPSHOT)] * 2)
    twin.fail(Fault(FaultKind.STATUS, path=SNAPSHOT, status=503))
    till.start()
    till.wait_for(SnapshotReady)


def test_what_an_earlier_process_left_is_cleared(till):
    (till.folder / "snapshot.ready-9.db").write_bytes(b"old")
    (till.folder / "snapshot.partial").write_bytes(b"old")
    till.start()
    till.wait_for(SnapshotReady)
    names = sorted(path.name for path in till.folder.iterdir())
    assert names == ["identity.json", "snapshot.ready-1.db"]


# --- starting and stopping ---------------------------------------------------------------------


def test_stopping_does_not_wait_for_a_centre_that_is_away(till, twin):
    twin.stop()
    till.tap()
    till.start(Intervals(retry_first_s=60, retry_max_s=60))
    till.wait_for_state(LaneState.OFFLINE)
    till.stop()


def test_a_journal_that_cannot_be_read_stops_the_lane_with_a_reason(till, caplog):
    till.journal.fail(OSError("disk went away"))
    till.start()
    assert "disk went away" in till.wait_for_state(LaneState.STOPPED).detail


def test_nothing_heavy_is_imported_for_the_uplink():
    script = (
        "import sys, sync.uplink, sync.identity, sync.ports, sync.intervals;"
        "heavy = {'httpx', 'tenacity', 'cryptography', 'http_message_signatures', 'ssl'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_same_events_have_the_same_bytes(till):
    from core.batch import pack_batch

    till.tap(3)
    one = pack_batch(till.identity.terminal_id, till.journal.events)
    assert one == pack_batch(till.identity.terminal_id, till.journal.events)
    plain = json.loads(gzip.decompress(one.body))
    assert (plain["first_seq"], plain["last_seq"], len(plain["events"])) == (1, 3, 3)
    first = till.journal.events[0]
    assert link(first.prev_hash, first.body) == first.hash


# --- changes -----------------------------------------------------------------------------------


def follow(till):
    """Take a whole copy, and follow the changes from there, as a terminal does."""
    till.start()
    ready = till.wait_for(SnapshotReady)
    copy = sqlite3.connect(ready.path)
    cursor = copy.execute("SELECT value FROM meta WHERE key = 'cursor'").fetchone()[0]
    copy.close()
    till.uplink.follow(cursor=cursor, etag=ready.etag)


def test_a_terminal_that_follows_is_told_of_changes_as_they_happen(till, new_till, books):
    follow(till)
    other = new_till("other")
    other.start()
    other.tap()
    other.wait_until_booked()
    changes = till.wait_for(ChangesReady)
    assert [row[-1] for row in changes.rows["meal_order"]] == ["collected"]
    other.tap()
    other.wait_until_booked()
    again = till.wait_for(ChangesReady)
    assert (again.after, len(again.rows["meal_order"])) == (changes.cursor, 1)


def test_a_feed_that_is_gone_gives_a_whole_copy(till):
    follow(till)
    till.uplink.follow(cursor="999999", etag='"other"')
    till.wait_for(SnapshotReady)


def test_stopping_does_not_wait_for_a_change(till):
    till.start(Intervals(gather_s=0.01, apart_s=0.01, wait_s=2))
    follow_message = till.wait_for(SnapshotReady)
    till.uplink.follow(cursor="1", etag=follow_message.etag)
    till.stop()


def test_after_a_new_epoch_was_approved_selling_reaches_the_books_again(till, twin, books):
    till.tap(2)
    image = till.journal.image()
    till.tap(3)
    till.start()
    till.wait_until_booked()
    till.stop()
    till.journal, till.acknowledged = image, (1, 2)
    till.tap(2)
    till.start()
    till.wait_for_state(LaneState.STOPPED)
    assert approve(till, books) == 2
    image.start_epoch(2)
    till.tap(3)
    till.uplink.sync_now()
    till.wait_for(Acknowledged, lambda message: message.high_water == (2, 3))
    assert books.figures().strays == 2
    assert books.figures().events == 10  # the two of the older image, too
    assert books.figures().ledger_sum_cents == 0


def test_the_centre_is_told_how_the_terminal_is(twin, till):
    till.start(health=lambda: "version=7; queue=3")
    till.wait_for(SnapshotReady)
    with twin.store.database.reading() as session:
        assert session.rows("SELECT told FROM terminal_health") == [("version=7; queue=3",)]
