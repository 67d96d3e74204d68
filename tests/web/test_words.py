"""The words of the screens: each key in each language, nothing said twice over, all of it used."""

import json
import re
from pathlib import Path

import pytest

from core.facts import Reason
from core.people import Allergen, Language
from terminal.verdict import Tone
from terminal.web import compile_words
from terminal.web.catalogue import LANGUAGES, WORDS_FOLDER, words
from terminal.web.compile_words import compiled

PLACE = re.compile(r"\{\w+\}")
APP = WORDS_FOLDER.parent / "app"
TERMINAL = Path(__file__).parents[2] / "terminal"
TEMPLATES = Path(WORDS_FOLDER).parent.parent / "templates"


def test_the_screens_speak_the_languages_of_the_school() -> None:
    assert set(LANGUAGES) == {language.value for language in Language}
    assert {path.stem for path in WORDS_FOLDER.glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_keys_with_the_same_places(language: str) -> None:
    own, french = words(language), words("fr")
    assert own.keys() == french.keys()
    for key, text in own.items():
        assert text.strip() == text != ""
        assert re.findall(r"\{\w+\}", text).sort() == re.findall(r"\{\w+\}", french[key]).sort(), (
            key
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_allergen_and_tone_has_words(language: str) -> None:
    own = words(language)
    for reason in Reason:
        assert f"reason.{reason.value}" in own
        assert f"reason.{reason.value}_do" in own
    assert all(f"allergen.{allergen.value}" in own for allergen in Allergen)
    assert all(f"tone.{tone.value}" in own for tone in Tone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_are_what_the_catalogues_compile_to(language: str) -> None:
    file = WORDS_FOLDER / f"{language}.json"
    assert file.read_text(encoding="utf-8") == compiled(language), (
        "run: python -m terminal.web.compile_words"
    )


def test_a_fuzzy_word_would_be_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = (compile_words.LOCALE_FOLDER / "nl.po").read_text(encoding="utf-8")
    fuzzy = catalogue.replace('msgid "page.title"', '#, fuzzy\nmsgid "page.title"')
    (tmp_path / "nl.po").write_text(fuzzy, encoding="utf-8")
    monkeypatch.setattr(compile_words, "LOCALE_FOLDER", tmp_path)
    assert json.loads(compiled("nl")).keys() == words("nl").keys() - {"page.title"}


def test_the_files_are_in_order_without_doubles() -> None:
    for language in LANGUAGES:
        pairs = []
        json.loads(
            (WORDS_FOLDER / f"{language}.json").read_text(encoding="utf-8"),
            object_pairs_hook=pairs.append,
        )
        keys = [key for key, _ in pairs[0]]
        assert len(keys) == len(set(keys))


def test_every_word_is_said_somewhere() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (*APP.iterdir(), *TEMPLATES.iterdir(), *TERMINAL.glob("text_*.py"))
    )
    made = {*re.findall(r"`(\w+\.)\$\{", sources), "status.", "language.", "closing.", "ready."}
    unsaid = [key for key in words("fr") if key not in sources and not key.startswith(tuple(made))]
    assert "gone." not in made
    assert unsaid == []


def test_every_word_that_is_said_exists() -> None:
    for path in APP.glob("*.js"):
        for key in re.findall(r'say\("([^"]+)"', path.read_text(encoding="utf-8")):
            assert key in words("fr"), f"{path.name}: {key}"
