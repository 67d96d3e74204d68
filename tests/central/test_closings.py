"""A closing is compared with the books, and answered with a receipt that proves what they hold."""

import json
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from shift_till import DAY, ShiftTill, Tender, read

from central.closings import find_closing, list_closings, newest_receipt
from central.errors import RecordError
from central.signatures import public_key_of
from core.day_receipt import signed_bytes, signed_from_plain
from core.money import Money
from core.shift_facts import Perpetual, Tally
from sync.day_receipt import read_receipt


@pytest.fixture
def counter(till):
    return ShiftTill(till)


@pytest.fixture
def pupil(centre):
    return next(one.pupil_id for one in centre.orders(50) if centre.balance(one.pupil_id) > 3000)


@pytest.fixture
def busy(centre, counter, till, pupil):
    """A service with everything in it."""
    counter.open_shift(5000)
    for order in centre.orders(3):
        till.collect(order)
    sale = counter.sell(pupil, (150, 2), (120, 1))
    counter.sell(None, (250, 2), tender=Tender.CASH)
    counter.sell(None, (450, 1), tender=Tender.LATER)
    counter.refund(sale, 0, 1)
    counter.void(counter.sell(pupil, (310, 1)))
    counter.void(counter.top_up(pupil, 700))
    counter.top_up(pupil, 1200)
    counter.move_cash(1000)
    till.refuse()
    return counter


def closings(centre):
    with centre.store.database.reading() as session:
        return list_closings(session, "demo")


def test_a_closing_that_agrees_raises_nothing(centre, till, busy):
    busy.close(counted=5000 + 500 + 1200 - 1000)
    reply = till.send()
    assert till.flags(reply)[-1] is None
    (closing,) = closings(centre)
    assert closing.agrees
    assert (closing.number, closing.day, closing.terminal_name) == (1, DAY, "Till 1")
    receipt = closing.receipt.receipt
    assert (receipt.differences, receipt.events, receipt.collected) == (0, 15, 3)
    assert receipt.sales == Money(420 + 500 + 450 - 150)
    assert receipt.cash == Money(500 + 1200)
    assert receipt.head_hash == till.journal.events[-2].hash.hex()
    centre.expect_sound()


@pytest.mark.parametrize("size", [1, 4, 200])
def test_however_the_period_was_cut_into_batches(centre, till, busy, size):
    busy.close()
    busy.sell(None, (100, 1), tender=Tender.CASH)
    busy.close()
    events = till.journal.events
    for start in range(0, len(events), size):
        till.send(start + 1, min(start + size, len(events)))
    assert [one.agrees for one in closings(centre)] == [True, True]
    assert sorted(one.number for one in closings(centre)) == [1, 2]


WRONG = {
    "collected": {"collected": 2},
    "tenders": {"tenders": ()},
    "categories": {"categories": ()},
    "vat": {"vat": ()},
    "price_classes": {"price_classes": ()},
    "top_ups": {"top_ups": Tally(2, Money(1200))},
    "voids": {"voids": Tally(1, Money(311))},
    "refunds": {"refunds": Tally()},
    "settled_later": {"settled_later": Tally()},
    "meals_voided": {"meals_voided": 1},
    "refused": {"refused": 0},
    "reprints": {"reprints": 1},
    "drawer_openings": {"drawer_openings": 1},
    "first_receipt": {"first_receipt": 2},
    "last_receipt": {"last_receipt": 99},
    "first_seq": {"first_seq": 2},
    "cash_expected": {"cash_expected": Money(1)},
    "cash_opening": {"cash_opening": None},
    "perpetual": {"perpetual": Perpetual(Money(1))},
}


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", WRONG)
def test_every_sum_that_is_told_wrongly_is_named(centre, till, busy, name):
    busy.close(**WRONG[name])
    assert till.flags(till.send())[-1] == "closing_differs"
    (closing,) = closings(centre)
    assert any(one.what.split(" ")[0] == name for one in closing.differences)
    assert closing.receipt.receipt.differences == len(closing.differences)
    detail = centre.one("SELECT detail FROM exception WHERE flag = 'closing_differs'")
    assert name in detail


def test_a_closing_that_differs_is_flagged_the_same_when_it_is_sent_again(centre, till, busy):
    busy.close(collected=9)
    first = till.flags(till.send())
    assert first[-1] == "closing_differs"
    assert till.flags(till.send()) == first
    assert centre.one("SELECT COUNT(*) FROM exception WHERE flag = 'closing_differs'") == 1


def test_a_posting_that_is_missing_shows_beside_figures_that_agree(centre, till, busy):
    """The control for the second witness: the facts are whole, one of their legs is not."""
    till.send()
    with centre.store.database.writing() as session:
        for trigger in ("leg_delete",):
            if centre.store.database.name.endswith(".db"):
                session.run(f"DROP TRIGGER {trigger}")
            else:
                session.run("DROP TRIGGER leg_refusal ON posted_leg")
        session.run("DELETE FROM posted_leg WHERE account = 'sales' AND cents = 500")
    busy.close()
    try:
        assert till.flags(till.send())[-1] == "closing_differs"
        (closing,) = closings(centre)
        assert [(one.what, one.terminal, one.books) for one in closing.differences] == [
            ("postings: sales drink", "1220 cents", "720 cents")
        ]
    finally:
        if not centre.store.database.name.endswith(".db"):
            with centre.store.database.writing() as session:
                session.run(
                    "CREATE TRIGGER leg_refusal BEFORE UPDATE OR DELETE ON posted_leg"
                    " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )


def test_a_missing_closing_or_a_wrong_chain_is_named(centre, till, counter):
    counter.sell(None, (100, 1), tender=Tender.CASH)
    counter.close()
    counter._number += 1
    counter._previous = "ab" * 32
    counter.sell(None, (100, 1), tender=Tender.CASH)
    counter.close()
    assert till.flags(till.send())[-1] == "closing_differs"
    assert {one.what for one in closings(centre)[0].differences} == {"number", "previous closing"}


def test_the_receipt_comes_with_the_reply_and_again_with_every_later_one(centre, till, busy):
    assert till.send()["receipt"] is None
    busy.close()
    first = till.send()["receipt"]
    assert first == till.send()["receipt"]
    till.refuse()
    assert till.send(len(till.journal.events))["receipt"] == first
    signed = signed_from_plain(first)
    key = Ed25519PublicKey.from_public_bytes(public_key_of(centre.store.signing_key))
    key.verify(signed.signature, signed_bytes(signed.body))
    with pytest.raises(InvalidSignature):
        key.verify(
            signed.signature, signed_bytes(signed.body.replace(b'"number":1', b'"number":2'))
        )
    with centre.store.database.reading() as session:
        assert newest_receipt(session, "demo", till.identity.terminal_id) == signed


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_terminal_believes_only_its_own_receipt_by_the_centres_key(centre, till, busy, caplog):
    busy.close()
    plain = till.send()["receipt"]
    identity = till.identity
    assert read_receipt(plain, identity).receipt.number == 1
    assert read_receipt(None, identity) is None
    newer = json.loads(json.dumps(plain))
    newer["receipt"]["of_the_future"] = 1
    for bad in (
        newer,
        {**plain, "signature": "AAAA"},
        {**plain, "signature": "?"},
        {"receipt": {}, "signature": plain["signature"]},
        [],
    ):
        caplog.clear()
        assert read_receipt(bad, identity) is None
        assert len(caplog.records) == 1
    assert read_receipt(plain, replace(identity, terminal_id="t-other")) is None
    assert read_receipt(plain, replace(identity, centre_key=bytes(32))) is None


def test_a_closing_is_found_by_its_place_at_its_own_school_alone(centre, till, busy):
    closing = read(busy.close())
    till.send()
    terminal = till.identity.terminal_id
    with centre.store.database.reading() as session:
        found = find_closing(session, "demo", terminal, epoch=1, seq=closing.seq)
        assert found.event == closing.id
        with pytest.raises(RecordError, match="no closing at"):
            find_closing(session, "other", terminal, epoch=1, seq=closing.seq)
        assert list_closings(session, "other") == []
        assert list_closings(session, "demo", terminal="t-0") == []
        assert len(list_closings(session, "demo", terminal=terminal, day=DAY)) == 1
