"""Which entries of a file are in the books already: pure, on lines read before.

The same money must be booked once, whether its file is read twice, or it comes in CODA first and
in camt.053 later. Account, day and amount must be equal; then, in this order:

1. the bank's own reference, where both have one, and with it the structured communication (a
   reference may name a sum of several payments);
2. what the payer wrote, where one has no reference, or the two formats name it differently; a
   format may cut a long text. Of equal payments of one day each line answers for one entry of a
   file alone, and for one statement of each format: a parent may pay twice. Two statements of one
   format never tell of the same entry. So the statement of the other format is kept with the line
   once it has told of it, too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from central.bank.entries import BankEntry, plain_reference


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line that is in the books.

    statement: of the format that told of it first; other_statement: of the other one, empty as
    long as it has not.
    """

    id: str
    account: str
    booked_on: date
    cents: int
    reference: str
    format: str
    statement: str
    communication: str
    message: str
    other_statement: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is new in a file.

    fresh: the entries that no line answers for, in the file's order. retold: the lines of the other
    format that it tells of for the first time, with its statement.
    """

    fresh: list[BankEntry]
    retold: list[tuple[KnownLine, str]]


def compare(
    entries: Sequence[BankEntry], known: Iterable[KnownLine], *, file_format: str
) -> Compared:
    """Return what is new in a file beside the lines that are in the books."""
    free: dict[tuple[str, date, int], list[KnownLine]] = {}
    for line in known:
        free.setdefault((line.account, line.booked_on, line.cents), []).append(line)
    answered: list[tuple[KnownLine, str]] = []
    left = _unanswered(entries, free, answered, _is_same_reference)
    same_content = partial(_is_same_content, file_format=file_format)
    fresh = _unanswered(left, free, answered, same_content)
    retold = [
        (line, statement)
        for line, statement in answered
        if line.format != file_format and not line.other_statement
    ]
    return Compared(fresh, retold)


def _unanswered(
    entries: Sequence[BankEntry],
    free: dict[tuple[str, date, int], list[KnownLine]],
    answered: list[tuple[KnownLine, str]],
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
            answered.append((answer, entry.statement))
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
        return line.other_statement in ("", entry.statement)
    has_both = bool(entry.reference) and bool(line.reference)
    return entry.statement == line.statement and not has_both


def _is_same_text(one: str, other: str) -> bool:
    shorter, longer = sorted((plain_reference(one), plain_reference(other)), key=len)
    return shorter == longer or (bool(shorter) and longer.startswith(shorter))
