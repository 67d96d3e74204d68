"""`image:///folder`: a printer that draws. One PNG and one text file per document.

The bytes are those of a real printer, read by the interpreter, so what the picture shows is what
the paper would. Files are named after the receipt's number and renamed into place when they are
whole: printing a job again gives the same file. A reprint gets a file of its own. Papers name
people, so what is older than a week is deleted; the facts stand in the journal.
"""

import os
import re
from pathlib import Path
from typing import Final, assert_never
from urllib.parse import quote

from core.receipt import Receipt
from core.report import Report
from printer.base import (
    DONE,
    Connection,
    Outcome,
    PrinterStatus,
    PrintJob,
    PrintResult,
    Pulse,
    Trouble,
)
from printer.documents import (
    BursarSlip,
    Document,
    InvoiceSlip,
    KioskSlip,
    Notice,
    SelfTest,
    TopUpSlip,
)
from printer.encode import encode_job
from printer.errors import ComposerMissingError, PrinterError
from printer.events import Event
from printer.interpreter import Interpreter
from printer.picture import draw, png_bytes, text_of
from printer.profile import PICTURE, PrinterProfile
from printer.semantics import copy_number

_SAFE: Final = "-_"
_KEEP_DAYS: Final = 7
_NS_PER_DAY: Final = 24 * 3600 * 1_000_000_000
_FORGET_EVERY: Final = 100
_OURS: Final = re.compile(
    r"(receipt|kiosk|bursar|top-up|invoice|notice|report-[xz]|self-test)-.+\.(png|txt)"
)


class PicturePrinter:
    """A printer of PNG and text files.

    folder: made when it is missing. keep_days: how long its files stay.
    """

    is_repeatable = True

    def __init__(
        self, folder: Path, *, profile: PrinterProfile = PICTURE, keep_days: int = _KEEP_DAYS
    ) -> None:
        self._folder = folder
        self._keep_ns = keep_days * _NS_PER_DAY
        self._printed_count = 0
        self.profile = profile

    @property
    def url(self) -> str:
        """The folder, as an address."""
        return f"image://{quote(str(self._folder.absolute()))}"

    def print_document(self, job: PrintJob) -> PrintResult:
        """Draw one document; done when both files are in place."""
        try:
            events = interpret(encode_job(job, self.profile), self.profile)
            picture = png_bytes(draw(events, dots=self.profile.dots))
            text = text_of(events, columns=self.profile.columns)
            self._write(file_stem(job), {".txt": text.encode(), ".png": picture})
        except OSError as error:
            message = f"folder {self._folder} cannot be written ({error.strerror}); make room there"
            return PrintResult(Outcome.BLOCKED, Trouble.FOLDER, message)
        except ComposerMissingError as error:
            return PrintResult(Outcome.BLOCKED, Trouble.COMPOSER, str(error))
        except PrinterError as error:
            return PrintResult(Outcome.REJECTED, Trouble.DOCUMENT, str(error))
        return DONE

    def pulse(self, pulse: Pulse) -> PrintResult:
        """Do nothing: a folder has no drawer and no buzzer."""
        del pulse
        return DONE

    def status(self) -> PrinterStatus:
        """Whether the folder can be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_writable = os.access(self._folder, os.W_OK | os.X_OK)
        except OSError:
            is_writable = False
        if is_writable:
            return PrinterStatus(Connection.ONLINE, text=f"pictures in {self._folder}")
        text = f"folder {self._folder} cannot be written; create it or change its owner"
        return PrinterStatus(Connection.OFFLINE, troubles=(Trouble.FOLDER,), text=text)

    def close(self) -> None:
        """Nothing is open."""

    def _write(self, stem: str, parts: dict[str, bytes]) -> None:
        """Write files under temporary names, then rename them; readers never see half a file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        written = []
        newest_ns = 0
        for suffix, content in parts.items():
            temporary = self._folder / f".{stem}{suffix}.part"
            temporary.write_bytes(content)
            written.append((temporary, self._folder / f"{stem}{suffix}"))
        for temporary, final in written:
            temporary.replace(final)
            newest_ns = final.stat().st_mtime_ns
        if self._printed_count % _FORGET_EVERY == 0:
            self._forget_before(newest_ns - self._keep_ns)
        self._printed_count += 1

    def _forget_before(self, limit_ns: int) -> None:
        """Delete our own old files. The age is told by the newest file: no clock is asked."""
        for entry in os.scandir(self._folder):
            if _OURS.fullmatch(entry.name) and entry.stat().st_mtime_ns < limit_ns:
                Path(entry.path).unlink(missing_ok=True)


def interpret(sent: bytes, profile: PrinterProfile) -> list[Event]:
    """Return what bytes do on paper; what is not understood becomes a box, not an error."""
    interpreter = Interpreter(profile, is_strict=False)
    return [*interpreter.feed(sent), *interpreter.finish()]


def preview_png(document: Document, *, profile: PrinterProfile = PICTURE) -> bytes:
    """Return the picture of a document, for a screen. Raises ComposerMissingError."""
    events = interpret(encode_job(PrintJob(id="preview", document=document), profile), profile)
    return png_bytes(draw(events, dots=profile.dots))


def file_stem(job: PrintJob) -> str:
    """Return the name of a job's files without suffix, as in `receipt-000042`."""
    stem = f"{_kind_name(job.document)}-{_number_text(job)}"
    duplicate_no = copy_number(job)
    return f"{stem}-duplicate-{duplicate_no}" if duplicate_no else stem


def _number_text(job: PrintJob) -> str:
    match job.document:
        case Receipt() | BursarSlip() | Report():
            return f"{job.document.number:06d}"
        case _:
            return quote(job.id, safe=_SAFE)


def _kind_name(document: Document) -> str:  # noqa: PLR0911  one for each kind
    match document:
        case Receipt():
            return "receipt"
        case KioskSlip():
            return "kiosk"
        case BursarSlip():
            return "bursar"
        case TopUpSlip():
            return "top-up"
        case InvoiceSlip():
            return "invoice"
        case Notice():
            return "notice"
        case Report():
            return f"report-{document.kind.value}"
        case SelfTest():
            return "self-test"
        case _:
            assert_never(document)
