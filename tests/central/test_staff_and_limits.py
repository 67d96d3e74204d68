"""Staff, their badges, and what parents allow: from the centre's books into the tills' copies."""

from datetime import timedelta

import argon2
import pytest
from canteen import TODAY
from copy_rig import fetch_changes, fetch_copy

from central.feed import advance_feed
from central.limits import write_limits
from central.pins import pin_hash
from central.staff import write_staff, write_staff_badges
from core.correction_facts import Correction, RefundLine, SaleRefunded, SaleVoided, VoidKind
from core.events import read_event
from core.ids import StaffId
from core.limits import Limits
from core.money import Money
from core.people import PriceClass
from core.sale_facts import Tender
from core.staff import StaffMember, pin_secret
from offline_cache.changes import apply_changes
from offline_cache.snapshot import Snapshot

PRODUCT = "main-4"


def snapshot_of(till, path):
    copy, _etag, _cursor = fetch_copy(till, path)
    copy.close()
    return Snapshot.open(path, school_id=None)


def limit(centre, pupil, limits=None):
    limits = limits or Limits(daily_max=Money(900))
    with centre.store.database.writing() as session:
        write_limits(session, "demo", [(pupil, limits)], advance_feed(session, "demo"))


def bought(centre, pupil):
    sql = "SELECT day, product_id, quantity, cents FROM pupil_bought WHERE pupil_id = ?"
    return centre.rows(sql, pupil)


def correct(till, sale, fact_of):
    fact = read_event(sale.body).fact
    correction = Correction(sale.id, StaffId("s"), "wrong dish", till.receipt + 1)
    return till.journal.append(fact_of(fact, correction), at=till.clock())


def test_the_copy_knows_the_staff_their_badges_and_the_parents_limits(centre, till, tmp_path):
    copy = snapshot_of(till, tmp_path / "copy.db")
    for one in centre.school.staff:
        assert copy.staff()[one.member.id] == one.member
        assert copy.staff_of(one.key) == one.member
    assert len(centre.school.limits) > 20
    for pupil, limits in centre.school.limits.items():
        assert copy.pupil(pupil, TODAY).limits == limits
    copy.verify()
    copy.close()


def test_a_pin_is_right_with_the_schools_key_and_wrong_without(centre):
    one = centre.school.staff[0]
    hasher = argon2.PasswordHasher()
    parameters = argon2.extract_parameters(one.member.pin_hash)
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (2, 19456, 1)
    right = pin_secret(one.member.id, one.pin, pepper=centre.school.school.badge_key)
    assert hasher.verify(one.member.pin_hash, right)
    others = [
        pin_secret(one.member.id, one.pin, pepper=bytes(32)),
        pin_secret(StaffId("other"), one.pin, pepper=centre.school.school.badge_key),
        pin_secret(one.member.id, "000000", pepper=centre.school.school.badge_key),
    ]
    for secret in others:
        with pytest.raises(argon2.exceptions.VerifyMismatchError):
            hasher.verify(one.member.pin_hash, secret)
    salted = [
        pin_hash(one.member.id, one.pin, pepper=b"p" * 16, salt=bytes([n]) * 16) for n in (1, 2)
    ]
    assert salted[0] != salted[1]


def test_who_leaves_and_a_badge_that_is_lost_are_told_as_changes(centre, till, tmp_path):
    path = tmp_path / "old.db"
    copy, etag, cursor = fetch_copy(till, path)
    copy.close()
    first, second, *_ = centre.school.staff
    with centre.store.database.writing() as session:
        place = advance_feed(session, "demo")
        gone = StaffMember(first.member.id, first.member.name, "", frozenset())
        write_staff(session, "demo", [gone], place)
        write_staff_badges(session, "demo", [(second.key, None)], place)
    changes = fetch_changes(till, cursor, if_none_match=etag)
    newer = tmp_path / "new.db"
    apply_changes(
        path, newer, after=cursor, etag=changes.etag, meta=changes.meta, rows=changes.rows
    )
    known = Snapshot.open(newer, school_id=None)
    assert known.staff_of(first.key) == gone
    assert known.staff_of(second.key) is None
    assert known.staff()[second.member.id] == second.member
    known.verify()
    known.close()


def test_what_a_limited_pupil_bought_anywhere_stands_in_the_copy(centre, till, tmp_path):
    limited, other = centre.orders(2)
    limit(centre, limited.pupil_id)
    till.sell(limited.pupil_id, 300)
    till.sell(limited.pupil_id, 200)
    till.sell(other.pupil_id, 300)
    till.send()
    elsewhere = centre.till("Till 2")
    elsewhere.sell(limited.pupil_id, 100)
    elsewhere.send()
    assert bought(centre, limited.pupil_id) == [(TODAY.isoformat(), PRODUCT, 3, 600)]
    has_limits = other.pupil_id in centre.school.limits
    assert len(bought(centre, other.pupil_id)) == has_limits
    copy = snapshot_of(till, tmp_path / "copy.db")
    known = copy.pupil(limited.pupil_id, TODAY).limits.bought
    assert [(of, one.quantity, one.amount) for of, one in known.items()] == [
        (PRODUCT, 3, Money(600))
    ]
    assert copy.pupil(limited.pupil_id, TODAY + timedelta(days=1)).limits.bought == {}
    copy.close()


def test_what_was_taken_back_counts_no_more_on_the_day_it_was_bought(centre, till):
    pupil = centre.orders(1)[0].pupil_id
    limit(centre, pupil)
    first, second = till.sell(pupil, 300), till.sell(pupil, 200)

    def voided(sale, correction):
        return SaleVoided(TODAY, VoidKind.VOID, correction, sale)

    def refunded(sale, correction):
        return SaleRefunded(
            day=TODAY + timedelta(days=1),
            correction=correction,
            pupil=sale.pupil,
            price_class=PriceClass.PUPIL,
            tender=Tender.WALLET,
            lines=(RefundLine(0, sale.lines[0]),),
            total=sale.total,
            sold_on=sale.day,
        )

    correct(till, first, voided)
    correct(till, second, refunded)
    till.send()
    assert bought(centre, pupil) == []
    centre.expect_sound()
    till.sell(pupil, 300)
    till.send()
    correct(till, till.journal.events[-1], voided)
    till.send()
    assert bought(centre, pupil) == [(TODAY.isoformat(), PRODUCT, 0, 0)]


def test_the_same_batch_again_counts_nothing_twice(centre, till):
    pupil = centre.orders(1)[0].pupil_id
    limit(centre, pupil)
    till.sell(pupil, 300)
    till.send()
    till.send()
    assert bought(centre, pupil) == [(TODAY.isoformat(), PRODUCT, 1, 300)]


def test_the_demo_asks_only_about_allergens_that_a_pupil_has(demo_school):
    asked = [
        pupil
        for pupil in demo_school.pupils
        if pupil.id in demo_school.limits and demo_school.limits[pupil.id].asks_allergens
    ]
    assert len(asked) > 1
    assert all(pupil.allergens for pupil in asked)
