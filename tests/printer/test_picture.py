"""What comes out as a picture can be read: by people, and by the phones that scan its codes."""

import hashlib
import io
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import printer
from core.epc import epc_payload
from core.people import Language
from core.receipt import Receipt
from printer.base import DONE, Outcome, PrintJob, Trouble
from printer.encode import encode_document_for
from printer.events import Line, Look, Span
from printer.gallery import write_gallery
from printer.page import Align
from printer.picture import MARGIN_DOTS, draw, png_bytes, text_of
from printer.picture_printer import PicturePrinter, interpret, preview_png
from printer.profile import PICTURE, PrinterProfile
from printer.samples import sample_documents

FONTS = Path(printer.__file__).parent / "fonts"
DOCS = Path(__file__).parents[2] / "docs" / "pictures" / "receipts"


def zbar(png: bytes, folder: Path) -> list[str]:
    """Read the QR codes of a picture with another's program."""
    program = shutil.which("zbarimg")
    assert program, "zbarimg is missing; install the Debian package zbar-tools"
    path = folder / "scan.png"
    path.write_bytes(png)
    found = subprocess.run(
        [
            program,
            "-q",
            "--raw",
            "--nodbus",
            "-Sdisable",
            "-Sqrcode.enable",
            "-Sqrcode.binary",
            str(path),
        ],
        capture_output=True,
        check=False,
        timeout=30,
    )
    return [found.stdout.decode().removesuffix("\n")] if found.stdout else []


@pytest.mark.parametrize("has_native_qr", [True, False])
@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("name", ["top-up", "invoice"])
def test_a_phone_reads_the_payment_code(
    tmp_path: Path, name: str, columns: int, *, has_native_qr: bool
) -> None:
    slip = sample_documents(Language.FR)[name]
    profile = PrinterProfile(
        name="any", columns=columns, dots=columns * 12, has_native_qr=has_native_qr
    )
    amount = slip.suggested if name == "top-up" else slip.due
    wanted = epc_payload(
        beneficiary=slip.beneficiary,
        iban=slip.iban,
        amount_cents=amount.cents if amount else None,
        communication=slip.communication,
    )
    png = preview_png(slip, profile=profile)
    assert zbar(png, tmp_path) == [wanted]


def test_the_control_of_that_test_a_picture_without_a_code_reads_as_nothing(tmp_path: Path) -> None:
    png = preview_png(sample_documents(Language.FR)["receipt-sale"])
    assert zbar(png, tmp_path) == []


def test_a_code_with_accents_is_read_exactly(tmp_path: Path) -> None:
    notice = replace(sample_documents(Language.FR)["notice"], code="Élève Zoë 5 €")
    assert zbar(preview_png(notice), tmp_path) == ["Élève Zoë 5 €"]


def test_the_picture_is_as_wide_as_the_paper_and_has_one_bit_per_dot() -> None:
    from PIL import Image

    with Image.open(io.BytesIO(preview_png(sample_documents(Language.FR)["receipt-sale"]))) as png:
        assert png.width == 576 + 2 * MARGIN_DOTS
        assert png.mode == "1"


def test_letters_are_black_on_white_and_a_banner_is_white_on_black() -> None:
    plain = draw([Line((Span("M" * 10, Look()),), Align.LEFT, 30)])
    banner = draw([Line((Span("M" * 10, Look(is_inverse=True)),), Align.LEFT, 30)])
    inside = (MARGIN_DOTS, MARGIN_DOTS, MARGIN_DOTS + 120, MARGIN_DOTS + 30)
    blacks = [picture.crop(inside).convert("L").histogram()[0] for picture in (plain, banner)]
    assert 0 < blacks[0] < 120 * 30 / 2
    assert blacks[1] == 120 * 30 - blacks[0]


def test_accents_and_the_euro_sign_have_glyphs_of_their_own() -> None:
    pictures = {
        character: draw([Line((Span(character, Look()),), Align.LEFT, 30)]).tobytes()
        for character in "eéèêëç€ßñüàœ?"
    }
    assert len(set(pictures.values())) == len(pictures)


def test_the_text_says_what_the_picture_shows() -> None:
    sent = encode_document_for(sample_documents(Language.FR)["receipt-sale"], PICTURE)
    text = text_of(interpret(sent, PICTURE))
    for words in ("Collège du Pré-Fleuri", "8,30 €", "12,30 €", "provisoire", "1-4207", "..4821"):
        assert words in text
    assert "Ne vaut pas ticket de caisse TVA" in text


def test_what_is_not_understood_is_a_box_in_the_picture_and_bytes_in_the_text() -> None:
    events = interpret(b"\x1bZhello\n", PICTURE)
    assert "[? 1b 5a]" in text_of(events)
    assert draw(events).height > draw(interpret(b"hello\n", PICTURE)).height


def test_files_are_named_after_the_receipt_and_whole(tmp_path: Path, job: PrintJob) -> None:
    printer = PicturePrinter(tmp_path / "made" / "receipts")
    assert printer.print_document(job) == DONE
    names = sorted(path.name for path in (tmp_path / "made" / "receipts").iterdir())
    assert names == ["receipt-000042.png", "receipt-000042.txt"]
    again = (tmp_path / "made" / "receipts" / "receipt-000042.png").read_bytes()
    assert printer.print_document(job) == DONE
    assert (tmp_path / "made" / "receipts" / "receipt-000042.png").read_bytes() == again


def test_a_reprint_has_a_file_of_its_own(tmp_path: Path, sale: Receipt) -> None:
    printer = PicturePrinter(tmp_path)
    printer.print_document(PrintJob("j", sale))
    printer.print_document(PrintJob("j", sale, duplicate_no=1))
    assert (tmp_path / "receipt-000042-duplicate-1.txt").read_text().count("DUPLICATA 1") == 2


def test_a_folder_that_cannot_be_made_blocks_and_says_the_cure(
    tmp_path: Path, job: PrintJob
) -> None:
    (tmp_path / "file").write_text("in the way")
    printer = PicturePrinter(tmp_path / "file")
    result = printer.print_document(job)
    assert (result.outcome, result.trouble) == (Outcome.BLOCKED, Trouble.FOLDER)
    assert "make room" in result.text
    assert printer.status().troubles == (Trouble.FOLDER,)


def test_a_job_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    slip = sample_documents(Language.FR)["kiosk"]
    PicturePrinter(tmp_path / "in").print_document(PrintJob("../../out", slip))
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


def test_the_fonts_are_the_ones_that_were_vendored() -> None:
    sums = dict(reversed(line.split()) for line in (FONTS / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {path.name for path in FONTS.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == digest, name


def test_the_gallery_in_the_docs_is_what_the_code_prints_today(tmp_path: Path) -> None:
    """Text exactly; the pictures by size, since glyphs differ between versions of FreeType."""
    from PIL import Image

    made = write_gallery(tmp_path)
    assert {path.name for path in made} == {path.name for path in DOCS.glob("*.png")}
    for path in made:
        kept = DOCS / path.name
        text = path.with_suffix(".txt").read_text()
        assert text == kept.with_suffix(".txt").read_text(), (
            f"run `refectory printer gallery {DOCS}`"
        )
        with Image.open(path) as new, Image.open(kept) as old:
            assert new.size == old.size, path.name


def test_a_png_can_be_made_of_an_empty_paper() -> None:
    assert png_bytes(draw([])).startswith(b"\x89PNG")


def test_a_document_is_never_seen_half_written(tmp_path: Path, job: PrintJob) -> None:
    (tmp_path / ".receipt-000042.png.part").mkdir()  # the picture cannot be written
    assert PicturePrinter(tmp_path).print_document(job).outcome is Outcome.BLOCKED
    assert not list(tmp_path.glob("receipt-*"))


def test_papers_older_than_a_week_are_deleted_and_nothing_else(
    tmp_path: Path, job: PrintJob
) -> None:
    printer = PicturePrinter(tmp_path)
    printer.print_document(job)
    a_week_ago = (tmp_path / "receipt-000042.png").stat().st_mtime - 8 * 24 * 3600
    for name in ("receipt-000001.png", "receipt-000001.txt", "notes.txt", "receipt-000002.png"):
        (tmp_path / name).write_text("")
        if "2" not in name:
            os.utime(tmp_path / name, (a_week_ago, a_week_ago))
    PicturePrinter(tmp_path).print_document(job)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"receipt-000042.png", "receipt-000042.txt", "notes.txt", "receipt-000002.png"}


def test_looks_may_change_within_a_line() -> None:
    spans = (Span("a", Look()), Span("B", Look(is_bold=True, width=2, height=2)))
    mixed = draw([Line((*spans, Span("c", Look(is_underlined=True))), Align.RIGHT, 60)])
    assert mixed.height == 60 + 2 * MARGIN_DOTS
    left = mixed.crop((0, 0, MARGIN_DOTS + 576 - 48, mixed.height)).convert("L")
    assert left.histogram()[0] == 0
