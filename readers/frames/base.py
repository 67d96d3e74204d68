"""What a frame decoder is, and the three shapes of frame that all families are made of.

Rule 1: the cards found depend on the bytes alone, never on how they were cut. Rule 2: a decoder
keeps at most one frame's worth of bytes. Rule 3: after noise, the next good frame is found.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import Protocol

from core.tap import Credential
from readers.counters import Outcome


class Absence(Enum):
    """A reader that is asked answers that no card lies on it."""

    NO_CARD = "no_card"


Decoded = Credential | Outcome | Absence
"""A card, the named fault of a bad frame, or the answer that there is no card."""

ParseBody = Callable[[bytes], Decoded | None]
"""Reads the body of one frame; None: the frame is well but says nothing of a card."""


class FrameDecoder(Protocol):
    """Finds frames in a stream. `noise_bytes`: how many bytes belonged to no frame so far."""

    noise_bytes: int

    def feed(self, chunk: bytes) -> list[Decoded]:
        """Take the next bytes and return what they complete."""
        ...

    def silence(self) -> list[Decoded]:
        """Take it that the line fell silent: a half frame will not be completed any more."""
        ...


class LineDecoder:
    """Frames that end in one of some bytes (CR, LF): scanners and readers that write text."""

    def __init__(self, parse: ParseBody, *, ends: bytes = b"\r\n", bytes_max: int = 256) -> None:
        self.noise_bytes = 0
        self._parse = parse
        self._ends = re.compile(b"[" + re.escape(ends) + b"]+")
        self._bytes_max = bytes_max
        self._kept = b""
        self._is_overlong = False

    def feed(self, chunk: bytes) -> list[Decoded]:
        """Take the next bytes and return what they complete."""
        *lines, self._kept = self._ends.split(self._kept + chunk)
        found = [decoded for line in lines if (decoded := self._line(line)) is not None]
        if len(self._kept) > self._bytes_max:
            self.noise_bytes += len(self._kept)
            self._kept = b""
            self._is_overlong = True
        return found

    def silence(self) -> list[Decoded]:
        """Drop a half line."""
        half, self._kept = self._kept, b""
        self.noise_bytes += len(half)
        return [Outcome.BAD_FRAME] if half else []

    def _line(self, line: bytes) -> Decoded | None:
        if self._is_overlong or len(line) > self._bytes_max:
            self._is_overlong = False
            self.noise_bytes += len(line)
            return Outcome.OVERLONG_FRAME
        if not line:
            return None
        decoded = self._parse(line)
        if isinstance(decoded, Outcome):
            self.noise_bytes += len(line)
        return decoded


class BracketDecoder:
    """Frames between a start byte and an end byte that never stand inside (STX … ETX)."""

    def __init__(
        self, parse: ParseBody, *, start: bytes = b"\x02", end: bytes = b"\x03", bytes_max: int = 64
    ) -> None:
        assert len(start) == len(end) == 1, "a bracket is one byte"
        self.noise_bytes = 0
        self._parse = parse
        self._start = start
        inside = b"([^" + re.escape(start) + re.escape(end) + b"]*)"
        self._frame = re.compile(re.escape(start) + inside + re.escape(end))
        self._bytes_max = bytes_max
        self._kept = b""

    def feed(self, chunk: bytes) -> list[Decoded]:
        """Take the next bytes and return what they complete."""
        stream = self._kept + chunk
        found: list[Decoded] = []
        at = 0
        for match in self._frame.finditer(stream):
            self.noise_bytes += match.start() - at
            at = match.end()
            body = match[1]
            decoded = Outcome.OVERLONG_FRAME if len(body) > self._bytes_max else self._parse(body)
            if decoded is not None:
                found.append(decoded)
        self._keep(stream, at, found)
        return found

    def silence(self) -> list[Decoded]:
        """Drop a half frame."""
        return self._drop()

    def _keep(self, stream: bytes, at: int, found: list[Decoded]) -> None:
        start = stream.rfind(self._start, at)
        if start < 0:
            self.noise_bytes += len(stream) - at
            self._kept = b""
            return
        self.noise_bytes += start - at
        self._kept = stream[start:]
        if len(self._kept) > self._bytes_max + 1:
            self.noise_bytes += len(self._kept)
            self._kept = b""
            found.append(Outcome.OVERLONG_FRAME)

    def _drop(self) -> list[Decoded]:
        half, self._kept = self._kept, b""
        self.noise_bytes += len(half)
        return [Outcome.BAD_FRAME] if half else []


class LengthDecoder:
    """Binary frames that begin with known bytes and tell, or have, their length.

    frame_bytes: given the bytes from a start on, the length of the whole frame, 0 while too few
    bytes are there to tell, or -1 when no frame can begin so. A frame whose parsing gives a fault
    is left by one byte only, so a good frame inside a false one is still found.
    """

    def __init__(
        self,
        parse: ParseBody,
        *,
        start: bytes,
        frame_bytes: Callable[[bytes], int],
        bytes_max: int = 64,
    ) -> None:
        assert start, "a binary frame has a start"
        self.noise_bytes = 0
        self._parse = parse
        self._start = start
        self._frame_bytes = frame_bytes
        self._bytes_max = bytes_max
        self._kept = b""

    def feed(self, chunk: bytes) -> list[Decoded]:
        """Take the next bytes and return what they complete."""
        self._kept += chunk
        return self._scan()

    def silence(self) -> list[Decoded]:
        """Give up the half frame, and look once more at what stands in it."""
        found: list[Decoded] = []
        while self._kept:
            found.append(Outcome.BAD_FRAME)
            self.noise_bytes += 1
            self._kept = self._kept[1:]
            found += self._scan()
        return found

    def _scan(self) -> list[Decoded]:
        stream, found, at = self._kept, list[Decoded](), 0
        while True:
            start = stream.find(self._start, at)
            if start < 0:
                at = self._skip(at, max(at, len(stream) - len(self._start) + 1))
                # A start of several bytes may be cut: only its own first bytes are worth keeping.
                while at < len(stream) and not self._start.startswith(stream[at:]):
                    at = self._skip(at, at + 1)
                break
            at = self._skip(at, start)
            length = self._frame_bytes(stream[at : at + self._bytes_max])
            if length == 0 or at + length > len(stream):
                break
            decoded = None if length < 0 else self._parse(stream[at : at + length])
            if length < 0 or isinstance(decoded, Outcome):
                at = self._skip(at, at + 1)
            else:
                at += length
            if decoded is not None:
                found.append(decoded)
        self._kept = stream[at:]
        return found

    def _skip(self, at: int, to: int) -> int:
        self.noise_bytes += to - at
        return to
