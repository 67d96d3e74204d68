"""`simulated://`: a reader without a device, for the demo and the tests; it can fail on demand."""

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.ids import TapId
from core.tap import Assurance, Credential, Feedback, HealthState
from readers.address import ReaderAddress
from readers.base import Habits
from readers.loop import LoopedReader

if TYPE_CHECKING:
    from collections.abc import Callable

_FEEDBACK_KEPT = 64


@dataclass(frozen=True, slots=True)
class _Card:
    tap_id: TapId
    credential: Credential
    assurance: Assurance
    ndef: str | None


class SimulatedReader(LoopedReader):
    """A reader whose cards are laid on it by calls. Any thread may call.

    A card that is laid on while the reader is unplugged is seen when it is plugged in again, if
    it still lies there, as with a real one.
    """

    habits = Habits(tells_removal=True)

    def __init__(self, *, name: str = "simulated", url: str = "simulated://") -> None:
        super().__init__(name=name, url=url, session=self._session, interrupt=self._wake)
        self._lock = threading.Lock()
        self._steps: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._card: _Card | None = None
        self._is_plugged = True
        self._feedback: list[Feedback] = []

    def feedback(self, feedback: Feedback) -> None:
        """Remember a decision, for `shown`."""
        with self._lock:
            self._feedback.append(feedback)
            del self._feedback[:-_FEEDBACK_KEPT]

    def shown(self) -> tuple[Feedback, ...]:
        """Return the decisions this reader was told to show, oldest first, at most 64."""
        with self._lock:
            return tuple(self._feedback)

    def present(
        self,
        credential: Credential,
        assurance: Assurance = Assurance.UID,
        *,
        ndef: str | None = None,
    ) -> TapId:
        """Lay a card on the reader, where it stays; return the id its tap has or will have."""
        card = _Card(self._loop.next_tap_id(), credential, assurance, ndef)
        self._steps.put(lambda: self._lay(card))
        return card.tap_id

    def remove(self) -> None:
        """Take the card off the reader; without a card nothing happens."""
        self._steps.put(self._take)

    def tap(
        self,
        credential: Credential,
        assurance: Assurance = Assurance.UID,
        *,
        ndef: str | None = None,
    ) -> TapId:
        """Lay a card on the reader and take it off again; return its tap's id."""
        tap_id = self.present(credential, assurance, ndef=ndef)
        self.remove()
        return tap_id

    def flicker(self) -> None:
        """Report the card that lies there once more, as a poor radio field makes readers do."""
        self._steps.put(self._report_card)

    def unplug(self) -> None:
        """Pull the reader's plug."""
        self._steps.put(self._pull)

    def replug(self) -> None:
        """Plug the reader in again."""
        self._steps.put(self._plug)

    def _session(self) -> None:
        self._report_health()
        while not self._loop.is_stopping:
            self._steps.get()()

    def _wake(self) -> None:
        self._steps.put(lambda: None)

    def _report_health(self) -> None:
        if self._is_plugged:
            self._loop.health(HealthState.UP, f"{self.name}: ready")
        else:
            detail = f"{self.name}: unplugged; plug the simulated reader in again"
            self._loop.health(HealthState.UNPLUGGED, detail)

    def _lay(self, card: _Card) -> None:
        # The same badge laid on again without having been taken off is one that was read again.
        if self._card is not None and self._card.credential != card.credential:
            self._take()
        self._card = card
        self._report_card()

    def _take(self) -> None:
        if self._card is not None:
            self._card = None
            if self._is_plugged:
                self._loop.removed()

    def _report_card(self) -> None:
        if self._card is None or not self._is_plugged:
            return
        card = self._card
        self._loop.tap(card.credential, card.assurance, ndef=card.ndef, tap_id=card.tap_id)

    def _pull(self) -> None:
        self._is_plugged = False
        self._report_health()

    def _plug(self) -> None:
        if not self._is_plugged:
            self._is_plugged = True
            self._report_health()
            if self._card is None:
                self._loop.removed()
            self._report_card()


def open_device(address: ReaderAddress, *, name: str) -> SimulatedReader:
    """Return a simulated reader; its address takes no options."""
    address.check_options(())
    return SimulatedReader(name=name, url=address.text)
