"""Serial frames: published vectors, any cut, any noise; nothing but the frames that were sent."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tap import Credential, Technology, identity_fault
from readers.address import parse_address
from readers.counters import Outcome
from readers.frames import em4100, stronglink, twn, wiegand
from readers.frames.base import Absence, Decoded, FrameDecoder
from readers.frames.families import FAMILIES
from readers.frames.forms import xor_of
from readers.numbers import describe

NOISE = bytes(byte for byte in range(256) if byte not in b"\x02\x03\r\n\xbd\xaa")
GENERIC = "frame=generic&start=AA55&length=8&form=binary&checksum=sum"
QUERIES = {word: f"frame={word}" for word in FAMILIES if word != "generic"} | {"generic": GENERIC}


def decoder_of(query: str) -> FrameDecoder:
    address = parse_address(f"serial:///dev/ttyUSB0?{query}")
    return FAMILIES[address.options["frame"]].decoder(address)


def cards(found: list[Decoded]) -> list[str]:
    return [decoded.hex for decoded in found if isinstance(decoded, Credential)]


# --- vectors of the notes -------------------------------------------------------------------------

VECTORS = [
    ("frame=rdm6300", b"\x0262E3086CED08\x03", Technology.EM4100, "62E3086CED"),
    ("frame=id12la", b"\x0262E3086CED08\r\n\x03", Technology.EM4100, "62E3086CED"),
    ("frame=rdm6300&number=printed", b"\x0262E3086CED08\x03", Technology.EM4100, "E3086CED"),
    ("frame=twn4", b"000180380704112233445566\r", Technology.ISO14443A, "04112233445566"),
    ("frame=twn4", b"0001402805" + b"62E3086CED\r", Technology.EM4100, "62E3086CED"),
    ("frame=twn3", b"04112233445566\r\n", Technology.ISO14443A, "04112233445566"),
    ("frame=twn3", b":112233445501\r\n", Technology.GENERIC, "1122334455"),
    ("frame=twn3&card=hid_prox", b"1A808001C0\r", Technology.HID_PROX, "1A808001C0"),
    ("frame=promag&order=reversed", b"44332204\r\n", Technology.ISO14443A, "04223344"),
    ("frame=promag&form=decimal", b"0068756224\r\n", Technology.ISO14443A, "04192300"),
    ("frame=sl03x", bytes.fromhex("BD0801000411223301B1"), Technology.MIFARE_CLASSIC, "04112233"),
    ("frame=wiegand26", b"2F764DD\r\n", Technology.WIEGAND26, "7BB26E"),
    ("frame=wiegand26", b"10111101110110010011011101\r", Technology.WIEGAND26, "7BB26E"),
    ("frame=qr", "École-42\n".encode(), Technology.BARCODE, "École-42".encode().hex().upper()),
    (GENERIC, bytes.fromhex("AA55041122334455667F"), Technology.ISO14443A, ""),
]


@pytest.mark.parametrize(("query", "sent", "technology", "number"), VECTORS[:-1])
def test_a_published_frame_is_read(
    query: str, sent: bytes, technology: Technology, number: str
) -> None:
    found = decoder_of(query).feed(sent)
    assert found == [Credential(technology, bytes.fromhex(number))]


def test_the_numbers_of_the_notes_are_computed_too() -> None:
    assert wiegand.number_of(123, 45678) == "2F764DD"
    assert twn.TWN4_SEARCH == b"050010\r"
    assert xor_of(stronglink.SELECT) == xor_of(stronglink.RED_LIGHT_ON) == 0


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("frame=twn4", b"0000\r"),
        ("frame=twn3", b"N\r\n"),
        ("frame=sl03x", bytes.fromhex("BD030101BE")),
    ],
)
def test_a_reader_that_is_asked_says_that_no_card_is_there(query: str, sent: bytes) -> None:
    assert decoder_of(query).feed(sent) == [Absence.NO_CARD]


@pytest.mark.parametrize(
    ("query", "sent", "outcome"),
    [
        ("frame=rdm6300", b"\x0262E3086CED09\x03", Outcome.BAD_CHECKSUM),
        ("frame=rdm6300", b"\x0262E3086CE\x03", Outcome.BAD_FRAME),
        ("frame=rdm6300", b"\x02" + b"0" * 40 + b"\x03", Outcome.OVERLONG_FRAME),
        ("frame=twn4", b"0101\r", Outcome.LINE_FAULT),
        ("frame=twn4", b"000180380604112233445566\r", Outcome.BAD_FRAME),
        ("frame=twn4", b"0001802003041122\r", Outcome.BAD_FRAME),
        ("frame=twn4", b"0001801803041122\r", Outcome.BAD_LENGTH),
        ("frame=twn3", b":112233445502\r", Outcome.BAD_CHECKSUM),
        ("frame=twn3&card=hid_prox", b"1A808001E0\r", Outcome.BAD_FRAME),
        ("frame=twn3&card=hid_prox", b"1AC08001C0\r", Outcome.BAD_CHECKSUM),
        ("frame=sl03x", bytes.fromhex("BD0801000411223301B2"), Outcome.BAD_CHECKSUM),
        ("frame=sl03x", bytes.fromhex("BD030104BB"), Outcome.LINE_FAULT),
        ("frame=wiegand26", b"2F764DC\r", Outcome.BAD_CHECKSUM),
        ("frame=wiegand26", b"FF764DD\r", Outcome.BAD_FRAME),
        ("frame=qr", b"\xff\xfe\r", Outcome.BAD_FRAME),
        ("frame=qr", b"a\x1b[31mb\r", Outcome.BAD_FRAME),
        ("frame=qr", b"x" * 300 + b"\r", Outcome.OVERLONG_FRAME),
        (GENERIC, bytes.fromhex("AA550411223344556600"), Outcome.BAD_CHECKSUM),
    ],
)
def test_a_bad_frame_has_a_name_and_gives_no_card(
    query: str, sent: bytes, outcome: Outcome
) -> None:
    found = decoder_of(query).feed(sent)
    assert outcome in found
    assert cards(found) == []


def test_a_frame_that_stays_half_is_given_up_and_what_follows_is_read() -> None:
    decoder = decoder_of("frame=sl03x")
    assert decoder.feed(bytes.fromhex("BD0801000411")) == []
    assert decoder.silence() == [Outcome.BAD_FRAME]
    assert cards(decoder.feed(bytes.fromhex("BD0801000411223301B1"))) == ["04112233"]


# --- properties -----------------------------------------------------------------------------------

EM = st.binary(min_size=5, max_size=5)
UID7 = st.binary(min_size=6, max_size=6).map(lambda rest: b"\x04" + rest)


def em_frame(number: bytes, end: bytes) -> bytes:
    return b"\x02" + number.hex().upper().encode() + f"{xor_of(number):02X}".encode() + end


def stronglink_frame(uid: bytes) -> bytes:
    frame = b"\xbd\x0b\x01\x00" + uid + b"\x03"
    return frame + bytes([xor_of(frame)])


# query → the strategy of a number, and how it is sent. Text frames begin by ending the noise.
SENDERS = {
    "frame=rdm6300": (EM, lambda number: em_frame(number, b"\x03")),
    "frame=id20la": (EM, lambda number: em_frame(number, b"\r\n\x03")),
    "frame=twn4": (UID7, lambda uid: b"\r0001803807" + uid.hex().upper().encode() + b"\r"),
    "frame=twn3": (UID7, lambda uid: b"\r\n" + uid.hex().upper().encode() + b"\r\n"),
    "frame=promag": (UID7, lambda uid: b"\r\n" + uid.hex().encode() + b"\r\n"),
    "frame=sl03x": (UID7, stronglink_frame),
    "frame=wiegand26": (
        st.binary(min_size=3, max_size=3),
        lambda number: (
            b"\r" + wiegand.number_of(number[0], int.from_bytes(number[1:], "big")).encode() + b"\r"
        ),
    ),
    "frame=qr": (
        st.text("ABCDEFGHIJ0123456789é", min_size=5, max_size=40).map(str.encode),
        lambda text: b"\r" + text + b"\r",
    ),
    GENERIC: (UID7, lambda uid: b"\xaa\x55" + uid + bytes([sum(uid) % 256])),
}


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(stream) + 1) for place in at), len(stream)]
    return [stream[low:high] for low, high in pairwise(places)]


@pytest.mark.parametrize("query", SENDERS)
@settings(max_examples=60, deadline=None)
@given(drawn=st.data())
def test_any_cut_of_any_frames_with_noise_between_gives_exactly_those_frames(
    query: str, drawn: st.DataObject
) -> None:
    numbers_of, send = SENDERS[query]
    numbers = drawn.draw(st.lists(numbers_of, max_size=6))
    # Noise of text lines ends in bytes no number is written with, or it would be one.
    noise = st.binary(max_size=40).map(lambda raw: bytes(NOISE[b % len(NOISE)] for b in raw))
    stream = b""
    for number in numbers:
        stream += drawn.draw(noise.map(lambda raw: raw + b"\xff" if raw else raw)) + send(number)
    stream += drawn.draw(noise.map(lambda raw: raw + b"\xff" if raw else raw))
    decoder = decoder_of(query)
    found: list[Decoded] = []
    for piece in cut(stream, drawn.draw(st.lists(st.integers(0, 10_000), max_size=12))):
        found += decoder.feed(piece)
    found += decoder.silence()
    assert cards(found) == [number.hex().upper() for number in numbers]


@pytest.mark.parametrize("query", QUERIES.values())
@settings(max_examples=80, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200), max_size=10))
def test_random_bytes_never_raise_nor_give_what_is_no_identity(
    query: str, pieces: list[bytes]
) -> None:
    decoder = decoder_of(query)
    found = [decoded for piece in pieces for decoded in decoder.feed(piece)] + decoder.silence()
    for decoded in found:
        if isinstance(decoded, Credential):
            fault = identity_fault(decoded)
            assert fault is None or fault.value in ("random_uid", "cascade_tag")


@pytest.mark.parametrize("query", QUERIES.values())
def test_a_day_of_noise_keeps_no_memory(query: str) -> None:
    decoder = decoder_of(query)
    chance = random.Random(7)
    for start in (b"", b"\x02", b"\xbd\x1d", b"\xaa\x55", b"0001"):
        for _ in range(50):
            decoder.feed(start + chance.randbytes(4000))
            assert len(decoder._kept) <= 300  # type: ignore[attr-defined]
    assert decoder.noise_bytes > 0


def test_the_number_printed_on_an_em_card_is_its_last_four_bytes() -> None:
    card = em4100.parse_body(b"62E3086CED08", is_printed=True)
    assert isinstance(card, Credential)
    assert int.from_bytes(card.value, "big") == 3808980205


@pytest.mark.parametrize(
    ("query", "sent", "number"),
    [
        ("start=02&end=03&form=hex&checksum=xor", b"\x0204A1B2C3D4\x03", "04A1B2C3"),
        ("start=02&end=03&form=hex&checksum=negated_sum", b"\x0204A1B2C3E6\x03", "04A1B2C3"),
        ("start=2A&form=decimal&order=reversed", b"*3283263748\r\n", "04A1B2C3"),
        ("form=text", b"ELEVE-42\r\n", b"ELEVE-42".hex().upper()),
        ("end=3B0D0A&card=em4100", b"62E3086CED;", "62E3086CED"),
        (
            "start=AA&length=5&form=binary&checksum=xor&order=reversed",
            b"\xaa\xc3\xb2\xa1\x04\xd4",
            "04A1B2C3",
        ),
    ],
)
def test_a_frame_described_in_the_settings_is_read(query: str, sent: bytes, number: str) -> None:
    decoder = decoder_of(f"frame=generic&{query}")
    assert cards(decoder.feed(b"\r\n" + sent)) == [number]
    spoilt = sent.replace(b"A1B2", b"ZZZZ").replace(b"\xa1", b"\xa2").replace(b"*", b"#")
    if spoilt != sent:
        assert cards(decoder.feed(spoilt)) == []


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (
            Credential(Technology.EM4100, bytes.fromhex("62E3086CED")),
            "printed 3808980205 (008,27885)",
        ),
        (Credential(Technology.ISO14443A, bytes.fromhex("04A1B2C3")), "reversed C3B2A104"),
        (
            Credential(Technology.ISO14443A, bytes.fromhex("04A1B2C3")),
            "77705923 (reversed 3283263748)",
        ),
        (Credential(Technology.BARCODE, b"ELEVE-42"), '"ELEVE-42"'),
        (Credential(Technology.GENERIC, b"\x2a"), "2A"),
    ],
)
def test_a_number_is_shown_in_every_usual_writing(card: Credential, says: str) -> None:
    assert says in describe(card)
