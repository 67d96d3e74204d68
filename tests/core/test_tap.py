"""Which values of cards are identities, and under which key a school knows them."""

import hmac

import pytest

from core.tap import (
    Credential,
    Family,
    IdentityFault,
    Technology,
    badge_key,
    identity_fault,
)

KEY = bytes(range(32))


def card(value: str, technology: Technology = Technology.MIFARE_CLASSIC) -> Credential:
    return Credential(technology, bytes.fromhex(value))


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", IdentityFault.EMPTY),
        ("A1B2C3", IdentityFault.LENGTH),
        ("A1B2C3D4E5", IdentityFault.LENGTH),
        ("08B2C3D4", IdentityFault.RANDOM_UID),
        ("88B2C3D4", IdentityFault.CASCADE_TAG),
        ("A1B2C3D4", None),
        ("04A1B2C3D4E5F6", None),
        ("0801020304050607080A"[:20], None),
        ("88A1B2C3D4E5F6", None),
    ],
)
def test_iso14443a_numbers(value: str, fault: IdentityFault | None) -> None:
    assert identity_fault(card(value)) is fault


def test_other_families_take_any_length_up_to_a_bound() -> None:
    assert identity_fault(card("62E3086CED", Technology.EM4100)) is None
    assert identity_fault(Credential(Technology.BARCODE, bytes(256))) is None
    assert identity_fault(Credential(Technology.BARCODE, bytes(257))) is IdentityFault.LENGTH


def test_one_card_is_one_badge_at_every_reader() -> None:
    classic = badge_key(card("A1B2C3D4", Technology.MIFARE_CLASSIC), school_key=KEY)
    plain = badge_key(card("A1B2C3D4", Technology.ISO14443A), school_key=KEY)
    assert classic == plain


def test_equal_numbers_of_two_families_are_two_badges() -> None:
    em4100 = badge_key(card("A1B2C3D4", Technology.EM4100), school_key=KEY)
    wiegand = badge_key(card("A1B2C3D4", Technology.WIEGAND26), school_key=KEY)
    assert em4100 != wiegand


def test_another_school_knows_the_card_under_another_key() -> None:
    ours = badge_key(card("A1B2C3D4"), school_key=KEY)
    theirs = badge_key(card("A1B2C3D4"), school_key=bytes(32))
    assert ours != theirs
    assert len(ours) == 32


@pytest.mark.parametrize("length", [16, 32, 64, 65, 131])
def test_the_key_of_a_badge_is_an_hmac_as_the_standard_library_makes_it(length: int) -> None:
    school_key = bytes(range(length))
    expected = hmac.digest(school_key, b"iso14443a\0" + bytes.fromhex("A1B2C3D4"), "sha256")
    assert badge_key(card("A1B2C3D4"), school_key=school_key) == expected.hex()[:32]


def test_a_card_says_its_number_and_technology() -> None:
    assert card("a1b2c3d4").hex == "A1B2C3D4"
    assert Technology.ULTRALIGHT.word == "ultralight"
    assert Technology.ULTRALIGHT.family is Family.ISO14443A
    words = [technology.word for technology in Technology]
    assert len(set(words)) == len(words)
