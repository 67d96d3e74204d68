"""Which users are whose parents. Everything that a family sees hangs on one row here."""

from datetime import datetime

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.pages.users import Role, User, find_user
from central.store import Store
from core.codec import moment_text
from core.ids import PupilId, SchoolId


def children_of(session: Session, user: User) -> list[PupilId]:
    """Return the pupils of a parent who are at the school, by class and name."""
    rows = session.rows(
        "SELECT p.id FROM family_pupil f"
        " JOIN pupil p ON p.school_id = f.school_id AND p.id = f.pupil_id"
        " WHERE f.school_id = ? AND f.user_name = ?"
        " ORDER BY p.class_name, p.last_name, p.first_name, p.id",
        user.school_id,
        user.name,
    )
    return [PupilId(row[0]) for row in rows]


def is_child(session: Session, user: User, pupil: PupilId) -> bool:
    """Say whether a user is a parent of a pupil."""
    row = session.row(
        "SELECT 1 FROM family_pupil WHERE school_id = ? AND user_name = ? AND pupil_id = ?",
        user.school_id,
        user.name,
        pupil,
    )
    return row is not None


def parents_of(session: Session, school: SchoolId, pupil: PupilId) -> list[User]:
    """Return the users who see a pupil's pages, by name."""
    rows = session.rows(
        "SELECT user_name FROM family_pupil WHERE school_id = ? AND pupil_id = ?"
        " ORDER BY user_name",
        school,
        pupil,
    )
    users = [find_user(session, row[0]) for row in rows]
    return [user for user in users if user is not None]


def link(session: Session, user: User, pupil: PupilId, *, who: str, at: datetime) -> None:
    """Let a parent see a pupil. Twice is once. Raises RecordError."""
    if user.role is not Role.PARENT:
        message = f"user {user.name!r} is {user.role.value}; a parent needs a name of their own"
        raise RecordError(message)
    known = session.row("SELECT 1 FROM pupil WHERE school_id = ? AND id = ?", user.school_id, pupil)
    if known is None:
        message = f"there is no pupil {pupil} at school {user.school_id}"
        raise RecordError(message)
    if is_child(session, user, pupil):
        return
    session.insert_many(
        "family_pupil",
        ("school_id", "user_name", "pupil_id", "since"),
        [(user.school_id, user.name, pupil, moment_text(at))],
    )
    _audit(session, user, f"parent of {pupil}", who, at)


def unlink(
    store: Store, school: SchoolId, *, name: str, pupil: PupilId, who: str, at: datetime
) -> None:
    """Let a parent see a pupil no longer. Raises RecordError for nobody's parent."""
    with store.database.writing() as session:
        user = find_user(session, name)
        if user is None or user.school_id != school or not is_child(session, user, pupil):
            message = f"user {name!r} is no parent of pupil {pupil} at school {school}"
            raise RecordError(message)
        session.run(
            "DELETE FROM family_pupil WHERE school_id = ? AND user_name = ? AND pupil_id = ?",
            school,
            name,
            pupil,
        )
        _audit(session, user, f"no longer parent of {pupil}", who, at)


def _audit(session: Session, user: User, what: str, who: str, at: datetime) -> None:
    write_audit(session, user.school_id, who=who, what=what, subject=user.name, at=at)
