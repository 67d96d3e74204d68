"""The decision on who comes into evening study, and out: pure, as at the till.

A pupil is enrolled in sessions; a tap is for the one of this weekday and this hour. It is paid from
the general wallet when the pupil comes in, once a day and session however often they tap. Being
there is never refused for an old copy: a room is not a till.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from core.decision import Decision, Noted, NotedAs, Presence, Refused
from core.facts import Reason, StudyEntered, StudyLeft, TapRefused
from core.ids import PupilId, SessionId
from core.money import ZERO, Money
from core.people import BadgeState
from core.policy import Policy
from core.presences import Attendance
from core.rights import right_refusal
from core.sale import balance_of
from core.staff import Right
from core.value import Value
from core.view import Holder, View
from core.wallet import can_pay

EARLY_MINUTES: Final = 30
"""So long before a session begins its pupils may come in."""
AGAIN_AFTER: Final = timedelta(minutes=1)
"""A badge laid down twice by a pupil who is not sure that it was read is not a pupil who leaves."""
WHOLE_WEEK: Final = frozenset(range(7))


class StudySession(Value):
    """A session as the school holds it.

    starts, ends: local minutes since midnight. weekdays: 0 is Monday. wants_out: whether pupils tap
    when they leave. is_held: False for one that is no longer held.
    """

    id: SessionId
    name: str
    weekdays: frozenset[int]
    starts: int
    ends: int
    price: Money
    wants_out: bool = False
    is_held: bool = True

    def is_on(self, day: date) -> bool:
        """Say whether it is held on a day, if school is."""
        return self.is_held and day.weekday() in self.weekdays


class StudyEnrolment(Value):
    """A pupil's place in a session. until: the last day; None without an end.

    weekdays: those on which the pupil comes. price: what they pay, where it is not what all pay.
    """

    pupil: PupilId
    session: SessionId
    since: date
    until: date | None = None
    weekdays: frozenset[int] = WHOLE_WEEK
    price: Money | None = None

    def is_on(self, day: date) -> bool:
        """Say whether the pupil comes on a day."""
        is_within = self.since <= day and (self.until is None or day <= self.until)
        return is_within and day.weekday() in self.weekdays


class StudyView(Value):
    """What a decision needs to know of one pupil's study on a day.

    places: the sessions of the day in which the pupil is enrolled, with what each costs them.
    seen: how they were at each so far. minutes: local minutes since midnight; None when the hour
    that the clock shows is not to be believed.
    """

    places: tuple[tuple[StudySession, Money], ...]
    seen: Mapping[SessionId, Attendance]
    minutes: int | None


def places_on(
    day: date,
    sessions: Mapping[SessionId, StudySession],
    enrolments: tuple[StudyEnrolment, ...],
) -> tuple[tuple[StudySession, Money], ...]:
    """Return a pupil's sessions of a day with what each costs, the earliest first."""
    places = [
        (session, session.price if place.price is None else place.price)
        for place in enrolments
        if (session := sessions.get(place.session)) is not None
        and session.is_on(day)
        and place.is_on(day)
    ]
    return tuple(sorted(places, key=lambda place: (place[0].starts, place[0].ends)))


def attend(  # noqa: PLR0911  one line a case, in the order in which they matter
    presence: Presence, view: View, study: StudyView, policy: Policy, now: datetime
) -> Decision:
    """Return what happens to a pupil who taps at the study room."""
    refusal = _refusal(presence, view, policy)
    if refusal is not None:
        return _refuse(view, refusal)
    holder = view.holder
    assert holder is not None, "nobody unknown gets so far"
    if not study.places:
        return _refuse(view, Reason.NOT_ENROLLED)
    place = _now(study)
    if place is None:
        return _refuse(view, Reason.NO_SESSION, label=study.places[0][0].name)
    session, price = place
    seen = study.seen.get(session.id)
    if seen is None:
        return _enter(presence, view, holder, session, price, policy)
    is_again = now - seen.newest_at < AGAIN_AFTER
    if is_again or not session.wants_out:
        return Noted((), NotedAs.PRESENT, session.name, session.id, earlier_at=seen.newest_at)
    if seen.left_at is None:
        return _leave(presence, view, holder, session)
    return _enter(presence, view, holder, session, ZERO, policy)


def let_in(
    presence: Presence,
    view: View,
    study: StudyView,
    session: StudySession,
    policy: Policy,
) -> Decision:
    """Return what happens to a pupil whom staff let into a session by name, enrolled or not."""
    refusal = _by_name_refusal(presence, view)
    if refusal is not None:
        return Refused((), refusal)
    assert view.holder is not None, "nobody unknown gets so far"
    seen = study.seen.get(session.id)
    if seen is not None and seen.left_at is None:
        return Noted((), NotedAs.PRESENT, session.name, session.id, earlier_at=seen.entered_at)
    own = {place.id: price for place, price in study.places}
    price = own.get(session.id, session.price) if seen is None else ZERO
    return _enter(presence, view, view.holder, session, price, policy)


def let_out(presence: Presence, view: View, study: StudyView, session: StudySession) -> Decision:
    """Return what happens to a pupil whom staff write out of a session by name."""
    refusal = _by_name_refusal(presence, view)
    if refusal is not None:
        return Refused((), refusal)
    assert view.holder is not None, "nobody unknown gets so far"
    seen = study.seen.get(session.id)
    if seen is None:
        return Refused((), Reason.NOT_PRESENT)
    if seen.left_at is not None:
        return Noted((), NotedAs.PRESENT, session.name, session.id, earlier_at=seen.left_at)
    return _leave(presence, view, view.holder, session)


def _by_name_refusal(presence: Presence, view: View) -> Reason | None:
    refusal = right_refusal(view, Right.SERVE_BY_NAME)
    if refusal is not None:
        return refusal
    if not presence.why.strip():
        return Reason.WHY_IS_MISSING
    if not view.is_day_known:
        return Reason.DAY_NOT_KNOWN
    return Reason.UNKNOWN_PUPIL if view.holder is None else None


def _refusal(presence: Presence, view: View, policy: Policy) -> Reason | None:
    if view.copy_at is None:
        return Reason.NO_SNAPSHOT
    if not view.is_day_known:
        return Reason.DAY_NOT_KNOWN
    if view.holder is None:
        return unknown(view)
    return badge_refusal(presence, view.holder, policy)


def unknown(view: View) -> Reason:
    """Return what a badge is that nobody is known by: no identity at all, or a stranger's."""
    return Reason.NOT_AN_IDENTITY if view.badge is None else Reason.UNKNOWN_BADGE


def badge_refusal(presence: Presence, holder: Holder, policy: Policy) -> Reason | None:
    """Return why a badge does not say who stands there; None when it does."""
    badge = holder.badge
    if badge is not None and badge.state is BadgeState.LOST:
        return Reason.LOST_BADGE
    if badge is not None and badge.state is BadgeState.BLOCKED:
        return Reason.BLOCKED_BADGE
    if presence.assurance < policy.assurance_min_collect:
        return Reason.ASSURANCE_TOO_LOW
    return None


def _now(study: StudyView) -> tuple[StudySession, Money] | None:
    """Return the session that a tap of this minute is for: one not entered yet comes first."""
    minutes = study.minutes
    open_now = [
        place
        for place in study.places
        if minutes is None or place[0].starts - EARLY_MINUTES <= minutes < place[0].ends
    ]
    seen = study.seen
    # Who is in a session that wants it leaves it before the next one.
    inside = [
        place
        for place in open_now
        if place[0].wants_out and place[0].id in seen and seen[place[0].id].left_at is None
    ]
    new = [place for place in open_now if place[0].id not in seen]
    return next(iter((*inside, *new, *reversed(open_now))), None)


def _enter(
    presence: Presence,
    view: View,
    holder: Holder,
    session: StudySession,
    price: Money,
    policy: Policy,
) -> Decision:
    balance = balance_of(view, holder)
    is_short = bool(price) and not can_pay(balance, price, overdraft_max=policy.overdraft_max)
    if is_short and not policy.study_below_zero and not presence.accepts:
        return _refuse(view, Reason.NOT_ENOUGH_MONEY, label=session.name)
    badge = holder.badge
    fact = StudyEntered(
        day=view.day,
        session=session.id,
        pupil=holder.pupil.id,
        badge=None if badge is None else badge.key,
        assurance=presence.assurance,
        price=price,
        is_to_settle=is_short and not policy.study_below_zero,
        staff=presence.staff,
        why=presence.why,
        command=presence.command,
    )
    after = balance - price
    return Noted(
        (fact,), NotedAs.ENTERED, session.name, session.id, price=price, wallet_after=after
    )


def _leave(presence: Presence, view: View, holder: Holder, session: StudySession) -> Noted:
    badge = holder.badge
    fact = StudyLeft(
        day=view.day,
        session=session.id,
        pupil=holder.pupil.id,
        badge=None if badge is None else badge.key,
        assurance=presence.assurance,
        staff=presence.staff,
        why=presence.why,
        command=presence.command,
    )
    return Noted((fact,), NotedAs.LEFT, session.name, session.id)


def _refuse(view: View, reason: Reason, *, label: str = "") -> Refused:
    holder = view.holder
    pupil = None if holder is None else holder.pupil.id
    wallet = None if holder is None else balance_of(view, holder)
    fact = TapRefused(day=view.day, reason=reason, badge=view.badge, pupil=pupil)
    return Refused((fact,), reason, wallet=wallet, label=label)
