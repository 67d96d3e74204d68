"""The letters that wait to be sent: whose, and about what; what they say is written when they go.

    WAITING --> SENT        the server took it
    WAITING --> NOTHING     there was nothing to tell any more
    WAITING --> FAILED      the server refused it for good, or it waited too long
    WAITING --> WAITING     not this time: tried again after 1, 2, 4 … minutes, 4 hours at most

Several centres may share a database: each takes a letter for itself before it sends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from central.database import Session
from central.pages.users import User
from core.codec import moment_text, read_moment
from core.ids import SchoolId

RESETS_A_DAY: Final = 5
_RESET_PAUSE: Final = timedelta(minutes=2)
_CONFIRMS_A_DAY: Final = 10
_RETRY_FIRST: Final = timedelta(minutes=1)
_RETRY_MAX: Final = timedelta(hours=4)
_TAKEN_FOR: Final = timedelta(minutes=5)
_KEPT_FOR: Final = timedelta(days=30)


class MailKind(StrEnum):
    """What a letter is about."""

    RESET = "reset"
    CONFIRM = "confirm"
    DIGEST = "digest"


class MailState(StrEnum):
    """How a letter stands."""

    WAITING = "waiting"
    SENT = "sent"
    NOTHING = "nothing"
    FAILED = "failed"


GIVEN_UP_AFTER: Final = {
    # A code is good for an hour after it is sent; who waited longer has asked again.
    MailKind.RESET: timedelta(hours=1),
    MailKind.CONFIRM: timedelta(days=3),
    MailKind.DIGEST: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that is due. next_at: when; it changes with each that takes it."""

    school: SchoolId
    id: str
    user_name: str
    kind: MailKind
    queued_at: datetime
    next_at: datetime
    tries: int


def queue_mail(session: Session, user: User, kind: MailKind, *, now: datetime) -> bool:
    """Have a letter sent that a user asked for, unless there were many of its kind today.

    Result: whether it will be.
    """
    if _had_enough(session, user, kind, now):
        return False
    put_mail(session, user.school_id, user.name, kind, part=moment_text(now), now=now)
    return True


def put_mail(
    session: Session, school: SchoolId, user_name: str, kind: MailKind, *, part: str, now: datetime
) -> None:
    """Put a letter into the mail queue. part: tells it from others of its kind; the same is one."""
    at = moment_text(now)
    session.insert_many(
        "mail",
        (
            "school_id",
            "id",
            "user_name",
            "kind",
            "queued_at",
            "next_at",
            "tries",
            "state",
            "fault",
        ),
        [
            (
                school,
                f"{kind.value} {user_name} {part}",
                user_name,
                kind.value,
                at,
                at,
                0,
                MailState.WAITING.value,
                "",
            )
        ],
        conflict="ON CONFLICT DO NOTHING",
    )


def due_mail(session: Session, *, now: datetime, limit: int = 50) -> list[Waiting]:
    """Return letters whose time has come, the oldest first, of all schools."""
    rows = session.rows(
        "SELECT school_id, id, user_name, kind, queued_at, next_at, tries FROM mail"
        " WHERE state = ? AND next_at <= ? ORDER BY next_at, id LIMIT ?",
        MailState.WAITING.value,
        moment_text(now),
        limit,
    )
    return [
        Waiting(
            school=SchoolId(row[0]),
            id=row[1],
            user_name=row[2],
            kind=MailKind(row[3]),
            queued_at=read_moment(row[4]),
            next_at=read_moment(row[5]),
            tries=row[6],
        )
        for row in rows
    ]


def take_mail(session: Session, letter: Waiting, *, now: datetime) -> bool:
    """Take a letter for oneself, for five minutes. False: somebody else has it."""
    taken = session.run(
        "UPDATE mail SET next_at = ?, tries = tries + 1"
        " WHERE school_id = ? AND id = ? AND state = ? AND next_at = ?",
        moment_text(now + _TAKEN_FOR),
        letter.school,
        letter.id,
        MailState.WAITING.value,
        moment_text(letter.next_at),
    )
    return taken == 1


def note_done(session: Session, letter: Waiting, state: MailState, fault: str = "") -> None:
    """Note how a letter ended."""
    session.run(
        "UPDATE mail SET state = ?, fault = ? WHERE school_id = ? AND id = ?",
        state.value,
        fault,
        letter.school,
        letter.id,
    )


def note_delay(session: Session, letter: Waiting, fault: str, *, now: datetime) -> None:
    """Note that a letter did not go, and when it is tried again; or that it is given up."""
    if now - letter.queued_at >= GIVEN_UP_AFTER[letter.kind]:
        note_done(session, letter, MailState.FAILED, fault)
        return
    session.run(
        "UPDATE mail SET next_at = ?, fault = ? WHERE school_id = ? AND id = ?",
        moment_text(now + pause_after(letter.tries + 1)),
        fault,
        letter.school,
        letter.id,
    )


def pause_after(tries: int) -> timedelta:
    """Return how long one waits after so many tries."""
    return min(_RETRY_MAX, _RETRY_FIRST * (1 << min(tries - 1, 12)))


def sweep_mail(session: Session, *, now: datetime) -> None:
    """Forget letters that ended long ago."""
    session.run(
        "DELETE FROM mail WHERE state <> ? AND queued_at < ?",
        MailState.WAITING.value,
        moment_text(now - _KEPT_FOR),
    )


@dataclass(frozen=True, slots=True)
class Faulty:
    """A letter that does not get through, for the office: to whom, and what the server said."""

    user_name: str
    kind: str
    state: str
    fault: str
    queued_at: datetime


def faulty_mail(session: Session, school: SchoolId, *, limit: int = 50) -> Sequence[Faulty]:
    """Return the letters of a school that failed, or wait after a failure, the newest first."""
    rows = session.rows(
        "SELECT user_name, kind, state, fault, queued_at FROM mail"
        " WHERE school_id = ? AND fault <> '' ORDER BY queued_at DESC, id LIMIT ?",
        school,
        limit,
    )
    return [Faulty(row[0], row[1], row[2], row[3], read_moment(row[4])) for row in rows]


def _had_enough(session: Session, user: User, kind: MailKind, now: datetime) -> bool:
    rows = session.rows(
        "SELECT queued_at FROM mail WHERE school_id = ? AND user_name = ? AND kind = ?"
        " AND queued_at > ?",
        user.school_id,
        user.name,
        kind.value,
        moment_text(now - timedelta(days=1)),
    )
    if kind is MailKind.CONFIRM:
        return len(rows) >= _CONFIRMS_A_DAY
    is_new = any(now - read_moment(row[0]) < _RESET_PAUSE for row in rows)
    return is_new or len(rows) >= RESETS_A_DAY
