"""Replies are told apart however they arrive, and add up to what the screen may say."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printer.base import Connection, Trouble
from printer.status import (
    Automatic,
    Block,
    PaperSensor,
    ProcessNumber,
    RealTime,
    ReplyParser,
    StatusBoard,
)

MIXED = (
    b"\x14\x00\x00\x0f"  # automatic: all is well
    b"7\x22abcd\x00"  # process number
    b"\x12"  # DLE EOT 1
    b"_TM-T88V\x00"
    b"\x14\x00\x03\x0f"  # automatic: its third byte looks like a paper sensor's
    b"\x00"  # GS r
    b"\x16"  # DLE EOT 2: cover open
)
WANTED = [
    Automatic(b"\x14\x00\x00\x0f"),
    ProcessNumber(b"abcd"),
    RealTime(1, 0x12),
    Block(0x5F, b"TM-T88V"),
    Automatic(b"\x14\x00\x03\x0f"),
    PaperSensor(0),
    RealTime(2, 0x16),
]


def parser() -> ReplyParser:
    made = ReplyParser()
    made.expect(1)
    made.expect(2)
    return made


@given(cuts=st.lists(st.integers(0, len(MIXED)), max_size=8))
def test_replies_may_come_in_any_pieces(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(MIXED)]
    reading = parser()
    replies = []
    for left, right in itertools.pairwise(edges):
        replies += reading.feed(MIXED[left:right])
    assert replies == WANTED
    assert not reading.is_waiting


@given(noise=st.binary(max_size=200))
def test_noise_never_breaks_the_parser(noise: bytes) -> None:
    ReplyParser().feed(noise)


def test_flow_control_bytes_are_no_replies() -> None:
    assert ReplyParser().feed(b"\x13\x11") == []


@pytest.mark.parametrize(
    ("received", "troubles"),
    [
        (b"\x10\x00\x00\x0f", ()),
        (b"\x38\x00\x00\x0f", (Trouble.COVER_OPEN,)),
        (b"\x18\x00\x0f\x0f", (Trouble.PAPER_END,)),
        (b"\x10\x00\x03\x0f", (Trouble.PAPER_NEAR_END,)),
        (b"\x18\x08\x00\x0f", (Trouble.CUTTER,)),
        (b"\x18\x20\x00\x0f", (Trouble.ERROR,)),
        (b"\x18\x00\x00\x0f", (Trouble.OFFLINE,)),
        (b"\x38\x00\x0f\x0f", (Trouble.COVER_OPEN, Trouble.PAPER_END)),
    ],
    ids=["well", "cover", "paper end", "near end", "cutter", "error", "offline", "both"],
)
def test_automatic_status_has_words(received: bytes, troubles: tuple[Trouble, ...]) -> None:
    board = StatusBoard()
    board.take(ReplyParser().feed(received))
    assert board.status().troubles == troubles


def test_real_time_status_adds_up() -> None:
    board, reading = StatusBoard(), ReplyParser()
    for n in (1, 2, 4):
        reading.expect(n)
    board.take(reading.feed(b"\x1a\x32\x72"))
    status = board.status()
    assert status.connection is Connection.OFFLINE
    assert status.is_paper_out
    assert status.hindrance is Trouble.PAPER_END


def test_a_printer_that_has_said_nothing_is_unknown_not_well() -> None:
    status = StatusBoard().status()
    assert status.connection is Connection.UNKNOWN
    assert not status.is_ready
    assert status.is_paper_out is None


def test_near_end_is_a_warning_and_does_not_hold() -> None:
    board = StatusBoard()
    board.take([Automatic(b"\x10\x00\x03\x0f")])
    assert board.status().is_ready
    assert board.status().hindrance is None


def test_a_stray_byte_does_not_swallow_the_fence_behind_it() -> None:
    replies = ReplyParser().feed(b"\x10" + b"7\x22abcd\x00")
    assert ProcessNumber(b"abcd") in replies
