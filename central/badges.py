"""Badges at the centre: blocked, lost, or good again; every terminal hears of it by the feed."""

from datetime import datetime

from central.audit import write_audit
from central.errors import RecordError
from central.feed import advance_feed
from central.store import Store
from core.ids import BadgeKey, SchoolId
from core.people import BadgeState


def set_badge_state(
    store: Store, school: SchoolId, *, badge: BadgeKey, state: BadgeState, who: str, at: datetime
) -> None:
    """Set a badge's state. Raises RecordError when the school knows no such badge."""
    with store.database.writing() as session:
        row = session.row(
            "SELECT state FROM badge WHERE school_id = ? AND key = ?"  # noqa: S608
            f"{session.for_update}",
            school,
            badge,
        )
        if row is None:
            message = f"there is no badge {badge} at school {school}"
            raise RecordError(message)
        if row[0] == state.value:
            return
        write_audit(session, school, who=who, what=f"badge {state.value}", subject=badge, at=at)
        cursor = advance_feed(session, school)
        session.run(
            "UPDATE badge SET state = ?, cursor = ? WHERE school_id = ? AND key = ?",
            state.value,
            cursor,
            school,
            badge,
        )
