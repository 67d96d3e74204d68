"""Who may sign in to the pages: a name, a school, a role, a password.

A user belongs to one school. Whoever works for two has two names: nothing that is signed in can
reach from one school into another.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from central.audit import write_audit
from central.database import Row, Session
from central.errors import RecordError
from central.pages.passwords import check_password, hash_password
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import SchoolId
from core.people import Language

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,39}")
USER_COLUMNS: Final = ("school_id", "name", "role", "language", "added_at", "disabled_at")
_COLUMNS = ", ".join(USER_COLUMNS)


class Role(StrEnum):
    """What a user is for. An admin may all that a bursar may, and changes terminals too.

    A parent sees the pages of the family, and of the office nothing.
    """

    BURSAR = "bursar"
    ADMIN = "admin"
    PARENT = "parent"


OFFICE_ROLES: Final = frozenset({Role.BURSAR, Role.ADMIN})
_NO_PASSWORD = "!"  # noqa: S105  no hash begins so: whoever has none yet signs in with a code


@dataclass(frozen=True, slots=True)
class User:
    """A user of one school's pages. disabled_at: None for one who may sign in."""

    school_id: SchoolId
    name: str
    role: Role
    language: Language
    added_at: datetime
    disabled_at: datetime | None


def user_name(written: str) -> str:
    """Return a user's name as it is kept: small letters. Raises RecordError for no such name."""
    name = written.strip().lower()
    if not _NAME.fullmatch(name):
        message = (
            f"user name {written!r}: write 2 to 40 small letters, digits or . _ @ + -,"
            " as in a mail address"
        )
        raise RecordError(message)
    return name


def add_user(
    store: Store,
    school: SchoolId,
    *,
    name: str,
    role: Role,
    language: Language,
    password: str,
    who: str,
    at: datetime,
) -> User:
    """Add a user. Raises RecordError: the name is taken, the school or the password no good."""
    name = user_name(name)
    stored = hash_password(check_password(password))
    with store.database.writing() as session:
        if session.row("SELECT 1 FROM school WHERE id = ?", school) is None:
            message = f"there is no school {school!r}; make one with `refectory central seed`"
            raise RecordError(message)
        user = User(school, name, role, language, at, None)
        insert_user(session, user, who=who, stored=stored)
    return user


def insert_user(session: Session, user: User, *, who: str, stored: str = _NO_PASSWORD) -> None:
    """Write a new user down. stored: the hashed password; without one nobody signs in by it.

    Raises RecordError when the name is taken.
    """
    if find_user(session, user.name) is not None:
        message = f"user {user.name!r} is there already; take another name"
        raise RecordError(message)
    session.insert_many(
        "web_user",
        ("school_id", "name", "role", "language", "password_hash", "added_at"),
        [
            (
                user.school_id,
                user.name,
                user.role.value,
                user.language.value,
                stored,
                moment_text(user.added_at),
            )
        ],
    )
    _audit(session, user, f"user added: {user.role.value}", who, user.added_at)


def find_user(session: Session, name: str) -> User | None:
    """Return a user by name, also one who was disabled; None when there is none."""
    row = session.row(f"SELECT {_COLUMNS} FROM web_user WHERE name = ?", name)  # noqa: S608
    return None if row is None else user_from_row(row)


def list_users(session: Session, school: SchoolId) -> list[User]:
    """Return the users of a school's office by name; parents are found by their children."""
    sql = f"SELECT {_COLUMNS} FROM web_user WHERE school_id = ? ORDER BY name"  # noqa: S608
    users = [user_from_row(row) for row in session.rows(sql, school)]
    return [user for user in users if user.role in OFFICE_ROLES]


def stored_password(session: Session, name: str) -> str | None:
    """Return the stored password of a user who may sign in; None when there is none."""
    row = session.row(
        "SELECT password_hash FROM web_user WHERE name = ? AND disabled_at IS NULL", name
    )
    return None if row is None or row[0] == _NO_PASSWORD else str(row[0])


def set_password(store: Store, name: str, *, password: str, who: str, at: datetime) -> User:
    """Give a user a new password, let one who was disabled in again, and end all sessions.

    Raises RecordError.
    """
    stored = hash_password(check_password(password))
    with store.database.writing() as session:
        user = _known(session, name)
        keep_password(session, user, stored=stored, who=who, at=at)
    return user


def keep_password(session: Session, user: User, *, stored: str, who: str, at: datetime) -> None:
    """Keep a user's new, hashed password, let the user in again, and end all sessions."""
    session.run(
        "UPDATE web_user SET password_hash = ?, disabled_at = NULL"
        " WHERE school_id = ? AND name = ?",
        stored,
        user.school_id,
        user.name,
    )
    _end_sessions(session, user)
    _audit(session, user, "user password set", who, at)


def disable_user(store: Store, name: str, *, who: str, at: datetime) -> User:
    """Let a user in no longer, from this moment on. Raises RecordError."""
    with store.database.writing() as session:
        user = _known(session, name)
        session.run(
            "UPDATE web_user SET disabled_at = ? WHERE school_id = ? AND name = ?"
            " AND disabled_at IS NULL",
            moment_text(at),
            user.school_id,
            user.name,
        )
        _end_sessions(session, user)
        _audit(session, user, "user disabled", who, at)
    return user


def set_language(session: Session, user: User, language: Language) -> None:
    """Write down the language in which a user reads."""
    session.run(
        "UPDATE web_user SET language = ? WHERE school_id = ? AND name = ?",
        language.value,
        user.school_id,
        user.name,
    )


def renew_hash(session: Session, name: str, stored: str) -> None:
    """Keep the same password, hashed anew with today's costs."""
    session.run("UPDATE web_user SET password_hash = ? WHERE name = ?", stored, name)


def _known(session: Session, name: str) -> User:
    user = find_user(session, user_name(name))
    if user is None:
        message = f"there is no user {name!r}; see `refectory central user list`"
        raise RecordError(message)
    return user


def _end_sessions(session: Session, user: User) -> None:
    session.run(
        "DELETE FROM web_session WHERE school_id = ? AND user_name = ?", user.school_id, user.name
    )


def _audit(session: Session, user: User, what: str, who: str, at: datetime) -> None:
    write_audit(session, user.school_id, who=who, what=what, subject=user.name, at=at)


def user_from_row(row: Row) -> User:
    """Return a user from the columns of `USER_COLUMNS`."""
    return User(
        school_id=SchoolId(row[0]),
        name=row[1],
        role=Role(row[2]),
        language=Language(row[3]),
        added_at=read_moment(row[4]),
        disabled_at=None if row[5] is None else read_moment(row[5]),
    )
