"""Keys are replaced, terminals are revoked, restored cards begin a new epoch."""

from datetime import UTC, datetime, timedelta

import pytest

from central.epochs import approve_epoch
from central.errors import RecordError
from central.terminals import find_terminal, revoke_terminal
from central.twin import Fault, FaultKind
from core.codec import moment_text
from core.events import read_event
from core.facts import Correction, EpochStarted, PeriodClosed, Perpetual, SaleVoided, VoidKind
from core.money import Money
from core.period import Period
from sync.channel import Channel
from sync.errors import RefusedError, TransientError
from sync.identity import load_identity
from sync.rotate import rotate_key

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def approve(centre, till):
    with centre.store.database.writing() as session:
        terminal = find_terminal(session, till.identity.terminal_id, lock=True)
        return approve_epoch(session, terminal, who="bursar", at=centre.clock())


def revoke(centre, till):
    with centre.store.database.writing() as session:
        terminal = find_terminal(session, till.identity.terminal_id, lock=True)
        revoke_terminal(session, terminal, who="bursar", at=centre.clock())


def test_a_new_key_takes_over_and_the_old_one_ends_after_a_week(centre, till, clock):
    old = till.channel
    fresh = rotate_key(till.identity, till.folder, clock=clock)
    assert fresh.key_id != till.identity.key_id
    assert load_identity(till.folder) == fresh
    till.refuse()
    till.send()
    clock.advance(days=6, hours=23)
    till.send()
    clock.advance(hours=1)
    with pytest.raises(RefusedError, match="replaced by a newer"):
        till.send()
    till.channel = Channel(fresh, ca_file=None, clock=clock)
    assert till.verdicts(till.send()) == ["duplicate"]
    old.close()


def test_a_lost_answer_to_a_rotation_is_asked_for_again(centre, till, clock):
    centre.twin.fail(Fault(FaultKind.REPLY_LOST, path="/keys"))
    with pytest.raises(TransientError):
        rotate_key(till.identity, till.folder, clock=clock)
    fresh = rotate_key(till.identity, till.folder, clock=clock)
    assert centre.one("SELECT COUNT(*) FROM terminal_key") == 2
    assert centre.one("SELECT ends_at FROM terminal_key WHERE id = ?", till.identity.key_id) == (
        moment_text(clock() + timedelta(days=7))
    )
    assert load_identity(till.folder) == fresh


def test_a_revoked_terminal_is_refused_and_its_facts_are_kept_unbooked(centre, till):
    orders = centre.orders(3)
    till.collect(orders[0])
    till.send()
    till.collect(orders[1])
    till.collect(orders[2])
    revoke(centre, till)
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            till.send()
        assert (caught.value.status, caught.value.problem) == (403, "revoked")
    assert centre.figures().events == 1
    assert centre.figures().strays == 2
    assert [row[0] for row in centre.rows("SELECT flag FROM exception")] == ["revoked"]
    with (
        pytest.raises(RefusedError),
        till.channel.get(f"/v1/terminals/{till.identity.terminal_id}/snapshot", headers={}),
    ):
        pass
    assert [row[0] for row in centre.rows("SELECT what FROM audit")] == ["revoked"]
    centre.expect_sound()


def test_a_restored_card_begins_a_new_epoch_once_a_person_agrees(centre, till):
    orders = centre.orders(5)
    till.collect(orders[0])
    image = till.journal.image()
    till.collect(orders[1])
    till.send()
    till.journal = image
    till.collect(orders[2])
    assert till.verdicts(till.send(2, 2)) == ["conflict"]
    image.start_epoch(2)
    till.collect(orders[3])
    with pytest.raises(RefusedError, match="a person must approve") as caught:
        till.send(3, 3)
    assert (caught.value.status, caught.value.problem) == (409, "fork")
    assert caught.value.details["high_water"] == 2
    assert approve(centre, till) == 2
    till.collect(orders[4])
    reply = till.send(3, 4)
    assert till.verdicts(reply) == ["accepted", "accepted"]
    assert (reply["epoch"], reply["high_water"]) == (2, 2)
    assert centre.order_state(orders[4]) == "collected"
    assert centre.one("SELECT state FROM terminal") == "active"
    assert till.verdicts(till.send(3, 4)) == ["duplicate", "duplicate"]
    centre.expect_sound()


def test_what_a_restored_card_sold_is_booked_with_the_approval_once(centre, till):
    orders = centre.orders(5)
    buyer, later = centre.school.pupils[0].id, centre.school.pupils[1].id
    money = centre.balance(buyer)
    till.collect(orders[0])
    image = till.journal.image()
    till.collect(orders[1])
    till.send()
    till.journal = image
    till.collect(orders[2])
    till.collect(orders[1])  # the card forgot it: it is handed out a second time
    till.sell(buyer, 450)
    assert till.verdicts(till.send(2)) == ["conflict"] * 3
    assert centre.balance(buyer) == money
    assert approve(centre, till) == 2
    assert centre.balance(buyer) == money - 450
    assert centre.order_state(orders[2]) == "collected"
    flags = [row[0] for row in centre.rows("SELECT flag FROM exception WHERE flag <> 'conflict'")]
    assert flags == ["double_collection"]
    what = "epoch 2 approved, 3 facts of another image of its card booked"
    assert centre.rows("SELECT what FROM audit WHERE subject = ?", till.identity.terminal_id) == [
        (what,)
    ]
    centre.expect_sound()

    # What the till recorded before it began its new epoch comes after the approval.
    money = centre.balance(later)
    till.sell(later, 300)
    for _ in range(2):
        assert till.verdicts(till.send(2)) == ["conflict"] * 4
    assert centre.balance(later) == money - 300
    assert centre.one("SELECT state FROM terminal") == "active"
    assert ask_epoch(till)["receipt"] == till.receipt
    other = image.image()
    image.start_epoch(2)
    till.collect(orders[3])
    assert till.verdicts(till.send(6)) == ["accepted"]

    # Whoever now goes on in the old epoch is another card: frozen, kept, and not booked.
    till.journal = other
    till.sell(later, 200)
    till.send(6)
    assert centre.one("SELECT state FROM terminal") == "frozen"
    assert centre.balance(later) == money - 300
    assert approve(centre, till) == 3
    assert approve(centre, till) == 3
    assert centre.balance(later) == money - 500
    assert centre.figures().strays == 5
    centre.expect_sound()


def test_a_correction_of_what_stands_aside_finds_it(centre, till):
    buyer = centre.school.pupils[0].id
    money = centre.balance(buyer)
    till.refuse()
    image = till.journal.image()
    till.refuse()
    till.send()
    till.journal = image
    sale = till.sell(buyer, 450)
    till.send(2)
    approve(centre, till)
    image.start_epoch(2)
    sold = read_event(sale.body).fact
    correction = Correction(sale.id, staff=None, why="spilt", receipt=2)
    image.append(SaleVoided(NOON.date(), VoidKind.VOID, correction, sold), at=till.clock())
    reply = till.send(3)
    assert (till.verdicts(reply), till.flags(reply)) == (["accepted"], [None])
    assert centre.balance(buyer) == money
    centre.expect_sound()


def test_a_revoked_terminal_begins_no_epoch(centre, till):
    till.refuse()
    till.send()
    revoke(centre, till)
    with pytest.raises(RecordError, match="revoked"):
        approve(centre, till)


def test_what_a_revoked_terminal_sent_is_never_booked(centre, till):
    buyer = centre.school.pupils[0].id
    money = centre.balance(buyer)
    till.refuse()
    till.send()
    till.sell(buyer, 450)
    revoke(centre, till)
    with pytest.raises(RefusedError):
        till.send()
    with centre.store.database.writing() as session:
        session.run("UPDATE terminal SET state = 'active'")
    approve(centre, till)
    assert centre.balance(buyer) == money


def test_a_new_epoch_must_follow_what_the_centre_holds(centre, till):
    till.refuse()
    till.send()
    approve(centre, till)
    stranger = type(till.journal)(till.journal._chance)
    stranger.start_epoch(1)
    till.journal = stranger
    till.refuse()
    till.refuse()
    stranger.start_epoch(2)
    till.refuse()
    with pytest.raises(RefusedError) as caught:
        till.send(3, 3)
    assert caught.value.problem == "fork"
    assert centre.figures().strays == 1


def test_an_epoch_is_not_skipped(centre, till):
    till.refuse()
    till.send()
    approve(centre, till)
    till.journal.start_epoch(3)
    till.refuse()
    with pytest.raises(RefusedError) as caught:
        till.send(2, 2)
    assert caught.value.problem == "fork"


def ask_epoch(till):
    path = f"/v1/terminals/{till.identity.terminal_id}/epoch"
    with till.channel.get(path, headers={}) as response:
        return till.channel.read_json(response)


def test_a_terminal_learns_what_was_approved_and_where_its_numbers_stand(centre, till):
    pupil = centre.school.pupils[0].id
    till.sell(pupil, 450)
    till.sell(pupil, 300)
    reply = till.send()
    told = ask_epoch(till)
    assert (told["epoch"], told["high_water"]) == (1, 2)
    assert (told["head_hash"], told["approved"]) == (reply["head_hash"], None)
    assert (told["receipt"], told["closing"]) == (2, 0)
    assert told["perpetual"] == {"sales_cents": 750}
    assert approve(centre, till) == 2
    assert ask_epoch(till)["approved"] == 2
    till.journal.start_epoch(2)
    till.journal.append(
        EpochStarted(1, 2, told["head_hash"], receipt=2, perpetual=Perpetual(Money(750))),
        at=centre.clock(),
    )
    assert till.verdicts(till.send(3)) == ["accepted"]
    after = ask_epoch(till)
    assert (after["approved"], after["receipt"]) == (None, 2)
    assert after["perpetual"] == {"sales_cents": 750}


def test_the_last_closing_holds_the_numbers_of_all_before_it(centre, till):
    till.sell(centre.school.pupils[0].id)
    books = Period(perpetual=Perpetual(Money(9_000), Money(100)))
    till.journal.append(
        PeriodClosed(
            day=NOON.date(),
            number=7,
            staff=None,
            figures=books.figures(),
            receipt=1,
            head_hash="00" * 32,
            previous_hash="",
            counted=None,
            not_collected=None,
            unbooked=0,
        ),
        at=centre.clock(),
    )
    till.sell(centre.school.pupils[0].id, 200)
    till.send()
    told = ask_epoch(till)
    assert (told["receipt"], told["closing"]) == (2, 7)
    assert told["perpetual"] == {"sales_cents": 9_200, "voids_cents": 100}
