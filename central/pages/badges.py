"""A pupil's badges: blocked, lost, or good again; every terminal hears of it."""

from starlette.responses import Response

from central.badges import set_badge_state
from central.pages.visit import OFFICE, FormError, Visit, one_row
from core.ids import BadgeKey
from core.people import BadgeState


def set_state(visit: Visit) -> Response:
    """Set the state of one of a pupil's badges."""
    pupil, badge = visit.ids["pupil"], visit.ids["badge"]
    with visit.store.database.reading() as session:
        one_row(
            session,
            "SELECT 1 FROM badge WHERE school_id = ? AND pupil_id = ? AND key = ?",
            visit.school.id,
            pupil,
            badge,
        )
    if visit.field("state") not in set(BadgeState):
        raise FormError("refused.choice")
    set_badge_state(
        visit.store,
        visit.school.id,
        badge=BadgeKey(badge),
        state=BadgeState(visit.field("state")),
        who=visit.user.name,
        at=visit.now,
    )
    return visit.go(f"{OFFICE}/pupils/{pupil}", done="badge")
