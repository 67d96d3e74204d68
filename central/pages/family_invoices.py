"""A family's invoices: what is due when, how to pay it, and from the wallet where it may be."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from central.activities.invoices import find_invoice, invoices_of_pupil
from central.activities.plans import list_activities
from central.bank.communications import list_accounts
from central.families.links import children_of
from central.pages.codes import code_picture
from central.pages.invoices import pay_by_form
from central.pages.pupils import read_pupil
from central.pages.visit import FAMILY, NotHereError, Visit
from core.epc import epc_payload
from core.ids import PupilId
from core.invoices import Invoice
from core.money import Money
from core.payment_reference import grouped_iban
from core.people import Pupil
from core.wallet import Wallets

_HERE = f"{FAMILY}/invoices"


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice of one child.

    asked: what is best paid next; None when all is. may_pay: from the wallet. picture: the code
    that a banking app scans for that amount.
    """

    pupil: Pupil
    wallets: Wallets
    invoice: Invoice
    asked: Money | None
    may_pay: bool
    picture: Markup | None


def show(visit: Visit) -> Response:
    """Show the invoices of all children: what is to be paid first, then the newest."""
    bills: list[Bill] = []
    with visit.store.database.reading() as session:
        school = visit.school.id
        accounts = list_accounts(session, school)
        for child in children_of(session, visit.user):
            pupil, wallets = read_pupil(session, school, child)
            invoices = invoices_of_pupil(session, school, child)
            by_wallet = {
                one.id
                for one in list_activities(session, school, [one.activity for one in invoices])
                if one.takes_wallet
            }
            bills += [
                _bill(visit, pupil, wallets, one, accounts, may_pay=one.activity in by_wallet)
                for one in invoices
            ]
    bills.sort(key=lambda one: (not one.invoice.left, _day(one), one.invoice.id))
    return visit.page(
        "family_invoices.html",
        bills=bills,
        iban=grouped_iban(accounts[0]) if accounts else None,
    )


def pay(visit: Visit) -> Response:
    """Pay some of a child's invoice from the general wallet."""
    with visit.store.database.reading() as session:
        invoice = find_invoice(session, visit.school.id, visit.ids["invoice"])
    if invoice is None or invoice.pupil != PupilId(visit.ids["pupil"]):
        raise NotHereError
    pay_by_form(visit, invoice)
    return visit.go(_HERE, done="invoice_paid")


def _bill(
    visit: Visit,
    pupil: Pupil,
    wallets: Wallets,
    invoice: Invoice,
    accounts: list[str],
    *,
    may_pay: bool,
) -> Bill:
    asked = _asked(visit, invoice)
    picture = None
    if asked is not None and accounts:
        payload = epc_payload(
            beneficiary=visit.school.header.name,
            iban=accounts[0],
            amount_cents=asked.cents,
            communication=invoice.communication,
        )
        picture = code_picture(payload)
    return Bill(pupil, wallets, invoice, asked, may_pay, picture)


def _asked(visit: Visit, invoice: Invoice) -> Money | None:
    """Return what is overdue, or else what is due next; None when all is paid."""
    overdue = invoice.overdue(visit.today)
    if overdue:
        return overdue
    due = invoice.next_due()
    return None if due is None else due.left


def _day(bill: Bill) -> str:
    due = bill.invoice.next_due()
    return "" if due is None else due.due_on.isoformat()
