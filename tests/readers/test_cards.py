"""Card protocols against virtual cards: right cards, torn cards, swapped cards, lying cards."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tap import Technology
from core.text import printable
from readers.cards import virtual
from readers.cards.apdu import Exchange
from readers.cards.atr import storage_atr, technology_of
from readers.cards.identify import Reading, read_card
from readers.cards.ndef import NdefFaultError, first_text
from readers.cards.virtual import VirtualCard
from readers.errors import TornCardError

URI = bytes.fromhex("D1010F5504") + b"school.be/c/42"
UID = bytes.fromhex("04112233445566")
EXCHANGES_MAX = 300


def converse(card: VirtualCard, exchange: Exchange[Reading], *, torn_at: int = -1) -> Reading:
    """Play both sides; from exchange `torn_at` on the card gives no byte any more."""
    try:
        apdu = next(exchange)
        for number in range(EXCHANGES_MAX):
            apdu = exchange.send(b"" if 0 <= torn_at <= number else card.answer(apdu))
    except StopIteration as finished:
        return finished.value
    raise AssertionError("the exchange does not end")


def read(card: VirtualCard, *, torn_at: int = -1, wants_eid: bool = True) -> Reading:
    exchange = read_card(card.atr, wants_ndef=True, wants_eid=wants_eid)
    return converse(card, exchange, torn_at=torn_at)


@pytest.mark.parametrize(
    ("atr", "technology"),
    [
        ("3B8F8001804F0CA000000306030001000000006A", Technology.MIFARE_CLASSIC),
        ("3B8F8001804F0CA0000003060300020000000069", Technology.MIFARE_CLASSIC),
        ("3B8F8001804F0CA0000003060300030000000068", Technology.ULTRALIGHT),
        ("3B8F8001804F0CA00000030611003B0000000042", Technology.FELICA),
        ("3B8F8001804F0CA0000003060B00140000000077", Technology.ISO15693),
        ("3B8180018080", Technology.ISO14443_4),
        ("3B9813400AA503010101AD1311", Technology.CONTACT),
        ("", Technology.CONTACT),
        ("3B8F800102", Technology.ISO14443_4),
        ("3B8F8001", Technology.CONTACT),
    ],
)
def test_an_atr_tells_the_technology(atr: str, technology: Technology) -> None:
    assert technology_of(bytes.fromhex(atr)) is technology


def test_the_atr_that_a_reader_makes_up_is_the_published_one() -> None:
    assert storage_atr(0x03, 0x0001).hex().upper() == "3B8F8001804F0CA000000306030001000000006A"
    assert storage_atr(0x03, 0x0003).hex().upper() == "3B8F8001804F0CA0000003060300030000000068"


def test_the_memory_of_an_ntag_has_the_published_checks() -> None:
    assert virtual.ntag(UID).memory[:16].hex().upper() == "041122BF3344556644480000E1101200"


@pytest.mark.parametrize(
    ("card", "technology", "number", "ndef"),
    [
        (virtual.mifare_classic(b"\1\2\3\4"), Technology.MIFARE_CLASSIC, "01020304", None),
        (virtual.ntag(UID, URI), Technology.ULTRALIGHT, UID.hex(), "https://school.be/c/42"),
        (virtual.ntag(UID), Technology.ULTRALIGHT, UID.hex(), None),
        (virtual.type4(UID, URI), Technology.ISO14443_4, UID.hex(), "https://school.be/c/42"),
        (virtual.type4(UID, None), Technology.ISO14443_4, UID.hex(), None),
        (virtual.felica(bytes(range(8))), Technology.FELICA, "0001020304050607", None),
        (virtual.iso15693(bytes(range(8))), Technology.ISO15693, "0001020304050607", None),
        (virtual.belgian_eid("592123456789"), Technology.CONTACT, b"592123456789".hex(), None),
    ],
    ids=lambda value: value.hex if isinstance(value, bytes) else None,
)
def test_a_card_is_read(
    card: VirtualCard, technology: Technology, number: str, ndef: str | None
) -> None:
    reading = read(card)
    assert reading.credential is not None
    assert reading.credential.technology is technology
    assert reading.credential.hex == number.upper()
    assert reading.ndef == ndef
    assert not reading.is_ndef_bad


def test_an_identity_card_is_asked_for_its_number_and_for_nothing_behind_it() -> None:
    card = virtual.belgian_eid("592123456789")
    read(card)
    assert max(offset + length for offset, length in card.reads) == 2 + 12
    assert read(card, wants_eid=False).credential is None


@pytest.mark.parametrize(
    "card",
    [
        virtual.mifare_classic(b"\1\2\3\4"),
        virtual.ntag(UID, URI),
        virtual.type4(UID, URI),
        virtual.belgian_eid("592123456789"),
    ],
)
def test_a_card_torn_away_at_any_exchange_is_never_a_reading(card: VirtualCard) -> None:
    for torn_at in range(EXCHANGES_MAX):
        try:
            read(card, torn_at=torn_at)
        except TornCardError:
            continue
        break
    assert 0 < torn_at < 20, "each exchange was torn once, then the card was left alone"


class Swapped(VirtualCard):
    """One card, until it has answered `at` commands; then another lies in its place."""

    def __init__(self, first: VirtualCard, second: VirtualCard, at: int) -> None:
        super().__init__(first.atr, first.uid)
        self.cards, self.at, self.answered = (first, second), at, 0

    def answer(self, apdu: bytes) -> bytes:
        self.answered += 1
        return self.cards[self.answered > self.at].answer(apdu)


@pytest.mark.parametrize("make", [virtual.ntag, virtual.type4])
def test_a_card_swapped_in_mid_reading_never_gives_one_number_with_the_others_text(
    make: Callable[[bytes, bytes], VirtualCard],
) -> None:
    other = bytes.fromhex("D101055504") + b"a.be"
    whole = 0
    for at in range(1, 12):
        card = Swapped(make(UID, URI), make(bytes(reversed(UID)), other), at)
        try:
            reading = read(card)
        except TornCardError:
            continue
        whole += 1
        assert card.answered <= at, "all answers were the first card's"
        assert reading.ndef == "https://school.be/c/42"
    assert 0 < whole < 11


@pytest.mark.parametrize(
    "memory",
    [
        "E1101200 03FF FFFF" + "41" * 100,
        "E1101200 03FE D101FF55",
        "E1FFFF00 03FF 0FFF" + "00" * 64,
        "E1101200 03",
        "E1101200" + "00" * 300,
        "E1101200 01FF 0003",
        "E1100000 0305D101015504",
    ],
)
def test_a_tag_whose_lengths_lie_keeps_its_number_and_loses_its_text(memory: str) -> None:
    card = virtual.ntag(UID)
    card.memory = card.memory[:12] + bytes.fromhex(memory)
    reading = read(card)
    assert reading.credential is not None
    assert reading.ndef is None


def test_a_megabyte_of_text_is_refused_not_read() -> None:
    text = b"\xc1\x01" + (1 << 20).to_bytes(4, "big") + b"T\x02fr" + b"A" * 50
    for card in (virtual.type4(UID, text), virtual.ntag(UID, text)):
        reading = read(card)
        assert (reading.ndef, reading.is_ndef_bad) == (None, True)
    file = virtual.type4(UID, b"x")
    file.files[b"\xe1\x04"] = b"\xff\xff" + bytes(0xFFFF)
    assert read(file).is_ndef_bad


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (URI, "https://school.be/c/42"),
        (b"\xd1\x01\x08T\x02frZo\xc3\xa9!", "Zoé!"),
        (b"\xd1\x01\x07T\x82fr" + "ab".encode("utf-16-be"), "ab"),
        (b"\x91\x01\x05T\x02frAB" + b"\x51\x01\x02U\x01x", "AB"),
        (b"\xd1\x02\x09Sp" + b"\xd1\x01\x05U\x04a.be", "https://a.be"),
        (b"\xd5\x00\x00", None),
        (b"", None),
        (b"\xd1\x01\x0aT\x02fra\x1b[31mb", "a[31mb"),
    ],
)
def test_a_message_says_its_first_text(message: bytes, text: str | None) -> None:
    assert first_text(message) == text


@pytest.mark.parametrize(
    "message",
    [
        b"\xd1",
        b"\xd1\x01\xff",
        b"\xc1\x01\xff\xff\xff\xffT",
        b"\xf1\x01\x02Tab",
        b"\xd1\x01\x01T\x3f",
        b"\xd1\x01\x00T",
        b"\xd1\x01\x00U",
        b"\xd9\x01\x01",
        bytes(2000),
    ],
)
def test_a_message_that_lies_is_a_fault(message: bytes) -> None:
    with pytest.raises(NdefFaultError):
        first_text(message)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=1500))
def test_no_message_brings_another_error_or_an_unprintable_text(message: bytes) -> None:
    try:
        text = first_text(message)
    except NdefFaultError:
        return
    assert text is None or (len(text) <= 512 and printable(text) == text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["ntag", "type4", "eid"]), st.data())
def test_a_hostile_card_ends_in_a_reading_or_a_tear(kind: str, drawn: st.DataObject) -> None:
    card = {"ntag": virtual.ntag(UID), "type4": virtual.type4(UID), "eid": virtual.belgian_eid("1")}

    class Hostile(VirtualCard):
        def answer(self, apdu: bytes) -> bytes:
            good = card[kind].answer(apdu)
            return (
                good
                if drawn.draw(st.booleans())
                else drawn.draw(st.binary(max_size=40)) + b"\x90\0"
            )

    try:
        reading = read(Hostile(card[kind].atr, UID))
    except TornCardError:
        return
    assert reading.credential is None or len(reading.credential.value) <= 32
