"""Device addresses: `scheme://place?option=value`, read once; typing slips are told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from core.text import printable
from readers.errors import ReaderAddressError

_TEXT_CHARACTERS_MAX = 512


@dataclass(frozen=True, slots=True)
class ReaderAddress:
    """An address in its parts.

    text: as written. scheme: which driver. place: a device path, or part of a device's name; may
    be empty. options: as written behind the question mark, each at most once.
    """

    text: str
    scheme: str
    place: str
    options: Mapping[str, str]

    def check_options(self, known: Collection[str]) -> None:
        """Raise ReaderAddressError for an option that the driver does not know."""
        for option in self.options:
            if option not in known:
                message = f"{self.text}: unknown option {option!r}"
                raise ReaderAddressError(message + did_you_mean(option, known))

    def choice(self, option: str, choices: Collection[str], default: str) -> str:
        """Return an option's value, which must be one of a few words."""
        value = self.options.get(option, default)
        if value in choices:
            return value
        message = f"{self.text}: {option}={value} is not one of {', '.join(sorted(choices))}"
        raise ReaderAddressError(message + did_you_mean(value, choices))

    def is_on(self, option: str, *, default: bool) -> bool:
        """Return an option that is yes or no."""
        return self.choice(option, ("yes", "no"), "yes" if default else "no") == "yes"

    def number(self, option: str, default: int, *, low: int, high: int) -> int:
        """Return an option that is a whole number between two bounds, both included."""
        written = self.options.get(option, str(default))
        if written.isascii() and written.isdecimal() and low <= int(written[:9]) <= high:
            return int(written)
        raise ReaderAddressError(
            f"{self.text}: {option}={written} is not a whole number from {low} to {high}"
        )


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return `; did you mean "…"?` for the nearest known word, else the list of known words."""
    from difflib import get_close_matches  # noqa: PLC0415  for a mistake alone

    near = get_close_matches(word, list(known), n=1)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; known: {', '.join(sorted(known))}" if known else "; it takes none"


def parse_address(text: str) -> ReaderAddress:
    """Return an address in its parts. Raises ReaderAddressError when it is none."""
    shown = printable(text[:_TEXT_CHARACTERS_MAX])
    # Blanks that only look like one, such as those a word processor puts in, are no address either.
    if not text or shown != text or not text.isprintable():
        raise ReaderAddressError(
            f"reader address {shown!r}: empty, too long, or with control characters in it; "
            "write one like pcsc:// or serial:///dev/ttyUSB0?frame=rdm6300"
        )
    scheme, mark, rest = text.partition("://")
    if not mark or not scheme:
        raise ReaderAddressError(
            f'reader address "{text}" has no "scheme://"; '
            "write one like pcsc:// or serial:///dev/ttyUSB0?frame=rdm6300"
        )
    written, _, query = rest.partition("?")
    place, options = unquote(written), _parse_options(text, query)
    for part in (place, *options, *options.values()):
        if not part.isprintable():
            raise ReaderAddressError(
                f"{text}: a control character stands behind a %; write {part!r} without it"
            )
    return ReaderAddress(text=text, scheme=scheme.lower(), place=place, options=options)


def _parse_options(text: str, query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise ReaderAddressError(
            f"{text}: options are written ?name=value&name=value ({error})"
        ) from error
    for name, value in pairs:
        if name in options:
            raise ReaderAddressError(f"{text}: option {name!r} is given twice")
        options[name] = value
    return options
