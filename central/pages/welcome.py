"""The first time, and after a forgotten password: a name and a code for a password of one's own.

The code came in a letter of the office, or in a mail. Opening its link uses nothing up, as mail
programs open links by themselves; sending the form does.
"""

from starlette.responses import Response

from central.errors import RecordError
from central.families.access import is_good, use_code
from central.pages.guests import NAME_LETTERS_MAX, Guests
from central.pages.passwords import PASSWORD_LETTERS_MAX, PASSWORD_LETTERS_MIN
from central.pages.question import Question
from central.pages.throttle import forgive

_CODE_LETTERS_MAX = 40


class Welcome:
    """The form for whoever has a code."""

    def __init__(self, guests: Guests) -> None:
        self._guests = guests

    def show(self, question: Question) -> Response:
        """Answer with the form, filled in as far as the link tells."""
        return self._form(question)

    def enter(self, question: Question) -> Response:
        """Answer the form: take the password and let the user in, or say why not."""
        if not self._guests.is_ours(question):
            return self._form(question, status=403, sentence="sign_in.old_form")
        name, code = self._told(question)
        now = self._guests.clock()
        # Counted apart from passwords: whoever guesses at codes keeps nobody from signing in.
        seconds = self._guests.wait_s(f"code {name}", now=now)
        if seconds is not None:
            answer = self._form(
                question, status=429, sentence="sign_in.wait", places={"seconds": seconds}
            )
            answer.headers["Retry-After"] = str(seconds)
            return answer
        with self._guests.store.database.reading() as session:
            if is_good(session, name=name, code=code, now=now) is None:
                return self._form(question, status=401, sentence="welcome.wrong")
        return self._take(question, name, code)

    def _take(self, question: Question, name: str, code: str) -> Response:
        password = question.form.get("new", "")
        with self._guests.store.database.writing() as session:
            forgive(session, f"code {name}")
        if password != question.form.get("again", ""):
            return self._form(question, status=422, sentence="refused.passwords_differ")
        if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
            return self._form(question, status=422, sentence="refused.password_length")
        try:
            now = self._guests.clock()
            user = use_code(self._guests.store, name=name, code=code, password=password, now=now)
        except RecordError:
            return self._form(question, status=422, sentence="refused.password_length")
        if user is None:
            return self._form(question, status=401, sentence="welcome.wrong")
        return self._guests.let_in(question, user)

    def _told(self, question: Question) -> tuple[str, str]:
        told = question.asked if question.is_get else question.form
        return (
            told.get("name", "").strip().lower()[:NAME_LETTERS_MAX],
            told.get("code", "").strip()[:_CODE_LETTERS_MAX],
        )

    def _form(
        self,
        question: Question,
        *,
        status: int = 200,
        sentence: str = "",
        places: dict[str, object] | None = None,
    ) -> Response:
        name, code = self._told(question)
        return self._guests.form(
            "welcome.html",
            question,
            status=status,
            sentence=sentence,
            places=places,
            name=name,
            code=code,
            letters_min=PASSWORD_LETTERS_MIN,
        )
