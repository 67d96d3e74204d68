"""Bytes for a printer: golden ones, and the rules that no document breaks."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from core.people import Language
from core.receipt import ReceiptLine
from printer.base import PrintJob
from printer.encode import encode_document_for, encode_job, encode_operations
from printer.errors import ProfileError
from printer.events import Buzz, CutPaper, Event, Kick, Line, QrPrinted, Raster, Reset
from printer.interpreter import Interpreter
from printer.page import Cut, Logo, QrCode, TextLine
from printer.profile import PICTURE, Cutter, PrinterProfile
from printer.samples import sample_documents

SALE = sample_documents(Language.FR)["receipt-sale"]


def events_of(sent: bytes, profile: PrinterProfile = PICTURE) -> list[Event]:
    interpreter = Interpreter(profile)
    return [*interpreter.feed(sent), *interpreter.finish()]


def test_the_golden_bytes_of_one_line() -> None:
    sent = encode_operations((TextLine("Café 5 €"),), PICTURE)
    assert sent == bytes.fromhex("1b40 1c2e 1b74 13 43 61 66 82 20 35 20 d5 0a")


def test_a_dish_name_cannot_open_the_drawer_or_sound_the_buzzer() -> None:
    evil = replace(
        SALE, lines=(ReceiptLine(1, "x\x1b@\x1bp\x00\x32\x32\x1bB\x02\x02", Money(1), 0),)
    )
    events = events_of(encode_document_for(evil, PICTURE))
    assert not any(isinstance(event, Kick | Buzz) for event in events)
    assert sum(isinstance(event, Reset) for event in events) == 1


def test_the_control_of_that_test_a_printer_obeys_what_is_not_fitted() -> None:
    raw = events_of(b"\x1b@x\x1bp\x00\x32\x32\n")
    assert any(isinstance(event, Kick) for event in raw)


@given(
    name=st.text(max_size=60),
    label=st.text(max_size=60),
    cents=st.integers(-(10**7), 10**7),
    columns=st.sampled_from([32, 42, 48]),
)
def test_no_data_breaks_the_paper(name: str, label: str, cents: int, columns: int) -> None:
    """Strict, the interpreter refuses unknown commands, foreign bytes and lines too wide."""
    receipt = replace(
        SALE,
        person=name,
        terminal=label,
        lines=(ReceiptLine(3, label, Money(cents), 60),),
        wallet_after=Money(cents),
    )
    profile = replace(PICTURE, columns=columns, dots=columns * 12)
    events = events_of(encode_document_for(receipt, profile), profile)
    assert not any(isinstance(event, Kick | Buzz) for event in events)
    assert sum(isinstance(event, CutPaper) for event in events) == 1


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_every_document_is_strict_escpos_on_every_paper(language: Language, columns: int) -> None:
    profile = replace(PICTURE, columns=columns, dots=columns * 12)
    for document in sample_documents(language).values():
        events = events_of(encode_document_for(document, profile, duplicate_no=2), profile)
        assert isinstance(events[-1], CutPaper)


def test_every_reset_is_followed_by_the_code_page() -> None:
    for document in sample_documents(Language.DE).values():
        sent = encode_document_for(document, PICTURE)
        assert sent.count(b"\x1b@") == sent.count(b"\x1b@\x1c.\x1bt\x13") == 1


def test_a_receipt_of_thirty_lines_is_small() -> None:
    long = replace(
        SALE,
        lines=tuple(
            ReceiptLine(1, f"Boulets à la liégeoise {n}", Money(450), 60) for n in range(30)
        ),
    )
    assert len(encode_document_for(long, PICTURE)) <= 2500


def test_a_second_attempt_says_duplicata_and_a_first_does_not() -> None:
    first = encode_job(PrintJob("j", SALE), PICTURE)
    second = encode_job(PrintJob("j", SALE, attempt=2), PICTURE)
    assert b"DUPLICATA" not in first
    assert second.count(b"DUPLICATA 1") == 2


def test_a_reprint_differs_from_the_original_by_its_mark_alone() -> None:
    original = [
        line.text
        for line in events_of(encode_document_for(SALE, PICTURE))
        if isinstance(line, Line)
    ]
    reprint = [
        line.text
        for line in events_of(encode_document_for(SALE, PICTURE, duplicate_no=3))
        if isinstance(line, Line)
    ]
    assert [text for text in reprint if "DUPLICATA" not in text] == original


@pytest.mark.parametrize(("cutter", "is_partial"), [(Cutter.FULL, False), (Cutter.PARTIAL, True)])
def test_the_knife_is_the_printers_own(cutter: Cutter, *, is_partial: bool) -> None:
    profile = replace(PICTURE, cutter=cutter)
    assert events_of(encode_operations((Cut(),), profile))[-1] == CutPaper(is_partial=is_partial)


def test_a_printer_without_a_knife_feeds_the_paper_out() -> None:
    profile = replace(PICTURE, cutter=Cutter.NONE)
    assert not any(
        isinstance(event, CutPaper) for event in events_of(encode_operations((Cut(),), profile))
    )


def test_a_printer_without_qr_codes_gets_a_picture_that_fits() -> None:
    profile = PrinterProfile(name="narrow", columns=32, dots=384, has_native_qr=False)
    events = events_of(encode_operations((QrCode("x" * 80, module_dots=16),), profile), profile)
    rasters = [event for event in events if isinstance(event, Raster)]
    assert len(rasters) == 1
    assert rasters[0].width_dots <= 384
    assert not any(isinstance(event, QrPrinted) for event in events)


def test_a_logo_is_scaled_to_the_paper_and_printed_first(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "logo.png"
    Image.new("L", (1200, 100), 0).save(path)
    profile = replace(PICTURE, logo=str(path))
    events = events_of(encode_document_for(SALE, profile), profile)
    kinds = [type(event) for event in events if isinstance(event, Raster | Line)]
    assert kinds[0] is Raster
    assert next(event for event in events if isinstance(event, Raster)).width_dots == 576


def test_a_missing_logo_is_an_error_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="give a PNG file"):
        encode_operations((Logo(),), replace(PICTURE, logo=str(tmp_path / "gone.png")))


def test_a_picture_never_holds_a_real_time_command(tmp_path: Path) -> None:
    """Bits that read `DLE EOT` in a raster would make a printer answer in the middle of it."""
    from PIL import Image

    rows = bytes([0xEF, 0xFB] * 4)  # inverted by the library: 10 04 10 04 …
    path = tmp_path / "logo.png"
    Image.frombytes("1", (64, 1), rows).save(path)
    sent = encode_operations((Logo(),), replace(PICTURE, logo=str(path)))
    assert b"\x10\x04" not in sent
    assert any(isinstance(event, Raster) for event in events_of(sent))


def test_density_is_sent_only_when_it_is_set() -> None:
    plain, dark = PICTURE, replace(PICTURE, density=8)
    assert b"\x1d|" not in encode_operations((), plain)
    assert b"\x1d|" in encode_operations((), dark)


def test_styles_are_sent_only_where_they_change() -> None:
    same = encode_operations([TextLine("a")] * 10, PICTURE)
    assert len(same) == len(b"\x1b@\x1c.\x1bt\x13") + 10 * 2


def test_bytes_are_the_same_for_the_same_document() -> None:
    sent = {encode_document_for(SALE, PICTURE) for _ in range(3)}
    assert len(sent) == 1
