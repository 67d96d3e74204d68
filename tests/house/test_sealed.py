"""An event's bytes and hash are read in one place alone: its row may have neither.

A SELECT of `body` or `hash` from the table `event` finds nothing where an arrival keeps them. The
tables of a terminal's own journal, and of strays, have other homes.
"""

import re
from pathlib import Path

import pytest

HOME = "central/sealed.py"
PLACES = ("central/**/*.py", "cli/**/*.py", "benchmarks/*.py", "tests/**/*.py")
JOURNALS = ("tests/offline_cache/", "tests/whole/test_doctor.py", "tests/house/test_sealed.py")
"""Where `event` is the table of a terminal's journal, whose rows have all; and this file."""
TESTS_OF_ROWS = "tests/central/test_arrivals.py"
STEPS = "central/migrations.py"
"""How rows of earlier versions became those of this one."""
_TEXTS = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_STATEMENT = re.compile(
    r"\bSELECT\b(?P<columns>(?:(?!\bSELECT\b|\bFROM\b).)*)\bFROM\b(?P<rest>(?:(?!\bSELECT\b).)*)",
    re.DOTALL,
)


def faults(source: str) -> list[str]:
    """Return the statements of a source that read an event's bytes or hash from its row."""
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    return [
        text.group(1)
        for text in _TEXTS.finditer(joined)
        for found in _STATEMENT.finditer(text.group(1))
        if _reads_seal(found["columns"], found["rest"])
    ]


def _reads_seal(columns: str, rest: str) -> bool:
    of_events = re.findall(r"\b(?:FROM|JOIN)\s+event\b(?:\s+(?:AS\s+)?([a-z])\b)?", "FROM" + rest)
    if not of_events:
        return False
    named = [rf"\b{alias}\.(body|hash)\b" for alias in of_events if alias]
    plain = [r"(?<![.\w])(body|hash)\b"]
    return any(re.search(one, columns) for one in (*named, *plain)) or columns.strip() == "*"


def test_nothing_reads_an_events_bytes_beside_their_home(checkout: Path) -> None:
    found = {
        str(path.relative_to(checkout)): told
        for place in PLACES
        for path in checkout.glob(place)
        if (name := path.relative_to(checkout).as_posix()) not in (HOME, TESTS_OF_ROWS, STEPS)
        and not name.startswith(JOURNALS)
        if (told := faults(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        'session.row("SELECT body FROM event WHERE id = ?")',
        'session.rows(\n    "SELECT seq, hash, flag FROM event"\n    " WHERE school_id = ?"\n)',
        'session.rows("SELECT c.day, e.hash FROM closing c"\n  " JOIN event e ON e.id = c.id")',
        'session.rows("SELECT * FROM event")',
    ],
)
def test_the_control_a_statement_that_reads_them_is_found(source: str) -> None:
    assert len(faults(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        'session.rows("SELECT hash, body FROM stray_event")',
        'session.rows("SELECT id FROM event WHERE school_id = ?")',
        'session.rows("SELECT e.id, s.body FROM stray_event s JOIN event e ON e.id = s.id")',
        'insert("event", ("seq", "body", "hash"), rows)',
    ],
)
def test_the_control_what_is_not_an_events_is_let_be(source: str) -> None:
    assert faults(source) == []
