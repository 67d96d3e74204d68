"""Who is signed in at the till, and how many wrong PINs were typed: a fold over staff facts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from core.facts import PinRefused, PinReleased, Proof, StaffFact, StaffSignedIn, StaffSignedOut
from core.ids import StaffId
from core.staff import WrongPins


@dataclass(slots=True)
class SignIn:
    """operator: who is signed in. wrong: wrong PINs in a row; at_terminal: of all together."""

    operator: StaffId | None = None
    wrong: dict[StaffId, WrongPins] = field(default_factory=dict)
    at_terminal: WrongPins | None = None

    def apply(self, fact: StaffFact, at: datetime) -> None:
        """Add one fact. at: when it happened."""
        match fact:
            case StaffSignedIn():
                self._sign_in(fact)
            case StaffSignedOut():
                self.operator = None
            case PinRefused(staff=staff):
                self.wrong[staff] = _one_more(self.wrong.get(staff), at)
                self.at_terminal = _one_more(self.at_terminal, at)
            case PinReleased(staff=staff):
                self.wrong.pop(staff, None)
            case _:
                assert_never(fact)

    def _sign_in(self, fact: StaffSignedIn) -> None:
        self.operator = fact.staff
        if fact.proof is Proof.PIN:
            # A badge proves nothing about the PIN that somebody else may be trying.
            self.wrong.pop(fact.staff, None)
            self.at_terminal = None


def _one_more(wrong: WrongPins | None, at: datetime) -> WrongPins:
    return WrongPins(count=1 if wrong is None else wrong.count + 1, last_at=at)
