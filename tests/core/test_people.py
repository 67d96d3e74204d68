"""Names as they may be shown, and text from outside made safe."""

import unicodedata

import pytest
from canteen import pupil
from hypothesis import given
from hypothesis import strategies as st

from core.text import printable


def test_a_public_name_is_first_name_and_initial() -> None:
    assert pupil(first_name="Léa", last_name="Vandenberghe").short_name == "Léa V."
    assert pupil(first_name="Léa", last_name="").short_name == "Léa"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Dupont\x1bp\x00", "Dupontp"),
        ("Anne\tMarie\n", "Anne Marie"),
        ("\u202eevil", "evil"),
        ("e\u0301te\u0301", "été"),
        ("L'Œuvre d'Éloïse & Straße", "L'Œuvre d'Éloïse & Straße"),
    ],
)
def test_what_a_printer_or_a_screen_would_obey_is_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_that_acts_is_left_of_any_text(text: str) -> None:
    kinds = {unicodedata.category(character) for character in printable(text)}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    assert printable(printable(text)) == printable(text)
