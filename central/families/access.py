"""How parents get in for the first time, and again when they forgot: a code that works once.

A code is sixteen letters of Crockford's base 32: 80 bits, so that its hash, which alone is stored,
cannot be guessed. The office prints one for 14 days; a mail carries one for an hour. Whoever has
the name and the code chooses a password, and with that the code is used. A newer code ends all
older ones of the same user.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.families.links import is_child, link
from central.office import Act
from central.pages.passwords import check_password, hash_password
from central.pages.users import Role, User, find_user, insert_user, keep_password, user_name
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import PupilId, SchoolId
from core.people import Language
from core.wire import plain_code

LETTER_LIFE: Final = timedelta(days=14)
MAIL_LIFE: Final = timedelta(hours=1)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 16
_GROUP = 4
_NAME_LETTERS_MAX = 14


class Purpose(StrEnum):
    """On which way a code travels."""

    LETTER = "letter"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Access:
    """What is told once: a user's name and the code. ends_at: until when it works."""

    user: User
    code: str
    ends_at: datetime


def make_token(
    store: Store,
    school: SchoolId,
    *,
    pupil: PupilId,
    act: Act,
    name: str = "",
    language: Language | None = None,
) -> Access:
    """Return a fresh access code for a parent of a pupil, for a letter that is shown once.

    name: an account that is there, of this pupil or of a brother or sister's, or a name for a new
    one; empty makes one up. language: of a new account; the pupil's own where it is not told.
    Raises RecordError: no such pupil, or a name that cannot be taken.
    """
    with store.database.writing() as session:
        row = session.row(
            "SELECT last_name, language FROM pupil WHERE school_id = ? AND id = ?", school, pupil
        )
        if row is None:
            message = f"there is no pupil {pupil} at school {school}"
            raise RecordError(message)
        wanted = user_name(name) if name else _free_name(store, session, row[0])
        user = find_user(session, wanted)
        if user is not None and user.school_id != school:
            message = f"user {wanted!r} is there already; take another name"
            raise RecordError(message)
        if user is None:
            user = User(school, wanted, Role.PARENT, language or Language(row[1]), act.at, None)
            insert_user(session, user, who=act.who)
        if not is_child(session, user, pupil):
            link(session, user, pupil, who=act.who, at=act.at)
        _let_in_again(session, user)
        code = new_code(store, session, user, Purpose.LETTER, now=act.at)
        write_audit(session, school, who=act.who, what="access code", subject=wanted, at=act.at)
    return Access(user, code, act.at + LETTER_LIFE)


def new_code(store: Store, session: Session, user: User, purpose: Purpose, *, now: datetime) -> str:
    """Return a code for a user in groups of four; the user's earlier ones of its kind end."""
    life = LETTER_LIFE if purpose is Purpose.LETTER else MAIL_LIFE
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in store.entropy(_LETTERS))
    session.run(
        "DELETE FROM access_code WHERE school_id = ? AND user_name = ? AND purpose = ?",
        user.school_id,
        user.name,
        purpose.value,
    )
    session.insert_many(
        "access_code",
        ("school_id", "code_hash", "user_name", "purpose", "ends_at"),
        [
            (
                user.school_id,
                _hash(letters),
                user.name,
                purpose.value,
                moment_text(now + life),
            )
        ],
    )
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))


def is_good(session: Session, *, name: str, code: str, now: datetime) -> User | None:
    """Return the user whose code this is, while it works; None otherwise."""
    row = session.row(
        "SELECT user_name, ends_at, school_id FROM access_code WHERE code_hash = ?",
        _hash(plain_code(code)),
    )
    if row is None or row[0] != name.strip().lower() or read_moment(row[1]) <= now:
        return None
    user = find_user(session, row[0])
    if user is None or user.school_id != row[2] or user.disabled_at is not None:
        return None
    return user


def use_code(store: Store, *, name: str, code: str, password: str, now: datetime) -> User | None:
    """Let a code set a password, once; all other codes and sessions of the user end.

    Result: the user, or None when the code is not this user's, or works no longer. Raises
    RecordError for a password that cannot be taken; the code is then as good as before.
    """
    with store.database.reading() as session:
        if is_good(session, name=name, code=code, now=now) is None:
            return None
    stored = hash_password(check_password(password))
    with store.database.writing() as session:
        used = session.run(
            "DELETE FROM access_code WHERE code_hash = ? AND ends_at > ?",
            _hash(plain_code(code)),
            moment_text(now),
        )
        user = find_user(session, name.strip().lower())
        if not used or user is None or user.disabled_at is not None:
            return None  # somebody was quicker with the same code
        session.run(
            "DELETE FROM access_code WHERE school_id = ? AND user_name = ?",
            user.school_id,
            user.name,
        )
        keep_password(session, user, stored=stored, who=user.name, at=now)
    return user


def _let_in_again(session: Session, user: User) -> None:
    """An account that was closed is opened, but only to the code: its old password is none."""
    if user.disabled_at is not None:
        session.run(
            "UPDATE web_user SET disabled_at = NULL, password_hash = '!'"
            " WHERE school_id = ? AND name = ?",
            user.school_id,
            user.name,
        )


def _free_name(store: Store, session: Session, last_name: str) -> str:
    apart = unicodedata.normalize("NFKD", last_name).lower()
    stem = "".join(sign for sign in apart if "a" <= sign <= "z")[:_NAME_LETTERS_MAX] or "family"
    while True:
        number = int.from_bytes(store.entropy(4), "big") % 10_000
        name = f"{stem}.{number:04d}"
        if find_user(session, name) is None:
            return name


def _hash(letters: str) -> bytes:
    return hashlib.sha256(letters.encode()).digest()
