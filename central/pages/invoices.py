"""The invoices of one pupil at the office: how far they are paid; paid by wallet, or credited."""

from starlette.responses import Response

from central.activities.invoices import find_invoice, invoices_of_pupil
from central.activities.payments import (
    NotEnoughError,
    TooMuchError,
    credit_invoice,
    pay_from_wallet,
)
from central.activities.plans import list_activities
from central.database import Session
from central.office import Act
from central.pages.money import act_of, asked_amount
from central.pages.pupils import read_pupil
from central.pages.visit import OFFICE, FormError, NotHereError, Visit
from core.ids import PupilId
from core.invoices import Invoice


def show(visit: Visit) -> Response:
    """Show what a pupil owes, instalment by instalment."""
    pupil_id = PupilId(visit.ids["pupil"])
    with visit.store.database.reading() as session:
        pupil, wallets = read_pupil(session, visit.school.id, pupil_id)
        invoices = invoices_of_pupil(session, visit.school.id, pupil_id)
        activities = list_activities(session, visit.school.id, [one.activity for one in invoices])
    return visit.page(
        "invoices.html",
        pupil=pupil,
        wallets=wallets,
        invoices=invoices,
        by_wallet={one.id for one in activities if one.takes_wallet},
    )


def pay(visit: Visit) -> Response:
    """Pay some of an invoice from the general wallet."""
    with visit.store.database.reading() as session:
        invoice = _own(session, visit)
    pay_by_form(visit, invoice)
    return visit.go(_back(invoice), done="invoice_paid")


def pay_by_form(visit: Visit, invoice: Invoice) -> None:
    """Pay the amount of a form from the wallet of an invoice's pupil; the same form twice is once.

    Raises FormError when it is not there, or more than the invoice asks for.
    """
    try:
        pay_from_wallet(
            visit.store,
            visit.school.id,
            invoice=invoice.id,
            amount=asked_amount(visit),
            key=visit.once(),
            act=Act(visit.user.name, visit.now),
        )
    except NotEnoughError as error:
        raise FormError("refused.not_enough") from error
    except TooMuchError as error:
        raise FormError("refused.too_much") from error


def credit(visit: Visit) -> Response:
    """Take something off an invoice, for a reason."""
    with visit.store.database.reading() as session:
        invoice = _own(session, visit)
    credit_invoice(
        visit.store,
        visit.school.id,
        invoice=invoice.id,
        amount=asked_amount(visit),
        key=visit.once(),
        act=act_of(visit),
    )
    return visit.go(_back(invoice), done="credited")


def _back(invoice: Invoice) -> str:
    return f"{OFFICE}/pupils/{invoice.pupil}/invoices"


def _own(session: Session, visit: Visit) -> Invoice:
    found = find_invoice(session, visit.school.id, visit.ids["invoice"])
    if found is None or found.pupil != visit.ids["pupil"]:
        raise NotHereError
    return found
