"""What was corrected already, what the last act was, and which commands were done: a fold."""

from dataclasses import dataclass, field

from core.events import Event, Stamp
from core.facts import (
    CashMoved,
    DrawerOpened,
    MealCollected,
    MealVoided,
    OfficeFact,
    OrderFact,
    PeriodClosed,
    PresenceFact,
    ProfileChosen,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    ShiftOpened,
    TopUpVoided,
    WalletToppedUp,
)
from core.ids import NO_COMMAND, CommandId, EventId
from core.value import Value

COMMANDS_MAX = 512
"""So many commands are remembered: a screen repeats one within seconds, not within days."""

_ACTS = MealCollected | SaleMade | WalletToppedUp
_VOIDS = MealVoided | SaleVoided | TopUpVoided
_OTHERS = (
    ShiftOpened
    | CashMoved
    | DrawerOpened
    | PeriodClosed
    | OrderFact
    | PresenceFact
    | OfficeFact
    | ProfileChosen
)


class LastAct(Value):
    """The newest act at the counter that nothing followed but refusals."""

    id: EventId
    stamp: Stamp


@dataclass(slots=True)
class Documents:
    """The acts of a journal that can be, or were, corrected.

    voided: the acts that were taken back, with the event that did it. refunded: of each sale, how
    many pieces of each line were given back. done: the event that a command became.
    """

    last_act: LastAct | None = None
    voided: dict[EventId, EventId] = field(default_factory=dict)
    refunded: dict[EventId, dict[int, int]] = field(default_factory=dict)
    done: dict[CommandId, EventId] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Add one event."""
        fact = event.fact
        command = NO_COMMAND
        if isinstance(fact, _ACTS):
            self.last_act = LastAct(event.id, event.stamp)
            command = fact.command
        elif isinstance(fact, _VOIDS):
            self.last_act = None
            self.voided[fact.correction.document] = event.id
            command = fact.correction.command
        elif isinstance(fact, SaleRefunded):
            self.last_act = None
            self._refund(fact)
            command = fact.correction.command
        elif isinstance(fact, _OTHERS):
            command = fact.command
        if command:
            self._note(command, event.id)

    def _refund(self, fact: SaleRefunded) -> None:
        pieces = self.refunded.setdefault(fact.correction.document, {})
        for back in fact.lines:
            pieces[back.place] = pieces.get(back.place, 0) + back.line.quantity

    def _note(self, command: CommandId, event: EventId) -> None:
        self.done[command] = event
        if len(self.done) > COMMANDS_MAX:
            del self.done[next(iter(self.done))]
