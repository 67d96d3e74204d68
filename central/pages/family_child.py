"""One child at a glance: what is ordered, what moved of late, the badges."""

from datetime import date, timedelta

from starlette.responses import Response

from central.badges import set_badge_state
from central.database import Session
from central.families.rules import Rule, read_rules
from central.pages.family import child_of, child_page, path_of
from central.pages.movements import movements
from central.pages.orders import product_names
from central.pages.pupils import PupilOrder, badges_of
from central.pages.visit import RefusedError, Visit, one_row
from core.ids import BadgeKey, PupilId
from core.orders import OrderState
from core.people import BadgeState

_DAYS_BACK = timedelta(days=14)
_MOVEMENTS_SHOWN = 5


def show(visit: Visit) -> Response:
    """Show the child."""
    pupil, school = child_of(visit), visit.school.id
    with visit.store.database.reading() as session:
        names = product_names(session, school)
        moved = movements(session, school, pupil, names, since=visit.now - _DAYS_BACK)
        orders = _coming(session, visit, pupil)
        badges = badges_of(session, school, pupil)
        may_lose = read_rules(session, school)[Rule.LOSE_BADGE]
    return child_page(
        visit,
        "child.html",
        names=names,
        movements=moved[:_MOVEMENTS_SHOWN],
        orders=orders,
        badges=badges,
        may_lose=may_lose,
    )


def lose_badge(visit: Visit) -> Response:
    """Report one of the child's badges as lost: it opens nothing at any terminal any more."""
    pupil, badge = child_of(visit), visit.ids["badge"]
    with visit.store.database.reading() as session:
        found = one_row(
            session,
            "SELECT state FROM badge WHERE school_id = ? AND pupil_id = ? AND key = ?",
            visit.school.id,
            pupil,
            badge,
        )
        if not read_rules(session, visit.school.id)[Rule.LOSE_BADGE]:
            raise RefusedError("refused.school", status=403)
    # What the office blocked stays blocked: lost is no way around it.
    if found[0] == BadgeState.ACTIVE.value:
        set_badge_state(
            visit.store,
            visit.school.id,
            badge=BadgeKey(badge),
            state=BadgeState.LOST,
            who=visit.user.name,
            at=visit.now,
        )
    return visit.go(path_of(visit), done="badge_lost")


def _coming(session: Session, visit: Visit, pupil: PupilId) -> list[PupilOrder]:
    rows = session.rows(
        "SELECT id, day, product_id, price_cents, state FROM meal_order"
        " WHERE school_id = ? AND pupil_id = ? AND day >= ? AND state <> ? ORDER BY day, id",
        visit.school.id,
        pupil,
        visit.today.isoformat(),
        OrderState.CANCELLED.value,
    )
    return [PupilOrder(row[0], date.fromisoformat(row[1]), *row[2:]) for row in rows]
