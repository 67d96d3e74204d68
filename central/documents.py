"""What corrections are about: whether it was booked, and what was taken back of it before.

A till corrects only what stands in its own journal, and once. A cloned card, a restored image or
a fault can tell otherwise; then the correction is booked all the same, and flagged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from central.database import Session
from central.postings import read_legs
from central.sealed import sealed_by_id
from core.batch import Flag
from core.events import Event, read_event
from core.facts import (
    CorrectionFact,
    Fact,
    MealCollected,
    MealVoided,
    SaleMade,
    SaleRefunded,
    SaleVoided,
    TopUpVoided,
    WalletToppedUp,
)
from core.ids import EventId, SchoolId
from core.ledger import AccountKind

Act = MealCollected | SaleMade | WalletToppedUp
WHOLE = -1
"""The place under which a void stands: it takes back all lines."""


@dataclass(slots=True)
class Document:
    """An act that was booked. refunded: pieces given back of each line, by its place."""

    act: Act
    paid_from: AccountKind
    is_voided: bool = False
    refunded: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of a document that an event took back; place WHOLE for all of it."""

    document: EventId
    event: EventId
    place: int
    pieces: int


class Documents(msgspec.Struct):
    """The documents that a batch's corrections name, and the corrections that it adds.

    wanted: their ids; other acts of the batch are not kept.
    """

    wanted: frozenset[EventId] = frozenset()
    known: dict[EventId, Document] = msgspec.field(default_factory=dict)
    added: list[Correction] = msgspec.field(default_factory=list)

    def note(self, event: Event, paid_from: AccountKind) -> None:
        """Remember an act of this batch that a later event of it corrects."""
        if event.id in self.wanted and isinstance(event.fact, Act):
            self.known[event.id] = Document(event.fact, paid_from)

    def paid_from(self, document: EventId) -> AccountKind | None:
        """Return the account that paid a collected meal; None for one that was not booked."""
        found = self.known.get(document)
        return None if found is None else found.paid_from

    def correct(self, event: EventId, fact: CorrectionFact) -> list[Flag]:
        """Note a correction, and return the rule that it breaks."""
        name = fact.correction.document
        document = self.known.get(name)
        lines = _taken_back(fact)
        self.added += [Correction(name, event, place, pieces) for place, pieces in lines.items()]
        if document is None or not _is_about(fact, document.act):
            return [Flag.UNKNOWN_DOCUMENT]
        was_touched = document.is_voided or any(document.refunded.values())
        if not isinstance(fact, SaleRefunded):
            document.is_voided = True
            return [Flag.CORRECTED_TWICE] if was_touched else []
        for place, pieces in lines.items():
            document.refunded[place] = document.refunded.get(place, 0) + pieces
        is_more = document.is_voided or _is_more_than_sold(document)
        return [Flag.CORRECTED_TWICE] if is_more else []


def documents_of(facts: Iterable[Fact]) -> frozenset[EventId]:
    """Return the ids of the documents that corrections among facts are about."""
    return frozenset(fact.correction.document for fact in facts if isinstance(fact, CorrectionFact))


def read_documents(session: Session, school: SchoolId, wanted: frozenset[EventId]) -> Documents:
    """Read what the books hold of documents. Nothing is asked where nothing is corrected."""
    documents = Documents(wanted)
    if not wanted:
        return documents
    ids = sorted(wanted)
    paid_from = {
        EventId(event): AccountKind(account)
        for event, name, account, _, _ in read_legs(session, school, ids)
        if name == "source"
    }
    for one in sealed_by_id(session, school, ids).values():
        event = read_event(one.body)
        if isinstance(event.fact, Act):
            # A meal that cost nothing has no legs: its order waits again as any other.
            source = paid_from.get(event.id, AccountKind.MEALS_PREPAID)
            documents.known[event.id] = Document(event.fact, source)
    for name, place, pieces in session.rows_by(
        "SELECT document_id, place, pieces FROM correction WHERE school_id = ? AND document_id IN",
        ids,
        school,
    ):
        _note_earlier(documents.known.get(EventId(name)), place, pieces)
    return documents


def write_corrections(session: Session, school: SchoolId, added: Sequence[Correction]) -> None:
    """Keep what a batch took back."""
    columns = ("school_id", "document_id", "event_id", "place", "pieces")
    rows = [(school, one.document, one.event, one.place, one.pieces) for one in added]
    if rows:
        session.insert_many("correction", columns, rows)


def _note_earlier(document: Document | None, place: int, pieces: int) -> None:
    if document is None:
        return
    if place == WHOLE:
        document.is_voided = True
    else:
        document.refunded[place] = document.refunded.get(place, 0) + pieces


def _taken_back(fact: CorrectionFact) -> dict[int, int]:
    """Return how many pieces of each line come back; WHOLE for a void."""
    if not isinstance(fact, SaleRefunded):
        return {WHOLE: 1}
    pieces: dict[int, int] = {}
    for back in fact.lines:
        pieces[back.place] = pieces.get(back.place, 0) + back.line.quantity
    return pieces


def _is_about(fact: CorrectionFact, act: Act) -> bool:
    """Say whether a correction tells of an act as it was booked."""
    match fact:
        case MealVoided():
            return fact.meal == act
        case SaleVoided():
            return fact.sale == act
        case TopUpVoided():
            return fact.top_up == act
        case SaleRefunded():
            return (
                isinstance(act, SaleMade)
                and (fact.pupil, fact.tender) == (act.pupil, act.tender)
                and all(
                    back.place < len(act.lines)
                    and (back.line.product, back.line.unit_price)
                    == (act.lines[back.place].product, act.lines[back.place].unit_price)
                    for back in fact.lines
                )
            )


def _is_more_than_sold(document: Document) -> bool:
    assert isinstance(document.act, SaleMade), "only a sale is refunded"
    lines = document.act.lines
    return any(pieces > lines[place].quantity for place, pieces in document.refunded.items())
