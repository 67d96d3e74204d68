"""A school's card list in CSV: each number checked, and written as the readers will read it.

Lists come from many systems: hex in either order, decimal in either order, or 8H10D (eight hex
digits written as ten decimal ones). A guess that is not certain is not made.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.tap import Credential, IdentityFault, Technology, identity_fault
from core.text import printable
from readers.errors import CardListError

_LIST_BYTES_MAX = 16 * 1024 * 1024
_SHORT_BYTES, _LONG_BYTES = 4, 7
_SHORT_MAX = 1 << 8 * _SHORT_BYTES
_LONG_MAX = 1 << 8 * _LONG_BYTES
_SEPARATORS = re.compile(r"[\s:.\-]+")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_EIGHT_AND_TEN = re.compile(r"(?:([0-9A-Fa-f]{8})[\s,/]+)?([0-9]{1,10})")
# Every seven-byte number of the commonest maker begins with its maker's code.
_MAKER_NXP = 0x04
_HEADS = ("uid", "card", "badge", "carte", "kaart", "number", "numero", "numéro", "nummer", "rfid")
_FAULTS = {
    IdentityFault.LENGTH: "no card has a number of this length",
    IdentityFault.RANDOM_UID: "a random number (08…): this card shows another at each tap",
    IdentityFault.CASCADE_TAG: "a cut number (88…): read this card again with another reader",
    IdentityFault.EMPTY: "empty",
}


class _NotWrittenSoError(Exception):
    """A text is not a number in this form."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card: its line in the file, its number as written, and as readers read it, or a fault."""

    line: int
    written: str
    uid: str | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class CardList:
    """A checked list. form: the writing it was read in."""

    form: str
    rows: tuple[CardRow, ...]

    @property
    def faults(self) -> int:
        """How many rows cannot be used."""
        return sum(row.fault is not None for row in self.rows)

    def summary(self) -> str:
        """Return one line that says how the list stands."""
        good = len(self.rows) - self.faults
        return f"{good} cards well, {self.faults} with a fault, read as {self.form}"


def read_card_list(path: Path, *, form: str | None = None, column: str | None = None) -> CardList:
    """Read and check a list. form: a key of FORMS, or None to find out.

    Raises CardListError when the file cannot be read, holds no numbers, or when its form is not
    certain: the same digits can be two different cards.
    """
    numbers = list(_numbers(_table(path), column, path))
    if not numbers:
        raise CardListError(f"{path}: no card numbers in it; name their column with --column")
    chosen = form or _find_form([written for _line, written in numbers], path)
    first_lines: dict[str, int] = {}
    rows = tuple(_check(line, written, FORMS[chosen], first_lines) for line, written in numbers)
    return CardList(chosen, rows)


def _table(path: Path) -> list[tuple[int, list[str]]]:
    try:
        if path.stat().st_size > _LIST_BYTES_MAX:
            raise CardListError(f"{path}: larger than 16 MB; this is no card list")
        raw = path.read_bytes()
    except OSError as error:
        raise CardListError(f"{path}: {error.strerror}; name a CSV file") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    try:
        reader = csv.reader(text.splitlines(), delimiter=delimiter)
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise CardListError(f"{path}: no CSV ({error}); save it as CSV again") from error


def _numbers(
    table: Sequence[tuple[int, list[str]]], column: str | None, path: Path
) -> Iterator[tuple[int, str]]:
    if not table:
        return
    head = [cell.strip().lower() for cell in table[0][1]]
    at = _column(head, column, path)
    rows = table[1:] if column or not _is_number(table[0][1][at]) else table
    for line, row in rows:
        yield line, printable(row[at]) if at < len(row) else ""


def _column(head: Sequence[str], column: str | None, path: Path) -> int:
    if column is not None:
        if column.strip().lower() in head:
            return head.index(column.strip().lower())
        raise CardListError(f"{path}: no column {column!r}; it has: {', '.join(head)}")
    if len(head) == 1:
        return 0
    for at, cell in enumerate(head):
        if any(word in cell for word in _HEADS) or _is_number(cell):
            return at
    raise CardListError(f"{path}: which column holds the card numbers? say --column NAME")


def _is_number(text: str) -> bool:
    digits = _SEPARATORS.sub("", text)
    return len(digits) >= 2 * _SHORT_BYTES and re.fullmatch(r"[0-9A-Fa-f]+", digits) is not None


def _check(
    line: int, written: str, read: Callable[[str], bytes], first_lines: dict[str, int]
) -> CardRow:
    try:
        value = read(written)
    except _NotWrittenSoError as error:
        return CardRow(line, written, None, str(error))
    fault = identity_fault(Credential(Technology.ISO14443A, value))
    if fault is not None:
        return CardRow(line, written, None, _FAULTS[fault])
    uid = value.hex().upper()
    first = first_lines.setdefault(uid, line)
    if first != line:
        return CardRow(line, written, uid, f"the same card as in line {first}")
    return CardRow(line, written, uid, None)


def _from_hex(written: str) -> bytes:
    digits = _SEPARATORS.sub("", written.removeprefix("0x").removeprefix("0X"))
    if not _HEX.fullmatch(digits):
        raise _NotWrittenSoError("not whole bytes in hexadecimal")
    return bytes.fromhex(digits)


def _from_decimal(written: str) -> bytes:
    digits = "".join(written.split())
    if not (digits.isascii() and digits.isdecimal()) or int(digits) >= _LONG_MAX:
        raise _NotWrittenSoError("not a decimal number of four or seven bytes")
    number = int(digits)
    return number.to_bytes(_SHORT_BYTES if number < _SHORT_MAX else _LONG_BYTES, "big")


def _from_8h10d(written: str) -> bytes:
    match = _EIGHT_AND_TEN.fullmatch(written.strip())
    if match is None or int(match[2]) >= _SHORT_MAX:
        raise _NotWrittenSoError(
            "not 8H10D: ten decimal digits, or eight hex digits and ten decimal"
        )
    if match[1] is not None and int(match[1], 16) != int(match[2]):
        raise _NotWrittenSoError("its hex and its decimal digits are two different numbers")
    return int(match[2]).to_bytes(_SHORT_BYTES, "big")


FORMS: Mapping[str, Callable[[str], bytes]] = {
    "hex": _from_hex,
    "hex-reversed": lambda written: _from_hex(written)[::-1],
    "decimal": _from_decimal,
    "decimal-reversed": lambda written: _from_decimal(written)[::-1],
    "8H10D": _from_8h10d,
}


def _find_form(numbers: Sequence[str], path: Path) -> str:
    """Return the one form in which a list's seven-byte numbers all begin as their maker's do."""
    likely = [form for form in FORMS if _proves(FORMS[form], numbers)]
    if len(likely) == 1:
        return likely[0]
    raise CardListError(
        f"{path}: how its numbers are written is not certain; tap one of the cards with "
        "`refectory reader listen`, compare, and say --form " + "|".join(FORMS)
    )


def _proves(read: Callable[[str], bytes], numbers: Sequence[str]) -> bool:
    long_values = 0
    for written in numbers:
        try:
            value = read(written)
        except _NotWrittenSoError:
            continue
        if len(value) == _LONG_BYTES:
            long_values += 1
            if value[0] != _MAKER_NXP:
                return False
    return 2 * long_values > len(numbers)
