"""From an address to a printer: `open_printer("tcp://till-printer:9100")`.

    tcp://host:9100 · serial:///dev/ttyUSB0?baud=38400 · file:///dev/usb/lp0 · usb://04b8:0e15
    image:///folder · none://

A query may name a profile of python-escpos's collection (`?profile=TM-T88V`), a profile file
(`?profile=/path/to.json`) or single fields (`?columns=42&fence=r`). A school adds its own scheme
with `register`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from printer.base import Printer
from printer.device_printer import DevicePrinter
from printer.errors import PrinterAddressError
from printer.null_printer import NullPrinter
from printer.profile import (
    PICTURE,
    PrinterProfile,
    load_profile,
    profile_from_mapping,
    vendor_profile,
)
from printer.transports import FileTransport, SerialTransport, TcpTransport, UsbTransport

Opener = Callable[[SplitResult, Mapping[str, str], PrinterProfile | None], Printer]
"""Makes a printer from a split address, its options, and the profile its caller insists on."""

_FILE_SUFFIX: Final = ".json"


def open_printer(
    url: str,
    *,
    profile: PrinterProfile | None = None,
    picture_folder: Path | None = None,
    profile_folder: Path | None = None,
) -> Printer:
    """Return the printer that an address names; nothing is connected yet.

    profile: what the printer can do, where neither the address nor a file of `printer test` says.
    picture_folder: what a bare `image://` stands for. profile_folder: where `printer test` writes.
    Raises PrinterAddressError when the address names no printer, ProfileError when its profile is
    bad.
    """
    if profile_folder is not None:
        found = profile_path(profile_folder, url)
        profile = load_profile(found) if found.exists() else profile
    if url.partition("?")[0] == "image://" and picture_folder is not None:
        url = url.replace("image://", f"image://{quote(str(picture_folder.absolute()))}", 1)
    parts = _split(url)
    opener = _OPENERS.get(parts.scheme)
    if opener is None:
        raise PrinterAddressError(_unknown(url, parts.scheme))
    return opener(parts, dict(parse_qsl(parts.query, keep_blank_values=True)), profile)


def profile_path(folder: Path, url: str) -> Path:
    """Return where `printer test` writes the profile of the printer at an address."""
    return folder / f"{quote(url.partition('?')[0], safe='')}{_FILE_SUFFIX}"


def register(scheme: str, opener: Opener) -> None:
    """Make a scheme of one's own known, before the first printer is opened."""
    _OPENERS[scheme] = opener


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        message = f"printer address {url!r} cannot be read ({error}); write it like {_EXAMPLE}"
        raise PrinterAddressError(message) from error


def _port_of(parts: SplitResult) -> int:
    try:
        return parts.port or _TCP_PORT
    except ValueError as error:
        url = parts.geturl()
        message = f"printer address {url!r} cannot be read ({error}); write it like {_EXAMPLE}"
        raise PrinterAddressError(message) from error


def _unknown(url: str, scheme: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  for a mistake alone

    close = get_close_matches(scheme, _OPENERS, n=1)
    if close:
        cure = f"did you mean {close[0]}://?"
    elif scheme:
        cure = f"it is one of {', '.join(f'{known}://' for known in sorted(_OPENERS))}"
    else:
        cure = f"write it like {_EXAMPLE}"
    return f"printer address {url!r} names no printer; {cure}"


def _resolve(
    options: Mapping[str, str], profile: PrinterProfile | None, *, fallback: PrinterProfile
) -> PrinterProfile:
    """Return the profile that address, caller and default come to."""
    fields = dict(options)
    named = fields.pop("profile", None)
    base = profile or fallback
    if named is not None:
        is_file = named.endswith(_FILE_SUFFIX)
        base = load_profile(Path(named)) if is_file else vendor_profile(named)
    return profile_from_mapping(fields, base=base)


def _folder_of(parts: SplitResult) -> Path:
    if parts.netloc:
        message = (
            f"printer address {parts.geturl()!r} has a host where a path starts; "
            f"did you mean {parts.scheme}:///{parts.netloc}{parts.path}?"
        )
        raise PrinterAddressError(message)
    if parts.path in {"", "/"}:
        message = f"printer address {parts.geturl()!r} names no path; write {parts.scheme}:///path"
        raise PrinterAddressError(message)
    return Path(unquote(parts.path))


def _open_image(
    parts: SplitResult, options: Mapping[str, str], profile: PrinterProfile | None
) -> Printer:
    from printer.picture_printer import PicturePrinter  # noqa: PLC0415  a canteen has a real one

    return PicturePrinter(_folder_of(parts), profile=_resolve(options, profile, fallback=PICTURE))


def _open_none(
    parts: SplitResult, options: Mapping[str, str], profile: PrinterProfile | None
) -> Printer:
    del options, profile
    if parts.netloc or parts.path:
        message = f"printer address {parts.geturl()!r} says more than nothing; write none://"
        raise PrinterAddressError(message)
    return NullPrinter()


def _open_tcp(
    parts: SplitResult, options: Mapping[str, str], profile: PrinterProfile | None
) -> Printer:
    if not parts.hostname or parts.path not in {"", "/"}:
        message = f"printer address {parts.geturl()!r} names no host; write tcp://host:9100"
        raise PrinterAddressError(message)
    transport = TcpTransport(parts.hostname, _port_of(parts))
    return DevicePrinter(transport, _resolve(options, profile, fallback=_ANY))


def _open_serial(
    parts: SplitResult, options: Mapping[str, str], profile: PrinterProfile | None
) -> Printer:
    rest = dict(options)
    baud, flow = rest.pop("baud", "9600"), rest.pop("flow", _FLOWS[0])
    if not baud.isdecimal() or flow not in _FLOWS:
        message = (
            f"printer address {parts.geturl()!r}: baud={baud!r} or flow={flow!r} cannot be; "
            f"write ?baud=38400&flow= one of {', '.join(_FLOWS)}"
        )
        raise PrinterAddressError(message)
    transport = SerialTransport(_folder_of(parts), int(baud), flow)
    return DevicePrinter(transport, _resolve(rest, profile, fallback=_ANY))


def _open_file(
    parts: SplitResult, options: Mapping[str, str], profile: PrinterProfile | None
) -> Printer:
    transport = FileTransport(_folder_of(parts))
    return DevicePrinter(transport, _resolve(options, profile, fallback=_ANY))


def _open_usb(
    parts: SplitResult, options: Mapping[str, str], profile: PrinterProfile | None
) -> Printer:
    found = _USB_IDS.fullmatch(parts.netloc)
    if found is None:
        message = f"printer address {parts.geturl()!r} names no device; write usb://04b8:0e15"
        raise PrinterAddressError(message)
    transport = UsbTransport(int(found[1], 16), int(found[2], 16))
    return DevicePrinter(transport, _resolve(options, profile, fallback=_ANY))


_TCP_PORT: Final = 9100
_FLOWS: Final = ("xonxoff", "rtscts", "dsrdtr", "none")
_USB_IDS: Final = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")
_ANY: Final = PrinterProfile(name="any")
_EXAMPLE: Final = "tcp://host:9100 or image:///folder"

_OPENERS: dict[str, Opener] = {
    "image": _open_image,
    "none": _open_none,
    "tcp": _open_tcp,
    "serial": _open_serial,
    "file": _open_file,
    "usb": _open_usb,
}
