"""A pupil's badges: blocked, lost, good again or replaced; every terminal hears of it."""

from starlette.responses import Response

from central.badges import issue_badge, replace_badge, set_badge_state
from central.database import Session
from central.office import Act
from central.pages.visit import OFFICE, FormError, Visit, one_row
from core.ids import BadgeKey, PupilId
from core.people import BadgeState
from core.tap import Credential, Technology, badge_key, identity_fault

_WHY_MAX = 200
_CARD = Technology.ISO14443A
"""What a desk reader reads."""


def set_state(visit: Visit) -> Response:
    """Set the state of one of a pupil's badges."""
    pupil, badge = visit.ids["pupil"], visit.ids["badge"]
    with visit.store.database.reading() as session:
        _check_theirs(session, visit, badge)
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


def give(visit: Visit) -> Response:
    """Give a pupil a new badge, in place of an old one where one is named."""
    pupil, old = PupilId(visit.ids["pupil"]), visit.field("old")
    with visit.store.database.reading() as session:
        sql = "SELECT 1 FROM pupil WHERE school_id = ? AND id = ?"
        one_row(session, sql, visit.school.id, pupil)
        if old:
            _check_theirs(session, visit, old)
    new, last4 = _new_badge(visit)
    act = Act(visit.user.name, visit.now, visit.field("why")[:_WHY_MAX])
    store, school = visit.store, visit.school.id
    if old:
        replace_badge(
            store, school, old=BadgeKey(old), new=new, last4=last4, act=act, kind=_CARD.family
        )
    else:
        issue_badge(store, school, badge=new, pupil=pupil, last4=last4, act=act, kind=_CARD.family)
    return visit.go(f"{OFFICE}/pupils/{pupil}", done="badge_given")


def _new_badge(visit: Visit) -> tuple[BadgeKey, str]:
    """Return the key of the number that was read, and its end. The number itself is not kept."""
    written = visit.field("number").replace(" ", "").replace(":", "").replace("-", "").upper()
    try:
        value = bytes.fromhex(written)
    except ValueError as error:
        raise FormError("refused.badge_number") from error
    credential = Credential(_CARD, value)
    if identity_fault(credential) is not None:
        raise FormError("refused.badge_number")
    return badge_key(credential, school_key=visit.school.badge_key), written[-4:]


def _check_theirs(session: Session, visit: Visit, badge: str) -> None:
    one_row(
        session,
        "SELECT 1 FROM badge WHERE school_id = ? AND pupil_id = ? AND key = ?",
        visit.school.id,
        visit.ids["pupil"],
        badge,
    )
