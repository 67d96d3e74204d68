"""The sums of the period since the last closing: what an X report shows and a Z report closes.

A fold, advanced by each event, so that a report costs the same after ten taps and ten thousand.
Amounts given back lower what was sold; beside that they are counted on their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, assert_never

from core.catalogue import Category
from core.events import Event
from core.facts import (
    CashMoved,
    CorrectionFact,
    DrawerOpened,
    MealCollected,
    MealVoided,
    PeriodFigures,
    Perpetual,
    PriceClassTotal,
    ReceiptReprinted,
    SaleFact,
    SaleLine,
    SaleMade,
    SaleRefunded,
    SaleRefused,
    SaleVoided,
    ShiftFact,
    ShiftOpened,
    Tally,
    TapRefused,
    Tender,
    TenderTotal,
    TopUpVoided,
    VatFigure,
    WalletToppedUp,
)
from core.money import ZERO, Money
from core.people import PriceClass
from core.shift_facts import CategoryTotal, PeriodClosed

NOTHING = Tally()
K = TypeVar("K")


@dataclass(slots=True)
class Period:
    """The period that is open. `perpetual` alone goes on over its end."""

    epoch: int = 0
    first_seq: int = 0
    last_seq: int = 0
    opened_at: datetime | None = None
    first_receipt: int = 0
    last_receipt: int = 0
    collected: int = 0
    tenders: dict[Tender, Tally] = field(default_factory=dict)
    categories: dict[Category, Tally] = field(default_factory=dict)
    price_classes: dict[PriceClass, Tally] = field(default_factory=dict)
    vat_gross: dict[int, Money] = field(default_factory=dict)
    vat: dict[int, Money] = field(default_factory=dict)
    top_ups: Tally = NOTHING
    settled_later: Tally = NOTHING
    voids: Tally = NOTHING
    refunds: Tally = NOTHING
    meals_voided: int = 0
    reprints: int = 0
    drawer_openings: int = 0
    refused: int = 0
    cash_opening: Money | None = None
    cash_change: Money = ZERO
    perpetual: Perpetual = field(default_factory=Perpetual)

    def apply(self, event: Event) -> None:
        """Add one event that is not a closing."""
        if not self.first_seq or event.epoch != self.epoch:
            self._begin(event)
        self.last_seq = event.seq
        fact = event.fact
        if isinstance(fact, SaleFact):
            self._sale(fact)
        elif isinstance(fact, CorrectionFact):
            self._correction(fact)
        elif isinstance(fact, ShiftFact):
            self._shift(fact)
        elif isinstance(fact, ReceiptReprinted):
            self.reprints += 1

    def _begin(self, event: Event) -> None:
        self.epoch = event.epoch
        self.first_seq = event.seq
        if self.opened_at is None:
            self.opened_at = event.stamp.at

    def _sale(self, fact: SaleFact) -> None:
        match fact:
            case MealCollected():
                self.collected += 1
                self._receipt(fact.receipt)
            case SaleMade():
                self._receipt(fact.receipt)
                self._sold(fact)
            case WalletToppedUp():
                self._receipt(fact.receipt)
                self.top_ups = self.top_ups.plus(fact.amount)
                self.cash_change += fact.amount
            case TapRefused() | SaleRefused():
                self.refused += 1
            case _:
                assert_never(fact)

    def _sold(self, sale: SaleMade) -> None:
        self._move(sale.tender, sale.price_class, sale.lines, sign=1)
        if sale.is_to_settle:
            self.settled_later = self.settled_later.plus(sale.total)
        old = self.perpetual
        self.perpetual = Perpetual(old.sales + sale.total, old.voids, old.refunds)

    def _correction(self, fact: CorrectionFact) -> None:
        self._receipt(fact.correction.receipt)
        match fact:
            case MealVoided():
                self.collected -= 1
                self.meals_voided += 1
            case SaleVoided(sale=sale):
                self._void(sale)
            case TopUpVoided(top_up=top_up):
                self.top_ups = self.top_ups.plus(-top_up.amount, count=-1)
                self.cash_change -= top_up.amount
            case SaleRefunded():
                self._refund(fact)
            case _:
                assert_never(fact)

    def _void(self, sale: SaleMade) -> None:
        self._move(sale.tender, sale.price_class, sale.lines, sign=-1)
        self.voids = self.voids.plus(sale.total)
        if sale.is_to_settle:
            self.settled_later = self.settled_later.plus(-sale.total, count=-1)
        old = self.perpetual
        self.perpetual = Perpetual(old.sales, old.voids + sale.total, old.refunds)

    def _refund(self, fact: SaleRefunded) -> None:
        lines = [back.line for back in fact.lines]
        self._move(fact.tender, fact.price_class, lines, sign=-1)
        self.refunds = self.refunds.plus(fact.total)
        if fact.is_to_settle:
            # The sale is still one that the bursar settles, of a smaller amount.
            self.settled_later = self.settled_later.plus(-fact.total, count=0)
        old = self.perpetual
        self.perpetual = Perpetual(old.sales, old.voids, old.refunds + fact.total)

    def _move(
        self, tender: Tender, price_class: PriceClass, lines: Iterable[SaleLine], *, sign: int
    ) -> None:
        """Add the lines of a sale to every sum, or with the other sign take them out."""
        total = ZERO
        for line in lines:
            count, amount, vat = line.quantity, line.total, line.vat
            if sign < 0:
                count, amount, vat = -count, -amount, -vat
            total += amount
            _add(self.categories, line.category, amount, count)
            _add(self.price_classes, price_class, amount, count)
            rate = line.vat_permille
            self.vat_gross[rate] = self.vat_gross.get(rate, ZERO) + amount
            self.vat[rate] = self.vat.get(rate, ZERO) + vat
        _add(self.tenders, tender, total, sign)
        if tender is Tender.CASH:
            self.cash_change += total

    def _shift(self, fact: ShiftFact) -> None:
        match fact:
            case ShiftOpened(cash=cash):
                self.cash_opening = cash
            case CashMoved():
                self.cash_change += fact.change
            case DrawerOpened():
                self.drawer_openings += 1
            case PeriodClosed():
                raise AssertionError("a closing begins another period")
            case _:
                assert_never(fact)

    def _receipt(self, number: int) -> None:
        self.first_receipt = self.first_receipt or number
        self.last_receipt = number

    @property
    def cash_expected(self) -> Money | None:
        """What the drawer should hold; None when no shift was opened."""
        return None if self.cash_opening is None else self.cash_opening + self.cash_change

    def figures(self) -> PeriodFigures:
        """Return everything as one fact of a closing holds it."""
        return PeriodFigures(
            epoch=self.epoch,
            first_seq=self.first_seq,
            last_seq=self.last_seq,
            opened_at=self.opened_at,
            first_receipt=self.first_receipt,
            last_receipt=self.last_receipt,
            collected=self.collected,
            tenders=tuple(
                TenderTotal(tender, self.tenders[tender].count, self.tenders[tender].amount)
                for tender in Tender
                if tender in self.tenders
            ),
            categories=tuple(
                CategoryTotal(kind, self.categories[kind].count, self.categories[kind].amount)
                for kind in Category
                if kind in self.categories
            ),
            price_classes=tuple(
                PriceClassTotal(of, self.price_classes[of].count, self.price_classes[of].amount)
                for of in PriceClass
                if of in self.price_classes
            ),
            vat=tuple(
                VatFigure(rate, self.vat_gross[rate], self.vat[rate])
                for rate in sorted(self.vat_gross)
            ),
            top_ups=self.top_ups,
            settled_later=self.settled_later,
            voids=self.voids,
            refunds=self.refunds,
            meals_voided=self.meals_voided,
            reprints=self.reprints,
            drawer_openings=self.drawer_openings,
            refused=self.refused,
            cash_opening=self.cash_opening,
            cash_expected=self.cash_expected,
            perpetual=self.perpetual,
        )


def _add(totals: dict[K, Tally], key: K, amount: Money, count: int) -> None:
    totals[key] = totals.get(key, NOTHING).plus(amount, count=count)
