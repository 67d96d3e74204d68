"""The decision on who taps at the gate: in time, or late, with the hour and the reason."""

from datetime import datetime

from core.decision import Decision, Noted, NotedAs, Presence, Refused
from core.facts import ArrivedLate, LateWhy, Reason, TapRefused
from core.people import BadgeState
from core.policy import Policy
from core.presences import Arrival
from core.profiles import moment_of
from core.rights import right_refusal
from core.staff import Right
from core.study import unknown
from core.view import View


def due_at(view: View, policy: Policy) -> datetime:
    """Return the moment (UTC) at which school begins on the day."""
    begins = policy.school_begins_at
    return moment_of(view.day, begins.hour * 60 + begins.minute, view.place.calendar.zone)


def arrive(  # noqa: PLR0911  one line a case, in the order in which they matter
    presence: Presence, view: View, known: Arrival | None, policy: Policy, now: datetime
) -> Decision:
    """Return what happens to a pupil who taps at the gate. known: an earlier arrival of the day."""
    if view.copy_at is None:
        return _refuse(view, Reason.NO_SNAPSHOT)
    if not view.is_day_known:
        return _refuse(view, Reason.DAY_NOT_KNOWN)
    holder = view.holder
    if holder is None:
        return _refuse(view, unknown(view))
    if holder.badge is not None and holder.badge.state is BadgeState.LOST:
        return _refuse(view, Reason.LOST_BADGE)
    if known is not None:
        return Noted((), NotedAs.PRESENT, earlier_at=known.at)
    due = due_at(view, policy)
    if now < due:
        return Noted((), NotedAs.SHOWN)
    return Noted((_fact(presence, view, due),), NotedAs.LATE, due_at=due)


def arrive_by_name(
    presence: Presence, view: View, known: Arrival | None, policy: Policy, now: datetime
) -> Decision:
    """Return what happens to a late pupil without a badge, whom staff found by name."""
    refusal = right_refusal(view, Right.SERVE_BY_NAME)
    if refusal is not None:
        return Refused((), refusal)
    if not presence.why.strip():
        return Refused((), Reason.WHY_IS_MISSING)
    if view.holder is None:
        return Refused((), Reason.UNKNOWN_PUPIL)
    return arrive(presence, view, known, policy, now)


def give_reason(presence: Presence, view: View, known: Arrival | None, said: LateWhy) -> Decision:
    """Return what becomes of a reason that a late pupil gives, after they were noted."""
    if view.holder is None:
        return Refused((), Reason.UNKNOWN_PUPIL)
    if known is None or known.event is None:
        return Refused((), Reason.NOT_PRESENT)
    fact = ArrivedLate(
        day=view.day,
        pupil=view.holder.pupil.id,
        badge=None,
        assurance=presence.assurance,
        due_at=known.due_at,
        said=said,
        arrival=known.event,
        staff=presence.staff,
        command=presence.command,
    )
    return Noted((fact,), NotedAs.LATE, due_at=known.due_at, earlier_at=known.at)


def _fact(presence: Presence, view: View, due: datetime) -> ArrivedLate:
    holder = view.holder
    assert holder is not None, "nobody unknown gets so far"
    badge = holder.badge
    return ArrivedLate(
        day=view.day,
        pupil=holder.pupil.id,
        badge=None if badge is None else badge.key,
        assurance=presence.assurance,
        due_at=due,
        staff=presence.staff,
        why=presence.why,
        command=presence.command,
    )


def _refuse(view: View, reason: Reason) -> Refused:
    holder = view.holder
    pupil = None if holder is None else holder.pupil.id
    fact = TapRefused(day=view.day, reason=reason, badge=view.badge, pupil=pupil)
    return Refused((fact,), reason)
