"""What ESC/POS bytes make a printer do: the events that the interpreter reads out of them."""

from typing import Final, NamedTuple

from printer.page import Align
from printer.profile import CELL_DOTS

LINE_DOTS: Final = 30
_SMALL_CELL_DOTS: Final = 9


class Look(NamedTuple):
    """How characters look: a style of `printer.page`, and what else a printer can do."""

    is_bold: bool = False
    is_inverse: bool = False
    is_underlined: bool = False
    is_small: bool = False
    width: int = 1
    height: int = 1

    @property
    def cell_dots(self) -> int:
        """The width of one character."""
        return (_SMALL_CELL_DOTS if self.is_small else CELL_DOTS) * self.width


class Span(NamedTuple):
    """Characters of one look."""

    text: str
    look: Look


class Line(NamedTuple):
    """A printed line. `height_dots`: how far the paper moved."""

    spans: tuple[Span, ...]
    align: Align
    height_dots: int

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(span.text for span in self.spans)


class Blank(NamedTuple):
    """Paper moved without printing."""

    height_dots: int


class CutPaper(NamedTuple):
    """The knife."""

    is_partial: bool


class Kick(NamedTuple):
    """A pulse on the drawer's line."""

    pin: int
    on_ms: int
    off_ms: int


class Buzz(NamedTuple):
    """A sound."""

    times: int


class QrPrinted(NamedTuple):
    """A QR code that the printer draws itself. `level`: L, M, Q or H."""

    payload: bytes
    module_dots: int
    level: str
    align: Align


class Raster(NamedTuple):
    """A picture: rows of bits, the most significant bit left, 1 is black."""

    width_dots: int
    height_dots: int
    rows: bytes
    align: Align


class FenceAsked(NamedTuple):
    """The sender wants to know when everything before this is printed. `mark`: what to echo."""

    kind: str
    mark: bytes


class StatusAsked(NamedTuple):
    """The sender wants a status. `kind`: `DLE EOT`, `GS a` or `GS I`; `n`: its parameter."""

    kind: str
    n: int


class Reset(NamedTuple):
    """Back to the power-on state."""


class Unknown(NamedTuple):
    """Bytes that mean nothing here; only when not strict."""

    raw: bytes
    offset: int


Event = (
    Line
    | Blank
    | CutPaper
    | Kick
    | Buzz
    | QrPrinted
    | Raster
    | FenceAsked
    | StatusAsked
    | Reset
    | Unknown
)
