"""A parent's own account: the language and the password as everybody's, and mail beside them."""

from starlette.responses import Response

from central.errors import MailSettingsError
from central.families.contact import contact_of, set_address, set_digest
from central.families.news import state_word
from central.mail.senders import checked_address
from central.pages.account import account_page
from central.pages.visit import FAMILY, FormError, Visit

_HERE = f"{FAMILY}/account"


def show(visit: Visit) -> Response:
    """Show the account."""
    with visit.store.database.reading() as session:
        contact = contact_of(session, visit.user)
    return account_page(visit, "family_account.html", contact=contact)


def take_address(visit: Visit) -> Response:
    """Take a mail address, and have its owner asked; an empty one takes it away."""
    written = visit.field("mail")
    try:
        address = checked_address(written) if written else ""
    except MailSettingsError as error:
        raise FormError("refused.mail") from error
    set_address(visit.store, visit.user, address, now=visit.now)
    return visit.go(_HERE, done="mail_asked" if address else "mail_gone")


def take_wish(visit: Visit) -> Response:
    """Take the wish for a daily mail."""
    with visit.store.database.reading() as session:
        contact = contact_of(session, visit.user)
    if contact is None or contact.confirmed_at is None:
        raise FormError("refused.mail_first")
    is_wished = visit.field("digest") == "yes"
    set_digest(visit.store, contact, is_wished=is_wished, now=visit.now)
    return visit.go(_HERE, done="digest_on" if is_wished else "digest_off")


def tell_state(visit: Visit) -> Response:
    """Say by a word in what state everything is, for the page that is open to compare."""
    with visit.store.database.reading() as session:
        word = state_word(session, visit.user)
    return Response(word, media_type="text/plain")
