"""Evening study and late arrivals at the centre: booked once, whichever terminal is heard first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from central.changes import read_changes
from central.errors import RecordError
from central.exceptions import Resolution, find_exception, settle
from central.feed import read_feed
from central.lateness import (
    NotedAbsence,
    absences_of,
    absences_on,
    late_arrivals_of,
    late_arrivals_on,
    note_absences,
)
from central.office import Act
from central.postings import CentreBooking, Posting, write_bookings
from central.presence_corrections import withdraw_presence
from central.reconciliation import reconcile
from central.snapshot_file import write_copy
from central.study import (
    enrol,
    list_enrolments,
    list_sessions,
    presences_of,
    presences_on,
    put_session,
)
from central.terminals import find_terminal
from core.codec import moment_text
from core.facts import ArrivedLate, LateWhy, PresenceWithdrawn, StudyEntered, StudyLeft
from core.ids import EventId, PupilId, SchoolId, SessionId, StaffId
from core.ledger import AccountKind
from core.money import ZERO, Money
from core.presence_rows import AbsenceState
from core.study import StudyEnrolment, StudySession
from core.tap import Assurance
from offline_cache.snapshot import Snapshot

TODAY = date(2026, 11, 24)
SCHOOL = SchoolId("demo")
STUDY_AT = datetime(2026, 11, 24, 15, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHORT = StudySession(
    SessionId("short"), "Étude courte", frozenset({0, 1, 3, 4}), 965, 1035, Money(100)
)


@pytest.fixture
def pupil(centre):
    return next(one.id for one in centre.school.pupils if centre.balance(one.id) > 1000)


@pytest.fixture
def study(centre, pupil):
    """Hold the short session, with one pupil in it, at the hour at which it begins."""
    put_session(centre.store, SCHOOL, SHORT, who="office", now=centre.clock())
    place = StudyEnrolment(pupil, SHORT.id, date(2026, 9, 1))
    enrol(centre.store, SCHOOL, place, who="office", now=centre.clock())
    centre.clock.now = STUDY_AT
    return place


def enters(till, pupil, *, price=100, at=None, **changes):
    fact = StudyEntered(
        day=TODAY,
        session=SHORT.id,
        pupil=pupil,
        badge=till.centre.badge_of(pupil),
        assurance=Assurance.UID,
        price=Money(price),
    )
    return till.journal.append(replace(fact, **changes), at=at or till.clock())


def leaves(till, pupil, *, at=None):
    fact = StudyLeft(TODAY, SHORT.id, pupil, till.centre.badge_of(pupil), Assurance.UID)
    return till.journal.append(fact, at=at or till.clock())


def arrives(till, pupil, *, at, said=LateWhy.NOT_SAID, arrival=None):
    fact = ArrivedLate(
        day=TODAY,
        pupil=pupil,
        badge=till.centre.badge_of(pupil),
        assurance=Assurance.UID,
        due_at=datetime(2026, 11, 24, 7, 25, tzinfo=UTC),
        said=said,
        arrival=arrival,
    )
    return till.journal.append(fact, at=at)


def presences(centre, pupil):
    with centre.store.database.reading() as session:
        return presences_of(session, SCHOOL, pupil)


# --- study ----------------------------------------------------------------------------------------


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


# --- taken back at a terminal ---------------------------------------------------------------------


def takes_back(till, sealed, pupil, *, session=SHORT.id, price=100, at=None):
    fact = PresenceWithdrawn(
        day=TODAY,
        presence=sealed.id,
        pupil=pupil,
        session=session,
        staff=StaffId("fatima"),
        why="the wrong twin",
        price=Money(price),
    )
    return till.journal.append(fact, at=at or till.clock())


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


# --- late arrivals --------------------------------------------------------------------------------


def test_a_late_arrival_keeps_its_first_hour_and_takes_its_reason(centre, till, pupil):
    came = datetime(2026, 11, 24, 7, 37, tzinfo=UTC)
    first = arrives(till, pupil, at=came)
    arrives(till, pupil, at=came + timedelta(minutes=1), said=LateWhy.DOCTOR, arrival=first.id)
    till.send()
    with centre.store.database.reading() as session:
        (seen,) = late_arrivals_of(session, SCHOOL, pupil)
        assert late_arrivals_on(session, SCHOOL, TODAY) == [seen]
        assert late_arrivals_of(session, SCHOOL, pupil, until=date(2026, 11, 23)) == []
    assert (seen.arrived_at, seen.said, seen.late_minutes) == (came, LateWhy.DOCTOR, 12)


def test_the_earlier_of_two_gates_counts(centre, till, pupil):
    came = datetime(2026, 11, 24, 7, 37, tzinfo=UTC)
    arrives(till, pupil, at=came, said=LateWhy.FAMILY)
    till.send()
    other = centre.till("Gate 2")
    arrives(other, pupil, at=came - timedelta(minutes=2))
    other.send()
    with centre.store.database.reading() as session:
        (seen,) = late_arrivals_of(session, SCHOOL, pupil)
    assert (seen.arrived_at, seen.said) == (came - timedelta(minutes=2), LateWhy.FAMILY)


# --- what the office writes -----------------------------------------------------------------------


def test_absences_are_written_changed_and_withdrawn(centre, pupil):
    day = NotedAbsence(pupil, TODAY, AbsenceState.ANNOUNCED, "grippe")
    note_absences(centre.store, SCHOOL, [day], who="office", now=centre.clock())
    with centre.store.database.reading() as session:
        assert absences_on(session, SCHOOL, TODAY) == absences_of(session, SCHOOL, pupil) == [day]
    gone = replace(day, state=AbsenceState.WITHDRAWN)
    note_absences(centre.store, SCHOOL, [gone], who="office", now=centre.clock())
    with centre.store.database.reading() as session:
        assert absences_on(session, SCHOOL, TODAY) == []
    with pytest.raises(RecordError, match="no pupil nobody"):
        note_absences(
            centre.store,
            SCHOOL,
            [replace(day, pupil=PupilId("nobody"))],
            who="office",
            now=centre.clock(),
        )
    with pytest.raises(RecordError, match="at most 200"):
        note_absences(
            centre.store, SCHOOL, [replace(day, note="x" * 201)], who="o", now=centre.clock()
        )


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


def test_free_of_charge_is_no_leg(centre, till, study, pupil):
    before = centre.balance(pupil)
    enters(till, pupil, price=0)
    till.send()
    assert centre.balance(pupil) == before
    assert presences(centre, pupil)[0].cost == ZERO
    centre.expect_sound()


# --- taken back when it went to settle ------------------------------------------------------------


def case_of(centre, event):
    with centre.store.database.reading() as session:
        return find_exception(session, SCHOOL, f"{event}.to_settle")


def settle_as(centre, event, how, **more):
    act = Act("anna", centre.clock(), "looked at it")
    return settle(centre.store, SCHOOL, case=f"{event}.to_settle", how=how, act=act, **more)


def by_the_office(centre, till, sealed, pupil):
    act = Act("fatima", centre.clock(), "the wrong twin")
    return withdraw_presence(centre.store, SCHOOL, event=sealed.id, act=act)


def by_a_terminal(centre, till, sealed, pupil):
    takes_back(till, sealed, pupil)
    till.send()


ACCOUNTS = (AccountKind.STUDY, AccountKind.WAIVED, AccountKind.EXCEPTIONS)


def accounts(centre):
    """Return what stands on the accounts that a presence and its case move."""
    sums = dict(centre.rows("SELECT account, SUM(cents) FROM leg GROUP BY account"))
    return {kind.value: sums[kind.value] for kind in ACCOUNTS if sums.get(kind.value)}


@pytest.mark.parametrize("take_back", [by_the_office, by_a_terminal])
def test_a_presence_that_went_to_settle_closes_its_case_when_it_is_taken_back(
    centre, till, study, pupil, take_back
):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    assert case_of(centre, sealed.id).is_open, "the control"
    centre.clock.advance(minutes=5)
    take_back(centre, till, sealed, pupil)
    case = case_of(centre, sealed.id)
    assert (case.resolution, case.note) == (Resolution.REVERSED, "the wrong twin")
    assert case.settled_by in {"fatima", "fatima (Till 1)"}
    assert case.settled_at == centre.clock()
    audited = centre.rows("SELECT who, what FROM audit WHERE subject = ?", case.id)
    assert audited == [(case.settled_by, "exception to_settle reversed: the wrong twin")]
    assert centre.balance(pupil) == before
    # Again, by either hand, nothing is closed or given back a second time.
    centre.clock.advance(minutes=5)
    by_the_office(centre, till, sealed, pupil)
    by_a_terminal(centre, till, sealed, pupil)
    assert case_of(centre, sealed.id) == case
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_in_one_batch_the_case_is_opened_and_closed(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    takes_back(till, sealed, pupil)
    assert till.flags(till.send()) == ["to_settle", None]
    assert case_of(centre, sealed.id).resolution is Resolution.REVERSED
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_what_was_taken_back_is_not_waived_as_well(centre, till, study, pupil):
    """Another rule that the same fact broke is still looked at, but its money is back already."""
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True, badge="ab" * 16)
    till.send()
    by_the_office(centre, till, sealed, pupil)
    other = f"{sealed.id}.unknown_badge"
    act = Act("anna", centre.clock(), "looked at it")
    with pytest.raises(RecordError, match="was taken back"):
        settle(centre.store, SCHOOL, case=other, how=Resolution.WAIVED, act=act)
    settle(centre.store, SCHOOL, case=other, how=Resolution.ACCEPTED, act=act)
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_what_the_school_carried_goes_back_to_the_school(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    settle_as(centre, sealed.id, Resolution.WAIVED)
    assert centre.balance(pupil) == before
    assert by_the_office(centre, till, sealed, pupil) == ZERO
    assert centre.balance(pupil) == before, "it was given back once"
    assert accounts(centre) == {}
    assert case_of(centre, sealed.id).resolution is Resolution.WAIVED, "what was settled stays so"
    centre.expect_sound()


def test_what_somebody_else_was_charged_goes_back_to_them(centre, till, study, pupil):
    payer = next(
        one.id for one in centre.school.pupils if one.id != pupil and centre.balance(one.id) > 1000
    )
    before = [centre.balance(one) for one in (pupil, payer)]
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    settle_as(centre, sealed.id, Resolution.CHARGED, pupil=payer)
    assert centre.balance(payer) == before[1] - 100, "the control"
    by_the_office(centre, till, sealed, pupil)
    assert [centre.balance(one) for one in (pupil, payer)] == before
    assert accounts(centre) == {}
    centre.expect_sound()


def test_a_terminal_that_takes_back_what_was_settled_asks_the_bursar(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    settle_as(centre, sealed.id, Resolution.WAIVED)
    back = takes_back(till, sealed, pupil)
    assert till.flags(till.send())[-1] == "corrected_twice"
    assert centre.balance(pupil) == before, "it was given back once"
    assert accounts(centre) == {"waived": -100, "exceptions": 100}
    act = Act("anna", centre.clock(), "to the school")
    case = f"{back.id}.corrected_twice"
    settle(centre.store, SCHOOL, case=case, how=Resolution.WAIVED, act=act)
    assert accounts(centre) == {}
    centre.expect_sound()
