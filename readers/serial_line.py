"""`serial:///dev/…?frame=…`: card readers and code scanners on a serial line, by pyserial."""

import termios
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from core.tap import Credential, Feedback, HealthState
from readers.address import ReaderAddress, did_you_mean
from readers.base import Habits
from readers.counters import Outcome
from readers.device_files import check_device_file, lost_device
from readers.errors import DeviceLostError, ReaderAddressError
from readers.extras import check_extra
from readers.frames.base import Absence, Decoded, FrameDecoder
from readers.frames.families import FAMILIES, Family
from readers.loop import LoopedReader

if TYPE_CHECKING:
    import serial

_IDLE_READ_S = 0.5
_SILENCE_NS = 400_000_000
_ASK_EVERY_S = 0.1
_CHUNK_BYTES_MAX = 4096
_QUESTIONS_UNANSWERED_MAX = 20
# Two answers without a card tell a removal: one alone may be a hiccup of the field.
_ABSENCES_FOR_REMOVAL = 2
_NOISE_BYTES_ALARMING = 256
_BAUDS = (1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 230400)


class SerialReader(LoopedReader):
    """One reader on a serial line: it speaks by itself, or is asked ten times a second."""

    def __init__(self, *, name: str, address: ReaderAddress, family: Family, baud: int) -> None:
        super().__init__(
            name=name, url=address.text, session=self._session, interrupt=self._interrupt
        )
        self._path = address.place
        self._address = address
        self._family = family
        self._baud = baud
        self.habits = Habits(tells_removal=bool(family.question))
        self._line: serial.Serial | None = None
        self._signals: deque[bytes] = deque(maxlen=4)
        self._lying: Credential | None = None
        self._absences = 0
        self._unanswered = 0
        self._noise_since_card = 0

    def feedback(self, feedback: Feedback) -> None:
        """Send the bytes of a reader's light with the next question, where it has one."""
        if self._family.lights:
            self._signals.append(self._family.lights[feedback])

    def _interrupt(self) -> None:
        line = self._line
        if line is not None:
            try:
                line.cancel_read()
            except (OSError, TypeError, AttributeError):
                # The thread closed the line at this very moment: there is no read to cancel.
                return

    def _session(self) -> None:
        import serial  # noqa: PLC0415  a vendor library, first loaded in the thread

        check_device_file(self.name, self._path)
        try:
            line = serial.Serial(
                self._path,
                self._baud,
                timeout=_ASK_EVERY_S if self._family.question else _IDLE_READ_S,
                write_timeout=1,
                exclusive=True,
            )
        except (OSError, ValueError, termios.error) as error:
            raise lost_device(self.name, self._path, error) from error
        self._line = line
        self._unanswered = self._noise_since_card = 0
        try:
            self._loop.health(HealthState.UP, f"{self.name}: {self._path} at {self._baud} baud")
            self._read_line(line, self._family.decoder(self._address))
        # A pulled adapter shows as any of these, depending on the moment.
        except (OSError, termios.error, TypeError) as error:
            raise lost_device(self.name, self._path, error) from error
        finally:
            self._line = None
            line.close()

    def _read_line(self, line: "serial.Serial", decoder: FrameDecoder) -> None:
        asked_ns = heard_ns = 0
        while not self._loop.is_stopping:
            if self._family.question:
                asked_ns = self._ask(line, asked_ns)
            chunk = line.read(min(line.in_waiting or 1, _CHUNK_BYTES_MAX))
            self._loop.raw(chunk, is_from_reader=True)
            now_ns = time.monotonic_ns()
            noise_before = decoder.noise_bytes
            if chunk:
                heard_ns = now_ns
                found = decoder.feed(chunk)
            else:
                found = decoder.silence() if now_ns - heard_ns >= _SILENCE_NS else []
            for decoded in found:
                self._act(decoded)
            self._count_noise(decoder.noise_bytes - noise_before)

    def _ask(self, line: "serial.Serial", asked_ns: int) -> int:
        """Send the next question when it is time; a reader that never answers is lost."""
        now_ns = time.monotonic_ns()
        if now_ns - asked_ns < _ASK_EVERY_S * 1_000_000_000:
            return asked_ns
        while self._signals:
            line.write(self._signals.popleft())
        line.write(self._family.question)
        self._loop.raw(self._family.question, is_from_reader=False)
        self._unanswered += 1
        if self._unanswered > _QUESTIONS_UNANSWERED_MAX:
            self._unanswered = 0
            raise DeviceLostError(
                HealthState.UNPLUGGED,
                f"{self.name}: {self._path} does not answer at {self._baud} baud; "
                "check cable, power, baud= and frame=",
            )
        return now_ns

    def _act(self, decoded: Decoded) -> None:
        self._unanswered = 0
        match decoded:
            case Credential():
                self._absences = self._noise_since_card = 0
                if decoded != self._lying or not self.habits.tells_removal:
                    self._come(decoded)
            case Absence.NO_CARD:
                self._noise_since_card = 0
                self._absences += 1
                if self._lying is not None and self._absences >= _ABSENCES_FOR_REMOVAL:
                    self._lying = None
                    self._loop.removed()
            case Outcome():
                self.counters.add(decoded)

    def _come(self, credential: Credential) -> None:
        if self.habits.tells_removal:
            if self._lying is not None:
                self._loop.removed()
            self._lying = credential
        self._loop.health(HealthState.UP, f"{self.name}: {self._path} at {self._baud} baud")
        self._loop.tap(credential, self._family.assurance)

    def _count_noise(self, noise_bytes: int) -> None:
        if noise_bytes <= 0:
            return
        self.counters.add(Outcome.NOISE_BYTES, noise_bytes)
        self._noise_since_card += noise_bytes
        if self._noise_since_card >= _NOISE_BYTES_ALARMING:
            self._loop.health(
                HealthState.DEGRADED,
                f"{self.name}: {self._path} gives noise at {self._baud} baud; "
                "check baud= and frame=",
            )


def open_device(address: ReaderAddress, *, name: str) -> SerialReader:
    """Return the reader on a serial line.

    Options: frame (required, a family of readers.frames.families), baud, and those of the family.
    """
    word = address.options.get("frame", "")
    family = FAMILIES.get(word)
    if family is None:
        said = f"frame={word} is not known" if word else "it needs frame="
        raise ReaderAddressError(f"{address.text}: {said}" + did_you_mean(word, FAMILIES.keys()))
    address.check_options(("frame", "baud", *family.options))
    if not Path(address.place).is_absolute():
        raise ReaderAddressError(
            f"{address.text}: write the device with three slashes, serial:///dev/ttyUSB0?frame={word}"
        )
    baud = address.number("baud", family.baud, low=min(_BAUDS), high=max(_BAUDS))
    if baud not in _BAUDS:
        raise ReaderAddressError(
            f"{address.text}: baud={baud} is no speed of a serial line"
            + did_you_mean(str(baud), [str(speed) for speed in _BAUDS])
        )
    family.decoder(address)
    check_extra(address, module="serial", library="pyserial", extra="serial")
    return SerialReader(name=name, address=address, family=family, baud=baud)
