"""Presences by the core alone: what stands against one, and rows that say nothing sensible."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from canteen import NOON, POLICY, TODAY, Scene
from hypothesis import given
from hypothesis import strategies as st

from core.decision import Noted, NotedAs, Presence, Refused
from core.events import Basis, Event, Stamp
from core.facts import (
    ArrivedLate,
    LateWhy,
    PresenceFact,
    PresenceWithdrawn,
    Reason,
    StudyEntered,
    StudyLeft,
)
from core.gate import arrive, arrive_by_name
from core.ids import BadgeKey, EventId, PupilId, SessionId, StaffId
from core.money import ZERO, Money
from core.people import BadgeState
from core.presence_corrections import withdraw
from core.presence_rows import read_weekdays, session_from_row
from core.presences import Arrival, Attendance, Presences, stands
from core.staff import Right, StaffMember
from core.study import StudySession, StudyView, attend, let_in, let_out
from core.tap import Assurance
from core.unsettled import Unsettled

BADGE = Presence(Assurance.UID)
BY_NAME = Presence(Assurance.TYPED, why="forgotten")
SHORT = StudySession(SessionId("s"), "Short", frozenset({1}), 965, 1035, Money(100))
STUDY = StudyView(((SHORT, Money(100)),), {}, 970)
STAFF = StaffMember(StaffId("f"), "Fatima", "", frozenset({Right.SERVE_BY_NAME}))


def reason_of(decision: object) -> Reason:
    assert isinstance(decision, Refused)
    return decision.reason


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (Scene(copy_at=None), Reason.NO_SNAPSHOT),
        (Scene(badge_state=BadgeState.BLOCKED), Reason.BLOCKED_BADGE),
        (Scene(badge_state=BadgeState.LOST), Reason.LOST_BADGE),
        (Scene(is_known=False), Reason.UNKNOWN_BADGE),
    ],
)
def test_what_stands_against_coming_in(scene: Scene, reason: Reason) -> None:
    assert reason_of(attend(BADGE, scene.view(), STUDY, POLICY, NOON)) is reason


def test_a_badge_that_proves_too_little_is_refused() -> None:
    weak = Presence(Assurance.TYPED)
    assert reason_of(attend(weak, Scene().view(), STUDY, POLICY, NOON)) is Reason.ASSURANCE_TOO_LOW


def test_without_a_copy_or_a_day_the_gate_notes_nobody() -> None:
    view = Scene(copy_at=None).view()
    assert reason_of(arrive(BADGE, view, None, POLICY, NOON)) is Reason.NO_SNAPSHOT
    view = replace(Scene().view(), is_day_known=False)
    assert reason_of(arrive(BADGE, view, None, POLICY, NOON)) is Reason.DAY_NOT_KNOWN


def test_by_name_there_is_a_right_a_day_and_a_pupil() -> None:
    view = Scene().view()
    staffed = replace(view, operator=STAFF)
    assert reason_of(let_in(BY_NAME, view, STUDY, SHORT, POLICY)) is Reason.NOT_SIGNED_IN
    assert reason_of(let_out(BY_NAME, view, STUDY, SHORT)) is Reason.NOT_SIGNED_IN
    lost = replace(staffed, is_day_known=False)
    assert reason_of(let_in(BY_NAME, lost, STUDY, SHORT, POLICY)) is Reason.DAY_NOT_KNOWN
    nobody = replace(staffed, holder=None)
    assert reason_of(let_in(BY_NAME, nobody, STUDY, SHORT, POLICY)) is Reason.UNKNOWN_PUPIL
    assert reason_of(arrive_by_name(BY_NAME, nobody, None, POLICY, NOON)) is Reason.UNKNOWN_PUPIL


def test_by_name_who_is_in_is_in_and_who_left_has_left() -> None:
    view = replace(Scene().view(), operator=STAFF)
    inside = replace(STUDY, seen={SHORT.id: Attendance(NOON)})
    said = let_in(BY_NAME, view, inside, SHORT, POLICY)
    assert isinstance(said, Noted)
    assert said.noted_as is NotedAs.PRESENT
    gone = replace(STUDY, seen={SHORT.id: Attendance(NOON, NOON)})
    said = let_out(BY_NAME, view, gone, SHORT)
    assert isinstance(said, Noted)
    assert (said.facts, said.noted_as) == ((), NotedAs.PRESENT)


def noted(fact: PresenceFact, at: datetime) -> Event:
    stamp = Stamp(at, 0, "b", is_synced=True)
    return Event(1, 1, EventId("e"), stamp, Basis("1", 1, is_online=True), fact)


def test_a_second_arrival_without_a_reason_changes_nothing() -> None:
    presences = Presences()
    fact = ArrivedLate(TODAY, PupilId("p1"), BadgeKey("k"), Assurance.UID, NOON)
    presences.apply(noted(fact, NOON), fact)
    presences.apply(noted(fact, NOON + timedelta(minutes=2)), fact)
    known = presences.late_on(TODAY, PupilId("p1"))
    assert known is not None
    assert known.at == NOON


def test_who_leaves_without_having_come_was_there_at_that_moment() -> None:
    presences = Presences()
    fact = StudyLeft(TODAY, SHORT.id, PupilId("p1"), None, Assurance.TYPED)
    at = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    presences.apply(noted(fact, at), fact)
    assert presences.at_study(TODAY, SHORT.id, PupilId("p1")) == Attendance(at, at)


STAFF_WHO_VOID = StaffMember(StaffId("f"), "Fatima", "", frozenset({Right.VOID}))
HERE = Attendance(NOON, event=EventId("e1"), paid=Money(100))
MISTAKE = Presence(Assurance.TYPED, why="wrong twin")


def test_what_stands_against_taking_a_presence_back() -> None:
    view = replace(Scene().view(), operator=STAFF_WHO_VOID)
    assert reason_of(withdraw(HERE, SHORT, MISTAKE, Scene().view())) is Reason.NOT_SIGNED_IN
    without = replace(MISTAKE, why=" ")
    assert reason_of(withdraw(HERE, SHORT, without, view)) is Reason.WHY_IS_MISSING
    lost = replace(view, is_day_known=False)
    assert reason_of(withdraw(HERE, SHORT, MISTAKE, lost)) is Reason.DAY_NOT_KNOWN
    nobody = replace(view, holder=None)
    assert reason_of(withdraw(HERE, SHORT, MISTAKE, nobody)) is Reason.UNKNOWN_PUPIL
    assert reason_of(withdraw(None, SHORT, MISTAKE, view)) is Reason.NOT_PRESENT
    told = Attendance(NOON)
    assert reason_of(withdraw(told, SHORT, MISTAKE, view)) is Reason.NOTED_ELSEWHERE


def test_a_presence_is_taken_back_with_what_it_cost_and_an_arrival_without_money() -> None:
    view = replace(Scene().view(), operator=STAFF_WHO_VOID)
    said = withdraw(HERE, SHORT, MISTAKE, view)
    assert isinstance(said, Noted)
    (fact,) = said.facts
    assert isinstance(fact, PresenceWithdrawn)
    assert (fact.presence, fact.session, fact.price) == (HERE.event, SHORT.id, Money(100))
    assert said.wallet_after is not None
    late = Arrival(NOON, NOON, LateWhy.OTHER, EventId("e2"))
    said = withdraw(late, None, MISTAKE, view)
    assert isinstance(said, Noted)
    (fact,) = said.facts
    assert isinstance(fact, PresenceWithdrawn)
    assert (fact.presence, fact.session, fact.price) == (late.event, None, ZERO)
    assert (said.about, said.wallet_after) == ("", None)


@given(st.lists(st.sampled_from(["in", "out", "back", "late", "late back"]), max_size=12))
def test_what_stands_is_what_was_noted_after_the_last_mistake(deeds: list[str]) -> None:
    """The fold against a plain story: one line a deed, money and place written by hand."""
    presences, state, at = Presences(), Unsettled(), NOON
    is_in, paid, is_late = False, 0, False
    pupil, gate = PupilId("p1"), (TODAY, None, PupilId("p1"))
    for number, deed in enumerate(deeds):
        at += timedelta(minutes=1)
        fact: PresenceFact
        match deed:
            case "in":
                price = ZERO if is_in else Money(100)
                fact = StudyEntered(TODAY, SHORT.id, pupil, None, Assurance.TYPED, price=price)
                is_in, paid = True, paid + price.cents
                state.attended((1, number + 1), pupil, price)
            case "out":
                fact = StudyLeft(TODAY, SHORT.id, pupil, None, Assurance.TYPED)
                is_in = True
            case "back":
                known = presences.at_study(TODAY, SHORT.id, pupil)
                cost = ZERO if known is None else known.paid
                fact = PresenceWithdrawn(
                    TODAY, EventId("e"), pupil, SHORT.id, StaffId("f"), "x", cost
                )
                is_in, paid = False, paid - cost.cents
                state.attended((1, number + 1), pupil, -cost)
            case "late":
                fact = ArrivedLate(TODAY, pupil, None, Assurance.TYPED, NOON)
                is_late = True
            case _:
                fact = PresenceWithdrawn(TODAY, EventId("e"), pupil, None, StaffId("f"), "x")
                is_late = False
        presences.apply(noted(fact, at), fact)
        seen = presences.at_study(TODAY, SHORT.id, pupil)
        assert (seen is not None) == is_in
        assert (presences.late_on(TODAY, pupil) is not None) == is_late
        assert state.owed_of(pupil).cents == paid
        if is_late:
            assert gate not in presences.withdrawn
        if not is_in:
            assert paid == 0, "who is not there pays nothing"
            withdrawn = presences.withdrawn_at(TODAY, SHORT.id, pupil)
            assert withdrawn is None or not stands(withdrawn, withdrawn)


@pytest.mark.parametrize("text", ["", "7", "x"])
def test_days_that_no_week_has_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"weekdays|invalid literal"):
        read_weekdays(text)


def test_a_row_with_words_for_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        session_from_row(("s", "Short", "01", "early", 1035, 100, 0, 1))
