"""The thread that sends what waits, and that puts the daily letters into the mail queue."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, time
from email.message import EmailMessage
from typing import Final

from central.clock import Clock
from central.database import Session
from central.errors import CentralError, MailDelayedError, MailRefusedError
from central.families.access import Purpose, new_code
from central.families.contact import Contact, contact_of
from central.families.news import news_of
from central.mail.letters import Desk, confirm_letter, digest_letter, reset_letter
from central.mail.mail_queue import (
    MailKind,
    MailState,
    Waiting,
    due_mail,
    note_delay,
    note_done,
    put_mail,
    sweep_mail,
    take_mail,
)
from central.mail.senders import MailSender
from central.pages.users import User, find_user
from central.pages.voice import Catalogue, Voice, read_words
from central.records import list_schools, read_school
from central.store import Store
from core.codec import moment_text
from core.ids import SchoolId

_LOG = logging.getLogger("central")
_LOOK_AGAIN_S: Final = 5.0
_STOP_S: Final = 5.0
DIGEST_AT: Final = time(18, 30)
"""By the school's clock: after the evening study has ended."""


class MailWork:
    """Sends mail from the mail queue. address: of the pages, for the links within."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        sender: MailSender,
        *,
        address: str,
        catalogue: Catalogue = read_words,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sender = sender
        self._address = address
        self._catalogue = catalogue
        self._stopping = threading.Event()
        self._swept_on: object = None
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the letter that is being sent."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_S)

    def look(self) -> int:
        """Do what is due now. Result: how many letters were sent."""
        now = self._clock()
        self._queue_digests(now)
        with self._store.database.reading() as session:
            waiting = due_mail(session, now=now)
        return sum(self._send(letter, now) for letter in waiting if not self._stopping.is_set())

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_AGAIN_S):
            try:
                self.look()
            except CentralError as error:
                _LOG.error("mail is tried again: %s", error)
            except Exception:  # noqa: BLE001  the service goes on, and its log tells
                _LOG.exception("mail failed, and is tried again")

    # --- one letter ------------------------------------------------------------------------------

    def _send(self, letter: Waiting, now: datetime) -> bool:
        with self._store.database.writing() as session:
            if not take_mail(session, letter, now=now):
                return False
        written = self._write(letter, now)
        if written is None:
            with self._store.database.writing() as session:
                note_done(session, letter, MailState.NOTHING)
            return False
        try:
            self._sender.send(written)
        except MailDelayedError as error:
            _LOG.warning("mail waits: %s", error)
            with self._store.database.writing() as session:
                note_delay(session, letter, str(error), now=now)
            return False
        except MailRefusedError as error:
            _LOG.warning("mail was refused: %s", error)
            with self._store.database.writing() as session:
                note_done(session, letter, MailState.FAILED, str(error))
            return False
        with self._store.database.writing() as session:
            note_done(session, letter, MailState.SENT)
            if letter.kind is MailKind.DIGEST:
                _note_told(session, letter, now)
        return True

    def _write(self, letter: Waiting, now: datetime) -> EmailMessage | None:
        """Return what a letter says now; None when there is nobody or nothing to tell any more."""
        with self._store.database.reading() as session:
            user = find_user(session, letter.user_name)
            if user is None or user.school_id != letter.school or user.disabled_at is not None:
                return None
            contact = contact_of(session, user)
            zone = read_school(session, letter.school).calendar.zone
        if contact is None or (contact.confirmed_at is None) != (letter.kind is MailKind.CONFIRM):
            return None
        voice = Voice(user.language, self._catalogue(user.language), zone)
        desk = Desk(self._address, self._sender.origin, self._store.entropy, now)
        if letter.kind is MailKind.CONFIRM:
            return confirm_letter(desk, contact, voice)
        if letter.kind is MailKind.RESET:
            with self._store.database.writing() as session:
                code = new_code(self._store, session, user, Purpose.MAIL, now=now)
            return reset_letter(desk, contact, voice, user, code)
        return self._digest(desk, contact, voice, user)

    def _digest(
        self, desk: Desk, contact: Contact, voice: Voice, user: User
    ) -> EmailMessage | None:
        if not contact.has_digest:
            return None
        with self._store.database.reading() as session:
            news = news_of(session, user, since=contact.told_until, until=desk.now)
        return digest_letter(desk, contact, voice, news) if news else None

    # --- every day -------------------------------------------------------------------------------

    def _queue_digests(self, now: datetime) -> None:
        with self._store.database.reading() as session:
            due = [
                (school, name, day)
                for school in list_schools(session)
                for name, day in _wishing(session, school, now)
            ]
        today = now.date()
        if not due and self._swept_on == today:
            return
        with self._store.database.writing() as session:
            for school, name, day in due:
                put_mail(session, school, name, MailKind.DIGEST, part=day, now=now)
            sweep_mail(session, now=now)
        self._swept_on = today


def _wishing(session: Session, school: SchoolId, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield who is to get today's letter, and its day, and has none in the mail queue yet."""
    local = now.astimezone(read_school(session, school).calendar.zone)
    if local.time() < DIGEST_AT:
        return
    day = local.date().isoformat()
    rows = session.rows(
        "SELECT f.user_name FROM family_mail f LEFT JOIN mail m ON m.school_id = f.school_id"
        " AND m.id = 'digest ' || f.user_name || ' ' || ?"
        " WHERE f.school_id = ? AND f.has_digest = 1 AND f.confirmed_at IS NOT NULL"
        " AND m.id IS NULL ORDER BY f.user_name",
        day,
        school,
    )
    for row in rows:
        yield row[0], day


def _note_told(session: Session, letter: Waiting, now: datetime) -> None:
    session.run(
        "UPDATE family_mail SET told_until = ? WHERE school_id = ? AND user_name = ?",
        moment_text(now),
        letter.school,
        letter.user_name,
    )
