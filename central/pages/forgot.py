"""A forgotten password: a name for a mail with a code, and one answer whoever asks.

Whether there is such a user, and whether an address is known, the answer does not tell, and the
same is written and waited for either way.
"""

from starlette.responses import Response

from central.families.contact import contact_of
from central.mail.mail_queue import MailKind, queue_mail
from central.pages.guests import NAME_LETTERS_MAX, Guests
from central.pages.question import Question
from central.pages.throttle import take_try
from central.pages.users import Role, find_user


class Forgot:
    """The form for whoever has forgotten the password."""

    def __init__(self, guests: Guests) -> None:
        self._guests = guests

    def show(self, question: Question) -> Response:
        """Answer with the form."""
        return self._form(question)

    def enter(self, question: Question) -> Response:
        """Answer the form: a mail is under way, if there is somebody to send it to."""
        if not self._guests.is_ours(question):
            return self._form(question, status=403, sentence="sign_in.old_form")
        name = question.form.get("name", "").strip().lower()[:NAME_LETTERS_MAX]
        now = self._guests.clock()
        with self._guests.store.database.writing() as session:
            # Who asks too often gets the same answer, and no further mail.
            is_patient = take_try(session, f"forgot {name}", now=now) is None
            user = find_user(session, name)
            if is_patient and user is not None and user.role is Role.PARENT:
                contact = contact_of(session, user)
                is_open = user.disabled_at is None
                if is_open and contact is not None and contact.confirmed_at is not None:
                    queue_mail(session, user, MailKind.RESET, now=now)
        return self._form(question, sentence="forgot.done")

    def _form(self, question: Question, *, status: int = 200, sentence: str = "") -> Response:
        return self._guests.form(
            "forgot.html",
            question,
            status=status,
            sentence=sentence,
            name=question.form.get("name", "")[:NAME_LETTERS_MAX],
        )
