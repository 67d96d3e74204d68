"""How the pages speak to one reader: words, amounts, days and moments in the reader's language.

Words are gettext catalogues in locale/; a message's id is its key. Babel is loaded when the first
page is asked for: terminals that talk to a centre need none of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from core.money import Money
from core.people import Language

LOCALE_FOLDER: Final = Path(__file__).parent / "locale"
Words = Mapping[str, str]
Catalogue = Callable[[Language], Words]
_LOCALES: Final = {
    Language.FR: "fr_BE",
    Language.NL: "nl_BE",
    Language.DE: "de_BE",
    Language.EN: "en_GB",
}


@cache
def read_words(language: Language) -> Words:
    """Return all words of a language by their keys; what is fuzzy is left out."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  heavy, see the module's promise

    with (LOCALE_FOLDER / f"{language.value}.po").open("rb") as file:
        catalogue = read_po(file, locale=language.value)
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks one language. zone: the school's, in which moments are told."""

    language: Language
    words: Words = field(hash=False)
    zone: tzinfo

    def say(self, key: str, **places: object) -> str:
        """Return a word of the catalogue, with its places filled."""
        return self.words[key].format(**places)

    def count(self, key: str, number: int) -> str:
        """Return `KEY.one` or `KEY.other`, as the language counts, with the number in it.

        For 0 there may be a `KEY.zero`.
        """
        from babel import Locale  # noqa: PLC0415  heavy, see the module's promise

        if number == 0 and f"{key}.zero" in self.words:
            return self.say(f"{key}.zero")
        form = Locale.parse(_LOCALES[self.language]).plural_form(number)
        chosen = f"{key}.{form}"
        return self.say(chosen if chosen in self.words else f"{key}.other", n=self.number(number))

    def term(self, kind: str, value: str) -> str:
        """Return the word for a value of a list that grows: as it stands where there is none."""
        return self.words.get(f"{kind}.{value}", value)

    def number(self, number: int) -> str:
        """Return a whole number as people write it."""
        from babel.numbers import format_decimal  # noqa: PLC0415  heavy, see the module's promise

        return format_decimal(number, locale=_LOCALES[self.language])

    def money(self, amount: Money | int) -> str:
        """Return an amount in euro; a whole number is cents."""
        from babel.numbers import format_currency  # noqa: PLC0415  heavy, see the module's promise

        exact = amount if isinstance(amount, Money) else Money(amount)
        return format_currency(Decimal(exact.text()), "EUR", locale=_LOCALES[self.language])

    def day(self, day: date, form: str = "medium") -> str:
        """Return a day; form: short, medium, long or full; `month` is its month alone."""
        return _day_text(self.language, date(day.year, day.month, day.day), form)

    def moment(self, at: datetime | None) -> str:
        """Return a moment, day and time by the school's clock; a dash for None."""
        if at is None:
            return "\N{EN DASH}"
        local = at.astimezone(self.zone)
        return _moment_text(self.language, local.date(), local.hour, local.minute)

    def time(self, at: datetime) -> str:
        """Return the time of a moment by the school's clock."""
        local = at.astimezone(self.zone)
        return _time_text(self.language, local.hour, local.minute)


# A page of slots names thirty times, and a thousand families open it: Babel works each out anew,
# which was two fifths of the page. What it says of a minute or a day is always the same.


@lru_cache(maxsize=4 * 24 * 60)
def _time_text(language: Language, hour: int, minute: int) -> str:
    from babel.dates import format_time  # noqa: PLC0415  heavy, see the module's promise

    return format_time(time(hour, minute), format="short", locale=_LOCALES[language])


@lru_cache(maxsize=2000)
def _day_text(language: Language, day: date, form: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  heavy, see the module's promise

    chosen = "LLLL y" if form == "month" else form
    return format_date(day, format=chosen, locale=_LOCALES[language])


@lru_cache(maxsize=2000)
def _moment_text(language: Language, day: date, hour: int, minute: int) -> str:
    from babel.dates import format_datetime  # noqa: PLC0415  heavy, see the module's promise

    local = datetime.combine(day, time(hour, minute))
    return format_datetime(local, format="short", locale=_LOCALES[language])


def preferred_language(accept: str, asked: str | None) -> Language:
    """Return the language for somebody who has not signed in: asked for, or the browser's."""
    offered = {language.value: language for language in Language}
    if asked in offered:
        return offered[asked]
    for part in accept.split(",")[:20]:
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in offered:
            return offered[code]
    return Language.FR
