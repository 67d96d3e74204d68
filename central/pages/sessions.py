"""Sessions: a random token in a cookie, its hash in the database, an idle and a final end.

A copy of the database opens no session, as it holds hashes alone. The word that a form must bring
along (CSRF) follows from the token, so it needs no place of its own, and whoever can read a page
of the session knows it, and nobody else.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from central.database import Session
from central.pages.users import User, find_user
from core.codec import moment_text, read_moment

IDLE_MAX = timedelta(minutes=30)
SESSION_MAX = timedelta(hours=12)
TOKEN_BYTES = 32
_NOTED_EVERY = timedelta(minutes=1)


def new_token(entropy: bytes) -> str:
    """Return a token made of 32 random bytes."""
    assert len(entropy) == TOKEN_BYTES, "a token is made of 32 random bytes"
    return urlsafe_b64encode(entropy).rstrip(b"=").decode()


def open_session(session: Session, user: User, token: str, *, now: datetime) -> None:
    """Let a token stand for a user from now on; sessions that have ended are swept away."""
    session.run(
        "DELETE FROM web_session WHERE school_id = ? AND (begun_at < ? OR seen_at < ?)",
        user.school_id,
        moment_text(now - SESSION_MAX),
        moment_text(now - IDLE_MAX),
    )
    at = moment_text(now)
    session.insert_many(
        "web_session",
        ("school_id", "token_hash", "user_name", "begun_at", "seen_at"),
        [(user.school_id, _hash(token), user.name, at, at)],
    )


def find_session(session: Session, token: str, *, now: datetime) -> tuple[User, bool] | None:
    """Return whose open session a token is, and whether its use should be noted; None for no one's.

    A user who was disabled has no session.
    """
    row = session.row(
        "SELECT school_id, user_name, begun_at, seen_at FROM web_session WHERE token_hash = ?",
        _hash(token),
    )
    if row is None:
        return None
    begun_at, seen_at = read_moment(row[2]), read_moment(row[3])
    if now - begun_at >= SESSION_MAX or now - seen_at >= IDLE_MAX:
        return None
    user = find_user(session, row[1])
    if user is None or user.school_id != row[0] or user.disabled_at is not None:
        return None
    return user, now - seen_at >= _NOTED_EVERY


def note_use(session: Session, user: User, token: str, *, now: datetime) -> None:
    """Put off the idle end of a session."""
    session.run(
        "UPDATE web_session SET seen_at = ? WHERE school_id = ? AND token_hash = ?",
        moment_text(now),
        user.school_id,
        _hash(token),
    )


def end_session(session: Session, user: User, token: str) -> None:
    """End a session."""
    session.run(
        "DELETE FROM web_session WHERE school_id = ? AND token_hash = ?",
        user.school_id,
        _hash(token),
    )


def csrf_word(token: str) -> str:
    """Return the word that a session's forms bring along."""
    return hmac.digest(token.encode(), b"refectory form", hashlib.sha256).hex()


def is_csrf_word(token: str, word: str) -> bool:
    """Say whether a form brought its session's word along."""
    return hmac.compare_digest(csrf_word(token).encode(), word.encode())


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
