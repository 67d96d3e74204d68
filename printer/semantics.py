"""How often each kind of document may be printed, and until when: one row per kind.

A receipt may come out twice, if the second says so; a slip with a pupil's balance must never come
out in front of the next pupil. Life counts from the moment the job was stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from core.receipt import Receipt
from core.report import Report, ReportKind
from printer.base import PrintJob
from printer.documents import (
    BursarSlip,
    Document,
    InvoiceSlip,
    KioskSlip,
    Notice,
    SelfTest,
    TopUpSlip,
)

ATTEMPTS_BY_ITSELF: Final = 2
"""So often a job may be sent before a person is asked."""


class Repeat(StrEnum):
    """What to do when nobody knows whether a paper came out."""

    AT_LEAST_ONCE = "at_least_once"
    AT_MOST_ONCE = "at_most_once"


@dataclass(frozen=True, slots=True)
class DocumentPolicy:
    """The rules of one kind of document.

    life_s: seconds after which it is not printed any more, None for never. is_copy_marked: whether
    a second attempt says DUPLICATA.
    """

    repeat: Repeat
    life_s: int | None
    is_copy_marked: bool = True

    def is_over(self, *, queued_at: datetime, now: datetime) -> bool:
        """Whether a job's life is over.

        A clock that was set back makes ages negative: what may come out late then still may, what
        must not is taken for too old.
        """
        if self.life_s is None:
            return False
        age_s = (now - queued_at).total_seconds()
        if age_s < 0:
            return self.repeat is Repeat.AT_MOST_ONCE
        return age_s > self.life_s


_RECEIPT: Final = DocumentPolicy(Repeat.AT_LEAST_ONCE, 300)
_PRIVATE: Final = DocumentPolicy(Repeat.AT_MOST_ONCE, 30, is_copy_marked=False)
_CASH: Final = DocumentPolicy(Repeat.AT_LEAST_ONCE, None)


def policy_of(document: Document) -> DocumentPolicy:
    """Return the rules of a document's kind."""
    match document:
        case Receipt():
            return _RECEIPT
        case KioskSlip() | TopUpSlip() | InvoiceSlip() | Notice() | SelfTest():
            return _PRIVATE
        case BursarSlip():
            return _CASH
        case Report():
            return _CASH if document.kind is ReportKind.Z else _RECEIPT
        case _:
            assert_never(document)


def copy_number(job: PrintJob) -> int:
    """Return the n of DUPLICATA n: reprints asked for, plus attempts that may have come out."""
    earlier = job.attempt - 1 if policy_of(job.document).is_copy_marked else 0
    return job.duplicate_no + earlier
