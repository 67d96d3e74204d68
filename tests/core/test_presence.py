"""Presences by the core alone: what stands against one, and rows that say nothing sensible."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from canteen import NOON, POLICY, TODAY, Scene

from core.decision import Noted, NotedAs, Presence, Refused
from core.events import Basis, Event, Stamp
from core.facts import ArrivedLate, Reason, StudyLeft
from core.gate import arrive, arrive_by_name
from core.ids import BadgeKey, EventId, PupilId, SessionId, StaffId
from core.money import Money
from core.people import BadgeState
from core.presence_rows import read_weekdays, session_from_row
from core.presences import Attendance, Presences
from core.staff import Right, StaffMember
from core.study import StudySession, StudyView, attend, let_in, let_out
from core.tap import Assurance

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


def noted(fact: ArrivedLate | StudyLeft, at: datetime) -> Event:
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


@pytest.mark.parametrize("text", ["", "7", "x"])
def test_days_that_no_week_has_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"weekdays|invalid literal"):
        read_weekdays(text)


def test_a_row_with_words_for_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        session_from_row(("s", "Short", "01", "early", 1035, 100, 0, 1))
