"""The one door for bank files: what a file is, and its entries."""

from dataclasses import dataclass
from enum import StrEnum

from central.bank.camt import is_camt, read_camt
from central.bank.coda_file import read_coda
from central.bank.entries import BankEntry, BankFileError

FILE_BYTES_MAX = 20 * 1024 * 1024


class BankFormat(StrEnum):
    """How a bank writes its statements."""

    CAMT = "camt.053"
    CODA = "coda"


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file that was read whole."""

    format: BankFormat
    entries: tuple[BankEntry, ...]


def read_statements(body: bytes) -> BankFile:
    """Return what a bank file holds. Raises BankFileError: place, fault and cure in one line."""
    if len(body) > FILE_BYTES_MAX:
        message = f"a bank file has {FILE_BYTES_MAX // 2**20} MB at most; export a shorter period"
        raise BankFileError(message)
    if not body.strip():
        message = "the file is empty; export it from the bank again"
        raise BankFileError(message)
    if is_camt(body):
        return BankFile(BankFormat.CAMT, tuple(read_camt(body)))
    return BankFile(BankFormat.CODA, tuple(read_coda(body)))
