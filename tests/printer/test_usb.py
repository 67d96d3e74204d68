"""The USB transport against a pyusb of paper: what is not ours is played at its edge."""

import sys
import types

import pytest

from printer.errors import LineLostError
from printer.transports import UsbTransport


class USBError(OSError):
    pass


class USBTimeoutError(USBError):
    pass


class Endpoint:
    def __init__(self, address: int) -> None:
        self.bEndpointAddress = address
        self.sent = b""
        self.answers: list[bytes | Exception] = []
        self.is_full = False

    def write(self, part: bytes, timeout_ms: int) -> int:
        assert timeout_ms >= 1
        if self.is_full:
            raise USBTimeoutError("timeout")
        self.sent += part
        return len(part)

    def read(self, _size: int, timeout_ms: int) -> bytes:
        assert timeout_ms >= 1
        answer = self.answers.pop(0) if self.answers else USBTimeoutError("timeout")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Interface(list):
    bInterfaceClass = 7  # noqa: N815  pyusb's own name
    bInterfaceNumber = 0  # noqa: N815  pyusb's own name


class Device:
    def __init__(self) -> None:
        self.out, self.back = Endpoint(0x01), Endpoint(0x82)
        self.is_claimed = False
        self.is_kernel_driven = True

    def get_active_configuration(self) -> list[Interface]:
        return [Interface([self.out, self.back])]

    def is_kernel_driver_active(self, _number: int) -> bool:
        return self.is_kernel_driven

    def detach_kernel_driver(self, _number: int) -> None:
        self.is_kernel_driven = False


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Device:
    plugged = Device()
    usb, core, util = (types.ModuleType(name) for name in ("usb", "usb.core", "usb.util"))
    core.USBError, core.USBTimeoutError = USBError, USBTimeoutError
    core.find = lambda **ids: plugged if ids == {"idVendor": 0x04B8, "idProduct": 0x0E15} else None
    util.ENDPOINT_OUT, util.ENDPOINT_IN = 0x00, 0x80
    util.endpoint_direction = lambda address: address & 0x80
    util.find_descriptor = lambda interface, custom_match: next(filter(custom_match, interface))
    util.claim_interface = lambda device, _number: setattr(device, "is_claimed", True)
    util.release_interface = lambda device, _number: setattr(device, "is_claimed", False)
    util.dispose_resources = lambda _device: None
    usb.core, usb.util = core, util
    for module in (usb, core, util):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return plugged


def test_bytes_go_out_and_answers_come_back(device: Device) -> None:
    line = UsbTransport(0x04B8, 0x0E15).open()
    assert device.is_claimed
    assert not device.is_kernel_driven
    device.back.answers = [b"\x12"]
    assert line.write_some(b"abc", wait_s=0.1) == 3
    assert line.read_some(wait_s=0.1) == b"\x12"
    assert line.read_some(wait_s=0.1) == b""
    line.finish(wait_s=0.1)
    assert not device.is_claimed
    assert device.out.sent == b"abc"


def test_a_printer_that_takes_nothing_yet_is_waited_for(device: Device) -> None:
    line = UsbTransport(0x04B8, 0x0E15).open()
    device.out.is_full = True
    assert line.write_some(b"abc", wait_s=0.1) == 0


def test_a_printer_that_is_pulled_out_is_lost(device: Device) -> None:
    line = UsbTransport(0x04B8, 0x0E15).open()
    device.back.answers = [USBError("no such device")]
    with pytest.raises(LineLostError, match="no such device"):
        line.read_some(wait_s=0.1)


def test_a_printer_that_is_not_there(device: Device) -> None:
    with pytest.raises(LineLostError, match="not plugged in"):
        UsbTransport(0x04B8, 0xFFFF).open()
    assert not device.is_claimed
