"""The slip that a late pupil gives the teacher: a notice, in the words of four languages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.people import Language
from core.presence_facts import LateWhy
from core.receipt import SchoolHeader
from printer.documents import Notice, NoticeLine


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    arrived: str
    due: str
    late: str
    minutes: str
    reason: str
    please: str
    reasons: dict[LateWhy, str]


_WORDS: Final = {
    Language.FR: _Words(
        "ARRIVÉE TARDIVE",
        "Arrivé(e) à",
        "Attendu(e) à",
        "Retard",
        "{} min",
        "Motif",
        "À remettre au professeur.",
        {
            LateWhy.TRANSPORT: "transport",
            LateWhy.DOCTOR: "médecin",
            LateWhy.OVERSLEPT: "réveil",
            LateWhy.FAMILY: "famille",
            LateWhy.OTHER: "autre",
            LateWhy.NOT_SAID: "non donné",
        },
    ),
    Language.NL: _Words(
        "TE LAAT",
        "Aangekomen om",
        "Verwacht om",
        "Te laat",
        "{} min",
        "Reden",
        "Af te geven aan de leerkracht.",
        {
            LateWhy.TRANSPORT: "vervoer",
            LateWhy.DOCTOR: "dokter",
            LateWhy.OVERSLEPT: "verslapen",
            LateWhy.FAMILY: "familie",
            LateWhy.OTHER: "andere",
            LateWhy.NOT_SAID: "niet gegeven",
        },
    ),
    Language.DE: _Words(
        "VERSPÄTUNG",
        "Angekommen um",
        "Erwartet um",
        "Verspätung",
        "{} Min.",
        "Grund",
        "Der Lehrkraft abzugeben.",
        {
            LateWhy.TRANSPORT: "Verkehr",
            LateWhy.DOCTOR: "Arzt",
            LateWhy.OVERSLEPT: "verschlafen",
            LateWhy.FAMILY: "Familie",
            LateWhy.OTHER: "anderer",
            LateWhy.NOT_SAID: "nicht genannt",
        },
    ),
    Language.EN: _Words(
        "LATE ARRIVAL",
        "Arrived at",
        "Due at",
        "Late by",
        "{} min",
        "Reason",
        "To be given to the teacher.",
        {
            LateWhy.TRANSPORT: "transport",
            LateWhy.DOCTOR: "doctor",
            LateWhy.OVERSLEPT: "overslept",
            LateWhy.FAMILY: "family",
            LateWhy.OTHER: "other",
            LateWhy.NOT_SAID: "not given",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class LateFigures:
    """When somebody came and was due (aware UTC), and why they were late."""

    arrived_at: datetime
    due_at: datetime
    said: LateWhy


def late_notice(
    figures: LateFigures,
    *,
    school: SchoolHeader,
    terminal: str,
    person: str,
    class_name: str,
    zone_offset_minutes: int,
    language: Language,
    is_training: bool = False,
) -> Notice:
    """Return the slip for the teacher. person: first name and initial, never more."""
    words = _WORDS[language]
    offset = timedelta(minutes=zone_offset_minutes)
    late_by = max(0, int((figures.arrived_at - figures.due_at).total_seconds()) // 60)
    return Notice(
        at=figures.arrived_at,
        zone_offset_minutes=zone_offset_minutes,
        school=school,
        terminal=terminal,
        person=person,
        class_name=class_name,
        title=words.title,
        lines=(
            NoticeLine(words.arrived, f"{figures.arrived_at + offset:%H:%M}"),
            NoticeLine(words.due, f"{figures.due_at + offset:%H:%M}"),
            NoticeLine(words.late, words.minutes.format(late_by)),
            NoticeLine(words.reason, words.reasons[figures.said]),
            NoticeLine(""),
            NoticeLine(words.please),
        ),
        secret="",
        code="",
        language=language,
        is_training=is_training,
    )
