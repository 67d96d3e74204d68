"""Signing in and out: a name and a password for a session, at a bounded pace."""

from starlette.responses import RedirectResponse, Response

from central.pages.guests import NAME_LETTERS_MAX, Guests, target_in
from central.pages.passwords import hash_password, is_outdated, is_password
from central.pages.question import Question
from central.pages.sessions import end_session, find_session
from central.pages.throttle import forgive
from central.pages.users import User, find_user, renew_hash, stored_password
from central.pages.visit import render


class SignIn:
    """The form for whoever has no session, and what it leads to."""

    def __init__(self, guests: Guests) -> None:
        self._guests = guests
        self._store = guests.store

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
            return render("again.html", self._guests.voice(question), target=question.path)
        target = target_in(question.path)
        return RedirectResponse(
            f"/sign-in?next={target}" if target else "/sign-in", status_code=303
        )

    def enter(self, question: Question) -> Response:
        """Answer the form: open a session, or say why not."""
        if not self._guests.is_ours(question):
            return self._form(question, status=403, sentence="sign_in.old_form")
        name = question.form.get("name", "").strip().lower()[:NAME_LETTERS_MAX]
        seconds = self._guests.wait_s(name, now=self._guests.clock())
        if seconds is not None:
            answer = self._form(
                question, status=429, sentence="sign_in.wait", places={"seconds": seconds}
            )
            answer.headers["Retry-After"] = str(seconds)
            return answer
        user = self._proved(name, question.form.get("password", ""))
        if user is None:
            return self._form(question, status=401, sentence="sign_in.wrong")
        return self._guests.let_in(question, user, wanted=question.form.get("next", ""))

    def leave(self, question: Question) -> None:
        """End the session of a request."""
        now = self._guests.clock()
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

    def _form(
        self,
        question: Question,
        *,
        status: int = 200,
        sentence: str = "",
        places: dict[str, object] | None = None,
    ) -> Response:
        target = question.form.get("next") or question.asked.get("next", "")
        return self._guests.form(
            "sign_in.html",
            question,
            status=status,
            sentence=sentence,
            places=places,
            next=target_in(target),
            name=question.form.get("name", "")[:NAME_LETTERS_MAX],
        )
