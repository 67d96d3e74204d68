"""What the terminal knows at a tap: the copy, its age, the connection, and its own sums."""

from datetime import timedelta

from canteen import NOON, POLICY, STEW, TODAY, tap
from journal_rig import BASIS, sale
from till_rig import ALICE, STRANGER, Counter, badge_of

from core.ids import PupilId
from core.money import Money
from core.policy import CLOSED
from core.tap import Assurance, Credential, Tap, Technology
from core.view import View


def tap_of(credential: Credential) -> Tap:
    return Tap(tap().id, "counter", credential, Assurance.UID, mono_ns=0)


def seen(counter: Counter, credential: Credential) -> View:
    return counter.service.desk.view_of_tap(tap_of(credential), counter.clock.stamp())


def test_without_a_copy_nothing_is_allowed(bare: Counter) -> None:
    knowledge = bare.knowledge
    assert knowledge.policy is CLOSED
    assert (knowledge.copy_at, knowledge.snapshot) == (None, None)
    assert knowledge.zone_name == "Europe/Brussels"
    assert (knowledge.basis.cursor, knowledge.basis.policy) == ("", 0)
    view = seen(bare, ALICE)
    assert (view.holder, view.products) == (None, {})
    assert view.badge == badge_of(1).key
    assert view.place.terminal == "Caisse 1"
    knowledge.drop_copy()


def test_a_badge_leads_to_its_holder(counter: Counter) -> None:
    view = seen(counter, ALICE)
    assert view.holder is not None
    assert view.holder.pupil.first_name == "Alice"
    assert view.products == {STEW.id: STEW}
    assert (view.day, view.epoch, view.next_seq, view.next_receipt) == (TODAY, 1, 2, 1)
    assert view.place.school.name == "Athénée"


def test_a_stranger_has_a_key_but_no_holder(counter: Counter) -> None:
    view = seen(counter, STRANGER)
    assert view.badge is not None
    assert view.holder is None


def test_a_random_number_is_nobodys_and_is_not_even_hashed(counter: Counter) -> None:
    phone = Credential(Technology.ISO14443_4, bytes.fromhex("08112233"))
    view = seen(counter, phone)
    assert (view.badge, view.holder) == (None, None)


def test_offline_is_said_in_the_view_and_in_the_event(counter: Counter) -> None:
    counter.knowledge.is_online = False
    assert not seen(counter, ALICE).is_online
    assert not counter.knowledge.basis.is_online
    assert counter.knowledge.basis.policy == POLICY.version


def test_the_copy_is_as_old_as_its_last_confirmation(counter: Counter) -> None:
    made_at = NOON - timedelta(minutes=5)
    knowledge = counter.knowledge
    assert knowledge.copy_at == made_at
    knowledge.confirm(NOON)
    assert knowledge.copy_at == NOON
    knowledge.confirm(made_at - timedelta(hours=1))
    assert knowledge.copy_at == made_at


def test_what_was_sold_here_is_in_the_view(counter: Counter) -> None:
    counter.recorder.record([sale(1)], basis=BASIS)
    own = seen(counter, ALICE).own
    assert own.pupil_unsettled == Money(450)
    assert own.walk_in_at == counter.clock.now()
    assert (own.terminal_risk, own.terminal_risk_count) == (Money(450), 1)
    assert counter.recorder.state.unsettled.owed_of(PupilId("p2")) == Money(0)


def test_the_business_day_is_the_schools(counter: Counter) -> None:
    late = NOON.replace(hour=23, minute=30)
    assert counter.knowledge.day(late) == TODAY + timedelta(days=1)


def test_a_dropped_copy_is_put_aside(counter: Counter) -> None:
    counter.knowledge.drop_copy()
    assert counter.knowledge.copy_at is None
    assert not counter.copy_path.exists()
    assert counter.copy_path.with_name("snapshot.db.bad").exists()
