"""Which entries of a file are in the books already: pure, on lines read before.

The same money must be booked once, whether its file is read twice, or it comes in CODA first and
in camt.053 later. Account, day and amount must be equal; then, in this order:

1. the bank's own reference, where both have one, and with it the structured communication (a
   reference may name a sum of several payments);
2. what the payer wrote, where one has no reference, or the two formats name it differently; a
   format may cut a long text. Of equal payments of one day each line answers for one entry of a
   file alone: a parent may pay twice. Two statements of one format never tell of the same entry,
   so there the statement must be equal as well.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from central.bank.entries import BankEntry, plain_reference


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line that is in the books."""

    id: str
    account: str
    booked_on: date
    cents: int
    reference: str
    format: str
    statement: str
    communication: str
    message: str


def new_entries(
    entries: Sequence[BankEntry], known: Iterable[KnownLine], *, file_format: str
) -> list[BankEntry]:
    """Return the entries of a file that no known line answers for, in the file's order."""
    free: dict[tuple[str, date, int], list[KnownLine]] = {}
    for line in known:
        free.setdefault((line.account, line.booked_on, line.cents), []).append(line)
    left = _unanswered(entries, free, _is_same_reference)
    return _unanswered(left, free, partial(_is_same_content, file_format=file_format))


def _unanswered(
    entries: Sequence[BankEntry],
    free: dict[tuple[str, date, int], list[KnownLine]],
    is_same: Callable[[BankEntry, KnownLine], bool],
) -> list[BankEntry]:
    left = []
    for entry in entries:
        lines = free.get((entry.account, entry.booked_on, entry.amount.cents), [])
        answer = next((line for line in lines if is_same(entry, line)), None)
        if answer is None:
            left.append(entry)
        else:
            lines.remove(answer)
    return left


def _is_same_reference(entry: BankEntry, line: KnownLine) -> bool:
    return bool(entry.reference) and (entry.reference, entry.communication) == (
        line.reference,
        line.communication,
    )


def _is_same_content(entry: BankEntry, line: KnownLine, *, file_format: str) -> bool:
    if entry.communication != line.communication:
        return False
    if not entry.communication and not _is_same_text(entry.message, line.message):
        return False
    if file_format != line.format:
        return True
    has_both = bool(entry.reference) and bool(line.reference)
    return entry.statement == line.statement and not has_both


def _is_same_text(one: str, other: str) -> bool:
    shorter, longer = sorted((plain_reference(one), plain_reference(other)), key=len)
    return shorter == longer or (bool(shorter) and longer.startswith(shorter))
