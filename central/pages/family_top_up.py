"""How to top a child's wallet up: the school's account, the child's number, a code to scan."""

from starlette.responses import Response

from central.bank.communications import communication_of, list_accounts
from central.pages.codes import code_picture
from central.pages.family import child_of, child_page
from central.pages.money import read_amount
from central.pages.visit import Visit
from core.epc import epc_payload
from core.errors import MoneyFormatError
from core.money import Money
from core.payment_reference import grouped_iban


def show(visit: Visit) -> Response:
    """Show it. An amount that is asked for stands in the code."""
    with visit.store.database.reading() as session:
        communication = communication_of(session, visit.school.id, child_of(visit))
        accounts = list_accounts(session, visit.school.id)
    if communication is None or not accounts:
        return child_page(visit, "family_top_up.html", communication=None)
    written = visit.asked.get("amount", "").strip()
    amount = _amount(written)
    payload = epc_payload(
        beneficiary=visit.school.header.name,
        iban=accounts[0],
        amount_cents=None if amount is None else amount.cents,
        communication=communication,
    )
    return child_page(
        visit,
        "family_top_up.html",
        communication=communication,
        iban=grouped_iban(accounts[0]),
        amount=amount,
        written=written,
        is_wrong=bool(written) and amount is None,
        picture=code_picture(payload),
    )


def _amount(written: str) -> Money | None:
    try:
        return read_amount(written) if written else None
    except MoneyFormatError:
        return None
