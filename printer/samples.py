"""One sample of every document, in every language: for the gallery, the preview and the tests.

The school, its people and its bank account are made up; the account number is from the range that
the Belgian banks reserve for examples.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from core.catalogue import Category
from core.money import Money
from core.payment_reference import structured_communication
from core.people import Language, PriceClass
from core.presence_facts import LateWhy
from core.receipt import Receipt, ReceiptKind, ReceiptLine, SchoolHeader
from core.report import CashCount, Report, ReportCount, ReportKind, VatTotal
from core.sale_facts import Tender
from printer.documents import (
    BursarSlip,
    Document,
    InvoiceSlip,
    KioskSlip,
    Notice,
    NoticeLine,
    Reservation,
    SelfTest,
    TopUpSlip,
)
from printer.late_notice import LateFigures, late_notice
from printer.office_samples import office_samples

AT: Final = datetime(2026, 11, 24, 11, 7, tzinfo=UTC)
_OFFSET_MINUTES: Final = 60
_TERMINAL: Final = "cantine-1"
_OPERATOR: Final = "Nadia"
_IBAN: Final = "BE72000000001616"
_BENEFICIARY: Final = "Ecole Test ASBL"

_SCHOOLS: Final = {
    Language.FR: SchoolHeader(
        "Collège du Pré-Fleuri", "Rue des Érables 12, 1050 Ixelles", "BE 0000.000.097"
    ),
    Language.NL: SchoolHeader(
        "Sint-Lucascollege", "Esdoornstraat 12, 9000 Gent", "BE 0000.000.097"
    ),
    Language.DE: SchoolHeader(
        "Königliches Athenäum", "Ahornstraße 12, 4700 Eupen", "BE 0000.000.097"
    ),
    Language.EN: SchoolHeader(
        "Maple Street School", "12 Maple Street, Brussels", "BE 0000.000.097"
    ),
}
_MEALS: Final = {
    Language.FR: ("Boulets à la liégeoise, frites", "Eau pétillante 50 cl", "Bœuf à l'œuf, crème"),
    Language.NL: ("Stoofvlees met frieten", "Bruisend water 50 cl", "Vol-au-vent met kroketten"),
    Language.DE: ("Königsberger Klopse mit Püree", "Sprudelwasser 50 cl", "Käsespätzle, Grünkohl"),
    Language.EN: ("Fish and chips, mushy peas", "Sparkling water 50 cl", "Crème brûlée"),
}
_TRIPS: Final = {
    Language.FR: "Voyage à Londres, 3e année",
    Language.NL: "Reis naar Londen, 3de jaar",
    Language.DE: "Fahrt nach London, 3. Jahr",
    Language.EN: "Trip to London, year 3",
}
_MEETINGS: Final = {
    Language.FR: "Rencontre des parents",
    Language.NL: "Oudercontact",
    Language.DE: "Elternabend",
    Language.EN: "Parents' meeting",
}


def sample_documents(language: Language) -> dict[str, Document]:
    """Return one sample of each document in a language, by a name fit for a file."""
    return {
        "receipt-sale": _sale(language),
        "receipt-collected": _collected(language),
        "receipt-cash": _cash_sale(language),
        "receipt-top-up": _wallet_top_up(language),
        "receipt-void": _taken_back(language, ReceiptKind.VOID),
        "receipt-refund": _taken_back(language, ReceiptKind.REFUND),
        "receipt-training": replace(_sale(language), is_training=True),
        "kiosk": _kiosk(language),
        "kiosk-planning": _planning(language),
        "kiosk-balance": replace(_kiosk(language), reservations=None, is_provisional=False),
        "bursar": _bursar(language),
        "top-up": _top_up(language),
        "invoice": _invoice(language),
        "notice": _notice(language),
        **office_samples(language, _SCHOOLS[language]),
        "notice-late": _late(language),
        "report-x": _report(language, ReportKind.X),
        "report-z": _report(language, ReportKind.Z),
        "self-test": _self_test(language),
    }


def _late(language: Language) -> Notice:
    figures = LateFigures(
        arrived_at=datetime(2026, 11, 24, 7, 37, tzinfo=UTC),
        due_at=datetime(2026, 11, 24, 7, 25, tzinfo=UTC),
        said=LateWhy.TRANSPORT,
    )
    return late_notice(
        figures,
        school=_SCHOOLS[language],
        terminal=_TERMINAL,
        person="Zoë M.",
        class_name="3B",
        zone_offset_minutes=_OFFSET_MINUTES,
        language=language,
    )


def _sale(language: Language) -> Receipt:
    meal, drink, sweet = _MEALS[language]
    return Receipt(
        kind=ReceiptKind.SALE,
        number=42,
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal=_TERMINAL,
        operator=_OPERATOR,
        person="Zoë M.",
        class_name="3B",
        badge_last4="4821",
        lines=(
            ReceiptLine(1, meal, Money(450), 60),
            ReceiptLine(2, drink, Money(100), 60),
            ReceiptLine(1, sweet, Money(180), 60),
        ),
        wallet_after=Money(1230),
        is_provisional=True,
        reference="1-4207",
        language=language,
    )


def _collected(language: Language) -> Receipt:
    return Receipt(
        kind=ReceiptKind.COLLECTED,
        number=43,
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal=_TERMINAL,
        operator=_OPERATOR,
        person="Jérôme V.",
        class_name="5A",
        badge_last4="0937",
        lines=(ReceiptLine(1, _MEALS[language][0], Money(450), 60),),
        wallet_after=Money(2080),
        is_provisional=False,
        reference="1-4208",
        language=language,
    )


def _cash_sale(language: Language) -> Receipt:
    return replace(
        _sale(language),
        number=44,
        person="",
        class_name="",
        badge_last4="",
        wallet_after=None,
        is_provisional=False,
        reference="1-4209",
        tender="cash",
    )


def _wallet_top_up(language: Language) -> Receipt:
    return replace(
        _sale(language),
        kind=ReceiptKind.TOP_UP,
        number=45,
        lines=(ReceiptLine(1, "", Money(2000), 0),),
        wallet_after=Money(3230),
        reference="1-4210",
        tender="cash",
    )


def _taken_back(language: Language, kind: ReceiptKind) -> Receipt:
    sale = _sale(language)
    lines = sale.lines if kind is ReceiptKind.VOID else sale.lines[1:2]
    back = Money(sum(line.total.cents for line in lines))
    return replace(
        sale,
        kind=kind,
        number=46,
        lines=lines,
        wallet_after=Money(1230) + back,
        reference="1-4211",
        corrects=42,
    )


def _kiosk(language: Language) -> KioskSlip:
    meal, _drink, other = _MEALS[language]
    return KioskSlip(
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal="hall-2",
        person="Zoë M.",
        class_name="3B",
        badge_last4="4821",
        general=Money(1230),
        reserve=Money(4000),
        is_provisional=True,
        reservations=(
            Reservation(date(2026, 11, 24), meal, Money(450), is_collected=True),
            Reservation(date(2026, 11, 26), other, Money(450)),
            Reservation(date(2026, 11, 27), meal, Money(450)),
        ),
        language=language,
    )


def _planning(language: Language) -> KioskSlip:
    slip = _kiosk(language)
    waiting = Reservation(date(2026, 11, 30), _MEALS[language][2], Money(450), is_waiting=True)
    return replace(
        slip, general=None, reserve=None, reservations=(*(slip.reservations or ()), waiting)
    )


def _bursar(language: Language) -> BursarSlip:
    return BursarSlip(
        number=7,
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal="economat",
        operator="Mme Dûbois",
        person="Zoë M.",
        class_name="3B",
        badge_last4="4821",
        amount=Money(3500),
        tendered=Money(5000),
        change=Money(1500),
        wallet_after=Money(4730),
        is_provisional=False,
        reference="1-4310",
        drawer_event="1-4309",
        language=language,
    )


def _top_up(language: Language) -> TopUpSlip:
    return TopUpSlip(
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal="hall-2",
        person="Zoë M.",
        class_name="3B",
        beneficiary=_BENEFICIARY,
        iban=_IBAN,
        communication=structured_communication(909337554),
        suggested=None,
        language=language,
    )


def _invoice(language: Language) -> InvoiceSlip:
    return InvoiceSlip(
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal="economat",
        person="Zoë M.",
        class_name="3B",
        title=_TRIPS[language],
        total=Money(38000),
        paid=Money(10000),
        due=Money(14000),
        due_on=date(2026, 12, 15),
        instalment=2,
        instalment_count=3,
        beneficiary=_BENEFICIARY,
        iban=_IBAN,
        communication=structured_communication(3124013980),
        language=language,
    )


def _notice(language: Language) -> Notice:
    return Notice(
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal="economat",
        person="Zoë M.",
        class_name="3B",
        title=_MEETINGS[language],
        lines=(
            NoticeLine("M. Lefèvre (maths)", "18:10"),
            NoticeLine("Mme Müller (Deutsch)", "18:25"),
            NoticeLine("Mevr. De Smet (Nederlands)", "18:40"),
        ),
        secret="",
        code="",
        language=language,
    )


def _report(language: Language, kind: ReportKind) -> Report:
    is_closing = kind is ReportKind.Z
    return Report(
        kind=kind,
        number=118,
        opened_at=datetime(2026, 11, 24, 6, 45, tzinfo=UTC),
        closed_at=datetime(2026, 11, 24, 13, 2, tzinfo=UTC),
        zone_offset_minutes=_OFFSET_MINUTES,
        school=_SCHOOLS[language],
        terminal=_TERMINAL,
        operator=_OPERATOR,
        meals_collected=412,
        categories=(
            ReportCount(Category.MEAL, 37, Money(16650)),
            ReportCount(Category.DRINK, 142, Money(14200)),
            ReportCount(Category.SNACK, 58, Money(8700)),
        ),
        tenders=(
            ReportCount(Tender.WALLET, 231, Money(38550)),
            ReportCount(Tender.CASH, 6, Money(1000)),
        ),
        vat_totals=(
            VatTotal(60, Money(30850), Money(1746)),
            VatTotal(210, Money(8700), Money(1510)),
        ),
        voids=ReportCount("", 2, Money(-450)),
        refunds=ReportCount("", 0, Money(0)),
        cash=CashCount(Money(5000), Money(6000), Money(5950) if is_closing else None),
        drawer_openings_without_sale=1,
        duplicates_printed=2,
        refused_taps=9,
        first_receipt_number=3960,
        last_receipt_number=4208,
        grand_total=Money(4_128_450),
        unsynced_count=14,
        previous_hash="9f2c4e1ab07d55e83c6611f0a4d9b7720e5c38af6d12be90475fa1c2e3d48b66",
        language=language,
        price_classes=(
            ReportCount(PriceClass.PUPIL, 224, Money(35850)),
            ReportCount(PriceClass.TEACHER, 9, Money(3200)),
            ReportCount(PriceClass.GUEST, 4, Money(500)),
        ),
        top_ups=ReportCount("", 3, Money(6000)),
        settled_later=ReportCount("", 1, Money(450)),
        meals_voided=1,
        not_collected=17,
        epoch=1,
        first_seq=4391,
        last_seq=5106,
        head_hash="27d1f0c4885ea963b0174dd2c6fa3e915b8c40e7a9126fd3580be4c7711a2d09",
        voids_total=Money(12_450),
        refunds_total=Money(3_180),
    )


def _self_test(language: Language) -> SelfTest:
    return SelfTest(
        at=AT,
        zone_offset_minutes=_OFFSET_MINUTES,
        url="tcp://192.0.2.10:9100",
        profile="TM-T20II",
        columns=48,
        code_page="CP858 (19)",
        fence="id",
        findings=(),
        language=language,
    )
