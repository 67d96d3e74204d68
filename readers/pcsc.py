"""`pcsc://`: every contactless or contact reader that pcscd knows, in one context and one thread.

The event counter tells arrivals and removals (readers.pcsc_slots), the service reads cards
(readers.pcsc_service), and this file decides when to read what, and what the till is told.
"""

import time
from dataclasses import dataclass
from functools import partial

from core.tap import Assurance, Credential, Feedback, HealthState, Technology, identity_fault
from readers.address import ReaderAddress
from readers.base import Habits
from readers.cards.identify import Reading, read_card
from readers.counters import Outcome
from readers.errors import DeviceLostError, TornCardError
from readers.extras import check_extra
from readers.loop import LoopedReader
from readers.pcsc_lights import Lights
from readers.pcsc_service import (
    NEW_READERS,
    BusyCardError,
    MuteCardError,
    NoServiceError,
    PcscService,
    ReadersChangedError,
)
from readers.pcsc_slots import STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN, Slot, SlotChange

_WAIT_MS = 1000
_RETRY_MS = 60
_TORN_READS_QUICK = 3
_RETRY_SLOW_MS = 500
# A card that lies there is looked at again: some readers tell a removal 1.6 s late, and pcscd may
# miss one of a swap altogether; the next pupil shall not wait for either.
_LOOK_AGAIN_MS = 250
# So long after an outage an empty place is no proof that the card was taken off.
_DOUBT_MS = 1500
# A radio field flickers: a card that is back within this time never left.
_SETTLE_MS = 300


@dataclass(slots=True)
class _Lying:
    """A card that lies in a slot. due_ns: when to read it, None for never again."""

    known: Credential | None = None
    due_ns: int | None = 0
    torn_reads: int = 0

    def wait(self, wait_ms: int) -> None:
        """Read it again after a while."""
        self.due_ns = time.monotonic_ns() + wait_ms * 1_000_000


class PcscReader(LoopedReader):
    """All PC/SC readers whose name holds `part`; each is a slot, named in the taps it gives."""

    habits = Habits(tells_removal=True, settle_ms=_SETTLE_MS)

    def __init__(
        self,
        *,
        name: str,
        url: str,
        part: str = "",
        wants_ndef: bool = True,
        wants_eid: bool = False,
    ) -> None:
        super().__init__(name=name, url=url, session=self._session, interrupt=self._interrupt)
        self._part = part
        self._wants_ndef = wants_ndef
        self._wants_eid = wants_eid
        self._service: PcscService | None = None
        self._lights = Lights()
        self._slots: dict[str, Slot] = {}
        self._gone: set[str] = set()
        self._lying: dict[str, _Lying] = {}
        self._doubts: dict[str, int] = {}
        self._busy: set[str] = set()
        self._last_slot = ""

    def feedback(self, feedback: Feedback) -> None:
        """Show a decision on the reader of the last tap."""
        if self._last_slot:
            self.feedback_on(self._slot_name(self._last_slot), feedback)

    def feedback_on(self, slot: str, feedback: Feedback) -> None:
        """Show a decision on the reader that posted a tap as `slot`, if it has lights."""
        device = slot.removeprefix(self.name + "/")
        if self._lights.ask(device, feedback):
            self._interrupt()

    def _interrupt(self) -> None:
        service = self._service
        if service is not None:
            service.cancel()

    def _slot_name(self, device: str) -> str:
        return f"{self.name}/{device}"

    def _session(self) -> None:
        try:
            self._serve(PcscService())
        except NoServiceError as error:
            detail = (
                f"{self.name}: the smart card service pcscd does not answer ({error}); "
                "`apt install pcscd libccid`, then `systemctl start pcscd.socket`"
            )
            raise DeviceLostError(HealthState.NO_SERVICE, detail) from error

    def _serve(self, service: PcscService) -> None:
        self._service = service
        for slot in self._slots.values():
            slot.forget()
        try:
            self._list_slots(service)
            known = 0
            while not self._loop.is_stopping:
                known = self._watch(service, known)
                self._do_what_is_due(service)
        finally:
            self._service = None
            service.close()

    def _watch(self, service: PcscService, readers_known: int) -> int:
        """Wait for one change of any slot or of the list of readers; return that list's state."""
        slots = [(slot.name, slot.state) for slot in self._slots.values()]
        known = [(NEW_READERS, readers_known), *slots]
        try:
            events = service.wait(known, wait_ms=self._wait_ms())
        except ReadersChangedError:
            self._list_slots(service)
            return readers_known
        is_list_stale = False
        for device, event in events:
            if device == NEW_READERS:
                is_list_stale |= bool(event & STATE_CHANGED)
                readers_known = event & ~STATE_CHANGED
            elif event & (STATE_UNKNOWN | STATE_UNAVAILABLE):
                is_list_stale = True
            elif slot := self._slots.get(device):
                self._act(slot, slot.see(event))
        if is_list_stale:
            self._list_slots(service)
        return readers_known

    def _do_what_is_due(self, service: PcscService) -> None:
        now_ns = time.monotonic_ns()
        for device, lying in list(self._lying.items()):
            if lying.due_ns is not None and lying.due_ns <= now_ns and device in self._slots:
                self._read(service, device, lying)
        for device in [device for device, due_ns in self._doubts.items() if due_ns <= now_ns]:
            self._leave(device)
        self._lights.show(service.escape, self._slots, now_ns=now_ns)

    def _wait_ms(self) -> int:
        """Return how long to wait for the next change: until something is due, at most 1 s."""
        dues = [lying.due_ns for lying in self._lying.values() if lying.due_ns is not None]
        dues += [*self._doubts.values(), *self._lights.dues_ns()]
        if not dues:
            return _WAIT_MS
        left_ms = (min(dues) - time.monotonic_ns()) // 1_000_000 + 1
        return min(max(left_ms, 1), _WAIT_MS)

    def _act(self, slot: Slot, change: SlotChange) -> None:
        if change.may_have_left:
            self._lying.pop(slot.name, None)
            self._doubts[slot.name] = time.monotonic_ns() + _DOUBT_MS * 1_000_000
        if change.has_left:
            self._leave(slot.name)
        if change.missed:
            self.counters.add(Outcome.MISSED_TAP, change.missed)
            total = self.counters.snapshot()[Outcome.MISSED_TAP]
            detail = (
                f"{slot.name}: badges that came and went unread, {total} so far; tap again, slower"
            )
            self._loop.health(HealthState.DEGRADED, detail)
        if change.is_mute:
            self.counters.add(Outcome.MUTE_CARD)
        if change.has_come:
            self._doubts.pop(slot.name, None)
            self._lying[slot.name] = _Lying()

    def _leave(self, device: str) -> None:
        self._lying.pop(device, None)
        self._doubts.pop(device, None)
        self._loop.removed(slot=self._slot_name(device))
        if device in self._busy:
            self._busy.discard(device)
            self._say_up()

    def _read(self, service: PcscService, device: str, lying: _Lying) -> None:
        """Read the card in a slot and post its tap; what cannot be read yet is tried again."""
        read = partial(
            read_card,
            wants_ndef=self._wants_ndef and lying.known is None,
            wants_eid=self._wants_eid,
        )
        try:
            reading = service.read(device, read, take=self._take_apdu)
        except BusyCardError:
            lying.wait(_RETRY_MS if lying.known is None else _LOOK_AGAIN_MS)
            if lying.known is None:
                self._say_busy(device)
        except TornCardError:
            self._count_torn(lying)
        except MuteCardError:
            lying.wait(_RETRY_SLOW_MS)
        else:
            self._busy.discard(device)
            lying.torn_reads = 0
            self._take(device, lying, reading)

    def _take_apdu(self, apdu: bytes, response: bytes) -> None:
        self._loop.raw(apdu, is_from_reader=False)
        self._loop.raw(response, is_from_reader=True)

    def _count_torn(self, lying: _Lying) -> None:
        """Try again: at once while the card may be coming, then slowly, for it may be going."""
        lying.torn_reads += 1
        if lying.torn_reads > _TORN_READS_QUICK:
            lying.wait(_RETRY_SLOW_MS)
            return
        lying.wait(_RETRY_MS)
        if lying.known is None:
            self.counters.add(Outcome.TORN_CARD)

    def _take(self, device: str, lying: _Lying, reading: Reading) -> None:
        if reading.credential is None:
            self.counters.add(Outcome.UNREADABLE_CARD)
            lying.due_ns = None
            return
        if reading.credential.technology is Technology.CONTACT or identity_fault(
            reading.credential
        ):
            # A random number may differ at each look: that would be a new tap each time.
            lying.due_ns = None
        else:
            lying.wait(_LOOK_AGAIN_MS)
        if reading.credential == lying.known:
            return
        if lying.known is not None:
            self._loop.removed(slot=self._slot_name(device))
            if self._wants_ndef:
                # The look-again read no text: the card that took the place is read in full.
                lying.known = None
                lying.due_ns = 0
                return
        lying.known = reading.credential
        if reading.is_ndef_bad:
            self.counters.add(Outcome.BAD_NDEF)
        self._say_up()
        self._last_slot = device
        self._loop.tap(
            reading.credential, Assurance.UID, ndef=reading.ndef, slot=self._slot_name(device)
        )

    def _say_busy(self, device: str) -> None:
        if device not in self._busy:
            self._busy.add(device)
            self.counters.add(Outcome.BUSY)
        detail = f"{device}: another program holds the card for itself; close that program"
        self._loop.health(HealthState.BUSY, detail)

    def _list_slots(self, service: PcscService) -> None:
        """Learn which readers are there now, and say so."""
        devices = service.devices()
        wanted = [device for device in devices if self._part.lower() in device.lower()]
        for device in set(self._slots) - set(wanted):
            del self._slots[device]
            if device in self._lying:
                self._lying[device].due_ns = None
            self._gone.add(device)
        for device in wanted:
            if device not in self._slots:
                self._slots[device] = Slot(device, is_present=device in self._lying)
        self._gone -= set(wanted)
        self._say_up()

    def _say_up(self) -> None:
        if not self._slots:
            matching = f' with "{self._part}" in its name' if self._part else ""
            detail = (
                f"{self.name}: no PC/SC reader{matching} is plugged; plug it in, "
                "or see `refectory reader list`"
            )
            self._loop.health(HealthState.NO_READER, detail)
        elif self._gone:
            detail = f"{self.name}: gone: {', '.join(sorted(self._gone))}; plug it in again"
            self._loop.health(HealthState.DEGRADED, detail)
        elif not self._busy:
            self._loop.health(HealthState.UP, f"{self.name}: {', '.join(sorted(self._slots))}")


def open_device(address: ReaderAddress, *, name: str) -> PcscReader:
    """Return the reader for `pcsc://`, or for `pcsc://PART` all whose name holds PART.

    Options: ndef=yes|no (read a tag's text; yes), eid=yes|no (Belgian card number; no).
    """
    address.check_options(("ndef", "eid"))
    wants_ndef = address.is_on("ndef", default=True)
    wants_eid = address.is_on("eid", default=False)
    check_extra(address, module="smartcard", library="pyscard", extra="pcsc")
    return PcscReader(
        name=name, url=address.text, part=address.place, wants_ndef=wants_ndef, wants_eid=wants_eid
    )
