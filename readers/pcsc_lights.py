"""Lights and buzzers of PC/SC readers: the bytes a reader, known by its name, wants.

They are sent as escape commands, which the CCID driver passes on only where its settings allow it
(`ifdDriverOptions` with bit 0 in libccid's Info.plist); a refusal is silent, for the screen and the
sound of the till say the same. The bytes are those that public code sends to ACS readers. They
were held against no manual and tried on no reader: where a light is wrong, mend its row here.
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.tap import Feedback

_QUIET_AFTER_MS = 700
_ASKED_MAX = 16

Escape = Callable[[str, Sequence[bytes]], None]


@dataclass(frozen=True, slots=True)
class Signal:
    """Escape commands to send now, and those that end the signal after `quiet_after_ms`."""

    now: tuple[bytes, ...]
    later: tuple[bytes, ...] = ()
    quiet_after_ms: int = _QUIET_AFTER_MS


def _acr122(pattern: str) -> Signal:
    return Signal((bytes.fromhex("FF0040" + pattern),))


def _acr_escape(lights: int, beep_10ms: int) -> Signal:
    light = bytes([0xE0, 0x00, 0x00, 0x29, 0x01, lights])
    beep = bytes([0xE0, 0x00, 0x00, 0x28, 0x01, beep_10ms])
    dark = bytes([0xE0, 0x00, 0x00, 0x29, 0x01, 0x00])
    return Signal((light, beep), (dark,))


# ACR122: light state, then 04, first length, second length (100 ms each), rounds, buzzer.
_ACR122 = {
    Feedback.ACCEPTED: _acr122("A00402000101"),
    Feedback.REFUSED: _acr122("500402020301"),
    Feedback.ATTENTION: _acr122("F00401010201"),
}
# Bit 0 red, bit 1 green; the buzzer in steps of 10 ms.
_ACR_ESCAPE = {
    Feedback.ACCEPTED: _acr_escape(0x02, 10),
    Feedback.REFUSED: _acr_escape(0x01, 50),
    Feedback.ATTENTION: _acr_escape(0x03, 25),
}
_BY_NAME: tuple[tuple[str, Mapping[Feedback, Signal]], ...] = (
    ("ACR122", _ACR122),
    ("ACR1222", _ACR122),
    ("ACR1251", _ACR_ESCAPE),
    ("ACR1252", _ACR_ESCAPE),
    ("ACR1255", _ACR_ESCAPE),
    ("ACR1281", _ACR_ESCAPE),
    ("ACR1552", _ACR_ESCAPE),
)


def signal_for(reader_name: str, feedback: Feedback) -> Signal | None:
    """Return what a reader of this name wants for a decision, or None when it has no lights."""
    for part, signals in _BY_NAME:
        if part in reader_name:
            return signals[feedback]
    return None


class Lights:
    """What the readers of one driver still have to show. `ask` may be called from any thread."""

    def __init__(self) -> None:
        self._asked: deque[tuple[str, Feedback]] = deque(maxlen=_ASKED_MAX)
        self._quiets: dict[str, tuple[int, tuple[bytes, ...]]] = {}

    def ask(self, device: str, feedback: Feedback) -> bool:
        """Remember what to show; return whether this reader has lights at all."""
        has_lights = signal_for(device, feedback) is not None
        if has_lights:
            self._asked.append((device, feedback))
        return has_lights

    def dues_ns(self) -> Iterable[int]:
        """Return when lights are to be put out."""
        return [due_ns for due_ns, _commands in self._quiets.values()]

    def show(self, escape: Escape, devices: Container[str], *, now_ns: int) -> None:
        """Send what was asked for, to readers that are there, and put out what is due."""
        while self._asked:
            device, feedback = self._asked.popleft()
            signal = signal_for(device, feedback)
            if signal is not None and device in devices:
                escape(device, signal.now)
                if signal.later:
                    due_ns = now_ns + signal.quiet_after_ms * 1_000_000
                    self._quiets[device] = (due_ns, signal.later)
        for device, (due_ns, commands) in list(self._quiets.items()):
            if due_ns <= now_ns:
                del self._quiets[device]
                escape(device, commands)
