"""The verdict before the queue, in four languages: on the technician's page and on paper."""

from datetime import UTC, datetime

import pytest

from core.people import Language
from terminal.readiness import Lack, Readiness
from terminal.readiness_words import readiness_paper, readiness_rows, readiness_title

NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
ZONE = "Europe/Brussels"


def verdict(*lacks: Lack) -> Readiness:
    return Readiness(lacks=lacks, pupils=612, meals=486, loaded_at=NOON.replace(hour=7, minute=59))


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_each_lack_has_words_and_the_title_follows(language: str) -> None:
    titles = {
        readiness_title(verdict(), language),
        readiness_title(verdict(Lack.OFFLINE), language),
        readiness_title(verdict(Lack.NO_READER), language),
    }
    assert len(titles) == 3
    rows = readiness_rows(verdict(*Lack), language, zone=ZONE)
    assert [value for _, value in rows[:3]] == ["612", "486", "08:59"], "the school's own time"
    assert len({name for name, _ in rows}) == 3 + len(Lack)


def test_before_anything_was_loaded() -> None:
    none = Readiness(lacks=(Lack.NO_COPY,), pupils=0, meals=0, loaded_at=None)
    assert readiness_rows(none, "en", zone=ZONE)[2] == ("Loaded at", "\N{EN DASH}")


def test_the_paper_says_it() -> None:
    paper = readiness_paper(
        verdict(Lack.PRINTER),
        terminal="Caisse 1",
        school="Athénée",
        language="fr",
        zone=ZONE,
        now=NOON,
    )
    assert paper.title == "Prêt, avec moins"
    assert (paper.terminal, paper.person) == ("Caisse 1", "")
    assert ("Repas du jour", "486") in [(line.left, line.right) for line in paper.lines]
    assert paper.lines[-1].left.startswith("! L’imprimante")
