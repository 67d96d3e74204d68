"""The people who work at the tills, and their badges, as the centre keeps them.

Nothing is deleted: who left keeps a row without rights and PIN, and a badge that was taken back a
row without an owner, so that the feed can say so to every till.
"""

from collections.abc import Sequence

from central.database import Session
from core.ids import BadgeKey, SchoolId, StaffId
from core.snapshot import STAFF_COLUMNS, staff_row
from core.staff import StaffMember

_PUT_MEMBER = (
    f"INSERT INTO staff (school_id, cursor, {STAFF_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
    " ON CONFLICT (school_id, id) DO UPDATE SET cursor = excluded.cursor,"
    " name = excluded.name, pin_hash = excluded.pin_hash, rights = excluded.rights"
)
_PUT_BADGE = (
    "INSERT INTO staff_badge (school_id, cursor, key, staff_id) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (school_id, key) DO UPDATE SET cursor = excluded.cursor,"
    " staff_id = excluded.staff_id"
)


def write_staff(
    session: Session, school: SchoolId, members: Sequence[StaffMember], cursor: int
) -> None:
    """Write members of staff as they are from now on. cursor: this change's place in the feed."""
    rows = [(school, cursor, *staff_row(member)) for member in members]
    session.run_many(_PUT_MEMBER, rows)


def write_staff_badges(
    session: Session,
    school: SchoolId,
    badges: Sequence[tuple[BadgeKey, StaffId | None]],
    cursor: int,
) -> None:
    """Write whose badges are from now on; None: nobody's, it was lost or handed back."""
    session.run_many(_PUT_BADGE, [(school, cursor, key, owner) for key, owner in badges])
