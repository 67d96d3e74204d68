"""The verdict before the queue comes, in the four languages: for the screen, and for a paper."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.people import Language
from core.receipt import SchoolHeader
from printer.documents import Notice, NoticeLine
from terminal.readiness import Readiness
from terminal.web.catalogue import words


def readiness_title(found: Readiness, language: str) -> str:
    """Return the verdict in a few words."""
    own = words(language)
    if not found.is_ready:
        return own["ready.no"]
    return own["ready.less"] if found.lacks else own["ready.yes"]


def readiness_rows(found: Readiness, language: str, *, zone: str) -> list[tuple[str, str]]:
    """Return what the verdict rests on: a name and a figure each, then what is lacking."""
    own = words(language)
    loaded = "\N{EN DASH}"
    if found.loaded_at is not None:
        loaded = f"{found.loaded_at.astimezone(ZoneInfo(zone)):%H:%M}"
    return [
        (own["ready.pupils"], str(found.pupils)),
        (own["ready.meals"], str(found.meals)),
        (own["ready.loaded"], loaded),
        *(("! " + own[f"ready.lack_{lack.value}"], "") for lack in found.lacks),
    ]


def readiness_paper(
    found: Readiness, *, terminal: str, school: str, language: str, zone: str, now: datetime
) -> Notice:
    """Return the verdict as a paper to hang up or to keep."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return Notice(
        at=now,
        zone_offset_minutes=offset // timedelta(minutes=1),
        school=SchoolHeader(name=school, address="", number=""),
        terminal=terminal,
        person="",
        class_name="",
        title=readiness_title(found, language),
        lines=tuple(
            NoticeLine(left, right) for left, right in readiness_rows(found, language, zone=zone)
        ),
        secret="",
        code="",
        language=Language(language),
    )
