"""The X and Z reports."""

from core.money import Money
from core.report import CashCount, Report, ReportCount, ReportKind
from printer.counter_words import COUNTER_WORDS, CounterWords
from printer.layout_till import fill_school
from printer.page import BOLD, LARGE, Sheet
from printer.words import Words

_PERCENT = 10
_AMOUNT_COLUMNS = 12
_COUNT_COLUMNS = 6


def fill_report(sheet: Sheet, report: Report, words: Words) -> None:
    """Add everything an X or Z report says."""
    is_closing = report.kind is ReportKind.Z
    fill_school(sheet, report.school)
    sheet.blank()
    sheet.title(words.report_z.format(report.number) if is_closing else words.report_x)
    sheet.centred(words.closing_note if is_closing else words.look_note)
    sheet.blank()
    sheet.pair(f"{words.terminal} {report.terminal}", f"{words.operator} {report.operator}")
    offset = report.zone_offset_minutes
    sheet.pair(words.opened, words.at(report.opened_at, zone_offset_minutes=offset))
    sheet.pair(words.closed, words.at(report.closed_at, zone_offset_minutes=offset))
    if report.last_receipt_number:
        numbers = (report.first_receipt_number, report.last_receipt_number)
        sheet.text(words.receipts.format(*numbers))
    own = COUNTER_WORDS[report.language]
    if report.last_seq:
        events = f"{report.epoch}-{report.first_seq} – {report.epoch}-{report.last_seq}"  # noqa: RUF001  from, to
        sheet.pair(own.events, events)
    sheet.rule()
    sheet.pair(words.meals_collected, str(report.meals_collected), BOLD)
    if report.not_collected is not None:
        sheet.pair(own.not_collected, str(report.not_collected))
    _fill_counts(sheet, words.sales, report.categories, words, own)
    _fill_counts(sheet, own.price_classes, report.price_classes, words, own)
    _fill_counts(sheet, words.tenders, report.tenders, words, own)
    for label, count in ((own.settled_later, report.settled_later), (own.top_ups, report.top_ups)):
        if count.count:
            _fill_count(sheet, label, count.count, count.amount, words)
    _fill_vat(sheet, report, words)
    if report.cash is not None:
        _fill_cash(sheet, report.cash, words)
    _fill_control(sheet, report, words)
    sheet.rule("=")
    sheet.pair(words.grand_total, words.money(report.grand_total), BOLD)
    for label, amount in ((words.voids, report.voids_total), (words.refunds, report.refunds_total)):
        if amount:
            sheet.pair(f"{label} {own.since_origin}", words.money(-amount))
    sheet.pair(words.unsynced, str(report.unsynced_count))
    if report.head_hash:
        sheet.text(f"{own.head_hash}:")
        sheet.text(_grouped(report.head_hash))
    sheet.text(f"{words.previous_hash}:")
    sheet.text(_grouped(report.previous_hash) or words.none)


def _fill_counts(
    sheet: Sheet, title: str, counts: tuple[ReportCount, ...], words: Words, own: CounterWords
) -> None:
    if not counts:
        return
    sheet.blank()
    sheet.text(title, BOLD)
    for entry in counts:
        _fill_count(sheet, own.name(entry.label), entry.count, entry.amount, words)
    total = Money(sum(entry.amount.cents for entry in counts))
    sheet.pair(words.total, words.money(total), LARGE if title == words.sales else BOLD)


def _fill_count(sheet: Sheet, label: str, count: int, amount: Money, words: Words) -> None:
    figures = f"{count:>{_COUNT_COLUMNS}}{words.figures(amount):>{_AMOUNT_COLUMNS}}"
    sheet.pair(label, figures)


def _fill_vat(sheet: Sheet, report: Report, words: Words) -> None:
    if not report.vat_totals:
        return
    sheet.blank()
    heading = f"{words.vat_gross:>{_AMOUNT_COLUMNS}} {words.vat_amount:>{_AMOUNT_COLUMNS}}"
    sheet.pair(words.vat, heading, BOLD)
    for entry in report.vat_totals:
        whole, tenths = divmod(entry.vat_permille, _PERCENT)
        rate = f"{whole}{words.decimal_mark}{tenths} %" if tenths else f"{whole} %"
        gross, vat = words.figures(entry.gross), words.figures(entry.vat)
        sheet.pair(rate, f"{gross:>{_AMOUNT_COLUMNS}} {vat:>{_AMOUNT_COLUMNS}}")


def _fill_cash(sheet: Sheet, cash: CashCount, words: Words) -> None:
    sheet.blank()
    sheet.text(words.cash, BOLD)
    sheet.pair(words.cash_opening, words.money(cash.opening))
    sheet.pair(words.cash_expected, words.money(cash.expected))
    if cash.counted is not None:
        sheet.pair(words.cash_counted, words.money(cash.counted))
    if cash.difference is not None:
        sheet.pair(words.cash_difference, words.money(cash.difference), BOLD)


def _fill_control(sheet: Sheet, report: Report, words: Words) -> None:
    sheet.blank()
    sheet.text(words.corrections, BOLD)
    _fill_count(sheet, words.voids, report.voids.count, report.voids.amount, words)
    _fill_count(sheet, words.refunds, report.refunds.count, report.refunds.amount, words)
    own = COUNTER_WORDS[report.language]
    sheet.pair(own.meals_voided, str(report.meals_voided))
    sheet.pair(words.drawer_openings, str(report.drawer_openings_without_sale))
    sheet.pair(words.duplicates_printed, str(report.duplicates_printed))
    sheet.pair(words.refused_taps, str(report.refused_taps))


def _grouped(digest: str) -> str:
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))
