"""The clerk: carries out what staff ask, one command at a time.

The same order as for a tap: the view, the decision of `core`, one transaction, and only then the
screens, the drawer, the printer and the uplink. A command that comes twice is answered twice and
done once: its id stands in the fact. Used by the till thread alone.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from core.codec import moment_text
from core.decision import Accepted, Done, Noted, Outcome, Refused
from core.events import Event, Stamp
from core.facts import (
    Fact,
    ProfileChosen,
    SaleMade,
    StaffFact,
    Tender,
    TrainingEnded,
    TrainingStarted,
)
from core.ids import EventId, TapId
from printer.job import document_name, encode_document
from terminal.board import Board, Content
from terminal.commands import Command, Sell, Serve
from terminal.desk import Desk
from terminal.desk_content import report_content
from terminal.plan import Plan
from terminal.planner import Planner
from terminal.verdict import t0_ms, verdict_content, words_of

_ANSWERS_MAX: Final = 256


class Around(Protocol):
    """What the clerk wakes around it; none of these calls may block."""

    def committed(self) -> None:
        """Hear that there is something new to print and to send."""
        ...

    def open_drawer(self, event: EventId) -> None:
        """Open the cash drawer for an event, within seconds or never."""
        ...


class Clerk:
    """Carries out commands at a desk."""

    def __init__(self, desk: Desk, planner: Planner, board: Board, around: Around) -> None:
        self._desk = desk
        self._planner = planner
        self._board = board
        self._around = around
        self._answers: OrderedDict[str, Content] = OrderedDict()

    def do(self, command: Command) -> Content:
        """Carry out a command; return its answer, once it is durable.

        Raises JournalError; then nothing was done.
        """
        earlier = self.earlier_answer(command)
        if earlier is not None:
            return earlier
        stamp = self._desk.clock.stamp()
        plan = self._planner.plan(command, stamp)
        events = self._store(plan)
        return self.answer(command, plan, events, stamp)

    def earlier_answer(self, command: Command) -> Content | None:
        """Return the answer that a command got before; None for one that is new."""
        known = self._answers.get(command.id)
        if known is not None:
            return {**known, "is_repeat": True}
        # After a restart the journal alone knows what was done.
        event_id = self._desk.recorder.state.documents.done.get(command.command_id)
        found = None if event_id is None else self._desk.recorder.event_of(event_id)
        if found is None:
            return None
        return {
            **nothing_yet(command.id, word_of(command)),
            **events_content([found[0]]),
            "outcome": "done",
            "is_repeat": True,
        }

    def answer(
        self,
        command: Command,
        plan: Plan,
        events: Sequence[Event],
        stamp: Stamp,
        *,
        wait_until: datetime | None = None,
    ) -> Content:
        """Tell everybody around what became of a command, and return it.

        wait_until: when a PIN that is locked may be tried again.
        """
        content = {
            **nothing_yet(command.id, word_of(command)),
            **events_content(events),
            **_outcome(plan.outcome),
            "name": None if plan.view.holder is None else plan.view.holder.pupil.short_name,
            "wait_until": None if wait_until is None else moment_text(wait_until),
        }
        if plan.books is not None:
            content["figures"] = report_content(plan.books)
        self._remember(command.id, content)
        if plan.has_person:
            self._show(command, plan, stamp)
        self.announce(content)
        if events and _opens_drawer(plan.outcome) and not plan.view.is_training:
            self._around.open_drawer(events[0].id)
        return content

    def announce(self, content: Content) -> None:
        """Tell every screen of an act, and wake who prints and sends."""
        self._board.publish("act", content)
        self._around.committed()

    def _store(self, plan: Plan) -> tuple[Event, ...]:
        """Make an outcome durable; begin or end a training that it is about."""
        desk, outcome = self._desk, plan.outcome
        facts = outcome.facts
        paper = plan.paper
        if plan.report is not None:
            paper = (document_name(plan.report), encode_document(plan.report))
        if not facts:
            if paper is not None:
                desk.recorder.store_paper(*paper)
            return ()
        # A paper of its own takes the place of the receipt.
        receipt = None if isinstance(outcome, Refused | Noted) else outcome.receipt
        if paper is not None:
            receipt = None
        recorder = desk.live if _is_live(facts[0]) else desk.recorder
        events = recorder.record(facts, basis=desk.basis, receipt=receipt, paper=paper)
        if isinstance(facts[0], TrainingStarted):
            desk.rehearsal.begin()
        elif isinstance(facts[0], TrainingEnded):
            desk.rehearsal.end()
        return events

    def _show(self, command: Command, plan: Plan, stamp: Stamp) -> None:
        """Show the person of a command as the person of a tap is shown."""
        if not isinstance(plan.outcome, Accepted | Noted | Refused):
            return
        content = verdict_content(
            _shown_as(command),
            plan.view,
            plan.outcome,
            at=stamp.at,
            t0_ms=t0_ms(stamp),
        )
        self._board.publish("verdict", {**content, "command": command.id})

    def _remember(self, command_id: str, content: Content) -> None:
        self._answers[command_id] = content
        while len(self._answers) > _ANSWERS_MAX:
            self._answers.popitem(last=False)


def _shown_as(command: Command) -> TapId:
    """Return what a verdict is called: by the tap that is served, or by the command itself."""
    if isinstance(command, Serve | Sell) and command.customer.tap_id is not None:
        return command.customer.tap_id
    return TapId(command.id)


def _is_live(fact: Fact) -> bool:
    """Say whether a fact is about the terminal itself, also while it is in training."""
    return isinstance(fact, StaffFact | TrainingStarted | TrainingEnded | ProfileChosen)


def _opens_drawer(outcome: Outcome) -> bool:
    match outcome:
        case Done(opens_drawer=opens):
            return opens
        case Accepted(facts=(SaleMade(tender=Tender.CASH), *_)):
            return True
        case _:
            return False


def word_of(command: Command) -> str:
    """Return the word of a command."""
    return str(type(command).__struct_config__.tag)


def nothing_yet(command: str, word: str) -> dict[str, object]:
    """Return the answer of a command before anything is known of it: every key is there."""
    return {
        "command": command,
        "word": word,
        "outcome": "refused",
        "is_repeat": False,
        "reason": None,
        "events": [],
        "receipt": None,
        "label": "",
        "name": None,
        "price_cents": None,
        "wallet_cents": None,
        "conflicts": [],
        "earlier_at": None,
        "is_to_settle": False,
        "wait_until": None,
    }


def events_content(events: Sequence[Event]) -> Content:
    """Return the events that an act became, as an answer names them."""
    return {
        "events": [
            {
                "id": event.id,
                "reference": f"{event.epoch}-{event.seq}",
                "kind": event.fact.kind.value,
            }
            for event in events
        ]
    }


def _outcome(outcome: Outcome) -> Content:
    match outcome:
        case Accepted():
            after = outcome.wallet_after
            return {
                "outcome": "served",
                "receipt": None if outcome.receipt is None else outcome.receipt.number,
                "label": outcome.label,
                "price_cents": outcome.price.cents,
                "wallet_cents": None if after is None else after.cents,
                "conflicts": words_of(outcome.conflicts),
                "is_to_settle": outcome.is_to_settle,
            }
        case Done():
            receipt = outcome.receipt
            after = None if receipt is None else receipt.wallet_after
            return {
                "outcome": "done",
                "receipt": None if receipt is None else receipt.number,
                "wallet_cents": None if after is None else after.cents,
            }
        case Noted(wallet_after=after, earlier_at=earlier):
            return {
                "outcome": outcome.noted_as.value,
                "label": outcome.label,
                "price_cents": outcome.price.cents,
                "wallet_cents": None if after is None else after.cents,
                "earlier_at": None if earlier is None else moment_text(earlier),
            }
        case Refused():
            wallet, earlier = outcome.wallet, outcome.earlier_at
            return {
                "outcome": "refused",
                "reason": outcome.reason.value,
                "label": outcome.label,
                "wallet_cents": None if wallet is None else wallet.cents,
                "conflicts": words_of(outcome.conflicts),
                "earlier_at": None if earlier is None else moment_text(earlier),
            }
