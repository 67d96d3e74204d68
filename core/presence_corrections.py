"""Taking back a presence that was noted by mistake: in the study room, and at the gate.

As a void of a sale: a new fact names the one that it corrects, once, with right and reason. What a
session cost goes back to the wallet. A terminal takes back what stands in its own journal; what
another one noted is taken back there, or by the office.
"""

from core.decision import Decision, Noted, NotedAs, Presence, Refused
from core.facts import PresenceWithdrawn, Reason
from core.money import ZERO, Money
from core.presences import Arrival, Attendance
from core.rights import right_refusal
from core.sale import balance_of
from core.staff import Right
from core.study import StudySession
from core.view import Holder, View


def withdraw(
    noted: Attendance | Arrival | None,
    session: StudySession | None,
    presence: Presence,
    view: View,
) -> Decision:
    """Return what becomes of taking back how the view's holder was noted.

    noted: how they are; None when nothing stands of them. session: of study, or None at the gate.
    """
    refusal = _refusal(noted, presence, view)
    if refusal is not None:
        return Refused((), refusal)
    holder, operator = view.holder, view.operator
    assert holder is not None, "nobody unknown gets so far"
    assert operator is not None, "a right has somebody who holds it"
    assert noted is not None, "what is not noted was refused"
    assert noted.event is not None, "what another terminal noted was refused"
    price = noted.paid if isinstance(noted, Attendance) else ZERO
    fact = PresenceWithdrawn(
        day=view.day,
        presence=noted.event,
        pupil=holder.pupil.id,
        session=None if session is None else session.id,
        staff=operator.id,
        why=presence.why,
        price=price,
        command=presence.command,
    )
    return Noted(
        (fact,),
        NotedAs.WITHDRAWN,
        "" if session is None else session.name,
        "" if session is None else session.id,
        price=price,
        wallet_after=_wallet_after(fact, view, holder),
    )


def _wallet_after(fact: PresenceWithdrawn, view: View, holder: Holder) -> Money | None:
    return balance_of(view, holder) + fact.price if fact.price else None


def _refusal(noted: Attendance | Arrival | None, presence: Presence, view: View) -> Reason | None:
    refusal = right_refusal(view, Right.VOID)
    if refusal is not None:
        return refusal
    if not presence.why.strip():
        return Reason.WHY_IS_MISSING
    if not view.is_day_known:
        return Reason.DAY_NOT_KNOWN
    if view.holder is None:
        return Reason.UNKNOWN_PUPIL
    if noted is None:
        return Reason.NOT_PRESENT
    return Reason.NOTED_ELSEWHERE if noted.event is None else None
