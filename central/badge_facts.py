"""What a bursar's terminal says of badges: booked into their history as the office's own acts are.

A fact is never refused. What cannot be true by the centre's own rows (the badge is somebody else's)
was flagged by `central.booking`, and changes nothing here.
"""

import logging
from collections.abc import Sequence

from central.arrivals import Incoming
from central.badges import give_within, stop_within
from central.database import Session
from central.errors import RecordError
from central.office import Act
from core.events import Event
from core.facts import BadgeGiven, BadgeStopped
from core.ids import SchoolId, StaffId

_LOG = logging.getLogger("central")


def change_badges(
    session: Session,
    incoming: Incoming,
    facts: Sequence[tuple[Event, BadgeGiven | BadgeStopped]],
    cursor: int,
) -> None:
    """Give and stop badges in the order of the facts. cursor: their place in the feed."""
    school = incoming.terminal.school_id
    for event, fact in facts:
        who = f"{staff_name(session, school, fact.staff)} ({incoming.terminal.name})"
        try:
            _change(session, school, fact, Act(who, incoming.now, fact.why), cursor)
        except RecordError as error:
            # The fact is kept at its place; somebody left, or took the badge, since it was read.
            _LOG.warning("event %s: %s", event.id, error)


def _change(
    session: Session, school: SchoolId, fact: BadgeGiven | BadgeStopped, act: Act, cursor: int
) -> None:
    if isinstance(fact, BadgeStopped):
        stop_within(session, school, badge=fact.badge, state=fact.state, act=act, cursor=cursor)
        return
    give_within(
        session,
        school,
        badge=fact.badge,
        pupil=fact.pupil,
        last4=fact.last4,
        kind=fact.family,
        replaces=fact.replaces,
        is_found=fact.is_found,
        act=act,
        cursor=cursor,
    )


def staff_name(session: Session, school: SchoolId, staff: StaffId) -> str:
    """Return the name of a member of staff; their id where nobody is known by it."""
    row = session.row("SELECT name FROM staff WHERE school_id = ? AND id = ?", school, staff)
    return staff if row is None else str(row[0])
