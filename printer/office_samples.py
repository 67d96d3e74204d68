"""Samples of the bursar's papers, in every language: for the gallery, the preview and the tests."""

from datetime import UTC, date, datetime
from typing import Final

from core.ids import PupilId
from core.money import Money
from core.people import Language, PriceClass, Pupil
from core.receipt import SchoolHeader
from core.ticket import Ticket, ticket_code
from core.wallet import WalletKind, Wallets
from printer.documents import Document
from printer.office_slips import (
    Account,
    Granted,
    Moved,
    Movement,
    Slip,
    access_slip,
    account_slip,
    moved_slip,
    ticket_slip,
)

_AT: Final = datetime(2026, 11, 24, 11, 7, tzinfo=UTC)
_TODAY: Final = date(2026, 11, 24)
_WALLETS: Final = Wallets(general=Money(3540), reserve=Money(2800))
_LABELS: Final = {
    Language.FR: ("Boulets, frites", "Rechargement", "Eau pétillante", "Réserve > général"),
    Language.NL: ("Stoofvlees, frieten", "Opgeladen", "Bruisend water", "Reserve > algemeen"),
    Language.DE: ("Königsberger Klopse", "Aufladung", "Sprudelwasser", "Reserve > allgemein"),
    Language.EN: ("Fish and chips", "Top-up", "Sparkling water", "Reserve > general"),
}


def office_samples(language: Language, school: SchoolHeader) -> dict[str, Document]:
    """Return one sample of each of the bursar's papers, by a name fit for a file."""
    slip = _slip(language, school)
    pupil = slip.pupil.id
    code = ticket_code(Ticket(_TODAY, pupil), school_key=b"a key of a sample")
    moved = Moved(Money(1200), WalletKind.RESERVE, _WALLETS, "3-118", is_provisional=True)
    granted = Granted(
        user="maes.4821",
        code="7QKM-ZX4B-HH2T-9CDE",
        ends_at=datetime(2026, 12, 8, 11, 7, tzinfo=UTC),
        address="https://cantine.example/welcome",
        language=language,
    )
    return {
        "office-moved": moved_slip(slip, moved),
        "office-ticket": ticket_slip(slip, _TODAY, code),
        "office-access": access_slip(slip, granted),
        "office-account": account_slip(slip, _account(language)),
    }


def _slip(language: Language, school: SchoolHeader) -> Slip:
    pupil = Pupil(
        PupilId("p-4821"), "Zoë", "Maes", "3B", PriceClass.PUPIL, frozenset(), "", language
    )
    return Slip(_AT, 60, school, "economat", pupil, operator="Nadia")


def _account(language: Language) -> Account:
    meal, top_up, drink, moved = _LABELS[language]
    rows = (
        (2, 12, 4, meal, WalletKind.GENERAL, -450),
        (9, 8, 30, top_up, WalletKind.GENERAL, 2500),
        (16, 12, 11, drink, WalletKind.GENERAL, -100),
        (24, 12, 7, moved, WalletKind.RESERVE, -1200),
        (24, 12, 7, moved, WalletKind.GENERAL, 1200),
    )
    movements = [
        Movement(datetime(2026, 11, day, hour, minute, tzinfo=UTC), label, wallet, Money(cents))
        for day, hour, minute, label, wallet, cents in rows
    ]
    return Account(date(2026, 11, 1), _TODAY, movements, _WALLETS, is_whole=True)
