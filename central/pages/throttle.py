"""How often one may try to sign in: five tries, then longer and longer waits.

A try is counted before its password is looked at, in the database: tries at the same moment, a
restart, or a second process gain nothing. While one waits nothing is looked at, and nothing is
counted. Names are counted in buckets, so that guessing at names that do not exist neither fills the
database nor answers otherwise than for those that do.
"""

import hashlib
from datetime import datetime, timedelta

from central.database import Session
from core.codec import moment_text, read_moment

TRIES_FREE = 5
WAIT_FIRST = timedelta(seconds=30)
WAIT_MAX = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=24)
_BUCKETS = 1 << 14


def take_try(session: Session, name: str, *, now: datetime) -> datetime | None:
    """Count a try for a name; None: look at the password. Else: until when nothing is looked at."""
    bucket = _bucket(name)
    session.run(
        "INSERT INTO sign_in_try (bucket, failures, last_at, waits_until) VALUES (?, 0, ?, ?)"
        " ON CONFLICT DO NOTHING",
        bucket,
        moment_text(now),
        moment_text(now),
    )
    row = session.row(
        "SELECT failures, last_at, waits_until FROM sign_in_try WHERE bucket = ?"  # noqa: S608
        f"{session.for_update}",
        bucket,
    )
    assert row is not None, "it was inserted a moment ago"
    failures, last_at, waits_until = row[0], read_moment(row[1]), read_moment(row[2])
    if now < waits_until:
        return waits_until
    if now - last_at > _FORGOTTEN_AFTER:
        failures = 0
    failures += 1
    session.run(
        "UPDATE sign_in_try SET failures = ?, last_at = ?, waits_until = ? WHERE bucket = ?",
        failures,
        moment_text(now),
        moment_text(now + _wait(failures)),
        bucket,
    )
    return None


def forgive(session: Session, name: str) -> None:
    """The password was right: what was counted for the name is forgotten."""
    session.run("DELETE FROM sign_in_try WHERE bucket = ?", _bucket(name))


def _wait(failures: int) -> timedelta:
    """Return how long one waits after so many tries, the last one among them."""
    doublings = failures - TRIES_FREE
    if doublings < 0:
        return timedelta(0)
    return min(WAIT_MAX, WAIT_FIRST * (1 << min(doublings, 16)))


def _bucket(name: str) -> int:
    digest = hashlib.sha256(name.strip().lower().encode()).digest()
    return int.from_bytes(digest[:4], "big") % _BUCKETS
