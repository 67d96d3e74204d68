"""What a PC/SC event counter tells of one slot. Pure.

The high half of a slot's state counts insertions and removals, each one by one, so a card that came
and went while nobody looked is known even when the next card has the same ATR. The counter starts
afresh with the service, so it is forgotten with the context.
"""

from dataclasses import dataclass

# Values of pcsclite.h; they are part of the PC/SC interface and stand here so that this file,
# and its tests, need no vendor library.
STATE_CHANGED = 0x0002
STATE_UNKNOWN = 0x0004
STATE_UNAVAILABLE = 0x0008
STATE_PRESENT = 0x0020
STATE_MUTE = 0x0200
_COUNTER_SPAN = 1 << 16


@dataclass(frozen=True, slots=True)
class SlotChange:
    """What happened in a slot since the last look.

    missed: cards that came and went unread. may_have_left: the place is empty at the first look
    after an outage; but a service that just started finds a card that lies there a moment later.
    """

    has_left: bool = False
    may_have_left: bool = False
    has_come: bool = False
    is_mute: bool = False
    missed: int = 0


@dataclass(slots=True)
class Slot:
    """One slot of one reader. `state` is what SCardGetStatusChange is given as known."""

    name: str
    state: int = 0
    counter: int | None = None
    is_present: bool = False

    def see(self, event: int) -> SlotChange:
        """Take an event state and return what it means."""
        counter = event >> 16
        is_present = bool(event & STATE_PRESENT)
        change = self._compare(counter, is_present=is_present, is_mute=bool(event & STATE_MUTE))
        self.state = event & ~STATE_CHANGED
        self.counter = counter
        self.is_present = is_present
        return change

    def forget(self) -> None:
        """Forget the counter with its context; what lay there is remembered."""
        self.state = 0
        self.counter = None

    def _compare(self, counter: int, *, is_present: bool, is_mute: bool) -> SlotChange:
        if self.counter is None:
            return SlotChange(
                may_have_left=self.is_present and not is_present,
                has_come=is_present and not is_mute,
                is_mute=is_present and is_mute,
            )
        moves = (counter - self.counter) % _COUNTER_SPAN
        if moves == 0:
            return SlotChange()
        insertions = (moves + (not self.is_present)) // 2
        return SlotChange(
            has_left=self.is_present,
            has_come=is_present and not is_mute,
            is_mute=is_present and is_mute,
            missed=insertions - is_present,
        )
