"""Evening study at the centre: booked once, whichever terminal is heard first."""

from dataclasses import replace
from datetime import date, timedelta

import presence_facts
import pytest
from presence_facts import HOUR, SCHOOL, SHORT, STUDY_AT, TODAY, enters, leaves, presences

from central.changes import read_changes
from central.errors import RecordError
from central.lateness import NotedAbsence, note_absences
from central.reconciliation import reconcile
from central.snapshot_file import write_copy
from central.study import enrol, list_enrolments, list_sessions, presences_on, put_session
from central.terminals import find_terminal
from core.ids import PupilId, SessionId
from core.money import ZERO, Money
from core.presence_rows import AbsenceState
from offline_cache.snapshot import Snapshot

pupil = presence_facts.pupil
study = presence_facts.study


# --- what terminals note --------------------------------------------------------------------------


def test_a_presence_takes_a_euro_and_is_told_with_its_event(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil)
    assert till.flags(till.send()) == [None]
    assert centre.balance(pupil) == before - 100
    (seen,) = presences(centre, pupil)
    assert (seen.session_name, seen.cost, seen.terminal) == ("Étude courte", Money(100), "Till 1")
    assert (seen.entered_at, seen.left_at, seen.event) == (STUDY_AT, None, sealed.id)
    assert centre.one("SELECT cents FROM leg WHERE account = 'study' AND owner = 'short'") == 100
    centre.expect_sound()


def test_a_lost_reply_books_nothing_twice(centre, till, study, pupil):
    before = centre.balance(pupil)
    enters(till, pupil)
    till.send()
    assert till.verdicts(till.send()) == ["duplicate"]
    assert centre.balance(pupil) == before - 100


def test_two_terminals_that_do_not_know_of_each_other_take_one_euro(centre, till, study, pupil):
    other = centre.till("Room 2")
    before = centre.balance(pupil)
    enters(till, pupil)
    enters(other, pupil, at=STUDY_AT - timedelta(minutes=5))
    assert till.flags(till.send()) == other.flags(other.send()) == [None]
    assert centre.balance(pupil) == before - 100
    (seen,) = presences(centre, pupil)
    assert seen.entered_at == STUDY_AT - timedelta(minutes=5)
    centre.expect_sound()


def test_twice_in_one_batch_is_one_euro_too(centre, till, study, pupil):
    before = centre.balance(pupil)
    enters(till, pupil)
    enters(till, pupil)
    till.send()
    assert centre.balance(pupil) == before - 100


def test_leaving_is_noted_in_whatever_order_it_is_heard(centre, till, study, pupil):
    other = centre.till("Room 2")
    leaves(other, pupil, at=STUDY_AT + HOUR)
    centre.clock.advance(hours=2)
    other.send()
    before = centre.balance(pupil)
    enters(till, pupil, at=STUDY_AT)
    till.send()
    (seen,) = presences(centre, pupil)
    assert (seen.entered_at, seen.left_at) == (STUDY_AT, STUDY_AT + HOUR)
    assert centre.balance(pupil) == before - 100


def test_who_comes_back_is_in_again_and_pays_nothing(centre, till, study, pupil):
    before = centre.balance(pupil)
    centre.clock.advance(hours=2)
    enters(till, pupil, at=STUDY_AT)
    leaves(till, pupil, at=STUDY_AT + HOUR)
    enters(till, pupil, price=0, at=STUDY_AT + HOUR + timedelta(minutes=3))
    till.send()
    (seen,) = presences(centre, pupil)
    assert (seen.entered_at, seen.left_at) == (STUDY_AT, None)
    assert centre.balance(pupil) == before - 100


def test_a_wallet_goes_below_zero_without_a_flag_unless_staff_decided(centre, till, study, pupil):
    other = next(one.id for one in centre.school.pupils if one.id != pupil)
    enters(till, pupil, price=9000)
    enters(till, other, price=9000, is_to_settle=True, staff="fatima", badge=None)
    assert till.flags(till.send()) == [None, "to_settle"]
    assert centre.balance(pupil) < 0


def test_a_stranger_is_booked_and_flagged(centre, till, study):
    enters(till, PupilId("nobody"))
    assert till.flags(till.send()) == ["unknown_pupil"]
    centre.expect_sound()


def test_an_absurd_price_is_set_aside(centre, till, study, pupil):
    enters(till, pupil, price=2_000_000)
    assert till.verdicts(till.send()) == ["quarantined"]


def test_a_presence_without_its_leg_would_be_found(centre, till, study, pupil):
    enters(till, pupil)
    till.send()
    with centre.store.database.writing() as session:
        session.run("UPDATE study_presence SET cents = 250")
    with centre.store.database.reading() as session:
        assert "study" in {one.rule for one in reconcile(session, SCHOOL)}


def test_free_of_charge_is_no_leg(centre, till, study, pupil):
    before = centre.balance(pupil)
    enters(till, pupil, price=0)
    till.send()
    assert centre.balance(pupil) == before
    assert presences(centre, pupil)[0].cost == ZERO
    centre.expect_sound()


# --- what the office writes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "has a name"),
        ({"ends": 900}, "ends after it begins"),
        ({"weekdays": frozenset()}, "has a weekday"),
        ({"price": Money(-1)}, "costs something or nothing"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(centre, changes, words):
    with pytest.raises(RecordError, match=words):
        put_session(
            centre.store, SCHOOL, replace(SHORT, **changes), who="office", now=centre.clock()
        )


def test_an_enrolment_is_of_who_and_what_there_is(centre, study, pupil):
    for wrong, words in (
        (replace(study, pupil=PupilId("nobody")), "no pupil nobody"),
        (replace(study, session=SessionId("night")), "no study session night"),
        (replace(study, until=date(2026, 8, 1)), "does not end before"),
    ):
        with pytest.raises(RecordError, match=words):
            enrol(centre.store, SCHOOL, wrong, who="office", now=centre.clock())
    with centre.store.database.reading() as session:
        assert study in list_enrolments(session, SCHOOL, pupil=pupil)
        assert SHORT in list_sessions(session, SCHOOL)


# --- the copy -------------------------------------------------------------------------------------


def test_the_copy_holds_the_day_and_what_changed_since(centre, till, study, pupil, tmp_path):
    enters(till, pupil)
    till.send()
    away = NotedAbsence(pupil, TODAY, AbsenceState.ANNOUNCED, "grippe")
    note_absences(centre.store, SCHOOL, [away], who="office", now=centre.clock())
    path = tmp_path / "copy.db"
    with centre.store.database.reading() as session:
        terminal = find_terminal(session, till.identity.terminal_id)
        write_copy(session, terminal, path, today=TODAY, now=centre.clock())
        changes = read_changes(session, terminal, after="1", now=centre.clock())
        assert len(presences_on(session, SCHOOL, TODAY)) == 1
    copy = Snapshot.open(path, school_id=SCHOOL)
    copy.verify()
    told = copy.presence.of_pupil(pupil, TODAY)
    assert study in told.enrolments
    assert told.seen[SHORT.id].entered_at == STUDY_AT
    assert [one.pupil for one in copy.presence.absent(TODAY)] == [pupil]
    assert "grippe" not in path.read_bytes().decode("latin-1")
    copy.close()
    assert changes.rows["study_presence"][0][:3] == (pupil, TODAY.isoformat(), "short")
    assert changes.rows["absence"] == [(pupil, TODAY.isoformat(), "announced")]
