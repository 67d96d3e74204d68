"""Who is at the till: by a badge laid on the reader or a PIN, until they leave or are away.

A PIN is looked at in two steps, since argon2id takes longer than a tap may wait: the till thread
says what to compare and whether that may be tried now; another thread compares; the till thread
stores what came of it. Used by the till thread alone.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.decision import Done, Refused
from core.events import Event, Stamp
from core.facts import PinRefused, Proof, Reason, StaffSignedIn, StaffSignedOut
from core.ids import EventId, StaffId, TapId
from core.staff import PinLock, StaffMember, pin_lock
from terminal.board import Content
from terminal.clerk import Clerk, events_content, nothing_yet
from terminal.commands import SignIn
from terminal.desk import Desk
from terminal.plan import Plan

LOCK_AFTER: Final = timedelta(minutes=5)
SIGNED_IN_MAX: Final = timedelta(hours=12)
SIGN_IN: Final = "sign_in"
_NS_PER_US: Final = 1000


@dataclass(frozen=True, slots=True)
class PinQuestion:
    """What a typed PIN is to be compared with; empty when there is nothing."""

    pin_hash: str


class SignInDesk:
    """Signs staff in and out."""

    def __init__(self, desk: Desk, clerk: Clerk) -> None:
        self._desk = desk
        self._clerk = clerk
        self._touched_ns = desk.clock.mono_ns()
        self._signed_in_ns = desk.clock.mono_ns()

    def touch(self) -> None:
        """Note that somebody uses the till."""
        self._touched_ns = self._desk.clock.mono_ns()

    def by_badge(self, member: StaffMember, tap: TapId) -> None:
        """Sign in whoever laid a staff badge on the reader. Raises JournalError."""
        self.touch()
        events: tuple[Event, ...] = ()
        if self._desk.live.state.sign_in.operator != member.id:
            fact = StaffSignedIn(member.id, Proof.BADGE)
            events = self._desk.live.record([fact], basis=self._desk.basis)
            self._signed_in_ns = self._touched_ns
        done = {"outcome": "done", "name": member.name, "is_repeat": not events}
        self._clerk.announce({**nothing_yet(tap, SIGN_IN), **events_content(events), **done})

    def question(self, command: SignIn) -> PinQuestion | Content:
        """Return what to compare a PIN with, or the answer when it may not be tried now."""
        earlier = self._clerk.earlier_answer(command)
        if earlier is not None:
            return earlier
        stamp = self._desk.clock.stamp()
        lock = self._lock_of(command.staff_id, stamp)
        if lock is not None:
            plan = Plan(self._desk.view_of_nobody(stamp), Refused((), Reason.PIN_LOCKED))
            return self._clerk.answer(command, plan, (), stamp, wait_until=lock.until)
        member = self._desk.knowledge.member(command.staff_id)
        return PinQuestion("" if member is None else member.pin_hash)

    def answer(self, command: SignIn, *, is_right: bool) -> Content:
        """Store what came of a PIN, and tell. Raises JournalError."""
        stamp = self._desk.clock.stamp()
        self.touch()
        fact: StaffSignedIn | PinRefused
        if is_right:
            fact = StaffSignedIn(command.staff_id, Proof.PIN)
        else:
            fact = PinRefused(command.staff_id)
        events = self._desk.live.record([fact], basis=self._desk.basis)
        if is_right:
            self._signed_in_ns = self._touched_ns
        outcome = Done((fact,)) if is_right else Refused((fact,), Reason.WRONG_PIN)
        plan = Plan(self._desk.view_of_nobody(stamp), outcome)
        lock = self._lock_of(command.staff_id, stamp)
        until = None if lock is None else lock.until
        return self._clerk.answer(command, plan, events, stamp, wait_until=until)

    def _lock_of(self, staff: StaffId, stamp: Stamp) -> PinLock | None:
        sign_in = self._desk.live.state.sign_in
        return pin_lock(staff, sign_in.wrong, sign_in.at_terminal, stamp.at)

    def lock_when_left(self) -> EventId | None:
        """Sign out whoever left the till alone; return the event. Raises JournalError."""
        operator = self._desk.live.state.sign_in.operator
        if operator is None:
            return None
        now_ns = self._desk.clock.mono_ns()
        is_left = now_ns - self._touched_ns >= _ns(LOCK_AFTER)
        if not is_left and now_ns - self._signed_in_ns < _ns(SIGNED_IN_MAX):
            return None
        fact = StaffSignedOut(operator, is_idle=True)
        (event,) = self._desk.live.record([fact], basis=self._desk.basis)
        return event.id


def _ns(length: timedelta) -> int:
    return length // timedelta(microseconds=1) * _NS_PER_US
