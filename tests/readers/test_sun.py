"""Cards that prove themselves: the published vectors, and not one bit beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readers.cards.sun import SunMessage, card_key, cmac, read_sun

ZERO = bytes(16)
RFC_KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
RFC_MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
PICC, MAC = (
    bytes.fromhex(text) for text in ("EF963FF7828658A599F3041510671E88", "94EED9EE65337086")
)
MASTER = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
UID = bytes.fromhex("04782E21801D80")


@pytest.mark.parametrize(
    ("length", "made"),
    [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ],
)
def test_a_cmac_is_the_one_of_rfc_4493(length: int, made: str) -> None:
    assert cmac(RFC_KEY, RFC_MESSAGE[:length]).hex() == made


def test_a_cards_key_is_the_one_of_an10922() -> None:
    told = UID + bytes.fromhex("3042F5") + bytes.fromhex("4E585020416275")
    assert card_key(MASTER, told).hex().upper() == "A8DD63A3B89D54B37CA802473FDA9175"


def test_a_short_diversifier_is_no_plain_cmac() -> None:
    assert card_key(MASTER, UID).hex() == "4fd3364753b8142980e8203c75ad83be"
    assert cmac(MASTER, b"\x01" + UID).hex() == "b3179e2d918ac5190815983b054b63ad"


@pytest.mark.parametrize("length", range(16, 32))
def test_a_long_diversifier_is_a_plain_cmac(length: int) -> None:
    told = bytes(range(length))
    assert card_key(MASTER, told) == cmac(MASTER, b"\x01" + told)


def test_a_sun_message_is_read_as_published() -> None:
    message = read_sun(picc=PICC, mac=MAC, meta_key=ZERO, file_key=ZERO)
    assert message == SunMessage(bytes.fromhex("04de5f1eacc040"), 61, b"")


def test_a_sun_message_with_a_secret_is_read_as_published() -> None:
    message = read_sun(
        picc=bytes.fromhex("FD91EC264309878BE6345CBE53BADF40"),
        enc=bytes.fromhex("CEE9A53E3E463EF1F459635736738962"),
        mac=bytes.fromhex("ECC1E7F6C6C73BF6"),
        meta_key=ZERO,
        file_key=ZERO,
    )
    assert message == SunMessage(bytes.fromhex("04958caa5c5e80"), 8, b"x" * 16)


@pytest.mark.parametrize("bit", range(64))
def test_a_mac_with_one_bit_changed_is_refused(bit: int) -> None:
    forged = (int.from_bytes(MAC, "big") ^ 1 << bit).to_bytes(8, "big")
    assert read_sun(picc=PICC, mac=forged, meta_key=ZERO, file_key=ZERO) is None


def test_another_key_is_refused() -> None:
    assert read_sun(picc=PICC, mac=MAC, meta_key=ZERO, file_key=RFC_KEY) is None
    assert read_sun(picc=PICC, mac=MAC, meta_key=RFC_KEY, file_key=ZERO) is None


@settings(deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=12), st.binary(max_size=40))
def test_no_bytes_bring_an_error_or_a_card(picc: bytes, mac: bytes, enc: bytes) -> None:
    for said in (picc, PICC):
        assert read_sun(picc=said, mac=mac, enc=enc, meta_key=ZERO, file_key=ZERO) is None
