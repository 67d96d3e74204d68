"""A strict ESC/POS interpreter: bytes in, events out.

It is the printer behind `image://`, the preview, the heart of the emulator, and the tests' oracle.
Strict, it refuses what it does not know: an unknown command, a code page nobody declared, a byte
the page does not hold, a line wider than the paper. Lenient, each of those becomes an `Unknown`
event, which a picture shows as a box. Bytes may come in any pieces; `finish` tells whether the
last command was whole.

Source: the ESC/POS command reference, for the commands in `_COMMANDS` only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from printer.charset import CODECS
from printer.errors import EscPosError
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
from printer.profile import CELL_DOTS, PICTURE, PrinterProfile

_TEXT_RUN: Final = re.compile(rb"[\x20-\x7e\x80-\xff]+")
_PREFIXES: Final = frozenset(b"\x1b\x1d\x1c\x10")
_FAMILIES: Final = frozenset({b"\x1d(", b"\x1dv", b"\x1c("})
_ALIGNMENTS: Final = (Align.LEFT, Align.CENTER, Align.RIGHT)


class _Short(Exception):  # noqa: N818  a signal inside this file, not an error
    """The command is not whole yet."""


def _only(*defaults: bytes) -> "Callable[[Interpreter, int], int]":
    """Return a command that may be given its default alone: anything else would look different."""

    def take(interpreter: "Interpreter", position: int) -> int:
        return interpreter.take_default(position, defaults)

    return take


@dataclass(slots=True)
class _Qr:
    module_dots: int = 3
    level: str = "L"
    payload: bytes = b""


@dataclass(slots=True)
class _State:
    """What `ESC @` resets."""

    look: Look = field(default_factory=Look)
    align: Align = Align.LEFT
    codec: str = "cp437"
    spacing_dots: int = LINE_DOTS
    qr: _Qr = field(default_factory=_Qr)
    graphics: tuple[int, int, bytes] | None = None


class Interpreter:
    """A printer made of code. `profile`: the paper and the code page it may be asked for."""

    def __init__(self, profile: PrinterProfile = PICTURE, *, is_strict: bool = True) -> None:
        self._dots = max(profile.dots, profile.columns * CELL_DOTS)
        self._pages = {profile.code_page_number: CODECS[profile.code_page], 0: "cp437"}
        self._is_strict = is_strict
        self._pending = bytearray()
        self._offset = 0
        self._events: list[Event] = []
        self._spans: list[Span] = []
        self._used_dots = 0
        self._state = _State()

    def feed(self, sent: bytes) -> list[Event]:
        """Take bytes as they come; return what they made happen.

        Raises EscPosError, when strict, at the first byte that is not understood.
        """
        self._pending += sent
        position = 0
        try:
            while position < len(self._pending):
                position = self._step(position)
        except _Short:
            pass
        finally:
            del self._pending[:position]
            self._offset += position
        events, self._events = self._events, []
        return events

    def finish(self) -> list[Event]:
        """Return what is left; raise EscPosError, when strict, if a command is cut short."""
        if self._pending:
            raw = bytes(self._pending)
            self._pending.clear()
            self._complain(raw, self._offset, "a command is cut short")
        if self._spans:
            self._print_line()
        events, self._events = self._events, []
        return events

    def take_default(self, position: int, defaults: tuple[bytes, ...]) -> int:
        """Take a command's parameter and complain when it is none of its defaults."""
        given = self._slice(position, len(defaults[0]))
        if given not in defaults:
            self._complain(given, position, "changes what is drawn in a way not known here")
        return position + len(given)

    def _step(self, position: int) -> int:
        """Take one run of text or one command; return where the next one starts."""
        run = _TEXT_RUN.match(self._pending, position)
        if run:
            self._take_text(run.group(), position)
            return run.end()
        first = self._pending[position]
        if first == 0x0A:  # noqa: PLR2004  LF
            self._print_line()
            return position + 1
        if first == 0x00:  # senders fill a torn command with NULs; a printer ignores them
            return position + 1
        code = self._code(position)
        command = self._COMMANDS.get(code)
        if command is None:
            self._complain(code, position, "is not known")
            return position + len(code)
        return command(self, position + len(code))

    def _code(self, position: int) -> bytes:
        """Return the one, two or three bytes that name the command here."""
        if self._pending[position] not in _PREFIXES:
            return self._slice(position, 1)
        code = self._slice(position, 2)
        return self._slice(position, 3) if code in _FAMILIES else code

    def _slice(self, position: int, length: int) -> bytes:
        part = bytes(self._pending[position : position + length])
        if len(part) < length:
            raise _Short
        return part

    def _complain(self, raw: bytes, position: int, what: str) -> None:
        offset = self._offset + position
        if self._is_strict:
            message = f"ESC/POS {raw[:8].hex(' ')} at byte {offset} {what}"
            raise EscPosError(message, offset=offset)
        self._events.append(Unknown(raw, offset))

    # Text

    def _take_text(self, raw: bytes, position: int) -> None:
        state = self._state
        try:
            text = raw.decode(state.codec)
        except UnicodeDecodeError:
            self._complain(raw, position, f"is not in code page {state.codec}")
            text = raw.decode(state.codec, errors="replace")
        room = (self._dots - self._used_dots) // state.look.cell_dots
        if len(text) > room:
            self._complain(raw, position, "makes the line wider than the paper")
        while len(text) > room:
            self._spans.append(Span(text[:room], state.look))
            self._print_line()
            text, room = text[room:], self._dots // state.look.cell_dots
        self._spans.append(Span(text, state.look))
        self._used_dots += len(text) * state.look.cell_dots

    def _print_line(self) -> None:
        tallest = max((span.look.height for span in self._spans), default=1)
        height_dots = max(self._state.spacing_dots, tallest * LINE_DOTS if self._spans else 0)
        if self._spans:
            self._events.append(Line(tuple(self._spans), self._state.align, height_dots))
        else:
            self._events.append(Blank(height_dots))
        self._spans = []
        self._used_dots = 0

    # Commands: each takes the position after its code and returns where it ends

    def _reset(self, position: int) -> int:
        if self._spans:
            self._spans = []
            self._used_dots = 0
        self._state = _State()
        self._events.append(Reset())
        return position

    def _leave_chinese(self, position: int) -> int:
        return position

    def _select_page(self, position: int) -> int:
        (number,) = self._slice(position, 1)
        codec = self._pages.get(number)
        if codec is None:
            self._complain(bytes([number]), position, "is a code page nobody declared")
        else:
            self._state.codec = codec
        return position + 1

    def _print_mode(self, position: int) -> int:
        (mode,) = self._slice(position, 1)
        self._state.look = self._state.look._replace(
            is_small=bool(mode & 0x01),
            is_bold=bool(mode & 0x08),
            height=2 if mode & 0x10 else 1,
            width=2 if mode & 0x20 else 1,
            is_underlined=bool(mode & 0x80),
        )
        return position + 1

    def _bold(self, position: int) -> int:
        (on,) = self._slice(position, 1)
        self._state.look = self._state.look._replace(is_bold=bool(on & 1))
        return position + 1

    def _inverse(self, position: int) -> int:
        (on,) = self._slice(position, 1)
        self._state.look = self._state.look._replace(is_inverse=bool(on & 1))
        return position + 1

    def _underline(self, position: int) -> int:
        (on,) = self._slice(position, 1)
        self._state.look = self._state.look._replace(is_underlined=on not in b"\x000")
        return position + 1

    def _font(self, position: int) -> int:
        (font,) = self._slice(position, 1)
        self._state.look = self._state.look._replace(is_small=font in b"\x011")
        return position + 1

    def _size(self, position: int) -> int:
        (size,) = self._slice(position, 1)
        look = self._state.look
        self._state.look = look._replace(width=(size >> 4 & 7) + 1, height=(size & 7) + 1)
        return position + 1

    def _align(self, position: int) -> int:
        (chosen,) = self._slice(position, 1)
        index = chosen - 0x30 if chosen >= 0x30 else chosen  # noqa: PLR2004  as "0" or as 0
        if index < len(_ALIGNMENTS):
            self._state.align = _ALIGNMENTS[index]
        else:
            self._complain(bytes([chosen]), position, "is no alignment")
        return position + 1

    def _position(self, position: int) -> int:
        """Move to a dot counted from the left edge, which must be right of here."""
        low, high = self._slice(position, 2)
        self._move_right(low + 256 * high - self._used_dots, position)
        return position + 2

    def _move(self, position: int) -> int:
        """Move by dots from here."""
        low, high = self._slice(position, 2)
        self._move_right(low + 256 * high, position)
        return position + 2

    def _move_right(self, dots: int, position: int) -> None:
        cells, rest = divmod(dots, CELL_DOTS)
        if dots < 0 or rest or self._used_dots + dots > self._dots:
            self._complain(b"", position, "moves to no column of the paper")
        elif cells:
            self._spans.append(Span(" " * cells, Look()))
            self._used_dots += dots

    def _left_margin(self, position: int) -> int:
        return self.take_default(position, (b"\0\0",))

    def _area_width(self, position: int) -> int:
        width = self._dots.to_bytes(2, "little")
        return self.take_default(position, (width,))

    def _spacing(self, position: int) -> int:
        (self._state.spacing_dots,) = self._slice(position, 1)
        return position + 1

    def _spacing_default(self, position: int) -> int:
        self._state.spacing_dots = LINE_DOTS
        return position

    def _density(self, position: int) -> int:
        self._slice(position, 1)
        return position + 1

    def _feed_lines(self, position: int) -> int:
        (lines,) = self._slice(position, 1)
        if self._spans:
            self._print_line()
            lines = max(0, lines - 1)
        self._events.append(Blank(lines * self._state.spacing_dots))
        return position + 1

    def _feed_dots(self, position: int) -> int:
        (dots,) = self._slice(position, 1)
        if self._spans:
            self._print_line()
        self._events.append(Blank(dots))
        return position + 1

    def _cut(self, position: int) -> int:
        (mode,) = self._slice(position, 1)
        end = position + 1
        if mode in b"AB":
            self._slice(position, 2)
            end += 1
        elif mode not in b"\x00\x0101":
            self._complain(bytes([mode]), position, "is no way to cut")
        self._events.append(CutPaper(is_partial=mode in b"\x011B"))
        return end

    def _kick(self, position: int) -> int:
        line, on, off = self._slice(position, 3)
        self._events.append(Kick(5 if line in b"\x011" else 2, on * 2, off * 2))
        return position + 3

    def _buzz(self, position: int) -> int:
        times, _length = self._slice(position, 2)
        self._events.append(Buzz(times))
        return position + 2

    def _status_real_time(self, position: int) -> int:
        (n,) = self._slice(position, 1)
        self._events.append(StatusAsked("DLE EOT", n))
        return position + 1

    def _status_automatic(self, position: int) -> int:
        (n,) = self._slice(position, 1)
        self._events.append(StatusAsked("GS a", n))
        return position + 1

    def _identity(self, position: int) -> int:
        (n,) = self._slice(position, 1)
        self._events.append(StatusAsked("GS I", n))
        return position + 1

    def _fence_status(self, position: int) -> int:
        mark = self._slice(position, 1)
        self._events.append(FenceAsked("r", mark))
        return position + 1

    def _fence_id(self, position: int) -> int:
        body, end = self._sized(position)
        if len(body) == 6 and body[:2] == b"00":  # noqa: PLR2004  function 48, m 48, four digits
            self._events.append(FenceAsked("id", body[2:]))
        else:
            self._complain(body, position, "asks for an unknown process number")
        return end

    def _real_time_switch(self, position: int) -> int:
        _body, end = self._sized(position)
        return end

    def _code_2d(self, position: int) -> int:
        body, end = self._sized(position)
        match body[:2], body[2:]:
            case b"1A", _:
                pass
            case b"1C", size:
                self._state.qr.module_dots = size[0]
            case b"1E", level:
                self._state.qr.level = {48: "L", 49: "M", 50: "Q", 51: "H"}.get(level[0], "L")
            case b"1P", stored:
                self._state.qr.payload = stored[1:]
            case b"1Q", _:
                qr, align = self._state.qr, self._state.align
                self._events.append(QrPrinted(qr.payload, qr.module_dots, qr.level, align))
            case _:
                self._complain(body[:2], position, "is an unknown two-dimensional code")
        return end

    def _raster(self, position: int) -> int:
        mode, width_low, width_high, height_low, height_high = self._slice(position, 5)
        width_bytes, height = width_low + 256 * width_high, height_low + 256 * height_high
        rows = self._slice(position + 5, width_bytes * height)
        if mode not in b"\x000":
            self._complain(bytes([mode]), position, "stretches a picture, which is not known")
        self._add_raster(width_bytes * 8, height, rows)
        return position + 5 + len(rows)

    def _graphics(self, position: int) -> int:
        body, end = self._sized(position)
        if body[:2] == b"0p":
            width, height = body[6] + 256 * body[7], body[8] + 256 * body[9]
            self._state.graphics = (width, height, body[10:])
        elif body[:2] in (b"02", b"0\x02") and self._state.graphics is not None:
            width, height, rows = self._state.graphics
            self._add_raster((width + 7) // 8 * 8, height, rows)
            self._state.graphics = None
        else:
            self._complain(body[:2], position, "is an unknown graphics function")
        return end

    def _column_image(self, position: int) -> int:
        mode, low, high = self._slice(position, 3)
        width = low + 256 * high
        depth = 3 if mode in b"\x20\x21" else 1
        columns = self._slice(position + 3, width * depth)
        self._add_raster((width + 7) // 8 * 8, depth * 8, _transposed(columns, depth))
        end = position + 3 + len(columns)
        # The line feed that ends each strip moves the paper by the strip, which is drawn already.
        return end + 1 if self._slice(end, 1) == b"\n" else end

    def _add_raster(self, width_dots: int, height_dots: int, rows: bytes) -> None:
        if width_dots > (self._dots + 7) // 8 * 8:
            self._complain(b"", 0, "is a picture wider than the paper")
        self._events.append(Raster(width_dots, height_dots, rows, self._state.align))

    def _sized(self, position: int) -> tuple[bytes, int]:
        """Return the body of a command that begins with its length, and where it ends."""
        low, high = self._slice(position, 2)
        length = low + 256 * high
        return self._slice(position + 2, length), position + 2 + length

    _COMMANDS: ClassVar[Mapping[bytes, Callable[["Interpreter", int], int]]] = {
        b"\x1b@": _reset,
        b"\x1b!": _print_mode,
        b"\x1bE": _bold,
        b"\x1bG": _bold,
        b"\x1ba": _align,
        b"\x1bt": _select_page,
        b"\x1b$": _position,
        b"\x1b\\": _move,
        b"\x1b ": _only(b"\0"),
        b"\x1b{": _only(b"\0", b"0"),
        b"\x1cS": _only(b"\0\0"),
        b"\x1c-": _only(b"\0", b"0"),
        b"\x1c(A": _only(b"\x02\x0000", b"\x02\x000\0"),
        b"\x1dL": _left_margin,
        b"\x1dW": _area_width,
        b"\x1b-": _underline,
        b"\x1bM": _font,
        b"\x1bd": _feed_lines,
        b"\x1bJ": _feed_dots,
        b"\x1b2": _spacing_default,
        b"\x1b3": _spacing,
        b"\x1bp": _kick,
        b"\x1bB": _buzz,
        b"\x1b*": _column_image,
        b"\x1c.": _leave_chinese,
        b"\x1d!": _size,
        b"\x1dB": _inverse,
        b"\x1dV": _cut,
        b"\x1dv0": _raster,
        b"\x1d|": _density,
        b"\x1dr": _fence_status,
        b"\x1da": _status_automatic,
        b"\x1dI": _identity,
        b"\x1d(D": _real_time_switch,
        b"\x1d(H": _fence_id,
        b"\x1d(L": _graphics,
        b"\x1d(k": _code_2d,
        b"\x10\x04": _status_real_time,
    }


def _transposed(columns: bytes, depth: int) -> bytes:
    """Return a strip given column by column as rows of bits."""
    width = len(columns) // depth
    stride = (width + 7) // 8
    rows = bytearray(stride * depth * 8)
    for x in range(width):
        for y in range(depth * 8):
            if columns[x * depth + y // 8] & (0x80 >> y % 8):
                rows[y * stride + x // 8] |= 0x80 >> x % 8
    return bytes(rows)
