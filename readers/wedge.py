"""`wedge:///dev/input/…?layout=be`: readers that pretend to be a keyboard, by evdev.

The device is grabbed, or the number would also land in whatever window has the focus.
"""

import errno
import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from core.tap import Assurance, Credential, HealthState
from readers.address import ReaderAddress
from readers.counters import Outcome
from readers.device_files import check_device_file, lost_device
from readers.errors import ReaderAddressError
from readers.extras import check_extra
from readers.frames.forms import CARD_WORDS, Form, Order, card_from
from readers.keyboards import LAYOUTS
from readers.loop import LoopedReader
from readers.wedge_keys import EVENT, GAP_MS, TERMINATORS, EventStream, WedgeDecoder

_READ_BYTES = 64 * EVENT.size
_FORMS = (Form.TEXT, Form.HEX, Form.DECIMAL)


class GrabbedDevice(Protocol):
    """An input device that is ours alone, as evdev gives it."""

    name: str
    fd: int

    def close(self) -> None:
        """Let it go."""
        ...


class WedgeReader(LoopedReader):
    """One keyboard-like reader."""

    def __init__(  # the parts of an address, in its own order
        self,
        *,
        name: str,
        url: str,
        path: str,
        decoder: WedgeDecoder,
        form: Form,
        order: Order,
        card: str,
        open_and_grab: Callable[[str], GrabbedDevice] | None = None,
    ) -> None:
        super().__init__(name=name, url=url, session=self._session, interrupt=self._interrupt)
        self._path = path
        self._decoder = decoder
        self._form = form
        self._order = order
        self._card = card
        self._open_and_grab = open_and_grab or _open_and_grab
        self._wake_read, self._wake_write = -1, -1

    def keys(self, chunk: bytes, stream: EventStream) -> None:
        """Take the kernel's bytes and post the badges they complete."""
        self._loop.raw(chunk, is_from_reader=True)
        for event in stream.feed(chunk):
            decoded = self._decoder.feed(event)
            if isinstance(decoded, Outcome):
                self.counters.add(decoded)
            elif decoded is not None:
                self._read_number(decoded)

    def _read_number(self, text: str) -> None:
        card = card_from(text.encode(), self._form, self._order, self._card)
        if isinstance(card, Credential):
            is_typed = self._form is Form.TEXT
            self._loop.tap(card, Assurance.TYPED if is_typed else Assurance.UID)
        else:
            self.counters.add(card)

    def _interrupt(self) -> None:
        if self._wake_write >= 0:
            os.write(self._wake_write, b"x")

    def _session(self) -> None:
        check_device_file(self.name, self._path)
        try:
            device = self._open_and_grab(self._path)
        except OSError as error:
            raise lost_device(self.name, self._path, error) from error
        self._wake_read, self._wake_write = os.pipe()
        try:
            self._loop.health(
                HealthState.UP, f"{self.name}: {device.name} at {self._path}, grabbed"
            )
            self._read_device(device.fd)
        except OSError as error:
            raise lost_device(self.name, self._path, error) from error
        finally:
            wakers = (self._wake_read, self._wake_write)
            self._wake_read = self._wake_write = -1
            for descriptor in wakers:
                os.close(descriptor)
            device.close()

    def _read_device(self, descriptor: int) -> None:
        stream = EventStream()
        while not self._loop.is_stopping:
            ready, _, _ = select.select([descriptor, self._wake_read], [], [])
            if descriptor in ready:
                chunk = os.read(descriptor, _READ_BYTES)
                if not chunk:
                    raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
                self.keys(chunk, stream)


def _open_and_grab(path: str) -> GrabbedDevice:
    import evdev  # noqa: PLC0415  a vendor library, first loaded in the thread

    device: Any = evdev.InputDevice(path)
    try:
        device.grab()
    except OSError:
        device.close()
        raise
    return cast("GrabbedDevice", device)


def open_device(address: ReaderAddress, *, name: str) -> WedgeReader:
    """Return the reader behind an input device.

    Options: layout (us be fr de uk; required), terminator (enter tab), gap_ms (5 to 500),
    form (text hex decimal), order and card as for serial lines.
    """
    address.check_options(("layout", "terminator", "gap_ms", "form", "order", "card"))
    if "layout" not in address.options:
        raise ReaderAddressError(
            f"{address.text}: it needs layout=, one of {', '.join(sorted(LAYOUTS))}"
        )
    if not Path(address.place).is_absolute():
        raise ReaderAddressError(
            f"{address.text}: write the device with three slashes, wedge:///dev/input/event3?layout=be"
        )
    decoder = WedgeDecoder(
        layout_word=address.choice("layout", LAYOUTS, "us"),
        terminator=address.choice("terminator", tuple(TERMINATORS), "enter"),
        gap_ms=address.number("gap_ms", GAP_MS, low=5, high=500),
    )
    form = Form(address.choice("form", _FORMS, Form.TEXT))
    order = Order(address.choice("order", tuple(Order), Order.TRANSMISSION))
    card = address.choice("card", CARD_WORDS, "auto")
    check_extra(address, module="evdev", library="evdev", extra="wedge")
    return WedgeReader(
        name=name,
        url=address.text,
        path=address.place,
        decoder=decoder,
        form=form,
        order=order,
        card=card,
    )
