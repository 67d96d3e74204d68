"""Holds what a till answered against the journal that it left: nothing lost, nothing done twice.

The witness reads a copy of the files as they lie there, as after a power cut or a SIGKILL: it opens
the copy with a recovery of its own, and leaves the till's files as they are.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.codec import to_plain
from core.events import Event, SealedEvent, read_event
from core.facts import SaleMade, Tender, WalletToppedUp
from offline_cache.integrity import verify
from offline_cache.journal import Journal
from offline_cache.rebuild import rebuild
from offline_cache.spool import SpoolJob

Place = str
"""Where an event stands, as answers name it: `1-42`."""


@dataclass(slots=True)
class Promises:
    """What was answered. events: each id and its place; commands: the event that each became."""

    events: dict[str, Place] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)

    def keep_command(self, answer: Mapping[str, Any]) -> None:
        """Note what a command's answer promises: nothing when it names no event.

        A sign-in and a refusal become events, but no work: done again they change nothing.
        """
        for event in answer["events"]:
            self.events[event["id"]] = event["reference"]
        if answer["events"] and answer["word"] != "sign_in" and answer["outcome"] != "refused":
            self.commands[answer["command"]] = answer["events"][0]["id"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a journal holds. chain: the fault in it, if any."""

    sealed: tuple[SealedEvent, ...]
    papers: tuple[SpoolJob, ...]
    chain: str | None

    @property
    def events(self) -> tuple[Event, ...]:
        """The events as they read."""
        return tuple(read_event(one.body) for one in self.sealed)

    def done(self, command: str) -> int:
        """Return how many events a command became."""
        return sum(command_of(event) == command for event in self.events)

    def figures(self) -> Any:
        """Return the sums of the period that is open, made anew, as a report tells them."""
        return to_plain(rebuild(self.sealed).state.period.figures())

    def cash_cents(self) -> int:
        """Return the cash of sales and top-ups, added up without any of the till's own sums."""
        facts = [event.fact for event in self.events]
        sold = [one for one in facts if isinstance(one, SaleMade) and one.tender is Tender.CASH]
        paid_in = [one for one in facts if isinstance(one, WalletToppedUp)]
        return sum(one.total.cents for one in sold) + sum(one.amount.cents for one in paid_in)


def look(path: Path) -> Found:
    """Return what the journal at a path holds, from a copy of its files."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for name in (path.name, f"{path.name}-wal"):
            if path.with_name(name).exists():
                shutil.copy(path.with_name(name), copy.with_name(name))
        report = verify(copy)
        with closing(Journal.open(copy, may_create=False)) as journal:
            return Found(tuple(journal.events()), tuple(journal.papers()), report.fault)


def faults_of(found: Found, promises: Promises) -> list[str]:
    """Return what is not as it was promised, in plain words."""
    events = found.events
    places = {event.id: f"{event.epoch}-{event.seq}" for event in events}
    faults = [] if found.chain is None else [found.chain]
    faults += rebuild(found.sealed).faults
    faults += [
        f"{place} was answered and is not there"
        for event_id, place in promises.events.items()
        if places.get(event_id) != place  # type: ignore[call-overload]  any text may be asked for
    ]
    times = Counter(filter(None, map(command_of, events)))
    faults += [
        f"command {name} was done {count} times" for name, count in times.items() if count > 1
    ]
    faults += [
        f"command {name} was answered and not done" for name in promises.commands if not times[name]
    ]
    return faults + _paper_faults(events, found.papers, places)


def _paper_faults(
    events: Iterable[Event], papers: Sequence[SpoolJob], places: Mapping[Any, Place]
) -> list[str]:
    """A receipt and its event are one: neither is there without the other.

    Old papers go: behind the oldest that is kept, an event may be without.
    """
    printed = {paper.document_id: f"{paper.event_epoch}-{paper.event_seq}" for paper in papers}
    oldest = min(((one.event_epoch, one.event_seq) for one in papers), default=(0, 0))
    return [
        *(
            f"a paper without its event: {key}"
            for key in printed
            if places.get(key) != printed[key]
        ),
        *(
            f"an event without its paper: {places[event.id]}"
            for event in events
            if _receipt_of(event) is not None
            and event.id not in printed
            and (event.epoch, event.seq) > oldest
        ),
    ]


def command_of(event: Event) -> str:
    """Return the command that an event came of; nothing for a tap."""
    about = getattr(event.fact, "correction", event.fact)
    return str(getattr(about, "command", ""))


def _receipt_of(event: Event) -> int | None:
    about = getattr(event.fact, "correction", event.fact)
    number: int | None = getattr(about, "receipt", None)
    return number
