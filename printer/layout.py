"""From a document to layout operations: what stands where on the paper. Pure.

Every document has the same frame: a mark when it is a copy or a training paper, the school, its own
body, the mark again. `printer.encode` turns the operations into bytes.
"""

from typing import assert_never

from core.receipt import Receipt
from core.report import Report
from printer.documents import (
    BursarSlip,
    Document,
    InvoiceSlip,
    KioskSlip,
    Notice,
    SelfTest,
    TopUpSlip,
)
from printer.layout_report import fill_report
from printer.layout_slips import (
    fill_bursar,
    fill_invoice,
    fill_kiosk,
    fill_notice,
    fill_self_test,
    fill_top_up,
)
from printer.layout_till import fill_receipt
from printer.page import Operation, Sheet
from printer.paper import STANDARD, Paper
from printer.words import words_in


def lay_out(
    document: Document, *, paper: Paper = STANDARD, duplicate_no: int = 0
) -> tuple[Operation, ...]:
    """Return the operations that print a document.

    duplicate_no: 0 for an original, else the n of DUPLICATA n. The language is the document's own.
    """
    words = words_in(document.language)
    sheet = Sheet(columns=paper.columns, code_page=paper.code_page)
    is_training = not isinstance(document, SelfTest) and document.is_training
    if is_training:
        sheet.banner(words.training)
    if duplicate_no:
        sheet.banner(words.duplicate.format(duplicate_no))
    if paper.has_logo:
        sheet.logo()
    _fill(sheet, document)
    if duplicate_no:
        sheet.centred(words.duplicate.format(duplicate_no))
    if is_training:
        sheet.banner(words.training)
    return sheet.finish()


def _fill(sheet: Sheet, document: Document) -> None:
    words = words_in(document.language)
    match document:
        case Receipt():
            fill_receipt(sheet, document, words)
        case KioskSlip():
            fill_kiosk(sheet, document, words)
        case BursarSlip():
            fill_bursar(sheet, document, words)
        case TopUpSlip():
            fill_top_up(sheet, document, words)
        case InvoiceSlip():
            fill_invoice(sheet, document, words)
        case Notice():
            fill_notice(sheet, document, words)
        case Report():
            fill_report(sheet, document, words)
        case SelfTest():
            fill_self_test(sheet, document, words)
        case _:
            assert_never(document)
