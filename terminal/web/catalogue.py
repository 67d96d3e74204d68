"""The words of the screens: one JSON file a language, which pages fetch and this module reads."""

import json
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("fr", "nl", "de", "en")
WORDS_FOLDER: Final = Path(__file__).parent / "static" / "words"


@cache
def words(language: str) -> dict[str, str]:
    """Return all words of a language by their keys; French for a language that there is not."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    text = (WORDS_FOLDER / f"{known}.json").read_text(encoding="utf-8")
    catalogue: dict[str, str] = json.loads(text)
    return catalogue
