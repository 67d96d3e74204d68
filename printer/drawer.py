"""The pulse that opens a cash drawer, and the buzzer: never part of a document."""

from typing import Final, assert_never

from printer.base import Pulse
from printer.profile import PrinterProfile

_KICK: Final = b"\x1bp"
_BUZZ: Final = b"\x1bB\x02\x02"
_SECOND_PIN: Final = 5
_MS_PER_UNIT: Final = 2


def pulse_bytes(pulse: Pulse, profile: PrinterProfile) -> bytes:
    """Return the bytes of a pulse: as long on as off for the drawer, two beeps for the buzzer."""
    match pulse:
        case Pulse.DRAWER:
            units = profile.pulse_ms // _MS_PER_UNIT
            line = 1 if profile.drawer_pin == _SECOND_PIN else 0
            return _KICK + bytes([line, units, units])
        case Pulse.BUZZER:
            return _BUZZ
        case _:
            assert_never(pulse)
