"""Sessions: a random token in a cookie, its hash in the database, an idle and a final end.

A copy of the database opens no session, as it holds hashes alone. The word that a form must bring
along (CSRF) follows from the token, so it needs no place of its own, and whoever can read a page
of the session knows it, and nobody else.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from central.database import Row, Session
from central.pages.users import USER_COLUMNS, User, user_from_row
from core.codec import moment_text, read_moment

IDLE_MAX = timedelta(minutes=30)
SESSION_MAX = timedelta(hours=12)
TOKEN_BYTES = 32
_NOTED_EVERY = timedelta(minutes=1)
_SELECT = (
    "SELECT w.token_hash, w.school_id, w.begun_at, w.seen_at,"  # noqa: S608  our own columns
    f" {', '.join(f'u.{name}' for name in USER_COLUMNS)}"
    " FROM web_session w JOIN web_user u ON u.name = w.user_name WHERE w.token_hash IN"
)


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
    return find_sessions(session, [token], now=now)[0]


def find_sessions(
    session: Session, tokens: Sequence[str], *, now: datetime
) -> list[tuple[User, bool] | None]:
    """Return what `find_session` says of each token, in their order, by one statement."""
    hashes = [_hash(token) for token in tokens]
    held = {bytes(row[0]): _open(row, now) for row in session.rows_by(_SELECT, sorted(set(hashes)))}
    return [held.get(one) for one in hashes]


def _open(row: Row, now: datetime) -> tuple[User, bool] | None:
    """Return the user of a session that is open, and whether its use should be noted."""
    begun_at, seen_at = read_moment(row[2]), read_moment(row[3])
    if now - begun_at >= SESSION_MAX or now - seen_at >= IDLE_MAX:
        return None
    user = user_from_row(row[4:])
    if user.school_id != row[1] or user.disabled_at is not None:
        return None
    return user, now - seen_at >= _NOTED_EVERY


def note_uses(session: Session, uses: Iterable[tuple[User, str]], *, now: datetime) -> None:
    """Put off the idle end of sessions. uses: each user's, with the session's token."""
    session.run_many(
        "UPDATE web_session SET seen_at = ? WHERE school_id = ? AND token_hash = ?",
        [(moment_text(now), user.school_id, _hash(token)) for user, token in uses],
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
