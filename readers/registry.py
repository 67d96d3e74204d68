"""Finds the driver for an address: the built-in ones, and a school's own by entry point.

A school adds a driver without a fork: its package declares, in the group `refectory.readers`, an
entry point with the scheme as its name and a function `open_device(address, *, name)` as its value.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from readers.address import ReaderAddress, did_you_mean, parse_address
from readers.base import BadgeReader
from readers.errors import ReaderAddressError, ReaderUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.metadata import EntryPoint

OpenDevice = Callable[..., BadgeReader]

GROUP: Final = "refectory.readers"
# The installed package declares the same rows as entry points; they stand here too, so that a plain
# checkout works and the common case never searches the installed distributions.
BUILT_IN: Final[Mapping[str, str]] = {
    "nfc+tty": "readers.nfc_frontend:open_tty",
    "nfc+usb": "readers.nfc_frontend:open_usb",
    "pcsc": "readers.pcsc:open_device",
    "replay": "readers.replay:open_device",
    "serial": "readers.serial_line:open_device",
    "simulated": "readers.simulated:open_device",
    "wedge": "readers.wedge:open_device",
}


def open_reader(url: str, *, name: str | None = None) -> BadgeReader:
    """Return the reader for an address; its device is first touched by `start`.

    name: what people call it; by default made from the address. Raises ReaderAddressError when
    the address names no reader, ReaderUnavailableError when its driver cannot be loaded.
    """
    address = parse_address(url)
    open_device = _find_driver(address)
    return open_device(address, name=name or default_name(address))


def default_name(address: ReaderAddress) -> str:
    """Return a short name for a reader: its scheme, and the end of its place when it has one."""
    end = address.place.rstrip("/").rpartition("/")[2]
    return f"{address.scheme}-{end}" if end else address.scheme


def find_added_drivers() -> "Sequence[EntryPoint]":
    """Return the drivers that installed packages declare."""
    # Reading what is installed takes longer than all other start-up of this package together.
    from importlib.metadata import entry_points  # noqa: PLC0415

    return tuple(entry_points(group=GROUP))


def _find_driver(address: ReaderAddress) -> OpenDevice:
    if target := BUILT_IN.get(address.scheme):
        module_name, _, function = target.partition(":")
        return cast("OpenDevice", getattr(import_module(module_name), function))
    added = {point.name: point for point in find_added_drivers()}
    point = added.get(address.scheme)
    if point is None:
        known = sorted({*BUILT_IN, *added})
        message = f'{address.text}: no reader driver is called "{address.scheme}"'
        raise ReaderAddressError(message + did_you_mean(address.scheme, known))
    try:
        return cast("OpenDevice", point.load())
    except Exception as error:
        raise ReaderUnavailableError(
            f"{address.text}: its driver {point.value} cannot be loaded ({error}); "
            "reinstall the package that brings it"
        ) from error
