"""The documents say what is there: commands, links, files, the till's drawing, the glossary."""

import importlib
import os
import re
import shlex
from pathlib import Path

import pytest

from cli.main import build_parser
from core.people import Language
from printer.words import words_in
from terminal.mode import TRANSITIONS, Mode, Signal

LANGUAGES = ("en", "fr", "nl", "de")
NOT_BUILT = "–"
# Terms that are printed as they stand, and their place in `printer.words`. English has them in
# another order in an index ("wallet, general").
PRINTED = {
    "wallet, general": "general_wallet",
    "wallet, reserve": "reserve_wallet",
    "structured communication": "communication",
    "X report": "report_x",
    "Z report": "report_z",
    "receipt": "receipt",
    "duplicata": "duplicate",
    "cash drawer": "drawer_event",
}


def shell_lines(text: str) -> list[str]:
    """Return the commands of a document: its indented lines, without comments and redirections."""
    lines = re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    return [re.split(r"\s[#>]", line)[0].strip() for line in lines]


def wrong_commands(text: str) -> list[str]:
    """Return the commands of ours that the command line would not take."""
    wrong = []
    for line in shell_lines(text):
        words = shlex.split(line)
        if words[0] == "./run":
            words = ["refectory", "demo", *words[1:]]
        if words[0] != "refectory":
            continue
        try:
            build_parser().parse_args(words[1:])
        except SystemExit:
            wrong.append(line)
    return wrong


def broken_links(path: Path, text: str) -> list[str]:
    """Return the relative links of a document that lead nowhere."""
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    return [
        link
        for link in links
        if "://" not in link and not (path.parent / link.partition("#")[0]).exists()
    ]


def missing_files(checkout: Path, text: str) -> list[str]:
    """Return the paths of this house that a text names and that do not exist."""
    tops = "|".join(
        re.escape(path.name) for path in checkout.iterdir() if path.is_dir() and path.name[0] != "."
    )
    named = re.findall(rf"`((?:{tops})/[\w./*-]*)`", text)
    return [path for path in named if not list(checkout.glob(path.rstrip("/")))]


def drawn_modes(text: str) -> dict[tuple[Mode, Signal], Mode]:
    """Return the rows of the drawing of the till's mode; a row drawn twice is a mistake."""
    rows = re.findall(r"^    ([A-Z]\w+) --> ([A-Z]\w+): ([A-Z]\w+)$", text, re.MULTILINE)
    drawn = {(Mode[state], Signal[signal]): Mode[after] for state, after, signal in rows}
    assert len(drawn) == len(rows), "a row stands twice"
    return drawn


def glossary_rows(text: str) -> list[dict[str, str]]:
    """Return the rows of all tables, by the words in their first line."""
    rows: list[dict[str, str]] = []
    heads: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            heads = []
        elif not heads:
            heads = cells
        elif not set(line) <= set("|-"):
            rows.append(dict(zip(heads, cells, strict=True)))
    return rows


def glossary_faults(text: str) -> list[str]:
    """Return what is wrong: a word missing in a language, a term twice, a name that is nowhere."""
    faults = []
    seen = set()
    for row in glossary_rows(text):
        term = row["en"]
        faults += [f"{term}: no {name}" for name in (*LANGUAGES, "means") if not row[name]]
        if term in seen:
            faults.append(f"{term}: twice")
        seen.add(term)
        name = row["code"].strip("`")
        if name != NOT_BUILT and not is_in_code(name):
            faults.append(f"{term}: there is no {name}")
    return faults


def unprinted_words(text: str) -> list[str]:
    """Return the words of the glossary that papers say otherwise."""
    rows = {row["en"]: row for row in glossary_rows(text)}
    return [
        f"{rows[term][language]}: {paper}"
        for term, field in PRINTED.items()
        for language in ("fr", "nl", "de")
        if not (paper := getattr(words_in(Language(language)), field).casefold()).startswith(
            rows[term][language].casefold()
        )
    ]


def is_in_code(name: str) -> bool:
    """Say whether a dotted name leads to a module, or to something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.fixture(scope="module")
def readme(checkout: Path) -> str:
    return (checkout / "README.md").read_text(encoding="utf-8")


def documents(checkout: Path) -> list[Path]:
    return [checkout / "README.md", *sorted((checkout / "docs").rglob("*.md"))]


@pytest.mark.parametrize("command", ["./run", "./test"])
def test_the_two_commands_are_told_and_there(checkout: Path, readme: str, command: str) -> None:
    assert command in shell_lines(readme)
    assert os.access(checkout / command, os.X_OK)


def test_ci_calls_the_readmes_test_command(checkout: Path) -> None:
    assert "exec ./test" in (checkout / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]


def test_the_command_line_takes_every_command_of_the_readme(readme: str) -> None:
    assert sum(line.startswith("refectory ") for line in shell_lines(readme)) > 10
    assert wrong_commands(readme) == []


def test_a_wrong_command_is_found() -> None:
    text = """
    refectory journal verify  # well
    refectory journal mend > x
    ./run --taps no
"""
    assert wrong_commands(text) == ["refectory journal mend", "./run --taps no"]


def test_every_relative_link_leads_somewhere(checkout: Path) -> None:
    broken = {
        str(path.relative_to(checkout)): links
        for path in documents(checkout)
        if (links := broken_links(path, path.read_text(encoding="utf-8")))
    }
    assert broken == {}


def test_a_broken_link_is_found(checkout: Path) -> None:
    text = "[x](README.md#try-it) ![y](docs/none.png) [z](https://example.org/none)"
    assert broken_links(checkout / "README.md", text) == ["docs/none.png"]


def test_every_file_that_is_named_is_there(checkout: Path) -> None:
    missing = {
        str(path.relative_to(checkout)): files
        for path in documents(checkout)
        if (files := missing_files(checkout, path.read_text(encoding="utf-8")))
    }
    assert missing == {}


def test_a_missing_file_is_found(checkout: Path) -> None:
    text = "`core/decide.py`, `terminal/web/locale/*.po`, `core/guess.py` and `receipts/`"
    assert missing_files(checkout, text) == ["core/guess.py"]


def test_every_decision_has_its_number_and_its_price(checkout: Path) -> None:
    paths = sorted((checkout / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in paths] == list(range(1, len(paths) + 1))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        for part in ("## Context", "## Choice", "## Price paid"):
            assert part in text.splitlines(), f"{path.name} has no {part}"


def test_the_drawing_of_the_tills_mode_is_its_table(checkout: Path) -> None:
    drawing = (checkout / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert drawn_modes(drawing) == TRANSITIONS


def test_a_drawing_that_differs_is_found(checkout: Path) -> None:
    drawing = (checkout / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    row = "    RED --> OPEN: REOPENED\n"
    assert row in drawing
    assert drawn_modes(drawing.replace(row, "")) != TRANSITIONS
    assert drawn_modes(drawing.replace(row, row.replace("OPEN", "STOPPED", 1))) != TRANSITIONS
    with pytest.raises(AssertionError, match="twice"):
        drawn_modes(drawing + row)


def test_the_glossary_is_whole_and_its_names_are_in_the_code(checkout: Path) -> None:
    text = (checkout / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    assert len(glossary_rows(text)) > 40
    assert glossary_faults(text) == []


def test_a_faulty_glossary_is_found() -> None:
    text = """
| en | fr | nl | de | code | means |
|---|---|---|---|---|---|
| tap | passage |  | Auflegen | `core.tap.Tap` | a badge came |
| tap | passage | tik | Auflegen | – | a badge came |
| leg | ligne | regel | Zeile | `core.ledger.Foot` | a side |
"""
    assert glossary_faults(text) == [
        "tap: no nl",
        "tap: twice",
        "leg: there is no core.ledger.Foot",
    ]


def test_papers_use_the_words_of_the_glossary(checkout: Path) -> None:
    text = (checkout / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    assert unprinted_words(text) == []
    other = text.replace("| reserveportemonnee |", "| reservebeurs |")
    assert unprinted_words(other) == ["reservebeurs: reserveportemonnee"]
