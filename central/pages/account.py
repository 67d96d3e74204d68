"""A user's own account: the language of the pages, and the password."""

from starlette.responses import Response

from central.pages.passwords import PASSWORD_LETTERS_MAX, PASSWORD_LETTERS_MIN, is_password
from central.pages.throttle import forgive, take_try
from central.pages.users import set_language, set_password, stored_password
from central.pages.visit import FormError, Visit
from central.pages.voice import read_words
from core.people import Language


def show(visit: Visit) -> Response:
    """Show the account."""
    return account_page(visit, "account.html")


def account_page(visit: Visit, template: str, **more: object) -> Response:
    """Return the page of an account. more: what its template needs beside."""
    known: dict[str, object] = {
        "languages": [(code.value, read_words(code)["language.name"]) for code in Language],
        "letters_min": PASSWORD_LETTERS_MIN,
    }
    return visit.page(template, status=200, **(known | more))


def choose_language(visit: Visit) -> Response:
    """Take the language in which a user reads."""
    chosen = visit.field("language")
    if chosen not in set(Language):
        raise FormError("refused.choice")
    with visit.store.database.writing() as session:
        set_language(session, visit.user, Language(chosen))
    return visit.go(f"{visit.home}/account", done="language")


def change_password(visit: Visit) -> Response:
    """Take a new password from whoever knows the old one; every session of the user ends."""
    new = visit.form.get("new", "")
    if new != visit.form.get("again", ""):
        raise FormError("refused.passwords_differ")
    if not PASSWORD_LETTERS_MIN <= len(new) <= PASSWORD_LETTERS_MAX:
        raise FormError("refused.password_length")
    name = visit.user.name
    with visit.store.database.writing() as session:
        waits_until = take_try(session, name, now=visit.now)
    if waits_until is not None:
        raise FormError("refused.password_wait")
    with visit.store.database.reading() as session:
        stored = stored_password(session, name)
    if not is_password(stored, visit.form.get("old", "")):
        raise FormError("refused.password_wrong")
    with visit.store.database.writing() as session:
        forgive(session, name)
    set_password(visit.store, name, password=new, who=name, at=visit.now)
    return visit.go("/sign-in")
