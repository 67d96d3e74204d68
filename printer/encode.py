"""From layout operations to the bytes of one printer, composed by python-escpos.

Rules that keep it true: a document starts by resetting the printer *and* choosing the code page
again; no byte below 0x20 ever comes from data (`charset.fit` saw to it, and it is asserted here);
no drawer and no buzzer, ever; no `DLE` command may hide inside a picture.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, assert_never

from printer.base import PrintJob
from printer.composer import fresh_dummy
from printer.documents import Document
from printer.errors import ComposerMissingError, ProfileError
from printer.layout import lay_out
from printer.page import PLAIN, Align, Cut, Feed, Logo, Operation, QrCode, Style, TextLine
from printer.profile import Cutter, PrinterProfile
from printer.semantics import copy_number

_INITIALISE: Final = b"\x1b@"
_LEAVE_CHINESE: Final = b"\x1c."
_SELECT_PAGE: Final = b"\x1bt"
_QR_LEVEL_M: Final = 1
_QUIET_MODULES: Final = 4
_REAL_TIME: Final = (b"\x10\x04", b"\x10\x05", b"\x10\x14")
_SHIFTS_MAX: Final = 8
_FIRST_PRINTABLE: Final = " "


def encode_job(job: PrintJob, profile: PrinterProfile) -> bytes:
    """Return the bytes that print one attempt at a job.

    Raises ComposerMissingError when python-escpos cannot be loaded.
    """
    return encode_document_for(job.document, profile, duplicate_no=copy_number(job))


def encode_document_for(
    document: Document, profile: PrinterProfile, *, duplicate_no: int = 0
) -> bytes:
    """Return the bytes that print a document on one printer."""
    operations = lay_out(document, paper=profile.paper, duplicate_no=duplicate_no)
    return encode_operations(operations, profile)


def encode_operations(operations: Sequence[Operation], profile: PrinterProfile) -> bytes:
    """Return the bytes of layout operations, from reset to cut."""
    writer = _Writer(profile)
    for operation in operations:
        writer.write(operation)
    return writer.output()


def start_bytes(profile: PrinterProfile) -> bytes:
    """Return the bytes that bring a printer into a known state."""
    return _INITIALISE + _LEAVE_CHINESE + _SELECT_PAGE + bytes([profile.code_page_number])


class _Writer:
    """One document on its way to bytes; it sends a style only where it changes."""

    def __init__(self, profile: PrinterProfile) -> None:
        self._profile = profile
        self._dummy: Any = fresh_dummy(profile)
        self._style = PLAIN
        self._align = Align.LEFT
        self._dummy._raw(start_bytes(profile))  # noqa: SLF001  its own name for "as it is"
        if profile.density is not None:
            self._dummy.set(density=profile.density)

    def output(self) -> bytes:
        output: bytes = self._dummy.output
        return output

    def write(self, operation: Operation) -> None:
        match operation:
            case TextLine():
                assert all(mark >= _FIRST_PRINTABLE for mark in operation.text), "text is fitted"
                self._turn(operation.style, operation.align)
                self._dummy.text(operation.text + "\n")
            case Feed():
                self._turn(PLAIN, self._align)
                self._dummy.print_and_feed(operation.lines)
            case QrCode():
                self._turn(PLAIN, Align.CENTER)
                self._write_qr(operation)
            case Logo():
                self._turn(PLAIN, Align.CENTER)
                self._write_picture(_logo(self._profile.logo, self._profile.dots))
            case Cut():
                self._turn(PLAIN, Align.LEFT)
                is_partial = self._profile.cutter is Cutter.PARTIAL
                self._dummy.cut(mode="PART" if is_partial else "FULL")
            case _:
                assert_never(operation)

    def _turn(self, style: Style, align: Align) -> None:
        """Send what differs from the style and alignment in force."""
        before = self._style
        if style.is_bold != before.is_bold:
            self._dummy.set(bold=style.is_bold)
        if style.is_inverse != before.is_inverse:
            self._dummy.set(invert=style.is_inverse)
        if (style.width, style.height) != (before.width, before.height):
            self._dummy.set(custom_size=True, width=style.width, height=style.height)
        if align is not self._align:
            self._dummy.set(align=align.value)
        self._style, self._align = style, align

    def _write_qr(self, code: QrCode) -> None:
        if self._profile.has_native_qr:
            self._dummy.qr(code.payload, ec=_QR_LEVEL_M, size=code.module_dots, native=True)
            return
        self._write_picture(_qr_picture(code, dots=self._profile.dots))

    def _write_picture(self, picture: Any) -> None:  # noqa: ANN401  a PIL image, loaded late
        """Send a picture as raster, moved by a dot where it would contain a real-time command."""
        for shift in range(_SHIFTS_MAX):
            trial: Any = fresh_dummy(self._profile)
            trial.image(_shifted(picture, shift), impl="bitImageRaster", center=False)
            raster: bytes = trial.output
            if not any(command in raster for command in _REAL_TIME):
                self._dummy._raw(raster)  # noqa: SLF001  as above
                return
        message = f"picture for printer {self._profile.name} holds printer commands; use another"
        raise ProfileError(message)


def _qr_picture(code: QrCode, *, dots: int) -> Any:  # noqa: ANN401  a PIL image, loaded late
    """Return a QR code as a picture no wider than the paper."""
    import segno  # noqa: PLC0415  late: only printers without a QR code of their own need it
    from PIL import Image  # noqa: PLC0415

    matrix = segno.make(code.payload, error="m", micro=False, boost_error=False).matrix
    size = len(matrix) + 2 * _QUIET_MODULES
    scale = max(1, min(code.module_dots, dots // size))
    small = Image.new("1", (size, size), 1)
    for row, cells in enumerate(matrix):
        for column, cell in enumerate(cells):
            if cell:
                small.putpixel((column + _QUIET_MODULES, row + _QUIET_MODULES), 0)
    return small.resize((size * scale, size * scale))


@cache
def _logo(path: str, dots: int) -> Any:  # noqa: ANN401  a PIL image, loaded late
    """Return the school's logo in black and white, no wider than the paper."""
    try:
        from PIL import Image  # noqa: PLC0415

        with Image.open(Path(path)) as opened:
            picture = opened.convert("L")
    except ImportError as error:
        raise ComposerMissingError(str(error)) from error
    except (OSError, ValueError) as error:
        message = f"logo {path} cannot be read ({error}); give a PNG file"
        raise ProfileError(message) from error
    if picture.width > dots:
        picture = picture.resize((dots, max(1, picture.height * dots // picture.width)))
    return picture.convert("1")


def _shifted(picture: Any, shift: int) -> Any:  # noqa: ANN401  a PIL image, loaded late
    """Return a picture with white columns added on its left."""
    from PIL import Image  # noqa: PLC0415

    if shift == 0:
        return picture
    wider = Image.new("1", (picture.width + shift, picture.height), 1)
    wider.paste(picture, (shift, 0))
    return wider
