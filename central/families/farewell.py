"""What becomes of a parent's account when a child leaves the school.

Whoever has no other child here is let in no longer, from that moment on: their password, codes,
address and letters go. The bare name stays while money of the child's is to be settled, and goes
with the child's own name. What a parent did stays in the log, where the law asks who it was: a log
names accounts, and keeps no address.
"""

from datetime import datetime
from typing import Final

from central.audit import write_audit
from central.database import Session
from central.families.links import children_of, parents_of
from central.pages.users import User
from core.codec import moment_text
from core.ids import PupilId, SchoolId

_PRIVATE: Final = ("access_code", "web_session", "family_mail", "mail")


def close_accounts(
    session: Session, school: SchoolId, pupil: PupilId, *, who: str, at: datetime
) -> int:
    """Close the accounts of a pupil's parents who have no other child here; return how many.

    The pupil is gone already from among those who are at the school.
    """
    alone = [
        user
        for user in parents_of(session, school, pupil)
        if user.disabled_at is None and not children_of(session, user)
    ]
    for user in alone:
        for table in _PRIVATE:
            session.run(
                f"DELETE FROM {table} WHERE school_id = ? AND user_name = ?",  # noqa: S608  our own
                school,
                user.name,
            )
        session.run(
            "UPDATE web_user SET disabled_at = ?, password_hash = '!'"
            " WHERE school_id = ? AND name = ?",
            moment_text(at),
            school,
            user.name,
        )
        _log(session, user, "account closed: no child is here any more", who, at)
    return len(alone)


def forget_accounts(
    session: Session, school: SchoolId, pupil: PupilId, *, who: str, at: datetime
) -> None:
    """Take away the accounts that were this former pupil's parents' and nobody else's."""
    parents = parents_of(session, school, pupil)
    session.run("DELETE FROM family_pupil WHERE school_id = ? AND pupil_id = ?", school, pupil)
    for user in parents:
        others = session.row(
            "SELECT 1 FROM family_pupil WHERE school_id = ? AND user_name = ?", school, user.name
        )
        if others is None and user.disabled_at is not None:
            session.run("DELETE FROM web_user WHERE school_id = ? AND name = ?", school, user.name)
            _log(session, user, "account removed", who, at)


def _log(session: Session, user: User, what: str, who: str, at: datetime) -> None:
    write_audit(session, user.school_id, who=who, what=what, subject=user.name, at=at)
