"""How printers are reached: `tcp`, `serial`, `file` (usblp) and `usb`.

python-escpos has transports of its own; they report success for papers that never came out, wait
without an end on a serial line, and lose the tails of receipts. These are thin and tell the truth.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from printer.errors import LineLostError
from printer.line import DescriptorLine, Line

CONNECT_S: Final = 3.0
_USB_READ_BYTES: Final = 64
_USB_PRINTER_CLASS: Final = 7
_MS_PER_S: Final = 1000


@dataclass(frozen=True, slots=True)
class TcpTransport:
    """A printer on the network: one connection per job, IPv4 or IPv6."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"

    def open(self) -> Line:
        """Connect."""
        try:
            connected = socket.create_connection((self.host, self.port), timeout=CONNECT_S)
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"{self.url} cannot be reached ({reason}); check its cable and power"
            raise LineLostError(message) from error
        connected.settimeout(0)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return DescriptorLine(
            connected.fileno(),
            close=connected.close,
            shut=lambda: connected.shutdown(socket.SHUT_WR),
        )


@dataclass(frozen=True, slots=True)
class SerialTransport:
    """A printer on a serial port. flow: `xonxoff`, `rtscts`, `dsrdtr` or `none`."""

    path: Path
    baud: int
    flow: str

    @property
    def url(self) -> str:
        """The address."""
        return f"serial://{self.path}?baud={self.baud}&flow={self.flow}"

    def open(self) -> Line:
        """Open the port, with its speed and flow control set by pyserial."""
        try:
            import serial  # noqa: PLC0415  late: only a terminal with such a printer needs it
        except ImportError as error:
            message = "pyserial is not installed; install the `serial` extra"
            raise LineLostError(message) from error
        try:
            port = serial.Serial(
                str(self.path),
                baudrate=self.baud,
                timeout=0,
                write_timeout=1,
                xonxoff=self.flow == "xonxoff",
                rtscts=self.flow == "rtscts",
                dsrdtr=self.flow == "dsrdtr",
                exclusive=True,
            )
        except (OSError, ValueError) as error:
            message = f"{self.url} cannot be opened ({error}); check its cable and your groups"
            raise LineLostError(message) from error
        return DescriptorLine(port.fileno(), close=port.close)


@dataclass(frozen=True, slots=True)
class FileTransport:
    """A printer behind a kernel device, such as `/dev/usb/lp0`."""

    path: Path

    @property
    def url(self) -> str:
        """The address."""
        return f"file://{self.path}"

    def open(self) -> Line:
        """Open the device."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"{self.url} cannot be opened ({reason}); is the printer plugged and on?"
            raise LineLostError(message) from error
        if not os.isatty(descriptor) and Path(self.path).is_file():
            os.lseek(descriptor, 0, os.SEEK_END)
        return DescriptorLine(descriptor, close=lambda: os.close(descriptor))


@dataclass(frozen=True, slots=True)
class UsbTransport:
    """A printer that the kernel gives no device for, reached through pyusb.

    vendor, product: its USB ids. Where `/dev/usb/lp0` exists, prefer it: pyusb takes it away.
    """

    vendor: int
    product: int

    @property
    def url(self) -> str:
        """The address."""
        return f"usb://{self.vendor:04x}:{self.product:04x}"

    def open(self) -> Line:
        """Claim the printer's interface."""
        try:
            import usb.core  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415  late, and only where it is installed
            import usb.util  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: PLC0415
        except ImportError as error:
            message = "pyusb is not installed; install the `usb` extra, or use file:///dev/usb/lp0"
            raise LineLostError(message) from error
        device = usb.core.find(idVendor=self.vendor, idProduct=self.product)
        if device is None:
            raise LineLostError(f"{self.url} is not plugged in; check its cable and power")
        try:
            return _UsbLine(device, usb)
        except (usb.core.USBError, StopIteration) as error:
            message = f"{self.url} cannot be claimed ({error}); is another program using it?"
            raise LineLostError(message) from error


class _UsbLine:
    """A line over the bulk endpoints of a USB printer."""

    def __init__(self, device: Any, usb: Any) -> None:  # noqa: ANN401  pyusb has no types
        self._device = device
        self._usb = usb
        interface = next(
            one
            for one in device.get_active_configuration()
            if one.bInterfaceClass == _USB_PRINTER_CLASS
        )
        self._number = interface.bInterfaceNumber
        if device.is_kernel_driver_active(self._number):
            device.detach_kernel_driver(self._number)
        usb.util.claim_interface(device, self._number)
        self._out = self._endpoint(interface, usb.util.ENDPOINT_OUT)
        self._in = self._endpoint(interface, usb.util.ENDPOINT_IN)

    def write_some(self, part: bytes, *, wait_s: float) -> int:
        """Send a part; a printer that does not take it yet makes the call time out."""
        try:
            return int(self._out.write(part, max(1, int(wait_s * _MS_PER_S))))
        except self._usb.core.USBTimeoutError:
            return 0
        except self._usb.core.USBError as error:
            raise LineLostError(str(error)) from error

    def read_some(self, *, wait_s: float) -> bytes:
        """Return what the printer has sent."""
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(_USB_READ_BYTES, max(1, int(wait_s * _MS_PER_S))))
        except self._usb.core.USBTimeoutError:
            return b""
        except self._usb.core.USBError as error:
            raise LineLostError(str(error)) from error

    def finish(self, *, wait_s: float) -> None:
        """Give the printer back."""
        del wait_s
        try:
            self._usb.util.release_interface(self._device, self._number)
        except self._usb.core.USBError:
            pass  # it was pulled out: nothing is held any more
        finally:
            self._usb.util.dispose_resources(self._device)

    def _endpoint(self, interface: Any, direction: int) -> Any:  # noqa: ANN401  as above
        return self._usb.util.find_descriptor(
            interface,
            custom_match=lambda one: (
                self._usb.util.endpoint_direction(one.bEndpointAddress) == direction
            ),
        )
