"""From ESC/POS events to a picture of the paper, and to its plain text.

Glyphs come from DejaVu Sans Mono, which ships beside this file. Each is drawn once, as one bit per
dot, and kept; a receipt is then some hundred pastes.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Final, assert_never

from printer.events import (
    LINE_DOTS,
    Blank,
    Buzz,
    CutPaper,
    Event,
    FenceAsked,
    Kick,
    Line,
    Look,
    QrPrinted,
    Raster,
    Reset,
    Span,
    StatusAsked,
    Unknown,
)
from printer.page import Align
from printer.profile import CELL_DOTS, PICTURE

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

MARGIN_DOTS: Final = 24
_FONT_DOTS: Final = 20
_SMALL_FONT_DOTS: Final = 15
_BASELINE_DOTS: Final = 3
_QUIET_MODULES: Final = 4
_CUT_DOTS: Final = 12
_UNKNOWN_DOTS: Final = 40
_WHITE: Final = 255
_BLACK: Final = 0
_LINES_KEPT: Final = 256
_PNG_QUICK: Final = 1


def text_of(events: Iterable[Event], *, columns: int = PICTURE.columns) -> str:
    """Return what stands on the paper as plain text, one line per printed line.

    QR codes show their content in brackets; what the printer did not understand, its bytes.
    """
    lines: list[str] = []
    for event in events:
        match event:
            case Line():
                lines.append(_aligned(event, columns).rstrip())
            case Blank(height_dots=height):
                lines.extend([""] * round(height / LINE_DOTS))
            case QrPrinted(payload=payload):
                parts = payload.decode("utf-8", "replace").split("\n")
                lines.extend(f"[QR] {part}" for part in parts)
            case Raster(width_dots=width, height_dots=height):
                lines.append(f"[{width} x {height}]")
            case CutPaper():
                lines.append("- " * (columns // 2))
            case Kick() | Buzz():
                lines.append(f"[{type(event).__name__}]")
            case Unknown(raw=raw):
                lines.append(f"[? {raw[:8].hex(' ')}]")
            case FenceAsked() | StatusAsked() | Reset():
                pass
            case _:
                assert_never(event)
    return "\n".join(lines) + "\n"


def draw(events: Sequence[Event], *, dots: int = PICTURE.dots) -> "Image":
    """Return a picture of the paper: black on white, one bit per dot, with a white margin."""
    from PIL import Image  # noqa: PLC0415  late: Pillow is heavy, and a till may never need it

    strips = [(strip, height) for event in events for strip, height in _strips(event, dots)]
    height = sum(height for _strip, height in strips) + 2 * MARGIN_DOTS
    paper = Image.new("1", (dots + 2 * MARGIN_DOTS, height), _WHITE)
    top = MARGIN_DOTS
    for strip, strip_height in strips:
        if strip is not None:
            picture, left = strip
            paper.paste(picture, (MARGIN_DOTS + left, top))
        top += strip_height
    return paper


def png_bytes(picture: "Image") -> bytes:
    """Return a picture as a PNG file, packed quickly rather than tightly."""
    packed = BytesIO()
    picture.save(packed, "PNG", compress_level=_PNG_QUICK)
    return packed.getvalue()


_Strip = tuple["tuple[Image, int] | None", int]
"""A picture with its left edge, or blank paper; and how far the paper moves."""


def _strips(event: Event, dots: int) -> list[_Strip]:  # noqa: PLR0911  one for each event
    match event:
        case Line():
            return [_line_strip(event, dots)]
        case Blank(height_dots=height):
            return [(None, height)]
        case QrPrinted():
            picture = _qr_picture(event.payload, event.module_dots, event.level)
            return [((picture, _left(picture.width, event.align, dots)), picture.height)]
        case Raster():
            picture = _raster_picture(event)
            return [((picture, _left(picture.width, event.align, dots)), picture.height)]
        case CutPaper():
            return [((_cut_picture(dots), 0), _CUT_DOTS)]
        case Unknown():
            picture = _unknown_picture(event.raw, dots)
            return [((picture, 0), picture.height)]
        case Kick() | Buzz() | FenceAsked() | StatusAsked() | Reset():
            return []
        case _:
            assert_never(event)


def _left(width: int, align: Align, dots: int) -> int:
    match align:
        case Align.LEFT:
            return 0
        case Align.CENTER:
            return max(0, (dots - width) // 2)
        case Align.RIGHT:
            return max(0, dots - width)
        case _:
            assert_never(align)


def _line_strip(line: Line, dots: int) -> _Strip:
    pictures = [_span_picture(span) for span in line.spans]
    width = sum(picture.width for picture in pictures)
    left = _left(width, line.align, dots)
    if len(pictures) == 1:
        return (pictures[0], left), line.height_dots
    from PIL import Image  # noqa: PLC0415  as in `draw`

    whole = Image.new("1", (max(1, width), line.height_dots), _WHITE)
    edge = 0
    for picture in pictures:
        whole.paste(picture, (edge, line.height_dots - picture.height))
        edge += picture.width
    return (whole, left), line.height_dots


@lru_cache(maxsize=_LINES_KEPT)
def _span_picture(span: Span) -> "Image":
    """Return characters of one look; the school's lines come back on every receipt."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  as in `draw`

    look = span.look
    cell = look.cell_dots
    picture = Image.new("1", (max(1, cell * len(span.text)), LINE_DOTS * look.height), _WHITE)
    for column, character in enumerate(span.text):
        if character != " ":
            picture.paste(_glyph(character, look), (column * cell, 0))
    if look.is_underlined:
        bottom = picture.height - 2
        ImageDraw.Draw(picture).line((0, bottom, picture.width, bottom), fill=_BLACK)
    if look.is_inverse:
        from PIL import ImageChops  # noqa: PLC0415  as in `draw`

        picture = ImageChops.invert(picture)
    return picture


@lru_cache(maxsize=1024)
def _glyph(character: str, look: Look) -> "Image":
    from PIL import Image, ImageDraw  # noqa: PLC0415  as in `draw`

    size = (look.cell_dots, LINE_DOTS * look.height)
    cell = (_FONT_DOTS if not look.is_small else _SMALL_FONT_DOTS) * look.height
    font = _font(cell, is_bold=look.is_bold)
    natural = Image.new("1", (CELL_DOTS * look.height, size[1]), _WHITE)
    pen = ImageDraw.Draw(natural)
    pen.fontmode = "1"
    pen.text((0, _BASELINE_DOTS * look.height), character, font=font, fill=_BLACK)
    return natural if natural.size == size else natural.resize(size)


@cache
def _font(size: int, *, is_bold: bool) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415  as in `draw`

    name = "DejaVuSansMono-Bold.ttf" if is_bold else "DejaVuSansMono.ttf"
    with resources.as_file(resources.files("printer") / "fonts" / name) as path:
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _qr_picture(payload: bytes, module_dots: int, level: str) -> "Image":
    import segno  # noqa: PLC0415  late: few documents have a code
    from PIL import Image  # noqa: PLC0415

    code = segno.make(payload, error=level.lower(), micro=False, boost_error=False, mode="byte")
    size = len(code.matrix) + 2 * _QUIET_MODULES
    rows = [bytes(_QUIET_MODULES) + bytes(row) + bytes(_QUIET_MODULES) for row in code.matrix]
    quiet = [bytes(size)] * _QUIET_MODULES
    cells = b"".join([*quiet, *rows, *quiet])
    small = Image.frombytes("L", (size, size), bytes(255 * (1 - cell) for cell in cells))
    return small.convert("1").resize((size * module_dots, size * module_dots))


def _raster_picture(raster: Raster) -> "Image":
    from PIL import Image  # noqa: PLC0415  as in `draw`

    flipped = bytes(byte ^ 0xFF for byte in raster.rows)
    return Image.frombytes("1", (raster.width_dots, raster.height_dots), flipped)


def _cut_picture(dots: int) -> "Image":
    from PIL import Image, ImageDraw  # noqa: PLC0415  as in `draw`

    picture = Image.new("1", (dots, _CUT_DOTS), _WHITE)
    pen = ImageDraw.Draw(picture)
    for left in range(0, dots, 2 * CELL_DOTS):
        pen.line((left, _CUT_DOTS // 2, left + CELL_DOTS, _CUT_DOTS // 2), fill=_BLACK)
    return picture


def _unknown_picture(raw: bytes, dots: int) -> "Image":
    """Return a box with the bytes in it: a fault that nobody can overlook."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  as in `draw`

    picture = Image.new("1", (dots, _UNKNOWN_DOTS), _WHITE)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 2, dots - 1, _UNKNOWN_DOTS - 4), outline=_BLACK, width=2)
    pen.fontmode = "1"
    pen.text((8, 8), f"? {raw[:12].hex(' ')}", font=_font(_FONT_DOTS, is_bold=True), fill=_BLACK)
    return picture


def _aligned(line: Line, columns: int) -> str:
    """Return a line as text, where it stands; wide characters take two columns."""
    width = sum(len(span.text) * span.look.width for span in line.spans)
    text = "".join(
        span.text if span.look.width == 1 else _spread(span.text, span.look.width)
        for span in line.spans
    )
    if line.align is Align.LEFT:
        return text
    spare = max(0, columns - width)
    return " " * (spare // 2 if line.align is Align.CENTER else spare) + text


def _spread(text: str, width: int) -> str:
    """Return wide characters as readable text of the same width: words stay whole."""
    room = len(text) * (width - 1)
    head, gap, tail = _split_at_gap(text)
    if gap:
        return head + " " * (len(gap) + room) + tail
    return " " * (room // 2) + text + " " * (room - room // 2)


def _split_at_gap(text: str) -> tuple[str, str, str]:
    """Return what stands left and right of a wide gap; no gap where the words are together."""
    head, gap, tail = text.partition("  ")
    stripped = tail.lstrip(" ")
    return head, gap + tail[: len(tail) - len(stripped)], stripped
