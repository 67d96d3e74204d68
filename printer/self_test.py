"""The page of `printer test`, made from what is known about a printer."""

from datetime import datetime

from core.people import Language
from printer.base import Printer
from printer.charset import fit
from printer.documents import SelfTest
from printer.profile import PICTURE, PrinterProfile, substitutes_needed


def self_test_page(
    printer: Printer, *, at: datetime, zone_offset_minutes: int, language: Language
) -> SelfTest:
    """Return the test page of a printer, with its profile and its declared stand-ins."""
    profile = getattr(printer, "profile", PICTURE)
    assert isinstance(profile, PrinterProfile), "a printer's profile is one"
    return SelfTest(
        at=at,
        zone_offset_minutes=zone_offset_minutes,
        url=printer.url,
        profile=profile.name,
        columns=profile.columns,
        code_page=f"{profile.code_page} ({profile.code_page_number})",
        fence=profile.fence.value,
        findings=_findings(profile),
        language=language,
    )


def _findings(profile: PrinterProfile) -> tuple[str, ...]:
    missing = substitutes_needed(profile)
    return tuple(f"U+{ord(one):04X} = {fit(one, profile.code_page)}" for one in missing)
