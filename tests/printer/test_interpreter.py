"""The interpreter obeys what it knows, refuses what it does not, and never loses its place."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people import Language
from printer.encode import encode_document_for
from printer.errors import EscPosError
from printer.events import (
    Blank,
    Buzz,
    CutPaper,
    FenceAsked,
    Kick,
    Line,
    Look,
    QrPrinted,
    Raster,
    Reset,
    StatusAsked,
    Unknown,
)
from printer.interpreter import Interpreter
from printer.page import Align
from printer.profile import PICTURE, PrinterProfile
from printer.samples import sample_documents

DOCUMENT = encode_document_for(sample_documents(Language.FR)["invoice"], PICTURE)


def run(sent: bytes, *, is_strict: bool = True) -> list[Any]:
    interpreter = Interpreter(is_strict=is_strict)
    return [*interpreter.feed(sent), *interpreter.finish()]


def first(sent: bytes, kind: type) -> object:
    return next(event for event in run(sent) if isinstance(event, kind))


@given(cuts=st.lists(st.integers(0, len(DOCUMENT)), max_size=20))
def test_bytes_may_come_in_any_pieces(cuts: list[int]) -> None:
    interpreter = Interpreter()
    edges = [0, *sorted(cuts), len(DOCUMENT)]
    events = []
    for left, right in itertools.pairwise(edges):
        events += interpreter.feed(DOCUMENT[left:right])
    text = [event for event in events if not isinstance(event, Line)]
    assert text == [event for event in run(DOCUMENT) if not isinstance(event, Line)]
    lines = [event.text for event in events if isinstance(event, Line)]
    assert lines == [event.text for event in run(DOCUMENT) if isinstance(event, Line)]


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (b"\x1bZ", "is not known"),
        (b"\x07", "is not known"),
        (b"\x1bt\x10", "nobody declared"),
        (b"x" * 49 + b"\n", "wider than the paper"),
        (b"\x1d!\x11" + b"x" * 25, "wider than the paper"),
        (b"\x1bE", "cut short"),
        (b"\x1d(k\x10\x001P0abc", "cut short"),
        (b"\x1dV\x07", "no way to cut"),
        (b"\x1ba\x09", "no alignment"),
        (b"\x1dv0\x01\x01\x00\x01\x00\xff", "stretches"),
        (b"\x1dv0\x00\xff\x00\x01\x00" + bytes(255), "wider than the paper"),
        (b"\x1d(k\x03\x001Z0", "unknown two-dimensional"),
        (b"\x1d(L\x02\x0009", "unknown graphics"),
        (b"\x1d(H\x02\x0099", "unknown process number"),
        (b"\x1bt\x13\x1b@\x7f", "is not known"),
    ],
)
def test_strict_refuses_with_the_place(sent: bytes, complaint: str) -> None:
    with pytest.raises(EscPosError, match=complaint) as caught:
        run(sent)
    assert 0 <= caught.value.offset < len(sent)


@given(sent=st.binary(max_size=400))
def test_lenient_survives_any_bytes(sent: bytes) -> None:
    for event in run(sent, is_strict=False):
        assert isinstance(event, tuple)


def test_lenient_shows_a_box_for_what_it_does_not_know() -> None:
    events = run(b"a\x1bZb\n", is_strict=False)
    assert Unknown(b"\x1bZ", 1) in events
    assert [event.text for event in events if isinstance(event, Line)] == ["ab"]


def test_lenient_wraps_a_line_that_is_too_wide() -> None:
    events = run(b"x" * 60 + b"\n", is_strict=False)
    assert [len(event.text) for event in events if isinstance(event, Line)] == [48, 12]


def test_styles_apply_from_where_they_stand() -> None:
    line = first(b"a\x1bE\x01b\x1bE\x00\x1d!\x11c\x1d!\x00\x1dB\x01d\x1b-\x01e\n", Line)
    looks = {span.text: span.look for span in line.spans}
    assert looks["a"] == Look()
    assert looks["b"].is_bold
    assert (looks["c"].width, looks["c"].height) == (2, 2)
    assert looks["d"].is_inverse
    assert looks["e"].is_underlined
    assert line.height_dots == 60


def test_print_mode_sets_all_at_once() -> None:
    (span,) = first(b"\x1b!\xb9x\n", Line).spans
    assert span.look == Look(is_bold=True, is_small=True, is_underlined=True, width=2, height=2)


def test_reset_forgets_styles_code_page_and_the_line_begun() -> None:
    events = run(b"\x1bt\x13\x1bE\x01lost\x1b@\x82\n")
    assert [type(event) for event in events] == [Reset, Line]
    assert events[1].spans[0].look == Look()


def test_alignment_by_number_and_by_digit() -> None:
    assert first(b"\x1ba\x01x\n", Line).align is Align.CENTER
    assert first(b"\x1ba2x\n", Line).align is Align.RIGHT


def test_feeds_cuts_and_pulses() -> None:
    assert first(b"\x1bd\x06", Blank).height_dots == 180
    assert first(b"\x1b3\x10\n", Blank).height_dots == 16
    assert first(b"\x1bJ\x20", Blank).height_dots == 32
    assert first(b"\x1dV\x00", CutPaper) == CutPaper(is_partial=False)
    assert first(b"\x1dVB\x00", CutPaper) == CutPaper(is_partial=True)
    assert first(b"\x1bp\x00\x32\x32", Kick) == Kick(2, 100, 100)
    assert first(b"\x1bp\x01\x19\xfa", Kick) == Kick(5, 50, 500)
    assert first(b"\x1bB\x03\x02", Buzz) == Buzz(3)


def test_fences_and_status_questions() -> None:
    assert first(b"\x1d(H\x06\x0000abcd", FenceAsked) == FenceAsked("id", b"abcd")
    assert first(b"\x1dr\x01", FenceAsked) == FenceAsked("r", b"\x01")
    assert first(b"\x10\x04\x04", StatusAsked) == StatusAsked("DLE EOT", 4)
    assert first(b"\x1da\x0f", StatusAsked) == StatusAsked("GS a", 15)
    assert first(b"\x1dIC", StatusAsked) == StatusAsked("GS I", 0x43)


def test_a_qr_code_is_stored_and_printed() -> None:
    settings = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1"
    sent = settings + b"\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0"
    assert first(sent, QrPrinted) == QrPrinted(b"abc", 6, "M", Align.LEFT)


def test_pictures_of_all_three_kinds_show_the_same_bits() -> None:
    rows = bytes([0b11110000, 0b00001111] * 4)
    raster = first(b"\x1dv0\x00\x01\x00\x08\x00" + rows, Raster)
    store = b"0p0\x01\x011" + bytes([8, 0, 8, 0]) + rows
    graphics = first(b"\x1d(L" + bytes([len(store), 0]) + store + b"\x1d(L\x02\x0002", Raster)
    columns = bytes([0b10101010] * 4 + [0b01010101] * 4)
    column = first(b"\x1b*\x00\x08\x00" + columns + b"\n", Raster)
    assert raster == graphics == column


def test_nuls_between_commands_do_nothing() -> None:
    assert run(bytes(512) + b"x\n")[0].text == "x"


def test_a_sender_may_place_words_by_dots() -> None:
    line = first(b"ab\x1b$\x20\x01c\x1b\\\x0c\x00d\n", Line)
    assert line.text == "ab" + " " * 22 + "c" + " " + "d"


@pytest.mark.parametrize(
    "sent",
    [b"abc\x1b$\x00\x00x\n", b"\x1b\\\x05\x00x\n", b"\x1b$\xff\x0fx\n", b"\x1bt\x13\x1b \x05x\n"],
    ids=["backwards", "between columns", "off the paper", "wide spacing"],
)
def test_what_would_be_drawn_elsewhere_is_refused(sent: bytes) -> None:
    with pytest.raises(EscPosError, match=r"no column|not known here"):
        run(sent)


def test_settings_at_their_defaults_change_nothing() -> None:
    defaults = b"\x1b@\x1b \x00\x1cS\x00\x00\x1b2\x1b{\x00\x1c.\x1c-\x00\x1dL\x00\x00\x1dW\x40\x02"
    assert first(defaults + b"\x1d|\x04\x1d(D\x03\x00\x14\x01\x00x\n", Line).text == "x"


def test_the_paper_moves_by_what_is_set() -> None:
    assert [event.height_dots for event in run(b"\x1b3\x28x\n\x1bd\x02y\x1bJ\x08\x1b2\n")] == [
        40,
        80,
        40,
        8,
        30,
    ]


def test_a_small_font_has_more_columns() -> None:
    assert len(first(b"\x1bM\x01" + b"x" * 64 + b"\n", Line).text) == 64


def test_a_byte_that_the_page_does_not_hold_is_refused() -> None:
    page = PrinterProfile(name="any", code_page="CP1252", code_page_number=16)
    interpreter = Interpreter(page)
    with pytest.raises(EscPosError, match="not in code page"):
        interpreter.feed(b"\x1bt\x10\x81\n")


def test_a_line_begun_is_printed_when_the_bytes_end() -> None:
    interpreter = Interpreter()
    assert interpreter.feed(b"begun") == []
    assert [event.text for event in interpreter.finish()] == ["begun"]
