"""The X and Z report of a period's figures, as the paper says them."""

from datetime import datetime, timedelta

from core.money import Money
from core.report import CashCount, Report, ReportCount, ReportKind, VatTotal
from core.shift import Books
from core.shift_facts import PeriodFigures, Tally
from core.view import View


def report_of(
    kind: ReportKind, books: Books, view: View, now: datetime, *, counted: Money | None = None
) -> Report:
    """Return what a period's paper says. now: aware. counted: the cash in the drawer, for a Z."""
    figures = books.figures
    offset = now.astimezone(view.place.calendar.zone).utcoffset()
    assert offset is not None, "the school's zone knows its offset"
    return Report(
        kind=kind,
        number=books.closing_count + 1,
        opened_at=figures.opened_at or now,
        closed_at=now,
        zone_offset_minutes=offset // timedelta(minutes=1),
        school=view.place.school,
        terminal=view.place.terminal,
        operator="" if view.operator is None else view.operator.name,
        meals_collected=figures.collected,
        categories=tuple(
            ReportCount(total.category.value, total.count, total.amount)
            for total in figures.categories
        ),
        tenders=tuple(
            ReportCount(total.tender.value, total.count, total.amount) for total in figures.tenders
        ),
        vat_totals=tuple(
            VatTotal(total.vat_permille, total.gross, total.vat) for total in figures.vat
        ),
        voids=_given_back(figures.voids),
        refunds=_given_back(figures.refunds),
        cash=_cash(figures, counted),
        drawer_openings_without_sale=figures.drawer_openings,
        duplicates_printed=figures.reprints,
        refused_taps=figures.refused,
        first_receipt_number=figures.first_receipt,
        last_receipt_number=figures.last_receipt,
        grand_total=figures.perpetual.sales,
        unsynced_count=books.unbooked,
        previous_hash=books.previous_hash,
        language=view.place.language,
        is_training=view.is_training,
        price_classes=tuple(
            ReportCount(total.price_class.value, total.count, total.amount)
            for total in figures.price_classes
        ),
        top_ups=_count(figures.top_ups),
        settled_later=_count(figures.settled_later),
        meals_voided=figures.meals_voided,
        not_collected=books.not_collected,
        epoch=figures.epoch,
        first_seq=figures.first_seq,
        last_seq=figures.last_seq,
        head_hash=books.head_hash,
        voids_total=figures.perpetual.voids,
        refunds_total=figures.perpetual.refunds,
    )


def _cash(figures: PeriodFigures, counted: Money | None) -> CashCount | None:
    """Return what the drawer should hold; None when no shift was opened."""
    if figures.cash_opening is None or figures.cash_expected is None:
        return None
    return CashCount(figures.cash_opening, figures.cash_expected, counted)


def _count(tally: Tally) -> ReportCount:
    return ReportCount("", tally.count, tally.amount)


def _given_back(tally: Tally) -> ReportCount:
    """Return a tally of what was taken back: on paper it is less than nothing."""
    return ReportCount("", tally.count, -tally.amount)
