"""What the links in mails lead to: they need no sign-in, and do nothing by being opened.

Mail programs and their watchmen open links by themselves; only a form that is sent does something.
To stop the daily mail, that form may come from the mail program itself (RFC 8058).
"""

import re
from typing import Final

from starlette.responses import Response

from central.database import Session
from central.families.contact import Contact, confirm, contact_by_word, set_digest
from central.pages.guests import Guests
from central.pages.question import Question
from central.pages.users import find_user
from central.pages.visit import render
from central.pages.voice import Voice

STOP: Final = re.compile(r"/mail/[A-Za-z0-9_-]+/stop")
"""Where a form may come from elsewhere: it needs its word, and nobody gains by it."""


class MailLinks:
    """The pages behind the links."""

    def __init__(self, guests: Guests) -> None:
        self._guests = guests
        self._store = guests.store

    def ask_stop(self, question: Question) -> Response:
        """Ask whether the daily mail is to stop."""
        return self._answer(question, "stop")

    def stop(self, question: Question) -> Response:
        """Stop the daily mail. Twice is once, and a word that is nobody's is answered alike."""
        with self._store.database.reading() as session:
            contact = self._contact(session, question)
        if contact is not None:
            set_digest(self._store, contact, is_wished=False, now=self._guests.clock())
        return self._answer(question, "stop", is_done=True)

    def ask_confirm(self, question: Question) -> Response:
        """Ask whether the address is the reader's."""
        return self._answer(question, "confirm")

    def confirm(self, question: Question) -> Response:
        """Take the address as confirmed."""
        word = question.ids["word"]
        if not confirm(self._store, word, now=self._guests.clock()):
            return self._answer(question, "gone", status=404)
        return self._answer(question, "confirm", is_done=True)

    def _answer(
        self, question: Question, what: str, *, is_done: bool = False, status: int = 200
    ) -> Response:
        return render(
            "mail_link.html",
            self._voice(question),
            status=status,
            what=what,
            is_done=is_done,
            path=question.path,
        )

    def _contact(self, session: Session, question: Question) -> Contact | None:
        return contact_by_word(session, question.ids["word"])

    def _voice(self, question: Question) -> Voice:
        """Speak the language of the account, as the mail did; else the browser's."""
        usual = self._guests.voice(question)
        with self._store.database.reading() as session:
            contact = self._contact(session, question)
            user = None if contact is None else find_user(session, contact.user_name)
        if user is None:
            return usual
        return Voice(user.language, self._guests.catalogue(user.language), usual.zone)
