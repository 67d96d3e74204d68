"""What can go wrong with a badge reader, by who acts on it.

    ReaderError
    ├── ReaderAddressError      technician: the address in the settings is not one (wrong usage)
    ├── ReaderUnavailableError  technician: a library or a device this address needs is not there
    ├── DeviceLostError         nobody or hands: the device went; its driver tries again by itself
    ├── TornCardError           nobody: the card left in mid exchange; the pupil taps again
    └── CardListError           bursar: a line of a card list cannot be read

No exception of pyscard, nfcpy, pyserial or evdev leaves its driver.
"""

from core.tap import HealthState


class ReaderError(Exception):
    """A reader cannot do what was asked; the text says what, where and the cure in one line."""


class ReaderAddressError(ReaderError):
    """An address in the settings names no reader."""


class ReaderUnavailableError(ReaderError):
    """What an address needs, a library or a device, is not on this machine."""


class DeviceLostError(ReaderError):
    """A device is not there, or went; the state and the text are what its health shows."""

    def __init__(self, state: HealthState, detail: str) -> None:
        super().__init__(detail)
        self.state = state
        self.detail = detail


class TornCardError(ReaderError):
    """A card left, or another came, in the middle of an exchange: nothing it said counts."""


class CardListError(ReaderError):
    """A card list cannot be read."""
