"""Layout operations, and the sheet of paper that collects them: pure, in characters, not in bytes.

A sheet has a width in columns of its normal font and a code page. All text passes through
`charset.fit` on its way in, so what is aligned here stays aligned on paper.
"""

import textwrap
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.text import printable
from printer.charset import fit


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How characters look. `width`, `height`: 1 or 2 times the normal size."""

    is_bold: bool = False
    is_inverse: bool = False
    width: int = 1
    height: int = 1


PLAIN: Final = Style()
BOLD: Final = Style(is_bold=True)
TALL: Final = Style(is_bold=True, height=2)
LARGE: Final = Style(is_bold=True, width=2, height=2)
BANNER: Final = Style(is_bold=True, is_inverse=True, width=2, height=2)


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of characters in one style, already fitted to the code page."""

    text: str
    style: Style = PLAIN
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code, level M, centred. `module_dots`: the size of one square."""

    payload: str
    module_dots: int = 5


@dataclass(frozen=True, slots=True)
class Logo:
    """The school's logo, where the printer's profile has one."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of the document: feed past the knife and cut."""


Operation = TextLine | Feed | QrCode | Logo | Cut


class Sheet:
    """Paper being filled from the top. `columns`: characters of the normal font on a line."""

    def __init__(self, *, columns: int, code_page: str) -> None:
        self.columns = columns
        self.code_page = code_page
        self._operations: list[Operation] = []

    def finish(self) -> tuple[Operation, ...]:
        """Cut, and return everything on the sheet."""
        return (*self._operations, Cut())

    def text(self, text: str, style: Style = PLAIN, align: Align = Align.LEFT) -> None:
        """Add text, wrapped at words where it is longer than a line."""
        lines = self._wrapped(self.fitted(text), self.columns // style.width)
        self._operations.extend(TextLine(line, style, align) for line in lines)

    def centred(self, text: str, style: Style = PLAIN) -> None:
        """Add text in the middle."""
        self.text(text, style, Align.CENTER)

    def title(self, text: str) -> None:
        """Add a title in the middle: large where it fits on one line, else tall."""
        is_short = len(self.fitted(text)) * LARGE.width <= self.columns
        self.centred(text, LARGE if is_short else TALL)

    def banner(self, text: str) -> None:
        """Add white words on black, as wide as they need."""
        padded = f" {self.fitted(text)} "
        is_short = len(padded) * BANNER.width <= self.columns
        style = BANNER if is_short else Style(is_bold=True, is_inverse=True, height=2)
        lines = [padded] if is_short else self._wrapped(padded, self.columns)
        self._operations.extend(TextLine(line, style, Align.CENTER) for line in lines)
        self.blank()

    def pair(self, left: str, right: str, style: Style = PLAIN, *, indent: int = 0) -> None:
        """Add words at the left edge and words at the right edge of the same line.

        Where both do not fit, the left ones are wrapped and the right ones end the last line.
        """
        width = self.columns // style.width
        end = self.fitted(right)
        room = width - len(end) - (1 if end else 0)
        lines = self._pair_lines(self.fitted(left), end, width=width, room=room, indent=indent)
        self._operations.extend(TextLine(line, style) for line in lines)

    def rule(self, mark: str = "─") -> None:
        """Add a line across the paper."""
        self._operations.append(TextLine(self.fitted(mark) * self.columns))

    def blank(self, lines: int = 1) -> None:
        """Leave lines empty."""
        self._operations.append(Feed(lines))

    def qr(self, payload: str, *, module_dots: int = 5) -> None:
        """Add a QR code in the middle; its lines hold no control characters either."""
        safe = "\n".join(printable(line) for line in payload.split("\n"))
        self._operations.append(QrCode(safe, module_dots))

    def logo(self) -> None:
        """Leave the place of the school's logo."""
        self._operations.append(Logo())

    def fitted(self, text: str) -> str:
        """Return text as this sheet's code page can print it."""
        return fit(text, self.code_page)

    def _pair_lines(self, left: str, end: str, *, width: int, room: int, indent: int) -> list[str]:
        if room < width // 3:
            below = [part.rjust(width) for part in self._wrapped(end, width)]
            return [*self._wrapped(left, width), *below]
        lines = self._wrapped(left, room, indent=indent)
        lines[-1] = lines[-1].ljust(width - len(end)) + end
        return lines

    @staticmethod
    def _wrapped(text: str, width: int, *, indent: int = 0) -> list[str]:
        if len(text) <= width:
            return [text]
        return textwrap.wrap(text, width, subsequent_indent=" " * indent) or [""]
