"""What is plugged into this machine, each with the address that belongs in the settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from readers import pcsc_service

_INPUT_NAMES = Path("/dev/input/by-id")


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device that may be a reader. kind: its family of driver. name: what it calls itself."""

    address: str
    kind: str
    name: str


def find_devices() -> list[FoundDevice]:
    """Return what is plugged: PC/SC readers, then lines and keyboards that may be readers."""
    return [*_pcsc_devices(), *_serial_lines(), *_keyboards()]


def _pcsc_devices() -> Iterator[FoundDevice]:
    if find_spec("smartcard") is None:
        return
    for device in pcsc_service.list_devices():
        yield FoundDevice(f"pcsc://{quote(device)}", "pcsc", device)


def _serial_lines() -> Iterator[FoundDevice]:
    try:
        from serial.tools.list_ports import comports  # noqa: PLC0415
    except ImportError:
        return
    for port in sorted(comports()):
        name = f"{port.description}: name its frame= (see docs/readers.md)"
        yield FoundDevice(f"serial://{port.device}?frame=", "serial", name)


def _keyboards() -> Iterator[FoundDevice]:
    """Yield USB keyboards by their lasting names; event numbers change from start to start."""
    if not _INPUT_NAMES.is_dir():
        return
    for name in sorted(path.name for path in _INPUT_NAMES.iterdir()):
        if name.endswith("-event-kbd"):
            yield FoundDevice(f"wedge://{_INPUT_NAMES / name}?layout=", "wedge", name)
