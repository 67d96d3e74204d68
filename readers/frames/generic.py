"""A frame described in the settings, for readers that no file here knows."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from readers.counters import Outcome
from readers.frames.base import BracketDecoder, Decoded, FrameDecoder, LengthDecoder, LineDecoder
from readers.frames.forms import Form, Order, card_from, xor_of


class Checksum(StrEnum):
    """The check behind the number, one byte in a binary frame, two hex digits in a text frame."""

    NONE = "none"
    XOR = "xor"
    SUM = "sum"
    NEGATED_SUM = "negated_sum"


_CHECKS: dict[Checksum, Callable[[bytes], int]] = {
    Checksum.XOR: xor_of,
    Checksum.SUM: lambda values: sum(values) % 256,
    Checksum.NEGATED_SUM: lambda values: -sum(values) % 256,
}


@dataclass(frozen=True, slots=True)
class GenericFrame:
    """A frame in the settings' words.

    start: bytes it begins with, or none. length: bytes between start and end, 0 when an end tells
    it. end: bytes it ends with, each alone, or none when a length tells it.
    """

    start: bytes = b""
    end: bytes = b"\r\n"
    length: int = 0
    form: Form = Form.HEX
    order: Order = Order.TRANSMISSION
    checksum: Checksum = Checksum.NONE
    card: str = "auto"

    def parse(self, body: bytes) -> Decoded:
        """Return the card of a body: the number and its check, without start and end."""
        if self.checksum is Checksum.NONE:
            return card_from(body, self.form, self.order, self.card)
        check = _CHECKS[self.checksum]
        if self.form is Form.BINARY:
            is_well = len(body) > 1 and check(body[:-1]) == body[-1]
            number = body[:-1]
        else:
            try:
                values = bytes.fromhex(body.decode("ascii"))
            except ValueError:
                return Outcome.BAD_FRAME
            is_well = len(values) > 1 and check(values[:-1]) == values[-1]
            number = body[:-2]
        return (
            card_from(number, self.form, self.order, self.card) if is_well else Outcome.BAD_CHECKSUM
        )

    def decoder(self) -> FrameDecoder:
        """Return a decoder for one line."""
        if self.length:
            whole = len(self.start) + self.length
            return LengthDecoder(
                lambda frame: self.parse(frame[len(self.start) :]),
                start=self.start,
                frame_bytes=lambda _stream: whole,
                bytes_max=whole,
            )
        if len(self.start) == 1 and len(self.end) == 1:
            return BracketDecoder(self.parse, start=self.start, end=self.end)
        return LineDecoder(self._parse_line, ends=self.end)

    def _parse_line(self, line: bytes) -> Decoded:
        if not line.startswith(self.start):
            return Outcome.BAD_FRAME
        return self.parse(line[len(self.start) :])
