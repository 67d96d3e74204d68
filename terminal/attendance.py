"""What a terminal knows of today's presences: its own journal's, and those that the copy brings.

The newer word counts: a pupil who came in at another terminal and left at this one has left, and
what was noted before it was taken back, here or elsewhere, counts no more.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from core.codec import moment_text
from core.day import Day
from core.events import Stamp
from core.ids import PupilId, SessionId
from core.money import Money
from core.presences import Arrival, Attendance, stands
from core.profiles import MINUTES_A_DAY
from core.study import EARLY_MINUTES, StudyEnrolment, StudySession, StudyView, places_on
from core.view import View
from offline_cache.presence import PresenceCopy, PupilStudy
from terminal.board import Content
from terminal.desk import Desk

if TYPE_CHECKING:
    from core.people import Pupil
    from core.presence_rows import Absence


def study_view(desk: Desk, view: View, stamp: Stamp) -> StudyView:
    """Return what a decision on study needs to know of the view's holder."""
    copy = _copy(desk)
    pupil = None if view.holder is None else view.holder.pupil.id
    if copy is None or pupil is None:
        return StudyView((), {}, None)
    told = desk.reading(lambda: copy.of_pupil(pupil, view.day), default=PupilStudy())
    presences = desk.recorder.state.presences
    enrolled = {place.session for place in told.enrolments}
    seen: dict[SessionId, Attendance] = {}
    for session in copy.sessions:
        own = presences.at_study(view.day, session, pupil)
        withdrawn_at = _later(
            told.withdrawn.get(session), presences.withdrawn_at(view.day, session, pupil)
        )
        if own is not None and session not in enrolled:
            # Of a guest in the room the copy is asked apart; hardly ever is there one.
            elsewhere = _withdrawn_elsewhere(desk, copy, view.day, session)
            withdrawn_at = _later(withdrawn_at, elsewhere.get(pupil))
        newest = _newer(told.seen.get(session), own, withdrawn_at)
        if newest is not None:
            seen[session] = newest
    is_closed = view.day in view.place.calendar.closed_days
    places = () if is_closed else places_on(view.day, copy.sessions, told.enrolments)
    return StudyView(places, seen, minutes_of(desk, view, stamp))


def minutes_of(desk: Desk, view: View, stamp: Stamp) -> int | None:
    """Return the local minutes since midnight; None when the clock's hour is not to be believed."""
    state = desk.live.state
    confirmed = state.confirmed_day
    is_told = confirmed is not None and confirmed.boot == stamp.boot
    if not stamp.is_synced and (is_told or state.jump is not None):
        return None
    wall = stamp.at.astimezone(view.place.calendar.zone)
    return wall.hour * 60 + wall.minute


def session_of(desk: Desk, session: SessionId) -> StudySession | None:
    """Return a session; None for one that the copy does not hold."""
    copy = _copy(desk)
    return None if copy is None else copy.sessions.get(session)


def arrival_of(desk: Desk, view: View) -> Arrival | None:
    """Return how the view's holder came late today; None for who did not, or is nobody."""
    if view.holder is None:
        return None
    pupil = view.holder.pupil.id
    presences, copy = desk.recorder.state.presences, _copy(desk)
    known = presences.late_on(view.day, pupil)
    if copy is None:
        return known
    if known is None:
        known = desk.reading(lambda: copy.late_of(view.day, pupil), default=None)
    if known is None:
        return None
    elsewhere = _withdrawn_elsewhere(desk, copy, view.day, None).get(pupil)
    own = presences.withdrawn_at(view.day, None, pupil)
    return known if stands(known.at, _later(elsewhere, own)) else None


# --- for the screens ------------------------------------------------------------------------------


def study_content(desk: Desk, stamp: Stamp) -> Content:
    """Return the day's sessions, each with who is enrolled and how they were seen.

    Names are for who is signed in; without, each room is told in numbers alone.
    """
    day = desk.day(stamp)
    copy = _copy(desk)
    sessions = (
        [] if copy is None else [one for one in copy.sessions.values() if one.is_on(day.date)]
    )
    view = desk.view_of_nobody(stamp)
    minutes = minutes_of(desk, view, stamp)
    return {
        "day": day.date.isoformat(),
        "has_names": _may_see_names(desk),
        "sessions": [
            _session(desk, copy, one, day, minutes)
            for one in sorted(sessions, key=lambda one: (one.starts, one.ends))
            if copy is not None
        ],
    }


def gate_content(desk: Desk, stamp: Stamp) -> Content:
    """Return who came late today and who is absent. Names are for who is signed in."""
    day = desk.day(stamp).date
    copy = _copy(desk)
    policy = desk.knowledge.policy
    told: dict[PupilId, Arrival] = {}
    if copy is not None:
        told = desk.reading(lambda: copy.late(day), default={})
    presences = desk.recorder.state.presences
    elsewhere = {} if copy is None else _withdrawn_elsewhere(desk, copy, day, None)
    late = {
        pupil: one
        for pupil, one in {**told, **presences.late.get(day, {})}.items()
        if stands(one.at, _later(elsewhere.get(pupil), presences.withdrawn_at(day, None, pupil)))
    }
    absent: list[Absence] = []
    if copy is not None:
        absent = desk.reading(lambda: copy.absent(day), default=absent)
    names = _names(desk, {*late, *(one.pupil for one in absent)})
    content: dict[str, object] = {
        "day": day.isoformat(),
        "begins_at": policy.school_begins_at.isoformat("minutes"),
        "asks_why": policy.asks_late_why,
        "has_names": _may_see_names(desk),
        "late_count": len(late),
        "absent_count": len(absent),
        "late": [],
        "absent": [],
    }
    if _may_see_names(desk):
        content["late"] = [
            {
                **names.get(pupil, _nobody(pupil)),
                "at": moment_text(one.at),
                "due_at": moment_text(one.due_at),
                "said": one.said.value,
                "is_noted_here": one.event is not None,
            }
            for pupil, one in sorted(late.items(), key=lambda entry: entry[1].at, reverse=True)
        ]
        content["absent"] = [
            {
                **names.get(one.pupil, _nobody(one.pupil)),
                "state": one.state.value,
                "came": one.pupil in late,
            }
            for one in absent
        ]
    return content


def _copy(desk: Desk) -> PresenceCopy | None:
    snapshot = desk.knowledge.snapshot
    return None if snapshot is None else snapshot.presence


def _newer(
    told: Attendance | None, own: Attendance | None, withdrawn_at: datetime | None
) -> Attendance | None:
    """Return the newest word on a pupil in a room, of those that stand. own: noted here."""
    told = _standing(told, withdrawn_at)
    own = _standing(own, withdrawn_at)
    if told is None or own is None:
        return told or own
    return own if own.newest_at >= told.newest_at else replace(told, event=own.event)


def _standing(one: Attendance | None, withdrawn_at: datetime | None) -> Attendance | None:
    return one if one is not None and stands(one.entered_at, withdrawn_at) else None


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def _withdrawn_elsewhere(
    desk: Desk, copy: PresenceCopy, day: date, session: SessionId | None
) -> Mapping[PupilId, datetime]:
    none: dict[PupilId, datetime] = {}
    return desk.reading(lambda: copy.withdrawn(day, session), default=none)


def _may_see_names(desk: Desk) -> bool:
    return desk.operator is not None or not desk.knowledge.policy.needs_sign_in


def _session(
    desk: Desk, copy: PresenceCopy, session: StudySession, day: Day, minutes: int | None
) -> Content:
    none: list[StudyEnrolment] = []
    places = desk.reading(lambda: copy.enrolled(session.id), default=none)
    enrolled = {place.pupil for place in places if place.is_on(day.date)}
    seen = _seen(desk, copy, day.date, session.id)
    is_now = minutes is None or session.starts - EARLY_MINUTES <= minutes < session.ends
    inside = sum(one.left_at is None for one in seen.values())
    content: dict[str, object] = {
        "id": session.id,
        "name": session.name,
        "starts": _clock(session.starts),
        "ends": _clock(session.ends),
        "wants_out": session.wants_out,
        "price_cents": Money(session.price.cents).cents,
        "is_now": is_now,
        "inside": inside,
        "left": len(seen) - inside,
        "missing": len(enrolled - set(seen)),
        "pupils": [],
    }
    if _may_see_names(desk):
        content["pupils"] = _roster(desk, enrolled, seen)
    return content


def _seen(
    desk: Desk, copy: PresenceCopy, day: date, session: SessionId
) -> dict[PupilId, Attendance]:
    """Return who was seen at a session of a day, here or elsewhere."""
    told: dict[PupilId, Attendance] = {}
    told = desk.reading(lambda: copy.present(day, session), default=told)
    presences = desk.recorder.state.presences
    own = presences.study.get((day, session), {})
    elsewhere = _withdrawn_elsewhere(desk, copy, day, session)
    seen = {}
    for pupil in {*told, *own}:
        withdrawn_at = _later(elsewhere.get(pupil), presences.withdrawn_at(day, session, pupil))
        newest = _newer(told.get(pupil), own.get(pupil), withdrawn_at)
        if newest is not None:
            seen[pupil] = newest
    return seen


def _roster(
    desk: Desk, enrolled: set[PupilId], seen: Mapping[PupilId, Attendance]
) -> list[Content]:
    names = _names(desk, {*enrolled, *seen})
    rows = []
    for pupil in {*enrolled, *seen}:
        one = seen.get(pupil)
        rows.append(
            {
                **names.get(pupil, _nobody(pupil)),
                "is_enrolled": pupil in enrolled,
                "entered_at": None if one is None else moment_text(one.entered_at),
                "left_at": None if one is None or one.left_at is None else moment_text(one.left_at),
                "is_noted_here": one is not None and one.event is not None,
            }
        )
    return sorted(rows, key=lambda row: (str(row["name"]), str(row["id"])))


def _names(desk: Desk, pupils: set[PupilId]) -> dict[PupilId, Content]:
    snapshot = desk.knowledge.snapshot
    if snapshot is None or not pupils:
        return {}
    nobody: list[Pupil] = []
    found = desk.reading(lambda: snapshot.pupils(sorted(pupils)), default=nobody)
    return {
        one.id: {"id": one.id, "name": one.short_name, "class_name": one.class_name}
        for one in found
    }


def _nobody(pupil: PupilId) -> Content:
    """Return a pupil who was there and is no longer in the copy."""
    return {"id": pupil, "name": None, "class_name": None}


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes % MINUTES_A_DAY, 60)
    return f"{hours:02d}:{rest:02d}"
