"""Who may give which command at the till."""

from core.kinds import Reason
from core.staff import Right
from core.view import View


def right_refusal(view: View, right: Right, *, is_needed: bool = True) -> Reason | None:
    """Return why the person at the till may not do something; None when they may.

    is_needed: whether anybody must be signed in for it at all.
    """
    if view.operator is None:
        return Reason.NOT_SIGNED_IN if is_needed else None
    return None if right in view.operator.rights else Reason.NO_RIGHT
