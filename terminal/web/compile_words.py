"""Turns the gettext catalogues in locale/ into the JSON files that pages load.

Run `python -m terminal.web.compile_words` after a change to a catalogue. A message's id is its key;
the French text stands beside it as a comment, for whoever translates.
"""

import json
from pathlib import Path
from typing import Final

from terminal.web.catalogue import LANGUAGES, WORDS_FOLDER

LOCALE_FOLDER: Final = Path(__file__).parent / "locale"


def compiled(language: str) -> str:
    """Return a language's words as the text of its JSON file; what is fuzzy is left out."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  no part of a running terminal

    with (LOCALE_FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    words = {
        message.id: message.string for message in catalogue if message.id and not message.fuzzy
    }
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the JSON files of all languages."""
    for language in LANGUAGES:
        (WORDS_FOLDER / f"{language}.json").write_text(compiled(language), encoding="utf-8")


if __name__ == "__main__":
    main()
