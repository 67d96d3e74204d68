"""What can go wrong with paper, and who acts on it.

PrinterError
├── PrinterAddressError    technician: the address in the settings names no printer
├── ProfileError           technician: a printer's profile is not usable
├── DocumentError          technician: stored bytes are no document (the job is set aside)
├── ComposerMissingError   technician: python-escpos cannot be loaded (jobs stay queued)
├── PaymentDataError       technician: an IBAN or a reference is not valid
├── EscPosError            nobody: bytes are not strict ESC/POS (tests, the preview)
└── LineLostError          itself: the connection to a printer is gone or does not move
"""


class PrinterError(Exception):
    """Something about paper failed; the text says what, where and the cure."""


class PrinterAddressError(PrinterError):
    """An address names no printer."""


class ProfileError(PrinterError):
    """A printer's profile is missing, malformed or contradicts itself."""


class DocumentError(PrinterError):
    """Stored bytes do not say what a document must say."""


class ComposerMissingError(PrinterError):
    """The library that composes a printer's bytes cannot be loaded."""


class PaymentDataError(PrinterError):
    """An account number, reference or amount cannot go on a payment slip."""


class EscPosError(PrinterError):
    """Bytes are not the ESC/POS that this package knows. `offset`: where, from the start."""

    def __init__(self, message: str, *, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class LineLostError(PrinterError):
    """The connection to a printer broke, could not be made, or does not move."""
