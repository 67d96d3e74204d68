"""Where a parent can be reached by mail, and whether a daily mail is wished.

An address counts once its owner has confirmed it from a mail: a slip of the pen must not tell a
stranger about a child. Its word stands in the links of mails that need no sign-in; a new address
has a new one. With it one can confirm the address and stop the daily mail, and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from central.audit import write_audit
from central.database import Row, Session
from central.mail.mail_queue import MailKind, queue_mail
from central.pages.sessions import TOKEN_BYTES, new_token
from central.pages.users import User
from central.store import Store
from core.codec import moment_text, read_moment
from core.ids import SchoolId

_COLUMNS: Final = "school_id, user_name, address, word, confirmed_at, has_digest, told_until"


@dataclass(frozen=True, slots=True)
class Contact:
    """A parent's address. told_until: up to when the daily mail has told what happened."""

    school: SchoolId
    user_name: str
    address: str
    word: str
    confirmed_at: datetime | None
    has_digest: bool
    told_until: datetime


def contact_of(session: Session, user: User) -> Contact | None:
    """Return where a user is reached; None for one who told no address."""
    row = session.row(
        f"SELECT {_COLUMNS} FROM family_mail WHERE school_id = ? AND user_name = ?",  # noqa: S608
        user.school_id,
        user.name,
    )
    return None if row is None else _contact(row)


def contact_by_word(session: Session, word: str) -> Contact | None:
    """Return the address that a mail's link is about; None for a link that is none of ours."""
    row = session.row(f"SELECT {_COLUMNS} FROM family_mail WHERE word = ?", word)  # noqa: S608
    return None if row is None else _contact(row)


def set_address(store: Store, user: User, address: str, *, now: datetime) -> None:
    """Note an address, and ask its owner to confirm it; empty: the user is reached no longer."""
    with store.database.writing() as session:
        known = contact_of(session, user)
        if known is not None and known.address == address and known.confirmed_at is not None:
            return
        session.run(
            "DELETE FROM family_mail WHERE school_id = ? AND user_name = ?",
            user.school_id,
            user.name,
        )
        what = "mail address taken away"
        if address:
            word = new_token(store.entropy(TOKEN_BYTES))
            at = moment_text(now)
            session.insert_many(
                "family_mail",
                tuple(_COLUMNS.split(", ")),
                [(user.school_id, user.name, address, word, None, 0, at)],
            )
            queue_mail(session, user, MailKind.CONFIRM, now=now)
            what = "mail address noted"
        write_audit(session, user.school_id, who=user.name, what=what, subject=user.name, at=now)


def confirm(store: Store, word: str, *, now: datetime) -> bool:
    """Take an address as confirmed by its owner. False: the link is none of ours."""
    with store.database.writing() as session:
        contact = contact_by_word(session, word)
        if contact is None:
            return False
        if contact.confirmed_at is None:
            session.run(
                "UPDATE family_mail SET confirmed_at = ? WHERE word = ?", moment_text(now), word
            )
            _log(session, contact, "mail address confirmed", now)
    return True


def set_digest(store: Store, contact: Contact, *, is_wished: bool, now: datetime) -> None:
    """Wish a daily mail, or none any more; what happened before the wish is not told."""
    if contact.has_digest == is_wished:
        return
    with store.database.writing() as session:
        session.run(
            "UPDATE family_mail SET has_digest = ?, told_until = ? WHERE word = ?",
            int(is_wished),
            moment_text(now),
            contact.word,
        )
        _log(session, contact, f"daily mail {'wished' if is_wished else 'stopped'}", now)


def _log(session: Session, contact: Contact, what: str, now: datetime) -> None:
    who = contact.user_name
    write_audit(session, contact.school, who=who, what=what, subject=who, at=now)


def _contact(row: Row) -> Contact:
    return Contact(
        school=SchoolId(row[0]),
        user_name=row[1],
        address=row[2],
        word=row[3],
        confirmed_at=None if row[4] is None else read_moment(row[4]),
        has_digest=bool(row[5]),
        told_until=read_moment(row[6]),
    )
