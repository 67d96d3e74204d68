"""Signing in and out: a name and a password for a session, at a bounded pace."""

import re
from datetime import UTC
from typing import Final

from starlette.responses import RedirectResponse, Response

from central.audit import write_audit
from central.clock import Clock
from central.pages.cookies import Cookies
from central.pages.passwords import hash_password, is_outdated, is_password
from central.pages.question import Question
from central.pages.sessions import (
    TOKEN_BYTES,
    csrf_word,
    end_session,
    find_session,
    is_csrf_word,
    new_token,
    open_session,
)
from central.pages.throttle import forgive, take_try
from central.pages.users import User, find_user, renew_hash, stored_password
from central.pages.visit import OFFICE, render
from central.pages.voice import Catalogue, Voice, preferred_language
from central.store import Store
from core.people import Language

_NEXT: Final = re.compile(rf"{OFFICE}(/[A-Za-z0-9._~/-]*)?")
_NAME_LETTERS_MAX: Final = 200


class SignIn:
    """The form for whoever has no session, and what it leads to."""

    def __init__(self, store: Store, clock: Clock, cookies: Cookies, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self._cookies = cookies
        self._catalogue = catalogue

    def show(self, question: Question) -> Response:
        """Answer with the form."""
        sentence = "sign_in.signed_out" if question.asked.get("done") == "signed_out" else ""
        return self._form(question, sentence=sentence)

    def ask(self, question: Question) -> Response:
        """Answer a request that needs a session and has none."""
        if not question.is_get:
            return self._form(question, status=401, sentence="sign_in.ended")
        if question.is_from_elsewhere:
            # After a click on a link elsewhere a browser keeps back the strict cookie; asked for
            # once more by a page of our own, it sends it.
            return render("again.html", self._voice(question), target=question.path)
        target = question.path if _NEXT.fullmatch(question.path) else OFFICE
        return RedirectResponse(f"/sign-in?next={target}", status_code=303)

    def enter(self, question: Question) -> Response:
        """Answer the form: open a session, or say why not."""
        if not (question.guest and is_csrf_word(question.guest, question.form.get("csrf", ""))):
            return self._form(question, status=403, sentence="sign_in.old_form")
        name = question.form.get("name", "").strip().lower()[:_NAME_LETTERS_MAX]
        now = self._clock()
        with self._store.database.writing() as session:
            waits_until = take_try(session, name, now=now)
        if waits_until is not None:
            seconds = int((waits_until - now).total_seconds()) + 1
            answer = self._form(question, status=429, sentence="sign_in.wait", seconds=seconds)
            answer.headers["Retry-After"] = str(seconds)
            return answer
        user = self._proved(name, question.form.get("password", ""))
        if user is None:
            return self._form(question, status=401, sentence="sign_in.wrong")
        return self._let_in(question, user)

    def leave(self, question: Question) -> None:
        """End the session of a request."""
        now = self._clock()
        with self._store.database.writing() as session:
            found = find_session(session, question.token, now=now)
            if found is not None:
                end_session(session, found[0], question.token)

    def _proved(self, name: str, password: str) -> User | None:
        with self._store.database.reading() as session:
            stored = stored_password(session, name)
        if not is_password(stored, password):
            return None
        assert stored is not None, "nobody has no password"
        renewed = hash_password(password) if is_outdated(stored) else None
        with self._store.database.writing() as session:
            forgive(session, name)
            if renewed is not None:
                renew_hash(session, name, renewed)
            return find_user(session, name)

    def _let_in(self, question: Question, user: User) -> Response:
        token = new_token(self._store.entropy(TOKEN_BYTES))
        now = self._clock()
        with self._store.database.writing() as session:
            open_session(session, user, token, now=now)
            write_audit(
                session, user.school_id, who=user.name, what="signed in", subject=user.name, at=now
            )
        target = question.form.get("next", "")
        if not _NEXT.fullmatch(target):
            target = OFFICE
        answer = RedirectResponse(target, status_code=303)
        self._cookies.keep_session(question, answer, token)
        return answer

    def _form(
        self, question: Question, *, status: int = 200, sentence: str = "", **places: object
    ) -> Response:
        guest = question.guest or new_token(self._store.entropy(TOKEN_BYTES))
        target = question.form.get("next") or question.asked.get("next", "")
        answer = render(
            "sign_in.html",
            self._voice(question),
            status=status,
            csrf=csrf_word(guest),
            next=target if _NEXT.fullmatch(target) else OFFICE,
            name=question.form.get("name", "")[:_NAME_LETTERS_MAX],
            sentence=sentence,
            is_wrong=status != 200,  # noqa: PLR2004  HTTP's own number
            places=places,
            languages=[(code, self._catalogue(code)["language.name"]) for code in Language],
        )
        self._cookies.keep_guest(question, answer, guest)
        return answer

    def _voice(self, question: Question) -> Voice:
        asked = question.asked.get("language") or question.form.get("language")
        language = preferred_language(question.accept_language, asked)
        return Voice(language, self._catalogue(language), UTC)
