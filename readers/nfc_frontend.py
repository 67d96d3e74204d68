"""`nfc+tty:///dev/…?chip=pn532` and `nfc+usb://`: readers that nfcpy drives, without pcscd.

nfcpy opens a PN532 by running `stty` in a shell to try faster speeds, and leaves boards stuck after
a crash; so the board is greeted here, stays at 115200 baud, and is then handed to nfcpy.
A PN532 may grow slow or mute after hours of idling: a watchdog opens it afresh.
"""

import logging
import re
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.tap import Assurance, Credential, HealthState, Technology
from readers.address import ReaderAddress
from readers.base import Habits
from readers.cards.ndef import NdefFaultError, first_text
from readers.counters import Outcome
from readers.device_files import check_device_file, lost_device
from readers.errors import DeviceLostError, ReaderAddressError
from readers.extras import check_extra
from readers.loop import LoopedReader

_LOOK_EVERY_S = 0.2
# Nearly every badge is of type A, and each kind that is looked for costs the board an exchange.
_KIND_OF_BADGES = "106A"
_ALL_KINDS = (_KIND_OF_BADGES, "106B", "212F")
_LOOK_FOR_ALL_EVERY = 3
_GREETING_READ_MS = 100
# A Raspberry Pi's USB may hold back the first bytes of a serial adapter for a second.
_FIRST_READ_MS = 1500
_WAKE_UP = bytes(10)
_GET_VERSION = bytes.fromhex("0000FF02FED4022A00")
_VERSION_HEAD = bytes.fromhex("0000FF06FAD503")
_CONFIGURE_SAM = bytes.fromhex("0000FF05FBD4140100001700")
_SAM_CONFIGURED = bytes.fromhex("0000FF02FED5151600")
_ACK = bytes.fromhex("0000FF00FF00")
_SLOW_LOOK_NS = 2_000_000_000
_REFRESH_IDLE_NS = 3600 * 1_000_000_000
_ABSENCES_FOR_REMOVAL = 2
_SETTLE_MS = 300
_USB_NUMBER = re.compile(r"[0-9A-Fa-f]{4}")
_USB_WORDS = "a vendor id, or vendor:product, in four hexadecimal digits each"

OpenFrontend = Callable[[], Any]


class _MuteBoardError(Exception):
    """A board did not greet back."""


class NfcReader(LoopedReader):
    """One nfcpy frontend, looked at five times a second."""

    habits = Habits(tells_removal=True, settle_ms=_SETTLE_MS)

    def __init__(
        self,
        *,
        name: str,
        url: str,
        path: str,
        open_frontend: OpenFrontend,
        wants_ndef: bool = True,
        slow_look_ns: int = _SLOW_LOOK_NS,
        refresh_idle_ns: int = _REFRESH_IDLE_NS,
    ) -> None:
        super().__init__(name=name, url=url, session=self._session)
        self._path = path
        self._open_frontend = open_frontend
        self._wants_ndef = wants_ndef
        self._slow_look_ns = slow_look_ns
        self._refresh_idle_ns = refresh_idle_ns
        self._lying: bytes | None = None
        self._absences = 0
        self._looks = 0

    def _session(self) -> None:
        self._load_library()
        if self._path:
            check_device_file(self.name, self._path)
        try:
            frontend = self._open_frontend()
        except (OSError, termios.error) as error:
            raise self._not_opened(error) from error
        except (_MuteBoardError, IndexError, ValueError) as error:
            raise self._mute() from error
        try:
            self._loop.health(HealthState.UP, f"{self.name}: {self._path or self.url} ready")
            self._look_until_stale(frontend)
        # A pulled line gives termios.error, which is no OSError, or half frames, which nfcpy
        # indexes beyond their end.
        except (OSError, termios.error, IndexError, TypeError, ValueError) as error:
            raise lost_device(self.name, self._path or self.url, error) from error
        finally:
            _close(frontend)

    def _load_library(self) -> None:
        try:
            import nfc  # noqa: PLC0415  a heavy vendor library, first loaded in the thread
        except (ImportError, OSError) as error:
            detail = f"{self.name}: nfcpy cannot be loaded ({error}); apt install libusb-1.0-0"
            raise DeviceLostError(HealthState.NO_READER, detail) from error
        # nfcpy logs each lost answer as an error; health and counters say the same, once.
        logging.getLogger(nfc.__name__).setLevel(logging.CRITICAL)

    def _not_opened(self, error: Exception) -> DeviceLostError:
        if self._path:
            return lost_device(self.name, self._path, error)
        return DeviceLostError(
            HealthState.NO_READER,
            f"{self.name}: no USB reader for nfcpy is free; plug it in, stop pcscd if that holds "
            "it, and blacklist the kernel's pn533_usb",
        )

    def _look_until_stale(self, frontend: Any) -> None:  # noqa: ANN401  nfcpy ships no types
        """Look for cards until stopped, or until the board is due to be opened afresh."""
        fresh_ns = time.monotonic_ns()
        while not self._loop.wait(_LOOK_EVERY_S):
            began_ns = time.monotonic_ns()
            found = self._look(frontend)
            ended_ns = time.monotonic_ns()
            if found:
                fresh_ns = ended_ns
            elif ended_ns - began_ns > self._slow_look_ns:
                self.counters.add(Outcome.SLOW_DEVICE)
                detail = f"{self.name}: {self._path} grew slow; it is opened afresh"
                self._loop.health(HealthState.DEGRADED, detail)
                return
            elif ended_ns - fresh_ns > self._refresh_idle_ns:
                return

    def _look(self, frontend: Any) -> bool:  # noqa: ANN401  nfcpy ships no types
        """Look once; post what came or went; return whether a card lies there."""
        from nfc.clf import RemoteTarget  # noqa: PLC0415  loaded in the thread

        # A card that lies there, of whichever kind, is looked for each time.
        is_for_all = self._lying is not None or self._looks % _LOOK_FOR_ALL_EVERY == 0
        self._looks += 1
        kinds = _ALL_KINDS if is_for_all else (_KIND_OF_BADGES,)
        target = frontend.sense(*(RemoteTarget(kind) for kind in kinds), iterations=1)
        credential = _credential(target) if target is not None else None
        if credential is None:
            self._absences += 1
            if self._lying is not None and self._absences >= _ABSENCES_FOR_REMOVAL:
                self._lying = None
                self._loop.removed()
            return False
        self._absences = 0
        if credential.value != self._lying:
            if self._lying is not None:
                self._loop.removed()
            self._lying = None
            self._come(frontend, target, credential)
        return True

    def _come(self, frontend: Any, target: Any, credential: Credential) -> None:  # noqa: ANN401
        ndef: str | None = None
        readable = (Technology.ULTRALIGHT, Technology.ISO14443_4, Technology.FELICA)
        if self._wants_ndef and credential.technology in readable:
            ndef, is_whole = self._read_text(frontend, target, credential)
            if not is_whole:
                self.counters.add(Outcome.TORN_CARD)
                return
        self._lying = credential.value
        self._loop.tap(credential, Assurance.UID, ndef=ndef)

    def _read_text(
        self,
        frontend: Any,  # noqa: ANN401  nfcpy ships no types
        target: Any,  # noqa: ANN401
        credential: Credential,
    ) -> tuple[str | None, bool]:
        """Return a tag's text, and whether the same card lay there all the time."""
        import nfc.tag  # noqa: PLC0415  loaded in the thread

        ndef: str | None = None
        try:
            tag = nfc.tag.activate(frontend, target)
            message = tag.ndef.octets if tag is not None and tag.ndef is not None else b""
            ndef = first_text(bytes(message)) if message else None
        except NdefFaultError:
            self.counters.add(Outcome.BAD_NDEF)
        except (OSError, termios.error):
            raise
        except Exception:  # noqa: BLE001  nfcpy's parsers fail in any way on a hostile tag
            self.counters.add(Outcome.BAD_NDEF)
        again = frontend.sense(type(target)(target.brty), iterations=1)
        return ndef, again is not None and _credential(again) == credential

    def _mute(self) -> DeviceLostError:
        return DeviceLostError(
            HealthState.UNPLUGGED,
            f"{self.name}: no PN532 answers at {self._path or self.url}; "
            "check power, the two crossed wires and the board's switches for HSU (serial)",
        )


def _credential(target: Any) -> Credential | None:  # noqa: ANN401  nfcpy ships no types
    if target.brty.endswith("A"):
        if target.sdd_res is None or target.sel_res is None:
            return None
        return Credential(_kind_by_sak(target.sel_res[0]), bytes(target.sdd_res))
    if target.brty.endswith("B"):
        return Credential(Technology.ISO14443B, bytes(target.sensb_res[1:5]))
    return Credential(Technology.FELICA, bytes(target.sensf_res[1:9]))


def _kind_by_sak(sak: int) -> Technology:
    """Return the kind of a type A card. Source: NXP AN10833, table of SAK values."""
    if sak & 0x20:
        return Technology.ISO14443_4
    if sak & 0x08 or sak in (0x01, 0x10, 0x11):
        return Technology.MIFARE_CLASSIC
    return Technology.ULTRALIGHT if sak == 0 else Technology.ISO14443A


def _close(frontend: Any) -> None:  # noqa: ANN401  nfcpy ships no types
    try:
        frontend.close()
    except Exception:  # noqa: BLE001  a pulled device cannot be closed politely; the line is closed
        transport = frontend.device.chipset.transport if frontend.device else None
        line = getattr(transport, "tty", None)
        if line is not None:
            line.close()


def _open_pn532(path: str) -> Any:  # noqa: ANN401  nfcpy ships no types
    """Return a frontend over a PN532 on a serial line at 115200 baud."""
    import nfc  # noqa: PLC0415  a heavy vendor library, first loaded in the thread
    from nfc.clf import pn532  # noqa: PLC0415
    from nfc.clf.transport import TTY  # noqa: PLC0415

    transport = TTY(path)
    try:
        transport.write(_WAKE_UP + _GET_VERSION)
        _expect(transport.read(timeout=_FIRST_READ_MS), _ACK)
        _expect(transport.read(timeout=_GREETING_READ_MS), _VERSION_HEAD)
        transport.write(_WAKE_UP + _CONFIGURE_SAM)
        _expect(transport.read(timeout=_GREETING_READ_MS), _ACK)
        _expect(transport.read(timeout=_GREETING_READ_MS), _SAM_CONFIGURED)
        chipset = pn532.Chipset(transport, logger=pn532.log)
        frontend = nfc.ContactlessFrontend()
        frontend.device = pn532.Device(chipset, logger=pn532.log)
    except (OSError, IndexError) as error:
        transport.tty.close()
        raise _MuteBoardError from error
    except BaseException:
        transport.tty.close()
        raise
    return frontend


def _expect(answer: bytes, head: bytes) -> None:
    if not answer.startswith(head):
        raise _MuteBoardError


def _open_usb(path: str) -> Any:  # noqa: ANN401  nfcpy ships no types
    import nfc  # noqa: PLC0415  a heavy vendor library, first loaded in the thread

    return nfc.ContactlessFrontend(path)


def open_tty(address: ReaderAddress, *, name: str) -> NfcReader:
    """Return the PN532 on a serial line. Options: chip=pn532, ndef=yes|no."""
    address.check_options(("chip", "ndef"))
    address.choice("chip", ("pn532",), "pn532")
    if not Path(address.place).is_absolute():
        raise ReaderAddressError(
            f"{address.text}: write the device with three slashes, nfc+tty:///dev/ttyUSB0?chip=pn532"
        )
    wants_ndef = address.is_on("ndef", default=True)
    check_extra(address, module="nfc", library="nfcpy", extra="nfc")
    return NfcReader(
        name=name,
        url=address.text,
        path=address.place,
        open_frontend=lambda: _open_pn532(address.place),
        wants_ndef=wants_ndef,
    )


def open_usb(address: ReaderAddress, *, name: str) -> NfcReader:
    """Return the first USB device nfcpy drives, or the one at `nfc+usb://VENDOR:PRODUCT`."""
    address.check_options(("ndef",))
    parts = [part for part in address.place.split(":") if part]
    if len(parts) > len(("vendor", "product")) or any(not _is_usb_number(part) for part in parts):
        raise ReaderAddressError(
            f"{address.text}: behind nfc+usb:// stands nothing, or {_USB_WORDS}"
        )
    wants_ndef = address.is_on("ndef", default=True)
    check_extra(address, module="nfc", library="nfcpy", extra="nfc")
    path = ":".join(["usb", *parts])
    return NfcReader(
        name=name,
        url=address.text,
        path="",
        open_frontend=lambda: _open_usb(path),
        wants_ndef=wants_ndef,
    )


def _is_usb_number(part: str) -> bool:
    return _USB_NUMBER.fullmatch(part) is not None
