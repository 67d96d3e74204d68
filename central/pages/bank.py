"""Bank statements: a file taken in, what it matched, and whose the rest is."""

from starlette.responses import Response

from central.activities.invoices import invoice_of_digits
from central.bank.communications import add_account, list_accounts
from central.bank.entries import BankFileError, communication_in
from central.bank.formats import FILE_BYTES_MAX
from central.bank.importing import ImportReport, import_file
from central.bank.lines import (
    BankLine,
    LineState,
    assign,
    assign_to_invoice,
    find_line,
    list_lines,
    send_back,
)
from central.database import Session
from central.office import Act
from central.pages.money import act_of
from central.pages.paging import page_of
from central.pages.pupils import pupil_names, the_pupil
from central.pages.visit import OFFICE, FormError, NotHereError, Visit

_HERE = f"{OFFICE}/bank"
_SIZE = 50
_MOST = 2000
UPLOAD_BYTES_MAX = FILE_BYTES_MAX + 64 * 1024


def show(visit: Visit) -> Response:
    """Show the lines that wait, or those of another state."""
    return _list(visit)


def take_file(visit: Visit) -> Response:
    """Read a file of the bank's. The same file again books nothing: this page can be reloaded."""
    if not visit.upload:
        raise FormError("refused.no_file")
    name = visit.upload_name[-80:] or "file"
    act = Act(visit.user.name, visit.now)
    try:
        report = import_file(visit.store, visit.school.id, name=name, body=visit.upload, act=act)
    except BankFileError as error:
        return visit.page(
            "refused.html", status=422, sentence="refused.bank_file", back=_HERE, why=str(error)
        )
    return _list(visit, report=report)


def _list(visit: Visit, *, report: ImportReport | None = None) -> Response:
    state = visit.asked.get("state", LineState.UNMATCHED.value)
    chosen = LineState(state) if state in set(LineState) else LineState.UNMATCHED
    with visit.store.database.reading() as session:
        lines = list_lines(session, visit.school.id, state=chosen, limit=_MOST)
        accounts = list_accounts(session, visit.school.id)
        paged = page_of(lines, asked=visit.asked.get("page", ""), size=_SIZE)
        names = pupil_names(session, visit.school.id, [one.pupil for one in paged.items])
    return visit.page(
        "bank.html",
        report=report,
        accounts=accounts,
        state=chosen.value,
        states=[one.value for one in LineState],
        lines=paged.items,
        names=names,
        page=paged.page,
        pages=paged.pages,
    )


def look(visit: Visit) -> Response:
    """Show one line, and what can be done with it."""
    with visit.store.database.reading() as session:
        line = _own(session, visit)
        names = pupil_names(session, visit.school.id, [line.pupil])
    return visit.page("bank_line.html", line=line, names=names)


def assign_line(visit: Visit) -> Response:
    """Book a line into the wallet of the pupil who was named."""
    with visit.store.database.reading() as session:
        line = _own(session, visit)
    pupil = the_pupil(visit, visit.field("pupil"))
    act = Act(visit.user.name, visit.now)
    assign(visit.store, visit.school.id, line=line.id, pupil=pupil, act=act)
    return visit.go(_HERE, done="assigned")


def pay_invoice(visit: Visit) -> Response:
    """Let a line pay the invoice whose communication was written."""
    digits = communication_in(visit.field("communication")[:60])
    with visit.store.database.reading() as session:
        line = _own(session, visit)
        invoice = invoice_of_digits(session, visit.school.id, digits)
    if invoice is None:
        raise FormError("refused.no_invoice")
    act = Act(visit.user.name, visit.now)
    assign_to_invoice(visit.store, visit.school.id, line=line.id, invoice=invoice, act=act)
    return visit.go(_HERE, done="assigned")


def send_line_back(visit: Visit) -> Response:
    """Note that a line's money went back to who had paid it."""
    with visit.store.database.reading() as session:
        line = _own(session, visit)
    send_back(visit.store, visit.school.id, line=line.id, act=act_of(visit))
    return visit.go(_HERE, done="sent_back")


def note_account(visit: Visit) -> Response:
    """Note an account of the school's."""
    add_account(
        visit.store,
        visit.school.id,
        iban=visit.field("iban")[:60],
        who=visit.user.name,
        now=visit.now,
    )
    return visit.go(_HERE, done="account")


def _own(session: Session, visit: Visit) -> BankLine:
    found = find_line(session, visit.school.id, visit.ids["line"])
    if found is None:
        raise NotHereError
    return found
