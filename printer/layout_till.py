"""The till receipt, and the parts that documents share: the school, the person, the wallet."""

from typing import Final, assert_never

from core.money import Money
from core.receipt import Receipt, ReceiptKind, ReceiptLine, SchoolHeader
from core.sale_facts import Tender
from printer.counter_words import COUNTER_WORDS, CounterWords
from printer.page import BOLD, LARGE, Sheet
from printer.words import Words

_WIDE_COLUMNS = 40
_MEALS: Final = frozenset({ReceiptKind.SALE, ReceiptKind.COLLECTED})
_PRICED: Final = frozenset({ReceiptKind.SALE, ReceiptKind.VOID, ReceiptKind.REFUND})


def fill_school(sheet: Sheet, school: SchoolHeader) -> None:
    """Add who hands out the paper."""
    sheet.title(school.name)
    if school.address:
        sheet.centred(school.address)
    if school.number:
        sheet.centred(school.number)


def fill_person(
    sheet: Sheet, words: Words, *, person: str, class_name: str, badge_last4: str
) -> None:
    """Add whose paper it is: first name and initial, class, end of the badge's number."""
    named = f"{person}  {class_name}" if class_name else person
    sheet.pair(named, words.badge.format(badge_last4) if badge_last4 else "", BOLD)


def fill_wallet(sheet: Sheet, words: Words, after: Money | None, *, is_provisional: bool) -> None:
    """Add the general wallet's balance, with the mark that says it is not confirmed yet."""
    if after is None:
        return
    mark = "*" if is_provisional else ""
    sheet.pair(words.wallet_after + mark, words.money(after), BOLD)
    if is_provisional:
        sheet.text(words.provisional)


def fill_receipt(sheet: Sheet, receipt: Receipt, words: Words) -> None:
    """Add everything a till receipt says."""
    fill_school(sheet, receipt.school)
    sheet.blank()
    moment = words.at(receipt.at, zone_offset_minutes=receipt.zone_offset_minutes)
    sheet.pair(words.receipt.format(receipt.number), moment)
    operator = f"{words.operator} {receipt.operator}" if receipt.operator else ""
    sheet.pair(f"{words.terminal} {receipt.terminal}", operator)
    if receipt.person:
        fill_person(
            sheet,
            words,
            person=receipt.person,
            class_name=receipt.class_name,
            badge_last4=receipt.badge_last4,
        )
    sheet.rule()
    _fill_lines(sheet, receipt, words)
    sheet.blank()
    sheet.text(f"{words.reference} {receipt.reference}")
    sheet.centred(words.no_fiscal_receipt)
    if receipt.kind in _MEALS:
        sheet.centred(words.thanks)


def _fill_lines(sheet: Sheet, receipt: Receipt, words: Words) -> None:
    own = COUNTER_WORDS[receipt.language]
    title = _title(receipt, own)
    if title:
        sheet.text(title, LARGE)
    if receipt.corrects:
        sheet.text(own.corrects.format(receipt.corrects))
    for line in receipt.lines:
        if line.label:
            _fill_line(sheet, line, words, has_price=receipt.kind in _PRICED)
    sheet.rule()
    _fill_total(sheet, receipt, words, own)
    fill_wallet(sheet, words, receipt.wallet_after, is_provisional=receipt.is_provisional)


def _title(receipt: Receipt, own: CounterWords) -> str:
    match receipt.kind:
        case ReceiptKind.VOID:
            return own.void if receipt.tender else own.meal_void
        case ReceiptKind.REFUND:
            return own.refund
        case ReceiptKind.TOP_UP:
            return own.top_up
        case ReceiptKind.SALE | ReceiptKind.COLLECTED:
            return ""
        case _:
            assert_never(receipt.kind)


def _fill_total(sheet: Sheet, receipt: Receipt, words: Words, own: CounterWords) -> None:
    total = receipt.total
    match receipt.kind:
        case ReceiptKind.SALE:
            sheet.pair(words.total, words.money(total), LARGE)
            paid = -total if receipt.tender == Tender.WALLET else total
            sheet.pair(own.paid_by.get(receipt.tender, receipt.tender), words.money(paid))
        case ReceiptKind.TOP_UP:
            sheet.pair(words.total, words.money(total), LARGE)
            sheet.pair(words.tendered, words.money(total))
        case ReceiptKind.VOID | ReceiptKind.REFUND:
            if receipt.tender:
                sheet.pair(words.total, words.money(-total), LARGE)
                sheet.pair(own.back_to.get(receipt.tender, receipt.tender), words.money(total))
        case ReceiptKind.COLLECTED:
            sheet.text(words.collected, LARGE)
            sheet.pair(words.paid_before, words.money(total) if total else "")
        case _:
            assert_never(receipt.kind)


def _fill_line(sheet: Sheet, line: ReceiptLine, words: Words, *, has_price: bool) -> None:
    """Add one product; wide paper has a column for the unit price."""
    counted = f"{line.quantity} × {line.label}"  # noqa: RUF001  the sign for "times"
    if not has_price:
        sheet.pair(counted, "", indent=4)
        return
    total = words.figures(line.total)
    unit = words.figures(line.unit_price) if line.quantity > 1 else ""
    if sheet.columns >= _WIDE_COLUMNS:
        sheet.pair(counted, f"{unit:>8}{total:>9}", indent=4)
    else:
        sheet.pair(f"{counted} ({unit})" if unit else counted, total, indent=4)
