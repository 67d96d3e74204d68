"""What pages for somebody who has not signed in share: a form, its word, a language, a way in."""

import re
from datetime import UTC, datetime
from typing import Final

from starlette.responses import RedirectResponse, Response

from central.audit import write_audit
from central.clock import Clock
from central.pages.cookies import Cookies
from central.pages.question import Question
from central.pages.sessions import TOKEN_BYTES, csrf_word, is_csrf_word, new_token, open_session
from central.pages.throttle import take_try
from central.pages.users import User
from central.pages.visit import FAMILY, OFFICE, home_of, render
from central.pages.voice import Catalogue, Voice, preferred_language
from central.store import Store
from core.people import Language

NAME_LETTERS_MAX: Final = 200
_NEXT: Final = re.compile(rf"({OFFICE}|{FAMILY})(/[A-Za-z0-9._~/-]*)?")


def target_in(written: str) -> str:
    """Return where somebody wants to go after signing in; empty for no place of ours."""
    return written if _NEXT.fullmatch(written) else ""


class Guests:
    """Forms for guests. `words` of a sentence that is shown above one come from the catalogue."""

    def __init__(self, store: Store, clock: Clock, cookies: Cookies, catalogue: Catalogue) -> None:
        self.store = store
        self.clock = clock
        self.catalogue = catalogue
        self._cookies = cookies

    def is_ours(self, question: Question) -> bool:
        """Say whether a form was sent from a page that this browser got from us."""
        return bool(question.guest and is_csrf_word(question.guest, question.form.get("csrf", "")))

    def form(
        self,
        template: str,
        question: Question,
        *,
        status: int = 200,
        sentence: str = "",
        places: dict[str, object] | None = None,
        **values: object,
    ) -> Response:
        """Answer with a form. sentence: the key of what is said above it, with its places."""
        guest = question.guest or new_token(self.store.entropy(TOKEN_BYTES))
        answer = render(
            template,
            self.voice(question),
            status=status,
            csrf=csrf_word(guest),
            sentence=sentence,
            is_wrong=status != 200,  # noqa: PLR2004  HTTP's own number
            places=places or {},
            languages=[(code, self.catalogue(code)["language.name"]) for code in Language],
            **values,
        )
        self._cookies.keep_guest(question, answer, guest)
        return answer

    def voice(self, question: Question) -> Voice:
        """Return the voice that speaks the language somebody asked for, or the browser's."""
        asked = question.asked.get("language") or question.form.get("language")
        language = preferred_language(question.accept_language, asked)
        return Voice(language, self.catalogue(language), UTC)

    def wait_s(self, tried: str, *, now: datetime) -> int | None:
        """Count a try. Result: None to look at it, or for how many seconds nothing is looked at."""
        with self.store.database.writing() as session:
            waits_until = take_try(session, tried, now=now)
        return None if waits_until is None else int((waits_until - now).total_seconds()) + 1

    def let_in(self, question: Question, user: User, *, wanted: str = "") -> Response:
        """Open a session, and lead to the page that was wanted if it is of the user's own."""
        token = new_token(self.store.entropy(TOKEN_BYTES))
        now = self.clock()
        with self.store.database.writing() as session:
            open_session(session, user, token, now=now)
            write_audit(
                session, user.school_id, who=user.name, what="signed in", subject=user.name, at=now
            )
        home = home_of(user.role)
        target = target_in(wanted)
        is_theirs = target == home or target.startswith(f"{home}/")
        answer = RedirectResponse(target if is_theirs else home, status_code=303)
        self._cookies.keep_session(question, answer, token)
        return answer
