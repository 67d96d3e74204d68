"""A receipt once more: a new job for a document that was stored before, counted and journalled."""

from dataclasses import dataclass
from typing import Final

from core.events import Basis
from core.facts import ReceiptReprinted
from core.ids import EventId
from core.receipt import Receipt
from core.staff import StaffMember
from offline_cache.journal import SpoolJob
from printer.documents import BursarSlip
from printer.errors import DocumentError
from printer.job import decode_document, duplicate_no_of, encode_reprint
from terminal.board import Content
from terminal.ports import NoPaperError
from terminal.recorder import Recorder

LAST: Final = "last"


@dataclass(frozen=True, slots=True)
class _Paper:
    job: SpoolJob
    receipt: Receipt | BursarSlip


def reprint(
    wanted: str, recorder: Recorder, basis: Basis, *, operator: StaffMember | None = None
) -> Content:
    """Store a fact and the job that it is about, in one transaction; return what was stored.

    wanted: the event's reference as on the paper (`1-42`), its id, or `last`. operator: who asked
    for it; None when nobody is signed in. Called in the till thread.
    Raises NoPaperError, or JournalError and then nothing was stored.
    """
    paper = _find(wanted, recorder)
    document = EventId(paper.job.document_id)
    duplicate = _newest_copy(document, recorder) + 1
    staff = None if operator is None else operator.id
    fact = ReceiptReprinted(document, duplicate, paper.receipt.number, staff)
    body = encode_reprint(paper.job.body, duplicate)
    (event,) = recorder.record([fact], basis=basis, paper=(paper.job.kind, body))
    return {
        "job": event.id,
        "event": f"{event.epoch}-{event.seq}",
        "document": paper.receipt.reference,
        "receipt": paper.receipt.number,
        "duplicate": duplicate,
    }


def kept_paper(wanted: str, recorder: Recorder) -> Receipt | BursarSlip:
    """Return the receipt of an act, if it is still kept. wanted: as for `reprint`.

    Called in the till thread. Raises NoPaperError or JournalError.
    """
    return _find(wanted, recorder).receipt


def _find(wanted: str, recorder: Recorder) -> _Paper:
    """Return the original that is wanted, if its paper is still kept."""
    for job in recorder.journal.papers():
        is_wanted = wanted in (LAST, job.document_id, f"{job.event_epoch}-{job.event_seq}")
        if not is_wanted or duplicate_no_of(job.body):
            continue
        try:
            document = decode_document(job.body)
        except DocumentError:
            continue
        if isinstance(document, Receipt | BursarSlip):
            return _Paper(job, document)
    if wanted == LAST:
        raise NoPaperError("no receipt of the last seven days is kept here")
    raise NoPaperError(
        f"no receipt of {wanted} is kept here; name the reference that stands on the receipt,"
        " such as 1-42, or `last`; papers are kept for seven days"
    )


def _newest_copy(document: EventId, recorder: Recorder) -> int:
    """Return the highest number that stands on a paper of a document; 0 for the original.

    Each attempt after a job's first was marked with a number of its own.
    """
    job_id, number = recorder.state.last_copy.get(document, (document, 0))
    return number + max(0, recorder.journal.print_attempts(job_id) - 1)
