"""Facts reach the books once, whatever is sent, however often."""

import gzip
import threading
from dataclasses import replace
from datetime import date

import pytest
from booked_events import booked_events

from core.batch import BATCH_BYTES_MAX, pack_batch
from core.chain import link
from core.events import SealedEvent
from core.facts import Reason, TapRefused
from sync.errors import RefusedError


def resealed(event: SealedEvent, body: bytes) -> SealedEvent:
    return replace(event, body=body, hash=link(event.prev_hash, body))


def bodies(centre) -> list[bytes]:
    """Return the bytes of each event in the books, in the order of their places."""
    with centre.store.database.reading() as session:
        return [event.body for event in booked_events(session)]


def test_a_lunch_is_booked(centre, till):
    meals = centre.orders(3)
    for order in meals:
        till.collect(order)
    buyer = meals[0].pupil_id
    before = centre.balance(buyer)
    till.sell(buyer, 150)
    till.refuse()
    reply = till.send()
    assert till.verdicts(reply) == ["accepted"] * 5
    assert till.flags(reply) == [None] * 5
    assert (reply["epoch"], reply["high_water"]) == (1, 5)
    assert reply["head_hash"] == till.journal.events[-1].hash.hex()
    assert centre.balance(buyer) == before - 150
    assert [centre.order_state(order) for order in meals] == ["collected"] * 3
    assert centre.figures().events == 5
    centre.expect_sound()


def test_the_same_batch_again_changes_nothing(centre, till):
    order = centre.orders(1)[0]
    till.collect(order)
    till.sell(order.pupil_id)
    first = till.send()
    balance = centre.balance(order.pupil_id)
    legs = centre.figures().legs
    for _ in range(3):
        again = till.send()
        assert till.verdicts(again) == ["duplicate", "duplicate"]
        assert again["high_water"] == first["high_water"]
    assert centre.balance(order.pupil_id) == balance
    assert centre.figures().legs == legs
    centre.expect_sound()


def test_batches_may_overlap(centre, till):
    orders = centre.orders(6)
    for order in orders:
        till.collect(order)
    till.send(1, 4)
    reply = till.send(3, 6)
    assert till.verdicts(reply) == ["duplicate", "duplicate", "accepted", "accepted"]
    assert centre.figures().events == 6
    centre.expect_sound()


def test_a_duplicate_gets_the_first_answers_exception(centre, till):
    order = centre.orders(1)[0]
    till.collect(order)
    till.collect(order)
    assert till.flags(till.send()) == [None, "double_collection"]
    assert till.flags(till.send()) == [None, "double_collection"]
    assert centre.figures().exceptions_open == 1
    centre.expect_sound()


def test_a_gap_names_the_place_that_is_expected(centre, till):
    for order in centre.orders(5):
        till.collect(order)
    till.send(1, 2)
    with pytest.raises(RefusedError) as caught:
        till.send(4, 5)
    assert (caught.value.status, caught.value.problem) == (409, "gap")
    assert caught.value.details["expected"] == {"epoch": 1, "seq": 3}
    assert caught.value.details["high_water"] == 2
    assert centre.figures().events == 2


def test_other_bytes_under_a_taken_place_are_a_conflict_and_kept(centre, till):
    orders = centre.orders(4)
    till.collect(orders[0])
    card_image = till.journal.image()
    till.collect(orders[1])
    till.send()
    till.journal = card_image
    till.collect(orders[2])
    till.collect(orders[3])
    reply = till.send()
    assert till.verdicts(reply) == ["duplicate", "conflict", "conflict"]
    assert reply["high_water"] == 2
    assert centre.figures().strays == 2
    assert centre.one("SELECT state FROM terminal") == "frozen"
    assert [row[0] for row in centre.rows("SELECT flag FROM exception")] == ["conflict"]
    assert centre.order_state(orders[2]) == "reserved"
    centre.expect_sound()


def test_a_batch_on_another_head_is_a_fork_and_its_facts_are_kept(centre, till):
    orders = centre.orders(3)
    till.collect(orders[0])
    other = till.journal.image()
    till.collect(orders[1])
    till.send(1, 1)
    till.refuse()
    other.append(_refusal(), at=till.clock())
    other.append(_refusal(), at=till.clock())
    till.send(2, 2)
    with pytest.raises(RefusedError) as caught:
        till.send_events(other.events[2:])
    assert (caught.value.status, caught.value.problem) == (409, "fork")
    assert caught.value.details["high_water"] == 2
    assert centre.figures().strays == 1
    centre.expect_sound()


def _refusal():
    return TapRefused(day=date(2026, 11, 24), reason=Reason.NO_ORDER, badge=None, pupil=None)


POISON = {
    "no json at all": b"\x00\xffnot json",
    "half an object": b'{"at":',
    "a list": b"[1,2]",
    "another kind": b'{"kind":"meal.stolen","epoch":1,"seq":2}',
    "deep nesting": b"[" * 3000 + b"]" * 3000,
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_a_poisoned_event_takes_its_place_and_blocks_nothing(centre, till, poison):
    orders = centre.orders(3)
    for order in orders:
        till.collect(order)
    one, two, three = till.journal.events
    two = resealed(two, poison)
    three = replace(three, prev_hash=two.hash, hash=link(two.hash, three.body))
    replies = [till.send_events((event,)) for event in (one, two, three)]
    assert [till.verdicts(reply)[0] for reply in replies] == ["accepted", "quarantined", "accepted"]
    assert replies[-1]["high_water"] == 3
    assert bodies(centre)[1] == poison
    assert till.verdicts(till.send_events((two,))) == ["quarantined"]
    centre.expect_sound()


def test_a_poisoned_event_in_the_middle_of_a_batch_is_quarantined_alone(centre, till):
    for order in centre.orders(3):
        till.collect(order)
    one, two, three = till.journal.events
    two = resealed(two, two.body.replace(b'"price_cents":', b'"price_cents":-'))
    three = replace(three, prev_hash=two.hash, hash=link(two.hash, three.body))
    reply = till.send_events((one, two, three))
    assert till.verdicts(reply) == ["accepted", "quarantined", "accepted"]
    centre.expect_sound()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"price_cents":', b'"price_cents":1000000000000000000000000'),
        (b'"badge":"', b'"badge":"\\u0000'),
        (b'"id":"', b'"id":"not a uuid '),
        (b'"seq":1,', b'"seq":77,'),
    ],
)
def test_what_no_database_can_hold_is_quarantined(centre, till, old, new):
    order = centre.orders(1)[0]
    till.collect(order)
    till.refuse()
    one, two = till.journal.events
    one = resealed(one, one.body.replace(old, new))
    two = replace(two, prev_hash=one.hash, hash=link(one.hash, two.body))
    assert till.verdicts(till.send_events((one, two))) == ["quarantined", "accepted"]
    assert centre.order_state(order) == "reserved"
    centre.expect_sound()


def test_half_a_surrogate_pair_is_quarantined_when_it_comes_alone(centre, till):
    order = centre.orders(1)[0]
    till.collect(order)
    till.refuse()
    one, two = till.journal.events
    one = resealed(one, one.body.replace(b'"badge":"', b'"badge":"\\ud800'))
    two = replace(two, prev_hash=one.hash, hash=link(one.hash, two.body))
    with pytest.raises(RefusedError) as caught:
        till.send_events((one, two))
    assert caught.value.problem == "malformed"
    assert till.verdicts(till.send_events((one,))) == ["quarantined"]
    assert till.verdicts(till.send_events((two,))) == ["accepted"]
    assert centre.order_state(order) == "reserved"


def test_an_event_that_is_no_json_and_not_what_was_sealed_blocks_nothing(centre, till):
    till.refuse()
    till.refuse()
    one, two = till.journal.events
    torn = replace(one, body=one.body[:-9])
    assert till.verdicts(till.send_events((torn,))) == ["quarantined"]
    assert till.verdicts(till.send_events((two,))) == ["accepted"]


def test_an_event_that_does_not_give_its_hash_is_found_by_sending_one_by_one(centre, till):
    for order in centre.orders(3):
        till.collect(order)
    one, two, three = till.journal.events
    flipped = replace(two, body=two.body.replace(b'"mono_ms":2000', b'"mono_ms":2001'))
    assert flipped.body != two.body
    with pytest.raises(RefusedError) as caught:
        till.send_events((one, flipped, three))
    assert caught.value.problem == "chain"
    verdicts = [till.verdicts(till.send_events((event,)))[0] for event in (one, flipped, three)]
    assert verdicts == ["accepted", "quarantined", "accepted"]
    centre.expect_sound()


def test_an_id_that_was_used_before_is_a_conflict_that_blocks_nothing(centre, till):
    orders = centre.orders(2)
    till.collect(orders[0])
    till.collect(orders[1])
    till.refuse()
    one, two, three = till.journal.events
    two = resealed(two, two.body.replace(two.id.encode(), one.id.encode()))
    three = replace(three, prev_hash=two.hash, hash=link(two.hash, three.body))
    till.send_events((one,))
    reply = till.send_events((two, three))
    assert till.verdicts(reply) == ["conflict", "accepted"]
    assert reply["high_water"] == 3
    assert centre.order_state(orders[1]) == "reserved"
    centre.expect_sound()


def test_rules_that_were_broken_are_booked_and_flagged(centre, till):
    from core.orders import OrderState

    cancelled = centre.orders(1, OrderState.CANCELLED)[0]
    order = centre.orders(1)[0]
    pupil = centre.orders(2)[1].pupil_id
    till.collect(cancelled)
    till.collect(replace(order, price=type(order.price)(1)))
    till.sell(pupil, 99_999)
    till.sell("nobody", 100)
    reply = till.send()
    assert till.verdicts(reply) == ["accepted"] * 4
    assert till.flags(reply) == ["after_cancel", "unknown_order", "overdraft", "unknown_pupil"]
    assert centre.balance(pupil) < 0
    centre.expect_sound()


def test_a_clock_that_is_wrong_is_flagged_and_nothing_is_dropped(centre, till):
    till.refuse()
    till.clock.advance(hours=-5)
    till.refuse()
    till.clock.advance(hours=9)
    till.refuse()
    till.clock.advance(hours=-4)
    assert till.flags(till.send()) == [None, "clock_skew", "clock_skew"]


def test_a_batch_that_unpacks_too_far_is_refused_unread(centre, till):
    bomb = gzip.compress(b" " * (BATCH_BYTES_MAX + 1), mtime=0)
    assert len(bomb) < 20_000
    with pytest.raises(RefusedError) as caught:
        till.send_raw(bomb)
    assert (caught.value.status, caught.value.problem) == (413, "too-large")


@pytest.mark.parametrize(
    "body",
    ids=lambda body: f"{len(body)}-bytes",
    argvalues=[
        b"",
        b"not gzip",
        gzip.compress(b"{}", mtime=0),
        gzip.compress(b"{}", mtime=0)[:-3],
        gzip.compress(b"{}", mtime=0) + b"more",
        gzip.compress(
            b'{"epoch":1,"first_seq":1,"hash":"","last_seq":1,"prev_hash":"","events":[]}'
        ),
        gzip.compress(
            b'{"epoch":0,"first_seq":1,"hash":"","last_seq":1,"prev_hash":"","events":[1]}'
        ),
        gzip.compress(
            b'{"epoch":1,"first_seq":1,"hash":"zz","last_seq":1,"prev_hash":"","events":[1]}'
        ),
        gzip.compress(
            b'{"epoch":1,"first_seq":1,"hash":"00","last_seq":1,"prev_hash":"","events":[1]}'
        ),
    ],
)
def test_what_is_no_batch_is_a_plain_problem(centre, till, body):
    with pytest.raises(RefusedError) as caught:
        till.send_raw(body)
    assert (caught.value.status, caught.value.problem) == (400, "malformed")
    assert centre.figures().events == 0


def test_unknown_fields_survive(centre, till):
    till.refuse()
    event = till.journal.events[0]
    event = resealed(event, event.body.replace(b"{", b'{"aaa_of_the_future":1,', 1))
    assert till.verdicts(till.send_events((event,))) == ["accepted"]
    assert bodies(centre) == [event.body]


def test_eight_tills_at_once_book_each_fact_once(centre):
    tills = [centre.till(f"Till {number}") for number in range(8)]
    buyers = [order.pupil_id for order in centre.orders(5)]
    before = {buyer: centre.balance(buyer) for buyer in buyers}
    failures: list[Exception] = []

    def serve(till):
        try:
            for buyer in buyers:
                till.sell(buyer, 10)
            for first in range(1, 6):
                till.send(first, first)
                till.send(1, first)
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=serve, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert centre.figures().events == 40
    assert {buyer: centre.balance(buyer) for buyer in buyers} == {
        buyer: cents - 80 for buyer, cents in before.items()
    }
    centre.expect_sound()


def test_two_tills_serve_one_order_and_the_second_is_flagged(centre):
    order = centre.orders(1)[0]
    first, second = centre.till("A"), centre.till("B")
    first.collect(order)
    second.collect(order)
    assert first.flags(first.send()) == [None]
    assert second.flags(second.send()) == ["double_collection"]
    centre.expect_sound()


def test_the_books_refuse_every_change(centre, till):
    from central.errors import DatabaseError

    till.collect(centre.orders(1)[0])
    till.send()
    for sql in (
        "UPDATE event SET kind = 'x'",
        "DELETE FROM event",
        "UPDATE event SET cents = 0",
        "UPDATE posted_leg SET cents = 0",
        "DELETE FROM posted_leg",
    ):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            centre.store.database.writing() as session,
        ):
            session.run(sql)
    centre.expect_sound()


def test_the_check_finds_a_wallet_that_was_tampered_with(centre, till):
    pupil = centre.orders(1)[0].pupil_id
    with centre.store.database.writing() as session:
        session.run("UPDATE wallet SET general_cents = general_cents + 1 WHERE pupil_id = ?", pupil)
    assert len(centre.faults()) == 1
    assert pupil in centre.faults()[0]


def test_a_batch_of_two_hundred_travels_whole(centre, till):
    for _ in range(200):
        till.refuse()
    assert till.send()["high_water"] == 200
    batch = pack_batch(till.identity.terminal_id, till.journal.events)
    assert batch == pack_batch(till.identity.terminal_id, till.journal.events)
