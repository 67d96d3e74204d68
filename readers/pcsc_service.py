"""One context of the smart card service, through pyscard's raw calls: the one home of `smartcard`.

Only `smartcard.scard` is used: pyscard's monitor threads die for good when pcscd restarts, and lose
a tap when two cards share an ATR while the till is busy.

Rule 1: any error drops the handle; a card is read inside one transaction, or not at all.
Rule 2: an error of the service drops the context, even where the library still calls it valid.
Rule 3: a response shorter than its status word is a card that left, whatever the return code says.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec, module_from_spec
from typing import Any, cast

from readers.cards.apdu import Exchange
from readers.cards.identify import Reading
from readers.errors import TornCardError

NEW_READERS = "\\\\?PnP?\\Notification"
_EXCHANGES_MAX = 256

ReadAtr = Callable[[bytes], Exchange[Reading]]
TakeApdu = Callable[[bytes, bytes], None]


class NoServiceError(Exception):
    """The service does not answer, or went; the text is its own reason."""


class ReadersChangedError(Exception):
    """A reader that was asked about is not there any more."""


class BusyCardError(Exception):
    """Another program holds the card for itself."""


class MuteCardError(Exception):
    """A card gives no answer to power."""


class PcscService:
    """A context of the service. Raises NoServiceError when it does not answer.

    One thread uses it; `cancel` alone may be called from others.
    """

    def __init__(self) -> None:
        self._scard = _load()
        result, self._context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        if result != self._scard.SCARD_S_SUCCESS:
            raise self._no_service(result)

    def close(self) -> None:
        """Give the context back."""
        self._scard.SCardReleaseContext(self._context)

    def cancel(self) -> None:
        """End a wait at once, from another thread."""
        self._scard.SCardCancel(self._context)

    def devices(self) -> list[str]:
        """Return the names of the readers that are there."""
        result, devices = self._scard.SCardListReaders(self._context, [])
        if result == self._scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        if result != self._scard.SCARD_S_SUCCESS:
            raise self._no_service(result)
        return list(devices)

    def wait(self, known: Sequence[tuple[str, int]], *, wait_ms: int) -> list[tuple[str, int]]:
        """Wait until a reader's state is not the known one; return all states, or none in time."""
        result, states = self._scard.SCardGetStatusChange(self._context, wait_ms, list(known))
        if result == self._scard.SCARD_S_SUCCESS:
            return [(device, event) for device, event, _atr in states]
        if result in (self._scard.SCARD_E_TIMEOUT, self._scard.SCARD_E_CANCELLED):
            return []
        gone = (self._scard.SCARD_E_UNKNOWN_READER, self._scard.SCARD_E_READER_UNAVAILABLE)
        raise ReadersChangedError if result in gone else self._no_service(result)

    def read(self, device: str, read: ReadAtr, *, take: TakeApdu) -> Reading:
        """Read the card in a reader, in one transaction.

        read: starts the exchange for an ATR. take: is shown each command with its response.
        Raises TornCardError, BusyCardError, MuteCardError or NoServiceError.
        """
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, handle, protocol = scard.SCardConnect(
            self._context, device, scard.SCARD_SHARE_SHARED, protocols
        )
        self._check(result)
        try:
            self._check(scard.SCardBeginTransaction(handle))
            result, _name, _state, _protocol, atr = scard.SCardStatus(handle)
            self._check(result)
            return self._converse(handle, protocol, read(bytes(atr)), take)
        finally:
            # A failed end or disconnect changes nothing for a handle that is dropped anyway.
            scard.SCardEndTransaction(handle, scard.SCARD_LEAVE_CARD)
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)

    def escape(self, device: str, commands: Sequence[bytes]) -> None:
        """Send commands to the reader itself; one that refuses them is left alone."""
        scard = self._scard
        result, handle, _protocol = scard.SCardConnect(
            self._context, device, scard.SCARD_SHARE_DIRECT, 0
        )
        if result != scard.SCARD_S_SUCCESS:
            return
        for command in commands:
            scard.SCardControl(handle, scard.SCARD_CTL_CODE(1), list(command))
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)

    def _converse(
        self,
        handle: Any,  # noqa: ANN401  pyscard's handle has no type
        protocol: int,
        card: Exchange[Reading],
        take: TakeApdu,
    ) -> Reading:
        scard = self._scard
        control = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        try:
            apdu = next(card)
            for _ in range(_EXCHANGES_MAX):
                result, answer = scard.SCardTransmit(handle, control, list(apdu))
                self._check(result)
                response = bytes(answer)
                take(apdu, response)
                apdu = card.send(response)
        except StopIteration as finished:
            return cast("Reading", finished.value)
        raise TornCardError(f"a card wanted more than {_EXCHANGES_MAX} exchanges; it is no badge")

    def _check(self, result: int) -> None:
        """Raise what a return code means for the card or the service."""
        scard = self._scard
        if result == scard.SCARD_S_SUCCESS:
            return
        if result == scard.SCARD_E_SHARING_VIOLATION:
            raise BusyCardError
        if result in (scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_W_UNRESPONSIVE_CARD):
            raise MuteCardError
        if result in (
            scard.SCARD_E_NO_SERVICE,
            scard.SCARD_F_COMM_ERROR,
            scard.SCARD_E_SERVICE_STOPPED,
            scard.SCARD_E_INVALID_HANDLE,
        ):
            raise self._no_service(result)
        raise TornCardError(scard.SCardGetErrorMessage(result))

    def _no_service(self, result: int) -> NoServiceError:
        return NoServiceError(self._scard.SCardGetErrorMessage(result).rstrip("."))


def list_devices() -> list[str]:
    """Return the names of the host's readers; none when the service does not answer."""
    try:
        service = PcscService()
    except NoServiceError:
        return []
    try:
        return service.devices()
    except NoServiceError:
        return []
    finally:
        service.close()


def _load() -> Any:  # noqa: ANN401  pyscard's C module has no types
    # Its package would import sessions, monitors and observers for whoever wants its raw calls: it
    # is made, and not run.
    spec = find_spec("smartcard")
    if spec is not None and "smartcard" not in sys.modules:
        sys.modules["smartcard"] = module_from_spec(spec)
    from smartcard import scard  # noqa: PLC0415  a heavy vendor library, first loaded in the thread

    return scard
