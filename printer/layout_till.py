"""The till receipt, and the parts that documents share: the school, the person, the wallet."""

from core.money import Money
from core.receipt import Receipt, ReceiptKind, ReceiptLine, SchoolHeader
from printer.page import BOLD, LARGE, Sheet
from printer.words import Words

_WIDE_COLUMNS = 40


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
    sheet.centred(words.thanks)


def _fill_lines(sheet: Sheet, receipt: Receipt, words: Words) -> None:
    is_sale = receipt.kind is ReceiptKind.SALE
    for line in receipt.lines:
        _fill_line(sheet, line, words, has_price=is_sale)
    sheet.rule()
    if is_sale:
        sheet.pair(words.total, words.money(receipt.total), LARGE)
        sheet.pair(words.from_general, words.money(-receipt.total))
    else:
        sheet.text(words.collected, LARGE)
        sheet.pair(words.paid_before, words.money(receipt.total) if receipt.total else "")
    fill_wallet(sheet, words, receipt.wallet_after, is_provisional=receipt.is_provisional)


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
