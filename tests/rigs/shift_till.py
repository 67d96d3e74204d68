"""A till by hand that also takes back, moves cash and closes: what the centre must book of it."""

from datetime import date
from typing import Any

from core.catalogue import Category
from core.events import Event, SealedEvent, read_event
from core.facts import (
    CashMoved,
    Correction,
    Direction,
    MealVoided,
    PeriodClosed,
    RefundLine,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    ShiftOpened,
    Tender,
    TopUpVoided,
    VoidKind,
    WalletToppedUp,
)
from core.ids import EventId, PupilId, StaffId
from core.money import Money, vat_within
from core.people import PriceClass
from core.period import Period
from core.sale_facts import MealCollected, SaleLine
from core.tap import Assurance

ANNA = StaffId("anna")
DAY = date(2026, 11, 24)


class ShiftTill:
    """Wraps the till of the centre's tests (its journal, clock and channel)."""

    def __init__(self, till: Any) -> None:
        self.till = till
        self._closed_at = 0
        self._number = 0
        self._previous = ""
        self._period = Period()
        self.closings: list[SealedEvent] = []

    def write(self, fact: Any) -> SealedEvent:
        return self.till.journal.append(fact, at=self.till.clock())

    def fact(self, event: SealedEvent) -> Any:
        return read_event(event.body).fact

    def send(self) -> list[str | None]:
        """Send everything, and return the flags of what is new or known."""
        return self.till.flags(self.till.send())

    def next_receipt(self) -> int:
        self.till.receipt += 1
        return self.till.receipt

    def open_shift(self, cents: int = 5000) -> SealedEvent:
        return self.write(ShiftOpened(DAY, ANNA, Money(cents)))

    def move_cash(self, cents: int, direction: Direction = Direction.OUT) -> SealedEvent:
        return self.write(CashMoved(DAY, ANNA, direction, Money(cents), "to the safe"))

    def sell(
        self,
        pupil: str | None,
        *lines: tuple[int, int],
        tender: Tender = Tender.WALLET,
        category: Category = Category.DRINK,
    ) -> SealedEvent:
        """Sell lines of (cents, quantity)."""
        made = tuple(
            SaleLine(
                product="water",
                category=category,
                quantity=quantity,
                unit_price=Money(cents),
                vat_permille=60,
                vat=vat_within(Money(cents * quantity), vat_permille=60),
            )
            for cents, quantity in lines
        )
        total = Money(sum(cents * quantity for cents, quantity in lines))
        return self.write(
            SaleMade(
                day=DAY,
                pupil=None if pupil is None else PupilId(pupil),
                price_class=PriceClass.PUPIL,
                lines=made,
                total=total,
                badge=None if pupil is None else self.till.centre.badge_of(pupil),
                assurance=Assurance.UID,
                receipt=self.next_receipt(),
                is_walk_in=False,
                tender=tender,
                is_to_settle=tender is Tender.LATER,
            )
        )

    def top_up(self, pupil: str, cents: int) -> SealedEvent:
        badge = self.till.centre.badge_of(pupil)
        return self.write(
            WalletToppedUp(DAY, PupilId(pupil), Money(cents), badge, ANNA, self.next_receipt())
        )

    def _correction(self, event: EventId) -> Correction:
        return Correction(event, ANNA, "a mistake", self.next_receipt())

    def void(self, event: SealedEvent, *, names: str | None = None) -> SealedEvent:
        """Take an act back. names: another event's id to claim in its place."""
        act, document = self.fact(event), EventId(names or event.id)
        correction = self._correction(document)
        match act:
            case MealCollected():
                return self.write(MealVoided(DAY, VoidKind.VOID, correction, act))
            case SaleMade():
                return self.write(SaleVoided(DAY, VoidKind.VOID, correction, act))
            case WalletToppedUp():
                return self.write(TopUpVoided(DAY, VoidKind.VOID, correction, act))
        raise AssertionError(act)

    def refund(
        self, event: SealedEvent, place: int = 0, quantity: int = 1, *, names: str | None = None
    ) -> SealedEvent:
        sale = self.fact(event)
        line = sale.lines[place]
        total = line.unit_price * quantity
        part = SaleLine(
            product=line.product,
            category=line.category,
            quantity=quantity,
            unit_price=line.unit_price,
            vat_permille=line.vat_permille,
            vat=vat_within(total, vat_permille=line.vat_permille),
        )
        return self.write(
            SaleRefunded(
                day=DAY,
                correction=self._correction(EventId(names or event.id)),
                pupil=sale.pupil,
                price_class=sale.price_class,
                tender=sale.tender,
                lines=(RefundLine(place, part),),
                total=total,
            )
        )

    def close(self, counted: int | None = None, **wrong: Any) -> SealedEvent:
        """Close the period: a Z report. wrong: fields of its figures that it tells wrongly."""
        from dataclasses import replace

        events = [read_event(event.body) for event in self.till.journal.events[self._closed_at :]]
        for event in events:
            self._period.apply(event)
        figures = replace(self._period.figures(), **wrong)
        self._number += 1
        head = self.till.journal.events[-1].hash.hex()
        closing = self.write(
            PeriodClosed(
                day=DAY,
                number=self._number,
                staff=ANNA,
                figures=figures,
                receipt=self.till.receipt,
                head_hash=head,
                previous_hash=self._previous,
                counted=None if counted is None else Money(counted),
                not_collected=None,
                unbooked=0,
            )
        )
        self._closed_at = len(self.till.journal.events)
        self._previous = closing.hash.hex()
        self._period = Period(perpetual=figures.perpetual)
        self.closings.append(closing)
        return closing


def read(event: SealedEvent) -> Event:
    return read_event(event.body)
