"""A presence noted by mistake: taken back once, at the office or a terminal, with its euro."""

from datetime import UTC, datetime, timedelta

import presence_facts
import pytest
from presence_facts import (
    HOUR,
    SCHOOL,
    SHORT,
    STUDY_AT,
    TODAY,
    arrives,
    enters,
    presences,
    takes_back,
)

from central.changes import read_changes
from central.errors import RecordError
from central.feed import read_feed
from central.lateness import late_arrivals_of
from central.office import Act
from central.postings import CentreBooking, Posting, write_bookings
from central.presence_corrections import withdraw_presence
from central.reconciliation import reconcile
from central.snapshot_file import write_copy
from central.terminals import find_terminal
from core.codec import moment_text
from core.ids import EventId, PupilId
from core.money import ZERO, Money
from offline_cache.snapshot import Snapshot

pupil = presence_facts.pupil
study = presence_facts.study


# --- at the office --------------------------------------------------------------------------------


def test_a_presence_noted_by_mistake_is_taken_back_once(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil)
    till.send()
    act = Act("fatima", centre.clock(), "the wrong twin")
    for _ in range(2):
        withdraw_presence(centre.store, SCHOOL, event=sealed.id, act=act)
        assert centre.balance(pupil) == before
    (seen,) = presences(centre, pupil)
    assert (seen.is_withdrawn, seen.cost) == (True, Money(100)), "what was signed stays"
    rows = centre.rows("SELECT who, what FROM audit WHERE subject = ?", pupil)
    assert ("fatima", "presence.withdrawn of 2026-11-24: the wrong twin") in rows
    centre.expect_sound()
    # Another terminal that saw the same changes nothing of it.
    other = centre.till("Room 2")
    enters(other, pupil, at=STUDY_AT - timedelta(minutes=5))
    other.send()
    assert centre.balance(pupil) == before
    assert presences(centre, pupil)[0].is_withdrawn
    centre.expect_sound()


def test_what_cost_nothing_is_taken_back_too(centre, till, study, pupil):
    before = centre.balance(pupil)
    free = enters(till, pupil, price=0)
    late = arrives(till, pupil, at=STUDY_AT)
    till.send()
    for sealed in (free, late):
        for why in ("a mistake", "again"):
            act = Act("fatima", centre.clock(), why)
            assert withdraw_presence(centre.store, SCHOOL, event=sealed.id, act=act) == ZERO
    assert presences(centre, pupil)[0].is_withdrawn
    with centre.store.database.reading() as session:
        assert late_arrivals_of(session, SCHOOL, pupil)[0].is_withdrawn
    assert centre.balance(pupil) == before
    assert centre.one("SELECT COUNT(*) FROM booking WHERE kind = 'presence.withdrawn'") == 2
    centre.expect_sound()


def test_taking_back_needs_a_reason_and_a_presence(centre, till, study, pupil):
    sealed = enters(till, pupil)
    sold = till.sell(pupil, 80)
    till.send()
    with pytest.raises(RecordError, match="write a reason"):
        withdraw_presence(
            centre.store, SCHOOL, event=sealed.id, act=Act("fatima", centre.clock(), " ")
        )
    for event in (sold.id, "nothing"):
        act = Act("fatima", centre.clock(), "x")
        with pytest.raises(RecordError, match="noted no presence"):
            withdraw_presence(centre.store, SCHOOL, event=event, act=act)


def test_a_presence_taken_back_without_its_money_would_be_found(centre, till, study, pupil):
    enters(till, pupil)
    till.send()
    event = presences(centre, pupil)[0].event
    booking = CentreBooking("presence.withdrawn", event, Posting(EventId("x"), (), STUDY_AT))
    with centre.store.database.writing() as session:
        write_bookings(session, SCHOOL, [booking])
    with centre.store.database.reading() as session:
        told = [one.detail for one in reconcile(session, SCHOOL) if one.rule == "study"]
    assert told == ["study brought in: 100 cents, but presences that stand: 0"]


# --- at a terminal --------------------------------------------------------------------------------


def test_what_a_terminal_takes_back_goes_back_with_its_euro(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil)
    centre.clock.advance(minutes=5)
    back = takes_back(till, sealed, pupil)
    assert till.flags(till.send()) == [None, None]
    assert centre.balance(pupil) == before
    assert presences(centre, pupil)[0].is_withdrawn
    legs = centre.rows("SELECT account, cents FROM leg WHERE booking_id = ?", back.id)
    assert sorted(legs) == [("study", -100), ("wallet.general", 100)]
    rows = centre.rows("SELECT event_id FROM correction WHERE document_id = ?", sealed.id)
    assert rows == [(back.id,)]
    centre.expect_sound()


def test_a_lost_reply_gives_nothing_back_twice(centre, till, study, pupil):
    before = centre.balance(pupil)
    takes_back(till, enters(till, pupil), pupil)
    till.send()
    assert till.verdicts(till.send()) == ["duplicate", "duplicate"]
    assert centre.balance(pupil) == before


@pytest.mark.parametrize("is_office_first", [True, False])
def test_the_office_and_a_terminal_at_once_take_back_once(
    centre, till, study, pupil, is_office_first
):
    before = centre.balance(pupil)
    sealed = enters(till, pupil)
    till.send()
    takes_back(till, sealed, pupil)
    act = Act("fatima", centre.clock(), "the wrong twin")
    deeds = [
        lambda: withdraw_presence(centre.store, SCHOOL, event=sealed.id, act=act),
        till.send,
    ]
    for deed in deeds if is_office_first else reversed(deeds):
        deed()
        assert centre.balance(pupil) == before
    assert presences(centre, pupil)[0].is_withdrawn
    centre.expect_sound()


def test_two_terminals_that_noted_and_took_back_the_same_give_one_euro(centre, till, study, pupil):
    other = centre.till("Room 2")
    before = centre.balance(pupil)
    first, second = enters(till, pupil), enters(other, pupil)
    takes_back(other, second, pupil, at=STUDY_AT + timedelta(minutes=1))
    takes_back(till, first, pupil, at=STUDY_AT + timedelta(minutes=2))
    centre.clock.advance(minutes=5)
    assert till.flags(till.send()) == other.flags(other.send()) == [None, None]
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_who_comes_after_that_is_there_and_pays_anew(centre, till, study, pupil):
    before = centre.balance(pupil)
    takes_back(till, enters(till, pupil), pupil, at=STUDY_AT + timedelta(minutes=1))
    other = centre.till("Room 2")
    again = enters(other, pupil, at=STUDY_AT + timedelta(minutes=2))
    centre.clock.advance(minutes=5)
    till.send()
    other.send()
    assert centre.balance(pupil) == before - 100
    (seen,) = presences(centre, pupil)
    assert (seen.is_withdrawn, seen.event, seen.terminal) == (False, again.id, "Room 2")
    centre.expect_sound()


def test_who_comes_after_the_office_took_it_back_pays_anew_too(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil)
    till.send()
    act = Act("fatima", centre.clock(), "the wrong twin")
    withdraw_presence(centre.store, SCHOOL, event=sealed.id, act=act)
    enters(till, pupil, at=STUDY_AT + timedelta(minutes=2))
    till.send()
    assert centre.balance(pupil) == before - 100
    assert not presences(centre, pupil)[0].is_withdrawn
    centre.expect_sound()


def test_what_was_never_noted_cannot_be_taken_back(centre, till, study, pupil):
    before = centre.balance(pupil)
    sold = till.sell(pupil, 80)
    takes_back(till, sold, pupil)
    takes_back(till, sold, pupil, session=None, price=0)
    takes_back(till, sold, PupilId("nobody"))
    assert till.flags(till.send()) == [
        None,
        "unknown_document",
        "unknown_document",
        "unknown_pupil",
    ]
    assert centre.balance(pupil) == before - 80
    centre.expect_sound()


def test_a_late_arrival_is_taken_back_and_a_later_one_is_noted(centre, till, pupil):
    came = datetime(2026, 11, 24, 7, 37, tzinfo=UTC)
    first = arrives(till, pupil, at=came)
    takes_back(till, first, pupil, session=None, price=0, at=came + timedelta(minutes=1))
    till.send()
    with centre.store.database.reading() as session:
        assert late_arrivals_of(session, SCHOOL, pupil)[0].is_withdrawn
    arrives(till, pupil, at=came + timedelta(minutes=9))
    till.send()
    with centre.store.database.reading() as session:
        (seen,) = late_arrivals_of(session, SCHOOL, pupil)
    assert (seen.is_withdrawn, seen.arrived_at) == (False, came + timedelta(minutes=9))


def test_a_copy_and_its_changes_tell_what_was_taken_back(centre, till, study, pupil, tmp_path):
    late = arrives(till, pupil, at=STUDY_AT - HOUR)
    sealed = enters(till, pupil)
    till.send()
    with centre.store.database.reading() as session:
        terminal = find_terminal(session, till.identity.terminal_id)
        before = str(read_feed(session, SCHOOL))
    act = Act("fatima", centre.clock(), "the wrong twin")
    withdraw_presence(centre.store, SCHOOL, event=late.id, act=act)
    takes_back(till, sealed, pupil)
    till.send()
    at = STUDY_AT
    with centre.store.database.reading() as session:
        changed = read_changes(session, terminal, after=before, now=centre.clock()).rows
        path = tmp_path / "copy.db"
        write_copy(session, terminal, path, today=TODAY, now=centre.clock())
    told = [(pupil, TODAY.isoformat(), place, moment_text(at)) for place in ("", "short")]
    assert sorted(changed["presence_withdrawal"]) == told
    copy = Snapshot.open(path, school_id=SCHOOL)
    assert copy.presence.withdrawn(TODAY, SHORT.id) == {pupil: at}
    assert copy.presence.withdrawn(TODAY, None) == {pupil: at}
    assert copy.presence.of_pupil(pupil, TODAY).withdrawn == {SHORT.id: at}
    copy.verify()
    copy.close()
